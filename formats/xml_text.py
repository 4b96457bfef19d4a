"""XML without document types, entities and network: what of the standard can do harm is refused, not read.

The parser of lxml expands entities of a document type in attributes even with `resolve_entities=False`, so a document
type is found before it parses. See ADR 59.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import IO, Any

from lxml import etree

from mydata_ledger.formats.encodings import MARKS, UTF8, codec_of, decode
from mydata_ledger.ledger.errors import MalformedInput, TooLarge

MAX_DEPTH, MAX_ELEMENTS, MAX_STREAM = 100, 1_000_000, 4 * 1024**3
PIECE = 64 * 1024
DECLARATION = re.compile(r"<\?xml\s[^>]*\?>")
ENCODING = re.compile(rb"<\?xml\s[^>]*?\bencoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
BEFORE = r"(?>\s+|<\?(?>.*?\?>)|<!--(?>.*?-->))*+"
"""What may stand before a document type, or before the first element. It is atomic: no text is searched twice."""
DOCTYPE, BEGUN = (re.compile(BEFORE + what, re.DOTALL) for what in ("<!DOCTYPE", "<[^!?]"))
NO_TYPE = "the document has a document type (DOCTYPE), which is not read; send it without"
WITHOUT_MARK = {b"\0<\0?": "utf-16-be", b"<\0?\0": "utf-16-le"}
"""The first bytes of UTF-16 that has no mark (XML 1.0, appendix F.1)."""
Element = Any
"""An element of lxml, which has no types."""


def read_xml(raw: bytes, declared: str = "") -> Element:
    """The root element of a document of at most 64 MiB.

    Its encoding is that of its byte order mark, of `declared` (a header outranks the document, RFC 7303 §3.2), or of
    its XML declaration; where that cannot be true, it is read as `encodings.decode` says.

    Raises:
        MalformedInput: The bytes are no well-formed XML, or have a document type.
        TooLarge: There are more than 64 MiB, 1,000,000 elements or 100 levels.
    """
    body, parser = _body(decode(raw, declared or _declared(raw)).text), _Parser()
    for start in range(0, len(body), PIECE):
        parser.feed(body[start : start + PIECE])
    return parser.root()


def stream_xml(stream: IO[bytes], tag: str, declared: str = "") -> Iterator[Element]:
    """Each element with this tag (`{namespace}name`), in constant memory: it is emptied when the next one is asked for.

    Its encoding is found as in `read_xml`, and must be true.

    Raises:
        MalformedInput: As `read_xml`; or the encoding is not that of the bytes, or no element begins in 64 KiB.
        TooLarge: There are more than 4 GiB or 100 levels.
    """
    parser = _Parser(most=None)
    for text in _texts(stream, declared):
        yield from parser.wanted(text, tag)
    parser.root()


def _texts(stream: IO[bytes], declared: str) -> Iterator[str]:
    """The text of a stream in pieces, without mark and XML declaration."""
    head = stream.read(PIECE)
    mark, encoding = next(((one, name) for one, name in MARKS if head.startswith(one)), (b"", ""))
    encoding = encoding or codec_of(declared or _declared(head)) or UTF8
    decoder, piece, total = codecs.getincrementaldecoder(encoding)("strict"), head[len(mark) :], len(head)
    text = _decoded(decoder, piece)
    if not BEGUN.match(text):
        raise MalformedInput("not XML: no element begins in the first 64 KiB" if not DOCTYPE.match(text) else NO_TYPE)
    yield _body(text)
    while piece := stream.read(PIECE):
        total += len(piece)
        if total > MAX_STREAM:
            raise TooLarge(f"a stream of XML has at most {MAX_STREAM} bytes")
        yield _decoded(decoder, piece)


class _Parser:
    """lxml's pull parser, with bounds on depth and number."""

    def __init__(self, most: int | None = MAX_ELEMENTS) -> None:
        options = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
        self._parser = etree.XMLPullParser(events=("start", "end"), **options)
        self._depth, self._count, self._most, self._inside = 0, 0, most, 0

    def feed(self, text: str) -> None:
        """Parse more text, and keep the tree."""
        for event, _ in self._events(text):
            self._step(event)

    def wanted(self, text: str, tag: str) -> Iterator[Element]:
        """Parse more text; yield the elements with the tag that end in it, and free what is over outside of them."""
        for event, element in self._events(text):
            self._step(event)
            is_wanted = element.tag == tag
            if event == "start":
                self._inside += is_wanted
                continue
            self._inside -= is_wanted
            if is_wanted:
                yield element
            if not self._inside:
                _free(element)

    def _events(self, text: str) -> Iterator[tuple[str, Element]]:
        try:
            self._parser.feed(text.encode("utf-8", "surrogatepass"))
        except etree.XMLSyntaxError as error:
            raise _malformed(error) from error
        events: Iterator[tuple[str, Element]] = self._parser.read_events()
        return events

    def _step(self, event: str) -> None:
        if event == "end":
            self._depth -= 1
            return
        self._depth, self._count = self._depth + 1, self._count + 1
        if self._depth > MAX_DEPTH:
            raise TooLarge(f"elements are nested at most {MAX_DEPTH} deep")
        if self._most is not None and self._count > self._most:
            raise TooLarge(f"a document has at most {self._most} elements")

    def root(self) -> Element:
        """The root element, once everything was fed."""
        try:
            return self._parser.close()
        except etree.XMLSyntaxError as error:
            raise _malformed(error) from error


def _malformed(error: etree.XMLSyntaxError) -> MalformedInput:
    place = f"line {error.lineno}; " if error.lineno else ""
    return MalformedInput(f"not well-formed XML: {place}is the file complete?")


def _free(element: Element) -> None:
    """Empty an element, and remove what lies before it."""
    element.clear(keep_tail=False)
    parent = element.getparent()
    while parent is not None and parent[0] is not element:
        del parent[0]


def _body(text: str) -> str:
    """A document without its XML declaration. Raises MalformedInput for a document type."""
    if DOCTYPE.match(text):
        raise MalformedInput(NO_TYPE)
    declaration = DECLARATION.match(text)
    return text[declaration.end() :] if declaration else text


def _declared(raw: bytes) -> str:
    stated = ENCODING.match(raw)
    return stated[1].decode() if stated else WITHOUT_MARK.get(raw[:4], "")


def _decoded(decoder: codecs.IncrementalDecoder, piece: bytes) -> str:
    try:
        return decoder.decode(piece)
    except UnicodeDecodeError as error:
        raise MalformedInput("the bytes are not in the encoding that the document states") from error
