// RFC 9162 inclusion proofs over SHA-256; sizes and indices are BigInt.
import { join, sha256 } from "./bytes.js";

export const leafHash = (entry) => sha256(join(Uint8Array.of(0), entry));
const nodeHash = (left, right) => sha256(join(Uint8Array.of(1), left, right));

/** The root that `proof` leads to from `leaf`, §2.1.3.2; undefined when the proof has the wrong length. */
export function rootFrom(leaf, index, size, proof) {
  if (index >= size) return undefined;
  let current = index, last = size - 1n, root = leaf;
  for (const hash of proof) {
    if (last === 0n) return undefined;
    if (current & 1n || current === last) {
      root = nodeHash(hash, root);
      while (!(current & 1n) && current) [current, last] = [current >> 1n, last >> 1n];
    } else {
      root = nodeHash(root, hash);
    }
    [current, last] = [current >> 1n, last >> 1n];
  }
  return last === 0n ? root : undefined;
}

/** The root over leaf hashes: pairs upwards, an odd one rises as it is, which RFC 6962 §2.1 comes to. */
export function rootOver(leaves) {
  let level = leaves;
  while (level.length > 1) {
    const above = [];
    for (let at = 0; at + 1 < level.length; at += 2) above.push(nodeHash(level[at], level[at + 1]));
    if (level.length & 1) above.push(level[level.length - 1]);
    level = above;
  }
  return level[0];
}
