"""FHIR resources of a hospital's bundles to signed, stored and logged records: the work of the API without HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import carebundle

from bench.report import Row
from mydata_ledger.anchors.blockstore import BlockPayloads, Blocks
from mydata_ledger.anchors.keystore import FileKeys
from mydata_ledger.formats.fhir import split
from mydata_ledger.ledger import typed_data
from mydata_ledger.ledger.kernel import Kernel, ports_of
from mydata_ledger.ledger.receipt import ACCESS
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.vocabulary import Vocabulary
from mydata_ledger.scripts.slices.finding import slices
from testing.ledger_fixture import LedgerFixture, drafted
from testing.stores import open_store

PROFILES = ("hypertension", "type2_diabetes", "ckd_stage3")
BATCH = 1_000


def issued(folder: Path, resources: int) -> Row:
    """One row: processor time and wall time for that number of resources of generated patients."""
    fixture, kernel = _fixture(folder)
    bundles = list(_bundles(resources))
    clock, core = time.perf_counter(), time.process_time()
    uploads = [upload for raw, subject in bundles for upload in split(raw, subject).uploads][:resources]
    for start in range(0, len(uploads), BATCH):
        drafts = kernel.records.issues.draft(fixture.hospital.address, uploads[start : start + BATCH])
        issues = [drafted(draft, Issue) for draft in drafts]
        domain = kernel.statements.domain(issues[0])
        signed = [(issue, fixture.hospital.sign(typed_data.digest(issue, domain))) for issue in issues]
        assert len(kernel.records.issues.accept(signed)) == len(signed)
    clock, core = time.perf_counter() - clock, time.process_time() - core
    assert kernel.queries.head("records").size == len(uploads)
    return {
        "name": f"issue {len(uploads):,} FHIR resources: split, commit, seal, store, sign, log",
        "ms": clock * 1_000,
        "per_s": len(uploads) / clock,
        "per_core_s": len(uploads) / core,
        "mb_per_s": sum(len(upload.content) for upload in uploads) / clock / (1 << 20),
    }


def _fixture(folder: Path) -> tuple[LedgerFixture, Kernel]:
    """A hospital and a kernel with all its data on disk."""
    fixture = LedgerFixture(Vocabulary(service.catalog for service in slices()))
    store = open_store(f"sqlite:///{folder / 'issued.db'}")
    store.directory.set_parties(fixture.directory)
    world = fixture.world
    keys = FileKeys(
        folder / "keys.db",
        b"m" * 32,
        gateway=world.gateway.signer,
        domain=world.domains[ACCESS],
        durable=lambda _: True,
    )
    payloads = BlockPayloads(Blocks(folder / "issued"))
    return fixture, Kernel.of(replace(world, **ports_of(store), payloads=payloads, keys=keys))


def _bundles(resources: int) -> Iterator[tuple[bytes, bytes]]:
    """Bundles of one patient each with the patient's address, until they hold enough resources."""
    count, number = 0, 0
    while count < resources:
        bundle = carebundle.generate_history(profile=PROFILES[number % len(PROFILES)], seed=number)
        raw, number = carebundle.to_json(bundle).encode(), number + 1
        count += len(split(raw, bytes(20)).uploads)
        yield raw, number.to_bytes(20, "big")
