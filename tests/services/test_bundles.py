"""FHIR R4 bundles, real and broken, and the records they become."""

import json
from pathlib import Path

import carebundle
import pytest
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.formats.fhir import split
from mydata_ledger.formats.fhir.periods import period_of
from mydata_ledger.ledger.errors import InvalidStatement, LedgerError, MalformedInput
from mydata_ledger.services.health.catalog import CATALOG

HEALTH = Path(__file__).parents[3] / "shared/data/health"
ANN = b"\xaa" * 20
real = pytest.mark.skipif(not HEALTH.is_dir(), reason="the real FHIR data lies beside the repository in CI")
PATIENT = {"resource": {"resourceType": "Patient", "id": "p"}}


def bundle(*entries, **extra):
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [PATIENT, *entries]} | extra).encode()


def files(folder):
    return sorted((HEALTH / folder).glob("*.json")) if HEALTH.is_dir() else []


@real
@pytest.mark.parametrize("path", files("synthea_r4"), ids=lambda p: p.stem[:20])
def test_every_synthea_bundle_becomes_records_with_their_bytes_as_they_were(path):
    raw = path.read_bytes()
    if "Information" in path.name:
        with pytest.raises(InvalidStatement, match="no Patient"):
            split(raw, ANN)
        return
    parts = split(raw, ANN)
    text = raw.decode()
    resources = [entry["resource"] for entry in json.loads(raw)["entry"]]
    kept = [json.loads(upload.content) for upload in parts.uploads]
    skipped = {one.entry for one in parts.skipped}
    assert kept == [resource for index, resource in enumerate(resources) if index not in skipped]
    assert all(upload.content.decode() in text for upload in parts.uploads)
    assert {upload.category for upload in parts.uploads} <= set(CATALOG.categories)
    assert {one.resource_type for one in parts.skipped} <= {
        "Organization",
        "Practitioner",
        "Location",
        "PractitionerRole",
    }


@real
@pytest.mark.parametrize("path", files("hl7_r4_examples"), ids=lambda p: p.stem[:30])
def test_every_hl7_example_is_taken_or_refused_with_a_sentence(path):
    try:
        parts = split(path.read_bytes(), ANN)
    except LedgerError as refusal:
        assert 0 < len(str(refusal)) < 250  # noqa: PT017 - one of two fair outcomes
        return
    assert len(parts.uploads) + len(parts.skipped) > 0


def test_generated_people_are_read_too():
    raw = carebundle.to_json(carebundle.generate_bundle(profile="ckd_stage3", seed=7)).encode()
    categories = {upload.category for upload in split(raw, ANN).uploads}
    assert {"health.identity.person", "health.encounter.visit", "health.lab.observation"} <= categories
    assert {"health.vitals", "health.condition.problem"} <= categories


def test_a_number_keeps_its_digits_and_a_text_its_spaces():
    resource = '{"resourceType":"Observation",  "valueQuantity":{"value":1.10},"note":[{"text":"a \\u00e9  b"}]}'
    entry = '{ "resource": ' + resource + " }"
    raw = bundle().decode().replace("]}", f", {entry}]}}").encode()
    content = split(raw, ANN).uploads[1].content
    assert content == resource.encode()


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "not JSON"),
        (b"not json", "not JSON: line 1, column 1"),
        (b'{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Pat', "is the file complete"),
        (b"\xff\xfe{}", "not UTF-8"),
        (b"[]", "not FHIR"),
        (b"{}", "not FHIR"),
        (b'{"resourceType":3}', "not FHIR"),
        (b'{"resourceType":"Bundle"}', "no entries"),
        (b'{"resourceType":"Bundle","entry":{}}', "no entries"),
        (b'{"resourceType":"Bundle","resourceType":"Bundle"}', "stands twice"),
    ],
    ids=range(10),
)
def test_what_is_no_bundle_gets_one_clear_sentence(raw, says):
    with pytest.raises(MalformedInput, match=says):
        split(raw, ANN)


def test_nobody_s_and_two_people_s_bundles_are_refused():
    with pytest.raises(InvalidStatement, match="no Patient"):
        split(b'{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Observation"}}]}', ANN)
    with pytest.raises(InvalidStatement, match="2 patients; hand in one bundle for each"):
        split(bundle({"resource": {"resourceType": "Patient", "id": "q"}}), ANN)


def test_a_bare_resource_is_a_record():
    (upload,) = split(b' {"resourceType":"AllergyIntolerance"}\n', ANN).uploads
    assert (upload.category, upload.content) == ("health.allergy.intolerance", b'{"resourceType":"AllergyIntolerance"}')


LOINC = "http://loinc.org"


@pytest.mark.parametrize(
    ("members", "category"),
    [
        ({"code": {"coding": [{"system": LOINC, "code": "4548-4"}]}}, "health.lab.observation"),
        ({"code": {"coding": [{"system": LOINC, "code": "8867-4"}]}}, "health.vitals"),
        ({"specimen": {"reference": "Specimen/s"}}, "health.lab.observation"),
        ({"code": {"coding": [{"system": "urn:own", "code": "4548-4"}]}}, "health.observation"),
        ({"code": {"coding": [{"system": LOINC, "code": "72166-2"}]}}, "health.observation"),
        (
            {"code": {"coding": [{"system": LOINC, "code": "4548-4"}]}, "category": [{"coding": [{"code": "exam"}]}]},
            "health.observation",
        ),
        ({"code": None, "specimen": None, "category": None}, "health.observation"),
    ],
)
def test_an_observation_without_a_category_has_the_one_of_its_loinc_code(members, category):
    raw = json.dumps({"resourceType": "Observation", **members}).encode()
    assert [upload.category for upload in split(raw, ANN).uploads] == [category]


@given(some.binary(max_size=200) | some.text(max_size=200).map(str.encode))
def test_any_bytes_are_taken_or_refused(raw):
    with pytest.raises(LedgerError):
        split(raw, ANN)


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ({"effectiveDateTime": "2026"}, (1767225600, 1798761600)),
        ({"effectiveDateTime": "2026-02"}, (1769904000, 1772323200)),
        ({"effectiveDateTime": "2026-02-03"}, (1770076800, 1770163200)),
        ({"effectiveDateTime": "2026-02-03T09:00:00+09:00"}, (1770076800, 1770076801)),
        ({"effectiveInstant": "2026-02-03T00:00:00.123Z"}, (1770076800, 1770076801)),
        ({"period": {"start": "2026-02-03", "end": "2026-02-04"}}, (1770076800, 1770249600)),
        ({"period": {"start": "2026-02-03"}}, (1770076800, 0)),
        ({"period": {"start": "2026-02-05", "end": "2026-02-04"}}, (1770249600, 1770336000)),
        ({"onsetDateTime": "1950-05"}, (0, 0)),
        ({"effectiveDateTime": "2026-13-45"}, (0, 0)),
        ({"effectiveDateTime": 7}, (0, 0)),
        ({"period": "2026"}, (0, 0)),
        ({}, (0, 0)),
    ],
)
def test_the_time_a_resource_is_about(resource, expected):
    assert period_of(resource) == expected


@given(some.dictionaries(some.sampled_from(["period", "date", "issued"]), some.text(max_size=30) | some.integers()))
def test_any_dates_give_a_period_that_ends_after_it_starts(resource):
    start, end = period_of(resource)
    assert start >= 0
    assert end == 0 or end > start
