"""What `mydata consent import` reads from files: one result for each consent, in the form of docs/consent-import.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mydata_ledger.ledger.errors import LedgerError
from mydata_ledger.ledger.typed_data import message

if TYPE_CHECKING:
    from mydata_ledger.services.health.formats.consents import ConsentImport

Reading = tuple[dict[str, str], "ConsentImport | LedgerError"]
"""Where a consent was, and what was read there."""


def readings_of(file: Path, read: Callable[[bytes], ConsentImport]) -> Iterator[Reading]:
    """What each consent of a file is, or why it is refused."""
    from mydata_ledger.services.health.formats.consents import consents_in

    try:
        parts = consents_in(file.read_bytes())
    except LedgerError as error:
        yield {"file": file.name}, error
        return
    for part in parts:
        head = {"file": file.name} | ({"place": part.path} if part.path else {})
        try:
            yield head, read(part.raw)
        except LedgerError as error:
            yield head, error


def results_for(readings: Sequence[Reading], account: str, patients: frozenset[str]) -> list[dict[str, Any]]:
    """One result for each consent, in the form of docs/consent-import.md; those of other patients are refused."""
    from mydata_ledger.services.health.formats.consents import ImportingPerson

    names = [frozenset() if isinstance(read, LedgerError) else read.patient_names for _, read in readings]
    refusals = ImportingPerson(account, patients).refusals(names)
    return [_result(head, refusal or read) for (head, read), refusal in zip(readings, refusals, strict=True)]


def _result(head: Mapping[str, str], read: ConsentImport | LedgerError) -> dict[str, Any]:
    return _refused(head, read) if isinstance(read, LedgerError) else {**head, **_as_result(read)}


def _refused(head: Mapping[str, str], error: LedgerError) -> dict[str, Any]:
    fields = {"outcome": "refused", "reason": str(error), "release": "", "patient": ""}
    return {**head, **fields, "grants": {}, "losses": []}


def _as_result(imported: ConsentImport) -> dict[str, Any]:
    return {
        "outcome": str(imported.outcome),
        "release": imported.release,
        "patient": imported.patient,
        "grants": {grantee: [message(grant) for grant in grants] for grantee, grants in imported.grants.items()},
        "losses": [asdict(loss) for loss in imported.losses],
    }
