"""The verifier as one HTML file.

Its content security policy names the digests of its script and its style, and permits calls to the RPC that the reader
enters.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from mydata_ledger.scripts.paths import WEB

SOURCES = WEB / "verify"


@dataclass(frozen=True, slots=True)
class VerifierPage:
    """Bytes of the file, their SHA-256 in hex, which an operator publishes, and the content security policy in it."""

    html: bytes
    digest: str
    policy: str


@cache
def build() -> VerifierPage:
    """Build the page from the script that `scripts.bundle` made, the style and the HTML."""
    script = (WEB / "built" / "verifier.js").read_text(encoding="utf-8")
    style = (SOURCES / "style.css").read_text(encoding="utf-8")
    html = (SOURCES / "page.html").read_text(encoding="utf-8")
    policy = _policy(script, style)
    for mark, text in (("{{policy}}", policy), ("{{style}}", style), ("{{script}}", script)):
        html = html.replace(mark, text)
    raw = html.encode()
    return VerifierPage(raw, sha256(raw).hexdigest(), policy)


def _policy(script: str, style: str) -> str:
    allowed = {"script-src": _digest(script), "style-src": _digest(style)}
    rules = [f"{name} '{digest}'" for name, digest in allowed.items()]
    return "; ".join(
        ["default-src 'none'", *rules, "connect-src http: https:", "base-uri 'none'", "form-action 'none'"]
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(sha256(text.encode()).digest()).decode()
