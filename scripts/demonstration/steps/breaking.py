"""What must survive: one changed byte, and a killed API."""

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
class SealedQuestion:
    """Something somebody asks again and again."""

    client: Client
    record_id: str
    category: str
    purpose: str

    def ask(self) -> OpenedRelease:
        """The record, opened. Raises Refused."""
        return self.client.ask(self.record_id, category=self.category, purpose=self.purpose)

    def sealed(self) -> bytes:
        """The payload as it lies in the store. Raises Refused."""
        question = {"category": self.category, "purpose": self.purpose}
        release = self.client.call("POST", f"/access/records/{self.record_id}", json=question)
        return base64.b64decode(release["sealed"])

    def answer(self) -> str:
        """`read`, or the code of the refusal."""
        try:
            self.ask()
        except RequestRefused as refusal:
            return refusal.code
        return "read"


def _readable(scene: DemoContext) -> list[SealedQuestion]:
    """What may be read at this point: the insurer's papers, and the trial's records of those who stayed."""
    papers = [SealedQuestion(scene.clients["insurer"], i, category, CLAIM) for i, category in claim_of(scene).documents]
    stayed = [p for p in scene.patients if joins_trial(p) and p is not consenting_patient(scene)]
    records = [record_id for patient in stayed for record_id in patient.of(scene.studied_category)]
    return papers[:3] + [SealedQuestion(scene.clients["trial"], i, scene.studied_category, TRIAL) for i in records[:6]]


def byte_changed(scene: DemoContext) -> None:
    """One byte of one payload is changed on disk: that record, and only that one, answers integrity failure."""
    scene.output.title("10 · Somebody changes one byte in the payload store")
    victim, *others = _readable(scene)
    path, at = _where(scene.stack.state / "blocks", victim.sealed())
    try:
        _flip(path, at)
        answer, rest = victim.answer(), [other.answer() for other in others]
    finally:
        _flip(path, at)
    held = answer == "integrity_failure" and set(rest) <= {"read"} and victim.answer() == "read"
    scene.show("byte is changed", f"that record answers {answer}; {len(others)} others read as before", held)


def _where(folder: Path, sealed: bytes) -> tuple[Path, int]:
    """The file and place on disk where these sealed bytes lie, however the store lays them out."""
    needle = sealed[len(sealed) // 2 :][:64]
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        at = path.read_bytes().find(needle)
        if at >= 0:
            return path, at
    raise SourceUnavailable("the sealed payload is not in the payload store's folder")


def _flip(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        (byte,) = file.read(1)
        file.seek(at)
        file.write(bytes([byte ^ 1]))


def killed(scene: DemoContext) -> None:
    """The API is killed and started again: every answer is the same, and the sessions still stand."""
    scene.output.title("11 · The API is killed and started again")
    withdrawn = SealedQuestion(
        scene.clients["trial"], consenting_patient(scene).of(scene.studied_category)[0], scene.studied_category, TRIAL
    )
    absent = SealedQuestion(scene.clients["trial"], "0x" + "cd" * 32, scene.studied_category, TRIAL)
    questions = [*_readable(scene), withdrawn, absent]
    before, heads = [one.answer() for one in questions], _heads(scene)
    scene.stack.restart_api()
    after = [one.answer() for one in questions]
    yes, no = before.count("read"), before.count("access_denied")
    detail = f"{yes} yes and {no} no, the same after kill -9; the logs continue where they were"
    held = before == after and yes > 0 and no > 1 and yes + no == len(before) and _heads(scene) == heads
    scene.show("API is killed", detail, held)


def _heads(scene: DemoContext) -> list[dict[str, str]]:
    """Heads of the two logs that no question changes."""
    visitor = scene.clients["trial"]
    return [visitor.call("GET", f"/log/{name}/heads")["accepted"] for name in ("consents", "records")]
