"""The International Patient Summary: nothing wrong or foreign as current, nothing important lost, nothing dangling."""

import json
import random
from pathlib import Path

import carebundle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mydata_ledger.formats.fhir import split
from mydata_ledger.formats.ips import LIMIT, check_shown, summary
from mydata_ledger.ledger.errors import InvalidStatement
from mydata_ledger.ledger.kernel import OwnRecord
from testing.ledger_fixture import NOW
from tests.services import ips

SYNTHEA = Path(__file__).parents[3] / "shared/data/health/synthea_r4"
ANN = b"\xaa" * 20
NAMES = [
    *("id", "code", "coding", "text", "display", "reference", "status", "category", "subject", "effectiveDateTime"),
    *(
        "clinicalStatus",
        "verificationStatus",
        "abatementPeriod",
        "dosage",
        "timing",
        "repeat",
        "boundsPeriod",
        "device",
    ),
    *(
        "provision",
        "period",
        "end",
        "contained",
        "identifier",
        "value",
        "member",
        "meta",
        "deviceName",
        "patient",
        "link",
    ),
    *("medicationReference", "valueQuantity", "type", "scope", "intent", "name", "specimen", "result", "resourceType"),
]
WORDS = [
    "",
    "é",
    "urn:uuid:1",
    "Patient/1",
    "Observation/1",
    "#1",
    "1",
    "<b>",
    "adr",
    "active",
    "2020",
    None,
    1.50,
    10**30,
    True,
]
PATIENT = {"resourceType": "Patient", "id": "p", "name": [{"text": "Ann Test"}], "birthDate": "1940-02-03"}
SUBJECT = {"reference": "Patient/p"}
CLINICAL = {"Condition": "condition-clinical", "AllergyIntolerance": "allergyintolerance-clinical"}
UUID = "5f339d06-b1d0-466b-8578-1dffecfe4f07"


def concept(code, system="http://terminology.hl7.org/CodeSystem/x"):
    return {"coding": [{"system": system, "code": code}]}


def condition(id_, clinical="active", verification="confirmed", **members):
    return {
        "resourceType": "Condition", "id": id_, "subject": SUBJECT, "code": {"text": f"Problem {id_}"},
        "clinicalStatus": concept(clinical), "verificationStatus": concept(verification), **members,
    }  # fmt: skip


def allergy(id_, clinical="active", verification="confirmed", **members):
    return {
        "resourceType": "AllergyIntolerance", "id": id_, "patient": SUBJECT, "code": {"text": f"Allergy {id_}"},
        "clinicalStatus": concept(clinical), "verificationStatus": concept(verification), **members,
    }  # fmt: skip


def order(id_, status="active", **members):
    return {
        "resourceType": "MedicationRequest", "id": id_, "subject": SUBJECT, "status": status, "intent": "order",
        "medicationCodeableConcept": {"text": f"Drug {id_}"}, **members,
    }  # fmt: skip


def observation(id_, category="laboratory", **members):
    return {
        "resourceType": "Observation", "id": id_, "subject": SUBJECT, "status": "final",
        "category": [concept(category)], "code": {"text": f"Result {id_}"}, **members,
    }  # fmt: skip


def procedure(id_, **members):
    return {
        "resourceType": "Procedure",
        "id": id_,
        "subject": SUBJECT,
        "status": "completed",
        "code": {"text": id_},
        **members,
    }


def document(*resources):
    return ips.Document(summary(ips.records(PATIENT, *resources), ANN, NOW)).check()


def anything(pick, depth=0):
    kind = pick(range(4)) if depth < 4 else 0
    if kind == 1:
        return [anything(pick, depth + 1) for _ in range(pick(range(4)))]
    if kind > 1:
        return {pick(NAMES): anything(pick, depth + 1) for _ in range(pick(range(5)))}
    return pick(WORDS)


def test_whatever_holders_issued_the_rest_is_a_document():
    pick = random.Random(3).choice
    for _ in range(1_500):
        parts = [{pick(NAMES): anything(pick) for _ in range(4)} for _ in range(3)]
        kinds = ["Patient", "Observation", "Condition", "MedicationRequest", "Consent", "Device", "Group", 7]
        odd = [json.dumps(part | {"resourceType": pick(kinds)}).encode() for part in parts]
        broken = (b"\xff{", b"[" * 9_000, b'{"resourceType":"Condition","id":"\\ud800"}')
        found = json.loads(summary([OwnRecord("0xA", one) for one in (*odd, *broken)], ANN, NOW))
        assert "records are no FHIR resources" in found["entry"][0]["resource"]["text"]["div"]
        assert found["entry"][0]["resource"]["resourceType"] == "Composition"
        urls = [entry["fullUrl"] for entry in found["entry"]]
        assert len(urls) == len(set(urls))


