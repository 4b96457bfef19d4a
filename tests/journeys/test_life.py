"""Twelve months of one person with the ledger, month by month through the API, over a real database."""

from dataclasses import replace

import pytest

from mydata_ledger.ledger.commitment import disclosure
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation, majority
from mydata_ledger.ledger.kernel import DelegateAppointment
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.record import Erasure
from testing.ledger_fixture import wallet
from testing.stores import open_store
from tests.api.api_client import ApiClient
from tests.journeys.live_api import LiveApi

DAY = 86_400
MONTH = 30 * DAY
BEN, REVIEWER = wallet(80), wallet(85)
ENGLISH = ["We read your blood results to compare two drugs.", "The whole text."]
KOREAN = ["두 가지 약을 비교하기 위해 혈액 검사 결과를 읽습니다.", "전체 내용입니다."]


class Life:
    """Ann, the requesters, and a calendar."""

    def __init__(self, door, study="KCT1"):
        self.door, self.study = door, study
        self.ledger, self.http = self.door.fixture, self.door.http
        self.ann, self.trial, self.crew = self.ledger.ann, self.ledger.trial, self.ledger.responder

    def months(self, count):
        self.ledger.clock.passes(count * MONTH)
        self.ledger.anchor()
        self.ledger.kernel.log_consumer.consume()

    def call(self, who, method, path, **more):
        answer = self.http.request(method, path, headers=self.door.as_(who), **more)
        assert answer.status_code < 500, answer.text
        return answer

    def signs(self, who, kind, path, draft):
        signed = self.door.signed(who, kind, draft["typed_data"])
        answer = self.call(who, "POST", path, json=signed)
        assert answer.status_code == 202, answer.text
        self.ledger.anchor()
        self.ledger.kernel.log_consumer.consume()
        return answer.json()

    def publishes(self, compatible, english=ENGLISH, korean=KOREAN):
        layers = {"en": self.worded(english), "ko": self.worded(korean)}
        form = {"name": self.study, "layers": layers, "compatible": compatible}
        return self.call(self.trial, "POST", "/notices", json=form).json()

    def worded(self, layers):
        """Texts of a study; each names its study, since a text is published only once."""
        return [f"{layer} ({self.study})" for layer in layers]

    def asks(self, notice, *categories, days=365):
        grant = {"categories": list(categories), "purposes": ["hl7:CLINTRCH"], "actions": ["view"]}
        grant["expires"] = self.ledger.clock.now() + days * DAY
        form = {"grants": [grant], "notice_hash": notice, "benefit": "a yearly check-up", "reference": self.study}
        answer = self.call(self.trial, "POST", "/requests", json=form | {"data_subject": "0x" + self.ann.signer.hex()})
        assert answer.status_code == 202, answer.text
        return answer.json()["request_id"]

    def answers(self, request, language):
        form = {"lock": "0x" + "11" * 32, "language": language}
        return self.call(self.ann, "POST", f"/me/requests/{request}/drafts", json=form).json()

    def state_of(self, request):
        return self.call(self.trial, "GET", f"/requests/{request}").json()["state"]

    def reads(self, record, category="health.lab", who=None, **more):
        question = {"category": category, "purpose": "hl7:CLINTRCH"} | more
        return self.call(who or self.trial, "POST", f"/access/records/{record}", json=question).status_code

    def inbox(self, who):
        return [message["event"] for message in self.call(who, "GET", "/me/inbox").json()]


@pytest.fixture
def life(tmp_path):
    """A life on the real app and database, with chain, clock and payload store in memory."""
    door = ApiClient(store=open_store(f"sqlite:///{tmp_path}/ledger.db"))
    board = Party(REVIEWER.address, "Review board", frozenset({"reviewer"}), b"", 0, 0)
    door.fixture.store.directory.set_parties([*door.fixture.directory, board])
    return Life(door)


@pytest.fixture(scope="module")
def live_api(tmp_path_factory):
    """The real server over HTTP, on a devnet with the real contracts, with an adjustable clock."""
    with LiveApi(tmp_path_factory.mktemp("life") / "state", {REVIEWER: ("Review board", "reviewer")}) as running:
        yield running


def test_twelve_months_of_one_person(life):
    lives_a_year(life)


