"""A person's own profile, and counts of people for trials."""

import base64
import json
from hashlib import sha256

import pytest

from mydata_ledger.formats.profile.kind import CLINICAL_PROFILE
from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.kernel import GrantRequest, Upload
from mydata_ledger.ledger.receipt import LOGS
from mydata_ledger.services.health.jobs import build_profiles
from mydata_ledger.services.health.statements import on_statement
from testing.ledger_fixture import NOTICE, drafted, wallet
from tests.api.api_client import ApiClient
from tests.ledger.derived_world import permit

SNOMED, LOINC, HBA1C = "http://snomed.info/sct", "http://loinc.org", "4548-4"
COUNT = {"purpose": "hl7:CLINTRCH", "system": SNOMED, "code": "44054006"}
OVER_SEVEN = {"code": HBA1C, "comparator": ">", "value": "7", "unit": "%"}


def condition(code="44054006"):
    return "health.condition", {"resourceType": "Condition", "code": {"coding": [{"system": SNOMED, "code": code}]}}


def patient(birth="1970-01-01", sex="female"):
    return "health.identity", {"resourceType": "Patient", "birthDate": birth, "gender": sex}


def hba1c(value):
    code, quantity = {"coding": [{"system": LOINC, "code": HBA1C}]}, {"value": value, "code": "%"}
    members = {"effectiveDateTime": "2026-05-01", "code": code, "valueQuantity": quantity}
    return "health.lab.observation", {"resourceType": "Observation", **members}


class ProfileClient(ApiClient):
    def issue(self, person, *resources):
        world = self.fixture
        uploads = [Upload(person.signer, c, "application/json", json.dumps(r).encode()) for c, r in resources]
        drafts = world.kernel.records.issues.draft(world.hospital.address, uploads)
        signed = [(draft.statement, world.sign(world.hospital, draft.statement)) for draft in drafts]
        return [one.signed.statement.record_id for one in world.kernel.records.issues.accept(signed)]

    def consents(self, person, grantee, *grants):
        world = self.fixture
        request = GrantRequest(person.signer, grantee, grants, NOTICE.digest, bytes(32))
        draft = world.kernel.consents.drafts.consent(request)
        world.kernel.consents.acceptance.accept(drafted(draft, Consent), world.sign(person, draft.statement))
        world.anchor()

    def turn_on(self, person):
        grant = permit(*CLINICAL_PROFILE.reads, purpose=CLINICAL_PROFILE.purpose)
        self.consents(person, self.fixture.operator.address, grant)

    def build(self):
        world = self.fixture
        for log in LOGS:
            for position in range(world.store.log.head(log).size):
                on_statement(world.kernel, world.store.log.statement_at(log, position))
        return build_profiles(world.kernel, 0)

    def profile(self, person):
        self.key = envelope.generate_reader_key()
        query = {"reader_key": "0x" + self.key.public.hex()}
        return self.http.get("/health/profile", params=query, headers=self.as_(person)).json()

    def content(self, view):
        record_id = bytes.fromhex(view["record_id"][2:])
        key = envelope.unwrap(bytes.fromhex(view["wrapped_key"][2:]), self.key, record_id)
        return json.loads(envelope.open_sealed(base64.b64decode(view["sealed"]), key, record_id).content)

    def count(self, party=None, **form):
        headers = self.as_(party or self.fixture.trial)
        return self.http.post("/trials/counts", json={**COUNT, **form}, headers=headers)

    def people(self, numbers, *resources, grants=None):
        found = [wallet(100 + number) for number in numbers]
        for person in found:
            self.issue(person, *resources)
            self.turn_on(person)
            self.consents(person, self.fixture.trial.address, *(grants or [permit()]))
        self.build()
        return found


@pytest.fixture
def api():
    return ProfileClient()


def test_a_person_sees_each_fact_with_its_source_and_how_to_turn_it_on(api):
    ann = api.fixture.ann
    ids = api.issue(ann, condition(), patient(), hba1c(7.5))
    none = api.profile(ann)
    assert (none["state"], none["sealed"], none["receipt"]) == ("none", "", -1)
    assert none["turn_on"]["grantee"] == api.fixture.operator.address
    assert "turn_on" in none["text"]
    api.turn_on(ann)
    assert api.profile(ann)["state"] == "building"
    api.build()
    view = api.profile(ann)
    assert view["state"] == "current"
    content = api.content(view)
    assert {fact["kind"] for fact in content["facts"]} == {"birth", "sex", "condition", "value"}
    assert {"0x" + source[0] for source in content["sources"]} == {"0x" + one.hex() for one in ids}
    sources = {one["record_id"]: one for one in view["sources"]}
    assert all(sources["0x" + one.hex()]["holder"] == api.fixture.hospital.address for one in ids)
    assert {one["category"] for one in view["sources"]} == {
        "health.condition",
        "health.identity",
        "health.lab.observation",
    }


def test_a_stale_profile_says_so(api):
    ann = api.fixture.ann
    api.issue(ann, condition())
    api.turn_on(ann)
    api.build()
    api.issue(ann, hba1c(8))
    view = api.profile(ann)
    assert (view["state"], "renewed" in view["text"]) == ("stale", True)
    api.build()
    assert api.profile(ann)["state"] == "current"


def test_the_timeline_says_in_words_what_was_computed(api):
    ann = api.fixture.ann
    api.people([0], condition())
    api.issue(ann, condition())
    api.turn_on(ann)
    api.consents(ann, api.fixture.trial.address, permit())
    api.build()
    api.count()
    accesses = api.http.get("/me/timeline", headers=api.as_(ann)).json()["accesses"]
    assert "computed on your clinical profile for hl7:CLINTRCH (consented)" in {one["text"] for one in accesses}
    assert [one["derived"] for one in accesses].count(True) == 1
    assert [one for one in accesses if one["derived"]] == accesses[-1:]


