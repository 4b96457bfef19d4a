// Client of the HTTP API. The session token is kept in memory, so closing the page ends the session in this browser.
import { language } from "./words.js";

/** @import { Consent, ConsentCopy, ConsentRequest, Notice, Review, Vocabulary, Wishes } from "./answers" */
let token = "";
const TAG = "\u0000whole:"; // a number beyond 2^53 is read as BigInt, because every digit is part of what is signed

/** @type {(text: string) => string} */
const tagLongNumbers = (text) => text.replace(/"(?:[^"\\]|\\.)*"|\d{16,}/g, (part) => (part[0] === '"' ? part : JSON.stringify(TAG + part)));

/** The value of JSON text; a number of 16 digits and more becomes a BigInt. @type {(text: string) => any} */
export const read = (text) =>
  JSON.parse(tagLongNumbers(text), (_, value) => (typeof value === "string" && value.startsWith(TAG) ? BigInt(value.slice(TAG.length)) : value));

/** JSON text of a value, its BigInts as numbers. @type {(value: unknown) => string} */
export const write = (value) =>
  JSON.stringify(value, (_, part) => (typeof part === "bigint" ? TAG + part : part))?.replace(/"\\u0000whole:(\d+)"/g, "$1");

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
  if (token) headers.authorization = `Bearer ${token}`;
  if (body) headers["content-type"] = "application/json";
  const response = await fetch(path, { method, headers, body: body && write(body) });
  const answer = response.status === 204 ? null : read((await response.text()) || "{}");
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
  ({ token } = await post("/sessions", form));
}

/** End the session. */
export async function signOut() {
  try {
    await call("DELETE", "/sessions");
  } finally {
    token = "";
  }
}

/**
 * Every page of a list, oldest first; `idOf` names the item after which the next page begins.
 * @type {<T>(path: string, idOf: (item: T) => string, size: number, most?: number) => Promise<T[]>}
 */
export async function pages(path, idOf, size, most = 2000) {
  const all = [];
  for (let after = ""; all.length < most; ) {
    const page = await get(`${path}?after=${after}`);
    all.push(...page);
    if (page.length < size) break;
    after = idOf(page.at(-1));
  }
  return all;
}
