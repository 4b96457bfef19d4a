"""Commitments to records: fields that verify alone, numbers that keep their digits, strict JSON."""

import json
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.ledger.canonical import canonical, read
from mydata_ledger.ledger.commitment import disclosure, fields
from mydata_ledger.ledger.commitment.content import record_commitment
from mydata_ledger.ledger.commitment.threaded import LONG, begin_commitment
from mydata_ledger.ledger.errors import InvalidStatement, MalformedInput, ProofInvalid

SEED = b"s" * 32
JCS = Path(__file__).parents[3] / "shared/data/vectors/jcs"
DOCUMENT = b'{"resourceType":"Observation","valueQuantity":{"value":1.10,"unit":"mg/dL"},"note":[],"a/b":{"~":null}}'
numbers = some.integers(-(2**53) + 1, 2**53 - 1) | some.floats(allow_nan=False, allow_infinity=False)
leaves = some.none() | some.booleans() | numbers | some.text(some.characters(exclude_categories=["Cs"]), max_size=8)
documents = some.recursive(
    leaves,
    lambda inner: (
        some.lists(inner, max_size=4)
        | some.dictionaries(some.text(some.characters(exclude_categories=["Cs"]), max_size=5), inner, max_size=4)
    ),
    max_leaves=25,
)


@given(documents, some.data())
def test_any_chosen_field_verifies_without_the_rest(value, data):
    document = json.dumps(value).encode()
    root = fields.root(document, SEED)
    every = fields.disclose(document, SEED, [""])
    chosen = data.draw(some.sampled_from(every)).pointer
    shown = fields.verify([f for f in every if f.pointer == chosen], root)
    assert list(shown) == [chosen]
    assert fields.verify(every, root).keys() == {f.pointer for f in every}


def test_a_number_keeps_its_digits():
    shown = fields.verify(fields.disclose(DOCUMENT, SEED, ["/valueQuantity"]), fields.root(DOCUMENT, SEED))
    assert shown == {"/valueQuantity/value": b"1.10", "/valueQuantity/unit": b'"mg/dL"'}
    assert fields.root(DOCUMENT.replace(b"1.10", b"1.1"), SEED) != fields.root(DOCUMENT, SEED)


def test_pointers_escape_as_in_rfc_6901():
    assert [f.pointer for f in fields.disclose(DOCUMENT, SEED, ["/a~1b/~0", "/note"])] == ["/note", "/a~1b/~0"]


def test_a_changed_field_does_not_verify():
    root = fields.root(DOCUMENT, SEED)
    (field,) = fields.disclose(DOCUMENT, SEED, ["/resourceType"])
    for name, value in {"value": b'"Patient"', "pointer": "/x", "salt": bytes(32), "index": 1, "size": 3}.items():
        changed = fields.Field(**{n: getattr(field, n) for n in field.__slots__} | {name: value})
        with pytest.raises(ProofInvalid):
            fields.verify([changed], root)
    with pytest.raises(ProofInvalid):
        fields.verify([], root)


def test_salts_differ_by_field_and_by_seed():
    shown = fields.disclose(DOCUMENT, SEED, [""])
    assert len({f.salt for f in shown}) == len(shown)
    assert fields.root(DOCUMENT, b"t" * 32) != fields.root(DOCUMENT, SEED)


def shown(pointers=("/valueQuantity",)):
    return disclosure.disclose(DOCUMENT, SEED, pointers)


def test_a_disclosure_travels_as_json_and_verifies_against_the_record_s_commitment_alone():
    commitment = record_commitment(DOCUMENT, "application/json", SEED)
    received = disclosure.from_json(disclosure.to_json(shown()))
    assert disclosure.verify(received, commitment) == {"/valueQuantity/value": "1.10", "/valueQuantity/unit": "mg/dL"}
    assert b"Observation" not in disclosure.to_json(shown())


def test_a_disclosure_of_another_record_or_of_nothing_proves_nothing():
    other = record_commitment(DOCUMENT, "application/json", b"t" * 32)
    for wrong in (shown(), disclosure.Disclosure(bytes(32), ())):
        with pytest.raises(ProofInvalid):
            disclosure.verify(wrong, other)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d | {"kind": "x"},
        lambda d: d | {"size": -1},
        lambda d: d | {"size": True},
        lambda d: d | {"content": "00"},
        lambda d: d | {"content": "zz" * 32},
        lambda d: d | {"fields": 1},
        lambda d: d | {"fields": [1]},
        lambda d: d | {"fields": [d["fields"][0] | {"pointer": 5}]},
        lambda d: d | {"fields": [d["fields"][0] | {"proof": ["0"]}]},
        lambda d: {},
        lambda d: [],
    ],
    ids=range(11),
)
def test_what_is_no_disclosure_is_refused(change):
    with pytest.raises(MalformedInput, match="disclosure"):
        disclosure.from_json(json.dumps(change(json.loads(disclosure.to_json(shown())))).encode())


