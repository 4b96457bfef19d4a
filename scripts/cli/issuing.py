"""Command `mydata issue`: records from files, whatever their names are."""

from __future__ import annotations

import base64
import mimetypes
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from mydata_ledger.client import Client, RequestRefused
from mydata_ledger.client.client import ISSUE_BATCH
from mydata_ledger.ledger.commitment.content import is_json
from mydata_ledger.ledger.errors import LedgerError, MalformedInput, TooLarge
from mydata_ledger.ledger.record import Issue
from mydata_ledger.scripts.cli.common import URL, Json, Key, Url, answer, console
from mydata_ledger.scripts.cli.key_files import signed_in
from mydata_ledger.scripts.cli.large_records import STREAMED_FROM, draft_file
from mydata_ledger.scripts.cli.sniffing import FileKind, kind_of

MAX_FILE = 64 * 1024 * 1024
DEFAULT_CATEGORY = "health.other"
NOT_FHIR = "not FHIR: a bundle or resource has a `resourceType`; to issue other JSON as one record, give --category"
NEEDS_CATEGORY = {
    FileKind.FHIR_XML: "FHIR in XML is not read; convert it to JSON, or give --category to issue it as one record",
    FileKind.JSON: NOT_FHIR,
    FileKind.JSON_LINES: NOT_FHIR,
}
"""Kinds that are issued as one record only if a category was given, and what to say without one."""
MEDIA_TYPES = {
    FileKind.FHIR_XML: "application/fhir+xml",
    FileKind.JSON: "application/json",
    FileKind.JSON_LINES: "application/x-ndjson",
}


@dataclass
class IssuedFile:
    """What became of one file: its records, the parts that the server skipped, those of which equal records of the same
    holder stand already, and why it ended early, if it did.
    """

    records: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[dict[str, Any]] = field(default_factory=list)
    duplicates: list[dict[str, Any]] = field(default_factory=list)
    reason: str = ""

    @property
    def is_whole(self) -> bool:
        """True if everything in the file that may be a record was issued."""
        return not self.reason and not any(part["refused"] for part in self.skipped)

    def lines(self, name: str) -> list[str]:
        """What happened, for people: one line for each kind of skipped part and each reason."""
        head = f"left out {name}: {self.reason}" if self.reason else f"{name}: {len(self.records)} records"
        head += f" ({len(self.records)} records of it were issued)" if self.reason and self.records else ""
        head += f", {len(self.duplicates)} issued before" if self.duplicates else ""
        kinds = Counter((part["refused"], part["resource_type"] or "part", part["reason"]) for part in self.skipped)
        return [head] + [
            f"  {'not issued' if refused else 'skipped'}: {count} {kind}: {reason}{self._first(kind, reason)}"
            for (refused, kind, reason), count in kinds.items()
        ]

    def _first(self, kind: str, reason: str) -> str:
        same = [p["place"] for p in self.skipped if p["reason"] == reason and kind in {p["resource_type"], "part"}]
        return f" (first at {same[0]})" if same and same[0] else ""


def issue(
    files: Annotated[list[Path], typer.Argument(help="FHIR R4 files (JSON or NDJSON), or any files.")],
    key: Key,
    subject: Annotated[str, typer.Option("--subject", help="The data subject's 0x address.")] = "",
    patient_number: Annotated[
        str, typer.Option("--patient-number", help="Your own number for the data subject, instead of --subject.")
    ] = "",
    category: Annotated[
        str, typer.Option(help="Category of files that are not FHIR (default health.other); other JSON needs it.")
    ] = "",
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """Issue records as an accredited holder. What cannot be used is named; the rest is issued.

    Exit code 1: something that may be a record was not issued.
    """
    if bool(subject) == bool(patient_number):
        raise typer.BadParameter("give one of the two", param_hint="--subject / --patient-number")
    person = {"data_subject": subject} if subject else {"patient_number": patient_number}
    client, _ = signed_in(url, key)
    times = Counter(file.name for file in files)
    names = [file.name if times[file.name] == 1 else str(file) for file in files]
    results = {
        name: _issue(client, file, person, category, quiet=as_json) for name, file in zip(names, files, strict=True)
    }
    value = {name: asdict(r) for name, r in results.items()}
    answer(value, "\n".join(line for name, result in results.items() for line in result.lines(name)), as_json)
    if not all(result.is_whole for result in results.values()):
        raise typer.Exit(1)


def _issue(client: Client, file: Path, person: Mapping[str, str], category: str, *, quiet: bool) -> IssuedFile:
    """Issue one file. Whatever ends it early is kept as its reason, so that the other files go on."""
    result = IssuedFile()
    try:
        kind = kind_of(file)
        record = {**person, "category": category or DEFAULT_CATEGORY}
        if kind is FileKind.OTHER and file.stat().st_size > STREAMED_FROM:
            drafted: Any = draft_file(client, file, dict(record), media_type_of(file), quiet=quiet)
        elif kind is not FileKind.FHIR and file.stat().st_size > MAX_FILE:
            raise TooLarge(f"a file has at most {MAX_FILE} bytes; split it into smaller ones")
        else:
            drafted = _drafted(client, file, kind, person, category)
        result.skipped += drafted.get("skipped", [])
        result.duplicates += drafted["duplicates"]
        _sign(client, drafted["drafts"], result, file.name, quiet=quiet)
    except IsADirectoryError:
        result.reason = "a folder; name its files, for instance FOLDER/*"
    except OSError as error:
        result.reason = error.strerror or str(error)
    except (LedgerError, RequestRefused) as error:
        result.reason = str(error)
    return result


def _drafted(client: Client, file: Path, kind: FileKind, person: Mapping[str, str], category: str) -> Any:
    raw = file.read_bytes()
    if kind is FileKind.FHIR:
        headers = {"content-type": "application/fhir+json"}
        number = person.get("patient_number")
        named = {"params": person} if number is None else {}
        headers |= {} if number is None else {"patient-number": number}
        return client.call("POST", "/health/bundles/drafts", content=raw, headers=headers, **named)
    if kind in NEEDS_CATEGORY and not category:
        raise MalformedInput(NEEDS_CATEGORY[kind])
    media_type = MEDIA_TYPES.get(kind) or media_type_of(file)
    record = {**person, "category": category or DEFAULT_CATEGORY, "media_type": media_type}
    form = {"records": [{**record, "content_base64": base64.b64encode(raw).decode()}]}
    return client.call("POST", "/records/drafts", json=form)


def _sign(client: Client, drafts: Sequence[Any], result: IssuedFile, name: str, *, quiet: bool) -> None:
    """Sign and submit drafts in batches; what was issued before an error stays in the result."""
    with Progress(console=console, transient=True, disable=quiet) as bar:
        for start in bar.track(range(0, len(drafts), ISSUE_BATCH), description=f"issuing {name}"):
            result.records += client.issue(drafts[start : start + ISSUE_BATCH], Issue)


def media_type_of(file: Path) -> str:
    """The media type that a file's name stands for; a name of JSON whose content is none counts as unknown."""
    kind, packed = mimetypes.guess_type(file.name.lower())
    kind = f"application/{packed}" if packed else kind
    return kind if kind and not is_json(kind) else "application/octet-stream"
