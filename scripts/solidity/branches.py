"""Branch counting for the contracts: Hardhat counts lines only, so each decision is wrapped in a two-line function.

A decision is the condition of an `if`, a loop or `? :`, or either side of `&&` and `||`. In a copy of the sources it is
wrapped in its own function, which returns its argument on one line if true and on another line if false.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mydata_ledger.scripts.solidity.syntax import CONTRACTS, Node, every, rewritten, span, trees

PLANTED = Path("Planted.sol")
HEAD = "// SPDX-License-Identifier: Apache-2.0\npragma solidity ^0.8.30;\n"
WRAPPER = """function branch{0}(bool holds) pure returns (bool) {{
    if (holds) {{
        return true;
    }}
    return false;
}}
"""
LINES_EACH, TRUE_LINE, FALSE_LINE = 6, 2, 4
CONDITIONAL = {"IfStatement", "ForStatement", "WhileStatement", "Conditional"}


@dataclass(frozen=True, slots=True)
class Branch:
    """One outcome of one decision; `line` counts from 1, `text` is the condition."""

    file: str
    line: int
    text: str
    outcome: bool


def decisions(tree: Node) -> list[Node]:
    """Every decision of a file, outermost first."""
    found: list[Node] = []
    for node in every(tree):
        if node["nodeType"] in CONDITIONAL and node.get("condition"):
            found.append(node["condition"])
        if node["nodeType"] == "BinaryOperation" and node["operator"] in {"&&", "||"}:
            found += [node["leftExpression"], node["rightExpression"]]
    return list({node["id"]: node for node in found}.values())


def counted() -> tuple[dict[Path, str], list[Branch]]:
    """Files of the instrumented project, and the branches: two for each function in Planted.sol."""
    files, branches, functions = {}, list[Branch](), [HEAD]
    for path, tree in trees().items():
        numbers = {}
        for node in decisions(tree):
            numbers[node["id"]] = len(branches) // 2
            functions.append(WRAPPER.format(len(branches) // 2))
            branches += [Branch(str(path), *_location(path, node), outcome) for outcome in (True, False)]
        if numbers:
            files[path] = rewritten(path, tree, partial(_wrapped, numbers), ", ".join(map(_name, numbers.values())))
    return {**files, PLANTED: "".join(functions)}, branches


def _name(number: int) -> str:
    return f"branch{number}"


def _wrapped(numbers: Mapping[int, int], node: Node, text: str, _: object) -> str:
    number = numbers.get(node.get("id", -1))
    return text if number is None else f"{_name(number)}({text})"


def _location(path: Path, node: Node) -> tuple[int, str]:
    source = (CONTRACTS / path).read_bytes()
    start, end = span(node)
    return source[:start].count(b"\n") + 1, source[start:end].decode()


def missed(branches: list[Branch], hits: Mapping[int, int]) -> list[Branch]:
    """The branches never taken, from the hits of the lines of Planted.sol."""
    head = HEAD.count("\n") + 1
    lines = [head + i // 2 * LINES_EACH + (TRUE_LINE if b.outcome else FALSE_LINE) for i, b in enumerate(branches)]
    unknown = [line for line in lines if line not in hits]
    if unknown:
        raise ValueError(f"the coverage report says nothing of line {unknown[0]} of {PLANTED}")
    return [branch for branch, line in zip(branches, lines, strict=True) if not hits[line]]
