"""People for the bench of profiles: each has four sealed FHIR records, and consents to the gateway and to a trial."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from bench.decide.population import DOMAINS, HOSPITAL, NOTICE, NOW, TRIAL, anchor, person, seal
from bench.report import StatusCallback
from mydata_ledger.anchors.blockstore import BlockPayloads, Blocks
from mydata_ledger.anchors.keystore import FileKeys
from mydata_ledger.anchors.keystore.permits import Durable
from mydata_ledger.anchors.memory import FixedClock
from mydata_ledger.anchors.store import Store
from mydata_ledger.formats.profile.kind import CLINICAL_PROFILE
from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.consent import NEVER, Consent, Effect, Grant
from mydata_ledger.ledger.kernel import Kernel, World, ports_of
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, RECORDS, LoggedStatement
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.ledger.vocabulary import Vocabulary
from mydata_ledger.scripts.slices.finding import slices
from testing.stores import open_store

SNOMED, LOINC, DIABETES = "http://snomed.info/sct", "http://loinc.org", "44054006"
GATEWAY = Wallet(sha256(b"gateway of the bench of profiles").digest())
PARTIES = [
    Party(TRIAL.address, "Trial of the bench", frozenset({"trial"}), b"", 0, 0),
    Party(HOSPITAL.address, "Hospital of the bench", frozenset({"holder"}), b"", 0, 0),
    Party(GATEWAY.address, "Gateway of the bench", frozenset({"operator"}), b"", 0, 0),
]
TO_GATEWAY = Grant(Effect.PERMIT, ("health",), (CLINICAL_PROFILE.purpose,), ("compute",), 0, NEVER)
TO_TRIAL = Grant(Effect.PERMIT, ("health",), ("hl7:HRESCH",), ("compute",), 0, NEVER)
STEP = 1_000


def resources(number: int) -> list[tuple[str, str]]:
    """The category and JSON text of each record of person `number`."""
    sex, code = ("female", "male")[number % 2], DIABETES if number % 3 == 0 else "38341003"
    values = [("4548-4", f"{5 + number % 50 / 10:.1f}", "%"), ("718-7", f"{11 + number % 40 / 10:.1f}", "g/dL")]
    coded = f'"code":{{"coding":[{{"system":"{SNOMED}","code":"{code}"}}]}}'
    return [
        ("health.identity", f'{{"resourceType":"Patient","birthDate":"{1940 + number % 70}-03-04","gender":"{sex}"}}'),
        ("health.condition", f'{{"resourceType":"Condition","id":"c",{coded}}}'),
        *(("health.lab.observation", _observation(number, *value)) for value in values),
    ]


def _observation(number: int, loinc: str, value: str, unit: str) -> str:
    day, coded = f"2026-0{1 + number % 9}-01", f'{{"coding":[{{"system":"{LOINC}","code":"{loinc}"}}]}}'
    quantity = f'{{"value":{value},"code":"{unit}","unit":"{unit}"}}'
    members = f'"status":"final","effectiveDateTime":"{day}","code":{coded},"valueQuantity":{quantity}'
    return f'{{"resourceType":"Observation","id":"o{loinc}",{members}}}'


@dataclass
class ProfileLedger:
    """A ledger over SQLite, with a keystore and a payload store on disk; the first record of each person is named."""

    store: Store
    kernel: Kernel
    world: World
    first_records: list[bytes]

    def close(self) -> None:
        """Close the database."""
        self.store.dispose()


def filled(folder: Path, people: int, on_status: StatusCallback) -> ProfileLedger:
    """A ledger of so many people."""
    url = f"sqlite:///{folder / 'ledger.db'}"
    keys_without_log = _keys(folder, lambda _: False)
    payloads, store = BlockPayloads(Blocks(folder / "blocks")), open_store(url, loading=True)
    first: list[bytes] = []
    for start in range(0, people, STEP):
        numbers = range(start, min(start + STEP, people))
        issues = _issues(numbers, keys_without_log, payloads)
        first += [issue.record_id for issue in issues[:: len(resources(0))]]
        _restore(store, RECORDS, 4 * start, issues)
        grants = (GATEWAY, TO_GATEWAY), (TRIAL, TO_TRIAL)
        _restore(store, CONSENTS, 2 * start, [_consent(number, *each) for number in numbers for each in grants])
        on_status(f"{people:,} people: {numbers.stop:,} sealed")
    keys_without_log.close()
    store.dispose()
    return _opened(folder, url, payloads, first)


def _opened(folder: Path, url: str, payloads: BlockPayloads, first: list[bytes]) -> ProfileLedger:
    store = open_store(url)
    store.directory.set_parties(PARTIES)
    store.directory.publish(NOTICE)
    anchor(store)

    def durable(receipts: Sequence[LoggedStatement]) -> bool:
        return store.log.statements_at(ACCESS, [receipt.position for receipt in receipts]) == list(receipts)

    world = World(
        **ports_of(store),
        payloads=payloads,
        keys=_keys(folder, durable),
        clock=FixedClock(NOW),
        gateway=GATEWAY,
        vocabulary=Vocabulary(one.catalog for one in slices()),
        domains=DOMAINS,
        computer=envelope.generate_reader_key(),
    )
    return ProfileLedger(store, Kernel.of(world), world, first)


def _keys(folder: Path, durable: Durable) -> FileKeys:
    path, master = folder / "keys.db", b"\x4b" * 32
    return FileKeys(path, master, gateway=GATEWAY.signer, domain=DOMAINS[ACCESS], durable=durable, now=lambda: NOW)


def _issues(numbers: range, keys: FileKeys, payloads: BlockPayloads) -> list[Issue]:
    """Sealed records of people, with their statements."""
    records = [(number, os.urandom(32), *one) for number in numbers for one in resources(number)]
    data_keys = keys.create_many([(record_id, person(number)) for number, record_id, _, _ in records])
    sealed = [
        envelope.seal(envelope.Content("application/fhir+json", secrets.token_bytes(32), text.encode()), key, record_id)
        for (_, record_id, _, text), key in zip(records, data_keys, strict=True)
    ]
    cids = payloads.put_many(sealed)
    return [_issue(*record, cid) for record, cid in zip(records, cids, strict=True)]


def _issue(number: int, record_id: bytes, category: str, text: str, cid: str) -> Issue:
    none, commitment = bytes(32), sha256(text.encode()).digest()
    return Issue(record_id, person(number), HOSPITAL.address, category, 0, 0, commitment, cid, none, NOW, none)


def _consent(number: int, grantee: Wallet, grant: Grant) -> Consent:
    subject, lock = person(number), sha256(b"%d" % number + grantee.signer).digest()
    return Consent(subject, subject, grantee.address, "", 1, bytes(32), (grant,), NOTICE.digest, "en", NOW, lock)


def _restore(store: Store, log: str, first: int, statements: Sequence[Issue | Consent]) -> None:
    signed = [seal(statement, first + n) for n, statement in enumerate(statements)]
    store.rebuilding.restore(log, [LoggedStatement(one, first + n, NOW) for n, one in enumerate(signed)])
