"""The clinical profile: what is certain becomes a fact, and everything else is unknown."""

import json
from decimal import Decimal
from hashlib import sha256

import pytest

from mydata_ledger.formats.codes import LOINC, SNOMED, Coding
from mydata_ledger.formats.profile.facts import Fact, FactKind, Profile
from mydata_ledger.formats.profile.making import profile_of
from mydata_ledger.formats.profile.matching import Criteria, Limit, ages, matches
from mydata_ledger.ledger.derived import Source
from mydata_ledger.ledger.kernel import OpenedSource
from testing.ledger_fixture import NOW

DIABETES, HBA1C = Coding(SNOMED, "44054006"), "4548-4"
EVERYTHING = frozenset(sha256(b"%d" % number).digest() for number in range(5_000))


def source(number, resource, holder="0xA", raw=None):
    content = raw or json.dumps(resource).encode()
    return OpenedSource(Source(sha256(b"%d" % number).digest(), "health.x", bytes(32)), holder, 0, 0, content)


def made(*resources, now=NOW, **options):
    return profile_of([source(number, one, **options) for number, one in enumerate(resources)], now)


def visible(*resources, now=NOW, **options):
    profile = made(*resources, now=now, **options)
    return Profile.from_json(profile.to_json()).visible(EVERYTHING, now) if profile else []


def concept(system, code, **more):
    return {"coding": [{"system": system, "code": code, **more}]}


def patient(**members):
    return {"resourceType": "Patient", **members}


def condition(code="44054006", **members):
    return {"resourceType": "Condition", "code": concept(SNOMED, code, display="Diabetes"), **members}


def observation(value=None, day="2026-01-02", code=HBA1C, **members):
    quantity = {"value": value, "unit": "%", "code": "%"} if value is not None else None
    stated = {"valueQuantity": quantity} if quantity else {}
    dated = {"effectiveDateTime": day} if day else {}
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": concept(LOINC, code),
        **dated,
        **stated,
        **members,
    }


def test_what_a_profile_has():
    found = visible(
        patient(birthDate="1970-02", gender="female"),
        condition(recordedDate="2020-05-01"),
        observation(7.1),
        {"resourceType": "AllergyIntolerance", "code": concept(SNOMED, "91935009")},
        {
            "resourceType": "MedicationRequest",
            "status": "active",
            "medicationCodeableConcept": concept(SNOMED, "372567009"),
        },
    )
    assert {fact.kind for fact in found} == set(FactKind)
    (value,) = [fact for fact in found if fact.kind is FactKind.VALUE]
    assert (value.number, value.unit, value.code, value.at_time) == (Decimal("7.1"), "%", HBA1C, 1_767_312_000)
    assert all(len(fact.sources) == 1 for fact in found)


def test_a_number_keeps_its_digits():
    raw = json.dumps(observation(7)).replace('"value": 7', '"value": 7.10').encode()
    (fact,) = profile_of([source(0, None, raw=raw)], NOW).facts
    assert str(fact.number) == "7.10"


@pytest.mark.parametrize(
    "member", [{"birthDate": "2026-02-30"}, {"birthDate": "70"}, {"birthDate": 1970}, {"gender": "M"}]
)
def test_what_is_not_valid_is_unknown(member):
    assert visible(patient(**member)) == []


@pytest.mark.parametrize("gender", ["unknown", "Female", "", None, ["female", "male"]])
def test_an_unknown_gender_code_is_no_sex(gender):
    assert visible(patient(gender=gender)) == []


def test_two_identities_that_differ_are_unknown_and_what_they_agree_on_is_not():
    first, second = patient(birthDate="1970-01-01", gender="male"), patient(birthDate="1980-01-01", gender="male")
    found = profile_of([source(0, first), source(1, second, holder="0xB")], NOW).facts
    assert [(fact.kind, fact.text, len(fact.sources)) for fact in found] == [(FactKind.SEX, "male", 1)] * 2


@pytest.mark.parametrize(
    "other",
    [
        observation(day="2026-03-01", valueString="<5"),
        observation(day="2026-03-01", valueQuantity={"value": "7.1", "code": "%"}),
        observation(day="2026-03-01", valueQuantity={"value": 7, "code": "furlongs per fortnight"}),
        observation(day="2026-03-01", valueQuantity={"code": "%"}),
        observation(day="2026-03-01", valueQuantity=7),
        observation(8, day="2026-01-02"),
    ],
    ids=["text", "number as text", "no such unit", "no number", "no quantity", "another of the same time"],
)
def test_a_newest_value_that_is_not_certain_makes_the_code_unknown(other):
    assert visible(observation(7), other) == []


def test_the_latest_value_counts_and_one_without_a_date_does_not():
    found = visible(observation(7), observation(9, day="2026-02-01"), observation(5, day=""))
    assert [fact.number for fact in found] == [9]


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_what_was_entered_in_error_is_no_value(status):
    assert visible(observation(7, status=status)) == []


