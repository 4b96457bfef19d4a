"""What the source says of itself, read without running it: which class inherits which, which module imports which.

Modules are named by their files' places, such as `ledger.kernel.world` for `ledger/kernel/world.py`; the import package
that holds them all is left out of the names. A class is named `module:Class`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path

IMPORT_PACKAGE = "mydata_ledger"
APART = {"Exception", "Protocol"}
"""What is built on one of these is an error or a protocol."""
Graph = Mapping[str, set[str]]
"""Whom each node needs."""


class Sources:
    """The modules in some top-level folders of `root`."""

    def __init__(self, root: Path, folders: Iterable[str]) -> None:
        files = [file for folder in folders for file in sorted((root / folder).rglob("*.py"))]
        self._trees = {_module(file.relative_to(root)): ast.parse(file.read_text(encoding="utf-8")) for file in files}
        self.packages = {_module(file.relative_to(root)) for file in files if file.name == "__init__.py"}

    @cached_property
    def imports(self) -> dict[str, set[str]]:
        """Which modules of ours each imports, at its top or later. `from package import name` needs the module of that
        name where there is one, and the package itself where there is none.
        """
        return {
            module: {self._target(*origin) for _, origin in _imports(tree)} & (self._trees.keys() - {module})
            for module, tree in self._trees.items()
        }

    def _target(self, source: str, name: str) -> str:
        inside = ".".join(filter(None, (source, name)))
        return inside if inside in self._trees else source

    def children(self, package: str) -> Graph:
        """The imports between what lies directly in a package, each sub-package being one; its own `__init__` too."""
        found: dict[str, set[str]] = {}
        for module, needed in self.imports.items():
            if (child := _child(package, module)) is not None:
                others = {_child(package, one) for one in needed} - {None, child}
                found.setdefault(child, set()).update(one for one in others if one)
        return found

    @cached_property
    def bases(self) -> dict[str, list[str]]:
        """The bases of each class: `module:Class` for one of ours, else the name as it is written."""
        return {
            f"{module}:{node.name}": [self._resolved(module, _plain(base)) for base in node.bases]
            for module, tree in self._trees.items()
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
        }

    def _resolved(self, module: str, name: str) -> str:
        """Where a name that a module uses is defined, followed through the packages that hand it on."""
        head, _, rest = name.partition(".")
        tree = self._trees[module]
        if any(isinstance(node, ast.ClassDef) and node.name == name for node in tree.body):
            return f"{module}:{name}"
        source, origin = dict(_imports(tree)).get(head, ("", head))
        target = self._target(source, origin)
        if rest and target in self._trees:
            return self._resolved(target, rest)
        return self._resolved(source, origin) if source in self._trees and source != module else name

    def is_apart(self, name: str) -> bool:
        """Whether a class is an error or a protocol."""
        return name in APART or any(map(self.is_apart, self.bases.get(name, [])))

    def parents(self, name: str) -> list[str]:
        """The classes of ours that a class inherits, errors and protocols left out."""
        return [base for base in self.bases.get(name, []) if base in self.bases and not self.is_apart(base)]

    def depth(self, name: str) -> int:
        """How many classes of ours, errors and protocols left out, stand one above the other over a class."""
        return max((1 + self.depth(parent) for parent in self.parents(name)), default=0)


def levels(graph: Graph) -> int:
    """Nodes on the longest way through the graph. Raises graphlib.CycleError for one with a circle."""
    level: dict[str, int] = {}
    for node in TopologicalSorter(graph).static_order():
        level[node] = 1 + max((level[needed] for needed in graph.get(node, ())), default=0)
    return max(level.values(), default=0)


def attributes(root: Path, folders: Iterable[str], names: set[str]) -> Iterator[str]:
    """Where an attribute of one of these names is read: `file:line name`."""
    for file in (file for folder in folders for file in sorted((root / folder).rglob("*.py"))):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in names:
                yield f"{file.relative_to(root)}:{node.lineno} {node.attr}"


def _module(file: Path) -> str:
    parts = file.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _child(package: str, module: str) -> str | None:
    """The direct child of a package that a module is or lies in; "__init__" for the package, None for one outside."""
    if module == package:
        return "__init__"
    inside = module.removeprefix(f"{package}.")
    return None if inside == module else inside.partition(".")[0]


def _imports(tree: ast.Module) -> Iterator[tuple[str, tuple[str, str]]]:
    """Each name that is imported from our import package, with the module it comes from and its name there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and _is_ours(node.module or ""):
            yield from ((one.asname or one.name, (_within(node.module or ""), one.name)) for one in node.names)
        elif isinstance(node, ast.Import):
            yield from ((one.asname or one.name, (_within(one.name), "")) for one in node.names if _is_ours(one.name))


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] == IMPORT_PACKAGE


def _within(name: str) -> str:
    return name.partition(".")[2]


def _plain(base: ast.expr) -> str:
    """A base as it is written, without the arguments of a generic."""
    return ast.unparse(base.value if isinstance(base, ast.Subscript) else base)
