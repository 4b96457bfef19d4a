"""Wrong input on every route: a clear error that names the next step, and no partial effect."""

import contextlib
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.emergency import Incident
from mydata_ledger.ledger.receipt import LOGS
from testing.ledger_fixture import NOW, wallet
from testing.stores import open_store
from tests.api.api_client import ApiClient

RECORD = "0x" + "ab" * 32
UNKNOWN = {"category": ("health.labs", "health.lab"), "purpose": ("hl7:CLINTRSH", "hl7:CLINTRCH")}


@pytest.fixture
def client():
    return ApiClient()


def heads(client):
    return {log: client.fixture.store.log.head(log) for log in LOGS}


def grant(**changed):
    return {"categories": ["health.lab"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"], **changed}


def question(what, term):
    return {"category": "health.lab", "purpose": "hl7:CLINTRCH", what: term}


def wish(client, what, term):
    names = {"category": "categories", "purpose": "purposes"}
    return {"grantee": client.fixture.trial.address, "grants": [grant(**{names[what]: [term]})]}


def asking(client, what, term):
    notice = client.http.get("/notices").json()[0]["hash"]
    person = {"data_subject": "0x" + client.fixture.ann.signer.hex(), "notice_hash": notice}
    return {"grants": wish(client, what, term)["grants"]} | person


def transfer(client, what, term):
    terms = question(what, term)
    wanted = {"categories": [terms["category"]], "purpose": terms["purpose"], "ends": NOW + 9}
    return wanted | {"recipient": client.fixture.trial.address}


ASKING = {
    "access": lambda client, what, term: ("POST", f"/access/records/{RECORD}", {"json": question(what, term)}),
    "fields": lambda client, what, term: (
        "POST",
        f"/access/records/{RECORD}/fields",
        {"json": question(what, term) | {"pointers": ["/a"]}},
    ),
    "search": lambda client, what, term: ("GET", "/access/records", {"params": question(what, term)}),
    "draft": lambda client, what, term: ("POST", "/consents/drafts", {"json": wish(client, what, term)}),
    "request": lambda client, what, term: ("POST", "/requests", {"json": asking(client, what, term), "as": "trial"}),
    "wish": lambda client, what, term: ("PUT", "/me/wishes", {"json": {"wishes": [{"kind": "never", what: term}]}}),
    "transfer": lambda client, what, term: ("POST", "/me/transfers/drafts", {"json": transfer(client, what, term)}),
    "what-if": lambda client, what, term: ("POST", "/consents/what-if", {"json": wish(client, what, term)}),
}


@pytest.mark.parametrize("what", UNKNOWN)
@pytest.mark.parametrize("asking", ASKING)
def test_an_unknown_word_names_the_nearest_on_every_route(client, asking, what):
    term, nearest = UNKNOWN[what]
    method, path, given = ASKING[asking](client, what, term)
    before, headers = heads(client), client.as_(getattr(client.fixture, given.pop("as", "ann")))
    answer = client.http.request(method, path, headers=headers, **given)
    assert (answer.status_code, answer.json()["error"]) == (422, "unknown_term")
    assert f"the nearest declared is `{nearest}`" in answer.json()["detail"]
    assert heads(client) == before


def test_an_unknown_category_is_no_delegation_link_or_record(client):
    person, wrong = "0x" + client.fixture.ann.signer.hex(), {"categories": ["health.labs"], "expires": NOW + 999}
    naming = wrong | {"delegate": "0x" + "cd" * 20, "delegate_name": "Ben", "relation": "representative"}
    record = {"data_subject": person, "category": "health.labs", "media_type": "text/plain", "content_base64": ""}
    requested = [
        ("/delegations/drafts", naming, client.fixture.ann),
        ("/me/links", wrong, client.fixture.ann),
        ("/records/drafts", {"records": [record]}, client.fixture.hospital),
    ]
    before = heads(client)
    for path, form, who in requested:
        answer = client.http.post(path, json=form, headers=client.as_(who))
        assert (answer.status_code, answer.json()["error"]) == (422, "unknown_term"), path
        assert "the nearest declared is `health.lab`" in answer.json()["detail"]
    assert heads(client) == before


@pytest.mark.parametrize("what", UNKNOWN)
@pytest.mark.parametrize("search", ["resource", "subject", "action"])
@pytest.mark.parametrize("media_type", ["application/json", "application/json; charset=utf-8"])
def test_a_search_for_an_unknown_word_finds_nothing_and_names_the_nearest(client, search, what, media_type):
    (term, nearest), trial = UNKNOWN[what], client.fixture.trial
    terms = question(what, term)
    body = {"context": {"purpose": terms["purpose"]}}
    body["subject"] = {"type": "party"} if search == "subject" else {"type": "party", "id": trial.address}
    body["resource"] = {"type": "record", "properties": {"category": terms["category"]}}
    body["resource"] |= {} if search == "resource" else {"id": RECORD}
    body |= {} if search == "action" else {"action": {"name": "view"}}
    before, headers = heads(client), client.as_(trial) | {"content-type": media_type}
    answer = client.http.post(f"/access/v1/search/{search}", content=json.dumps(body), headers=headers)
    assert (answer.status_code, answer.json()["results"]) == (200, [])
    if what == "purpose" or search == "resource":
        error = answer.json()["context"]["error"]
        assert (error["status"], error["error"]) == (400, "unknown_term")
        assert f"the nearest declared is `{nearest}`" in error["message"]
        assert heads(client) == before
    else:
        assert "context" not in answer.json(), "the category of one record is the record's"


@pytest.mark.parametrize(
    ("path", "given", "slip"),
    [
        (f"/me/records/{RECORD}/readers", {"purpose": "hl7:CLINTRCH"}, {"acton": "transfer"}),
        ("/access/records", {"category": "health.lab", "purpose": "hl7:CLINTRCH"}, {"limits": "1"}),
        (f"/me/records/{RECORD}/answer", {"requester": RECORD[:42], "purpose": "hl7:CLINTRCH"}, {"At": "1"}),
        ("/health/records", {}, {"categories": "health.lab"}),
        ("/trials/records", {}, {"categories": "health.vitals"}),
        (f"/health/consents/{RECORD}", {}, {"releases": "R5"}),
    ],
)
def test_a_misspelt_name_in_an_address_asks_nothing_else(client, path, given, slip):
    before, headers = heads(client), client.as_(client.fixture.trial)
    answer = client.http.get(path, params=given | slip, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed_input")
    assert heads(client) == before
    assert client.http.get(path, params=given, headers=headers).status_code in {200, 404}


def test_a_list_of_an_unknown_category_is_not_an_empty_one(client):
    answer = client.http.get(
        "/health/records", params={"category": "health.labs"}, headers=client.as_(client.fixture.ann)
    )
    assert (answer.status_code, answer.json()["error"]) == (422, "unknown_term")
    assert "the nearest declared is `health.lab`" in answer.json()["detail"]


def test_a_thousand_unknown_words_in_one_call_name_the_nearest_each(client):
    subject = {"type": "party", "id": client.fixture.trial.address}
    items = [{"context": {"purpose": f"hl7:CLINTRSH{n}"}} for n in range(1_000)]
    form = {"subject": subject, "action": {"name": "view"}, "resource": {"type": "record", "id": RECORD}}
    before, headers = heads(client), client.as_(client.fixture.trial)
    answer = client.http.post("/access/v1/evaluations", json=form | {"evaluations": items}, headers=headers)
    statement = answer.json()["evaluations"]
    assert [one["decision"] for one in statement] == [False] * 1_000
    assert all("hl7:CLINTRCH" in str(one["context"]) for one in statement)
    assert heads(client) == before


@pytest.mark.parametrize("moment", [-1, -(2**63), 2**63, 2**64, 10**30, 1.5, "soon", None, [], float("1e400")])
@pytest.mark.parametrize("member", ["not_before", "expires", "data_from", "data_until"])
def test_a_time_before_1970_or_beyond_2_63_is_refused_by_name(client, member, moment):
    form = {"grantee": client.fixture.trial.address, "grants": [grant(**{member: moment})]}
    raw = json.dumps(form)
    headers = client.as_(client.fixture.ann) | {"content-type": "application/json"}
    answer = client.http.post("/consents/drafts", content=raw, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed_input"), answer.text
    assert answer.json()["detail"]


@pytest.mark.parametrize("moment", [-1, 2**63, 2**64, "x", ""])
def test_a_moment_of_the_past_lies_between_1970_and_now(client, moment):
    record = client.issued()
    requested = {"requester": client.fixture.trial.address, "purpose": "hl7:CLINTRCH", "at": moment}
    answer = client.http.get(f"/me/records/{record}/answer", params=requested, headers=client.as_(client.fixture.ann))
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed_input")
    later = client.http.get(
        f"/me/records/{record}/answer", params=requested | {"at": NOW + 9}, headers=client.as_(client.fixture.ann)
    )
    assert (later.status_code, later.json()["error"]) == (422, "invalid_statement")


@pytest.mark.parametrize("moment", [2**63, 2**64 - 1])
def test_a_signed_time_beyond_2_63_is_refused_though_the_type_holds_it(client, moment):
    typed = client.drafted(client.fixture.ann, client.fixture.trial.address)
    typed["message"]["grants"][0]["expires"] = moment
    form = client.signed(client.fixture.ann, Consent, typed)
    before = heads(client)
    answer = client.http.post("/consents", json=form, headers=client.as_(client.fixture.ann))
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_statement")
    assert "beyond 2^63" in answer.json()["detail"]
    assert heads(client) == before


@pytest.mark.parametrize("moment", [2**63, 2**64 - 1])
@pytest.mark.parametrize("member", ["notBefore", "expires", "signedAt"])
def test_no_delegation_or_incident_is_signed_for_such_a_time_either(client, member, moment):
    ann, crew, before = client.fixture.ann, client.fixture.responder, heads(client)
    naming = {"delegate": "0x" + "cd" * 20, "delegate_name": "Ben", "relation": "representative"}
    naming |= {"categories": ["health.lab"], "expires": NOW + 999}
    incident = {"data_subject": "0x" + ann.signer.hex(), "incident_number": "1", "reason": "fell"}
    statement = [(ann, "/delegations", naming, Delegation), (crew, "/emergency/incidents", incident, Incident)]
    for who, path, form, kind in statement:
        typed = client.http.post(f"{path}/drafts", json=form, headers=client.as_(who)).json()["typed_data"]
        if member in typed["message"]:
            typed["message"][member] = moment
            answer = client.http.post(path, json=client.signed(who, kind, typed), headers=client.as_(who))
            assert (answer.status_code, answer.json()["error"]) == (422, "invalid_statement"), path
    assert heads(client) == before


def test_ten_thousand_evaluations_are_too_many_and_none_is_asked(client):
    items = [{"resource": {"type": "record", "id": RECORD}}] * 10_000
    before, headers = heads(client), client.as_(client.fixture.trial)
    answer = client.http.post("/access/v1/evaluations", json={"evaluations": items}, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")
    assert "split it" in answer.json()["detail"]
    assert heads(client) == before


def test_a_cursor_of_another_ledger_says_to_start_again(client):
    other = ApiClient(world={"gateway": wallet(77)})
    for each in (client, other):
        each.issued(), each.issued()
        each.fixture.consents(each.fixture.trial, "health.lab")
        each.fixture.anchor()
    requested = {"category": "health.lab", "purpose": "hl7:CLINTRCH", "limit": 1}
    cursor = other.http.get("/access/records", params=requested, headers=other.as_(other.fixture.trial)).json()[
        "cursor"
    ]
    assert cursor
    answer = client.http.get(
        "/access/records", params=requested | {"cursor": cursor}, headers=client.as_(client.fixture.trial)
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed_input")
    assert "start without one" in answer.json()["detail"]


FILLER = """
import resource, signal, sys
from pathlib import Path
from mydata_ledger.ledger.consent import Consent
from testing.stores import open_store
from tests.api.api_client import ApiClient
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
client = ApiClient(store=open_store(sys.argv[1]))
ann, headers, accepted, answer = client.fixture.ann, client.as_(client.fixture.ann), 0, None
room = 200_000 + max(path.stat().st_size for path in Path(sys.argv[2]).iterdir())
resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
while accepted < 2_000:
    draft = client.http.post("/consents/drafts", json=client.wish(client.fixture.trial.address), headers=headers)
    form = client.signed(ann, Consent, draft.json()["typed_data"])
    answer = client.http.post("/consents", json=form, headers=headers)
    if answer.status_code != 202:
        break
    accepted += 1
print(accepted, answer.status_code, answer.text)
"""


def test_i9_a_full_disk_is_503_in_words_and_nothing_is_half_accepted(tmp_path):
    database = f"sqlite:///{tmp_path}/ledger.db"
    command = [sys.executable, "-c", FILLER, database, str(tmp_path)]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    accepted, status, statement = done.stdout.strip().split(" ", 2)
    assert (int(status), json.loads(statement)["error"]) == (503, "storage_full")
    assert "free some room" in json.loads(statement)["detail"]
    store = open_store(database)
    assert store.log.head("consents").size == int(accepted) > 0
    assert ApiClient(store=store).issued()
    store.dispose()


ASKER = """
import json, resource, signal, sys
from pathlib import Path
from testing.stores import open_store
from tests.api.api_client import ApiClient
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
client = ApiClient(store=open_store(sys.argv[1]))
record, trial = client.issued(), client.fixture.trial
client.fixture.consents(trial, "health.lab")
client.fixture.anchor()
headers, context = client.as_(trial), {"context": {"purpose": "hl7:CLINTRCH"}}
body = {"subject": {"type": "party", "id": trial.address}, "action": {"name": "view"}, **context}
body |= {"resource": {"type": "record", "id": record}}
ask = lambda: client.http.post("/access/v1/evaluation", json=body, headers=headers)
before = resource.getrlimit(resource.RLIMIT_FSIZE)
room = 150_000 + max(path.stat().st_size for path in Path(sys.argv[2]).iterdir())
resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
answered, refused = 0, []
while len(refused) < 3 and answered < 5_000:
    answer = ask()
    answered += answer.status_code == 200
    refused += [answer.json()] if answer.status_code == 503 else []
question = {"category": "health.lab", "purpose": "hl7:CLINTRCH"}
refused.append(client.http.post(f"/access/records/{record}", json=question, headers=headers).json())
refused.append(client.http.get("/access/records", params=question, headers=headers).json())
resource.setrlimit(resource.RLIMIT_FSIZE, before)
print(json.dumps([answered, [one["error"] for one in refused], ask().json()["decision"]]))
"""


def test_i1_where_there_is_no_room_for_a_receipt_there_is_no_answer(tmp_path):
    database = f"sqlite:///{tmp_path}/ledger.db"
    command = [sys.executable, "-c", ASKER, database, str(tmp_path)]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    answered, refused, again = json.loads(done.stdout)
    assert (refused, again) == (["storage_full"] * 5, True)
    store = open_store(database)
    assert store.log.head("access").size == answered + 1 > 1
    store.dispose()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_program_older_than_its_database_ends_with_a_sentence(tmp_path, workers):
    database = tmp_path / "ledger.db"
    open_store(f"sqlite:///{database}").dispose()
    with contextlib.closing(sqlite3.connect(database)) as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
        file.commit()
    options = ["--rpc", "http://127.0.0.1:1", "--state", str(tmp_path), "--workers", str(workers)]
    command = [sys.executable, "-m", "mydata_ledger.scripts.serve", *options]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith("error: the database has version 9999, this program ")
    assert "Traceback" not in done.stderr


def test_bulk_answers_say_what_they_rest_on_and_keep_to_what_is_demanded(client):
    client.issued()
    client.fixture.consents(client.fixture.trial, "health.lab")
    client.fixture.anchor()
    headers = client.as_(client.fixture.trial)
    requested = {"category": "health.lab", "purpose": "hl7:CLINTRCH"}
    at_time = client.http.get("/access/records", params=requested, headers=headers).json()["at"]
    assert at_time == {"consents": 1, "records": 1, "block": 7, "time": NOW}
    subject = {"type": "party", "id": client.fixture.trial.address}
    form = {"subject": subject, "action": {"name": "view"}, "resource": {"type": "record"}}
    context = {"purpose": "hl7:CLINTRCH", "consents_at_least": 1}
    found = client.http.post("/access/v1/search/resource", json=form | {"context": context}, headers=headers).json()
    assert (len(found["results"]), found["context"]["at"]) == (1, at_time)
    beyond = context | {"consents_at_least": 2}
    answers = [
        client.http.post("/access/v1/search/resource", json=form | {"context": beyond}, headers=headers),
        client.http.get("/access/records", params=requested | {"consents_at_least": 2}, headers=headers),
    ]
    assert {(answer.status_code, answer.json()["error"]) for answer in answers} == {(503, "chain_behind")}