def test_nobody_else_reads_it_and_a_forged_id_is_no_record(api):
    api.people([0], condition())
    view = api.profile(wallet(100))
    for record_id in (view["record_id"], "0x" + "ab" * 32):
        for person, purpose in [(api.fixture.trial, "hl7:CLINTRCH"), (wallet(100), "mydata:SELF_VIEW")]:
            for action in ("view", "copy"):
                form = {"category": "health.profile", "purpose": purpose, "action": action}
                form["reader_key"] = "0x" + envelope.generate_reader_key().public.hex()
                reply = api.http.post(f"/access/records/{record_id}", json=form, headers=api.as_(person))
                assert reply.status_code == 404, reply.text
    assert api.profile(api.fixture.trial)["state"] == "none"


def test_a_count_of_people_who_consented(api):
    api.people(range(6), condition(), patient(), hba1c(7.5))
    api.people(range(6, 9), condition(), patient(sex="male"), hba1c(6.5))
    assert api.count().json() == {"people": 9, "least": 5}
    assert api.count(sex="female", least_age=50, most_age=60, limit=OVER_SEVEN).json()["people"] is None  # 9 - 6 is 3
    assert "0x" not in api.count().text


def test_too_few_none_and_what_is_held_back_look_the_same(api):
    api.people(range(4), condition())
    api.people(range(10, 16), condition("73211009"), grants=[permit(conditions=("aggregate-only:7",))])
    api.people(range(20, 25), condition("38341003"))
    wanted = {"people": None, "least": 5}
    too_few, none, bound = api.count(), api.count(code="195967001"), api.count(code="73211009")
    assert too_few.json() == none.json() == bound.json() == wanted
    assert api.count(code="38341003").json()["people"] == 5
    assert api.count(code="38341003", least=6).json() == {"people": None, "least": 6}


def test_only_facts_that_may_be_computed_on_count(api):
    people = api.people(range(5), condition(), patient(), hba1c(8), grants=[permit("health.condition", "health.lab")])
    assert api.count(limit=OVER_SEVEN).json()["people"] == 5
    assert api.count(sex="female").json()["people"] is None
    for person in people:
        api.consents(person, api.fixture.trial.address, permit("health.lab"))
    assert api.count(limit=OVER_SEVEN).json()["people"] is None


def test_a_role_is_named_too_and_strangers_and_suspended_parties_get_nothing(api):
    for person in api.people(range(5), condition(), grants=[permit(purpose="hl7:HMARKT")]):
        api.consents(person, "role:trial", permit())
    assert api.count().json()["people"] == 5
    assert api.count(api.fixture.insurer).json()["people"] is None
    assert api.count(wallet(9)).json()["people"] is None
    api.fixture.expire(api.fixture.trial)
    assert api.count().json()["people"] is None


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"system": "http://example.org/codes"}, "code system"),
        ({"code": "44054007"}, "check digit"),
        ({"limit": {**OVER_SEVEN, "unit": "furlong/fortnight"}}, "unit"),
        ({"limit": {**OVER_SEVEN, "code": "4548-5"}}, "LOINC"),
        ({"limit": {**OVER_SEVEN, "value": "1e9"}}, "value"),
        ({"limit": {**OVER_SEVEN, "comparator": "="}}, "comparator"),
        ({"least_age": 60, "most_age": 50}, "least_age"),
        ({"least": 4}, "least"),
        ({"sex": "F"}, "sex"),
        ({"purpose": "hl7:NONE"}, "purpose"),
        ({"who": True}, "who"),
    ],
)
def test_a_question_that_is_not_understood_says_why(api, form, words):
    reply = api.count(**form)
    assert reply.status_code in {400, 422}, reply.text
    assert words in reply.text


def test_a_profile_is_never_issued_as_a_record(api):
    record = {
        "data_subject": "0x" + api.fixture.ann.signer.hex(),
        "category": "health.profile",
        "media_type": "application/json",
        "content_base64": base64.b64encode(b"{}").decode(),
    }
    reply = api.http.post("/records/drafts", json={"records": [record]}, headers=api.as_(api.fixture.hospital))
    assert (reply.status_code, "derived" in reply.text) == (422, True)


def test_the_sources_of_every_version_make_its_id(api):
    (ann,) = api.people([0], condition(), patient())
    api.issue(ann, hba1c(7))
    api.build()
    versions, after = [], "0x"
    while page := api.http.get("/me/derived-records", params={"after": after, "limit": 1}, headers=api.as_(ann)).json():
        versions += page["records"]
        if not (after := page["next"]):
            break
    assert [len(version["sources"]) for version in versions] == [3, 2]
    for version in versions:
        kind = version["kind"].encode()
        text = b"MyData Ledger derived record\n" + len(kind).to_bytes(2, "big") + kind + raw(version["salt"])
        for record_id, category, commitment in sorted(version["sources"]):
            text += raw(record_id) + raw(commitment) + len(category).to_bytes(2, "big") + category.encode()
        assert version["record_id"] == "0x" + sha256(text).hexdigest()
    assert versions[0]["record_id"] == api.profile(ann)["record_id"]
    assert api.http.get("/me/derived-records", headers=api.as_(api.fixture.trial)).json() == {"records": [], "next": ""}


def raw(text):
    return bytes.fromhex(text[2:])
