"""Who is on stage: organisations with accredited keys, and people with a wallet of their own and their records."""

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
    "hospital-0": ("Hangang University Hospital", ["holder", "hospital"]),
    "hospital-1": ("Bukhan General Hospital", ["holder", "hospital"]),
    "trial": ("Glucose-2 Trial Team", ["trial"]),
    "insurer": ("Namsan Health Insurance", ["insurer"]),
    "merchant": ("Dongdaemun Pharmacy", ["merchant"]),
    "crew": ("119 Rescue Crew 7", ["responder"]),
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
        """How the story calls them: never by name."""
        return f"patient {self.number + 1}"

    def of(self, category: str) -> list[str]:
        """Ids of their records of a category."""
        return [record_id for record_id, resource in self.records if resource.category == category]

    def agrees(self, grantee: str, *grants: dict[str, Any]) -> dict[str, Any]:
        """Sign the next consent to a grantee."""
        accepted: dict[str, Any] = self.client.consent(grantee, grants)
        return accepted

    def receipts(self) -> list[dict[str, Any]]:
        """Every question about this person so far, oldest first."""
        found: list[dict[str, Any]] = []
        while page := self.client.call("GET", "/receipts", params={"after": _last(found), "limit": 1_000}):
            found += page
        return found

    def consents_to(self, grantee: str) -> list[dict[str, Any]]:
        """This person's consents to a grantee, oldest first."""
        every: list[dict[str, Any]] = self.client.call("GET", "/consents")
        return [one for one in every if one["grantee"].lower() == grantee.lower()]


def _last(receipts: list[dict[str, Any]]) -> int:
    return int(receipts[-1]["position"]) if receipts else -1


class DemoContext:
    """The running stack with everybody signed in."""

    def __init__(self, stack: Stack, stage: DemoOutput, people: list[GeneratedPerson]) -> None:
        self.stack, self.output = stack, stage
        self.wallets = {role: Wallet(secret(stack.state, f"story-{role}")) for role in ORGANISATIONS}
        self.readers = {role: self._reader(role) for role in ORGANISATIONS}
        self.book = DemoState(stack.state / "story" / "people.json")
        self._accredit()
        self.clients = {role: self._enter(self.wallets[role], self.readers[role]) for role in ORGANISATIONS}
        found = stage.following(enumerate(people), "opening wallets", len(people))
        self.patients = [self._patient(number, person) for number, person in found]

    def address(self, role: str) -> str:
        """An organisation's account."""
        return self.wallets[role].address

    def wait_anchored(self, log: str, position: int) -> int:
        """Wait until a position is on chain; the block it was seen in."""
        return self.clients["trial"].wait_anchored(log, position)

    def _reader(self, role: str) -> ReaderKey:
        return ReaderKey(secret(self.stack.state, f"story-reader-{role}", lambda: generate_reader_key().raw))

    def _accredit(self) -> None:
        for role, (name, roles) in self.output.following(ORGANISATIONS.items(), "accrediting", len(ORGANISATIONS)):
            self.stack.register_party(self.address(role), name, roles, self.readers[role].public)
        visitor = Client(self.stack.url, self.wallets["trial"])
        deadline = time.monotonic() + PATIENCE
        accounts = {self.address(role) for role in ORGANISATIONS}
        while not accounts <= {party["account"] for party in visitor.call("GET", "/parties")}:
            if time.monotonic() > deadline:
                raise SourceUnavailable("the API has not seen the accredited parties on chain")
            time.sleep(0.1)

    def _enter(self, wallet: Wallet, reader: ReaderKey | None = None) -> Client:
        return Client(self.stack.url, wallet, reader).sign_in()

    def _patient(self, number: int, person: GeneratedPerson) -> Patient:
        wallet = Wallet(self.book.key(person))
        reader = ReaderKey(self.book.reader(person))
        patient = Patient(number, person, wallet, self._enter(wallet, reader))
        patient.records = self.book.records(person)
        return patient

    def show(self, step: str, detail: str, held: bool, *, log: str = "access", position: int = -1) -> None:
        """A step with its place in a log (the newest receipt's if none is given), the block followed so far, and the
        newest receipt.
        """
        visitor = self.clients["trial"]
        newest = visitor.call("GET", "/log/access/heads")["accepted"]["size"] - 1
        block = visitor.call("GET", "/health")["chain"]["block"]
        place = newest if log == "access" and position < 0 else position
        self.output.show(step, detail, held, position=f"{log} {place:,}", block=block, receipt=newest)

    @property
    def studied_category(self) -> str:
        """The category the trial is about: laboratory results, or what these people have most of."""
        counts = Counter(r.category for patient in self.patients for _, r in patient.records)
        return "health.lab" if counts["health.lab"] else max(counts, key=lambda category: counts[category])

    def stranger(self) -> Client:
        """Somebody with a wallet and nothing else."""
        return self._enter(Wallet(secret(self.stack.state, "story-stranger")), generate_reader_key())


class DemoState:
    """What the story must remember between two runs: keys and record ids, readable by its owner only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    def key(self, person: GeneratedPerson) -> bytes:
        """The person's wallet key, made on first sight."""
        return bytes.fromhex(self._page(person)["key"])

    def reader(self, person: GeneratedPerson) -> bytes:
        """The person's reader key, made on first sight."""
        return bytes.fromhex(self._page(person)["reader"])

    def records(self, person: GeneratedPerson) -> list[tuple[str, GeneratedResource]]:
        """Record ids with the resources they came from, if they were issued before."""
        kept = self._page(person)["records"]
        held = [resource for hospital in range(2) for resource in person.held_by(hospital)]
        return list(zip(kept, held, strict=True)) if kept else []

    def issued(self, person: GeneratedPerson, record_ids: list[str]) -> None:
        """Remember that the person's resources were issued, both hospitals' in order."""
        self._page(person)["records"] = record_ids
        self.save()

    def save(self) -> None:
        """Write the book."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self._path.with_suffix(".tmp")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(self._kept, file)
        draft.replace(self._path)

    def _page(self, person: GeneratedPerson) -> dict[str, Any]:
        if person.digest not in self._kept:
            fresh = {"key": os.urandom(32).hex(), "reader": generate_reader_key().raw.hex(), "records": []}
            self._kept[person.digest] = fresh
            self.save()
        page: dict[str, Any] = self._kept[person.digest]
        return page
