"""Sharded UnixFS directories: a trie over the murmur3 hashes of names (UnixFS specification, HAMT directories)."""

from __future__ import annotations

from collections.abc import Callable

from mydata_ledger.anchors.ipld.cid import Cid
from mydata_ledger.anchors.ipld.unixfs import HAMT, Node, NodeLink
from mydata_ledger.ledger.errors import PayloadAltered, PayloadMissing

MASK = (1 << 64) - 1
C1, C2 = 0x87C37B91114253D5, 0x4CF5AD432745937F
BITS = 64


def find(node_of: Callable[[Cid], Node], shard: Node, name: str) -> list[Cid]:
    """Return the CIDs from below the first shard of a directory down to the entry with a name.

    Raises PayloadMissing if there is no such entry, PayloadAltered for a block that is no shard.
    """
    name_hash, bits, crossed = murmur3(name.encode("utf-8", "surrogateescape")), BITS, []
    while bits >= (width := shard.fanout.bit_length() - 1):
        bits -= width
        prefix = f"{name_hash >> bits & shard.fanout - 1:0{digits(shard)}X}"
        link = next((link for link in shard.links if link.name in {prefix, prefix + name}), None)
        if link is None:
            break
        crossed.append(link.cid)
        if link.name != prefix:
            return crossed
        shard = _shard(node_of(link.cid), link.cid)
    raise PayloadMissing("the path names nothing below that CID")


def shards(shard: Node) -> list[NodeLink]:
    """Return the links of a shard to other shards. Their names are a prefix and nothing else."""
    return [link for link in shard.links if len(link.name) == digits(shard)]


def digits(shard: Node) -> int:
    """Return how many hexadecimal digits precede each name in a shard."""
    return len(f"{shard.fanout - 1:X}")


def murmur3(key: bytes) -> int:
    """Return the first 64 bits of MurmurHash3 x64-128 with seed 0."""
    h1 = h2 = 0
    whole = len(key) - len(key) % 16
    for offset in range(0, whole, 16):
        h1 ^= _mixed(int.from_bytes(key[offset : offset + 8], "little"), C1, 31, C2)
        h1 = (_rotated(h1, 27) + h2) * 5 + 0x52DCE729 & MASK
        h2 ^= _mixed(int.from_bytes(key[offset + 8 : offset + 16], "little"), C2, 33, C1)
        h2 = (_rotated(h2, 31) + h1) * 5 + 0x38495AB5 & MASK
    h1 ^= _mixed(int.from_bytes(key[whole : whole + 8], "little"), C1, 31, C2)
    h2 ^= _mixed(int.from_bytes(key[whole + 8 :], "little"), C2, 33, C1)
    h1, h2 = h1 ^ len(key), h2 ^ len(key)
    h1 = h1 + h2 & MASK
    h2 = h2 + h1 & MASK
    return _final(h1) + _final(h2) & MASK


def _shard(node: Node, cid: Cid) -> Node:
    if node.kind != HAMT:
        raise PayloadAltered(f"block {cid} is no part of a sharded directory")
    return node


def _rotated(value: int, by: int) -> int:
    return (value << by | value >> 64 - by) & MASK


def _mixed(value: int, first: int, by: int, second: int) -> int:
    return _rotated(value * first & MASK, by) * second & MASK


def _final(value: int) -> int:
    value = (value ^ value >> 33) * 0xFF51AFD7ED558CCD & MASK
    value = (value ^ value >> 33) * 0xC4CEB9FE1A85EC53 & MASK
    return value ^ value >> 33
