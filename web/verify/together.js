// One signature over many receipts of one moment: over the root of a Merkle tree of their digests
// (`ledger/typed_data/batch_signature.py` says how it is laid out).
import { big, join, keccak, utf8 } from "./bytes.js";
import { leafHash, rootFrom } from "./merkle.js";
import { NAME, VERSION } from "./typed.js";

const TYPE = keccak(utf8.encode("Receipts(uint64 size,bytes32 root)"));
const DOMAIN = ["EIP712Domain(string name,string version)", NAME, VERSION].map((text) => keccak(utf8.encode(text)));
const SEPARATOR = keccak(join(...DOMAIN));
const OWN = 65, PATH_AT = OWN + 8, HASH = 32;

/** The digest that was really signed, and its 65 bytes; what leads to no tree comes back as it is. */
export function signedTogether({ digest, signature }) {
  const alone = [digest, signature], path = signature.subarray(PATH_AT);
  if (!path.length || path.length % HASH) return alone;
  const numbers = new DataView(signature.buffer, signature.byteOffset + OWN);
  const [index, size] = [numbers.getUint32(0), numbers.getUint32(4)];
  const hashes = Array.from({ length: path.length / HASH }, (_, at) => path.subarray(HASH * at, HASH * (at + 1)));
  const root = rootFrom(leafHash(digest), BigInt(index), BigInt(size), hashes);
  if (!root) return alone;
  const struct = keccak(join(TYPE, big(size, 32), root));
  return [keccak(join(Uint8Array.of(0x19, 1), SEPARATOR, struct)), signature.subarray(0, OWN)];
}