def test_twelve_months_of_one_person_over_http_on_a_devnet(live_api):
    lives_a_year(Life(live_api.door(), "KCT-year"))


def lives_a_year(life):
    """The months are one sequence; each part leaves the ledger as the next one finds it."""
    lab, vitals = life.door.issued(), life.door.issued("health.vitals")
    she_is_asked_and_answers(life, lab, vitals)
    allergy = life.door.issued("health.allergy")
    she_has_an_accident(life, allergy)
    her_brother_signs_for_her(life)
    the_study_changes_its_purpose(life, lab)
    she_withdraws(life, lab, vitals)
    she_erases_everything(life, lab, vitals, allergy)


def she_is_asked_and_answers(life, lab, vitals):
    ann, trial = life.ann, life.trial
    # January: her wishes, and a study that asks for more than she wants
    wishes = {"wishes": [{"kind": "never", "purpose": "hl7:HMARKT"}], "validity": {"trial": 300 * DAY}}
    assert life.call(ann, "PUT", "/me/wishes", json=wishes).status_code == 200
    notice = next(n["hash"] for n in life.publishes(compatible=True) if n["language"] == "en")
    request = life.asks(notice, "health.lab", "health.vitals")
    assert "consent.asked" in life.inbox(ann)
    assert life.reads(lab) == 404

    # February: she answers more narrowly, in Korean
    life.months(0)
    draft = life.answers(request, "ko")
    assert draft["notice"]["layers"] == life.worded(KOREAN)
    narrower = draft["typed_data"]["message"]["grants"][0]
    wish = {"grantee": trial.address, "notice_hash": draft["notice"]["hash"], "lock": "0x" + "11" * 32}
    wish["grants"] = [{"categories": ["health.lab"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"],
                       "expires": narrower["expires"]}]  # fmt: skip
    before = life.call(ann, "POST", "/consents/what-if", json=wish).json()
    assert {(c["record_id"], c["after"]) for c in before if c["purpose"] == "hl7:CLINTRCH"} == {(lab, "consented")}
    life.signs(ann, Consent, "/consents", life.call(ann, "POST", "/consents/drafts", json=wish).json())
    assert life.state_of(request) == "granted_narrower"
    assert (life.reads(lab), life.reads(vitals, "health.vitals")) == (200, 404)

    # March: she sees who read what
    life.months(1)
    assert life.inbox(ann).count("data.used") == 1
    readers = life.call(ann, "GET", f"/me/records/{lab}/readers", params={"purpose": "hl7:CLINTRCH"}).json()
    assert [reader["name"] for reader in readers] == ["The trial"]


def she_has_an_accident(life, allergy):
    ann, crew = life.ann, life.crew
    # April: an accident; the crew breaks the glass, and a reviewer checks it
    life.months(1)
    life.ledger.anchor()
    entry = life.ledger.declares(crew).hex()
    assert life.reads(allergy, "health.allergy", crew, purpose="hl7:ETREAT", incident="0x" + entry) == 200
    life.months(0)
    assert "data.broke_glass" in life.inbox(ann)
    life.ledger.clock.passes(4 * DAY)
    life.ledger.anchor()
    assert life.http.get("/reviews/overdue").json()["break-glass"] == 1
    verdict = {"verdict": "justified", "reason": "the call record shows it"}
    assert life.call(REVIEWER, "POST", f"/reviews/break-glass/0x{entry}/verdict", json=verdict).status_code == 200
    assert life.http.get("/reviews/overdue").json()["break-glass"] == 0
    (incident,) = life.call(ann, "GET", "/me/incidents").json()
    assert incident["state"] == "justified"


def her_brother_signs_for_her(life):
    ann, trial = life.ann, life.trial
    # May: while she recovers, her brother may sign for her, within limits
    form = {"delegate": "0x" + BEN.signer.hex(), "delegate_name": "Ben", "categories": ["health"],
            "expires": life.ledger.clock.now() + 60 * DAY}  # fmt: skip
    life.signs(ann, Delegation, "/delegations", life.call(ann, "POST", "/delegations/drafts", json=form).json())
    grant = {"categories": ["health"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"]}
    grant["expires"] = life.ledger.clock.now() + DAY
    wider = {"grantee": trial.address, "data_subject": "0x" + ann.signer.hex(), "grants": [grant]}
    assert life.call(BEN, "POST", "/consents/drafts", json=wider).status_code == 403, "it drops what is not his"
    insurer = wider | {"grantee": life.ledger.insurer.address}
    life.signs(BEN, Consent, "/consents", life.call(BEN, "POST", "/consents/drafts", json=insurer).json())

    # July: she ends his delegation; the consents he signed end with it
    life.months(2)
    end = {"delegate": "0x" + BEN.signer.hex()}
    ended = life.call(ann, "POST", "/delegations/ends/drafts", json=end).json()
    ended_items = life.signs(ann, Revocation, "/revocations", ended)["ended"]
    assert ("consent", life.ledger.insurer.address) in [(item["kind"], item["holder"]) for item in ended_items]
    status = {c["grantee_name"]: c["status"] for c in life.call(ann, "GET", "/consents").json()}
    assert status == {"The trial": "active", "The insurer": "revoked"}


def the_study_changes_its_purpose(life, lab):
    ann, trial = life.ann, life.trial
    # August: the study changes its purpose; the old signature no longer covers it
    life.months(1)
    renewed = life.publishes(False, ["We also read your genes.", "More."], ["유전 정보도 읽습니다.", "더."])
    assert life.reads(lab) == 404
    request = life.asks(next(n["hash"] for n in renewed if n["language"] == "ko"), "health.lab")
    draft = life.answers(request, "en")
    assert draft["notice"]["layers"][0].startswith("We also read your genes.")
    life.signs(ann, Consent, "/consents", draft)
    assert life.state_of(request) in {"granted", "granted_narrower"}
    assert life.reads(lab) == 200

    # October: results for the people whose consent is in force
    life.months(2)
    assert life.call(trial, "POST", "/results", json={"reference": "KCT1"}).status_code == 202
    life.ledger.kernel.people.distribution.distribute()
    assert "study.results" in life.inbox(ann)


def she_withdraws(life, lab, vitals):
    ann, trial = life.ann, life.trial
    # November: she withdraws; she and the study are notified
    life.months(1)
    ended = life.call(ann, "POST", "/revocations/drafts", json={"grantee": trial.address}).json()
    ended_items = life.signs(ann, Revocation, "/revocations", ended)["ended"]
    assert [(item["kind"], item["reference"], item["holder"]) for item in ended_items] == [
        ("wrapped_key", lab, trial.address)
    ]
    assert life.reads(lab) == 404
    assert "consent.withdrawn" in life.inbox(ann)
    assert "consent.withdrawn" in life.inbox(trial)

    # she wants to be asked each time: a refused access of the study becomes a request to her
    assert life.call(ann, "PUT", "/me/wishes", json={"wishes": [{"kind": "ask"}]}).status_code == 200
    assert life.reads(vitals, "health.vitals") == 404
    life.months(0)
    question = life.call(ann, "GET", "/me/requests").json()[-1]
    assert (question["by_question"], question["state"]) == (True, "requested")
    assert life.call(ann, "POST", f"/me/requests/{question['request_id']}/refusal").json()["state"] == "refused"
    assert question["request_id"] not in [item["request_id"] for item in life.call(trial, "GET", "/requests").json()]


def she_erases_everything(life, lab, vitals, allergy):
    ann = life.ann
    # December: she erases everything, and has the certificates
    life.months(1)
    drafts = life.call(ann, "POST", "/me/erasures/drafts", json={}).json()["drafts"]
    signed = [life.door.signed(ann, Erasure, typed) for typed in drafts]
    assert life.call(ann, "POST", "/me/erasures", json={"erasures": signed}).status_code == 202
    life.ledger.anchor()
    for record in (lab, vitals, allergy):
        certificate = life.call(ann, "GET", f"/me/erasures/{record}/certificate").json()
        assert certificate["checkpoint"]
        assert life.reads(record, who=ann, purpose="mydata:SELF_VIEW") == 404


LANGUAGES = [("en", ENGLISH, "adds: "), ("ko", KOREAN, "추가: ")]


@pytest.mark.parametrize(("language", "shown", "changed"), LANGUAGES)
def test_a_study_that_asks_is_narrowed_asks_again_and_is_withdrawn(life, language, shown, changed):
    studies(life, language, shown, changed)


@pytest.mark.parametrize(("language", "shown", "changed"), LANGUAGES)
def test_a_study_asks_and_is_withdrawn_over_http_on_a_devnet(live_api, language, shown, changed):
    studies(Life(live_api.door(), f"KCT-{language}"), language, shown, changed)


def studies(life, language, shown, changed):
    record, withdrawn = life.door.issued(), life.inbox(life.trial).count("consent.withdrawn")
    notices = {n["language"]: n for n in life.publishes(compatible=True)}
    first = life.asks(notices["en"]["hash"], "health.lab", "health.vitals")
    draft = life.answers(first, language)
    assert (draft["notice"]["language"], draft["notice"]["layers"]) == (language, life.worded(shown))
    wish = {"grantee": life.trial.address, "notice_hash": draft["notice"]["hash"], "grants": [
        {"categories": ["health.lab"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"],
         "expires": life.ledger.clock.now() + 90 * DAY}
    ]}  # fmt: skip
    life.signs(life.ann, Consent, "/consents", life.call(life.ann, "POST", "/consents/drafts", json=wish).json())
    assert life.state_of(first) == "granted_narrower"
    assert life.reads(record) == 200

    life.publishes(False, ["We read more."], ["더 읽습니다."])
    assert life.reads(record) == 404
    theirs = f"{life.trial.address}/{life.study}"
    published = [n for n in life.call(life.ann, "GET", "/notices").json() if n["name"] == theirs]
    now = {n["language"]: n["hash"] for n in published if not n["outdated"]}
    second = life.asks(now[language], "health.lab", "health.vitals", days=30)
    draft = life.answers(second, language)
    assert any(line.startswith(changed) for line in draft.get("changes", [])), draft
    life.signs(life.ann, Consent, "/consents", draft)
    assert (life.state_of(second), life.reads(record)) == ("granted", 200)

    ended = life.call(life.ann, "POST", "/revocations/drafts", json={"grantee": life.trial.address}).json()
    life.signs(life.ann, Revocation, "/revocations", ended)
    assert life.reads(record) == 404
    assert life.inbox(life.trial).count("consent.withdrawn") == withdrawn + 1


def test_a_child_grows_up(life):
    """A guardian signs until the day the child comes of age, and not a second longer."""
    record = life.door.issued("health.identity", b'{"resourceType":"Patient","birthDate":"2010-05-05"}')
    life.ledger.anchor()
    commitment = life.ledger.store.index.record(bytes.fromhex(record[2:])).issue.commitment
    court = wallet(81)
    party = Party(court.address, "Family court", frozenset({"authority"}), b"", 0, 0)
    life.ledger.store.directory.set_parties([*life.ledger.directory, party])
    until = majority("2010-05-05", 19)
    appointment = DelegateAppointment(
        life.ann.signer, court.signer, BEN.signer, "Ben", "guardian", ("health",), 0, until, commitment
    )
    draft = life.ledger.kernel.consents.delegations.draft(replace(appointment, expires=until))
    form = life.door.signed(court, Delegation, draft.typed)
    seed = life.ledger.seed_of(bytes.fromhex(record[2:]), "health.identity")
    shown = disclosure.disclose(b'{"resourceType":"Patient","birthDate":"2010-05-05"}', seed, ["/birthDate"])
    form["evidence"] = disclosure.to_json(shown).decode()
    assert life.call(court, "POST", "/delegations", json=form).status_code == 202
    life.ledger.anchor()
    wish = {"grantee": life.trial.address, "data_subject": "0x" + life.ann.signer.hex(), "grants": [
        {"categories": ["health.lab"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"], "expires": until + 9 * DAY}
    ]}  # fmt: skip
    life.signs(BEN, Consent, "/consents", life.call(BEN, "POST", "/consents/drafts", json=wish).json())
    life.ledger.clock.passes(until - life.ledger.clock.now())
    life.ledger.anchor()
    assert life.call(BEN, "POST", "/consents/drafts", json=wish).status_code == 403
    typed = life.call(life.ann, "POST", "/consents/drafts", json=wish).json()["typed_data"]
    typed["message"]["signer"] = "0x" + BEN.signer.hex()
    assert life.call(BEN, "POST", "/consents", json=life.door.signed(BEN, Consent, typed)).status_code == 403
    life.signs(life.ann, Consent, "/consents", life.call(life.ann, "POST", "/consents/drafts", json=wish).json())
