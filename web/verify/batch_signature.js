// One signature over many receipts of one moment: it signs the root of a Merkle tree of their digests.
// ledger/typed_data/batch_signature.py describes the layout.
import { bigEndian, concat, keccak, utf8 } from "./bytes.js";
import { leafHash, rootFrom } from "./merkle.js";
import { NAME, VERSION } from "./typed.js";

const TYPE = keccak(utf8.encode("Receipts(uint64 size,bytes32 root)"));
const DOMAIN = ["EIP712Domain(string name,string version)", NAME, VERSION].map((text) => keccak(utf8.encode(text)));
const SEPARATOR = keccak(concat(...DOMAIN));
const SIGNATURE = 65, PATH_OFFSET = SIGNATURE + 8, HASH = 32;

/**
 * The digest that the key signed, and its 65 bytes; the arguments unchanged where no tree follows from the signature.
 * @type {(receipt: { digest: Uint8Array, signature: Uint8Array }) => [digest: Uint8Array, signature: Uint8Array]}
 */
export function signedDigest({ digest, signature }) {
  const path = signature.subarray(PATH_OFFSET);
  if (!path.length || path.length % HASH) return [digest, signature];
  const numbers = new DataView(signature.buffer, signature.byteOffset + SIGNATURE);
  const [index, size] = [numbers.getUint32(0), numbers.getUint32(4)];
  const hashes = Array.from({ length: path.length / HASH }, (_, number) => path.subarray(HASH * number, HASH * (number + 1)));
  const root = rootFrom(leafHash(digest), BigInt(index), BigInt(size), hashes);
  if (!root) return [digest, signature];
  const struct = keccak(concat(TYPE, bigEndian(size, 32), root));
  return [keccak(concat(Uint8Array.of(0x19, 1), SEPARATOR, struct)), signature.subarray(0, SIGNATURE)];
}
