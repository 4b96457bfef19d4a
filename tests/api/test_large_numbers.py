"""Numbers beyond 2^53 - 1: text in every answer, so that JSON.parse keeps them; taken as text, and never rounded."""

import json
from dataclasses import replace

import pytest

from mydata_ledger.ledger.consent import NEVER, Consent
from mydata_ledger.ledger.delegation import Delegation
from testing.ledger_fixture import NOW
from tests.api.api_client import ApiClient

ROUNDED = 9223372036854776000
"""What JSON.stringify(JSON.parse("9223372036854775807")) gives."""


@pytest.fixture
def client():
    client = ApiClient()
    parties = [replace(party, valid_until=NEVER) for party in client.fixture.directory]
    client.fixture.store.directory.set_parties(parties)
    return client


def consent_without_end(client):
    ann = client.fixture.ann
    wish = client.wish(client.fixture.trial.address, expires=NEVER, data_until=NEVER)
    return client.http.post("/consents/drafts", json=wish, headers=client.as_(ann)).json()


def submit(client, kind, path, typed):
    ann = client.fixture.ann
    answer = client.http.post(path, json=client.signed(ann, kind, typed), headers=client.as_(ann))
    client.fixture.anchor()
    return answer


def large_numbers(raw):
    found = []
    json.loads(raw, parse_int=lambda digits: found.append(digits) if int(digits) >= 2**53 else None)
    return found


def test_no_answer_holds_a_number_that_json_parse_would_round(client):
    fixture = client.fixture
    submit(client, Consent, "/consents", consent_without_end(client)["typed_data"])
    form = {"delegate": fixture.trial.address, "delegate_name": "T", "categories": ["health"], "expires": NOW + 9}
    late = form | {"not_before": 2**60, "expires": 2**61}
    draft = client.http.post("/delegations/drafts", json=late, headers=client.as_(fixture.ann))
    typed = client.http.post("/delegations/drafts", json=form, headers=client.as_(fixture.ann)).json()["typed_data"]
    submit(client, Delegation, "/delegations", typed)
    about = {"data_subject": "0x" + fixture.ann.signer.hex(), "grants": client.wish("", expires=NEVER)["grants"]}
    notice = client.http.get("/notices").json()[0]["hash"]
    request = client.http.post("/requests", json=about | {"notice_hash": notice}, headers=client.as_(fixture.trial))
    record = {"data_subject": about["data_subject"], "category": "health.lab", "media_type": "text/plain"}
    record |= {"content_base64": "aGk=", "data_until": 2**60}
    issue = client.http.post("/records/drafts", json={"records": [record]}, headers=client.as_(fixture.hospital))
    answers = [draft, request, issue]
    paths = ["/consents", "/me/requests", "/me/timeline", "/delegations", "/me/inbox"]
    answers += [client.http.get(path, headers=client.as_(fixture.ann)) for path in paths]
    [entry] = [one["entry"] for one in client.http.get("/consents", headers=client.as_(fixture.ann)).json()]
    answers += [client.http.get(f"/consents/{entry}/copy", headers=client.as_(fixture.ann))]
    answers += [client.http.get(path) for path in ("/parties", f"/parties/{fixture.trial.address}")]
    assert {answer.status_code for answer in answers} <= {200, 201, 202}, [answer.text for answer in answers]
    assert [large_numbers(answer.content) for answer in answers] == [[]] * len(answers)
    assert sum(str(NEVER) in answer.text for answer in answers) >= 6, "they are there, as text"


def test_a_message_is_taken_as_drafted_or_in_numbers_and_never_rounded(client):
    draft = consent_without_end(client)["typed_data"]
    signed = client.signed(client.fixture.ann, Consent, draft)
    head = client.as_(client.fixture.ann)
    [grant] = draft["message"]["grants"]
    for end in (ROUNDED, 2**53, float(NEVER), f"0{NEVER}"):
        changed = signed | {"message": signed["message"] | {"grants": [grant | {"expires": end}]}}
        refused = client.http.post("/consents", json=changed, headers=head)
        assert (refused.status_code, refused.json()["error"]) == (400, "malformed_input")
        assert "decimal string" in refused.json()["detail"]
    digits = signed | {"message": signed["message"] | {"grants": [grant | {"expires": NEVER, "dataUntil": NEVER}]}}
    answers = [client.http.post("/consents", json=body, headers=head) for body in (signed, digits)]
    assert {answer.status_code for answer in answers} == {202}
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize(
    ("end", "status"),
    [(str(NEVER), 200), (NEVER, 200), (str(2**53), 200), ("1800009000", 400), (str(NEVER + 1), 400), (ROUNDED, 400)],
)
def test_a_form_takes_the_text_of_a_large_number(client, end, status):
    wish = client.wish(client.fixture.trial.address, expires=end)
    answer = client.http.post("/consents/drafts", json=wish, headers=client.as_(client.fixture.ann))
    assert answer.status_code == status, answer.text
    if status == 200:
        [grant] = answer.json()["typed_data"]["message"]["grants"]
        assert grant["expires"] == str(end)
