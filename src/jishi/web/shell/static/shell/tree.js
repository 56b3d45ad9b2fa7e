/* Merkle trees of RFC 6962 and their proofs, the same answers as kernel/evidence: merkle, multiproof, consistency.

   Sizes and indices are BigInt: a log may hold more than 2^53 records, and bit operations on numbers end at 2^31. */

import { isSame, sha256 } from "./bytes.js";

const HASH_SIZE = 32;
const areHashes = (hashes) => hashes.every((each) => each.length === HASH_SIZE);

export const leafHash = (data) => sha256([0], data);
const nodeHash = (left, right) => sha256([1], left, right);

/** Return the root over leaf hashes in order. */
export async function rootOf(leaves) {
  if (!leaves.length) return sha256([]);
  let row = leaves;
  while (row.length > 1) {
    const pairs = Array.from({ length: Math.ceil(row.length / 2) }, (_, at) => row.slice(2 * at, 2 * at + 2));
    row = await Promise.all(pairs.map(([left, right]) => (right ? nodeHash(left, right) : left)));
  }
  return row[0];
}

/** Tell whether one proof proves every leaf, a Map from index to leaf hash, in the tree of this size and root. */
export async function areIncluded(leaves, size, proof, root) {
  const places = [...leaves.keys()].sort((a, b) => (a < b ? -1 : 1));
  if (!places.length || places[0] < 0n || places.at(-1) >= size || !areHashes([...proof, root])) return false;
  let row = places.map((index) => [index, leaves.get(index)]);
  const rest = proof.slice().reverse();
  for (let last = size - 1n; last > 0n; last >>= 1n) {
    const above = [];
    for (let at = 0; at < row.length; at += 1) {
      const [index, node] = row[at];
      let other = null;
      if (row[at + 1]?.[0] === (index ^ 1n)) other = row[(at += 1)][1];
      else if ((index ^ 1n) <= last && !(other = rest.pop())) return false;
      above.push([index >> 1n, other ? joined(index, node, other) : node]);
    }
    row = await Promise.all(above.map(async ([index, node]) => [index, await node]));
  }
  return !rest.length && isSame(row[0][1], root);
}

const joined = (index, node, other) => (index & 1n ? nodeHash(other, node) : nodeHash(node, other));

/** Tell whether the later tree continues the earlier one (RFC 9162, 2.1.4.2); each is { size, root }. */
export async function isConsistent(earlier, later, proof) {
  if (earlier.size < 1n || earlier.size > later.size || !areHashes([...proof, earlier.root, later.root])) return false;
  if (earlier.size === later.size) return !proof.length && isSame(earlier.root, later.root);
  let index = earlier.size - 1n;
  let last = later.size - 1n;
  for (; index & 1n; index >>= 1n) last >>= 1n; // the largest node that ends where the earlier tree ends
  const given = index === 0n ? [earlier.root, ...proof] : proof.slice();
  if (!given.length) return false;
  let inner = given.shift();
  let outer = inner;
  for (; last > 0n; index >>= 1n, last >>= 1n) {
    if ((index ^ 1n) > last) continue;
    const sibling = given.shift();
    if (!sibling) return false;
    if (index & 1n) inner = await nodeHash(sibling, inner);
    outer = await joined(index, outer, sibling);
  }
  return !given.length && isSame(inner, earlier.root) && isSame(outer, later.root);
}
