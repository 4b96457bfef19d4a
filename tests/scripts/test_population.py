"""The people of the demonstration: equal in every run, or read from a folder."""

import json

import pytest

from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.scripts.population import COUNT, from_folder, generated

BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {"fullUrl": "urn:p", "resource": {"resourceType": "Patient"}},
        {"fullUrl": "urn:e1", "resource": {"resourceType": "Encounter"}},
        {"fullUrl": "urn:e2", "resource": {"resourceType": "Encounter"}},
        {"fullUrl": "urn:o", "resource": {"resourceType": "Observation", "encounter": {"reference": "urn:e2"}}},
        {"fullUrl": "urn:h", "resource": {"resourceType": "Organization"}},
    ],
}


def test_generated_people_are_the_same_every_time():
    people = list(generated())
    assert [person.digest for person in people] == [person.digest for person in generated()]
    assert len({person.digest for person in people}) == COUNT >= 20
    assert {r.hospital for person in people for r in person.resources} == {0, 1}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "one.json").write_text(json.dumps(BUNDLE))
    return tmp_path


def test_visits_go_to_hospitals_in_turn_with_their_documents(folder):
    (person,) = from_folder(folder, lambda _: None)
    held = {r.name: r.hospital for r in person.resources}
    assert held == {"urn:p": 0, "urn:e1": 0, "urn:e2": 1, "urn:o": 1}
    assert [r.name for r in person.held_by(1)] == ["urn:p", "urn:e2", "urn:o"]
    assert json.loads(person.bundle_for(1))["entry"][1] == BUNDLE["entry"][2]


def test_an_unusable_file_is_reported_and_the_others_are_used(folder):
    (folder / "half.json").write_text('{"resourceType":"Bundle","entry":[{')
    (folder / "text.json").write_text("hello")
    (folder / "nobody.json").write_text(
        '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Organization"}}]}'
    )
    (folder / "bare.json").write_text('{"resourceType":"Observation","status":"final"}')
    with (folder / "huge.json").open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    lines = []
    assert len(list(from_folder(folder, lines.append))) == 1
    assert sorted(line.split(":")[0] for line in lines) == [
        f"left out {n}.json" for n in ("bare", "half", "huge", "nobody", "text")
    ]
    assert all(len(line) < 200 for line in lines)


def test_a_null_where_a_visit_was_due_leaves_nobody_out(folder):
    bills = [{"item": [{"encounter": None}, None, {"encounter": [None, {"reference": "urn:e2"}]}]}, {"item": None}]
    bill = {"resourceType": "ExplanationOfBenefit"}
    extra = [{"fullUrl": f"urn:b{n}", "resource": bill | members} for n, members in enumerate(bills)]
    (folder / "one.JSON").write_bytes(
        b"\xef\xbb\xbf" + json.dumps(BUNDLE | {"entry": [*BUNDLE["entry"], *extra]}).encode()
    )
    (folder / "one.json").unlink()
    (person,) = from_folder(folder, lambda _: None)
    assert {r.name: r.visit for r in person.resources if r.kind == "ExplanationOfBenefit"} == {
        "urn:b0": "urn:e2",
        "urn:b1": "",
    }


def test_a_folder_without_people_is_an_error_that_names_what_is_expected(tmp_path):
    with pytest.raises(MalformedInput, match="give a folder of FHIR R4 bundles"):
        list(from_folder(tmp_path, lambda _: None))
    (tmp_path / "x.json").write_text("x")
    with pytest.raises(MalformedInput, match="none of the 1 files"):
        list(from_folder(tmp_path, lambda _: None))
