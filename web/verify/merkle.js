// RFC 9162 proofs over SHA-256; sizes and indices are BigInt.
import { concat, equal, sha256 } from "./bytes.js";

/** The hash of a leaf. @type {(entry: Uint8Array) => Uint8Array} */
export const leafHash = (entry) => sha256(concat(Uint8Array.of(0), entry));

/** @type {(left: Uint8Array, right: Uint8Array) => Uint8Array} */
const nodeHash = (left, right) => sha256(concat(Uint8Array.of(1), left, right));

/**
 * The root that follows from `leaf` and `proof`, §2.1.3.2; undefined if the proof has the wrong length.
 * @type {(leaf: Uint8Array, index: bigint, size: bigint, proof: Uint8Array[]) => Uint8Array | undefined}
 */
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

/** A size of a log, and its root at that size. @typedef {{ size: bigint, root: Uint8Array }} Head */

/**
 * True if the proof shows that the log of `first` is the beginning of the log of `second`, §2.1.4.2; `first` is not empty.
 * @type {(first: Head, second: Head, proof: Uint8Array[]) => boolean}
 */
export function isConsistent(first, second, proof) {
  if (first.size < 1n || first.size > second.size) return false;
  if (first.size === second.size) return !proof.length && equal(first.root, second.root);
  const path = first.size & (first.size - 1n) ? proof : [first.root, ...proof];
  const roots = path.length ? rootsFrom(first.size - 1n, second.size - 1n, path) : undefined;
  return Boolean(roots && equal(roots[0], first.root) && equal(roots[1], second.root));
}

/** The two roots that follow from a consistency proof. @type {(current: bigint, last: bigint, path: Uint8Array[]) => [Uint8Array, Uint8Array] | undefined} */
function rootsFrom(current, last, [start, ...path]) {
  while (current & 1n) [current, last] = [current >> 1n, last >> 1n];
  let old = start, grown = start;
  for (const hash of path) {
    if (last === 0n) return undefined;
    if (current & 1n || current === last) {
      [old, grown] = [nodeHash(hash, old), nodeHash(hash, grown)];
      while (!(current & 1n) && current) [current, last] = [current >> 1n, last >> 1n];
    } else {
      grown = nodeHash(grown, hash);
    }
    [current, last] = [current >> 1n, last >> 1n];
  }
  return last === 0n ? [old, grown] : undefined;
}

/**
 * The root over leaf hashes, RFC 6962 §2.1: hashes are paired level by level, and an odd last one moves up unchanged.
 * @type {(leaves: Uint8Array[]) => Uint8Array}
 */
export function rootOver(leaves) {
  let level = leaves;
  while (level.length > 1) {
    const above = [];
    for (let index = 0; index + 1 < level.length; index += 2) above.push(nodeHash(level[index], level[index + 1]));
    if (level.length & 1) above.push(level[level.length - 1]);
    level = above;
  }
  return level[0];
}
