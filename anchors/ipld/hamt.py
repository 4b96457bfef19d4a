"""Sharded UnixFS directories: a trie over the murmur3 of names (UnixFS spec, HAMT directories)."""

from __future__ import annotations

from collections.abc import Callable

from mydata_ledger.anchors.ipld.cid import Cid
from mydata_ledger.anchors.ipld.unixfs import HAMT, Node, NodeLink
from mydata_ledger.ledger.errors import PayloadAltered, PayloadMissing

MASK = (1 << 64) - 1
C1, C2 = 0x87C37B91114253D5, 0x4CF5AD432745937F
BITS = 64


def find(node_of: Callable[[Cid], Node], shard: Node, name: str) -> list[Cid]:
    """The CIDs from below a directory's first shard to what the name leads to.

    Raises PayloadMissing when it leads nowhere, PayloadAltered for what is no shard.
    """
    left, bits, way = murmur3(name.encode("utf-8", "surrogateescape")), BITS, []
    while bits >= (width := shard.fanout.bit_length() - 1):
        bits -= width
        prefix = f"{left >> bits & shard.fanout - 1:0{digits(shard)}X}"
        link = next((one for one in shard.links if one.name in {prefix, prefix + name}), None)
        if link is None:
            break
        way.append(link.cid)
        if link.name != prefix:
            return way
        shard = _shard(node_of(link.cid), link.cid)
    raise PayloadMissing("the path names nothing below that CID")


def shards(shard: Node) -> list[NodeLink]:
    """The links of a shard that lead to other shards: their names are a prefix and nothing else."""
    return [link for link in shard.links if len(link.name) == digits(shard)]


def digits(shard: Node) -> int:
    """Hexadecimal digits before each name."""
    return len(f"{shard.fanout - 1:X}")


def murmur3(key: bytes) -> int:
    """The first 64 bits of MurmurHash3 x64-128 with seed 0."""
    one = two = 0
    whole = len(key) - len(key) % 16
    for at in range(0, whole, 16):
        one ^= _mixed(int.from_bytes(key[at : at + 8], "little"), C1, 31, C2)
        one = (_turned(one, 27) + two) * 5 + 0x52DCE729 & MASK
        two ^= _mixed(int.from_bytes(key[at + 8 : at + 16], "little"), C2, 33, C1)
        two = (_turned(two, 31) + one) * 5 + 0x38495AB5 & MASK
    one ^= _mixed(int.from_bytes(key[whole : whole + 8], "little"), C1, 31, C2)
    two ^= _mixed(int.from_bytes(key[whole + 8 :], "little"), C2, 33, C1)
    one, two = one ^ len(key), two ^ len(key)
    one = one + two & MASK
    two = two + one & MASK
    return _final(one) + _final(two) & MASK


def _shard(node: Node, cid: Cid) -> Node:
    if node.kind != HAMT:
        raise PayloadAltered(f"block {cid} is no part of a sharded directory")
    return node


def _turned(value: int, by: int) -> int:
    return (value << by | value >> 64 - by) & MASK


def _mixed(value: int, first: int, by: int, second: int) -> int:
    return _turned(value * first & MASK, by) * second & MASK


def _final(value: int) -> int:
    value = (value ^ value >> 33) * 0xFF51AFD7ED558CCD & MASK
    value = (value ^ value >> 33) * 0xC4CEB9FE1A85EC53 & MASK
    return value ^ value >> 33
