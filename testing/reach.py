"""Which files need which: what Python files import, and what their texts name.

A Python file needs the modules that it imports, the packages above it, and the modules and files that its text names,
such as a program that it starts or a page that it reads; "mydata_ledger.services.{name}" names all modules below. What
lies under `tests` also needs each `conftest.py` that pytest loads before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import grimp

PACKAGES = ("mydata_ledger", "bench", "testing", "tests")
MODULE = re.compile(rf"\b(?:{'|'.join(PACKAGES)})(?:\.\w+)+(?:\.{{)?")
FILE = re.compile(r"[\w./-]*[./][\w-]+")
Users = dict[str, set[str]]
"""Who needs a file."""


def users(root: Path, others: Iterable[str]) -> Users:
    """For each file, the Python files that need it; `others` are the files that are no Python."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    files = {module: path for module in graph.modules if (path := _file(root, module))}
    names = _by_name(others)
    found: Users = {}
    for module, path in files.items():
        imported = {files[one] for one in graph.find_modules_directly_imported_by(module) if one in files}
        text = (root / path).read_text(encoding="utf-8")
        for needed in imported | _around(root, path) | _modules(files, text) | _files(names, text):
            found.setdefault(needed, set()).add(path)
    return found


def reached(users: Users, changed: Iterable[str]) -> set[str]:
    """The changed files, and all that need one of them, directly or through others."""
    found = set(changed)
    waiting = list(found)
    while waiting:
        new = users.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def _file(root: Path, module: str) -> str | None:
    """The file of a module, as git names it: `mydata_ledger.ledger` is `ledger/__init__.py`."""
    parts = module.split(".")
    inside = Path(*(parts[1:] if parts[0] == PACKAGES[0] and len(parts) > 1 else parts))
    places = (inside / "__init__.py", inside.with_suffix(".py"))
    return next((place.as_posix() for place in places if (root / place).is_file()), None)


def _by_name(paths: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path in paths:
        found.setdefault(Path(path).name, set()).add(path)
    return found


def _around(root: Path, path: str) -> set[str]:
    """The packages above a file, and what pytest loads before it."""
    names = ("__init__.py", "conftest.py") if path.startswith("tests/") else ("__init__.py",)
    near = {(folder / name).as_posix() for folder in Path(path).parents for name in names}
    return {one for one in near - {path} if (root / one).is_file()}


def _modules(files: dict[str, str], text: str) -> set[str]:
    return {files[one] for name in set(MODULE.findall(text)) for one in _module_names(files, name) if one in files}


def _module_names(files: dict[str, str], name: str) -> Iterator[str]:
    """The module, and the one that has it where it is an attribute; all below where the name goes on in braces."""
    yield from (name, name.rpartition(".")[0])
    if name.endswith(".{"):
        yield from (one for one in files if one.startswith(name[:-1]))


def _files(names: dict[str, set[str]], text: str) -> set[str]:
    """The files whose path ends in a word of the text."""
    words = {word.removeprefix("./").lstrip("/") for word in FILE.findall(text)}
    return {path for word in words for path in names.get(Path(word).name, ()) if f"/{path}".endswith(f"/{word}")}
