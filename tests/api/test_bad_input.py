"""What people get wrong, at every door: a clear refusal that says the next step, and nothing half applied."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from anchors.store import Store
from ledger.consent import Consent
from ledger.receipt import LOGS
from tests.api.door import Door
from tests.ledger.house import NOW

RECORD = "0x" + "ab" * 32
UNKNOWN = {"category": ("health.labs", "health.lab"), "purpose": ("hl7:CLINTRSH", "hl7:CLINTRCH")}


@pytest.fixture
def door():
    return Door()


def heads(door):
    return {log: door.house.store.head(log) for log in LOGS}


def grant(**changed):
    return {"categories": ["health.lab"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"], **changed}


def question(what, term):
    return {"category": "health.lab", "purpose": "hl7:CLINTRCH", what: term}


def wish(door, what, term):
    names = {"category": "categories", "purpose": "purposes"}
    return {"grantee": door.house.trial.address, "grants": [grant(**{names[what]: [term]})]}


ASKING = {
    "access": lambda door, what, term: ("POST", f"/access/records/{RECORD}", {"json": question(what, term)}),
    "fields": lambda door, what, term: (
        "POST",
        f"/access/records/{RECORD}/fields",
        {"json": question(what, term) | {"pointers": ["/a"]}},
    ),
    "search": lambda door, what, term: ("GET", "/access/records", {"params": question(what, term)}),
    "draft": lambda door, what, term: ("POST", "/consents/drafts", {"json": wish(door, what, term)}),
    "what-if": lambda door, what, term: ("POST", "/consents/what-if", {"json": wish(door, what, term)}),
}


@pytest.mark.parametrize("what", UNKNOWN)
@pytest.mark.parametrize("asking", ASKING)
def test_an_unknown_word_names_the_nearest_at_every_door(door, asking, what):
    term, nearest = UNKNOWN[what]
    method, path, given = ASKING[asking](door, what, term)
    before, headers = heads(door), door.as_(door.house.ann)
    answer = door.http.request(method, path, headers=headers, **given)
    assert (answer.status_code, answer.json()["error"]) == (422, "unknown_term")
    assert f"the nearest declared is `{nearest}`" in answer.json()["detail"]
    assert heads(door) == before


def test_a_thousand_unknown_words_in_one_call_name_the_nearest_each(door):
    subject = {"type": "party", "id": door.house.trial.address}
    items = [{"context": {"purpose": f"hl7:CLINTRSH{n}"}} for n in range(1_000)]
    form = {"subject": subject, "action": {"name": "view"}, "resource": {"type": "record", "id": RECORD}}
    before, headers = heads(door), door.as_(door.house.trial)
    answer = door.http.post("/access/v1/evaluations", json=form | {"evaluations": items}, headers=headers)
    said = answer.json()["evaluations"]
    assert [one["decision"] for one in said] == [False] * 1_000
    assert all("hl7:CLINTRCH" in str(one["context"]) for one in said)
    assert heads(door) == before


@pytest.mark.parametrize("moment", [-1, -(2**63), 2**63, 2**64, 10**30, 1.5, "soon", None, [], float("1e400")])
@pytest.mark.parametrize("member", ["not_before", "expires", "data_from", "data_until"])
def test_a_time_before_1970_or_beyond_2_63_is_refused_by_name(door, member, moment):
    form = {"grantee": door.house.trial.address, "grants": [grant(**{member: moment})]}
    raw = json.dumps(form)
    headers = door.as_(door.house.ann) | {"content-type": "application/json"}
    answer = door.http.post("/consents/drafts", content=raw, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed_input"), answer.text
    assert answer.json()["detail"]


@pytest.mark.parametrize("moment", [-1, 2**63, 2**64, "x", ""])
def test_a_moment_of_the_past_lies_between_1970_and_now(door, moment):
    record = door.issued()
    asked = {"requester": door.house.trial.address, "purpose": "hl7:CLINTRCH", "at": moment}
    answer = door.http.get(f"/me/records/{record}/answer", params=asked, headers=door.as_(door.house.ann))
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed_input")
    later = door.http.get(
        f"/me/records/{record}/answer", params=asked | {"at": NOW + 9}, headers=door.as_(door.house.ann)
    )
    assert (later.status_code, later.json()["error"]) == (422, "invalid_statement")


@pytest.mark.parametrize("moment", [2**63, 2**64 - 1])
def test_a_signed_time_beyond_2_63_is_refused_though_the_type_holds_it(door, moment):
    typed = door.drafted(door.house.ann, door.house.trial.address)
    typed["message"]["grants"][0]["expires"] = moment
    form = door.signed(door.house.ann, Consent, typed)
    before = heads(door)
    answer = door.http.post("/consents", json=form, headers=door.as_(door.house.ann))
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_statement")
    assert "beyond 2^63" in answer.json()["detail"]
    assert heads(door) == before


def test_ten_thousand_evaluations_are_too_many_and_none_is_asked(door):
    items = [{"resource": {"type": "record", "id": RECORD}}] * 10_000
    before, headers = heads(door), door.as_(door.house.trial)
    answer = door.http.post("/access/v1/evaluations", json={"evaluations": items}, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")
    assert "split it" in answer.json()["detail"]
    assert heads(door) == before


def test_a_cursor_of_another_ledger_says_to_start_again(door):
    other = Door()
    for each in (door, other):
        each.issued(), each.issued()
        each.house.consents(each.house.trial, "health.lab")
        each.house.anchor()
    other.house.kernel.world = replace(other.house.kernel.world, gateway=other.house.parties["responder"])
    asked = {"category": "health.lab", "purpose": "hl7:CLINTRCH", "limit": 1}
    cursor = other.http.get("/access/records", params=asked, headers=other.as_(other.house.trial)).json()["cursor"]
    assert cursor
    answer = door.http.get("/access/records", params=asked | {"cursor": cursor}, headers=door.as_(door.house.trial))
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed_input")
    assert "start without one" in answer.json()["detail"]


FILLER = """
import resource, signal, sys
from pathlib import Path
from anchors.store import Store
from ledger.consent import Consent
from tests.api.door import Door
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
door = Door(store=Store(sys.argv[1]))
ann, headers, accepted, answer = door.house.ann, door.as_(door.house.ann), 0, None
room = 200_000 + max(path.stat().st_size for path in Path(sys.argv[2]).iterdir())
resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
while accepted < 2_000:
    draft = door.http.post("/consents/drafts", json=door.wish(door.house.trial.address), headers=headers)
    form = door.signed(ann, Consent, draft.json()["typed_data"])
    answer = door.http.post("/consents", json=form, headers=headers)
    if answer.status_code != 202:
        break
    accepted += 1
