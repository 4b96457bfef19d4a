"""A signature of a key has three forms (v 27 or 28, v 0 or 1, EIP-2098); on every way in they are one statement."""

import pytest

from mydata_ledger.ledger.access import Acknowledgement
from mydata_ledger.ledger.commitment.entry import Entry
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.emergency import Incident
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, RECORDS, SignedStatement
from mydata_ledger.ledger.record import Erasure, Issue
from mydata_ledger.ledger.typed_data import digest, parse, read_domain
from testing.ledger_fixture import NOW, wallet
from tests.api.api_client import ApiClient
from tests.ledger.test_signers import FORMS

BEN, NURSE, CLERK = wallet(79), wallet(80), wallet(81)


@pytest.fixture
def client():
    client = ApiClient()
    staff = [Party(one.address, name, frozenset({"witness"}), b"", 0, 0) for one, name in ((NURSE, "N"), (CLERK, "C"))]
    client.fixture.store.directory.set_parties([*client.fixture.directory, *staff])
    return client


def hex_of(who):
    return "0x" + who.signer.hex()


def draft(client, who, path, /, **form):
    return client.http.post(f"{path}/drafts", json=form, headers=client.as_(who)).json()


def signed(client, who, kind, path, /, **form):
    return client.signed(who, kind, draft(client, who, path, **form)["typed_data"])


def submit(client, who, path, body):
    answer = client.http.post(path, json=body, headers=client.as_(who)).json()
    client.fixture.anchor()
    return answer


def consent(client):
    ann = client.fixture.ann
    return ann, "/consents", signed(client, ann, Consent, "/consents", **client.wish(client.fixture.trial.address))


def large_consent(client):
    ann = client.fixture.ann
    wish = client.wish(client.fixture.trial.address, records=["0x" + f"{number:064x}" for number in range(256)])
    return ann, "/consents", signed(client, ann, Consent, "/consents", **wish)


def revocation(client):
    submit(client, *consent(client))
    ann, grantee = client.fixture.ann, client.fixture.trial.address
    return ann, "/revocations", signed(client, ann, Revocation, "/revocations", grantee=grantee)


def delegation(client):
    ann = client.fixture.ann
    form = {"delegate": hex_of(BEN), "delegate_name": "Ben", "categories": ["health"], "expires": NOW + 9_000}
    return ann, "/delegations", signed(client, ann, Delegation, "/delegations", **form)


def consent_of_a_delegate(client):
    submit(client, *delegation(client))
    wish = client.wish(client.fixture.trial.address) | {"data_subject": hex_of(client.fixture.ann)}
    return BEN, "/consents", signed(client, BEN, Consent, "/consents", **wish)


def record(client):
    hospital, about = client.fixture.hospital, hex_of(client.fixture.ann)
    upload = {"data_subject": about, "category": "health.lab", "media_type": "text/plain", "content_base64": "aGk="}
    [typed] = draft(client, hospital, "/records", records=[upload])["drafts"]
    one = client.signed(hospital, Issue, typed)
    return hospital, "/records", {"records": [{name: one[name] for name in ("message", "signature")}]}


def erasure(client):
    client.issued()
    client.fixture.anchor()
    [typed] = draft(client, client.fixture.ann, "/me/erasures")["drafts"]
    return client.fixture.ann, "/me/erasures", {"erasures": [client.signed(client.fixture.ann, Erasure, typed)]}


def incident(client):
    form = {"data_subject": hex_of(client.fixture.ann), "incident_number": "119-7", "reason": "fell"}
    path, crew = "/emergency/incidents", client.fixture.responder
    return crew, path, signed(client, crew, Incident, path, **form)


def acknowledgement(client):
    name, trial = client.issued(), client.fixture.trial
    submit(client, *consent(client))
    question = {"category": "health.lab", "purpose": "hl7:CLINTRCH"}
    release = client.http.post(f"/access/records/{name}", json=question, headers=client.as_(trial)).json()
    path = f"/receipts/{release['receipt']['position']}/acknowledgement"
    typed = client.http.get(path, headers=client.as_(trial)).json()["typed_data"]
    return trial, "/receipts/acknowledgements", client.signed(trial, Acknowledgement, typed)


def paper(client):
    scan = client.issued("health.report")
    client.fixture.anchor()
    wish = client.wish(client.fixture.trial.address) | {"data_subject": hex_of(client.fixture.ann)}
    statement = signed(client, CLERK, Consent, "/papers/consents", **wish)
    about = {"kind": "Consent", "message": statement["message"], "scan": scan}
    word = signed(client, NURSE, Delegation, "/papers/words", **about)
    return CLERK, "/papers", {"kind": "Consent", "scan": scan, "statement": statement, "word": word}


ROADS = [consent, large_consent, revocation, delegation, consent_of_a_delegate, record, erasure, incident]
ROADS += [acknowledgement, paper]


def changed(body, form):
    """The body, with every signature in another form."""
    if isinstance(body, list):
        return [changed(item, form) for item in body]
    if not isinstance(body, dict):
        return body
    return {
        name: "0x" + form(bytes.fromhex(item[2:])).hex() if name == "signature" else changed(item, form)
        for name, item in body.items()
    }


def signatures(store):
    sizes = {log: store.log.head(log).size for log in (CONSENTS, RECORDS, ACCESS)}
    every = [store.log.statement_at(log, position) for log, size in sizes.items() for position in range(size)]
    return [logged.signed.entry.signature for logged in every]


@pytest.mark.parametrize("first", FORMS)
@pytest.mark.parametrize("road", ROADS)
def test_each_form_is_the_same_statement_with_the_same_bytes(client, road, first):
    who, path, body = road(client)
    answers = [
        client.http.post(path, json=changed(body, FORMS[form]), headers=client.as_(who)) for form in (first, *FORMS)
    ]
    assert {answer.status_code for answer in answers} == {202}, answers[0].text
    assert all(answer.json() == answers[0].json() for answer in answers[1:])
    stored = signatures(client.fixture.store)
    assert {(len(one), one[-1] in {27, 28}) for one in stored} == {(65, True)}
    assert len(stored) == len(set(stored)), "each statement is in its log once"
    assert answers[0].json().get("signature", "0x" + stored[-1].hex()) in {"0x" + one.hex() for one in stored}


def test_what_was_stored_before_in_another_form_stays_and_is_found_again(client):
    who, path, body = consent(client)
    statement, domain = parse(Consent, body["message"]), read_domain(body["domain"])
    older = FORMS["v 0 or 1"](bytes.fromhex(body["signature"][2:]))
    signed = SignedStatement(statement, Entry(digest(statement, domain), older, bytes(32), statement.lock))
    client.fixture.store.log.append([signed], NOW)
    client.fixture.anchor()
    answers = [client.http.post(path, json=changed(body, form), headers=client.as_(who)) for form in FORMS.values()]
    assert {answer.json()["entry"] for answer in answers} == {"0x" + signed.entry.entry.hex()}
    copy = client.http.get(f"/consents/{answers[0].json()['entry']}/copy", headers=client.as_(who)).json()
    assert copy["signature"] == "0x" + older.hex()
    assert [one["status"] for one in client.http.get("/consents", headers=client.as_(who)).json()] == ["active"]


@pytest.mark.parametrize("form", FORMS)
def test_a_session_is_opened_with_each_form(client, form):
    ann = client.fixture.ann
    message = client.http.post("/session/challenges", json={"address": ann.address}).json()["message"]
    body = changed({"message": message, "signature": "0x" + ann.sign_text(message).hex()}, FORMS[form])
    assert client.http.post("/sessions", json=body).json()["address"] == ann.address
