"""The folders of the services, and the functions in them that are loaded only when they are called."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable, Iterator
from typing import Any

from mydata_ledger.scripts.paths import SERVICES

PACKAGE = "mydata_ledger.services"


def names() -> list[str]:
    """The names of the services: of each folder with a `catalog.py`, in the order of the alphabet."""
    return sorted(path.parent.name for path in SERVICES.glob("*/catalog.py"))


def dotted_names(name: str, module: str) -> dict[str, str]:
    """The public functions of a module of a service, in their order, as `module:function`, without loading it."""
    return {function.name: f"{PACKAGE}.{name}.{module}:{function.name}" for function in _functions(name, module)}


def about(name: str, module: str = "__init__") -> str:
    """The docstring of a module of a service, without loading it."""
    path = SERVICES / name / f"{module}.py"
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


def about_function(dotted: str) -> str:
    """The docstring of the function that a dotted name names, without loading it; empty if there is none."""
    module, _, wanted = dotted.partition(":")
    name, file = module.removeprefix(f"{PACKAGE}.").split(".")
    return next((ast.get_docstring(one) or "" for one in _functions(name, file) if one.name == wanted), "")


def _functions(name: str, module: str) -> Iterator[ast.FunctionDef]:
    path = SERVICES / name / f"{module}.py"
    if path.is_file():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield node


def load(dotted: str) -> Callable[..., Any]:
    """The function that a dotted name names; its module is loaded now."""
    module, _, function = dotted.partition(":")
    loaded: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return loaded
