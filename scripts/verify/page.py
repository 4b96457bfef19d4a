"""The verifier as one HTML file. It carries its own content security policy: the digests of its one script and one
style, and no right to call anything but the RPC its reader types in.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

import orjson

from mydata_ledger.ledger.typed_data.types import TYPES
from mydata_ledger.scripts.bundle import bundle
from mydata_ledger.scripts.failure import Failure
from mydata_ledger.scripts.solc import ROOT
from mydata_ledger.scripts.verify.words import words

SOURCES = ROOT / "web" / "verify"


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
    page_words = {**words(), "page": orjson.loads((SOURCES / "page.json").read_bytes())}
    script = bundle(SOURCES / "page.js", {"types": TYPES, "words": page_words}, "iife")
    if "</script" in script.lower():
        raise Failure("the page's script holds a closing tag, which would end it early")
    return script
