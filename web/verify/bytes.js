// Bytes, hex and hashes: synchronous functions over @noble, in the versions that package-lock.json pins.
import { hmac } from "@noble/hashes/hmac";
import { sha256 } from "@noble/hashes/sha2";
import { keccak_256 } from "@noble/hashes/sha3";

export { hmac, sha256 };
export const utf8 = new TextEncoder();

/** Keccak-256 of bytes. @type {(bytes: Uint8Array) => Uint8Array} */
export const keccak = (bytes) => keccak_256(bytes);

/** Bytes as lower-case hex digits. @type {(bytes: Uint8Array) => string} */
export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Bytes as 0x-hex. @type {(bytes: Uint8Array) => string} */
export const prefixedHex = (bytes) => "0x" + hex(bytes);

/** True if both have the same length and bytes. @type {(a: Uint8Array, b: Uint8Array) => boolean} */
export const equal = (a, b) => a.length === b.length && a.every((byte, index) => byte === b[index]);

/** The bytes of hex digits without 0x. @type {(digits: string) => Uint8Array} */
export function fromHex(digits) {
  const bytes = new Uint8Array(digits.length / 2);
  for (let index = 0; index < bytes.length; index++) bytes[index] = parseInt(digits.slice(2 * index, 2 * index + 2), 16);
  return bytes;
}

/** The parts one after another. @type {(...parts: Uint8Array[]) => Uint8Array} */
export function concat(...parts) {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** A whole number as `size` bytes, big-endian. @type {(number: bigint | number, size: number) => Uint8Array} */
export function bigEndian(number, size) {
  return fromHex(BigInt(number).toString(16).padStart(2 * size, "0"));
}

/** The EIP-55 text of a 20-byte address. @type {(address: Uint8Array) => string} */
export function checksum(address) {
  const plain = hex(address);
  const marks = hex(keccak(utf8.encode(plain)));
  return "0x" + Array.from(plain, (digit, index) => (parseInt(marks.charAt(index), 16) > 7 ? digit.toUpperCase() : digit)).join("");
}
