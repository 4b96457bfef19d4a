"""Emergencies over HTTP: what a crew reaches, the extension, what the person is notified of, and complaints."""

import pytest

from mydata_ledger.ledger.emergency import Incident, IncidentExtension
from mydata_ledger.ledger.party import Party
from mydata_ledger.scripts.verify.document import parse
from testing.ledger_fixture import NOW, wallet
from tests.api.api_client import ApiClient

REVIEWER = wallet(85)
DUE = 72 * 3_600


@pytest.fixture
def client():
    client = ApiClient()
    board = Party(REVIEWER.address, "Review board", frozenset({"reviewer"}), b"", 0, 0)
    client.fixture.directory.append(board)
    client.fixture.store.directory.set_parties(client.fixture.directory)
    return client


def records_of(client, *categories):
    records = {category: client.issued(category) for category in categories}
    client.fixture.anchor()
    return records


def submitted(client, kind, path, who=None, **form):
    crew = client.as_(who or client.fixture.responder)
    draft = client.http.post(f"/emergency/{path}/drafts", json=form, headers=crew)
    if draft.status_code != 200:
        return draft
    signed = client.signed(who or client.fixture.responder, kind, draft.json()["typed_data"])
    return client.http.post(f"/emergency/{path}", json=signed, headers=crew)


def declared(client):
    form = {"data_subject": "0x" + client.fixture.ann.signer.hex(), "incident_number": "119-7", "reason": "fell"}
    return submitted(client, Incident, "incidents", **form).json()["entry"]


def extended(client, incident, **form):
    return submitted(client, IncidentExtension, "extensions", **{"incident": incident, "reason": "coma"} | form)


def reads(client, records, incident):
    """The categories of the records that the crew opens under this entry."""
    crew, opened = client.as_(client.fixture.responder), set()
    for category, record in records.items():
        form = {"category": category, "purpose": "hl7:BTG", "incident": incident}
        answer = client.http.post(f"/access/records/{record}", json=form, headers=crew)
        assert answer.status_code in {200, 404}
        opened |= {category} if answer.status_code == 200 else set()
    return opened


def mine(client, path):
    return client.http.get(path, headers=client.as_(client.fixture.ann)).json()


URGENT = ("health.allergy", "health.allergy.intolerance", "health.condition.problem", "health.medication")
URGENT += ("health.device.use", "health.procedure.done")
FURTHER = ("health.lab", "health.identity.person", "health.claim.invoice", "health.other")
NEVER = ("finance.account", "energy.usage", "lifelog.sleep", "research.profile", "business.licence")


def test_a_broken_glass_opens_health_data_and_never_a_bank_account(client):
    shipped = client.fixture.world.vocabulary.categories
    records = records_of(client, *(category for category in URGENT + FURTHER + NEVER if category in shipped))
    assert set(NEVER) & set(records), "there are records of other kinds"
    incident = declared(client)
    assert reads(client, records, incident) == set(URGENT)
    extension = extended(client, incident)
    assert (extension.status_code, extension.json()["status"]) == (202, "open")
    assert reads(client, records, extension.json()["entry"]) == set(URGENT + FURTHER)


def test_the_emergency_path_is_refused_without_an_incident_and_for_other_purposes_and_logs_it(client):
    records = records_of(client, "health.allergy", "health.condition", "health.medication")
    crew, http, record = client.as_(client.fixture.responder), client.http, records["health.allergy"]
    for urgent in records.values():
        url = f"/emergency/records/{urgent}"
        assert http.get(url, headers=crew).status_code == 404, "without an incident"
        assert http.get(url, params={"incident": "0x" + "07" * 32}, headers=crew).status_code == 404, "of nobody"
    for number in ("", None):
        form = {"data_subject": "0x" + client.fixture.ann.signer.hex(), "incident_number": number, "reason": "fell"}
        assert http.post("/emergency/incidents/drafts", json=form, headers=crew).status_code == 400, "no number"
    incident = declared(client)
    other = ("hl7:TREAT", "hl7:HPAYMT", "hl7:CLINTRCH", "hl7:HMARKT")
    for purpose in other:
        form = {"category": "health.allergy", "purpose": purpose, "incident": incident}
        assert http.post(f"/access/records/{record}", json=form, headers=crew).status_code == 404, purpose
    lines = [line for line in mine(client, "/me/timeline")["accesses"] if line["kind"] == "AccessReceipt"]
    receipts = [parse(line["document"]).statement for line in lines]
    assert [one.purpose for one in receipts] == ["hl7:BTG"] * 6 + list(other)
    assert {(one.permitted, one.reason, one.requester) for one in receipts} == {
        (False, "no_consent", client.fixture.responder.address)
    }