print(accepted, answer.status_code, answer.text)
"""


def test_i9_a_full_disk_is_503_in_words_and_nothing_is_half_accepted(tmp_path):
    database = f"sqlite:///{tmp_path}/ledger.db"
    command = [sys.executable, "-c", FILLER, database, str(tmp_path)]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    accepted, status, said = done.stdout.strip().split(" ", 2)
    assert (int(status), json.loads(said)["error"]) == (503, "storage_full")
    assert "free some room" in json.loads(said)["detail"]
    store = Store(database)
    assert store.head("consents").size == int(accepted) > 0
    assert Door(store=store).issued()
    store.dispose()


def test_bulk_answers_say_what_they_rest_on_and_keep_to_what_is_demanded(door):
    door.issued()
    door.house.consents(door.house.trial, "health.lab")
    door.house.anchor()
    headers = door.as_(door.house.trial)
    asked = {"category": "health.lab", "purpose": "hl7:CLINTRCH"}
    at = door.http.get("/access/records", params=asked, headers=headers).json()["at"]
    assert at == {"consents": 1, "records": 1, "block": 7, "time": NOW}
    subject = {"type": "party", "id": door.house.trial.address}
    form = {"subject": subject, "action": {"name": "view"}, "resource": {"type": "record"}}
    context = {"purpose": "hl7:CLINTRCH", "consents_at_least": 1}
    found = door.http.post("/access/v1/search/resource", json=form | {"context": context}, headers=headers).json()
    assert (len(found["results"]), found["context"]["at"]) == (1, at)
    beyond = context | {"consents_at_least": 2}
    answers = [
        door.http.post("/access/v1/search/resource", json=form | {"context": beyond}, headers=headers),
        door.http.get("/access/records", params=asked | {"consents_at_least": 2}, headers=headers),
    ]
    assert {(answer.status_code, answer.json()["error"]) for answer in answers} == {(503, "chain_behind")}
