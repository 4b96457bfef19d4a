"""Sealing and wrapping: what opens, and what must not open."""

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.envelope import Content, Header
from mydata_ledger.ledger.envelope.frame import padme
from mydata_ledger.ledger.envelope.sealing import CHUNK, HEADER, TAG
from mydata_ledger.ledger.errors import IntegrityFailure, MalformedInput
from testing.sizes import sized

KEY, RECORD, SEED = b"k" * 32, b"\1" * 32, b"s" * 32
CUT = CHUNK + TAG


def sealed(content=b"x" * (2 * CHUNK + 5)):
    return envelope.seal(Content("text/plain", SEED, content), KEY, RECORD)


@pytest.mark.parametrize("size", [0, 1, 255, CHUNK - 48, CHUNK, 3 * CHUNK + 1])
def test_what_is_sealed_opens(size):
    content = Content("application/fhir+json", SEED, bytes(size))
    assert envelope.open_sealed(envelope.seal(content, KEY, RECORD), KEY, RECORD) == content


@settings(max_examples=sized(40), deadline=None)
@given(some.integers(0, 3 * CHUNK), some.integers(1, CHUNK + 99), some.integers(1, CHUNK + 99))
def test_streams_cut_anywhere_carry_the_same(size, cut_in, cut_out):
    content, header = bytes(size), Header("a/b", SEED, size)
    pieces = (content[start : start + cut_in] for start in range(0, size, cut_in))
    whole = b"".join(envelope.seal_stream(header, pieces, KEY, RECORD))
    assert len(whole) == envelope.sealed_size(header)
    again = (whole[start : start + cut_out] for start in range(0, len(whole), cut_out))
    found, opened = envelope.open_stream(again, KEY, RECORD)
    assert (found, b"".join(opened)) == (header, content)


def test_a_stream_of_any_size_takes_constant_memory():
    size, piece = 256 * CHUNK, bytes(CHUNK)
    tracemalloc.start()
    sealed = envelope.seal_stream(Header("a/b", SEED, size), (piece for _ in range(256)), KEY, RECORD)
    _, opened = envelope.open_stream(sealed, KEY, RECORD)
    assert sum(map(len, opened)) == size
    assert tracemalloc.get_traced_memory()[1] < 16 * CHUNK
    tracemalloc.stop()


@pytest.mark.parametrize("stated", [0, 4, 6])
def test_content_of_another_length_than_stated_is_refused(stated):
    with pytest.raises(MalformedInput, match="longer or shorter"):
        list(envelope.seal_stream(Header("a/b", SEED, stated), [b"12345"], KEY, RECORD))


def test_a_reader_may_use_one_buffer_for_all_its_pieces():
    size, buffer = 3 * CHUNK + 7, bytearray(70_000)
    content = bytes(n % 251 for n in range(size))

    def pieces():
        for start in range(0, size, len(buffer)):
            piece = content[start : start + len(buffer)]
            buffer[: len(piece)] = piece
            yield memoryview(buffer)[: len(piece)]

    whole = b"".join(envelope.seal_stream(Header("a/b", SEED, size), pieces(), KEY, RECORD))
    assert envelope.open_sealed(whole, KEY, RECORD).content == content


@pytest.mark.parametrize("extra", [b"x", b"y" * CHUNK])
def test_content_that_goes_on_behind_an_unpadded_end_is_refused(extra):
    size = next(n for n in range(1, 4096) if Header("a/b", SEED, n).padded == 44 + n)
    with pytest.raises(MalformedInput, match="longer or shorter"):
        list(envelope.seal_stream(Header("a/b", SEED, size), [bytes(size), extra], KEY, RECORD))


def test_a_cut_stream_is_noticed_at_its_end_at_the_latest():
    _, opened = envelope.open_stream([sealed()[: HEADER + 2 * CUT]], KEY, RECORD)
    with pytest.raises(IntegrityFailure):
        list(opened)


@pytest.mark.parametrize(("kind", "seed"), [("a" * 128, SEED), ("é/x", SEED), ("a/b", b"short")])
def test_what_cannot_be_framed_is_refused(kind, seed):
    with pytest.raises(MalformedInput):
        envelope.seal(Content(kind, seed, b""), KEY, RECORD)


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


@settings(max_examples=sized(200))
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


def test_lengths_that_differ_little_have_the_same_sealed_size():
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


def test_a_reader_key_does_not_print_its_secret():
    key = envelope.generate_reader_key()
    assert key.raw.hex() not in repr(key)


@pytest.mark.parametrize("raw", [b"", b"\1", b"\2" + bytes(31), b"\3" + bytes(32)])
def test_what_is_no_private_key_is_refused(raw):
    with pytest.raises(MalformedInput):
        envelope.ReaderKey(raw)


def grouped(reader):
    pairs = [(bytes([n]) * 32, bytes([n + 100]) * 32) for n in range(3)]
    return envelope.wrap_group([*pairs, (b"\x09" * 32, None)], reader.public), [*pairs, (b"\x09" * 32, None)]


@pytest.mark.parametrize("post_quantum", [True, False])
def test_keys_wrapped_together_open_in_their_places(post_quantum):
    reader = envelope.generate_reader_key(post_quantum=post_quantum)
    group, pairs = grouped(reader)
    assert envelope.unwrap_group(group, reader, [record for record, _ in pairs]) == [key for _, key in pairs]


def test_keys_wrapped_together_open_for_their_reader_records_and_order_alone():
    reader = envelope.generate_reader_key()
    group, pairs = grouped(reader)
    records = [record for record, _ in pairs]
    altered = envelope.KeyGroup(group.group_key, (group.wrapped[0][:-1] + b"?", *group.wrapped[1:]))
    moved = envelope.KeyGroup(group.group_key, (group.wrapped[1], group.wrapped[0], *group.wrapped[2:]))
    for wrong, key, ids in [
        (group, envelope.generate_reader_key(), records),
        (group, reader, [records[1], records[0], *records[2:]]),
        (group, reader, records[:2]),
        (altered, reader, records),
        (moved, reader, records),
        (moved, reader, [records[1], records[0], *records[2:]]),
    ]:
        with pytest.raises(IntegrityFailure):
            envelope.unwrap_group(wrong, key, ids)
    with pytest.raises(IntegrityFailure):
        envelope.unwrap(group.group_key, reader, records[0])
    assert group != grouped(reader)[0]
