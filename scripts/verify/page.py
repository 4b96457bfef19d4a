"""The verifier as one HTML file: our modules and the audited hashes and curve from npm, put together by esbuild.

Others' code is not in our repository: `package-lock.json` pins it, and the same lock gives the same bytes. The page
carries its own content security policy: the digests of its one script and one style, and no right to call anything but
the RPC its reader types in.
"""

from __future__ import annotations

import base64
import os
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

import orjson

from ledger.typed_data.types import TYPES
from scripts.failure import Failure
from scripts.solc import ROOT, ToolMissing, node
from scripts.verify.words import words

SOURCES = ROOT / "web" / "verify"
ESBUILD = ROOT / "node_modules" / "esbuild" / "bin" / "esbuild"
BUILD_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Page:
    """The file's bytes and their SHA-256 in hex, which an operator publishes beside it."""

    html: bytes
    digest: str


@cache
def build() -> Page:
    """Put the page together. Raises ToolMissing without npm's packages, Failure when esbuild refuses."""
    script = _bundled()
    style = (SOURCES / "style.css").read_text(encoding="utf-8")
    html = (SOURCES / "page.html").read_text(encoding="utf-8")
    policy = _policy(script, style)
    for mark, text in (("{{policy}}", policy), ("{{style}}", style), ("{{script}}", script)):
        html = html.replace(mark, text)
    raw = html.encode()
    return Page(raw, sha256(raw).hexdigest())


def _policy(script: str, style: str) -> str:
    allowed = {"script-src": _digest(script), "style-src": _digest(style)}
    rules = [f"{name} '{digest}'" for name, digest in allowed.items()]
    return "; ".join(
        ["default-src 'none'", *rules, "connect-src http: https:", "base-uri 'none'", "form-action 'none'"]
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(sha256(text.encode()).digest()).decode()


def _bundled() -> str:
    if not ESBUILD.is_file():
        raise ToolMissing("the page's parts are missing: run `npm ci` in the project's folder")
    with tempfile.TemporaryDirectory() as folder:
        given = {"types": TYPES, "words": {**words(), "page": orjson.loads((SOURCES / "page.json").read_bytes())}}
        for name, value in given.items():
            (Path(folder) / f"{name}.json").write_bytes(orjson.dumps(value))
        command = [node(), str(ESBUILD), str(SOURCES / "page.js"), "--bundle", "--format=iife", "--minify"]
        command += ["--target=es2022", "--charset=utf8", "--legal-comments=inline", "--log-level=error"]
        command += [f"--alias:mydata:{name}={folder}/{name}.json" for name in given]
        done = subprocess.run(
            command, capture_output=True, cwd=ROOT, timeout=BUILD_SECONDS, check=False, env=dict(os.environ)
        )
    if done.returncode:
        raise Failure(f"esbuild could not put the page together: {done.stderr.decode(errors='replace')[:400]}")
    script = done.stdout.decode()
    if "</script" in script.lower():
        raise Failure("the page's script holds a closing tag, which would end it early")
    return script
