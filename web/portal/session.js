// Who is signed in. The session is in a cookie that no script can read; after a reload the page finds its account again.
import { onLists, startLive, stopLive } from "../kit/live.js";
import { announce, reportProblem, showProblem } from "../kit/problems.jsx";
import { createStore } from "../kit/store.js";
import { chosenWard, forgetWards, loadWards } from "./acting.js";
import { Refused, get, signOut as endSession } from "./api.js";
import { checkSaved, forgetSecrets } from "./keys.js";
import { resumePasskey } from "./passkey.js";
import { resumePersona } from "./personas.jsx";
import { checkSent, keepOf } from "./signing/sending.js";
import { loadVocabulary } from "./vocabulary.js";
import { NoWallet, resumeWallet } from "./wallet.js";
import { lookUp, translate } from "./words.js";

/** @import { Account } from "./answers" */
/** @import { Word } from "./words.js" */
/** @typedef {{ state: "starting" | "out" | "in", account: Account | null, openRequests: number }} Session */
const REJECTED = 4001;
/** The texts of errors of the browser, by their names. @type {Record<string, Word>} */
const BROWSER_ERRORS = { NotAllowedError: "passkeyCancelled", AbortError: "passkeyCancelled", InvalidStateError: "hasPasskey", SecurityError: "wrongSite", NotSupportedError: "noPasskeys", TypeError: "noServer" };
const OUT = { state: /** @type {const} */ ("out"), account: null, openRequests: 0 };
const store = createStore(/** @type {Session} */ ({ ...OUT, state: "starting" }));
/** Who signed in last; what another account signed or keeps is not theirs. */
let lastSigner = "";

/** Who is signed in; the component follows it. */
export const useSession = store.use;

/** The account that signs for the person. Throws if nobody is signed in. @type {() => Account} */
export function presentAccount() {
  const { account } = store.get();
  if (!account) throw new Error(translate("signedOut"));
  return account;
}

onLists(["requests"], () => store.get().state === "in" && countRequests());

/** Find the session that an earlier load of the page opened. */
export async function resume() {
  try {
    const { address } = await get("/sessions/present");
    const account = (await resumePasskey(address)) ?? (await resumeWallet(address)) ?? (await resumePersona(address));
    await (account ? enter(account) : store.set(OUT));
  } catch {
    store.set(OUT);
  }
}

/** Sign in with the account that the person chooses; a wallet's sign-in names the reader key, if one is given. @type {(choose: () => Promise<Account>, readerKey?: string) => Promise<void>} */
export async function signIn(choose, readerKey) {
  if (!window.isSecureContext) throw new Error(translate("needsHttps", { origin: location.origin }));
  announce(translate("loading"));
  const account = await choose();
  await account.signIn(readerKey);
  await enter(account);
  announce("");
}

/** @param {Account} account */
async function enter(account) {
  await Promise.all([loadVocabulary(), loadWards(true)]);
  if (account.signer !== lastSigner) forgetSecrets();
  keepOf((lastSigner = account.signer));
  store.set({ state: "in", account, openRequests: 0 });
  countRequests().catch(() => undefined);
  startLive(sessionChanged);
}

/** The stream ended: the session is over, or what the account may do changed. */
async function sessionChanged() {
  try {
    await get("/sessions/present");
    startLive(sessionChanged);
  } catch (error) {
    await reportProblem(/** @type {Error} */ (error));
  }
}

/** Count again the requests that wait for an answer. */
export async function countRequests() {
  const open = (await get("/me/requests")).filter((request) => request.state === "requested").length;
  if (store.get().state === "in") store.set({ ...store.get(), openRequests: open });
}

/** End the session. Throws, once, if a secret is not saved or a signature not sent. */
export async function signOut() {
  checkSaved();
  checkSent();
  await endSession();
  forgetSecrets();
  keepOf("");
  leave();
}

/** Show the page as before the sign-in. What was signed or is kept stays for whoever signs in again. */
function leave() {
  stopLive();
  forgetWards();
  store.set(OUT);
}

/** The sentence for an error; a session that is over is left. @type {(error: Error & { code?: unknown }) => Promise<string>} */
export async function sentenceOf(error) {
  const isOver = "status" in error && error.status === 401 && store.get().state === "in";
  if (isOver) {
    leave();
    showProblem(translate("sessionOver"));
  }
  if (isOver && error instanceof Refused) return translate("sessionOver");
  if (error instanceof Refused && error.status === 403 && chosenWard()) await loadWards();
  const known = wordOf(error);
  return known ? translate(known) : error.message;
}

/** The text of a known error. @type {(error: Error & { code?: unknown }) => Word | undefined} */
function wordOf(error) {
  if (error.code === REJECTED) return "cancelled";
  if (error instanceof NoWallet) return "noWallet";
  const isBrowsers = error instanceof DOMException || (error instanceof TypeError && /fetch|network/i.test(error.message));
  return isBrowsers ? lookUp(BROWSER_ERRORS, error.name) : undefined;
}
