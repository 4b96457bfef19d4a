"""ZIP and gzip: whole, broken, hostile."""

import gzip
import io
import itertools
import time
import zipfile
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.formats.archives import ArchiveBounds, PackedFile, unpack
from mydata_ledger.ledger.errors import LedgerError, MalformedInput, TooLarge

SMALL = ArchiveBounds(files=3, file_bytes=1_000, total_bytes=2_000)


def packed(*files, kind=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def test_files_come_in_order_with_their_names():
    raw = packed(("b/거래.csv", b"1"), ("a.csv", b"2"), ("folder/", b""))
    assert list(unpack(raw)) == [PackedFile("b/거래.csv", b"1"), PackedFile("a.csv", b"2")]


def test_a_name_without_the_mark_of_utf_8_is_korean_where_it_can_be():
    raw = packed(("xxxxxxxx.csv", b"1"))
    assert next(unpack(raw.replace(b"xxxxxxxx", "거래내역".encode("cp949")))).name == "거래내역.csv"
    assert next(unpack(packed(("plain.csv", b"1")))).name == "plain.csv"


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", bytes(100_000)])
def test_gzip_and_plain_files_have_one_member(content):
    assert list(unpack(gzip.compress(content))) == [PackedFile("", content)]
    assert list(unpack(gzip.compress(content) + gzip.compress(b"more") + bytes(512))) == [
        PackedFile("", content + b"more")
    ]
    assert list(unpack(b"x" + content)) == [PackedFile("", b"x" + content)]


@pytest.mark.parametrize(
    "raw",
    [
        packed(("big", bytes(1_001))),
        packed(("a", bytes(900)), ("b", bytes(900)), ("c", bytes(900))),
        packed(*((str(n), b"") for n in range(4))),
        gzip.compress(bytes(10**7)),
        gzip.compress(bytes(600)) + gzip.compress(bytes(600)),
    ],
    ids=["one file", "all files", "number", "gzip", "gzip in members"],
)
def test_what_comes_out_is_bounded(raw):
    with pytest.raises(TooLarge):
        list(unpack(raw, SMALL))


def test_a_bomb_that_states_a_small_size_is_refused_by_what_comes_out():
    raw = bytearray(packed(("big", bytes(10**6))))
    size = (10**6).to_bytes(4, "little")
    assert raw.count(size) == 2
    lying = bytes(raw).replace(size, (10).to_bytes(4, "little"))
    with pytest.raises((TooLarge, MalformedInput)):
        list(unpack(lying, SMALL))


def test_a_bomb_of_overlapping_files_is_bounded_by_the_sum():
    """Many entries of the directory lead to one packed file, so that little is packed and much comes out."""
    raw = packed(("a", bytes(900)))
    begin = raw.index(b"PK\x01\x02")
    entry, end = raw[begin : raw.index(b"PK\x05\x06")], bytearray(raw[raw.index(b"PK\x05\x06") :])
    end[8:12] = (3).to_bytes(2, "little") * 2
    end[12:16] = (3 * len(entry)).to_bytes(4, "little")
    with pytest.raises((TooLarge, MalformedInput)):
        list(unpack(raw[:begin] + entry * 3 + bytes(end), SMALL))


@pytest.mark.parametrize("name", ["../a", "/a", "a/../../b", "..\\a", "C:a"])
def test_a_name_that_leads_out_is_refused(name):
    with pytest.raises(MalformedInput):
        list(unpack(packed((name, b"1"))))


def test_what_is_encrypted_broken_or_packed_otherwise_is_refused():
    sound = packed(("a", b"text" * 50))
    encrypted = bytearray(sound)
    encrypted[6] |= 1
    encrypted[sound.index(b"PK\x01\x02") + 8] |= 1
    altered = bytearray(sound)
    altered[40] ^= 0xFF
    for raw in (
        encrypted,
        altered,
        sound[:-30],
        sound[:40],
        b"PK\x03\x04",
        gzip.compress(b"text")[:-3],
        b"\x1f\x8b\x08",
    ):
        with pytest.raises(MalformedInput):
            list(unpack(bytes(raw)))


@pytest.mark.parametrize("kind", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_with_any_one_byte_altered_is_unpacked_or_refused(kind):
    """The standard library raises errors of many types, also of its own modules for bzip2 and LZMA."""
    sound = packed(("a", b"text" * 50), kind=kind)
    for place, mask in itertools.product(range(len(sound)), (0x01, 0x80, 0xFF)):
        altered = bytearray(sound)
        altered[place] ^= mask
        with suppress(LedgerError):
            list(unpack(bytes(altered)))


def test_a_gzip_of_very_many_members_takes_no_longer_than_its_bytes():
    begun = time.process_time()
    assert next(unpack(gzip.compress(b"") * 100_000 + bytes(5) + gzip.compress(b"x"))).content == b"x"
    assert time.process_time() - begun < 5


@given(some.binary(max_size=120), some.sampled_from([b"PK\x03\x04", b"\x1f\x8b\x08\0", b""]))
def test_any_bytes_are_unpacked_or_refused(raw, begin):
    try:
        files = list(unpack(begin + raw, SMALL))
    except LedgerError:
        return
    assert sum(len(file.content) for file in files) <= max(SMALL.total_bytes, len(begin + raw))


@given(some.lists(some.binary(max_size=200), max_size=3))
def test_what_was_packed_comes_out(members):
    raw = packed(*((str(n), content) for n, content in enumerate(members)))
    if members:
        assert [file.content for file in unpack(raw)] == members
    joined = b"".join(gzip.compress(content) for content in members)
    if members:
        assert next(unpack(joined)).content == b"".join(members)
        assert zlib.crc32(next(unpack(joined)).content) == zlib.crc32(b"".join(members))
