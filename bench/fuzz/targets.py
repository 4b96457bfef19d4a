"""Fuzz targets: each parser as a function that may raise only our own errors, with its seeds."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from bench.fuzz import documents, foreign
from mydata_ledger.anchors.ipld import car, links, reading
from mydata_ledger.anchors.ipld.cid import DAG_CBOR, DAG_PB, Cid
from mydata_ledger.anchors.ipld.gateway import GatewayRequest, respond
from mydata_ledger.anchors.ipld.unixfs import CHUNK, blocks_of
from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.canonical import canonical, read
from mydata_ledger.ledger.commitment import disclosure, fields
from mydata_ledger.ledger.envelope import Content
from mydata_ledger.ledger.errors import LedgerError, MalformedInput, PayloadMissing

KEY, RECORD, SEED = b"k" * 32, b"r" * 32, b"s" * 32
READER = envelope.ReaderKey(b"\2" + b"\7" * 32)
DOCUMENT = b'{"resourceType":"Observation","value":1.10,"note":[],"a/b":{"~":null,"\\u00e9":[true,"x"]}}'
ROOT_COMMITMENT = bytes(32)


def json_strict(raw: bytes) -> None:
    """A parsed value has a canonical form that parses to the same canonical form."""
    value = read(raw)
    with suppress(LedgerError):
        assert canonical(read(canonical(value))) == canonical(value)


def field_tree(raw: bytes) -> None:
    """Every field of a JSON document verifies under its root."""
    root = fields.root(raw, SEED)
    shown = fields.verify(fields.disclose(raw, SEED, [""]), root)
    assert shown


def disclosed(raw: bytes) -> None:
    """A parsed disclosure does not verify for another record."""
    disclosure.verify(disclosure.from_json(raw), ROOT_COMMITMENT)
    raise AssertionError


def sealed(raw: bytes) -> None:
    """Only a sealed payload opens."""
    envelope.open_sealed(raw, KEY, RECORD)
    raise AssertionError


def wrapped(raw: bytes) -> None:
    """An invalid reader key is refused; only a wrapped key unwraps."""
    with suppress(LedgerError):
        envelope.wrap(KEY, raw, RECORD)
    envelope.unwrap(raw, READER, RECORD)
    raise AssertionError


def car_file(raw: bytes) -> None:
    """Every block of a CAR matches its CID."""
    _, blocks = car.read(io.BytesIO(raw))
    for cid, block in blocks:
        assert cid.names(block)


def dag_node(raw: bytes) -> None:
    """A node is parsed or refused; reading its links ends."""
    root = Cid.of(DAG_PB, raw)

    def get(cid: Cid) -> bytes:
        if cid != root:
            raise PayloadMissing("absent")
        return raw

    links.children(root, raw)
    b"".join(reading.file_bytes(get, root))


def dag_cbor(raw: bytes) -> None:
    """A DAG-CBOR block is parsed or refused; its links are CIDs."""
    assert all(isinstance(link, Cid) for link in links.children(Cid.of(DAG_CBOR, raw), raw))


def any_cid(raw: bytes) -> None:
    """What reads as a CID, as bytes or as text, is written back and read as the same."""
    for decode in (partial(Cid.decode, raw), partial(Cid.parse_any, raw.decode("latin-1"))):
        with suppress(MalformedInput):
            cid = decode()
            assert Cid.parse_any(str(cid)) == Cid.decode(cid.raw) == cid


def gateway(raw: bytes) -> None:
    """Any request gets a reply, and none raises before its body is read."""
    path, _, rest = raw.decode("latin-1").partition("\n")
    query, _, accept = rest.partition("\n")
    pairs = dict(part.partition("=")[::2] for part in query.split("&"))
    segments = tuple(part for part in path.split("/") if part)
    reply = respond(STORE.__getitem__, GatewayRequest("GET", segments, pairs, {"accept": accept}))
    assert 200 <= reply.status < 600
    b"".join(reply.body)


class _Store(dict[Cid, bytes]):
    def __missing__(self, cid: Cid) -> bytes:
        raise PayloadMissing("absent")


CONTENT = bytes(range(256)) * (CHUNK // 100)
STORE = _Store((cid, bytes(block)) for cid, block in blocks_of(CONTENT))
HELD = str(list(STORE)[-1])
BYTES = (json_strict, field_tree, disclosed, sealed, wrapped, car_file, dag_node, dag_cbor, any_cid, gateway)
TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target for target in (*BYTES, *documents.SEEDS, *foreign.SEEDS)
}
SEEDS: dict[str, list[bytes]] = {
    "json_strict": [DOCUMENT, b"[1e5,-0.0,1.10]"],
    "field_tree": [DOCUMENT],
    "disclosed": [disclosure.to_json(disclosure.disclose(DOCUMENT, SEED, ["/value", "/note"]))],
    "sealed": [envelope.seal(Content("a/b", SEED, b"x"), b"j" * 32, RECORD)],
    "wrapped": [envelope.generate_reader_key(post_quantum=False).public, envelope.generate_reader_key().public],
    "car_file": [b"".join(car.write([next(iter(STORE))], [(cid, b"x") for cid in [Cid.of(0x55, b"x")]]))],
    "dag_node": [STORE[list(STORE)[-1]]],
    "dag_cbor": [bytes.fromhex("a2616101616283d82a58250001551220") + bytes(32) + b"\xf6\x61x"],
    "any_cid": [b"bafkqaaa", HELD.encode(), b"QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn", Cid.parse(HELD).raw],
    "gateway": [
        f"{HELD}\nformat=car&dag-scope=entity&entity-bytes=5:*\n".encode(),
        f"{HELD}/a\nformat=raw\n".encode(),
        f"{HELD}\n\napplication/vnd.ipld.car;version=1".encode(),
    ],
    **{target.__name__: seeds for more in (documents.SEEDS, foreign.SEEDS) for target, seeds in more.items()},
}
