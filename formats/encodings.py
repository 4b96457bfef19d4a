"""Text of bytes whose encoding is declared, marked, or neither; a declaration that cannot be true is noticed."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from mydata_ledger.ledger.errors import MalformedInput, TooLarge

MAX_BYTES = 64 * 1024 * 1024
UTF8, KOREAN = "utf-8", "cp949"
MARKS = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks; that of UTF-32 begins with that of UTF-16."""
NAMES = {
    **dict.fromkeys(("utf8", "utf8sig", "unicode11utf8", "ascii", "usascii"), UTF8),
    **dict.fromkeys(("cp949", "euckr", "ksc56011987", "ksc5601", "ksx1001", "ms949", "uhc", "windows949"), KOREAN),
    **dict.fromkeys(("utf16", "ucs2", "unicode"), "utf-16"),
    "utf16le": "utf-16-le",
    "utf16be": "utf-16-be",
    "utf32": "utf-32",
    "utf32le": "utf-32-le",
    "utf32be": "utf-32-be",
    "iso88591": "cp1252",
    "latin1": "cp1252",
    "windows1252": "cp1252",
    "cp1252": "cp1252",
    "iso885915": "iso8859-15",
    "latin9": "iso8859-15",
}
"""Codecs by their names without case and punctuation. Latin 1 is read as Windows 1252, as browsers do."""
WESTERN = {"cp1252", "iso8859-15"}
WIDE = re.compile("[\u0800-\U0010ffff]")
"""Characters that take three bytes or more in UTF-8."""
HANGUL = re.compile("[가-힣]")
FORBIDDEN = re.compile("[\x00\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class DecodedText:
    """A text, the encoding it was read in, and whether another one was declared that cannot be true."""

    text: str
    encoding: str
    declared_wrongly: bool = False


def decode(raw: bytes, declared: str = "") -> DecodedText:
    """The text of bytes, without a byte order mark.

    A mark outranks a declaration. Without one, bytes that are UTF-8 in a way that other encodings are not by chance are
    read so. What remains is read as declared, or else as Korean (CP949).

    Args:
        raw: At most 64 MiB.
        declared: The encoding that a header or the document states; empty if none does.

    Raises:
        MalformedInput: The declared name is unknown; or no reading fits, or it has a NUL or a noncharacter.
        TooLarge: There are more bytes.
    """
    if len(raw) > MAX_BYTES:
        raise TooLarge(f"a document has at most {MAX_BYTES} bytes")
    stated = codec_of(declared)
    for mark, encoding in MARKS:
        if raw.startswith(mark):
            agrees = not stated or encoding.startswith(stated)
            return _read(raw[len(mark) :], encoding, declared_wrongly=not agrees)
    if stated.startswith(("utf-16", "utf-32")):
        return _read_wide(raw, stated)
    encoding = _narrow(raw, stated)
    return _read(raw, encoding, declared_wrongly=bool(stated) and stated != encoding and not raw.isascii())


def codec_of(declared: str) -> str:
    """The codec of a declared encoding; empty if none is declared. Raises MalformedInput for an unknown one."""
    name = re.sub(r"[\s_\-:.]", "", declared.strip().strip("\"'").lower())
    if name and name not in NAMES:
        raise MalformedInput("the encoding that is declared is not one that is read here")
    return NAMES.get(name, "")


def _read(raw: bytes, encoding: str, *, declared_wrongly: bool) -> DecodedText:
    text = _text(raw, encoding)
    if text is None:
        raise MalformedInput(f"the bytes are not {encoding}; is the file complete?")
    if FORBIDDEN.search(text):
        raise MalformedInput("the text has a NUL or a noncharacter; is it a text?")
    return DecodedText(text, encoding, declared_wrongly)


def _text(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _read_wide(raw: bytes, stated: str) -> DecodedText:
    """Text that is declared as UTF-16 or UTF-32 and has no mark. Text without any NUL byte that is UTF-8 or Korean is
    not that; the order of bytes without a mark is big endian (RFC 2781 §4.3).
    """
    if raw and b"\0" not in raw and (_text(raw, UTF8) is not None or _text(raw, KOREAN) is not None):
        wide = _text(raw, _ordered(stated))
        if wide is None or not HANGUL.search(wide):
            return _read(raw, _narrow(raw, ""), declared_wrongly=True)
    return _read(raw, _ordered(stated), declared_wrongly=False)


def _ordered(stated: str) -> str:
    return stated if stated.endswith(("le", "be")) else f"{stated}-be"


def _narrow(raw: bytes, stated: str) -> str:
    """The encoding of bytes without a mark that are not declared as UTF-16 or UTF-32."""
    as_utf8 = _text(raw, UTF8)
    if as_utf8 is not None:
        is_sure = raw.isascii() or WIDE.search(as_utf8) or stated in {"", UTF8, *WESTERN}
        return UTF8 if is_sure or _text(raw, stated) is None else stated
    if stated in WESTERN and not _is_korean(raw) and _text(raw, stated) is not None:
        return stated
    return KOREAN


def _is_korean(raw: bytes) -> bool:
    """Whether all bytes above 0x7f stand in pairs of KS X 1001, some of them Hangul: Western text is not so."""
    text = _text(raw, "euc_kr")
    return text is not None and bool(HANGUL.search(text))
