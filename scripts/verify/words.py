"""Sentences of every check in English and Korean, from one file that the command line and the web page share."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import orjson

from mydata_ledger.scripts.paths import WEB
from mydata_ledger.scripts.verify.times import with_times, zone_name

FILE = WEB / "verify" / "words.json"


@cache
def words() -> dict[str, Any]:
    """Content of the file: words for results and kinds, and the sentences of findings."""
    read: dict[str, Any] = orjson.loads(FILE.read_bytes())
    return read


def sentence(code: str, values: Mapping[str, object], language: str = "en") -> str:
    """Sentence of a finding in a language, its times in this machine's zone. Raises KeyError for a missing code or
    value.
    """
    pattern: str = words()["said"][code][language]
    return pattern.format_map(with_times(values, words()["months"], language))


def zone_sentence(language: str) -> str:
    """The sentence that names the zone of the times."""
    pattern: str = words()["zone"][language]
    return pattern.format(zone=zone_name())
