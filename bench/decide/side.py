"""One side of a comparison: a program that runs with the checkout of that side first on the Python path.

`side.py fill FOLDER PEOPLE` fills `FOLDER/PEOPLE.db`; `side.py serve DATABASE PORT_FILE SOURCES_FILE` serves it, after
it wrote the list of loaded files of the checkout. Both use `bench.decide` of the checkout, so this file imports only
the two modules that every checkout with this bench has.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

OURS = {
    "anchors",
    "api",
    "bench",
    "client",
    "formats",
    "ledger",
    "mydata_ledger",
    "scripts",
    "services",
    "testing",
    "web",
}
"""Top-level packages of all checkouts."""


def fill(folder: str, people: str) -> None:
    """Make a database of `people` people with the store of the checkout."""
    importlib.import_module("bench.decide.serving").Population(Path(folder), int(people), lambda _: None)


def serve(database: str, port_file: str, sources_file: str) -> None:
    """Serve until stopped; the port and the list of sources are written to files."""
    served = importlib.import_module("bench.decide.serve")
    Path(sources_file).write_text(json.dumps(sources(Path.cwd())), encoding="utf-8")
    served.main(database, port_file)


def sources(root: Path) -> list[str]:
    """Loaded files of our modules, relative to `root`. Raises RuntimeError for a file outside it."""
    modules = [module for name, module in sys.modules.items() if name.partition(".")[0] in OURS]
    files = sorted({os.path.realpath(file) for module in modules if (file := module.__file__)})
    inside = os.path.realpath(root) + os.sep
    for file in files:
        if not file.startswith(inside):
            raise RuntimeError(f"{file} is not of the checkout that is measured")
    return [file.removeprefix(inside) for file in files]


if __name__ == "__main__":
    verb, *words = sys.argv[1:]
    tasks: dict[str, Callable[..., None]] = {"fill": fill, "serve": serve}
    tasks[verb](*words)
