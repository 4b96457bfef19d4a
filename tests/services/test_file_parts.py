"""What a FHIR file may be: every part of it becomes a record or is named, and no bad part affects another."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.formats.fhir import split
from mydata_ledger.formats.fhir.containers import MAX_ENTRIES, FoundResource, parts_of
from mydata_ledger.ledger.errors import LedgerError, MalformedInput, TooLarge
from mydata_ledger.services.health.formats.consents import consents_in

ANN = b"\xaa" * 20
PATIENT = {"resourceType": "Patient", "id": "p1"}


def lab(id_, **members):
    category = [{"coding": [{"code": "laboratory"}]}]
    return {
        "resourceType": "Observation", "id": id_, "status": "final", "category": category,
        "subject": {"reference": "Patient/p1"}, **members,
    }  # fmt: skip


def bundle(*resources, kind="collection", entries=()):
    return {"resourceType": "Bundle", "type": kind, "entry": [*({"resource": one} for one in resources), *entries]}


def parameters(*resources):
    return {"resourceType": "Parameters", "parameter": [{"name": "return", "resource": one} for one in resources]}


def parts(value, *, raw=None):
    """Ids of the records, and place, reason and refusal of the rest."""
    result = split(raw if raw is not None else json.dumps(value).encode(), ANN)
    ids = [json.loads(upload.content)["id"] for upload in result.uploads]
    return ids, [(one.place, one.reason, one.refused) for one in result.skipped]


def test_bundles_are_opened_wherever_they_are():
    response = bundle(PATIENT, kind="batch-response", entries=[{"resource": bundle(lab("o2"), kind="searchset")}])
    assert parts(response) == (["p1", "o2"], [])
    assert parts(parameters(bundle(PATIENT, lab("o2")))) == (["p1", "o2"], [])
    nested = {"name": "x", "part": [{"name": "y", "resource": bundle(PATIENT)}, {"name": "z", "valueString": "w"}]}
    assert parts({"resourceType": "Parameters", "parameter": [nested]}) == (["p1"], [])


def test_what_has_no_resource_is_named_and_the_rest_goes_on():
    entries = [
        {"fullUrl": "urn:x:Observation/9", "request": {"method": "DELETE", "url": "Observation/9"}},
        {"response": {"status": "404 Not Found"}},
        {"resource": None},
        None,
        {"fullUrl": "x"},
        {"resource": {"resourceType": "../etc"}},
        {"resource": lab("o1")},
    ]
    ids, skipped = parts(bundle(PATIENT, kind="history", entries=entries))
    assert ids == ["p1", "o1"]
    assert skipped == [
        ("entry[1]", "was deleted at its source", False),
        ("entry[2]", "has no resource; its source answered 404", False),
        ("entry[3]", "not FHIR: no resource with a `resourceType`", True),
        ("entry[4]", "has no resource", True),
        ("entry[5]", "has no resource", True),
        ("entry[6]", "not FHIR: no resource with a `resourceType`", True),
    ]


def test_lines_are_read_one_by_one_with_or_without_a_byte_order_mark():
    lines = [json.dumps(lab(f"n{number}")).encode() for number in range(3)]
    assert parts(None, raw=b"\xef\xbb\xbf" + b"\n".join(lines)) == (["n0", "n1", "n2"], [])
    ids, skipped = parts(None, raw=b"\n".join([lines[0], lines[1][:40], b"", lines[2]]))
    assert ids == ["n0", "n2"]
    assert [(place, refused) for place, _, refused in skipped] == [("line 2", True)]
    assert "is the file complete" in skipped[0][1]
    assert parts(None, raw=b"\n".join([lines[1][:40], lines[2]]))[0] == ["n2"]


def test_a_byte_order_mark_is_no_part_of_a_record():
    (upload,) = split(b"\xef\xbb\xbf " + json.dumps(PATIENT).encode() + b"\n", ANN).uploads
    assert upload.content == json.dumps(PATIENT).encode()


def test_of_a_history_the_newest_version_is_issued_and_nothing_deleted():
    old, new = lab("o1", valueInteger=1), lab("o1", valueInteger=2)
    gone = {"request": {"method": "DELETE", "url": "Observation/o2"}}
    history = bundle(PATIENT, new, old, kind="history", entries=[gone, {"resource": lab("o2")}])
    result = split(json.dumps(history).encode(), ANN)
    assert [json.loads(upload.content) for upload in result.uploads] == [PATIENT, new]
    assert [one.reason for one in result.skipped] == [
        "an older version of a resource in this file",
        "was deleted at its source",
        "was deleted at its source",
    ]


def test_of_two_contents_with_one_id_the_newer_is_issued_and_without_a_newer_none():
    first = lab("o1", meta={"lastUpdated": "2026-01-01T23:00:00Z"}, valueInteger=1)
    later = lab("o1", meta={"lastUpdated": "2026-01-02T07:59:00+09:00"}, valueInteger=2)
    assert parts(bundle(PATIENT, first, later))[1][0][0] == "entry[2]", "the second is an hour older"
    assert parts(bundle(PATIENT, PATIENT, lab("o1"), lab("o1"))) == (
        ["p1", "o1"],
        [("entry[1]", "stands in the file twice", False), ("entry[3]", "stands in the file twice", False)],
    )
    ids, skipped = parts(bundle(PATIENT, lab("o1", valueInteger=1), lab("o1", valueInteger=2), lab("o3")))
    assert ids == ["p1", "o3"]
    assert [(place, refused) for place, _, refused in skipped] == [("entry[1]", True), ("entry[2]", True)]
    versions = [lab("o1", meta={"versionId": version}) for version in ("9", "10")]
    assert [one.place for one in split(json.dumps(bundle(PATIENT, *versions)).encode(), ANN).skipped] == ["entry[1]"]


def test_the_same_id_in_two_types_is_two_resources():
    condition = {"resourceType": "Condition", "id": "p1", "subject": {"reference": "Patient/p1"}}
    assert parts(bundle(PATIENT, condition)) == (["p1", "p1"], [])


def test_a_file_that_is_too_long_or_too_deep_is_refused_with_a_sentence():
    entry = b',{"resource":{"resourceType":"Basic"}}'
    whole = json.dumps(bundle(PATIENT)).encode().removesuffix(b"]}")
    assert len(parts_of(whole + entry * (MAX_ENTRIES - 1) + b"]}")) == MAX_ENTRIES
    with pytest.raises(TooLarge, match="at most 20000 entries; split it"):
        split(whole + entry * MAX_ENTRIES + b"]}", ANN)
    with pytest.raises(TooLarge, match="at most 20000"):
        split(b'{"resourceType":"Basic"}\n' * (MAX_ENTRIES + 1), ANN)
    deep = lab("deep")
    for _ in range(50):
        deep = bundle(deep)
    ids, skipped = parts(bundle(PATIENT, deep, lab("o1")))
    assert ids == ["p1", "o1"]
    assert "nested more than 10 deep" in skipped[0][1]
    inner = {}
    for _ in range(50):
        inner = {"extension": [inner]}
    assert parts(bundle(PATIENT, lab("o1", **inner))) == (["p1", "o1"], [])


def test_consents_are_found_in_the_same_places():
    def consent(id_, **members):
        return {"resourceType": "Consent", "id": id_, **members}

    def places(raw):
        return [found.path for found in consents_in(raw)]

    lines = b"\n".join(json.dumps(one).encode() for one in (consent("a"), PATIENT, consent("b")))
    assert places(b"\xef\xbb\xbf" + lines) == ["line 1", "line 3"]
    assert places(json.dumps(parameters(bundle(PATIENT, consent("a")))).encode()) == ["parameter[0] entry[1]"]
    history = bundle(consent("a", status="inactive"), consent("a", status="active"), kind="history")
    (newest,) = consents_in(json.dumps(history).encode())
    assert json.loads(newest.raw)["status"] == "inactive", "an older version is no longer in force"
    with pytest.raises(MalformedInput, match="no FHIR Consent here"):
        consents_in(json.dumps(bundle(PATIENT)).encode())


MEMBERS = [
    *("resourceType", "entry", "resource", "parameter", "part", "id", "type", "request", "response", "meta", "fullUrl"),
    *(
        "reference",
        "subject",
        "patient",
        "member",
        "entity",
        "contained",
        "identifier",
        "value",
        "link",
        "code",
        "coding",
    ),
]
JSON = some.recursive(
    some.none()
    | some.booleans()
    | some.integers(-9, 9)
    | some.sampled_from(["Bundle", "Patient", "Parameters", "Group", "Observation", "Patient/p", "#p", "urn:p", "p"]),
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(
            some.sampled_from(
                ["resourceType", "entry", "resource", "parameter", "part", "id", "type", "request", "meta"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_of_any_json_each_part_is_a_record_or_named(value):
    raw = json.dumps(value).encode()
    try:
        result = split(raw, ANN)
    except LedgerError as refusal:
        assert len(str(refusal)) < 250  # noqa: PT017 - one of two right outcomes
        return
    found = [part for part in parts_of(raw) if isinstance(part, FoundResource)]
    assert len(result.uploads) + len(result.skipped) == len(parts_of(raw)) >= len(found)
    assert all(upload.content in raw for upload in result.uploads)
    assert all(one.reason for one in result.skipped)
