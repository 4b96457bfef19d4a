// Client of the HTTP API. The session is in a cookie that scripts cannot read (docs/adr/0069).
import { language } from "./words.js";

/** @import { Consent, ConsentCopy, ConsentRequest, Notice, Review, Vocabulary, Wishes } from "./answers" */
/** The person (signer bytes, 0x-hex) for whom the page acts; empty for the person who signed in. */
let person = "";

/** Act for a person from now on; empty: for oneself. @type {(signer: string) => void} */
export function actFor(signer) {
  person = signer;
}

/** A path about the person for whom the page acts. @type {(path: string) => string} */
export const asPerson = (path) => (person ? `${path}${path.includes("?") ? "&" : "?"}for=${person}` : path);

/** Whose data it is about: those of the person for whom the page acts, else of the signer. @type {(signer: string) => string} */
export const subjectOf = (signer) => person || signer;

/** The API refused a request. */
export class Refused extends Error {
  /** @param {number} status @param {{ error?: string, detail?: string, message?: string }} answer */
  constructor(status, { error, detail, message }) {
    super((language === "ko" && message) || detail || message || error || String(status));
    this.status = status;
    this.code = error;
  }
}

/**
 * The answer to a request; its type depends on the path. Throws Refused.
 * @type {(method: string, path: string, body?: object) => Promise<any>}
 */
export async function call(method, path, body) {
  /** @type {Record<string, string>} */
  const headers = { accept: "application/json", "accept-language": language };
  if (body) headers["content-type"] = "application/json";
  const response = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const answer = response.status === 204 ? null : JSON.parse((await response.text()) || "{}");
  if (!response.ok) throw new Refused(response.status, answer ?? {});
  return answer;
}

/**
 * The answer to a GET request. Throws Refused.
 * @type {{
 *   (path: "/consents"): Promise<Consent[]>,
 *   (path: `/consents/${string}/copy`): Promise<ConsentCopy>,
 *   (path: "/notices"): Promise<Notice[]>,
 *   (path: "/vocabulary"): Promise<Vocabulary>,
 *   (path: "/me/incidents"): Promise<Review[]>,
 *   (path: "/me/requests"): Promise<ConsentRequest[]>,
 *   (path: "/me/wishes"): Promise<Wishes>,
 *   (path: string): Promise<any>,
 * }}
 */
export const get = (/** @type {string} */ path) => call("GET", path);

/** The answer to a POST request; its type depends on the path. Throws Refused. @type {(path: string, body?: object) => Promise<any>} */
export const post = (path, body = {}) => call("POST", path, body);

/** Open a session with a signed sign-in text. @type {(form: object) => Promise<void>} */
export async function openSession(form) {
  await post("/sessions", { ...form, cookie: true });
}

/** End the session. */
export async function signOut() {
  try {
    await call("DELETE", "/sessions");
  } finally {
    person = "";
  }
}

/**
 * Every page of a list of the person for whom the page acts, oldest first; `idOf` names the item after which the next page begins.
 * @type {<T>(path: string, idOf: (item: T) => string, size: number, most?: number) => Promise<T[]>}
 */
export async function pages(path, idOf, size, most = 2000) {
  const all = [];
  for (let after = ""; all.length < most; ) {
    const page = await get(asPerson(`${path}${path.includes("?") ? "&" : "?"}after=${after}`));
    all.push(...page);
    if (page.length < size) break;
    after = idOf(page.at(-1));
  }
  return all;
}
