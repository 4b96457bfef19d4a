// The secret that opens the lock of a consent and so records its withdrawal on the chain. A wallet derives it, and so do
// many passkeys. A secret that nothing derives is kept by the person, as a file; the page holds it until it is closed.
import { saveJson } from "../kit/files.js";
import { createStore } from "../kit/store.js";
import { ZERO, bytesOf, hex, lockOf } from "./bytes.js";
import { nameOf, translate } from "./words.js";

/** @import { Account, Consent, ConsentMessage } from "./answers" */
const KIND = "MyData Ledger withdrawal secret", MAX_BYTES = 10_000;
/** @typedef {{ lock: string, name: string, file: string, content: object, saved: boolean }} HeldSecret */
const held = createStore(/** @type {HeldSecret[]} */ ([]));
/** The secrets of this page by their locks. @type {Map<string, Bytes>} */
const secrets = new Map();
/** The locks whose secret is not saved yet. @type {Set<string>} */
const unsaved = new Set();

/** Hold the secret of a new consent until the person signs out. @type {(secret: Bytes, lock: string, message: ConsentMessage) => void} */
export function holdSecret(secret, lock, { grantee, granteeName, version }) {
  secrets.set(lock, secret);
  unsaved.add(lock);
  held.set([...held.get(), { lock, name: nameOf(grantee, granteeName), file: `withdraw-${grantee.replace(/\W/g, "-")}-${version}.json`, content: { kind: KIND, grantee, granteeName, version, lock, secret: hex(secret) }, saved: false }]);
}

/** Offer a held secret as a file. @type {(one: HeldSecret) => void} */
export function saveSecret(one) {
  saveJson(one.file, one.content);
  unsaved.delete(one.lock);
  held.set(held.get().map((other) => (other === one ? { ...one, saved: true } : other)));
}

/** The secrets that the page offers as files; the component follows them. */
export const useHeldSecrets = held.use;

/** Put away the secrets that are saved. */
export const hideSaved = () => held.set(held.get().filter((one) => !one.saved));

/** Forget every secret. */
export function forgetSecrets() {
  secrets.clear();
  unsaved.clear();
  held.set([]);
}

/** Throw, once, if signing out loses a secret that is not saved. */
export function checkSaved() {
  const lost = unsaved.size;
  unsaved.clear();
  if (lost) throw new Error(translate("unsaved"));
}

/**
 * The secret of a lock (0x-hex) that the page holds or the account derives; zero where there is none.
 * @type {(consent: Consent, lock: string, account: Account) => Promise<string>}
 */
export async function secretFor(consent, lock, account) {
  if (lock === ZERO) return ZERO;
  const held = secrets.get(lock);
  if (held) return hex(held);
  const secret = account.derives ? await account.secret(consent.grantee, consent.version) : null;
  return secret && (await lockOf(secret)) === lock ? hex(secret) : ZERO;
}

/**
 * True if only a file can open the lock. A wallet is not asked, because it would ask the person twice.
 * @type {(consent: Consent, lock: string, account: Account) => Promise<boolean>}
 */
export const needsFile = async (consent, lock, account) =>
  lock !== ZERO && account.kind === "passkey" && (await secretFor(consent, lock, account)) === ZERO;

/** The secret in a file that the person saved. Throws if it is not the one of this lock. @type {(file: File, lock: string) => Promise<string>} */
export async function secretIn(file, lock) {
  const { kind, secret } = await file.slice(0, MAX_BYTES).text().then(JSON.parse).then((value) => value ?? {}, () => ({}));
  const valid = kind === KIND && typeof secret === "string" && /^0x[0-9a-f]{64}$/.test(secret);
  if (!valid || (await lockOf(bytesOf(secret))) !== lock) throw new Error(translate("wrongKey"));
  return secret;
}

window.addEventListener("beforeunload", (event) => {
  if (unsaved.size) event.preventDefault();
});
