"""Small files that were once read wrongly (`cases/`, written by hand, no real persons), each with what is right."""

import json
from pathlib import Path

import pytest

from mydata_ledger.formats.fhir import split
from mydata_ledger.formats.ips import summary
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.ledger.kernel import OwnRecord
from mydata_ledger.scripts.cli.sniffing import FileKind, kind_of
from mydata_ledger.scripts.population import person
from mydata_ledger.services.health.formats.consents import consents_in, read_consent
from tests.services import ips
from tests.services.test_fhir_consents import ANN, HOSPITAL, NOW, TRIAL, WORDS, answer

CASES = Path(__file__).parent / "cases"
ACTORS = {"Organization/f001": TRIAL, "Organization/1": TRIAL, "Practitioner/001": TRIAL}
PROBLEM, HISTORY = "health.condition.problem", "health.condition.family-history"
ANSWERS = {True: "consented", False: "no_consent", None: "refused"}
"""Permitted, not permitted, forbidden."""


def read(name, **more):
    (part,) = consents_in((CASES / name).read_bytes())
    return read_consent(part.raw, WORDS, **({"grantee": ACTORS.get, "now": NOW} | more))


def reason(found, category, purpose="hl7:TREAT", action="view", who=TRIAL):
    return str(answer(found.grants, category, purpose, action, who=who).reason)


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        ("02-consent-class-condition.json", {PROBLEM: True, HISTORY: False, "health.condition": False}),
        (
            "02-consent-class-medicationrequest.json",
            {"health.medication.prescription": True, "health.medication": False},
        ),
        ("02-consent-condition-but-family-history.json", {PROBLEM: True, HISTORY: False}),
        ("03-consent-without-class.json", {PROBLEM: True, "health.vitals": True, "finance.account": False}),
        ("04-consent-scope-adr.json", {PROBLEM: False}),
        ("04-consent-scope-treatment.json", {PROBLEM: False}),
        ("21-actor-reference-and-identifier.json", {PROBLEM: True}),
        (
            "fhir_consent/Specimen.json",
            {"health.lab.specimen": True, "health.lab.observation": False, "health.lab": False},
        ),
        ("fhir_consent/Basic.json", {"health.other.basic": True, "health.other.binary": False}),
        (
            "fhir_consent/MedicationStatement.json",
            {"health.medication.statement": True, "health.medication.product": False},
        ),
        (
            "fhir_consent/AllergyIntolerance.json",
            {"health.allergy.intolerance": True, "health.allergy.adverse-event": False},
        ),
        ("fhir_consent/Flag.json", {"health.condition.warning": True, PROBLEM: False}),
        (
            "fhir_consent/DiagnosticReport.json",
            {"health.lab.report": True, "health.report.diagnostic": True, "health.lab": False},
        ),
        ("fhir_consent/r4-permit-one-unknown-actor.json", {PROBLEM: True}),
        ("fhir_consent/r4-permit-one-unknown-class.json", {"health.lab.observation": True, PROBLEM: False}),
        ("fhir_consent/r4-permit-one-unknown-purpose.json", {PROBLEM: True}),
        ("fhir_consent/r4-deny-one-unknown-purpose.json", {PROBLEM: True}),
        *(
            (f"fhir_consent/{name}.json", {PROBLEM: None, "finance.account": False})
            for name in ("r5-dissent", "r5-dissent-grantee")
        ),
        *(
            (f"fhir_consent/{name}.json", {PROBLEM: None, "finance.account": False})
            for name in ("r4-optout", "r4-dissent")
        ),
        ("fhir_consent/r5-deny-access.json", {PROBLEM: None}),
    ],
)
def test_a_consent_decides_what_it_says(name, answers):
    found = read(name)
    assert {category: reason(found, category) for category in answers} == {c: ANSWERS[a] for c, a in answers.items()}


def test_every_case_of_a_consent_is_in_these_tests():
    named = Path(__file__).read_text(encoding="utf-8")
    for file in (*CASES.glob("*consent*"), *CASES.glob("fhir_consent/*")):
        assert file.stem in named


