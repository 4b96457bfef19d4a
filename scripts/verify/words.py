"""Sentences of every check in English and Korean, from one file that the command line and the web page share."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import orjson

from mydata_ledger.scripts.paths import WEB

FILE = WEB / "verify" / "words.json"


@cache
def words() -> dict[str, Any]:
    """Content of the file: words for results and kinds, and the sentences of findings."""
    read: dict[str, Any] = orjson.loads(FILE.read_bytes())
    return read


def sentence(code: str, values: Mapping[str, object], language: str = "en") -> str:
    """Sentence of a finding in a language. Raises KeyError for a missing code or value."""
    pattern: str = words()["said"][code][language]
    return pattern.format_map(values)