def test_what_is_nested_deep_is_shown_or_counted():
    def nested(depth):
        inner = {"url": "x", "valueString": "y"}
        for _ in range(depth):
            inner = {"url": "x", "extension": [inner]}
        return condition(f"c{depth}", extension=[inner])

    made = ips.Document(summary(ips.records(PATIENT, nested(50), nested(150)), ANN, NOW))
    assert made.ids("11450-4") == ["c50"]
    assert "1 records are no FHIR resources" in made.composition["text"]["div"]


def test_of_nothing_it_says_that_nothing_is_shared():
    made = ips.Document(summary([], ANN, NOW)).check()
    assert made.sections.keys() == ips.REQUIRED
    assert all(section["emptyReason"] for section in made.composition["section"])
    assert "does not mean that there is none" in made.text("48765-2")


def test_no_known_allergy_is_a_statement_and_nothing_known_is_none():
    none_known = allergy("nka", code=concept("716186003", "http://snomed.info/sct"))
    assert document(none_known).ids("48765-2") == ["nka"]
    assert document().ids("48765-2") == []
    both = document(none_known, allergy("a"))
    assert both.ids("48765-2") == ["a"], "an allergy contradicts it"
    assert "1 statements that none is known" in both.text("48765-2")
    no_drug = allergy("nkda", code=concept("409137002", "http://snomed.info/sct"))
    assert document(no_drug, allergy("a", category=["food"])).ids("48765-2") == ["a", "nkda"]
    assert document(no_drug, allergy("a", category=["medication"])).ids("48765-2") == ["a"]
    assert document(none_known, allergy("a", "resolved")).ids("48765-2") == ["nka"], "what is over does not contradict"


@pytest.mark.parametrize("verification", ["entered-in-error", "refuted"])
def test_what_was_refuted_or_entered_in_error_is_nowhere(verification):
    made = document(
        condition("c", verification=verification), allergy("a", verification=verification), condition("good"),
        allergy("text", verification="confirmed", verificationStatus={"text": verification}),
        order("m", "entered-in-error"), observation("o", status="entered-in-error"),
        procedure("x", status="entered-in-error"),
        {"resourceType": "DocumentReference", "id": "w", "subject": SUBJECT, "status": "current",
         "docStatus": verification, "type": concept("42348-3")},
    )  # fmt: skip
    assert {name for name in made.all_ids() if not name.startswith(("Composition", "Organization"))} == {
        "Patient/p",
        "Condition/good",
    }


def test_stopped_and_resolved_are_apart_from_current():
    made = document(
        condition("now"), condition("past", "resolved"), condition("abated", abatementDateTime="2020"),
        condition("later", "active", abatementDateTime="2999"), order("on"), order("off", "stopped"),
        order("held", "on-hold"), order("never", doNotPerform=True), order("idea", intent="proposal"),
        allergy("old", "resolved"),
        {"resourceType": "MedicationStatement", "id": "ended", "subject": SUBJECT, "status": "active",
         "medicationCodeableConcept": {"text": "x"}, "effectivePeriod": {"end": "2020-01-01"}},
        order("dosed", dosageInstruction=[{"timing": {"repeat": {"boundsPeriod": {"end": "2020"}}}}]),

    )  # fmt: skip
    assert set(made.ids("11450-4")) == {"now", "later"}
    assert set(made.ids("11348-0")) == {"past", "abated"}
    assert set(made.ids("10160-0")) == {"on", "held"}
    assert set(made.ids("Medicines that are not in use")) == {"off", "never", "idea", "ended", "dosed"}
    assert made.ids("48765-2") == []
    assert made.ids("Allergies that are inactive or resolved") == ["old"]
    assert "Drug off [stopped]" in made.text("Medicines that are not in use")
    assert "Drug off [중단]" in made.text("Medicines that are not in use")
    assert "Drug never [do not give]" in made.text("Medicines that are not in use")
    assert "Drug held [on-hold]" in made.text("10160-0")


