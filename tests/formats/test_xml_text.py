"""XML: well-formed, broken, hostile, and in an encoding that lies."""

import contextlib
import io
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.formats import xml_text
from mydata_ledger.formats.xml_text import read_xml, stream_xml
from mydata_ledger.ledger.errors import LedgerError, MalformedInput, TooLarge

DATA = Path(__file__).parents[3] / "shared/data"
KOREAN = "<대장><이름 구분='개인'>홍길동</이름></대장>"
BOMB = (
    '<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1 or str()};" * 10}">' for n in range(1, 9))
    + "]>"
)
HOSTILE = {
    "billion laughs": BOMB + "<l>&a8;</l>",
    "billion laughs in an attribute": BOMB + "<l x='&a8;'/>",
    "file": '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>',
    "network": '<!DOCTYPE l SYSTEM "http://127.0.0.1:9/x.dtd"><l/>',
    "parameter entity": '<!DOCTYPE l [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]><l/>',
    "quadratic": f'<!DOCTYPE l [<!ENTITY a "{"a" * 50_000}">]><l>{"&a;" * 50_000}</l>',
    "behind a comment": "<?xml version='1.0'?>\n<!-- <l> --> <?x y?><!DOCTYPE l><l/>",
    "empty": "<!DOCTYPE html><html/>",
}


def both(raw, tag="*"):
    """The ways to read a document: whole, and as a stream."""
    return (lambda: read_xml(raw), lambda: list(stream_xml(io.BytesIO(raw), tag)))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_before_anything_is_read(text, encoding):
    begun = time.monotonic()
    for read in both(text.encode(encoding)):
        with pytest.raises(MalformedInput, match="DOCTYPE"):
            read()
    assert time.monotonic() - begun < 2


def test_words_that_only_look_like_one_are_read():
    text = "<!-- <!DOCTYPE a> --><l><![CDATA[<!DOCTYPE html>&amp;]]>&lt;!DOCTYPE</l>"
    assert read_xml(text.encode()).text == "<!DOCTYPE html>&amp;<!DOCTYPE"


def test_an_entity_that_nobody_declared_is_malformed():
    for read in both(b"<l>&a;</l>"):
        with pytest.raises(MalformedInput, match="not well-formed"):
            read()


@pytest.mark.parametrize(
    ("encoding", "stated"),
    [
        ("utf-8", ""),
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("cp949", "EUC-KR"),
        ("cp949", "ks_c_5601-1987"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", ""),
    ],
)
def test_the_encoding_is_marked_or_stated(encoding, stated):
    declaration = f'<?xml version="1.0" encoding="{stated}"?>' if stated else '<?xml version="1.0"?>'
    raw = (declaration + KOREAN).encode(encoding)
    assert read_xml(raw)[0].text == "홍길동"
    assert [element.text for element in stream_xml(io.BytesIO(raw), "이름")] == ["홍길동"]


@pytest.mark.parametrize(("encoding", "stated"), [("cp949", "UTF-8"), ("utf-8", "EUC-KR"), ("utf-8", "ISO-8859-1")])
def test_a_stated_encoding_that_is_not_true_makes_no_other_text(encoding, stated):
    raw = f'<?xml version="1.0" encoding="{stated}"?>{KOREAN}'.encode(encoding)
    assert read_xml(raw)[0].text == "홍길동"
    with contextlib.suppress(MalformedInput):
        assert [element.text for element in stream_xml(io.BytesIO(raw), "이름")] in ([], ["홍길동"])


def test_a_header_outranks_the_document():
    raw = f'<?xml version="1.0" encoding="UTF-8"?>{KOREAN}'.encode("cp949")
    assert read_xml(raw, "euc-kr")[0].text == "홍길동"
    assert [element.text for element in stream_xml(io.BytesIO(raw), "이름", "euc-kr")] == ["홍길동"]


@pytest.mark.parametrize(
    "raw", [b"", b"   ", b"text", b"<a>", b"<a></b>", b"<a/><b/>", b"<a>\0</a>", b"<a", b"\xff\xfe"]
)
def test_what_is_not_well_formed_is_refused(raw):
    for read in both(raw):
        with pytest.raises(MalformedInput):
            read()


def test_depth_number_and_length_are_bounded(monkeypatch):
    for read in both(b"<a>" * 101 + b"</a>" * 101):
        with pytest.raises(TooLarge):
            read()
    monkeypatch.setattr(xml_text, "MAX_STREAM", 70_000)
    with pytest.raises(TooLarge):
        list(stream_xml(io.BytesIO(b"<a>" + b"<b/>" * 40_000 + b"</a>"), "b"))
    monkeypatch.setattr(xml_text._Parser.__init__, "__defaults__", (10,))
    with pytest.raises(TooLarge):
        read_xml(b"<a>" + b"<b/>" * 10 + b"</a>")


def test_a_stream_gives_each_wanted_element_whole_and_holds_none_of_them():
    text = "<r>" + "".join(f"<x n='{n}'><y>{n}</y><x><y>in</y></x></x>" for n in range(20_000)) + "</r>"
    seen, kept = [], []
    for element in stream_xml(io.BytesIO(text.encode()), "x"):
        if element.get("n") is not None:
            seen.append((int(element.get("n")), element.findtext("y")))
            kept.append(element.getroottree().getroot())
            assert len(kept[-1]) * len("<x n=''><y></y></x>") < xml_text.PIECE
    assert seen == [(n, str(n)) for n in range(20_000)]


NAMES = some.sampled_from(["a", "b", "이름"])
TREES = some.recursive(
    some.builds(lambda n, t: (n, t, []), NAMES, some.text("ab가&<]> \n", max_size=5)),
    lambda inner: some.builds(lambda n, c: (n, "", c), NAMES, some.lists(inner, max_size=3)),
    max_leaves=10,
)


def element_of(tree):
    name, text, children = tree
    element = ET.Element(name)
    element.text = text or None
    element.extend(map(element_of, children))
    return element


def shape(element):
    return element.tag, element.text or "", [shape(child) for child in element]


@given(TREES, some.sampled_from(["utf-8", "utf-16", "euc-kr"]))
def test_a_document_that_another_library_wrote_comes_back(tree, encoding):
    raw = ET.tostring(element_of(tree), encoding=encoding, xml_declaration=True)
    assert shape(read_xml(raw)) == shape(ET.fromstring(ET.tostring(element_of(tree), "utf-8")))  # noqa: S314 - made above


@given(some.binary(max_size=60), some.binary(max_size=10))
def test_any_bytes_are_read_or_refused(raw, more):
    for whole in (raw, b"<a>" + raw + b"</a>" + more):
        for read in both(whole):
            try:
                read()
            except LedgerError:
                continue


@pytest.mark.skipif(not DATA.is_dir(), reason="the real data lies beside the repository in CI")
def test_every_real_document_is_the_same_for_two_parsers():
    files = [path for path in sorted(DATA.rglob("*.xml")) if path.stat().st_size < 3_000_000]
    assert len(files) > 40
    refused = {}
    for path in files:
        try:
            found = read_xml(path.read_bytes())
        except LedgerError as error:
            refused[path.name] = str(error)
            continue
        names = [element.tag for element in found.iter() if isinstance(element.tag, str)]
        assert names == [element.tag for element in ET.parse(path).iter()], path.name  # noqa: S314 - of shared data
    assert {name for name, why in refused.items() if "DOCTYPE" not in why and "not well-formed" not in why} == set()
    assert len(refused) < len(files) / 3, refused
