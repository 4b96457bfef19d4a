"""People with FHIR records on disk: SQLite, the payload store and the keystore of a server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import carebundle

from mydata_ledger.anchors.blockstore import BlockPayloads, Blocks
from mydata_ledger.anchors.keystore import FileKeys
from mydata_ledger.formats.fhir import split
from mydata_ledger.ledger.kernel import Upload
from mydata_ledger.ledger.receipt import ACCESS, LoggedStatement
from mydata_ledger.ledger.record import Record
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.ledger.vocabulary import Vocabulary
from mydata_ledger.scripts.slices.finding import slices
from testing.ledger_fixture import LedgerFixture
from testing.population import consent_all, issue_all, people
from testing.stores import open_store

PROFILES = ("hypertension", "type2_diabetes", "ckd_stage3")


@dataclass(frozen=True, slots=True)
class PeopleWithRecords:
    """A ledger, its people, and the ids of the records of each."""

    fixture: LedgerFixture
    people: Sequence[Wallet]
    records: Sequence[Sequence[bytes]]

    @property
    def issued(self) -> list[Record]:
        """All records, person by person."""
        return self.fixture.store.index.records_named([each for of_person in self.records for each in of_person])

    @property
    def count(self) -> int:
        """The number of records."""
        return sum(map(len, self.records))


def populated(folder: Path, persons: int, records_each: int) -> PeopleWithRecords:
    """A ledger whose people consent that the merchant computes and views; everything is anchored."""
    fixture = ledger(folder)
    wallets = people(persons)
    uploads = [list(_uploads(wallet, number, records_each)) for number, wallet in enumerate(wallets)]
    ids = iter(issue_all(fixture, [upload for of_person in uploads for upload in of_person]))
    records = [[next(ids) for _ in of_person] for of_person in uploads]
    consent_all(fixture, wallets, fixture.merchant)
    fixture.anchor()
    return PeopleWithRecords(fixture, wallets, records)


def ledger(folder: Path) -> LedgerFixture:
    """A ledger without people, with all its data in the folder."""
    store = open_store(f"sqlite:///{folder / 'ledger.db'}")
    fixture = LedgerFixture(Vocabulary(service.catalog for service in slices()), store)

    def durable(receipts: Sequence[LoggedStatement]) -> bool:
        return store.log.statements_at(ACCESS, [receipt.position for receipt in receipts]) == list(receipts)

    keys = FileKeys(
        folder / "keys.db",
        b"m" * 32,
        gateway=fixture.operator.signer,
        domain=fixture.world.domains[ACCESS],
        durable=durable,
        now=fixture.clock.now,
    )
    fixture.rebuild(keys=keys, payloads=BlockPayloads(Blocks(folder / "blocks")))
    return fixture


def _uploads(wallet: Wallet, number: int, most: int) -> Iterator[Upload]:
    """Resources of several generated patients, all about this person."""
    made = 0
    for seed in range(number * most, (number + 1) * most):
        bundle = carebundle.generate_history(profile=PROFILES[seed % len(PROFILES)], seed=seed)
        for upload in split(carebundle.to_json(bundle).encode(), wallet.signer).uploads[: most - made]:
            yield upload
            made += 1
        if made == most:
            return
