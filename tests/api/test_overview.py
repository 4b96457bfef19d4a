"""The overview of a person: open requests, who may read, reads by day, records, emergencies, delegates."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from mydata_ledger.ledger.kernel.people import overview
from mydata_ledger.ledger.receipt import ACCESS
from testing.ledger_fixture import NOW, wallet
from testing.stores import open_store
from tests.api.ward_life import CATEGORIES, SELF_VIEW, WardLife, grant

BEN = wallet(100)
DAY = 86_400


@pytest.fixture(params=["memory", "database"])
def life(request, tmp_path):
    return WardLife(open_store(f"sqlite:///{tmp_path}/ledger.db") if request.param == "database" else None)


def shown(life, who=None, person=None, zone="Asia/Seoul"):
    life.sessions.clear()  # the clock may have passed the end of a session
    answer = life.get("/me/overview", who or life.ward, person, zone=zone)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_it_counts_what_the_lists_list(life):
    found = shown(life)
    requests = life.get("/me/requests", life.ward).json()
    assert found["open_requests"] == sum(one["state"] == "requested" for one in requests) > 0
    records = Counter(one["category"] for one in life.get("/records", life.ward).json())
    assert {one["category"]: one["records"] for one in found["records"]} == dict(records)
    active = [one for one in life.get("/consents", life.ward).json() if one["status"] == "active"]
    assert [(one["consent"], one["grantee_name"]) for one in found["permits"]] == [
        (one["entry"], one["grantee_name"]) for one in active
    ]
    assert (found["nothing_permitted"], found["has_consented"]) == (False, True)


def test_records_that_are_erased_or_corrected_are_not_counted_and_the_newest_is_named(life):
    life.fixture.clock.passes(60)
    life.fixture.issued("health.lab", b'{"new":1}')
    (lab,) = [one for one in shown(life)["records"] if one["category"] == "health.lab"]
    assert (lab["records"], lab["newest_issued_at"]) == (2, NOW + 60)
    drafts = life.fixture.kernel.records.erasures.draft(life.ward.signer, None)
    signed = [(draft.statement, life.fixture.sign(life.ward, draft.statement)) for draft in drafts]
    life.fixture.kernel.records.erasures.accept(signed)
    assert shown(life)["records"] == []


@pytest.mark.parametrize("zone", ["Asia/Seoul", "America/St_Johns", "Pacific/Kiritimati", "UTC"])
def test_reads_are_counted_on_the_day_of_the_persons_zone(life, zone):
    record = next(iter(life.records))
    for seconds in (3_600, 5 * 3_600, 11 * 3_600, DAY, 2 * DAY, 3 * DAY, DAY + 7, 600):
        life.fixture.clock.passes(seconds)
        life.fixture.anchor()
        life.fixture.permits(life.fixture.hospital, record)
        life.fixture.permits(life.fixture.responder, record)
        life.fixture.kernel.decisions.evaluation.ask(life.fixture.asks(life.ward, record, "health.lab", SELF_VIEW))
    wanted = Counter()
    for line in life.fixture.store.index.statements_about(ACCESS, life.ward.signer, -1, 1_000):
        receipt = line.signed.statement
        if getattr(receipt, "requester", life.ward.address) != life.ward.address:
            day = datetime.fromtimestamp(receipt.decided_at, ZoneInfo(zone)).date()
            wanted[day.isoformat(), receipt.permitted] += 1
    found = shown(life, zone=zone)
    today = datetime.fromtimestamp(life.fixture.clock.now(), ZoneInfo(zone)).date()
    days = [datetime.fromordinal(today.toordinal() - n).date().isoformat() for n in reversed(range(7))]
    assert [one["day"] for one in found["days"]] == days
    counted = [(one["permitted"], one["refused"]) for one in found["days"]]
    assert counted == [(wanted[day, True], wanted[day, False]) for day in days]
    assert sum(map(sum, counted)) > 6
    assert found["days_complete"]


def test_a_bounded_number_of_lines_is_read_and_the_answer_says_so(life, monkeypatch):
    monkeypatch.setattr(overview, "EXAMINED", 10)
    monkeypatch.setattr(overview, "AT_ONCE", 5)
    found = shown(life)
    newest = life.get("/me/timeline", life.ward, order="newest", limit=10).json()["accesses"]
    counted = sum(one["permitted"] + one["refused"] for one in found["days"])
    assert counted == sum(not one["own"] and one["permitted"] is not None for one in newest) > 0
    assert not found["days_complete"]


def test_a_withdrawal_leaves_nothing_permitted_but_what_was_once(life):
    for party in (life.fixture.hospital, life.fixture.trial, life.fixture.insurer, life.fixture.merchant):
        draft = life.fixture.kernel.consents.drafts.revocation(life.ward.signer, party.address).statement
        life.fixture.kernel.consents.revocations.accept(draft, life.fixture.sign(life.ward, draft))
    found = shown(life)
    assert (found["permits"], found["nothing_permitted"], found["has_consented"]) == ([], True, True)


def test_a_consent_that_ends_soon_is_named_with_its_end(life):
    soon, late = NOW + 20 * DAY, NOW + 31 * DAY
    life.fixture.says(life.fixture.trial.address, [replace(grant("health.lab"), expires=soon)])
    life.fixture.says(life.fixture.insurer.address, [replace(grant("health.lab"), expires=late)])
    life.fixture.anchor()
    assert [(one["grantee_name"], one["ends"]) for one in shown(life)["ends_soon"]] == [("The trial", soon)]


def test_an_emergency_is_listed_for_thirty_days_and_says_whether_it_is_open(life):
    (one,) = shown(life)["incidents"]
    assert (one["responder_name"], one["reason"], one["open"]) == ("The responder", "found unconscious", True)
    life.fixture.clock.passes(3_600)
    assert [one["open"] for one in shown(life)["incidents"]] == [False]
    life.fixture.clock.passes(30 * DAY)
    assert shown(life)["incidents"] == []


def test_a_delegate_who_acted_is_named_to_the_person_alone(life):
    life.names(BEN, ("health",))
    life.fixture.anchor()
    assert shown(life)["delegates"] == []
    assert shown(life, BEN, life.ward)["delegates"] == []
    (one,) = shown(life)["delegates"]
    assert (one["account"], one["name"], one["relation"]) == (BEN.address, "Ben", "representative")
    assert not any(day["searched"] for day in shown(life)["days"]), "a look of a delegate is own reading"


@pytest.mark.parametrize("category", [*CATEGORIES, "health", "*"])
def test_a_delegate_gets_what_the_delegation_covers(life, category):
    life.names(BEN, (category,))
    life.fixture.anchor()
    own, theirs = shown(life), shown(life, BEN, life.ward)

    def sees(*categories):
        return all(category in {"*", one} or one.startswith(category + ".") for one in categories)

    assert theirs["records"] == [one for one in own["records"] if sees(one["category"])]
    assert theirs["permits"] == [one for one in own["permits"] if sees(*one["categories"])]
    requests = life.get("/me/requests", BEN, life.ward).json()
    assert theirs["open_requests"] == sum(one["state"] == "requested" for one in requests)
    lines = life.get("/me/timeline", BEN, life.ward, own=False, limit=200).json()["accesses"]
    reads = sum(one["permitted"] + one["refused"] for one in theirs["days"])
    assert reads == sum(one["permitted"] is not None for one in lines)


@pytest.mark.parametrize("zone", ["Seoul", "", "Asia", "../../etc/passwd", "asia/seoul", "+09:00", "Asia/Seoul\u0000"])
def test_an_unknown_zone_is_refused_with_a_sentence(zone):
    life = WardLife()
    answer = life.get("/me/overview", life.ward, zone=zone)
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_statement")
    assert "such as Asia/Seoul" in answer.json()["detail"]
