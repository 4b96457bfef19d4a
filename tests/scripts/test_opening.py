"""A release opens for its reader, whole or not at all, from every source of its sealed payload."""

import base64
import json
import os
import tracemalloc
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.commitment.content import record_commitment, stream_commitment
from mydata_ledger.ledger.envelope import Content, Header
from mydata_ledger.ledger.envelope.sealing import CHUNK, HEADER, TAG
from mydata_ledger.ledger.errors import IntegrityFailure, LedgerError, MalformedInput
from mydata_ledger.scripts.cli import app
from mydata_ledger.scripts.release import open_into, parse

RECORD, KEY, SEED = b"\1" * 32, b"k" * 32, b"s" * 32
FHIR = b'{"resourceType":"Observation","valueQuantity":{"value":1.10}}'


def released(reader, content=FHIR, media_type="application/fhir+json", **changed):
    """A release as the API answers it, and the sealed payload."""
    sealed = envelope.seal(Content(media_type, SEED, content), KEY, RECORD)
    document = {
        "record_id": "0x" + RECORD.hex(),
        "sealed": base64.b64encode(sealed).decode(),
        "wrapped_key": "0x" + envelope.wrap(KEY, reader.public, RECORD).hex(),
        "obligations": [],
        "receipt": {"position": 3, "block": 7},
        "issue": {
            "recordId": "0x" + RECORD.hex(),
            "commitment": "0x" + record_commitment(content, media_type, SEED).hex(),
            "cid": "bafkreiexample",
        },
    }
    return json.dumps(document | changed).encode(), sealed


@pytest.fixture(params=[True, False], ids=["ML-KEM-768 with X25519", "X25519"])
def key(request, tmp_path):
    """A key file on disk and the reader key in it."""
    reader = envelope.generate_reader_key(post_quantum=request.param)
    path = tmp_path / "me.json"
    path.write_text(json.dumps({"wallet": "11" * 32, "reader": reader.raw.hex()}))
    return path, reader


def run(*arguments, stdin=None):
    return CliRunner().invoke(app, ["open", *map(str, arguments)], input=stdin)


