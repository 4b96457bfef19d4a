"""The faults: a forced condition, an exchanged operator, an omitted statement, modifier or `!`, a negated literal.

Every fault of every contract is compiled into one copy of the project behind `planted(number)`, which is true if the
COINBASE of the block is that number. So one build contains all faults, and every `pure` function becomes `view`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from mydata_ledger.scripts.solidity.branches import HEAD, PLANTED, decisions
from mydata_ledger.scripts.solidity.syntax import CONTRACTS, Node, Rewrite, every, rewritten, span, trees

Render = Callable[[Node], str]
SWITCH = HEAD + "function planted(uint160 n) view returns (bool) { return block.coinbase == address(n); }\n"
OPPOSITE_OPERATORS = {"==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "&&": "||", "||": "&&"}
OPPOSITE_OPERATORS |= {"+": "-", "-": "+"}
MODIFIERS = {
    Path("Governed.sol"): (
        "AccessControlDefaultAdminRules {",
        "modifier onlyRoleUnless(uint160 n, bytes32 role) { if (!planted(n)) _checkRole(role); _; }",
    ),
    Path("PartyRegistry.sol"): (
        "Governed, Multicall {",
        "modifier whenNotPausedUnless(uint160 n) { if (!planted(n) && _paused) revert Governed_WritesPaused(); _; }",
    ),
}


@dataclass(frozen=True, slots=True)
class PlantedFault:
    """One planted fault; `number` switches it on, `line` counts from 1."""

    number: int
    file: str
    line: int
    before: str
    after: str


def planted() -> tuple[dict[Path, str], list[PlantedFault]]:
    """Files of the project with every fault in them, and the list of faults."""
    files, faults = dict[Path, str](), list[PlantedFault]()
    for path, tree in trees().items():
        planter = Planter(path, tree, faults)
        text = rewritten(path, tree, planter.change, "planted")
        before, modifier = MODIFIERS.get(path, ("", ""))
        files[path] = text.replace(before, f"{before} {modifier}", 1) if before else text
    others = {p.relative_to(CONTRACTS): p.read_text() for p in CONTRACTS.rglob("*.sol")}
    sources = {**others, **files, PLANTED: SWITCH}
    return {path: re.sub(r"\bpure\b", "view", text) for path, text in sources.items()}, faults


class Planter:
    """Plants the faults of one file and appends them to a list."""

    def __init__(self, path: Path, tree: Node, faults: list[PlantedFault]) -> None:
        self._path, self._faults = path, faults
        self._source = (CONTRACTS / path).read_bytes()
        self._decisions = {node["id"] for node in decisions(tree)}
        self._left_out, self._loops = set(_fixed(tree)), set(_endless(tree))
        self._kinds: dict[str, Rewrite] = {
            "BinaryOperation": self._operator,
            "UnaryOperation": self._negation,
            "Literal": self._literal,
            "ExpressionStatement": self._statement,
            "EmitStatement": self._statement,
            "ModifierInvocation": self._modifier,
        }

    def change(self, node: Node, text: str, render: Render) -> str:
        """The text of a node with its faults."""
        if node.get("id") in self._left_out:
            return text
        if kind := self._kinds.get(node["nodeType"]):
            text = kind(node, text, render)
        return self._forced(node, text) if node.get("id") in self._decisions else text

    def _fault(self, node: Node, after: str) -> int:
        start, end = span(node)
        line = self._source[:start].count(b"\n") + 1
        before = " ".join(self._source[start:end].decode().split())
        self._faults.append(PlantedFault(len(self._faults) + 1, str(self._path), line, before, after))
        return len(self._faults)

    def _forced(self, node: Node, text: str) -> str:
        text = f"(!planted({self._fault(node, 'false')}) && ({text}))"
        return text if node["id"] in self._loops else f"(planted({self._fault(node, 'true')}) || {text})"

    def _operator(self, node: Node, text: str, render: Render) -> str:
        other = OPPOSITE_OPERATORS.get(node["operator"])
        turned = node["id"] in self._loops and node["operator"] in {"==", "!="}
        if other is None or turned or "rational" in node["typeDescriptions"]["typeIdentifier"]:
            return text
        left, right = render(node["leftExpression"]), render(node["rightExpression"])
        number = self._fault(node, f".. {other} ..")
        return f"(planted({number}) ? {left} {other} {right} : {text})"

    def _negation(self, node: Node, text: str, _: Render) -> str:
        if node["operator"] != "!":
            return text
        return f"(planted({self._fault(node, 'without !')}) != ({text}))"

    def _literal(self, node: Node, text: str, _: Render) -> str:
        if node["kind"] != "bool":
            return text
        return f"(planted({self._fault(node, 'the other')}) != {text})"

    def _statement(self, node: Node, text: str, _: Render) -> str:
        if node["id"] in self._loops:
            return text
        return f"if (!planted({self._fault(node, '(left out)')})) {text}"

    def _modifier(self, node: Node, text: str, _: Render) -> str:
        name = node["modifierName"]["name"]
        if name not in {"onlyRole", "whenNotPaused"}:
            return text
        number = self._fault(node, "(left out)")
        return f"onlyRoleUnless({number}, {text[9:]}" if name == "onlyRole" else f"whenNotPausedUnless({number})"


def _fixed(tree: Node) -> Iterable[int]:
    """Ids of nodes that cannot have a switch: constants, and the initial and step expressions of loops."""
    for node in every(tree):
        if node["nodeType"] == "VariableDeclaration" and node.get("constant"):
            yield from (part["id"] for part in every(node) if "id" in part)
        if node["nodeType"] == "ForStatement":
            steps = [node.get("initializationExpression"), node.get("loopExpression")]
            yield from (part["id"] for step in steps if step for part in every(step) if "id" in part)


def _endless(tree: Node) -> Iterable[int]:
    """Ids of nodes whose fault could make a loop endless: loop conditions, and bodies of `while` loops."""
    for node in every(tree):
        if node["nodeType"] in {"ForStatement", "WhileStatement"} and node.get("condition"):
            yield node["condition"]["id"]
        if node["nodeType"] == "WhileStatement":
            yield from (part["id"] for part in every(node["body"]) if "id" in part)
