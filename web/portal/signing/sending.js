// Signed statements on their way: signed, accepted by the ledger, on the chain. One whose sending failed is kept and can be
// sent again; one that the ledger refused is gone and counts for nothing.
import { createStore } from "../../kit/store.js";
import { asPerson, get, post } from "../api.js";
import { refusal, unsentReason, unsentText } from "./problems.js";

/** @import { Consent, Ended, SignedForm } from "../answers" */
/** @typedef {"Consent" | "Revocation"} SentKind */
/**
 * `signer` is the account that signed, `name` whom it is about, `path` where to ask for the person's consents, `entry` the consent that is waited for.
 * @typedef {{ id: number, kind: SentKind, name: string, signer: string, form: SignedForm, path: string, step: "signed" | "accepted" | "anchored", why: string, entry: string, since: number }} Sending
 */
const PATHS = { Consent: "/consents", Revocation: "/revocations" }, POLL_MS = 1500;
const store = createStore(/** @type {Sending[]} */ ([]));
let count = 0;
/** True while the page asks again and again for what is accepted. */
let isWatching = false;

/** What is on its way; the component follows it. */
export const useSendings = store.use;

/** @type {(id: number, changes: Partial<Sending>) => void} */
const change = (id, changes) => store.set(store.get().map((one) => (one.id === id ? { ...one, ...changes } : one)));

/** Put a statement away. @type {(id: number) => void} */
export const dismiss = (id) => store.set(store.get().filter((one) => one.id !== id));

/** Keep only what this account signed: another one may not send it. @type {(signer: string) => void} */
export const keepOf = (signer) => store.set(store.get().filter((one) => one.signer === signer));

/** True while a signature is kept that has not arrived. */
const hasUnsent = () => store.get().some(({ step }) => step === "signed");
/** True once it was said that signing out loses a signature. */
let isWarned = false;

/** Throw, once, if signing out loses a signature that has not arrived. */
export function checkSent() {
  const isLost = hasUnsent() && !isWarned;
  isWarned = isLost;
  if (isLost) throw new Error(unsentText());
}

/**
 * Send a signed statement, and follow it to the chain. Throws with a sentence if it did not arrive or was refused.
 * @type {(kind: SentKind, name: string, signer: string, form: SignedForm) => Promise<{ id: number, entry: string, ended: Ended[] }>}
 */
export function send(kind, name, signer, form) {
  const sending = { id: ++count, kind, name, signer, form, path: asPerson("/consents"), step: /** @type {const} */ ("signed"), why: "", entry: "", since: Date.now() };
  store.set([...store.get(), sending]);
  return sendAgain(sending);
}

/** Send what is kept; the ledger takes a statement once, however often it arrives. @type {(sending: Sending) => Promise<{ id: number, entry: string, ended: Ended[] }>} */
export async function sendAgain({ id, kind, form }) {
  try {
    const answer = await post(PATHS[kind], form);
    change(id, { step: "accepted", why: "", entry: kind === "Consent" ? answer.entry : "", since: Date.now() });
    if (kind === "Consent") watch();
    return { ...answer, id };
  } catch (error) {
    throw notSent(id, /** @type {Error} */ (error));
  }
}

/** @type {(id: number, error: Error) => Error} */
function notSent(id, error) {
  const why = unsentReason(error);
  why ? change(id, { why }) : dismiss(id);
  return why ? Object.assign(new Error(why), { status: /** @type {{ status?: number }} */ (error).status }) : refusal(error);
}

/** Ask for the accepted consents until the chain has them. */
async function watch() {
  if (isWatching) return;
  isWatching = true;
  for (let waiting = accepted(); waiting.length; waiting = accepted()) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    for (const path of new Set(waiting.map((one) => one.path))) await mark(path);
  }
  isWatching = false;
}

const accepted = () => store.get().filter(({ step, kind }) => step === "accepted" && kind === "Consent");

/** Mark the consents that are on the chain; without an answer they are asked for again. @type {(path: string) => Promise<void>} */
async function mark(path) {
  /** @type {Consent[]} */
  const consents = await get(path).catch(() => []);
  const anchored = new Set(consents.filter(({ status }) => status !== "pending").map(({ entry }) => entry));
  for (const one of accepted()) if (anchored.has(one.entry)) change(one.id, { step: "anchored" });
}

window.addEventListener("beforeunload", (event) => {
  if (hasUnsent()) event.preventDefault();
});