def test_searches_of_a_gateway_know_the_scope_too(client):
    records, crew = records_of(client, "health.allergy", "health.lab"), client.fixture.responder
    incident = declared(client)
    extension = extended(client, incident).json()["entry"]
    body = {
        "subject": {"type": "party", "id": crew.address},
        "action": {"name": "view"},
        "resource": {"type": "record"},
    }
    found = []
    for entry in (incident, extension):
        body["context"] = {"purpose": "hl7:BTG", "incident": entry}
        answer = client.http.post("/access/v1/search/resource", json=body, headers=client.as_(crew))
        found.append({entity["id"] for entity in answer.json()["results"]})
    assert found == [{records["health.allergy"]}, set(records.values())]


def test_the_summary_lists_what_an_incident_reaches(client):
    records = records_of(client, "health.allergy", "health.procedure.done", "health.lab")
    answer = client.http.get(f"/emergency/summaries/{declared(client)}", headers=client.as_(client.fixture.responder))
    assert answer.json() == {
        "health.allergy": [records["health.allergy"]],
        "health.condition": [],
        "health.medication": [],
        "health.device": [],
        "health.procedure": [records["health.procedure.done"]],
    }


def test_everybody_can_read_what_an_emergency_reaches(client):
    vocabulary = client.http.get("/vocabulary").json()
    assert vocabulary["emergency"] == {
        "urgent": ["health.allergy", "health.condition", "health.medication", "health.device", "health.procedure"],
        "further": ["health"],
        "since": 0,
    }


def test_the_draft_says_what_is_extended_until_when_and_who_is_notified(client):
    form = {"incident": declared(client), "reason": "coma", "seconds": 60}
    crew = client.as_(client.fixture.responder)
    for language, words in (("en", ("all health records", "119-7", "coma")), ("ko", ("모든 건강 기록", "심사자"))):
        draft = client.http.post("/emergency/extensions/drafts", json=form | {"language": language}, headers=crew)
        (sentence,) = draft.json()["summary"]
        assert all(word in sentence for word in words), sentence


def test_what_is_wrong_with_an_extension_is_refused_with_its_code(client):
    incident = declared(client)
    cases = {
        "unknown": extended(client, "0x" + "07" * 32),
        "another crew": extended(client, incident, who=client.fixture.hospital),
        "too long": extended(client, incident, seconds=86_401),
        "first": extended(client, incident),
        "an extension": extended(client, incident),
        "no reason": extended(client, incident, reason=""),
    }
    client.fixture.clock.passes(60)
    cases["twice"] = extended(client, incident)
    client.fixture.clock.passes(3_600)
    cases["late"] = extended(client, incident)
    client.fixture.expire(client.fixture.responder)
    cases["suspended"] = extended(client, incident)
    assert {name: (answer.status_code, answer.json().get("error")) for name, answer in cases.items()} == {
        "unknown": (404, "access_denied"),
        "another crew": (403, "not_entitled"),
        "too long": (422, "invalid_statement"),
        "first": (202, None),
        "an extension": (202, None),
        "no reason": (400, "malformed_input"),
        "twice": (409, "stale_consent"),
        "late": (422, "invalid_statement"),
        "suspended": (403, "not_entitled"),
    }
    assert "declare a new" in cases["twice"].json()["detail"]
    assert "declare a new" in cases["late"].json()["detail"]


def test_one_incident_is_one_notice_that_counts_reads_under_its_extension_too(client):
    records = records_of(client, "health.allergy", "health.lab")
    incident = declared(client)
    extension = extended(client, incident).json()["entry"]
    reads(client, records, incident), reads(client, records, extension)
    client.fixture.kernel.log_consumer.consume()
    inbox = {message["event"]: message for message in mine(client, "/me/inbox")}
    assert set(inbox) == {"data.broke_glass", "data.emergency_extended"}
    notice, extension_notice = inbox["data.broke_glass"], inbox["data.emergency_extended"]
    assert (notice["detail"]["by"], notice["detail"]["reads"]) == ("The responder", "3")
    assert extension_notice["detail"] == {"by": "The responder", "incident_number": "119-7", "until": str(NOW + 3_600)}
    kinds = [(one["kind"], one["incident_number"]) for one in mine(client, "/inbox")]
    assert kinds == [("incident", "119-7"), ("extension", "119-7")] + [("break_glass", "119-7")] * 3
    reviewed = {one["review_id"]: one["said"]["reason"] for one in mine(client, "/me/incidents")}
    assert reviewed == {incident: "fell", extension: "coma"}


