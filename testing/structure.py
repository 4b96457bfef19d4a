"""Structure of the source, read from its syntax: base classes of each class, and imports of each module.

A module is named by the path of its file without the import package, for instance `ledger.kernel.world` for
`ledger/kernel/world.py`. A class is named `module:Class`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path

IMPORT_PACKAGE = "mydata_ledger"
EXCLUDED_BASES = {"Exception", "Protocol"}
"""Names of the base classes of errors and protocols."""
Graph = Mapping[str, set[str]]
"""The nodes that each node depends on."""


class Sources:
    """The modules in some top-level folders of `root`."""

    def __init__(self, root: Path, folders: Iterable[str]) -> None:
        files = [file for folder in folders for file in sorted((root / folder).rglob("*.py"))]
        self._trees = {_module(file.relative_to(root)): ast.parse(file.read_text(encoding="utf-8")) for file in files}
        self.packages = {_module(file.relative_to(root)) for file in files if file.name == "__init__.py"}

    @cached_property
    def imports(self) -> dict[str, set[str]]:
        """Our modules that each module imports, at its top or inside functions.

        `from package import name` means the module of that name if there is one, else the package.
        """
        return {
            module: {self._target(*origin) for _, origin in _imports(tree)} & (self._trees.keys() - {module})
            for module, tree in self._trees.items()
        }

    def _target(self, source: str, name: str) -> str:
        inside = ".".join(filter(None, (source, name)))
        return inside if inside in self._trees else source

    def children(self, package: str) -> Graph:
        """Imports between the direct children of a package; a sub-package is one child, and `__init__` is one too."""
        graph: dict[str, set[str]] = {}
        for module, needed in self.imports.items():
            if (child := _child(package, module)) is not None:
                others = {_child(package, other) for other in needed} - {None, child}
                graph.setdefault(child, set()).update(other for other in others if other)
        return graph

    @cached_property
    def bases(self) -> dict[str, list[str]]:
        """The bases of each class: `module:Class` for one of our classes, else the name as written."""
        return {
            f"{module}:{node.name}": [self._resolved(module, _plain(base)) for base in node.bases]
            for module, tree in self._trees.items()
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
        }

    def _resolved(self, module: str, name: str) -> str:
        """Definition of a name that a module uses, resolved through re-exports."""
        head, _, rest = name.partition(".")
        tree = self._trees[module]
        if any(isinstance(node, ast.ClassDef) and node.name == name for node in tree.body):
            return f"{module}:{name}"
        source, origin = dict(_imports(tree)).get(head, ("", head))
        target = self._target(source, origin)
        if rest and target in self._trees:
            return self._resolved(target, rest)
        return self._resolved(source, origin) if source in self._trees and source != module else name

    def is_excluded(self, name: str) -> bool:
        """True if a class is an error or a protocol."""
        return name in EXCLUDED_BASES or any(map(self.is_excluded, self.bases.get(name, [])))

    def parents(self, name: str) -> list[str]:
        """Our classes that a class inherits directly, without errors and protocols."""
        return [base for base in self.bases.get(name, []) if base in self.bases and not self.is_excluded(base)]

    def depth(self, name: str) -> int:
        """Depth of inheritance above a class, counting our classes without errors and protocols."""
        return max((1 + self.depth(parent) for parent in self.parents(name)), default=0)


def levels(graph: Graph) -> int:
    """Number of nodes on the longest path of the graph. Raises graphlib.CycleError for a cyclic graph."""
    level: dict[str, int] = {}
    for node in TopologicalSorter(graph).static_order():
        level[node] = 1 + max((level[needed] for needed in graph.get(node, ())), default=0)
    return max(level.values(), default=0)


def attributes(root: Path, folders: Iterable[str], names: set[str]) -> Iterator[str]:
    """Uses of attributes with one of these names, as `file:line name`."""
    for file in (file for folder in folders for file in sorted((root / folder).rglob("*.py"))):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in names:
                yield f"{file.relative_to(root)}:{node.lineno} {node.attr}"


def _module(file: Path) -> str:
    parts = file.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _child(package: str, module: str) -> str | None:
    """The direct child of a package that contains a module: "__init__" for the package, None for one outside."""
    if module == package:
        return "__init__"
    inside = module.removeprefix(f"{package}.")
    return None if inside == module else inside.partition(".")[0]


def _imports(tree: ast.Module) -> Iterator[tuple[str, tuple[str, str]]]:
    """Each name imported from our import package, with its module and its name in that module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and _is_ours(node.module or ""):
            yield from ((alias.asname or alias.name, (_within(node.module or ""), alias.name)) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (
                (alias.asname or alias.name, (_within(alias.name), "")) for alias in node.names if _is_ours(alias.name)
            )


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] == IMPORT_PACKAGE


def _within(name: str) -> str:
    return name.partition(".")[2]


def _plain(base: ast.expr) -> str:
    """Name of a base as written, without the arguments of a generic."""
    return ast.unparse(base.value if isinstance(base, ast.Subscript) else base)
