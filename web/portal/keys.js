// What opens the lock of a consent, so that the chain itself hears of a withdrawal. A wallet derives it, and so do many
// passkeys; a secret that nothing derives is the person's to keep, as a file: this page holds it only until it is closed.
import { ZERO, bytesOf, hex, lockOf } from "./bytes.js";
import { button, el, save } from "./view.js";
import { nameOf, say } from "./words.js";

const KIND = "MyData Ledger withdrawal secret", MOST = 10_000;
const held = new Map(), unsaved = new Set();
const place = () => document.getElementById("keeping");

/** Hold a secret that was made for a consent, and offer it as a file until the person leaves. */
export function holdSecret(secret, lock, { grantee, granteeName, version }) {
  held.set(lock, secret);
  unsaved.add(lock);
  const file = { kind: KIND, grantee, granteeName, version, lock, secret: hex(secret) };
  const kept = el("p", { role: "status" });
  const store = () => {
    save(`withdraw-${grantee.replace(/\W/g, "-")}-${version}.json`, file);
    unsaved.delete(lock);
    kept.textContent = say("keyKept");
  };
  place().append(el("div", { class: "card keep" }, el("h2", {}, say("keepKey")), el("p", {}, say("keepKeyText", { name: nameOf(grantee, granteeName) })),
    el("div", { class: "actions" }, button("saveKey", "primary", store)), kept));
}

export function forgetSecrets() {
  held.clear();
  unsaved.clear();
  place().replaceChildren();
}

/** Throws, once, where leaving would lose a file that was not saved. */
export function checkSaved() {
  const lost = unsaved.size;
  unsaved.clear();
  if (lost) throw new Error(say("unsaved"));
}

/** The secret of a lock (0x-hex) by what is at hand; zero where there is none. */
export async function openerOf(one, lock, hand) {
  if (lock === ZERO) return ZERO;
  if (held.has(lock)) return hex(held.get(lock));
  const secret = hand.derives ? await hand.secret(one.grantee, one.version) : null;
  return secret && (await lockOf(secret)) === lock ? hex(secret) : ZERO;
}

/** Whether only a file can open the lock. A wallet is not asked twice to find out. */
export const needsFile = async (one, lock, hand) =>
  lock !== ZERO && hand.kind === "passkey" && (await openerOf(one, lock, hand)) === ZERO;

/** Where the person can give the file; `read` gives its secret, or zero without one. */
export function keyField(lock) {
  const field = el("input", { type: "file", accept: ".json,application/json" });
  const view = el("div", { class: "step" }, el("label", {}, say("keyFile"), el("br"), field), el("p", { class: "help" }, say("noKeyText")));
  return { view, read: () => (field.files.length ? secretIn(field.files[0], lock) : ZERO) };
}

async function secretIn(file, lock) {
  let said = {};
  try {
    said = JSON.parse(await file.slice(0, MOST).text()) ?? {};
  } catch {
    // What is no JSON is no such file either.
  }
  const known = said.kind === KIND && /^0x[0-9a-f]{64}$/.test(said.secret);
  if (!known || (await lockOf(bytesOf(said.secret))) !== lock) throw new Error(say("wrongKey"));
  return said.secret;
}

window.addEventListener("beforeunload", (event) => {
  if (unsaved.size) event.preventDefault();
});
