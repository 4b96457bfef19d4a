"""Encodings: marked, declared, neither, and declared wrongly. What is read is the text that was written, or nothing."""

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.formats.encodings import MAX_BYTES, decode
from mydata_ledger.ledger.errors import LedgerError, MalformedInput, TooLarge

KOREAN = "이름,금액\n홍길동,1000\n"
MARKS = {"utf-8": b"\xef\xbb\xbf", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff", "utf-32-le": b"\xff\xfe\0\0"}
DATA = Path(__file__).parents[3] / "shared/data"
KS_X_1001 = [bytes((lead, trail)).decode("euc_kr") for lead in range(0xB0, 0xC9) for trail in range(0xA1, 0xFF)]
TEXTS = some.text(some.sampled_from([*KS_X_1001, *"abc ,\n0123"]), max_size=40)


@pytest.mark.parametrize("encoding", MARKS)
@pytest.mark.parametrize("declared", ["", "utf-8", "euc-kr", "UTF-16"])
def test_a_mark_outranks_every_declaration(encoding, declared):
    found = decode(MARKS[encoding] + KOREAN.encode(encoding), declared)
    assert found.text == KOREAN
    assert found.encoding == encoding
    assert found.declared_wrongly == (
        bool(declared) and not encoding.startswith(declared.lower().replace("utf8", "utf-8"))
    )


@pytest.mark.parametrize(
    ("written", "declared", "read", "wrongly"),
    [
        ("utf-8", "", "utf-8", False),
        ("utf-8", "UTF8", "utf-8", False),
        ("utf-8", "euc-kr", "utf-8", True),
        ("utf-8", "iso-8859-1", "utf-8", True),
        ("utf-8", "utf-16", "utf-8", True),
        ("cp949", "", "cp949", False),
        ("cp949", "KS_C_5601-1987", "cp949", False),
        ("cp949", "windows-949", "cp949", False),
        ("cp949", "utf-8", "cp949", True),
        ("cp949", "iso-8859-1", "cp949", True),
        ("utf-16-le", "utf-16le", "utf-16-le", False),
        ("utf-16-be", "utf-16", "utf-16-be", False),
    ],
)
def test_a_declaration_that_cannot_be_true_is_noticed(written, declared, read, wrongly):
    found = decode(KOREAN.encode(written), declared)
    assert (found.text, found.encoding, found.declared_wrongly) == (KOREAN, read, wrongly)


@pytest.mark.parametrize("text", ["뷁", "똠방각하", "café", "naïve Müller", "Ångström", "€100"])
def test_words_that_are_easily_mistaken_are_read_as_written(text):
    assert decode(text.encode()).text == text
    if "€" not in text:
        western = text.encode("latin-1", "ignore")
        assert decode(western, "latin-1").text == western.decode("latin-1")
    if text.encode("cp949", "ignore").decode("cp949") == text:
        assert decode(text.encode("cp949"), "cp949").text == text


def test_plain_letters_agree_with_every_narrow_declaration():
    for declared in ("utf-8", "ascii", "euc-kr", "latin1", "windows-1252"):
        assert not decode(b"name,amount", declared).declared_wrongly


@pytest.mark.parametrize(
    ("raw", "declared"),
    [
        (KOREAN.encode() + b"\xff\xff\xff", ""),
        (b"\xef\xbb\xbf" + KOREAN.encode("cp949"), ""),
        (b"\xff\xfe" + b"abc", ""),
        (b"\x89PNG\r\n\x1a\n\0\0\0", ""),
        (b"a\0b", "utf-8"),
        (b"abc", "utf-7"),
        (b"abc", "x" * 1000),
        (b"\xff\xfe\xff\xff", ""),
        (KOREAN.encode("utf-16-le"), ""),
    ],
)
def test_what_is_no_text_is_refused(raw, declared):
    with pytest.raises(MalformedInput):
        decode(raw, declared)


def test_a_file_is_bounded():
    with pytest.raises(TooLarge):
        decode(bytes(MAX_BYTES + 1))


@given(TEXTS, some.sampled_from(["utf-8", "cp949", *MARKS]), some.booleans())
def test_korean_text_comes_back_whatever_its_encoding(text, encoding, marked):
    raw = text.encode(encoding)
    if not marked and encoding.startswith(("utf-16", "utf-32")):
        found = decode(raw, encoding)
    else:
        found = decode(MARKS[encoding] + raw if marked and encoding in MARKS else raw)
    if encoding == "cp949" and _reads_as_narrow_utf8(raw):
        return  # without a declaration these few syllables are not told from UTF-8
    assert found.text == text


@given(TEXTS, some.sampled_from(["utf-8", "cp949"]), some.sampled_from(["", "utf-8", "euc-kr", "latin1", "utf-16"]))
def test_a_wrong_declaration_never_makes_another_text_of_korean(text, encoding, declared):
    raw = text.encode(encoding)
    if encoding == "cp949" and declared != "euc-kr" and _reads_as_narrow_utf8(raw):
        return
    try:
        found = decode(raw, declared)
    except LedgerError:
        return
    assert found.text == text or declared == "utf-16"


def _reads_as_narrow_utf8(raw):
    """A second definition of the one ambiguity: CP949 that is UTF-8 of two bytes a character."""
    try:
        return not raw.isascii() and all(ord(character) < 0x800 for character in raw.decode("utf-8"))
    except UnicodeDecodeError:
        return False


@given(some.binary(max_size=200), some.sampled_from(["", "utf-8", "cp949", "latin1", "utf-16", "utf-32le"]))
def test_any_bytes_are_a_text_that_encodes_to_them_or_are_refused(raw, declared):
    try:
        found = decode(raw, declared)
    except LedgerError:
        return
    marks = (codecs.BOM_UTF8, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    assert found.text.encode(found.encoding) in {raw.removeprefix(mark) for mark in (b"", *marks)}


@pytest.mark.skipif(not DATA.is_dir(), reason="the real data lies beside the repository in CI")
def test_every_real_text_is_read():
    kinds = {".csv", ".json", ".xml", ".txt", ".ofx", ".sta"}
    files = [path for path in DATA.rglob("*") if path.suffix.lower() in kinds and path.stat().st_size < MAX_BYTES]
    assert len(files) > 300
    refused = {}
    for path in files:
        try:
            text = decode(path.read_bytes()).text
            assert "\ufffd" not in text or b"\xef\xbf\xbd" in path.read_bytes()
        except LedgerError as error:
            refused[str(path.relative_to(DATA))] = str(error)
    assert refused == {}
