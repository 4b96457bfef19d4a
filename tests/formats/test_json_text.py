"""JSON in the encodings that it comes in, strictly read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.formats import json_text
from mydata_ledger.formats.json_text import read_json, read_json_lines
from mydata_ledger.formats.parts import BadPart
from mydata_ledger.ledger.errors import MalformedInput, TooLarge


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_a_value_is_read_in_any_encoding_with_every_digit(encoding):
    value = read_json('{"이름": "홍길동", "금액": 1000.10, "n": 12345678901234567890}'.encode(encoding))
    assert value == {"이름": "홍길동", "금액": "1000.10", "n": "12345678901234567890"}


@pytest.mark.parametrize(
    "text", ['{"a":1,"a":2}', "[NaN]", '["\\ud800"]', "{", "", "[" * 201 + "]" * 201, '{"a":1}x', "'a'"]
)
def test_what_is_not_strict_json_is_refused(text):
    with pytest.raises(MalformedInput):
        read_json(text.encode())


def test_lines_are_read_one_by_one_and_a_bad_one_holds_up_no_other():
    lines = list(read_json_lines(b'\xef\xbb\xbf{"a":1}\r\n\n{"b":\r[2]'))
    assert lines[0] == (1, {"a": "1"})
    assert isinstance(lines[1], BadPart)
    assert lines[1].line == 3
    assert lines[2] == (4, ["2"])


def test_lines_are_bounded(monkeypatch):
    monkeypatch.setattr(json_text, "MAX_LINES", 2)
    with pytest.raises(TooLarge):
        list(read_json_lines(b"1\n2\n3"))


VALUES = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(some.characters(blacklist_categories=["Cs"])),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text("abc가", max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(some.lists(VALUES, max_size=4), some.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_lines_that_were_written_come_back(values, encoding):
    text = "\n".join(json.dumps(value) for value in values)
    found = [value for _, value in read_json_lines(text.encode(encoding))]
    assert found == [json.loads(json.dumps(value), parse_int=str) for value in values]
