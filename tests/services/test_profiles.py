"""Clinical profiles by the service's own job: what a question sees is what its asker could open record by record."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mydata_ledger.formats.profile.facts import Profile
from mydata_ledger.formats.profile.kind import CLINICAL_PROFILE
from mydata_ledger.ledger.consent import Effect
from mydata_ledger.ledger.kernel import Upload
from mydata_ledger.ledger.vocabulary import Vocabulary
from mydata_ledger.scripts.serve import slices
from mydata_ledger.services.health.jobs import make_profile
from testing.sizes import sized
from tests.ledger.derived_world import DerivedWorld, permit

SLICES = slices()
SNOMED, LOINC = "http://snomed.info/sct", "http://loinc.org"
WITHHOLDING = {"redact", "mask", "once", "max-uses", "every-days"}


def concept(code, system=SNOMED):
    return {"coding": [{"system": system, "code": code}]}


CODES = ["4548-4", "2345-7", "718-7"]
RESOURCES = [
    ("health.identity", {"resourceType": "Patient", "birthDate": "1970-01-01", "gender": "female"}),
    ("health.identity", {"resourceType": "Patient", "birthDate": "1970-01-01"}),
    ("health.condition", {"resourceType": "Condition", "code": {"coding": [{"system": SNOMED, "code": "44054006"}]}}),
    (
        "health.allergy",
        {"resourceType": "AllergyIntolerance", "code": {"coding": [{"system": SNOMED, "code": "91935009"}]}},
    ),
    ("health.encounter", {"resourceType": "Encounter"}),
    *(
        (
            "health.lab.observation",
            {
                "resourceType": "Observation",
                "effectiveDateTime": f"2026-0{1 + number % 4}-01",
                "code": concept(CODES[number % 3], LOINC),
                "valueQuantity": {"value": number, "code": "%"},
            },
        )
        for number in range(6)
    ),
]
CATEGORIES = ["health", "health.lab", "health.condition", "health.identity", "health.profile", "*"]
TERMS = [
    (),
    (),
    (),
    ("aggregate-only:6",),
    ("redact:code",),
    ("mask:code",),
    ("once",),
    ("max-uses:3",),
    ("pseudonymise",),
]


class ProfileWorld(DerivedWorld):
    def __init__(self):
        super().__init__(vocabulary=Vocabulary(one.catalog for one in SLICES), kind=CLINICAL_PROFILE)

    def build(self):
        return self.rebuild_due(make_profile)


def grants():
    def made(parts, ids):
        category, purpose, effect, terms, records = parts
        named = tuple(ids[n] for n in sorted(records) if n < len(ids))
        terms = terms if effect is Effect.PERMIT else ()
        return permit(category, purpose=purpose, effect=effect, conditions=terms, records=named)

    parts = (
        some.sampled_from(CATEGORIES),
        some.sampled_from(["hl7:CLINTRCH", "hl7:HRESCH", "hl7:HMARKT"]),
        some.sampled_from([Effect.PERMIT] * 4 + [Effect.FORBID]),
        some.sampled_from(TERMS),
        some.one_of(some.just(set()), some.just(set()), some.sets(some.integers(0, 9), max_size=4)),
    )
    return some.lists(some.tuples(*parts), min_size=1, max_size=3).map(
        lambda listed: lambda ids: [made(one, ids) for one in listed]
    )


@settings(max_examples=sized(200), deadline=None)
@given(some.lists(some.sampled_from(RESOURCES), min_size=1, max_size=6), grants())
def test_visible_facts_are_those_whose_sources_open_one_by_one(resources, signed):
    world = ProfileWorld()
    ids = [world.number(resource, category) for category, resource in resources]
    world.turn_on()
    world.says(world.trial.address, signed(ids))
    world.anchor()
    world.build()
    if world.held() is None:
        assert all(category == "health.encounter" for category, _ in resources) or conflicting(resources)
        return
    whole = full_profile(world)
    opened = world.computed()
    seen = [f for one in opened for f in Profile.from_json(one.content).visible(one.open, one.at_time)]
    openable = {record_id for record_id in ids if opens_alone(world, record_id)}
    wanted = [fact for fact in whole["facts"] if all(whole["ids"][n] in openable for n in fact["sources"])]
    forbidden = is_forbidden(world)
    assert sorted(map(named, seen)) == ([] if forbidden else sorted(map(named_in, wanted)))


def conflicting(resources):
    """Whether all that the records say is contradicted: values of one code and day that differ."""
    return all(category == "health.lab.observation" for category, _ in resources)


def full_profile(world):
    """The whole profile, read as JSON, and the ids of its sources."""
    one = world.ask(world.operator, CLINICAL_PROFILE.purpose)[0]
    assert one.sources
    raw = next(json.loads(o.content) for o in world.computed(world.operator, CLINICAL_PROFILE.purpose))
    return {"facts": raw["facts"], "ids": [bytes.fromhex(source[0]) for source in raw["sources"]]}


def opens_alone(world, record_id):
    """Whether the ordinary question about this record is answered yes, by grants that withhold and count nothing."""
    record = world.store.index.record(record_id)
    request = world.kernel.decisions.evaluation.request(
        world.trial.address, record_id, record.issue.category, "hl7:CLINTRCH", "compute"
    )
    decision, _ = world.kernel.decisions.evaluation.ask(request)
    states = {state.entry: state.consent.grants for state in world.store.index.consents_of(world.ann.signer)}
    terms = {text.split(":")[0] for entry, number in decision.grants for text in states[entry][number].conditions}
    return decision.permitted and not terms & WITHHOLDING


def is_forbidden(world):
    """Whether a grant forbids the profile itself, or all health data, for the purpose."""
    newest = world.newest(world.trial).signed.statement
    return any(
        grant.effect is Effect.FORBID
        and not grant.records
        and {"health.profile", "health", "*"} & set(grant.categories)
        and {"hl7:CLINTRCH", "hl7:HRESCH"} & set(grant.purposes)
        for grant in newest.grants
    )


def named(fact):
    return fact.kind.value, fact.code, fact.text, str(fact.number), fact.at_time


def named_in(fact):
    return fact["kind"], fact.get("code", ""), fact.get("text", ""), str(fact.get("number")), fact.get("at_time", 0)


@pytest.fixture
def world():
    ledger = ProfileWorld()
    ledger.ids = [ledger.number(resource, category) for category, resource in RESOURCES]
    ledger.turn_on()
    return ledger


def test_a_record_that_cannot_be_opened_is_left_out(world):
    record = world.store.index.record(world.ids[2])
    world.payloads.remove(record.issue.cid)
    assert world.build() == 1
    assert world.ids[2] not in {source.record_id for source in world.held().record.sources}
    assert world.ids[0] in {source.record_id for source in world.held().record.sources}


def test_three_thousand_records_of_one_person(world):
    for start in range(0, 3_000, 1_000):
        issue_many(world, range(start, start + 1_000))
    assert world.build() == 1
    assert world.ask(world.operator, CLINICAL_PROFILE.purpose)[0].decision.permitted
    (one,) = world.computed(world.operator, CLINICAL_PROFILE.purpose)
    latest = [fact for fact in Profile.from_json(one.content).facts if fact.code == "1751-7"]
    assert [int(fact.number) for fact in latest] == [2_999]


def issue_many(world, numbers):
    def resource(number):
        day = f"{2010 + number // 336}-{1 + number % 336 // 28:02}-{1 + number % 28:02}"
        value = {"value": number, "code": "g/dL"}
        code = {"coding": [{"system": LOINC, "code": "1751-7"}]}
        return {"resourceType": "Observation", "effectiveDateTime": day, "code": code, "valueQuantity": value}

    uploads = [
        Upload(world.ann.signer, "health.lab.observation", "application/json", json.dumps(resource(n)).encode())
        for n in numbers
    ]
    drafts = world.kernel.records.issues.draft(world.hospital.address, uploads)
    signed = [(draft.statement, world.sign(world.hospital, draft.statement)) for draft in drafts]
    world.kernel.records.issues.accept(signed)
