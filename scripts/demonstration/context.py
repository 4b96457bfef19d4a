"""Participants of the demonstration: organisations with accredited keys, and people with a wallet and records."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mydata_ledger.client import PATIENCE, Client
from mydata_ledger.ledger.envelope import ReaderKey, generate_reader_key
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.demonstration.output import DemoOutput
from mydata_ledger.scripts.population import GeneratedPerson, GeneratedResource
from mydata_ledger.scripts.settings import secret
from mydata_ledger.scripts.stack import Stack

ORGANISATIONS: dict[str, tuple[str, list[str]]] = {
    "hospital-0": ("Hangang University Hospital | 한강대학교병원", ["holder", "hospital"]),
    "hospital-1": ("Bukhan General Hospital | 북한산종합병원", ["holder", "hospital"]),
    "trial": ("Glucose-2 Trial Team | 글루코스-2 임상시험팀", ["trial"]),
    "insurer": ("Namsan Health Insurance | 남산건강보험", ["insurer"]),
    "merchant": ("Dongdaemun Pharmacy | 동대문약국", ["merchant"]),
    "crew": ("119 Rescue Crew 7 | 119 구조대 7", ["responder"]),
    "reviewer": ("Patient Safety Review Board | 환자안전심사위원회", ["reviewer"]),
}


@dataclass
class Patient:
    """A person with a wallet, a session, and the records issued about them."""

    number: int
    person: GeneratedPerson
    wallet: Wallet
    client: Client
    records: list[tuple[str, GeneratedResource]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The patient's number as the output shows it; the person's name is never shown."""
        return f"patient {self.number + 1}"

    def of(self, category: str) -> list[str]:
        """Ids of the patient's records of a category."""
        return [record_id for record_id, resource in self.records if resource.category == category]

    def agrees(self, grantee: str, *grants: dict[str, Any]) -> dict[str, Any]:
        """Sign and submit the next consent to a grantee."""
        accepted: dict[str, Any] = self.client.consent(grantee, grants)
        return accepted

    def receipts(self) -> list[dict[str, Any]]:
        """Receipts of every access request about this person so far, oldest first."""
        receipts: list[dict[str, Any]] = []
        while page := self.client.call("GET", "/receipts", params={"after": _last(receipts), "limit": 1_000}):
            receipts += page
        return receipts

    def consents_to(self, grantee: str) -> list[dict[str, Any]]:
        """This person's consents to a grantee, oldest first."""
        consents: list[dict[str, Any]] = self.client.call("GET", "/consents")
        return [consent for consent in consents if consent["grantee"].lower() == grantee.lower()]


def _last(receipts: list[dict[str, Any]]) -> int:
    return int(receipts[-1]["position"]) if receipts else -1


