"""Fuzz targets for formats of other systems: FHIR Consent, AuthZEN, IPFS DAGs and paths, tiles, proof bundles."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson

from bench.fuzz.documents import STATEMENTS
from mydata_ledger.anchors.ipld import hamt, pathing, ranges
from mydata_ledger.anchors.ipld.accept import GatewayRefusal
from mydata_ledger.anchors.ipld.car import read_blocks
from mydata_ledger.anchors.ipld.cid import DAG_CBOR, DAG_PB, RAW, Cid
from mydata_ledger.anchors.ipld.selecting import BlockSelection, selected
from mydata_ledger.anchors.ipld.unixfs import DIRECTORY, HAMT
from mydata_ledger.anchors.ipld.wire import data, number, varint
from mydata_ledger.anchors.memory import FixedClock, MemoryKeys, MemoryPayloads, MemoryStore
from mydata_ledger.api.fastpath.evaluations import evaluation, evaluations
from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.errors import LedgerError, PayloadMissing
from mydata_ledger.ledger.kernel import Kernel, World, ports_of
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.ledger.tiles import bundle, hashes, unbundle
from mydata_ledger.ledger.typed_data import Domain
from mydata_ledger.ledger.vocabulary import Vocabulary
from mydata_ledger.scripts.gateway import path_of
from mydata_ledger.scripts.slices.finding import slices
from mydata_ledger.scripts.verify.files import documents_in
from mydata_ledger.services.health.formats.consents import read_consent, write_r4, write_r5

WALLET = Wallet(b"\1" * 32)
WORDS = Vocabulary(service.catalog for service in slices())
STORE = MemoryStore()
DOMAINS = {log: Domain(31337, WALLET.address) for log in ("consents", "records", "access")}
KERNEL = Kernel.of(
    World(
        **ports_of(STORE),
        payloads=MemoryPayloads(),
        keys=MemoryKeys(STORE.log),
        clock=FixedClock(1_800_000_000),
        gateway=WALLET,
        vocabulary=WORDS,
        domains=DOMAINS,
        computer=envelope.generate_reader_key(),
        hurry=lambda: None,
    )
)


def fhir_consent(raw: bytes) -> None:
    """Every grant of a parsed FHIR Consent has known categories and a valid window."""
    imported = read_consent(raw, WORDS, grantee=lambda _: WALLET.address)
    for grant in (grant for grants in imported.grants.values() for grant in grants):
        assert grant.categories
        assert grant.not_before < grant.expires


def authzen(raw: bytes) -> None:
    """A parsed AuthZEN request has a purpose; in a batch each request is refused by itself."""
    for read in (evaluation, evaluations):
        with suppress(LedgerError):
            for request in read(KERNEL, raw).questions:
                assert isinstance(request, LedgerError) or request.purposes


def hostile_dag(raw: bytes) -> None:
    """For any blocks and path, the selection ends and contains only existing blocks."""
    path, _, rest = raw.partition(b"\n")
    blocks_by_cid: dict[Cid, bytes] = {}
    with suppress(LedgerError):
        blocks_by_cid.update(read_blocks(io.BytesIO(rest)))

    def get(cid: Cid) -> bytes:
        if cid not in blocks_by_cid:
            raise PayloadMissing("absent")
        return blocks_by_cid[cid]

    names = [name for name in path.decode("utf-8", "surrogateescape").split("/") if name]
    for root in blocks_by_cid:
        with suppress(LedgerError):
            resolved = pathing.resolve(get, root, names)
            for scope in ("all", "entity"):
                assert all(cid in blocks_by_cid for cid, _ in selected(get, resolved, BlockSelection(scope)))


def request_line(raw: bytes) -> None:
    """A parsed path has no dot segments, and a parsed range is inside the content."""
    target, _, range_header = raw.partition(b"\n")
    with suppress(GatewayRefusal):
        assert not {".", "..", ""} & set(path_of({"raw_path": target, "path": ""})[1])
    size = len(raw)
    parsed = ranges.requested_ranges({"range": range_header.decode("latin-1")}, size, '"x"') or []
    assert all(0 <= first < end <= size for first, end in parsed)


def tile(raw: bytes) -> None:
    """A parsed entry bundle is written unchanged; tile hashes have 32 bytes."""
    with suppress(LedgerError):
        assert all(len(hash_) == 32 for hash_ in hashes(raw[1:], raw[0] if raw else 0))
    assert bundle(unbundle(raw[1:], raw[0] if raw else 0)) == raw[1:]


def proof_bundle(raw: bytes) -> None:
    """A proof bundle gives documents or errors."""
    assert list(documents_in(raw))


def _dag() -> bytes:
    leaf = Cid.of(RAW, b"x")
    linked = data(2, data(1, leaf.raw) + data(2, b"a") + number(3, 1)) + data(1, number(1, DIRECTORY))
    name = f"{hamt.murmur3(b'a') >> 56 & 255:02X}a".encode()
    shard = data(2, data(1, leaf.raw) + data(2, name) + number(3, 1)) + data(1, number(1, HAMT) + number(6, 256))
    value = bytes.fromhex("a16161d82a582500") + leaf.raw
    blocks = [
        (leaf, b"x"),
        *((Cid.of(DAG_PB, node), node) for node in (linked, shard)),
        (Cid.of(DAG_CBOR, value), value),
    ]
    return b"a/0\n" + b"".join(varint(len(cid.raw) + len(block)) + cid.raw + block for cid, block in blocks)


def _fhir() -> list[bytes]:
    consent: Consent = STATEMENTS[0]
    return [orjson.dumps(write(consent, bytes(32), "active")) for write in (write_r4, write_r5)]


def _evaluation() -> dict[str, Any]:
    subject = {"type": "party", "id": WALLET.address}
    resource = {"type": "record", "id": "0x" + "11" * 32, "properties": {"category": "health.lab"}}
    return {
        "subject": subject,
        "action": {"name": "view"},
        "resource": resource,
        "context": {"purpose": "hl7:CLINTRCH", "consents_at_least": 1},
    }


SEEDS: dict[Callable[[bytes], None], list[bytes]] = {
    fhir_consent: _fhir(),
    authzen: [
        orjson.dumps(_evaluation()),
        orjson.dumps({**_evaluation(), "evaluations": [{}], "options": {"evaluations_semantic": "execute_all"}}),
    ],
    hostile_dag: [_dag()],
    request_line: [b"/ipfs/bafkqaaa/a%2Fb/..?x\nbytes=0-1,-2", b"/ipfs/%2e%2e/a\nbytes=5-"],
    tile: [b"\2" + bundle([b"a", bytes(32)]), b"\1" + bytes(32)],
    proof_bundle: [b'{"kind":"mydata-proofs-1","documents":[{"kind":"Issue"}]}', b"[]"],
}