@pytest.mark.parametrize(
    ("name", "losses"),
    [
        ("02-consent-class-condition.json", []),
        ("02-consent-condition-but-family-history.json", ["Consent.provision.provision[0]"]),
        ("04-consent-scope-adr.json", ["Consent.scope"]),
        ("04-consent-scope-treatment.json", ["Consent.scope"]),
        ("21-actor-reference-and-identifier.json", []),
        ("fhir_consent/r4-permit-one-unknown-actor.json", ["Consent.provision.actor[1]"]),
        ("fhir_consent/r4-deny-one-unknown-purpose.json", ["Consent.provision.provision[0].purpose"]),
    ],
)
def test_each_loss_is_listed(name, losses):
    assert [loss.path for loss in read(name).losses] == losses


def test_a_deny_with_an_unknown_member_forbids_the_known_ones():
    found = read("fhir_consent/r4-deny-one-unknown-purpose.json")
    assert reason(found, PROBLEM, "hl7:HMARKT") == "refused"


@pytest.mark.parametrize("action", ["view", "copy", "transfer", "publish", "link", "compute"])
def test_a_deny_of_access_hands_nothing_over(action):
    assert reason(read("fhir_consent/r5-deny-access.json"), PROBLEM, action=action) == "refused"


def test_a_dissent_of_one_grantee_is_about_that_grantee():
    found = read("fhir_consent/r5-dissent-grantee.json")
    assert (set(found.grants), reason(found, PROBLEM, who=HOSPITAL)) == ({TRIAL}, "no_consent")


@pytest.mark.parametrize(
    ("name", "says"),
    [("05-consent-period-at-root.json", "R5"), ("05-consent-stu3-except.json", "`except` is of FHIR STU3")],
)
def test_elements_of_two_releases_are_refused(name, says):
    with pytest.raises(MalformedInput, match=says):
        read(name)


def test_lines_of_consents_behind_a_byte_order_mark_are_read():
    parts = consents_in((CASES / "15-consents-bom.ndjson").read_bytes())
    assert [part.path for part in parts] == ["line 1", "line 2"]
    assert all(read_consent(part.raw, WORDS, grantee=ACTORS.get).grants for part in parts)


@pytest.mark.parametrize(
    ("name", "categories"),
    [
        ("02-record-family-history.json", [HISTORY]),
        ("09-same-uuid-two-types.json", ["health.identity.person", PROBLEM]),
        ("12-batch-response-of-bundles.json", ["health.identity.person", "health.lab.observation"]),
        ("12-parameters-around-a-bundle.json", ["health.identity.person"]),
        ("13-history-with-delete.json", ["health.identity.person"]),
        ("14-UPPER.JSON", ["health.identity.person"]),
        ("14-Observation.ndjson", ["health.lab.observation"] * 3),
        ("15-bom.json", ["health.identity.person"]),
        ("16-eob-null-encounter.json", ["health.identity.person", "health.claim.benefit"]),
    ],
)
def test_a_file_of_records_is_read_resource_by_resource(name, categories):
    parts = split((CASES / name).read_bytes(), ANN)
    assert [upload.category for upload in parts.uploads] == categories
    assert not any(part.refused for part in parts.skipped)
    assert kind_of(CASES / name) is FileKind.FHIR


def test_what_a_deletion_skips_is_named():
    (skipped,) = split((CASES / "13-history-with-delete.json").read_bytes(), ANN).skipped
    assert (skipped.place, skipped.reason) == ("entry[1]", "was deleted at its source")


def test_one_id_in_two_types_is_two_entries_of_a_summary():
    parts = split((CASES / "09-same-uuid-two-types.json").read_bytes(), ANN)
    made = ips.Document(summary([OwnRecord("0xA", upload.content) for upload in parts.uploads], ANN, NOW))
    (id_,) = {json.loads(upload.content)["id"] for upload in parts.uploads}
    assert {f"Patient/{id_}", f"Condition/{id_}"} <= made.all_ids()


def test_a_null_encounter_leaves_no_person_of_the_demonstration_out():
    found = person((CASES / "16-eob-null-encounter.json").read_bytes(), 0)
    assert [one.kind for one in found.resources] == ["Patient", "ExplanationOfBenefit"]


def test_a_bank_balance_is_no_fhir():
    assert kind_of(CASES / "03-record-bank-balance.txt") is FileKind.OTHER
