"""A file is about one Patient: whatever refers to another, in any form, is refused with a reason."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.formats.fhir import split
from mydata_ledger.ledger.errors import InvalidStatement

ANN = b"\xaa" * 20
MRN = {"system": "urn:mrn", "value": "77"}
OTHER_MRN = {"system": "urn:mrn", "value": "78"}
PATIENT = {"resourceType": "Patient", "id": "p1", "identifier": [MRN]}
URN = "urn:uuid:5f339d06-b1d0-466b-8578-1dffecfe4f07"
SERVER = "https://a.example/fhir"


def file_of(resource, full_url=f"{SERVER}/Patient/p1", *others, place=""):
    entries = [{"fullUrl": full_url, "resource": PATIENT}, {"fullUrl": place, "resource": resource}]
    return json.dumps({"resourceType": "Bundle", "entry": [*entries, *({"resource": one} for one in others)]}).encode()


def observation(subject, **members):
    return {"resourceType": "Observation", "id": "o", "subject": subject, **members}


def is_issued(raw):
    """True if every resource is issued; False if exactly the second is refused."""
    result = split(raw, ANN)
    assert all("refers to" in one.reason and one.refused for one in result.skipped)
    return not result.skipped


OWN = [
    {"reference": "Patient/p1"},
    {"reference": "Patient/p1/_history/3"},
    {"reference": f"{SERVER}/Patient/p1"},
    {"reference": f"{SERVER}/Patient/p1/_history/3"},
    {"reference": "urn:uuid:p1"},
    {"reference": "Patient?identifier=urn:mrn|77"},
    {"reference": "Patient?identifier=urn%3Amrn%7C77"},
    {"type": "Patient", "identifier": MRN},
    {"identifier": MRN},
    {"display": "Ann"},
    {"reference": "Device/d1"},
]
FOREIGN = [
    {"reference": "Patient/p2"},
    {"reference": "Patient/p2/_history/1"},
    {"reference": "https://b.example/fhir/Patient/p1"},
    {"reference": f"{SERVER}/Patient/p2"},
    {"reference": URN},
    {"reference": "Patient?identifier=urn:mrn|78"},
    {"reference": "Patient?name=Ann"},
    {"reference": "Patient/"},
    {"reference": "Patient/p_1/"},
    {"reference": "Patient/p_2"},
    {"reference": "p2"},
    {"type": "Patient", "identifier": OTHER_MRN},
    {"type": "http://hl7.org/fhir/StructureDefinition/Patient", "identifier": OTHER_MRN},
    {"identifier": OTHER_MRN},
]


@pytest.mark.parametrize(("reference", "own"), [(r, True) for r in OWN] + [(r, False) for r in FOREIGN], ids=repr)
def test_a_reference_in_any_form_is_the_patient_of_the_file_or_refuses_the_resource(reference, own):
    assert is_issued(file_of(observation(reference))) is own


@pytest.mark.parametrize(
    "reference", [r for r in FOREIGN if "type" in r or "Patient" in r.get("reference", "")], ids=repr
)
def test_a_reference_to_another_patient_is_found_at_any_depth(reference):
    assert not is_issued(file_of({"resourceType": "Claim", "item": [{"deep": [{"at": reference}]}]}))


def test_a_urn_is_the_patient_it_stands_at():
    assert is_issued(file_of(observation({"reference": URN}), URN))
    assert is_issued(file_of(observation({"reference": URN.upper().replace("URN:UUID", "urn:uuid")}), URN))
    assert not is_issued(file_of(observation({"reference": URN}), URN[:-1] + "8"))


def test_a_relative_reference_is_on_the_server_of_its_resource():
    own = observation({"reference": "Patient/p1"})
    assert is_issued(file_of(own, place=f"{SERVER}/Observation/o"))
    assert not is_issued(file_of(own, place="https://b.example/fhir/Observation/o"))


@pytest.mark.parametrize(("identifiers", "own"), [([MRN], True), ([OTHER_MRN], False), ([], False)])
def test_a_contained_patient_is_the_one_of_the_file_by_identifier(identifiers, own):
    inner = {"resourceType": "Patient", "id": "x", "identifier": identifiers}
    assert is_issued(file_of(observation({"reference": "#x"}, contained=[inner]))) is own
    assert is_issued(file_of(observation({"reference": "Patient/p1"}, contained=[inner]))) is own


@pytest.mark.parametrize(("members", "own"), [(["p1"], True), (["p1", "p2"], False), ([], False)])
def test_a_group_has_the_patient_as_its_only_member(members, own):
    entities = [{"entity": {"reference": f"Patient/{id_}"}} for id_ in members]
    group = {"resourceType": "Group", "id": "g", "type": "person", "member": entities}
    result = split(file_of(observation({"reference": "Group/g"}), f"{SERVER}/Patient/p1", group), ANN)
    kinds = [json.loads(upload.content)["resourceType"] for upload in result.uploads]
    assert ("Observation" in kinds) is own
    assert ("Group" in kinds) is ("p2" not in members)
    inner = observation({"reference": "#g"}, contained=[group])
    assert is_issued(file_of(inner)) is own
    assert not is_issued(file_of(observation({"reference": "Group/elsewhere"})))


def test_a_patient_may_be_linked_to_itself_under_another_id():
    linked = PATIENT | {"link": [{"type": "seealso", "other": {"reference": "Patient/p0"}}]}
    assert (
        len(split(json.dumps({"resourceType": "Bundle", "entry": [{"resource": linked}]}).encode(), ANN).uploads) == 1
    )


PLACES = ["subject", "patient", "beneficiary", "performer", "focus", "subscriber"]


@given(some.sampled_from(PLACES), some.sampled_from(PLACES), some.sampled_from(["p1", "p2"]))
def test_a_bare_resource_names_one_patient(first, second, id_):
    resource = {
        "resourceType": "Coverage",
        first: {"reference": "Patient/p1"},
        f"{second}2": [{"a": {"reference": f"Patient/{id_}"}}],
    }
    if id_ == "p1":
        assert len(split(json.dumps(resource).encode(), ANN).uploads) == 1
    else:
        with pytest.raises(InvalidStatement, match="several patients; hand in one file for each"):
            split(json.dumps(resource).encode(), ANN)


def test_bare_resources_and_lines_with_two_patients_are_refused():
    inner = {"resourceType": "Patient", "id": "x"}
    alone = observation({"reference": "#x"}, contained=[inner])
    assert len(split(json.dumps(alone).encode(), ANN).uploads) == 1, "the only Patient it names"
    one, two = observation({"reference": "Patient/p1"}), observation({"reference": "Patient/p2"}) | {"id": "o2"}
    several = [
        [one, two],
        [alone, alone | {"id": "o2"}],
        [observation({"identifier": MRN}), observation({"identifier": OTHER_MRN}) | {"id": "o2"}],
        [observation({"reference": URN}), observation({"reference": URN[:-1] + "8"}) | {"id": "o2"}],
    ]
    for resources in several:
        with pytest.raises(InvalidStatement, match="several patients"):
            split(b"\n".join(json.dumps(resource).encode() for resource in resources), ANN)
    assert [
        one.refused for one in split(b"\n".join(json.dumps(r).encode() for r in (PATIENT, one, two)), ANN).skipped
    ] == [True]
    mixed = observation({"reference": "Patient/p1"}, contained=[inner])
    assert [one.refused for one in split(json.dumps(mixed).encode(), ANN).skipped] == [True]
