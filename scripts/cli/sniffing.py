"""What a file is, by its content: FHIR, other JSON, or neither."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

from mydata_ledger.ledger.canonical import read
from mydata_ledger.ledger.errors import MalformedInput, TooLarge

HEAD, MAX_FILE = 64 * 1024, 64 * 1024 * 1024
JSON_NAMES = {".json", ".ndjson", ".jsonl"}
RESOURCE = re.compile(rb'"resourceType"\s*:')
FHIR_XML = b"http://hl7.org/fhir"


class FileKind(StrEnum):
    """What a file holds: FHIR in JSON or NDJSON, FHIR in XML, other JSON, lines of other JSON, or anything else."""

    FHIR = "fhir"
    FHIR_XML = "fhir in xml"
    JSON = "json"
    JSON_LINES = "lines of json"
    OTHER = "other"


def kind_of(file: Path) -> FileKind:
    """The kind of a file by its content. Its name counts only where the content is not whole: JSON was then promised.

    Raises:
        MalformedInput: Broken JSON, with a name of JSON or with the members of FHIR.
        TooLarge: JSON of more than 64 MiB.
        OSError: The file cannot be read.
    """
    with file.open("rb") as opened:
        head = opened.read(HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"<"):
        return FileKind.FHIR_XML if FHIR_XML in head else FileKind.OTHER
    is_promised = file.suffix.lower() in JSON_NAMES or (head.startswith((b"{", b"[")) and bool(RESOURCE.search(head)))
    if not is_promised and (not head.startswith((b"{", b"[")) or file.stat().st_size > MAX_FILE):
        return FileKind.OTHER
    if file.stat().st_size > MAX_FILE:
        raise TooLarge(f"a file has at most {MAX_FILE} bytes; split it into smaller ones")
    try:
        return _kind_of_json(file.read_bytes())
    except MalformedInput:
        if is_promised:
            raise
        return FileKind.OTHER


def _kind_of_json(raw: bytes) -> FileKind:
    """The kind of JSON. A broken line of NDJSON is left for whoever reads the lines. Raises MalformedInput."""
    from mydata_ledger.formats.fhir.containers import lines_of, without_mark

    if lines := lines_of(raw):
        return FileKind.FHIR if any(RESOURCE.search(line) for _, line in lines) else FileKind.JSON_LINES
    value = read(without_mark(raw))
    return FileKind.FHIR if isinstance(value, dict) and "resourceType" in value else FileKind.JSON
