// Computes what a passkey signs from what the page shows, so that the page need not trust a digest of the server.
// scripts/bundle.py puts this together with @noble's hashes and curve and serves it as /portal/statements.js.
import { p256 } from "@noble/curves/p256";
import { checksum, concat, fromHex, hex, keccak, prefixedHex, sha256, utf8 } from "./verify/bytes.js";
import { read } from "./verify/json.js";
import { digestOf, parseStatement, readDomain } from "./verify/typed.js";

/** @import { Kind } from "./verify/statements" */
/**
 * The EIP-712 digest (0x-hex) of a statement; message and domain are JSON text. Throws Malformed and NotJson.
 * @type {(kind: Kind, message: string, domain: string) => string}
 */
export function statementDigest(kind, message, domain) {
  return prefixedHex(digestOf(kind, parseStatement(kind, read(utf8.encode(message))), readDomain(read(utf8.encode(domain)))));
}

/** The digest of a plain text (EIP-191, version 0x45), which is never the digest of a statement. @type {(text: string) => string} */
export function textDigest(text) {
  const bytes = utf8.encode(text);
  return prefixedHex(keccak(concat(utf8.encode(`\x19Ethereum Signed Message:\n${bytes.length}`), bytes)));
}

/** The account by which ERC-4361 names signer bytes (0x-hex). @type {(signer: string) => string} */
export const accountOf = (signer) => checksum(keccak(fromHex(signer.slice(2))).subarray(-20));

/**
 * The two P-256 keys (0x-hex, x then y) that can have made an assertion: its signature is valid for both.
 * @type {(assertion: { data: Uint8Array, client: Uint8Array, r: bigint, s: bigint }) => string[]}
 */
export function keysOf({ data, client, r, s }) {
  const signed = sha256(concat(data, sha256(client)));
  return [0, 1].map((bit) => "0x" + hex(new p256.Signature(r, s).addRecoveryBit(bit).recoverPublicKey(signed).toRawBytes(false).subarray(1)));
}
