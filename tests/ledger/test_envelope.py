"""Sealing and wrapping: what opens, and everything that must not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from ledger import envelope
from ledger.envelope import Content
from ledger.envelope.sealing import CHUNK, HEADER, TAG, padme
from ledger.errors import IntegrityFailure, MalformedInput

KEY, RECORD, SEED = b"k" * 32, b"\1" * 32, b"s" * 32
CUT = CHUNK + TAG


def sealed(content=b"x" * (2 * CHUNK + 5)):
    return envelope.seal(Content("text/plain", SEED, content), KEY, RECORD)


@pytest.mark.parametrize("size", [0, 1, 255, CHUNK - 48, CHUNK, 3 * CHUNK + 1])
def test_what_is_sealed_opens(size):
    content = Content("application/fhir+json", SEED, bytes(size))
    assert envelope.open_sealed(envelope.seal(content, KEY, RECORD), KEY, RECORD) == content


def chunks(whole):
    return [whole[start : start + CUT] for start in range(HEADER, len(whole), CUT)]


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c[:-1],
        lambda c: [c[1], c[0], *c[2:]],
        lambda c: [c[0], c[0], *c[1:]],
        lambda c: c[1:],
        lambda c: [*c, c[-1]],
        lambda c: [],
        lambda c: [*c[:-1], c[-1][:-1]],
    ],
    ids=["truncated", "swapped", "duplicated", "headless", "repeated-end", "empty", "cut-tag"],
)
def test_chunks_out_of_place_do_not_open(change):
    whole = sealed()
    with pytest.raises(IntegrityFailure):
        envelope.open_sealed(whole[:HEADER] + b"".join(change(chunks(whole))), KEY, RECORD)


@settings(max_examples=200)
@given(some.data())
def test_any_flipped_bit_is_noticed(data):
    whole = bytearray(sealed(b"a short record"))
    position = data.draw(some.integers(0, len(whole) - 1))
    whole[position] ^= 1 << data.draw(some.integers(0, 7))
    with pytest.raises(IntegrityFailure):
        envelope.open_sealed(bytes(whole), KEY, RECORD)


def test_another_record_or_key_does_not_open():
    with pytest.raises(IntegrityFailure):
        envelope.open_sealed(sealed(), KEY, b"\2" * 32)
    with pytest.raises(IntegrityFailure):
        envelope.open_sealed(sealed(), b"\0" * 32, RECORD)


@given(some.binary(max_size=300))
def test_garbage_is_an_integrity_failure(garbage):
    with pytest.raises(IntegrityFailure):
        envelope.open_sealed(garbage, KEY, RECORD)


@given(some.integers(0, 2**40))
def test_padding_costs_at_most_an_eighth(length):
    assert length <= padme(length) <= length + length // 8 + 1
    assert padme(padme(length)) == padme(length)


def test_lengths_that_differ_little_look_the_same():
    assert len(sealed(b"x" * 1_000)) == len(sealed(b"x" * 1_001))


@pytest.mark.parametrize("post_quantum", [True, False])
def test_a_wrapped_key_opens_for_its_reader_and_record_only(post_quantum):
    reader, other = (envelope.generate_reader_key(post_quantum=post_quantum) for _ in range(2))
    wrapped = envelope.wrap(KEY, reader.public, RECORD)
    assert envelope.unwrap(wrapped, reader, RECORD) == KEY
    for wrong in (
        lambda: envelope.unwrap(wrapped, other, RECORD),
        lambda: envelope.unwrap(wrapped, reader, b"\2" * 32),
    ):
        with pytest.raises(IntegrityFailure):
            wrong()
    with pytest.raises(IntegrityFailure):
        envelope.unwrap(b"", reader, RECORD)


def test_the_two_suites_do_not_open_each_other():
    hybrid, plain = envelope.generate_reader_key(), envelope.generate_reader_key(post_quantum=False)
    with pytest.raises(IntegrityFailure):
        envelope.unwrap(envelope.wrap(KEY, hybrid.public, RECORD), plain, RECORD)


@pytest.mark.parametrize("public", [b"", b"\1", b"\2" + bytes(31), b"\3" + bytes(32), b"\1" + b"\xff" * 1_216])
def test_what_is_no_reader_key_is_refused(public):
    with pytest.raises(MalformedInput):
        envelope.wrap(KEY, public, RECORD)


def test_a_reader_key_does_not_show_itself():
    key = envelope.generate_reader_key()
    assert key.raw.hex() not in repr(key)
