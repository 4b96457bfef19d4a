"""Syntax trees of the Solidity sources, and a rewriter of single nodes that keeps the line numbers."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import solcx

from mydata_ledger.scripts import compile as compiling
from mydata_ledger.scripts.npm import node_modules
from mydata_ledger.scripts.paths import ROOT
from mydata_ledger.scripts.solc import launcher

Node = dict[str, Any]
Rewrite = Callable[[Node, str, Callable[[Node], str]], str]
CONTRACTS = ROOT / "contracts"


def trees() -> dict[Path, Node]:
    """Syntax tree of each of our contracts by its path below `contracts/`. Raises SolcError."""
    texts = compiling.sources()
    job = {
        "language": "Solidity",
        "sources": {name: {"content": text} for name, text in texts.items()},
        "settings": {"outputSelection": {"*": {"": ["ast"]}}},
    }
    with tempfile.TemporaryDirectory() as folder:
        found = solcx.compile_standard(job, solc_binary=launcher(Path(folder)))["sources"]
    ours = {name: tree["ast"] for name, tree in found.items() if name.startswith("contracts/")}
    return {Path(name).relative_to("contracts"): tree for name, tree in ours.items()}


def children(node: Node) -> Iterator[Node]:
    """The direct child nodes in source order; none for inline assembly."""
    if node["nodeType"] == "InlineAssembly":
        return
    below = [part for value in node.values() for part in (value if isinstance(value, list) else [value])]
    nodes = [part for part in below if isinstance(part, dict) and "nodeType" in part and "src" in part]
    yield from sorted(nodes, key=lambda part: span(part)[0])


def every(node: Node) -> Iterator[Node]:
    """The node and all its descendants."""
    yield node
    for child in children(node):
        yield from every(child)


def span(node: Node) -> tuple[int, int]:
    """Start and end byte offset of the node's text; the end is exclusive."""
    start, length, _ = map(int, node["src"].split(":"))
    return start, start + length


class Rewriter:
    """Rewrites a source by a function of its syntax nodes.

    `change(node, text, render)` is called once for each node. `text` is the node's text with its children rewritten;
    `render` gives the rewritten text of a child. The result replaces the node.
    """

    def __init__(self, source: bytes, change: Rewrite) -> None:
        self._source, self._change = source, change
        self._done: dict[str, str] = {}

    def render(self, node: Node) -> str:
        """The rewritten text of a node."""
        key = f"{node['nodeType']} {node['src']} {node.get('id')}"
        if key not in self._done:
            self._done[key] = self._change(node, self.plain(node), self.render)
        return self._done[key]

    def plain(self, node: Node) -> str:
        """The text of a node with its children rewritten."""
        offset, end = span(node)
        pieces: list[str] = []
        for child in children(node):
            start, stop = span(child)
            if start < offset or stop > end:
                continue
            pieces += [self._source[offset:start].decode(), self.render(child)]
            offset = stop
        return "".join([*pieces, self._source[offset:end].decode()])


def rewritten(path: Path, tree: Node, change: Rewrite, imported: str) -> str:
    """A whole file rewritten; the line of its pragma also imports the `imported` symbols of `contracts/Planted.sol`."""
    source = (CONTRACTS / path).read_bytes()
    offset, end = span(tree)
    body = source[:offset].decode() + Rewriter(source, change).render(tree) + source[end:].decode()
    parent_path = "../" * (len(path.parts) - 1) or "./"
    head, mark, rest = body.partition("pragma solidity ^0.8.30;")
    return f'{head}{mark} import {{ {imported} }} from "{parent_path}Planted.sol";{rest}' if imported else body


def project(folder: Path, files: Mapping[Path, str]) -> Path:
    """Copy the Solidity project to a folder; `files` replace or extend its contracts."""
    for path in CONTRACTS.rglob("*"):
        if path.is_file():
            _write(folder / "contracts" / path.relative_to(CONTRACTS), path.read_text())
    for name in ("package.json", "hardhat.config.js"):
        _write(folder / name, (ROOT / name).read_text())
    (folder / "node_modules").symlink_to(node_modules())
    for path, text in files.items():
        _write(folder / "contracts" / path, text)
    return folder


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