def test_identity_is_holder_type_and_id():
    same = {"resourceType": "Patient", "id": UUID, "name": [{"text": "Ann Test"}]}
    asthma = condition(UUID, subject={"reference": f"Patient/{UUID}"})
    made = ips.Document(summary(ips.records(same, asthma), ANN, NOW)).check()
    assert made.patient["name"] == [{"text": "Ann Test"}]
    assert made.ids("11450-4") == [UUID]
    other = condition(UUID, code={"text": "Gout"}, subject={"reference": "Patient/9"})
    both = ips.Document(summary([*ips.records(same, asthma), *ips.records(other, holder="0xB")], ANN, NOW)).check()
    assert {one["code"]["text"] for one in both.entries("11450-4")} == {f"Problem {UUID}", "Gout"}


def test_the_newest_version_of_a_resource_counts():
    assert document(condition("c"), condition("c", verification="refuted")).ids("11450-4") == []
    newer = condition("c", meta={"lastUpdated": "2026-02-01T00:00:00Z"}, code={"text": "new"})
    older = condition("c", meta={"lastUpdated": "2026-01-01T00:00:00Z"}, code={"text": "old"})
    (shown,) = document(newer, older).entries("11450-4")
    assert shown["code"]["text"] == "new"


REFERENCES = [
    {"reference": "Medication/m"},
    {"reference": "Medication/m/_history/2"},
    {"reference": "https://a.example/fhir/Medication/m"},
    {"reference": "https://a.example/fhir/Medication/m/_history/2"},
    {"reference": "urn:uuid:m"},
    {"reference": "Medication?identifier=urn:gtin|77"},
    {"type": "Medication", "identifier": {"system": "urn:gtin", "value": "77"}},
    {"reference": "#inner"},
]


@pytest.mark.parametrize("reference", REFERENCES, ids=repr)
def test_a_reference_in_any_form_brings_what_it_needs(reference):
    identifier = [{"system": "urn:gtin", "value": "77"}]
    medication = {"resourceType": "Medication", "id": "m", "identifier": identifier, "code": {"text": "Aspirin"}}
    member = {
        name: value for name, value in order("r", medicationReference=reference).items() if "Codeable" not in name
    }
    member |= {"contained": [medication | {"id": "inner"}]} if reference.get("reference") == "#inner" else {}
    made = document(member, medication)
    assert "Aspirin" in made.text("10160-0")
    shown = made.entries("10160-0")[0]["medicationReference"]["reference"]
    found = made.by_url.get(shown) or {f"#{one['id']}": one for one in made.entries("10160-0")[0]["contained"]}[shown]
    assert found["code"]["text"] == "Aspirin"
    assert "Medication/m" not in document(medication).all_ids(), "only with what refers to it"


def test_a_reference_that_may_lead_to_two_resources_keeps_its_text():
    medication = {"resourceType": "Medication", "id": "m", "code": {"text": "Aspirin"}}
    orders = [
        order(f"r{n}", medicationReference={"reference": f"https://{n}.example/Medication/m", "display": "Something"})
        for n in "ab"
    ]
    made = document(*({n: v for n, v in one.items() if "Codeable" not in n} for one in orders), medication)
    assert [one["medicationReference"] for one in made.entries("10160-0")] == [{"display": "Something"}] * 2


def test_reports_bring_their_results_and_specimens_and_devices_their_device():
    report = {
        "resourceType": "DiagnosticReport", "id": "d", "subject": SUBJECT, "status": "final", "code": {"text": "Panel"},
        "category": [concept("laboratory")], "specimen": [{"reference": "Specimen/s"}],
        "result": [{"reference": "Observation/o"}, {"reference": "Observation/bad"}],
    }  # fmt: skip
    member = observation("o", "exam", specimen={"reference": "Specimen/s"}, performer=[{"reference": "Practitioner/1"}])
    use = {
        "resourceType": "DeviceUseStatement",
        "id": "u",
        "subject": SUBJECT,
        "status": "active",
        "device": {"reference": "Device/pm"},
    }
    pacemaker = {"resourceType": "Device", "id": "pm", "patient": SUBJECT, "type": {"text": "Pacemaker"}}
    lens = {"resourceType": "Device", "id": "lens", "patient": SUBJECT, "type": {"text": "Lens"}}
    analyser = {"resourceType": "Device", "id": "x"}
    specimen = {"resourceType": "Specimen", "id": "s", "subject": SUBJECT}
    wrong = observation("bad", status="entered-in-error")
    made = document(report, member, wrong, specimen, use, pacemaker, lens, analyser)
    assert made.ids("30954-2") == ["d"], "an observation of another category is no result by itself"
    assert {"Observation/o", "Specimen/s", "Device/pm"} <= made.all_ids()
    assert not {"Observation/bad", "Device/x"} & made.all_ids()
    assert made.ids("46264-8") == ["u"]
    assert "Pacemaker" in made.text("46264-8")
    assert made.ids("Devices on record") == ["lens"]