def test_a_value_without_a_unit_and_a_bound_are_shown_and_match_no_limit():
    limit = Criteria(DIABETES, limit=Limit(HBA1C, ">", Decimal(5), "%"))
    for quantity in ({"value": 7}, {"value": 7, "code": "%", "comparator": ">"}, {"value": 7, "code": "mg"}):
        found = visible(condition(), observation(valueQuantity=quantity))
        assert [fact.number for fact in found if fact.kind is FactKind.VALUE] == [7]
        assert not matches(found, limit, NOW)
    assert matches(visible(condition(), observation(7)), limit, NOW)


def test_units_that_mean_the_same_are_compared():
    grams = {"value": 5, "code": "g/L"}
    found = visible(condition(), observation(code="2345-7", valueQuantity=grams))
    for number, unit, wanted in [(499, "mg/dL", True), (500, "mg/dL", False), (4, "mmol/L", False)]:
        criteria = Criteria(DIABETES, limit=Limit("2345-7", ">", Decimal(number), unit))
        assert matches(found, criteria, NOW) is wanted


def test_components_are_values_of_their_own_codes():
    parts = [{"code": concept(LOINC, "8480-6"), "valueQuantity": {"value": 120, "code": "mm[Hg]"}}, 7, {"code": 3}]
    (fact,) = visible(observation(code="85354-9", component=parts))
    assert (fact.code, fact.number) == ("8480-6", 120)


@pytest.mark.parametrize(
    "members",
    [
        {"clinicalStatus": concept("x", "resolved")},
        {"verificationStatus": concept("x", "refuted")},
        {"abatementDateTime": "2020-01-01"},
        {"code": "44054006"},
        {"code": concept(SNOMED, "44054007")},
        {"code": concept("", "44054006")},
    ],
)
def test_a_condition_that_is_over_refuted_or_not_coded_is_unknown(members):
    assert visible({**condition(), **members}) == []


def test_a_fact_ends_when_its_source_says_so():
    taken = {"resourceType": "MedicationStatement", "status": "active", "effectivePeriod": {"end": "2027-02-01"}}
    profile = made({**taken, "medicationCodeableConcept": concept(SNOMED, "372567009")})
    (fact,) = profile.facts
    assert profile.visible(EVERYTHING, fact.until - 1) == [fact]
    assert profile.visible(EVERYTHING, fact.until) == []
    assert profile.visible(EVERYTHING, NOW - 9_000_000) == [fact]


def test_a_medication_that_another_record_names_has_two_sources():
    drug = {"resourceType": "Medication", "id": "d", "code": concept(SNOMED, "372567009")}
    order = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "medicationReference": {"reference": "Medication/d"},
    }
    profile = made(drug, order)
    (fact,) = profile.facts
    assert len(fact.sources) == 2
    assert all(profile.visible({one}, NOW) == [] for one in fact.sources)
    assert made(order) is None


def test_records_about_another_patient_and_records_that_are_no_fhir_say_nothing():
    own = [patient(id="a", gender="male"), condition(subject={"reference": "Patient/b"})]
    assert [fact.kind for fact in visible(*own)] == [FactKind.SEX]
    assert profile_of([source(0, None, raw=b"\xff\xfe{"), source(1, None, raw=b"[1]"), source(2, "text")], NOW) is None


def test_nothing_known_is_no_allergy():
    assert visible({"resourceType": "AllergyIntolerance", "code": concept(SNOMED, "716186003")}) == []


def test_three_thousand_records_of_one_person():
    found = visible(
        *(
            observation(number, day=f"20{10 + number % 15}-01-0{1 + number % 9}", id=f"o{number}")
            for number in range(3_000)
        )
    )
    assert found == []  # several of the newest day differ
    days = [
        f"{2010 + number // 200}-{1 + number % 12:02}-{1 + number % 28:02}T{number % 24:02}:00:{number % 60:02}Z"
        for number in range(3_000)
    ]
    (fact,) = visible(*(observation(n, day=day, id=f"o{n}", code=HBA1C) for n, day in enumerate(dict.fromkeys(days))))
    assert fact.at_time


@pytest.mark.parametrize(
    ("birth", "wanted"),
    [("1976-01-15", (51, 51)), ("1976", (50, 51)), ("2027-01-15", (0, 0)), ("2000-02-29", (26, 26))],
)
def test_an_age_is_as_certain_as_the_date_of_birth(birth, wanted):
    assert ages(birth, NOW) == wanted  # 2027-01-15 in UTC


def test_an_age_that_is_not_certain_is_within_a_range_only_as_a_whole():
    facts = [Fact(FactKind.BIRTH, (), text="1976"), Fact(FactKind.CONDITION, (), system=SNOMED, code=DIABETES.code)]
    assert matches(facts, Criteria(DIABETES, least_age=50, most_age=51), NOW)
    assert not matches(facts, Criteria(DIABETES, least_age=51), NOW)
    assert not matches(facts, Criteria(DIABETES, most_age=50), NOW)
    assert not matches(facts[1:], Criteria(DIABETES, most_age=150), NOW)
    assert not matches(facts[:1], Criteria(DIABETES), NOW)


def test_facts_that_differ_about_the_sex_match_none():
    facts = [*visible(condition()), Fact(FactKind.SEX, (), text="male"), Fact(FactKind.SEX, (), text="female")]
    assert not matches(facts, Criteria(DIABETES, sex="male"), NOW)
    assert matches(facts[:-1], Criteria(DIABETES, sex="male"), NOW)
