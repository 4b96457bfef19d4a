// What a passkey is asked to sign, computed here from what the page shows: a server's word for a digest is not taken.
// `scripts.bundle` puts this together with @noble's hashes and curve and serves it as /portal/statements.js.
import { p256 } from "@noble/curves/p256";
import { checksum, fromHex, hex, join, keccak, sha256, shown, utf8 } from "./verify/bytes.js";
import { read } from "./verify/json.js";
import { digestOf, parseStatement, readDomain } from "./verify/typed.js";

/** The EIP-712 digest (0x-hex) of a statement of that kind; message and domain as JSON text. Throws why it is none. */
export function statementDigest(kind, message, domain) {
  return shown(digestOf(kind, parseStatement(kind, read(utf8.encode(message))), readDomain(read(utf8.encode(domain)))));
}

/** The digest of a plain text (EIP-191, version 0x45): never that of a statement, whatever the text says. */
export function textDigest(text) {
  const bytes = utf8.encode(text);
  return shown(keccak(join(utf8.encode(`\x19Ethereum Signed Message:\n${bytes.length}`), bytes)));
}

/** The account by which ERC-4361 names signer bytes (0x-hex). */
export const accountOf = (signer) => checksum(keccak(fromHex(signer.slice(2))).subarray(-20));

/** The two P-256 keys (0x-hex, x then y) that can have made an assertion: its signature fits both. */
export function keysOf({ data, client, r, s }) {
  const signed = sha256(join(data, sha256(client)));
  return [0, 1].map((bit) => "0x" + hex(new p256.Signature(r, s, bit).recoverPublicKey(signed).toRawBytes(false).subarray(1)));
}
