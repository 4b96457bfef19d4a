"""One side of a comparison, run by this file's path with that side's checkout first on the path.

`side.py fill FOLDER PEOPLE` fills `FOLDER/PEOPLE.db`; `side.py serve DATABASE PORT_FILE SOURCES_FILE` serves it, after
writing which files of the checkout it runs. Both are done by the checkout's own `bench.decide`, so this file imports
nothing by name but the two modules that every checkout with this bench has.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

OURS = {"anchors", "api", "bench", "client", "ledger", "mydata_ledger", "scripts", "services", "testing", "web"}
"""Top-level packages of one checkout or another."""


def fill(folder: str, people: str) -> None:
    """A database of so many people, made by the checkout's own store."""
    importlib.import_module("bench.decide.serving").Population(Path(folder), int(people), lambda _: None)


def serve(database: str, port_file: str, sources_file: str) -> None:
    """Serve until ended; the port is written to one file, the sources to the other."""
    served = importlib.import_module("bench.decide.serve")
    Path(sources_file).write_text(json.dumps(sources(Path.cwd())), encoding="utf-8")
    served.main(database, port_file)


def sources(root: Path) -> list[str]:
    """Files of our modules that are loaded, relative to `root`. Raises RuntimeError for one that lies elsewhere."""
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