@given(some.data())
def test_any_changed_byte_of_a_disclosure_is_refused_or_changes_no_value(data):
    raw = bytearray(disclosure.to_json(shown()))
    raw[data.draw(some.integers(0, len(raw) - 1))] = data.draw(some.integers(0, 127))
    with suppress(MalformedInput, ProofInvalid):
        statement = disclosure.verify(
            disclosure.from_json(bytes(raw)), record_commitment(DOCUMENT, "text/json+json", SEED)
        )
        assert statement == {"/valueQuantity/value": "1.10", "/valueQuantity/unit": "mg/dL"}


@pytest.mark.parametrize("pointer", ["/nothing", "resourceType", "/note/0", "/resourceType/x"])
def test_a_pointer_to_nothing_is_refused(pointer):
    with pytest.raises(InvalidStatement):
        fields.disclose(DOCUMENT, SEED, [pointer])


def test_a_hundred_thousand_fields():
    document = json.dumps(list(range(100_000))).encode()
    root = fields.root(document, SEED)
    assert fields.verify(fields.disclose(document, SEED, ["/99999"]), root) == {"/99999": b"99999"}


def test_white_space_changes_the_bytes_committed_though_not_the_fields():
    loose = DOCUMENT.replace(b":", b": ")
    assert fields.root(loose, SEED) == fields.root(DOCUMENT, SEED)
    kind = "application/fhir+json"
    assert record_commitment(loose, kind, SEED) != record_commitment(DOCUMENT, kind, SEED)


def test_what_is_not_json_is_committed_by_its_bytes():
    assert record_commitment(b"%PDF", "application/pdf", SEED) != record_commitment(b"%PDG", "application/pdf", SEED)
    with pytest.raises(MalformedInput):
        record_commitment(b"%PDF", "application/json", SEED)


@pytest.mark.parametrize("size", [0, LONG - 1, LONG, 3 * LONG])
def test_a_commitment_begun_in_a_thread_is_equal(size):
    content = bytes(size)
    assert begin_commitment(content, "application/pdf", SEED)() == record_commitment(content, "application/pdf", SEED)


def test_json_that_is_none_is_refused_before_anything_is_stored():
    with pytest.raises(MalformedInput):
        begin_commitment(b"{" * LONG, "application/json", SEED)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b'{"a":1,"a":2}',
        b'"\\ud800"',
        b"NaN",
        b"-Infinity",
        b"\xff",
        b"[" * 201 + b"]" * 201,
        b"[" * 200_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b"[1,]",
        b"\xef\xbb\xbf{}",
        b"1e400",
        b'{"\\udfff":1}',
        b"9" * 5_000,
    ],
    ids=range(15),
)
def test_json_is_read_strictly(raw):
    with pytest.raises(MalformedInput, match="not JSON"):
        read(raw)


@pytest.mark.parametrize(
    "raw", [b"[" * 1_000_000, b"[" * 100_000 + b"]" * 100_000, b'{"a":[' * 50_000, b'"' + b'\\"[' * 500_000]
)
def test_nesting_is_bounded_before_the_parser_recurses(raw):
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(10_000_000)
    try:
        with pytest.raises(MalformedInput):
            read(raw)
    finally:
        sys.setrecursionlimit(limit)


def test_brackets_in_strings_and_beside_one_another_do_not_nest():
    assert len(read(json.dumps(["[" * 500, '\\"[{' * 500, *[[]] * 500, [[{}] * 300]]).encode())) == 503
    assert read(b"[" * 200 + b"]" * 200)


@given(some.text())
def test_a_string_s_canonical_form_is_the_library_s_or_refused(text):
    try:
        expected = rfc8785.dumps(text)
    except rfc8785.CanonicalizationError:
        with pytest.raises(MalformedInput):
            canonical(text)
    else:
        assert canonical(text) == expected


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**60, object()])
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(MalformedInput, match="no canonical form"):
        canonical(value)


@pytest.mark.skipif(not JCS.is_dir(), reason="the public RFC 8785 vectors lie beside the repository in CI")
@pytest.mark.parametrize("path", sorted((JCS / "input").glob("*.json")), ids=lambda p: p.stem)
def test_public_jcs_vectors(path):
    assert canonical(read(path.read_bytes())) == (JCS / "output" / path.name).read_bytes().strip()
