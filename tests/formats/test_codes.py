"""Code systems under their names, and codes by form and check digit."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.formats.codes import (
    ATC,
    CVX,
    ICD10,
    KCD,
    LOINC,
    RXNORM,
    SNOMED,
    UCUM,
    Coding,
    codings_of,
    is_code,
    system_of,
)

HEALTH = Path(__file__).parents[3] / "shared/data/health"


@pytest.mark.parametrize(
    ("name", "system"),
    [
        ("http://loinc.org", LOINC),
        ("http://loinc.org/", LOINC),
        ("http://loinc.org|2.77", LOINC),
        ("urn:oid:2.16.840.1.113883.6.1", LOINC),
        ("2.16.840.1.113883.6.1", LOINC),
        ("LN", LOINC),
        ("http://snomed.info/sct/900000000000207008/version/20240201", SNOMED),
        ("urn:oid:2.16.840.1.113883.6.96", SNOMED),
        ("urn:oid:2.16.840.1.113883.6.8", UCUM),
        ("http://example.org/own", "http://example.org/own"),
        ("1.2.410.1", "urn:oid:1.2.410.1"),
        ("", ""),
    ],
)
def test_a_system_has_one_name(name, system):
    assert system_of(name) == system
    assert system_of(system) == system


RIGHT = {
    LOINC: ["2345-7", "4548-4", "718-7", "85354-9", "8480-6", "94500-6", "2160-0"],
    SNOMED: ["73211009", "44054006", "22298006", "38341003", "900000000000207008"],
    RXNORM: ["860975", "1"],
    ICD10: ["E11", "E11.9", "N201", "C7A.8", "A18.0+"],
    KCD: ["E11", "E11.9", "N20.1"],
    ATC: ["A", "A10", "A10B", "A10BA", "A10BA02"],
    CVX: ["140", "08"],
    UCUM: ["mg/dL", "mm[Hg]"],
}
WRONG = {
    LOINC: ["\uff12345-7", "2345-8", "718-", "LP12345-6", "", "2345-7 ", "a-1"],
    SNOMED: ["73211008", "0", "12345", "7321100x", "9" * 19],
    RXNORM: ["0", "x"],
    ICD10: ["e11", "11", "E1"],
    KCD: ["E1", "EE1"],
    ATC: ["A1", "A10BA2"],
    CVX: ["1400"],
    UCUM: ["nonsense", "MM[HG]"],
}


@pytest.mark.parametrize(("system", "code"), [(system, code) for system, codes in RIGHT.items() for code in codes])
def test_a_right_code(system, code):
    assert is_code(Coding(system, code))


@pytest.mark.parametrize(("system", "code"), [(system, code) for system, codes in WRONG.items() for code in codes])
def test_a_wrong_code(system, code):
    assert not is_code(Coding(system, code))


def test_a_code_of_an_unknown_system_is_not_judged():
    assert is_code(Coding("http://example.org", "anything"))


@given(some.sampled_from(RIGHT[LOINC] + RIGHT[SNOMED]), some.data())
def test_one_altered_digit_is_always_noticed(code, data):
    system = LOINC if "-" in code else SNOMED
    places = [index for index, one in enumerate(code) if one.isdigit()]
    place = data.draw(some.sampled_from(places))
    digit = data.draw(some.sampled_from(sorted(set("0123456789") - {code[place]})))
    assert not is_code(Coding(system, code[:place] + digit + code[place + 1 :]))


@given(some.sampled_from(RIGHT[SNOMED]), some.data())
def test_two_swapped_digits_of_snomed_are_always_noticed(code, data):
    places = [index for index in range(1, len(code) - 1) if code[index] != code[index + 1]]
    place = data.draw(some.sampled_from(places))
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert not is_code(Coding(SNOMED, swapped))


def test_codings_of_whatever_a_document_has():
    one = {"system": "urn:oid:2.16.840.1.113883.6.1", "code": "718-7"}
    assert list(codings_of({"coding": [one, {"code": 3}, None, {"code": "x"}]})) == [
        Coding(LOINC, "718-7"),
        Coding("", "x"),
    ]
    assert list(codings_of([{"coding": [one]}, one])) == [Coding(LOINC, "718-7")] * 2
    for nothing in (None, 1, "text", [], {}, {"coding": "x"}, {"coding": {}}, [[]]):
        assert list(codings_of(nothing)) == []
    assert len(list(codings_of([{"coding": [one] * 300}] * 300))) == 200 * 200


@pytest.mark.skipif(not HEALTH.is_dir(), reason="the real FHIR data lies beside the repository in CI")
def test_the_codes_of_real_records_are_right():
    seen = {LOINC: set(), SNOMED: set(), RXNORM: set(), CVX: set()}
    for path in sorted((HEALTH / "synthea_r4").rglob("*.json")):
        walk(json.loads(path.read_bytes()), seen)
    assert all(len(codes) > 10 for codes in seen.values())
    wrong = {
        system: sorted(code for code in codes if not is_code(Coding(system, code))) for system, codes in seen.items()
    }
    assert {system: codes for system, codes in wrong.items() if codes} == {}


def walk(value, seen):
    if isinstance(value, dict):
        for coding in codings_of(value) if "coding" in value else ():
            seen.get(coding.system, set()).add(coding.code)
        for inner in value.values():
            walk(inner, seen)
    elif isinstance(value, list):
        for inner in value:
            walk(inner, seen)
