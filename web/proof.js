// Checks in the browser what the ledger recorded, and opens records. scripts/bundle.py puts this together with the verifier's
// code and serves it as /web/built/proof.js; the portal loads it when somebody wants to check or open something.
import words from "mydata:words";
import { checksum, prefixedHex, utf8 } from "./verify/bytes.js";
import { parse } from "./verify/document.js";
import { examine, malformed } from "./verify/examine.js";
import { JsonNumber, read } from "./verify/json.js";
import { LedgerState } from "./verify/ledger_state.js";

/** @import { Code, Document, Json, Verdict } from "./verify/documents" */
/** @import { Read } from "./verify/ledger_state.js" */
/**
 * What a check found: `held` is null where it could not be decided. `signer` is the account whose key signed, `statement`
 * what was signed, with its bytes in 0x-hex.
 * @typedef {{ held: boolean | null, steps: { text: string, held: boolean | null }[], signer: string, block: number, statement: Record<string, unknown> }} Proved
 */
export { agrees, openSealed, openStream, unwrap } from "./open.js";
const LAST = 8; // The accreditation of the signer. Whether a consent stands today does not change what was recorded.

/**
 * Check a proof document against what the ledger's server answers to `get`: its form, digest, signature, entry, place in the
 * log, and the accreditation of its signer.
 * @type {(raw: object, get: Read, language: "en" | "ko") => Promise<Proved>}
 */
export async function prove(raw, get, language) {
  const document = parsed(raw);
  if (document instanceof Error) return { ...shown(malformed(document), language), signer: "", block: 0, statement: {} };
  const state = new LedgerState(document, get);
  const verdict = await examine(document, state, LAST);
  const block = verdict.result === "valid" ? (await state.head(document.log)).block : 0;
  const statement = Object.fromEntries(Object.entries(document.statement).map(([name, value]) => [name, inHex(value)]));
  return { ...shown(verdict, language), signer: document.recovered ? checksum(document.recovered) : "", block, statement };
}

/** @type {(value: unknown) => unknown} */
const inHex = (value) => (value instanceof Uint8Array ? prefixedHex(value) : Array.isArray(value) ? value.map(inHex) : value);

/** A JSON value whose numbers are texts with their digits; undefined for bytes that are no JSON. @type {(bytes: Uint8Array) => unknown} */
export function readJson(bytes) {
  try {
    return plain(read(bytes));
  } catch {
    return undefined;
  }
}

/** @type {(value: Json) => unknown} */
function plain(value) {
  if (value instanceof JsonNumber) return value.text;
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, item]) => [name, plain(item)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

/** @type {(raw: object) => Document | Error} */
function parsed(raw) {
  try {
    return parse(read(utf8.encode(JSON.stringify(raw))));
  } catch (error) {
    return /** @type {Error} */ (error);
  }
}

/** @type {(verdict: Verdict, language: "en" | "ko") => Pick<Proved, "held" | "steps">} */
function shown({ result, steps }, language) {
  const texts = steps.map(({ code, values, held }) => ({ text: textOf(code, values, language), held }));
  return { held: result === "unknown" ? null : result === "valid", steps: texts };
}

/** @type {(code: Code, values: Record<string, unknown>, language: "en" | "ko") => string} */
function textOf(code, values, language) {
  const kinds = /** @type {Record<string, Record<string, string>>} */ (words.kinds), filled = { ...values, kind: kinds[String(values.kind)]?.[language] };
  return words.said[code][language].replace(/\{(\w+)\}/g, (_, name) => String(/** @type {Record<string, unknown>} */ (filled)[name]));
}
