// A holder's commitment binds the exact bytes of a record and each field of its JSON; ledger/commitment defines it.
import { ctr } from "@noble/ciphers/aes";
import { bigEndian, concat, equal, hmac, sha256, utf8 } from "./bytes.js";
import { JsonNumber, read } from "./json.js";
import { leafHash, rootFrom, rootOver } from "./merkle.js";

/** @import { Disclosure, Json } from "./documents" */
const SALT = 32;

/**
 * True if `commitment` is the commitment to this content.
 * @type {(content: { json: boolean, seed: Uint8Array, raw: Uint8Array }, commitment: Uint8Array) => boolean}
 */
export function contentAgrees({ json, seed, raw }, commitment) {
  try {
    const whole = hmac(sha256, seed, concat(utf8.encode("mydata content "), raw));
    return equal(sha256(concat(whole, json ? fieldsRoot(raw, seed) : new Uint8Array(32))), commitment);
  } catch {
    return false;
  }
}

/**
 * Disclosed values by JSON Pointer; undefined unless every field belongs to the committed record.
 * @type {(disclosure: Disclosure, commitment: Uint8Array) => Map<string, string> | undefined}
 */
export function disclosedFields({ content, size, fields }, commitment) {
  const roots = fields.map((field) => rootFrom(leafHash(leaf(field.salt, field.pointer, utf8.encode(field.value))), field.index, size, field.proof));
  const root = roots[0];
  if (!root || !equal(sha256(concat(content, withCount(size, root))), commitment)) return undefined;
  if (!roots.every((other) => other && equal(other, root))) return undefined;
  try {
    fields.forEach((field) => read(utf8.encode(field.value)));
  } catch {
    return undefined;
  }
  return new Map(fields.map((field) => [field.pointer, field.value]));
}

/** @type {(raw: Uint8Array, seed: Uint8Array) => Uint8Array} */
function fieldsRoot(raw, seed) {
  /** @type {[pointer: string, text: string][]} */
  const fields = [];
  collect("", read(raw), fields);
  const key = hmac(sha256, seed, utf8.encode("mydata field salts"));
  const salts = ctr(key, new Uint8Array(16)).encrypt(new Uint8Array(SALT * fields.length));
  const leaves = fields.map(([pointer, text], index) => leaf(salts.subarray(SALT * index, SALT * (index + 1)), pointer, utf8.encode(text)));
  return withCount(fields.length, rootOver(leaves.map(leafHash)));
}

/** @type {(size: bigint | number, root: Uint8Array) => Uint8Array} */
function withCount(size, root) {
  return sha256(concat(bigEndian(size, 8), root));
}

/** @type {(salt: Uint8Array, pointer: string, value: Uint8Array) => Uint8Array} */
function leaf(salt, pointer, value) {
  const name = utf8.encode(pointer);
  return concat(salt, bigEndian(name.length, 4), name, value);
}

/** @type {(pointer: string, value: Json, fields: [pointer: string, text: string][]) => void} */
function collect(pointer, value, fields) {
  if (value instanceof Map && value.size) {
    for (const [name, item] of value) collect(`${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`, item, fields);
  } else if (Array.isArray(value) && value.length) {
    value.forEach((item, index) => collect(`${pointer}/${index}`, item, fields));
  } else {
    fields.push([pointer, canonical(value)]);
  }
}

/** RFC 8785, except that a number keeps its digits. @type {(value: Json) => string} */
function canonical(value) {
  if (value instanceof JsonNumber) return value.text;
  if (value instanceof Map) return "{}";
  return Array.isArray(value) ? "[]" : JSON.stringify(value);
}
