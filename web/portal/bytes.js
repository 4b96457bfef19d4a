// Bytes and their digests, with what every browser has.
export const ZERO = "0x" + "00".repeat(32);

/** A text in UTF-8. @type {(text: string) => Bytes} */
export const utf8 = (text) => new TextEncoder().encode(text);

/** Bytes as 0x-hex. @type {(bytes: Uint8Array) => string} */
export const hex = (bytes) => "0x" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The bytes of 0x-hex. @type {(text: string) => Bytes} */
export const bytesOf = (text) => Uint8Array.from(text.slice(2).match(/../g) ?? [], (pair) => parseInt(pair, 16));

/** SHA-256 of bytes. @type {(bytes: Bytes) => Promise<Bytes>} */
export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

/** The lock (0x-hex) that a secret opens. @type {(secret: Bytes) => Promise<string>} */
export const lockOf = async (secret) => hex(await sha256(secret));
