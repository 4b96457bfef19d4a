"""Fields of JSON documents: every kind of JSON value, every pointer that RFC 6901 allows, and no other."""

import json
import sys
import unicodedata
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.ledger import merkle
from mydata_ledger.ledger.canonical import read
from mydata_ledger.ledger.commitment import disclosure, fields
from mydata_ledger.ledger.commitment.content import record_commitment
from mydata_ledger.ledger.errors import InvalidStatement, MalformedInput, ProofInvalid

SEED = b"s" * 32
FHIR = "application/fhir+json"
EXAMPLES = Path(__file__).parents[3] / "shared/data/health/hl7_r4_examples"
RFC_6901 = rb"""{"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, "k\"l": 6, " ": 7,
                "m~n": 8}"""


def shown(document, *pointers):
    """What a stranger learns from a disclosure that verifies."""
    made = disclosure.from_json(disclosure.to_json(disclosure.disclose(document, SEED, pointers)))
    return disclosure.verify(made, record_commitment(document, FHIR, SEED))


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("/foo", {"/foo/0": "bar", "/foo/1": "baz"}),
        ("/foo/0", {"/foo/0": "bar"}),
        ("/", {"/": "0"}),
        ("/a~1b", {"/a~1b": "1"}),
        ("/c%d", {"/c%d": "2"}),
        ("/e^f", {"/e^f": "3"}),
        ("/g|h", {"/g|h": "4"}),
        ("/i\\j", {"/i\\j": "5"}),
        ('/k"l', {'/k"l': "6"}),
        ("/ ", {"/ ": "7"}),
        ("/m~0n", {"/m~0n": "8"}),
    ],
)
def test_the_pointers_of_rfc_6901_section_5(pointer, expected):
    assert shown(RFC_6901, pointer) == expected


def test_the_empty_pointer_shows_the_whole_document():
    assert len(shown(RFC_6901, "")) == 11


@pytest.mark.parametrize("pointer", ["foo", "foo/0", "/m~n", "/m~2n", "/foo~", "~", "#/foo", " /foo", "/a~1b~"])
def test_a_malformed_pointer_is_refused_as_malformed(pointer):
    with pytest.raises(InvalidStatement, match="not a JSON Pointer"):
        fields.disclose(RFC_6901, SEED, [pointer])


@pytest.mark.parametrize(
    "pointer", ["/foo/2", "/foo/-", "/foo/00", "/foo/+1", "/foo/0/", "/fo", "/foo/ 0", "/a/b", "//"]
)
def test_a_pointer_to_nothing_names_nothing(pointer):
    with pytest.raises(InvalidStatement, match="names no field"):
        fields.disclose(RFC_6901, SEED, ["/foo", pointer])


def test_to_choose_nothing_is_a_mistake_and_no_empty_proof():
    with pytest.raises(InvalidStatement):
        fields.disclose(RFC_6901, SEED, [])


def test_pointers_within_one_another_show_each_field_once():
    assert shown(RFC_6901, "/foo", "/foo/0", "/foo") == {"/foo/0": "bar", "/foo/1": "baz"}


@pytest.mark.parametrize(
    "digits",
    ["1.10", "1.1", "0", "-0", "0.0", "-0.00", "1e5", "1E5", "1.0e+05", "100000", "9" * 400, "0." + "0" * 400 + "1"],
)
def test_a_number_is_committed_with_its_digits_whatever_a_double_could_hold(digits):
    document = f'{{"value":{digits}}}'.encode()
    assert shown(document, "/value") == {"/value": digits}


def test_numbers_of_equal_value_written_otherwise_have_other_roots():
    written = ["1", "1.0", "1.00", "1e0", "10e-1", "0.1e1"]
    assert len({Decimal(one) for one in written}) == 1
    assert len({fields.root(f"[{one}]".encode(), SEED) for one in written}) == len(written)


def test_a_number_a_text_and_a_literal_of_equal_spelling_differ():
    equivalent = [
        b"1",
        b'"1"',
        b"null",
        b'"null"',
        b"true",
        b'"true"',
        b"{}",
        b"[]",
        b'""',
        b'"{}"',
        b"[[]]",
        b'{"":[]}',
    ]
    assert len({fields.root(b'{"a":%b}' % one, SEED) for one in equivalent}) == len(equivalent)


@pytest.mark.parametrize("empty", [b"{}", b"[]", b'""', b"null"])
def test_an_empty_value_is_a_field_wherever_it_stands(empty):
    assert shown(empty, "") == {"": json.loads(empty)}
    assert shown(b'{"a":[%b,1]}' % empty, "/a/0") == {"/a/0": json.loads(empty)}


def test_the_order_of_an_array_is_committed():
    assert fields.root(b"[1,2]", SEED) != fields.root(b"[2,1]", SEED)
    (second,) = fields.disclose(b"[1,2]", SEED, ["/1"])
    moved = fields.Field(second.pointer.replace("1", "0"), second.value, second.salt, 0, 2, second.proof)
    with pytest.raises(ProofInvalid):
        fields.verify([moved], fields.root(b"[1,2]", SEED))


def test_unicode_is_committed_as_it_was_written():
    composed, taken_apart = "é", unicodedata.normalize("NFD", "é")
    assert composed != taken_apart
    documents = [json.dumps({"name": one, one: 1}, ensure_ascii=False).encode() for one in (composed, taken_apart)]
    assert fields.root(documents[0], SEED) != fields.root(documents[1], SEED)
    assert shown(documents[1], "/name", "/" + taken_apart) == {"/name": taken_apart, "/" + taken_apart: "1"}
    with pytest.raises(InvalidStatement):
        fields.disclose(documents[0], SEED, ["/" + taken_apart])