def test_any_line_of_the_timeline_can_be_complained_about(client):
    fixture, records = client.fixture, records_of(client, "health.allergy", "health.lab")
    incident = declared(client)
    extended(client, incident)
    reads(client, records, incident)
    lines, ann = mine(client, "/me/timeline")["accesses"], client.as_(fixture.ann)
    assert [line["kind"] for line in lines] == ["Incident", "IncidentExtension", "AccessReceipt", "AccessReceipt"]
    assert "extended the emergency to all health records: coma" in lines[1]["text"]
    for line in lines:
        form = {"position": line["position"], "reason": f"no, {line['kind']}"}
        made = client.http.post("/me/complaints", json=form, headers=ann)
        assert (made.status_code, made.json()["state"], made.json()["due"]) == (201, "waiting", NOW + DUE)
        assert made.json()["review_id"] == line["document"]["entry"]
        assert made.json()["party"] == fixture.responder.address
    assert len(mine(client, "/me/complaints")) == 4
    again = client.http.post("/me/complaints", json={"position": lines[0]["position"], "reason": "x"}, headers=ann)
    assert (again.status_code, again.json()["said"]["reason"]) == (201, "no, Incident"), "a line is filed once"
    fixture.clock.passes(DUE)
    assert client.http.get("/reviews/overdue").json()["complaint"] == 4
    for line, verdict in zip(lines, ("upheld", "dismissed", "upheld", "dismissed"), strict=True):
        path, form = f"/reviews/complaint/{line['document']['entry']}/verdict", {"verdict": verdict, "reason": "seen"}
        assert client.http.post(path, json=form, headers=client.as_(REVIEWER)).status_code == 200
    assert sorted(one["state"] for one in mine(client, "/me/complaints")) == ["dismissed"] * 2 + ["upheld"] * 2
    assert client.http.get("/reviews/overdue").json()["complaint"] == 0


def test_a_line_that_is_not_about_the_caller_does_not_exist(client):
    declared(client)
    for who, form, status in [
        (client.fixture.trial, {"position": 0}, 404),
        (client.fixture.responder, {"position": 0}, 404),
        (client.fixture.ann, {"position": 1}, 404),
        (client.fixture.ann, {"position": -1}, 400),
        (client.fixture.ann, {"position": 2**63}, 400),
        (client.fixture.ann, {"position": 0, "reason": "x" * 2_001}, 400),
        (client.fixture.ann, {}, 400),
    ]:
        assert client.http.post("/me/complaints", json=form, headers=client.as_(who)).status_code == status, form
    assert client.http.post("/me/complaints", json={"position": 0}).status_code == 401
    assert client.http.get("/reviews/complaint", headers=client.as_(REVIEWER)).json() == []


def test_complaints_come_in_pages(client):
    for number in range(3):
        client.fixture.declares(client.fixture.responder, str(number))
    ann = client.as_(client.fixture.ann)
    made = [client.http.post("/me/complaints", json={"position": p}, headers=ann).json() for p in range(3)]
    ids = sorted(one["review_id"] for one in made)
    for after, expected in [("", ids), (ids[0], ids[1:]), (ids[2], [])]:
        page = client.http.get("/me/complaints", params={"after": after}, headers=ann).json()
        assert [one["review_id"] for one in page] == expected


def test_a_crew_finds_its_own_incidents_again_and_nobody_else_s(client):
    incident = declared(client)
    extension = extended(client, incident).json()["entry"]
    crew = client.as_(client.fixture.responder)
    found = {one["incident"]: one for one in client.http.get("/emergency/incidents", headers=crew).json()}
    assert set(found) == {incident, extension}
    assert found[incident]["data_subject"] == "0x" + client.fixture.ann.signer.hex()
    assert (found[incident]["incident_number"], found[incident]["reason"]) == ("119-7", "fell")
    assert (found[incident]["extends"], found[extension]["extends"]) == ("", incident)
    assert {(one["state"], one["due"], one["verdict_reason"]) for one in found.values()} == {("waiting", NOW + DUE, "")}
    rest = client.http.get("/emergency/incidents", params={"after": min(found)}, headers=crew).json()
    assert [one["incident"] for one in rest] == [max(found)]
    assert mine(client, "/emergency/incidents") == []
    verdict = {"verdict": "justified", "reason": "the dispatch log agrees"}
    path = f"/reviews/break-glass/{incident}/verdict"
    assert client.http.post(path, json=verdict, headers=client.as_(REVIEWER)).status_code == 200
    closed = next(o for o in client.http.get("/emergency/incidents", headers=crew).json() if o["incident"] == incident)
    assert (closed["state"], closed["verdict_reason"]) == ("justified", "the dispatch log agrees")
