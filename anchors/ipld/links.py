"""The links of a block, for each codec that is stored here."""

from __future__ import annotations

from typing import Any

from mydata_ledger.anchors.ipld import cbor
from mydata_ledger.anchors.ipld.cid import DAG_CBOR, DAG_PB, Cid
from mydata_ledger.anchors.ipld.unixfs import links_of
from mydata_ledger.ledger import canonical
from mydata_ledger.ledger.errors import MalformedInput, PayloadAltered


def children(cid: Cid, block: bytes) -> list[Cid]:
    """Return the CIDs that a block links to, in order. Raises PayloadAltered if the block is not of its codec."""
    try:
        if cid.codec == DAG_PB:
            return links_of(block)
        return _cids_in(value(cid, block)) if cid.may_link else []
    except MalformedInput as error:
        raise PayloadAltered(f"block {cid} is not of its codec") from error


def value(cid: Cid, block: bytes) -> Any:
    """Decode a DAG-CBOR or DAG-JSON block, with `Cid` for links. Raises MalformedInput."""
    if cid.codec == DAG_CBOR:
        return cbor.decode(block)
    return _with_cids(canonical.read(block))


def _with_cids(node: Any) -> Any:
    """Replace the links of DAG-JSON, `{"/": "<CID>"}`, by `Cid`. `canonical.read` has limited the depth."""
    if isinstance(node, dict):
        if node.keys() == {"/"} and isinstance(node["/"], str):
            return Cid.parse_any(node["/"])
        return {name: _with_cids(child) for name, child in node.items()}
    return [_with_cids(child) for child in node] if isinstance(node, list) else node


def _cids_in(root: Any) -> list[Cid]:
    cids, pending = [], [root]
    while pending:
        node = pending.pop()
        if isinstance(node, Cid):
            cids.append(node)
        elif isinstance(node, list | dict):
            pending += reversed(list(node.values() if isinstance(node, dict) else node))
    return cids