class DemoContext:
    """The running stack with every participant signed in."""

    def __init__(self, stack: Stack, output: DemoOutput, people: list[GeneratedPerson]) -> None:
        self.stack, self.output = stack, output
        self.wallets = {role: Wallet(secret(stack.state, f"story-{role}")) for role in ORGANISATIONS}
        self.readers = {role: self._reader(role) for role in ORGANISATIONS}
        self.saved = DemoState(stack.state / "story" / "people.json")
        self._accredit()
        self.clients = {role: self._sign_in(self.wallets[role], self.readers[role]) for role in ORGANISATIONS}
        numbered = output.with_progress(enumerate(people), "opening wallets", len(people))
        self.patients = [self._patient(number, person) for number, person in numbered]

    def address(self, role: str) -> str:
        """The account of an organisation."""
        return self.wallets[role].address

    def wait_anchored(self, log: str, position: int) -> int:
        """Wait until a position of a log is on chain; return the block that shows it."""
        return self.clients["trial"].wait_anchored(log, position)

    def _reader(self, role: str) -> ReaderKey:
        return ReaderKey(secret(self.stack.state, f"story-reader-{role}", lambda: generate_reader_key().raw))

    def _accredit(self) -> None:
        for role, (name, roles) in self.output.with_progress(ORGANISATIONS.items(), "accrediting", len(ORGANISATIONS)):
            self.stack.register_party(self.address(role), name, roles, self.readers[role].public)
        client = Client(self.stack.url, self.wallets["trial"])
        deadline = time.monotonic() + PATIENCE
        accounts = {self.address(role) for role in ORGANISATIONS}
        while not accounts <= {party["account"] for party in client.call("GET", "/parties")}:
            if time.monotonic() > deadline:
                raise SourceUnavailable("the API has not seen the accredited parties on chain")
            time.sleep(0.1)

    def _sign_in(self, wallet: Wallet, reader: ReaderKey | None = None) -> Client:
        return Client(self.stack.url, wallet, reader).sign_in()

    def _patient(self, number: int, person: GeneratedPerson) -> Patient:
        wallet = Wallet(self.saved.key(person))
        reader = ReaderKey(self.saved.reader(person))
        patient = Patient(number, person, wallet, self._sign_in(wallet, reader))
        patient.records = self.saved.records(person)
        return patient

    def title(self, text: str) -> None:
        """Print the heading of the next part."""
        self.output.title(text)

    def show(self, step: str, detail: str, held: bool, *, log: str = "access", position: int = -1) -> None:
        """Show a step with a log position, the newest block that the API follows, and the newest receipt.

        Args:
            step: Name of the step.
            detail: What the step showed.
            held: True if the checks of the step passed.
            log: The log that `position` belongs to.
            position: Position in the log; -1 in the access log means the newest receipt.
        """
        client = self.clients["trial"]
        newest = client.call("GET", "/log/access/heads")["accepted"]["size"] - 1
        block = client.call("GET", "/health")["chain"]["block"]
        shown = newest if log == "access" and position < 0 else position
        self.output.show(step, detail, held, position=f"{log} {shown:,}", block=block, receipt=newest)

    @property
    def studied_category(self) -> str:
        """The category that the trial studies: laboratory results, or else the category with the most records."""
        counts = Counter(r.category for patient in self.patients for _, r in patient.records)
        return "health.lab" if counts["health.lab"] else max(counts, key=lambda category: counts[category])

    def stranger(self) -> Client:
        """Sign in a client that has a wallet, but no consent and no accreditation."""
        return self._sign_in(Wallet(secret(self.stack.state, "story-stranger")), generate_reader_key())


class DemoState:
    """Keys and record ids that the demonstration keeps between two runs, in a file readable by its owner only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._people: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    def key(self, person: GeneratedPerson) -> bytes:
        """The person's wallet key; it is made at the first call."""
        return bytes.fromhex(self._person_state(person)["key"])

    def reader(self, person: GeneratedPerson) -> bytes:
        """The person's reader key; it is made at the first call."""
        return bytes.fromhex(self._person_state(person)["reader"])

    def records(self, person: GeneratedPerson) -> list[tuple[str, GeneratedResource]]:
        """Record ids with the resources they came from; empty if none were issued yet."""
        record_ids = self._person_state(person)["records"]
        resources = [resource for hospital in range(2) for resource in person.held_by(hospital)]
        return list(zip(record_ids, resources, strict=True)) if record_ids else []

    def issued(self, person: GeneratedPerson, record_ids: list[str]) -> None:
        """Save the ids of the person's issued records: first those of one hospital, then those of the other."""
        self._person_state(person)["records"] = record_ids
        self.save()

    def save(self) -> None:
        """Write the state file and replace the old one in one step."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self._path.with_suffix(".tmp")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(self._people, file)
        draft.replace(self._path)

    def _person_state(self, person: GeneratedPerson) -> dict[str, Any]:
        if person.digest not in self._people:
            fresh = {"key": os.urandom(32).hex(), "reader": generate_reader_key().raw.hex(), "records": []}
            self._people[person.digest] = fresh
            self.save()
        state: dict[str, Any] = self._people[person.digest]
        return state