def test_advance_directives_in_force_are_shown():
    def wish(id_, status="active", **members):
        return {"resourceType": "Consent", "id": id_, "patient": SUBJECT, "status": status, "scope": concept("adr"),
                "category": [concept("dnr")], "policyRule": concept("x"), **members}  # fmt: skip

    made = document(wish("on"), wish("off", "inactive"), wish("past", provision={"period": {"end": "2020"}}),
                    wish("privacy", scope=concept("patient-privacy"), category=[concept("59284-0")]))  # fmt: skip
    assert made.ids("42348-3") == ["on"]
    assert set(made.ids("Advance directives not in force")) == {"off", "past"}


@pytest.mark.parametrize(
    "members",
    [
        {"subject": {"reference": "Patient/q"}},
        {"recorder": {"reference": "Patient/q"}},
        {"contained": [{"resourceType": "Patient", "id": "x"}], "asserter": {"reference": "#x"}},
        {"subject": {"reference": "Group/g"}},
    ],
)
def test_what_refers_to_another_patient_is_not_shown(members):
    made = document(condition("c", **members), condition("good"))
    assert made.ids("11450-4") == ["good"]
    assert "1 records refer to another patient" in made.composition["text"]["div"]
    alone = summary(ips.records(condition("c", recorder={"reference": "Patient/q"}), condition("good")), ANN, NOW)
    assert ips.Document(alone).ids("11450-4") == ["good"], "also where the Patient is not shared"


def test_a_person_with_two_patient_ids_at_one_holder_is_one_person():
    made = document(PATIENT | {"id": "p2"}, condition("c", subject={"reference": "Patient/p2"}), condition("d"))
    assert set(made.ids("11450-4")) == {"c", "d"}


def test_a_subject_by_urn_is_the_person_since_full_urls_are_not_kept():
    entries = [
        {"fullUrl": f"urn:uuid:{UUID}", "resource": PATIENT},
        {"resource": condition("c", subject={"reference": f"urn:uuid:{UUID}"})},
    ]
    uploads = split(json.dumps({"resourceType": "Bundle", "entry": entries}).encode(), ANN).uploads
    made = ips.Document(summary([OwnRecord("0xA", one.content) for one in uploads], ANN, NOW)).check()
    assert made.by_url[made.entries("11450-4")[0]["subject"]["reference"]] is made.patient


def test_a_long_summary_is_shortened_in_order_oldest_first_with_a_sentence():
    dated = [f"20{year:02d}-01-01" for year in range(30)]
    kept = [condition("active"), allergy("a"), order("m")]
    many = [
        *(observation(f"v{n}", "vital-signs", effectiveDateTime=day) for n, day in enumerate(dated)),
        *(observation(f"l{n}", effectiveDateTime=day) for n, day in enumerate(dated)),
        *(procedure(f"p{n}", performedDateTime=day) for n, day in enumerate(dated)),
        *(condition(f"c{n}", "resolved", recordedDate=day) for n, day in enumerate(dated)),
    ]
    made = document(*kept, *many)
    assert len(made.raw) <= LIMIT
    assert (made.ids("11450-4"), made.ids("48765-2"), made.ids("10160-0")) == (["active"], ["a"], ["m"])
    assert made.ids("8716-3") == []
    assert ips.older(made, "8716-3") == 30
    shown = made.ids("30954-2")
    assert shown == [f"l{29 - n}" for n in range(len(shown))], "the newest are kept"
    assert ips.older(made, "30954-2") == 30 - len(shown)
    assert f"오래된 항목 {30 - len(shown)}개" in made.text("30954-2")
    assert len(made.ids("11348-0")) == 30
    assert "longer than 32 KiB" not in made.raw.decode()


def test_what_is_never_shortened_makes_the_document_longer_and_it_says_so():
    many = [kind(f"x{n}") for kind in (condition, allergy, order) for n in range(40)]
    made = document(*many, *(observation(f"l{n}") for n in range(9)))
    assert len(made.raw) > LIMIT
    assert "longer than 32 KiB" in made.composition["text"]["div"]
    assert [len(made.ids(key)) for key in ("11450-4", "48765-2", "10160-0", "30954-2")] == [40, 40, 40, 0]


