// Bytes, hex and hashes, synchronous and from audited code: @noble, at the versions package-lock.json pins.
import { hmac } from "@noble/hashes/hmac";
import { sha256 } from "@noble/hashes/sha2";
import { keccak_256 } from "@noble/hashes/sha3";

export { hmac, sha256 };
export const keccak = (bytes) => keccak_256(bytes);
export const utf8 = new TextEncoder();

export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
export const shown = (bytes) => "0x" + hex(bytes);
export const same = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);

export function fromHex(digits) {
  const bytes = new Uint8Array(digits.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = parseInt(digits.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}

export function join(...parts) {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** A whole number as `size` bytes, big end first. */
export function big(number, size) {
  return fromHex(BigInt(number).toString(16).padStart(2 * size, "0"));
}

/** The EIP-55 text of a 20-byte address. */
export function checksum(address) {
  const plain = hex(address);
  const marks = hex(keccak(utf8.encode(plain)));
  return "0x" + Array.from(plain, (digit, at) => (parseInt(marks[at], 16) > 7 ? digit.toUpperCase() : digit)).join("");
}
