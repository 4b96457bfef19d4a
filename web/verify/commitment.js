// What a holder's commitment binds: the exact bytes of a record, and each field of its JSON; as ledger/commitment has it.
import { ctr } from "@noble/ciphers/aes";
import { big, hmac, join, same, sha256, utf8 } from "./bytes.js";
import { Digits, read } from "./json.js";
import { leafHash, rootFrom, rootOver } from "./merkle.js";

const SALT = 32;

/** Whether `commitment` is to this content: { json, seed, raw }. */
export function contentAgrees({ json, seed, raw }, commitment) {
  try {
    const whole = hmac(sha256, seed, join(utf8.encode("mydata content "), raw));
    return same(sha256(join(whole, json ? fieldsRoot(raw, seed) : new Uint8Array(32))), commitment);
  } catch {
    return false;
  }
}

/** Disclosed values by JSON Pointer; undefined unless all are of the committed record. */
export function fieldsShown({ content, size, fields }, commitment) {
  if (!fields.length) return undefined;
  const roots = fields.map((field) => rootFrom(leafHash(leaf(field.salt, field.pointer, utf8.encode(field.value))), field.index, size, field.proof));
  if (!roots[0] || !same(sha256(join(content, counted(size, roots[0]))), commitment)) return undefined;
  if (!roots.every((root) => root && same(root, roots[0]))) return undefined;
  try {
    fields.forEach((field) => read(utf8.encode(field.value)));
  } catch {
    return undefined;
  }
  return new Map(fields.map((field) => [field.pointer, field.value]));
}

function fieldsRoot(raw, seed) {
  const values = [];
  walk("", read(raw), values);
  const key = hmac(sha256, seed, utf8.encode("mydata field salts"));
  const salts = ctr(key, new Uint8Array(16)).encrypt(new Uint8Array(SALT * values.length));
  return counted(values.length, rootOver(values.map(([pointer, value], at) => leafHash(leaf(salts.subarray(SALT * at, SALT * (at + 1)), pointer, utf8.encode(value))))));
}

function counted(size, tree) {
  return sha256(join(big(size, 8), tree));
}

function leaf(salt, pointer, value) {
  const name = utf8.encode(pointer);
  return join(salt, big(name.length, 4), name, value);
}

function walk(pointer, value, found) {
  if (value instanceof Map && value.size) {
    for (const [name, item] of value) walk(`${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`, item, found);
  } else if (Array.isArray(value) && value.length) {
    value.forEach((item, index) => walk(`${pointer}/${index}`, item, found));
  } else {
    found.push([pointer, plain(value)]);
  }
}

/** RFC 8785, but a number keeps its digits. */
function plain(value) {
  if (value instanceof Digits) return value.text;
  if (value instanceof Map) return "{}";
  return Array.isArray(value) ? "[]" : JSON.stringify(value);
}
