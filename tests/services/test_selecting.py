"""FHIRPath selections: each gives positions in the record, and nothing else is evaluated."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.formats.fhir.selecting import MAX_EXPRESSIONS, pointers
from mydata_ledger.ledger.canonical import read
from mydata_ledger.ledger.commitment import disclosure
from mydata_ledger.ledger.commitment.content import record_commitment
from mydata_ledger.ledger.errors import InvalidStatement, LedgerError, MalformedInput

EXAMPLES = Path(__file__).parents[3] / "shared/data/health/hl7_r4_examples"
FHIR = "application/fhir+json"
DOCUMENT = json.dumps(
    {
        "resourceType": "Observation",
        "status": "final",
        "_status": {"extension": [{"url": "u", "valueBoolean": False}]},
        "code": {"coding": [{"system": "a", "code": "b"}, {"system": "http://loinc.org", "code": "718-7"}]},
        "valueQuantity": {"value": 0, "unit": "g/dL"},
        "component": [{"code": {"text": n}, "valueQuantity": {"value": i}} for i, n in enumerate("xyz")],
        "contained": [{"resourceType": "Patient", "active": True, "name": [{"given": ["A", "A"]}]}],
    }
).replace('{"value": 0,', '{"value": 7.10,')
RAW = DOCUMENT.encode()


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("Observation", [""]),
        ("Observation.status", ["/status"]),
        ("code.coding.where(system = 'http://loinc.org').code", ["/code/coding/1/code"]),
        ("value.value", ["/valueQuantity/value"]),
        ("(Observation.value as Quantity).unit", ["/valueQuantity/unit"]),
        ("Observation.value.ofType(Quantity)", ["/valueQuantity"]),
        ("component.where(code.text = 'y').value", ["/component/1/valueQuantity"]),
        ("component[2].code", ["/component/2/code"]),
        ("component.code.text", [f"/component/{n}/code/text" for n in range(3)]),
        ("component.last()", ["/component/2"]),
        ("contained.name.given", ["/contained/0/name/0/given/0", "/contained/0/name/0/given/1"]),
        ("contained.active", ["/contained/0/active"]),
        ("descendants().where(system = 'a')", ["/code/coding/0"]),
    ],
)
def test_an_expression_names_the_places_it_selects(expression, expected):
    assert pointers(RAW, [expression]) == expected


def test_what_is_selected_verifies_against_the_record_s_commitment_and_keeps_its_digits():
    shown = disclosure.disclose(RAW, b"s" * 32, pointers(RAW, ["value.value", "Observation.status"]))
    statement = disclosure.verify(shown, record_commitment(RAW, FHIR, b"s" * 32))
    assert statement == {"/status": "final", "/valueQuantity/value": "7.10"}


def test_places_named_twice_are_named_once():
    assert pointers(RAW, ["status", "Observation.status"]) == ["/status"]


@pytest.mark.parametrize(
    "expression",
    [
        "nothing",
        "Patient.name",
        "code.coding.count()",
        "'x'",
        "status | code",
        "value.value + 1",
        "status.extension",
        "repeat(component)",
        "status.matches('(a+)+$')",
        "%resource.status",
        "today()",
        "descendants().where(descendants().exists())",
        "status.where(" + "true and " * 60 + "true)",
    ],
)
def test_what_selects_no_place_or_uses_more_than_choosing_needs_is_refused(expression):
    with pytest.raises(InvalidStatement):
        pointers(RAW, [expression])


@pytest.mark.parametrize("expression", ["(((", "", "a.", "where(", "'", "code..text", "(" * 400])
def test_what_is_no_expression_is_refused(expression):
    with pytest.raises(LedgerError):
        pointers(RAW, [expression])


@pytest.mark.parametrize("raw", [b"[]", b"{}", b'"x"', b'{"resourceType":5}', b"{", b'{"a":1,"a":2}'])
def test_what_is_no_fhir_has_no_fhirpath(raw):
    with pytest.raises(MalformedInput):
        pointers(raw, ["status"])


def test_no_more_expressions_than_the_bound():
    with pytest.raises(InvalidStatement, match="at most"):
        pointers(RAW, ["status"] * (MAX_EXPRESSIONS + 1))


def test_a_function_s_name_inside_a_text_is_a_text():
    with pytest.raises(InvalidStatement, match="no field"):
        pointers(RAW, ["code.coding.where(code = 'repeat(x) 100%')"])


@given(some.text(max_size=60))
def test_any_text_is_an_expression_or_our_error(expression):
    try:
        found = pointers(RAW, [expression])
    except LedgerError:
        return
    assert disclosure.disclose(RAW, bytes(32), found)


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the HL7 R4 examples lie beside the repository in CI")
def test_every_element_of_hl7_s_examples_is_selected_by_its_name():
    examples = [path for path in sorted(EXAMPLES.rglob("*.json")) if path.stat().st_size < 20_000]
    assert len(examples) > 50
    for path in examples:
        raw = path.read_bytes()
        names = [name for name in read(raw) if name.isalpha() and name != "resourceType"]
        found = [pointers(raw, [name]) for name in names]
        assert [{pointer.split("/")[1] for pointer in some} for some in found] == [{name} for name in names], path.name
