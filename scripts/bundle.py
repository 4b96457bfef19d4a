"""Our modules and the audited hashes and curves from npm, put together by esbuild into one script for a browser.

Others' code is not in our repository: `package-lock.json` pins it, and the same lock gives the same bytes.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import orjson

from mydata_ledger.ledger.typed_data.types import TYPES
from mydata_ledger.scripts.failure import Failure
from mydata_ledger.scripts.solc import ROOT, ToolMissing, node

ESBUILD = ROOT / "node_modules" / "esbuild" / "bin" / "esbuild"
BUILD_SECONDS = 60


def bundle(entry: Path, given: Mapping[str, object], shape: Literal["iife", "esm"]) -> str:
    """The script; `given` are the values its modules import as `mydata:<name>`.

    Raises ToolMissing without npm's packages, Failure when esbuild refuses.
    """
    if not ESBUILD.is_file():
        raise ToolMissing("the page's parts are missing: run `npm ci` in the project's folder")
    with tempfile.TemporaryDirectory() as folder:
        for name, value in given.items():
            (Path(folder) / f"{name}.json").write_bytes(orjson.dumps(value))
        command = [node(), str(ESBUILD), str(entry), "--bundle", f"--format={shape}", "--minify", "--target=es2022"]
        command += ["--charset=utf8", "--legal-comments=inline", "--log-level=error"]
        command += [f"--alias:mydata:{name}={folder}/{name}.json" for name in given]
        done = subprocess.run(
            command, capture_output=True, cwd=ROOT, timeout=BUILD_SECONDS, check=False, env=dict(os.environ)
        )
    if done.returncode:
        raise Failure(f"esbuild could not put the page together: {done.stderr.decode(errors='replace')[:400]}")
    return done.stdout.decode()


@cache
def statements() -> str:
    """The part of a person's page that computes what a passkey is asked to sign. Raises as `bundle`."""
    return bundle(ROOT / "web" / "statements.js", {"types": TYPES}, "esm")