def test_escapes_are_another_way_to_write_the_same_field():
    assert fields.root(rb'{"\u00e9":"\ud83d\ude00\u0000"}', SEED) == fields.root('{"é":"😀\\u0000"}'.encode(), SEED)


@pytest.mark.parametrize("raw", [rb'"\ud800"', rb'{"\udc00":1}', rb'["\ud83d\ud83d"]', b'"\xed\xa0\x80"', b'"\xff"'])
def test_a_lone_surrogate_and_what_is_not_utf_8_are_refused(raw):
    with pytest.raises(MalformedInput):
        fields.root(raw, SEED)


@pytest.mark.parametrize("raw", [b'{"a":1,"a":1}', b'{"a":{"b":1,"b":2}}', rb'{"a":1,"\u0061":2}', b'[{"":1,"":2}]'])
def test_a_name_that_stands_twice_is_refused_also_when_written_otherwise(raw):
    with pytest.raises(MalformedInput, match="twice"):
        fields.root(raw, SEED)


@pytest.mark.parametrize("raw", [b"[" * 10_000 + b"]" * 10_000, b'{"a":' * 10_000 + b"1" + b"}" * 10_000])
def test_json_nested_ten_thousand_deep_is_refused_by_every_function_of_a_commitment(raw):
    for refusing in (
        lambda: fields.root(raw, SEED),
        lambda: fields.disclose(raw, SEED, ["/a"]),
        lambda: record_commitment(raw, FHIR, SEED),
        lambda: disclosure.from_json(raw),
    ):
        with pytest.raises(MalformedInput, match="nested deeper"):
            refusing()


def test_a_disclosed_value_nested_ten_thousand_deep_is_refused_as_well():
    made = json.loads(disclosure.to_json(disclosure.disclose(b'{"a":1}', SEED, ["/a"])))
    made["fields"][0]["value"] = "[" * 10_000 + "]" * 10_000
    with pytest.raises((MalformedInput, ProofInvalid)):
        disclosure.verify(disclosure.from_json(json.dumps(made).encode()), bytes(32))


def work_of(call):
    """The number of instructions that our own commitment code executes for a call."""
    count, ours = 0, str(Path(fields.__file__).parent)

    def trace(frame, event, _):
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return trace if frame.f_code.co_filename.startswith(ours) else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


def test_many_fields_are_disclosed_without_the_product_of_fields_and_pointers():
    def rows(size):
        document = json.dumps([{"code": str(n), "value": n} for n in range(size)]).encode()
        chosen = [f"/{n}/value" for n in range(0, size, 4)]
        assert shown(document, *chosen) == {f"/{n}/value": str(n) for n in range(0, size, 4)}
        return work_of(lambda: shown(document, *chosen))

    small, large = rows(200), rows(1_600)
    assert 8 * 0.9 < large / small < 8 * 1.4, (
        "eight times as many of both: eight times the work, and somewhat for depth"
    )


@given(some.integers(1, 300), some.data())
def test_proofs_are_those_of_rfc_9162(size, data):
    index = data.draw(some.integers(0, size - 1))
    document = json.dumps(list(range(size))).encode()
    (field,) = fields.disclose(document, SEED, [f"/{index}"])
    every = fields.disclose(document, SEED, [""])
    leaves = [fields._leaf_hash(one.salt, one.pointer, one.value) for one in every]
    _, made = merkle.grow(0, [], leaves)
    nodes = {(level, place): hash_ for level, place, hash_ in made}
    assert list(field.proof) == merkle.inclusion_proof(index, size, lambda level, place: nodes[level, place])


@pytest.mark.parametrize(("index", "size", "claimed"), [(0, 3, 4), (1, 3, 4), (2, 3, 2), (0, 1, 0), (5, 6, 8)])
def test_nobody_can_claim_that_a_document_has_another_number_of_fields(index, size, claimed):
    document = json.dumps(list(range(size))).encode()
    field = fields.disclose(document, SEED, [f"/{index}"])[0]
    assert fields.verify([field], fields.root(document, SEED))
    with pytest.raises(ProofInvalid):
        fields.verify([replace(field, size=claimed)], fields.root(document, SEED))


def test_fields_of_two_records_do_not_verify_together():
    one, other = b'{"a":1,"b":2}', b'{"a":1,"b":3}'
    mixed = [*fields.disclose(one, SEED, ["/a"]), *fields.disclose(other, SEED, ["/b"])]
    with pytest.raises(ProofInvalid):
        fields.verify(mixed, fields.root(one, SEED))


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the HL7 R4 examples lie beside the repository in CI")
def test_hl7_s_examples_are_committed_and_shown_field_by_field():
    examples = [path for path in sorted(EXAMPLES.rglob("*.json")) if path.stat().st_size < 30_000]
    assert len(examples) > 50
    for path in examples:
        raw = path.read_bytes()
        every = shown(raw, "")
        written = {str(value) for value in json.loads(raw, parse_float=Decimal).values() if type(value) is Decimal}
        assert written <= {str(value) for value in every.values()}
        assert every["/resourceType"] == read(raw)["resourceType"]
