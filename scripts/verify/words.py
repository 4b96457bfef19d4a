"""The sentences of every check, in English and Korean: one file, which the command line and the web page both read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import orjson

from mydata_ledger.scripts.paths import WEB

FILE = WEB / "verify" / "words.json"


@cache
def words() -> dict[str, Any]:
    """Everything the file holds: `results`, `kinds`, `said`."""
    read: dict[str, Any] = orjson.loads(FILE.read_bytes())
    return read


def sentence(code: str, values: Mapping[str, object], language: str = "en") -> str:
    """What a check found, in a language. Raises KeyError for a code or value that is not there."""
    pattern: str = words()["said"][code][language]
    return pattern.format_map(values)
