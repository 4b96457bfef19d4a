"""Where a block links to, for every codec that we keep."""

from __future__ import annotations

from typing import Any

from mydata_ledger.anchors.ipld import cbor
from mydata_ledger.anchors.ipld.cid import DAG_CBOR, DAG_PB, Cid
from mydata_ledger.anchors.ipld.unixfs import links_of
from mydata_ledger.ledger import canonical
from mydata_ledger.ledger.errors import MalformedInput, PayloadAltered


def children(cid: Cid, block: bytes) -> list[Cid]:
    """The CIDs a block links to, in their order. Raises PayloadAltered for what is not of its codec."""
    try:
        if cid.codec == DAG_PB:
            return links_of(block)
        return _inside(value(cid, block)) if cid.may_link else []
    except MalformedInput as error:
        raise PayloadAltered(f"block {cid} is not of its codec") from error


def value(cid: Cid, block: bytes) -> Any:
    """What a DAG-CBOR or DAG-JSON block says, with `Cid` for links. Raises MalformedInput."""
    if cid.codec == DAG_CBOR:
        return cbor.decode(block)
    return _linked(canonical.read(block))


def _linked(held: Any) -> Any:
    """The value with `Cid` where DAG-JSON says a link, `{"/": "<CID>"}`; as deep as `canonical.read` lets through."""
    if isinstance(held, dict):
        if held.keys() == {"/"} and isinstance(held["/"], str):
            return Cid.parse_any(held["/"])
        return {name: _linked(one) for name, one in held.items()}
    return [_linked(one) for one in held] if isinstance(held, list) else held


def _inside(held: Any) -> list[Cid]:
    found, waiting = [], [held]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Cid):
            found.append(one)
        elif isinstance(one, list | dict):
            waiting += reversed(list(one.values() if isinstance(one, dict) else one))
    return found
