"""Solidity sources as the compiler reads them, and rewritten node by node: lines stay where they are."""

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
Change = Callable[[Node, str, Callable[[Node], str]], str]
CONTRACTS = ROOT / "contracts"


def trees() -> dict[Path, Node]:
    """The syntax tree of each of our contracts, by its path below `contracts/`. Raises what solc refuses."""
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
    """The nodes directly below, in the order of their text; nothing inside assembly."""
    if node["nodeType"] == "InlineAssembly":
        return
    below = [part for value in node.values() for part in (value if isinstance(value, list) else [value])]
    nodes = [part for part in below if isinstance(part, dict) and "nodeType" in part and "src" in part]
    yield from sorted(nodes, key=lambda part: span(part)[0])


def every(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    for child in children(node):
        yield from every(child)


def span(node: Node) -> tuple[int, int]:
    """First byte of the node's text, and the one after its last."""
    start, length, _ = map(int, node["src"].split(":"))
    return start, start + length


class Rewriter:
    """`change(node, text, render)` is called once for each node with its text, already rewritten below, and gives the
    text to put; `render` tells what became of a node below.
    """

    def __init__(self, source: bytes, change: Change) -> None:
        self._source, self._change = source, change
        self._done: dict[str, str] = {}

    def render(self, node: Node) -> str:
        """The rewritten text of a node."""
        key = f"{node['nodeType']} {node['src']} {node.get('id')}"
        if key not in self._done:
            self._done[key] = self._change(node, self.plain(node), self.render)
        return self._done[key]

    def plain(self, node: Node) -> str:
        """The node's own text around its rewritten children."""
        at, end = span(node)
        pieces: list[str] = []
        for child in children(node):
            start, stop = span(child)
            if start < at or stop > end:
                continue
            pieces += [self._source[at:start].decode(), self.render(child)]
            at = stop
        return "".join([*pieces, self._source[at:end].decode()])


def rewritten(path: Path, tree: Node, change: Change, imported: str) -> str:
    """A whole file rewritten, with `imported` symbols of `contracts/Planted.sol` in the line of its pragma."""
    source = (CONTRACTS / path).read_bytes()
    at, end = span(tree)
    body = source[:at].decode() + Rewriter(source, change).render(tree) + source[end:].decode()
    up = "../" * (len(path.parts) - 1) or "./"
    head, mark, rest = body.partition("pragma solidity ^0.8.30;")
    return f'{head}{mark} import {{ {imported} }} from "{up}Planted.sol";{rest}' if imported else body


def project(folder: Path, files: Mapping[Path, str]) -> Path:
    """A copy of the Solidity project with these files instead of, or beside, its own."""
    for path in CONTRACTS.rglob("*"):
        if path.is_file():
            _put(folder / "contracts" / path.relative_to(CONTRACTS), path.read_text())
    for name in ("package.json", "hardhat.config.js"):
        _put(folder / name, (ROOT / name).read_text())
    (folder / "node_modules").symlink_to(node_modules())
    for path, text in files.items():
        _put(folder / "contracts" / path, text)
    return folder


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