def test_numbers_keep_their_digits_and_are_read_aloud_with_their_unit():
    raw = json.dumps(observation("o", valueQuantity={"value": 77, "unit": "%"})).replace("77", "6.10").encode()
    made = ips.Document(summary([OwnRecord("0xA", raw)], ANN, NOW)).check()
    assert b'"value":6.10' in made.raw
    assert "Result o 6.10 %" in made.text("30954-2")


@pytest.mark.parametrize("category", ["business", "finance.account", "*", "health.claim", "healthy", "health.labx"])
def test_a_summary_of_what_it_does_not_show_is_refused(category):
    with pytest.raises(InvalidStatement, match="a health summary shows nothing of"):
        check_shown(["health.lab", category])
    check_shown(["health", "health.lab", "health.lab.specimen", "health.identity"])


STATUS = some.sampled_from(
    ["active", "stopped", "completed", "resolved", "inactive", "entered-in-error", "on-hold", "x"]
)
VERIFIED = some.sampled_from(["confirmed", "refuted", "entered-in-error", "unconfirmed"])
MADE = some.one_of(
    some.builds(
        lambda s, v, a: condition("?", s, v, **a),
        STATUS,
        VERIFIED,
        some.sampled_from([{}, {"abatementAge": {"value": 3}}]),
    ),
    some.builds(lambda s, v: allergy("?", s, v), STATUS, VERIFIED),
    some.builds(lambda s, d: order("?", s, doNotPerform=d), STATUS, some.booleans()),
    some.builds(lambda s, c: observation("?", c, status=s), STATUS, some.sampled_from(["laboratory", "vital-signs"])),
    some.builds(lambda s: procedure("?", status=s), STATUS),
)
WHO = some.sampled_from(["Patient/p", "Patient/p/_history/1", "https://a.example/Patient/p", "Patient/q", "urn:uuid:p"])


@settings(max_examples=150)
@given(some.lists(some.tuples(MADE, WHO, some.sampled_from(["0xA", "0xB"])), max_size=30))
def test_of_generated_records_nothing_over_wrong_or_foreign_is_current(made):
    resources = []
    for number, (resource, who, holder) in enumerate(made):
        element = "patient" if "patient" in resource else "subject"
        resources.append((holder, resource | {"id": f"x{number}", element: {"reference": who}}))
    identities = [OwnRecord(holder, json.dumps(PATIENT).encode()) for holder in ("0xA", "0xB")]
    issued = [OwnRecord(holder, json.dumps(one).encode()) for holder, one in resources]
    found = ips.Document(summary(identities + issued, ANN, NOW)).check()
    assert "Patient/q" not in found.raw.decode()
    for key, kind in (("48765-2", "AllergyIntolerance"), ("10160-0", "MedicationRequest"), ("11450-4", "Condition")):
        expected = {
            one["id"] for _, one in resources
            if one["resourceType"] == kind and not ips.status_codes(one) & (ips.OVER | ips.WRONG)
            and "abatementAge" not in one and not one.get("doNotPerform")
            and (one.get("patient") or one["subject"])["reference"] != "Patient/q"
        }  # fmt: skip
        assert set(found.ids(key)) == expected


def people():
    for file in sorted(SYNTHEA.glob("*.json")) if SYNTHEA.is_dir() else ():
        if "Information" not in file.name:
            yield pytest.param(file.read_bytes(), id=file.stem[:20])
    for seed, profile in enumerate(("type2_diabetes", "hypertension", "anaemia", "ckd_stage3", "healthy")):
        yield pytest.param(
            carebundle.to_json(carebundle.generate_bundle(profile=profile, seed=seed)).encode(), id=profile
        )


@pytest.mark.parametrize("raw", list(people()))
def test_of_whole_patients_nothing_over_is_current_and_nothing_important_is_lost(raw):
    parts = split(raw, ANN)
    assert not any(one.refused for one in parts.skipped)
    resources = [json.loads(upload.content) for upload in parts.uploads]
    made = ips.Document(summary([OwnRecord("0xA", upload.content) for upload in parts.uploads], ANN, NOW)).check()
    for key, kind in (("48765-2", "AllergyIntolerance"), ("10160-0", "MedicationRequest"), ("11450-4", "Condition")):
        current = [
            one for one in resources
            if one["resourceType"] == kind and not ips.status_codes(one) & (ips.OVER | ips.WRONG)
            and not any(name.startswith("abatement") for name in one)
        ]  # fmt: skip
        assert len(made.ids(key)) == len(current)
    if len(made.raw) > LIMIT:
        assert not any(made.ids(key) for key in ips.SHORTENED)
