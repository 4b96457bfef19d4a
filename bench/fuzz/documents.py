"""Fuzz targets for parsers of texts and documents, with seeds."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson

from mydata_ledger.anchors.ipld import wire
from mydata_ledger.anchors.ipld.cid import Cid
from mydata_ledger.api.siwe import SignIn
from mydata_ledger.formats.fhir import split
from mydata_ledger.formats.fhir.selecting import pointers
from mydata_ledger.ledger import merkle, signers, typed_data
from mydata_ledger.ledger.access import AccessRequest
from mydata_ledger.ledger.canonical import read
from mydata_ledger.ledger.commitment import disclosure, fields
from mydata_ledger.ledger.commitment.entry import Entry
from mydata_ledger.ledger.consent import Consent, Effect, Grant, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.emergency import Incident, IncidentExtension
from mydata_ledger.ledger.envelope import frame
from mydata_ledger.ledger.errors import LedgerError
from mydata_ledger.ledger.kernel.decisions.cursors import START, Cursors
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.note.checkpoint import Checkpoint
from mydata_ledger.ledger.note.keys import Verifier
from mydata_ledger.ledger.note.signed import Note, Signature
from mydata_ledger.ledger.receipt import LOG_OF, AccessReceipt
from mydata_ledger.ledger.record import Erasure, Issue
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.ledger.terms import Condition
from mydata_ledger.ledger.tiles import TilePosition
from mydata_ledger.ledger.typed_data import Domain
from mydata_ledger.scripts import release
from mydata_ledger.scripts.verify import RegistryReader, parse, verify

SEED = b"s" * 32
NO_CHAIN = RegistryReader("no address")
WALLET = Wallet(b"\1" * 32)
DOMAIN = Domain(31337, WALLET.address)
RESOURCE = (
    b'{"resourceType":"Observation","status":"final","valueQuantity":{"value":1.10},"subject":{"reference":"#p"},'
    b'"code":{"coding":[{"system":"a","code":"b"}]},"component":[{"code":{"text":"x"}}]}'
)
KINDS = {kind.__name__: kind for kind in LOG_OF}
HEX = bytes(32)
REQUEST = AccessRequest(HEX, WALLET.address, HEX, "health.lab", ("hl7:CLINTRCH",), "view")
GRANT = Grant(Effect.PERMIT, ("health.lab",), ("hl7:CLINTRCH",), ("view",), 0, 1, 0, 0, (HEX,), ("once",))
STATEMENTS: tuple[Any, ...] = (
    Consent(WALLET.signer, WALLET.signer, WALLET.address, "Trial", 1, HEX, (GRANT,), HEX, "en", 1, HEX),
    Issue(HEX, WALLET.signer, WALLET.address, "health.lab", 0, 0, HEX, "bafkrei", HEX, 1, HEX),
    AccessReceipt(
        HEX, WALLET.address, b"\1" * 20, HEX, "health.lab", "hl7:CLINTRCH", "view", HEX, True, "own", (HEX,), 1, 1, 1, 1
    ),
    Revocation(WALLET.signer, WALLET.signer, WALLET.address, "Trial", 2, HEX, HEX, 1),
    Delegation(WALLET.signer, WALLET.signer, WALLET.signer, "Bob", "guardian", ("health",), 0, 1, HEX, 1, HEX),
    Erasure(HEX, WALLET.signer, "bafkrei", HEX, 1),
    Incident(WALLET.address, WALLET.signer, "E-1", "unconscious", 0, 1),
    IncidentExtension(WALLET.address, WALLET.signer, HEX, "still unconscious", 0, 1),
)


def json_pointer(raw: bytes) -> None:
    """The fields that a JSON pointer selects verify."""
    shown = fields.disclose(RESOURCE, SEED, [_text(raw)])
    assert fields.verify(shown, fields.root(RESOURCE, SEED))


def fhirpath(raw: bytes) -> None:
    """A FHIRPath expression selects existing fields."""
    assert disclosure.disclose(RESOURCE, SEED, pointers(RESOURCE, [_text(raw)])).fields


def fhir_bundle(raw: bytes) -> None:
    """Every record of a bundle is a JSON object."""
    for upload in split(raw, bytes(20)).uploads:
        assert isinstance(read(upload.content), dict)


def cid(raw: bytes) -> None:
    """A parsed CID is written unchanged."""
    with suppress(LedgerError):
        assert Cid.decode(raw).raw == raw
    assert str(Cid.parse(_text(raw))) == _text(raw)


def protobuf(raw: bytes) -> None:
    """Protobuf fields end at the end of the message."""
    assert all(isinstance(value, int | bytes) for _, value in wire.fields(raw))


def payload_header(raw: bytes) -> None:
    """A decoded header does not exceed the input."""
    header, end = frame.decode(raw)
    assert end <= len(raw)
    assert header.padded >= header.length


def statement(raw: bytes) -> None:
    """A parsed statement has the same digest after it is written and parsed again."""
    document = _object(raw)
    kind: type[Any] = KINDS.get(str(document.get("kind")), Consent)
    message: Any = document.get("message")
    parsed = typed_data.parse(kind, message)
    again = typed_data.parse(kind, typed_data.message(parsed))
    assert typed_data.digest(again, DOMAIN) == typed_data.digest(parsed, DOMAIN)


def proof_document(raw: bytes) -> None:
    """A proof document is parsed or refused; without a chain the verdict is never valid."""
    verdict = verify(parse(read(raw)), NO_CHAIN)
    assert verdict.result != "valid"
    assert all(step.value_text("ko") for step in verdict.steps)


def released(raw: bytes) -> None:
    """A release is parsed or refused."""
    assert len(release.parse(raw).record_id) == 32


def sign_in(raw: bytes) -> None:
    """A sign-in message is parsed or refused."""
    assert SignIn.parse(_text(raw)).address.startswith("0x")


def signed_note(raw: bytes) -> None:
    """A parsed note and its checkpoint are written unchanged."""
    note = Note.parse(raw)
    assert bytes(note) == raw
    assert str(Checkpoint.parse(note.text)) == note.text


def note_key(raw: bytes) -> None:
    """A parsed verifier key is written unchanged."""
    assert str(Verifier.parse(_text(raw))) == _text(raw)


def tile_path(raw: bytes) -> None:
    """A parsed tile path is written unchanged."""
    assert str(TilePosition.parse(_text(raw))) == _text(raw)


def condition(raw: bytes) -> None:
    """A parsed condition is written unchanged, except for leading zeros."""
    assert Condition.parse(str(Condition.parse(_text(raw)))) == Condition.parse(_text(raw))


def cursor(raw: bytes) -> None:
    """A forged cursor is not accepted."""
    assert Cursors(b"c" * 32).open(REQUEST, _text(raw)) == START


def signature(raw: bytes) -> None:
    """No other signature recovers the address of the wallet."""
    assert signers.recover(HEX, raw) != WALLET.signer


def merkle_proof(raw: bytes) -> None:
    """No proof verifies for another root than its own."""
    index, size, rest = int.from_bytes(raw[:2], "big"), int.from_bytes(raw[2:4], "big"), raw[4:]
    path = [rest[start : start + 32] for start in range(0, len(rest), 32)]
    with suppress(LedgerError):
        merkle.verify_consistency(Head(index, HEX), Head(size, b"\1" * 32), path)
        assert index == 0
    merkle.verify_inclusion(HEX, index, Head(size, HEX), path)
    assert size == 1


def _text(raw: bytes) -> str:
    """Any text that a command line or a lenient decoder could give, also lone surrogates."""
    return raw.decode("utf-8", "surrogateescape")


def _object(raw: bytes) -> dict[str, Any]:
    value = read(raw)
    return value if isinstance(value, dict) else {}


def _proof() -> dict[str, Any]:
    receipt = STATEMENTS[2]
    digest = typed_data.digest(receipt, DOMAIN)
    entry = Entry(digest, WALLET.sign(digest), SEED)
    words = {"signature": entry.signature, "salt": entry.salt, "lock": entry.lock, "entry": entry.entry}
    return {
        "kind": "AccessReceipt",
        "log": "access",
        "position": 0,
        "domain": DOMAIN.describe(),
        "message": typed_data.message(receipt),
        **{name: "0x" + word.hex() for name, word in words.items()},
        "checkpoint": {"size": 1, "root": "0x" + entry.leaf.hex()},
        "inclusion": [],
        "registries": dict.fromkeys(("consents", "records", "access", "parties"), WALLET.address),
    }


def _released() -> dict[str, Any]:
    issue = {"recordId": "0x" + HEX.hex(), "commitment": "0x" + HEX.hex(), "cid": "bafkrei"}
    return {"record_id": "0x" + HEX.hex(), "wrapped_key": "0x02", "sealed": "TURMMQ==", "issue": issue, "receipt": {}}


def _noted() -> bytes:
    text = str(Checkpoint("ledger.example/records", Head(3, HEX)))
    return bytes(Note(text, (Signature("ledger.example", b"abcd", bytes(64)),)))


SIGN_IN = SignIn("ledger.example", WALLET.address, "https://ledger.example", 1, "abcdefgh1", 1, 2, statement="Hello")
SEEDS: dict[Callable[[bytes], None], list[bytes]] = {
    json_pointer: [b"/code/coding/0/code", b"/a~1b/~0", b""],
    fhirpath: [
        b"Observation.code.coding.where(system = 'a').code",
        b"component[0].code.text | status",
        b"(value as Quantity).value",
        b"descendants().where($this is string).first()",
    ],
    fhir_bundle: [RESOURCE, b'{"resourceType":"Bundle","type":"collection","entry":[{"resource":' + RESOURCE + b"}]}"],
    cid: [str(Cid.of(0x55, b"x")).encode(), Cid.of(0x70, b"y").raw],
    protobuf: [b"\x0a\x02ab\x10\x96\x01", b"\x08\x01\x12\x00"],
    payload_header: [frame.Header("application/fhir+json", SEED, 5).encode() + b"hello"],
    statement: [orjson.dumps({"kind": type(s).__name__, "message": typed_data.message(s)}) for s in STATEMENTS],
    proof_document: [orjson.dumps(_proof())],
    released: [orjson.dumps(_released())],
    sign_in: [SIGN_IN.text().encode()],
    signed_note: [_noted()],
    note_key: [str(Verifier("ledger.example", 1, bytes(32))).encode()],
    tile_path: [b"x001/x234/067.p/5", b"000"],
    condition: [b"max-uses:3", b"once", b"retain-until:01"],
    cursor: [Cursors(b"d" * 32).seal(REQUEST, (0, 5)).encode()],
    signature: [Wallet(b"\2" * 32).sign(HEX), bytes(64) + b"\x1b"],
    merkle_proof: [b"\0\1\0\3" + bytes(96), b"\0\0\0\1"],
}