@pytest.mark.parametrize("content", [FHIR, b"{}", b'"x"'], ids=range(3))
def test_a_release_in_a_file_opens(key, tmp_path, content):
    path, reader = key
    raw, _ = released(reader, content)
    (tmp_path / "release.json").write_bytes(raw)
    out = tmp_path / "record.json"
    done = run(tmp_path / "release.json", "--key", path, "--out", out, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["media_type"] == "application/fhir+json"
    assert out.read_bytes() == content
    assert out.stat().st_mode & 0o077 == 0


def test_the_payload_may_come_from_a_file_or_a_pipe(key, tmp_path):
    path, reader = key
    content = os.urandom(3 * CHUNK + 5)
    raw, sealed = released(reader, content, "application/dicom", sealed=None)
    (tmp_path / "release.json").write_bytes(raw)
    (tmp_path / "payload").write_bytes(sealed)
    for name, piped in ((tmp_path / "payload", None), ("-", sealed)):
        out = tmp_path / "image.dcm"
        done = run(tmp_path / "release.json", "--key", path, "--out", out, "--sealed", name, stdin=piped)
        assert done.exit_code == 0, done.output
        assert out.read_bytes() == content
        out.unlink()
    assert isinstance(run(tmp_path / "release.json", "--key", path, "--out", out).exception, MalformedInput)


CUT = CHUNK + TAG
DAMAGES = {
    "cut": lambda s: s[:-1],
    "cut between chunks": lambda s: s[: HEADER + CUT],
    "nothing": lambda s: b"",
    "reordered": lambda s: s[:HEADER] + s[HEADER + CUT :][:CUT] + s[HEADER:][:CUT] + s[HEADER + 2 * CUT :],
    "duplicated": lambda s: s[: HEADER + CUT] + s[HEADER:],
    "last twice": lambda s: s + s[HEADER + 2 * CUT :],
    "more behind": lambda s: s + b"x",
    "a bit flipped": lambda s: s[:999] + bytes([s[999] ^ 1]) + s[1000:],
    "its last bit flipped": lambda s: s[:-1] + bytes([s[-1] ^ 1]),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_what_was_damaged_leaves_no_file_and_keeps_the_old_one(tmp_path, damage):
    reader = envelope.generate_reader_key()
    raw, sealed = released(reader, os.urandom(2 * CHUNK + 5), "application/dicom")
    out = tmp_path / "record"
    for before in (None, b"an older record"):
        if before:
            out.write_bytes(before)
        with pytest.raises(IntegrityFailure):
            open_into(out, parse(raw), [damage(sealed)], reader)
        assert [path.read_bytes() for path in tmp_path.iterdir()] == ([before] if before else [])


def test_a_chunk_of_another_record_does_not_open_in_this_one(tmp_path):
    reader = envelope.generate_reader_key()
    raw, sealed = released(reader, os.urandom(2 * CHUNK), "application/dicom")
    other = envelope.seal(Content("application/dicom", SEED, os.urandom(2 * CHUNK)), KEY, b"\2" * 32)
    with pytest.raises(IntegrityFailure):
        open_into(tmp_path / "x", parse(raw), [sealed[: HEADER + CUT] + other[HEADER + CUT :]], reader)


@pytest.mark.parametrize("media_type", ["application/fhir+json", "application/pdf"])
def test_a_payload_that_opens_but_is_not_what_its_holder_signed_is_not_kept(tmp_path, media_type):
    reader = envelope.generate_reader_key()
    raw, _ = released(reader, FHIR, media_type)
    _, other = released(reader, FHIR.replace(b"1.10", b"1.11"), media_type)
    with pytest.raises(IntegrityFailure, match="not the one its holder signed"):
        open_into(tmp_path / "x", parse(raw), [other], reader)
    assert list(tmp_path.iterdir()) == []


def test_another_reader_s_key_does_not_open(tmp_path):
    raw, sealed = released(envelope.generate_reader_key())
    with pytest.raises(IntegrityFailure):
        open_into(tmp_path / "x", parse(raw), [sealed], envelope.generate_reader_key())


WRONG = [
    b"",
    b"[]",
    b"{}",
    b'"x"',
    released(envelope.generate_reader_key(), sealed="%%%")[0],
    released(envelope.generate_reader_key(), sealed=5)[0],
    released(envelope.generate_reader_key(), record_id="0x00")[0],
    released(envelope.generate_reader_key(), record_id="0x" + "02" * 32)[0],
    released(envelope.generate_reader_key(), issue=[])[0],
    released(envelope.generate_reader_key(), wrapped_key=None)[0],
    b"[" * 10_000 + b"]" * 10_000,
    b'{"record_id":1,"record_id":2}',
]


@pytest.mark.parametrize("raw", WRONG, ids=range(len(WRONG)))
def test_a_file_that_is_no_release_is_refused(raw):
    with pytest.raises(MalformedInput):
        parse(raw)


@given(st.data())
def test_any_changed_byte_of_a_release_is_refused_or_means_the_same(tmp_path_factory, data):
    reader = envelope.ReaderKey(b"\2" + b"\7" * 32)
    raw, _ = released(reader)
    changed = bytearray(raw)
    changed[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    out = tmp_path_factory.mktemp("any") / "record"
    try:
        release = parse(bytes(changed))
        open_into(out, release, [release.sealed or b""], reader)
    except LedgerError:
        assert not out.exists()
    else:
        assert out.read_bytes() == FHIR


def test_a_key_file_without_a_reader_key_is_refused_with_the_remedy(tmp_path):
    (tmp_path / "me.json").write_text(json.dumps({"wallet": "11" * 32, "reader": None}))
    (tmp_path / "release.json").write_bytes(released(envelope.generate_reader_key())[0])
    done = run(tmp_path / "release.json", "--key", tmp_path / "me.json", "--out", tmp_path / "x")
    assert "mydata keys new" in str(done.exception)


def test_opening_takes_constant_memory(tmp_path):
    reader, size = envelope.generate_reader_key(), 200 * CHUNK
    piece = bytes(CHUNK)
    raw, _ = released(reader, b"", "application/dicom", sealed=None)
    digest = stream_commitment((piece for _ in range(200)), SEED)
    release = replace(parse(raw), commitment=sha256(digest + bytes(32)).digest())
    sealed = envelope.seal_stream(Header("application/dicom", SEED, size), (piece for _ in range(200)), KEY, RECORD)
    tracemalloc.start()
    assert open_into(tmp_path / "x", release, sealed, reader).length == size
    assert tracemalloc.get_traced_memory()[1] < 16 * CHUNK
    tracemalloc.stop()
