"""Faults that the ledger must survive: one changed byte, and a killed API."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

from mydata_ledger.client import Client, OpenedRelease, RequestRefused
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.scripts.demonstration.context import DemoContext
from mydata_ledger.scripts.demonstration.steps.consenting import claim_of, joins_trial
from mydata_ledger.scripts.demonstration.steps.reading import CLAIM, TRIAL
from mydata_ledger.scripts.demonstration.steps.withdrawing import consenting_patient


@dataclass(frozen=True, slots=True)
class RepeatedRequest:
    """An access request that the demonstration sends several times."""

    client: Client
    record_id: str
    category: str
    purpose: str

    def ask(self) -> OpenedRelease:
        """Request the record and open it. Raises RequestRefused."""
        return self.client.ask(self.record_id, category=self.category, purpose=self.purpose)

    def sealed(self) -> bytes:
        """The sealed payload as the payload store holds it. Raises RequestRefused."""
        form = {"category": self.category, "purpose": self.purpose}
        release = self.client.call("POST", f"/access/records/{self.record_id}", json=form)
        return base64.b64decode(release["sealed"])

    def answer(self) -> str:
        """`read`, or the code of the refusal."""
        try:
            self.ask()
        except RequestRefused as refusal:
            return refusal.code
        return "read"


def _readable(context: DemoContext) -> list[RepeatedRequest]:
    """Requests that are permitted at this point: the insurer's documents, and the trial's records of other patients."""
    documents = [
        RepeatedRequest(context.clients["insurer"], i, category, CLAIM) for i, category in claim_of(context).documents
    ]
    remaining = [p for p in context.patients if joins_trial(p) and p is not consenting_patient(context)]
    records = [record_id for patient in remaining for record_id in patient.of(context.studied_category)]
    return documents[:3] + [
        RepeatedRequest(context.clients["trial"], i, context.studied_category, TRIAL) for i in records[:6]
    ]


def byte_changed(context: DemoContext) -> None:
    """Change one byte of one payload on disk: only that record answers `integrity_failure`."""
    context.output.title("10 · Somebody changes one byte in the payload store")
    changed, *others = _readable(context)
    path, offset = _locate(context.stack.state / "blocks", changed.sealed())
    try:
        _flip(path, offset)
        answer, rest = changed.answer(), [other.answer() for other in others]
    finally:
        _flip(path, offset)
    held = answer == "integrity_failure" and set(rest) <= {"read"} and changed.answer() == "read"
    context.show("byte is changed", f"that record answers {answer}; {len(others)} others read as before", held)


def _locate(folder: Path, sealed: bytes) -> tuple[Path, int]:
    """Find the file and byte offset of these sealed bytes, independent of the layout of the store."""
    needle = sealed[len(sealed) // 2 :][:64]
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        offset = path.read_bytes().find(needle)
        if offset >= 0:
            return path, offset
    raise SourceUnavailable("the sealed payload is not in the payload store's folder")


def _flip(path: Path, offset: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        (byte,) = file.read(1)
        file.seek(offset)
        file.write(bytes([byte ^ 1]))


def killed(context: DemoContext) -> None:
    """Kill the API and start it again: every answer is the same, and the sessions stay valid."""
    context.output.title("11 · The API is killed and started again")
    withdrawn = RepeatedRequest(
        context.clients["trial"],
        consenting_patient(context).of(context.studied_category)[0],
        context.studied_category,
        TRIAL,
    )
    absent = RepeatedRequest(context.clients["trial"], "0x" + "cd" * 32, context.studied_category, TRIAL)
    requests = [*_readable(context), withdrawn, absent]
    before, heads = [request.answer() for request in requests], _heads(context)
    context.stack.restart_api()
    after = [request.answer() for request in requests]
    yes, no = before.count("read"), before.count("access_denied")
    detail = f"{yes} yes and {no} no, the same after kill -9; the logs continue where they were"
    held = before == after and yes > 0 and no > 1 and yes + no == len(before) and _heads(context) == heads
    context.show("API is killed", detail, held)


def _heads(context: DemoContext) -> list[dict[str, str]]:
    """Heads of the two logs that an access request does not change."""
    client = context.clients["trial"]
    return [client.call("GET", f"/log/{name}/heads")["accepted"] for name in ("consents", "records")]
