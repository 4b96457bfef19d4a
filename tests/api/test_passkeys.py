"""A person with a passkey and no wallet signs in, consents, reads and withdraws."""

import pytest

from mydata_ledger.ledger.commitment.entry import lock_of
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.record import Erasure
from mydata_ledger.ledger.typed_data import digest, parse, read_domain
from testing.ledger_fixture import NOW, VERIFIER
from testing.passkeys import PRESENT, Passkey
from tests.api.api_client import URI, ApiClient

SECRET = b"\1" * 32
PATHS = {Consent: "/consents", Revocation: "/revocations", Delegation: "/delegations", Erasure: "/me/erasures"}
APP = "android:apk-key-hash:" + "A" * 43
ELSEWHERE = {
    "another origin": {"origin": "https://evil.example"},
    "another port": {"origin": URI + ":8080"},
    "another scheme": {"origin": URI.replace("http:", "https:")},
    "no origin": {"origin": None},
    "an origin that is no text": {"origin": [URI]},
    "another relying party": {"host": "evil.example"},
    "a frame of another site": {"crossOrigin": True},
    "a frame below another page": {"topOrigin": URI},
}


@pytest.fixture
def client():
    return ApiClient()


@pytest.fixture
def ann():
    return Passkey(URI)


def shown(raw):
    return "0x" + raw.hex()


def challenge(client, person):
    return client.http.post("/session/challenges", json={"passkey": shown(person.key)}).json()


def enter(client, person, sign_in_request, **spoilt):
    signature = shown(person.sign_text(sign_in_request["message"], **spoilt))
    form = {"message": sign_in_request["message"], "signature": signature, "passkey": shown(person.key)}
    return client.http.post("/sessions", json=form)


def headers(client, person):
    return {"Authorization": f"Bearer {enter(client, person, challenge(client, person)).json()['token']}"}


def hand_in(client, person, draft, kind, head, **spoilt):
    statement, domain = parse(kind, draft["typed_data"]["message"]), read_domain(draft["typed_data"]["domain"])
    assert draft["digest"] == shown(digest(statement, domain)), "the challenge that the draft names is its digest"
    signature = shown(person.sign(bytes.fromhex(draft["digest"][2:]), **spoilt))
    form = {"message": draft["typed_data"]["message"], "domain": draft["typed_data"]["domain"], "signature": signature}
    form = {"erasures": [form]} if kind is Erasure else form
    return client.http.post(PATHS[kind], json=form, headers=head)


def test_a_person_with_a_passkey_consents_reads_and_withdraws(client, ann):
    fixture, grantee = client.fixture, client.fixture.trial
    head = headers(client, ann)
    fixture.ann = ann
    record = client.issued()
    draft = client.http.post("/consents/drafts", json=client.wish(grantee.address), headers=head).json()
    assert draft["typed_data"]["message"]["dataSubject"] == shown(ann.signer)
    given = hand_in(client, ann, draft, Consent, head)
    assert (given.status_code, given.json()["status"]) == (202, "pending")
    fixture.anchor()
    assert [one["status"] for one in client.http.get("/consents", headers=head).json()] == ["active"]
    copy = client.http.get(f"/consents/{given.json()['entry']}/copy", headers=head).json()
    assert copy["message"]["signer"] == shown(ann.signer)

    team, path = client.as_(grantee), f"/access/records/{record}"
    question = {"category": "health.lab", "purpose": "hl7:CLINTRCH", "action": "view"}
    question |= {"reader_key": shown(fixture.reader_keys[grantee.address].public)}
    release = client.http.post(path, json=question, headers=team).json()
    assert client.opened(release, grantee) == b'{"resourceType":"Observation"}'

    form = {"grantee": grantee.address, "secret": shown(SECRET)}
    draft = client.http.post("/revocations/drafts", json=form, headers=head).json()
    assert hand_in(client, ann, draft, Revocation, head).status_code == 202
    assert client.http.post(path, json=question, headers=team).status_code == 404
    assert fixture.store.anchoring.pending_secrets(10)[0][1] == SECRET, "the chain is told, too"
    assert lock_of(SECRET) == bytes.fromhex(client.wish(grantee.address)["lock"][2:])


def test_the_session_is_the_passkey_s(client, ann):
    sign_in_request = challenge(client, ann)
    assert sign_in_request["signer"] == shown(VERIFIER + ann.key)
    session = enter(client, ann, sign_in_request).json()
    assert session["address"] == shown(ann.signer)
    assert enter(client, ann, sign_in_request).status_code == 401, "a challenge is spent by its first use"


@pytest.mark.parametrize("spoilt", ELSEWHERE.values(), ids=ELSEWHERE)
def test_an_assertion_made_for_another_site_opens_nothing(client, ann, spoilt):
    answer = enter(client, ann, challenge(client, ann), **spoilt)
    assert (answer.status_code, answer.json()["error"]) == (401, "session_required")


def drafted(client, path, head, /, **form):
    draft = client.http.post(f"{path}/drafts", json=form, headers=head).json()
    if "drafts" in draft:
        [typed] = draft["drafts"]
        statement, domain = parse(Erasure, typed["message"]), read_domain(typed["domain"])
        return {"typed_data": typed, "digest": shown(digest(statement, domain))}
    return draft


def consent(client, _, head):
    return Consent, drafted(client, "/consents", head, **client.wish(client.fixture.trial.address))


def large_consent(client, _, head):
    records = ["0x" + f"{number:064x}" for number in range(256)]
    return Consent, drafted(client, "/consents", head, **client.wish(client.fixture.trial.address, records=records))


def revocation(client, ann, head):
    kind, draft = consent(client, ann, head)
    assert hand_in(client, ann, draft, kind, head).status_code == 202
    return Revocation, drafted(client, "/revocations", head, grantee=client.fixture.trial.address)


def delegation(client, _, head, delegate=b"\x4f" * 20):
    form = {"delegate": shown(delegate), "delegate_name": "Ben", "categories": ["health"], "expires": NOW + 9_000}
    return Delegation, drafted(client, "/delegations", head, **form)


def consent_of_a_delegate(client, ann, _):
    ward = client.fixture.ann
    _, draft = delegation(client, ward, client.as_(ward), ann.signer)
    signed = client.signed(ward, Delegation, draft["typed_data"])
    assert client.http.post("/delegations", json=signed, headers=client.as_(ward)).status_code == 202
    client.fixture.anchor()
    wish = client.wish(client.fixture.trial.address) | {"data_subject": shown(ward.signer)}
    return Consent, drafted(client, "/consents", headers(client, ann), **wish)


def erasure(client, ann, head):
    client.fixture.ann = ann
    client.issued()
    client.fixture.anchor()
    return Erasure, drafted(client, "/me/erasures", head)


@pytest.mark.parametrize("spoilt", ELSEWHERE.values(), ids=ELSEWHERE)
@pytest.mark.parametrize(
    "road",
    [consent, large_consent, revocation, delegation, consent_of_a_delegate, erasure],
    ids=lambda one: one.__name__,
)
def test_a_statement_signed_for_another_site_is_refused_on_every_way_in(client, ann, road, spoilt):
    head = headers(client, ann)
    kind, draft = road(client, ann, head)
    refused = hand_in(client, ann, draft, kind, head, **spoilt)
    assert (refused.status_code, refused.json()["error"]) == (403, "signature_invalid")
    assert hand_in(client, ann, draft, kind, head).status_code == 202


def test_an_origin_that_is_named_is_accepted_and_only_those(ann):
    client = ApiClient(origins=(APP, URI))
    assert enter(client, ann, challenge(client, ann), origin=APP).status_code == 201
    kind, draft = consent(client, ann, headers(client, ann))
    assert hand_in(client, ann, draft, kind, headers(client, ann), origin="https://evil.example").status_code == 403
    assert hand_in(client, ann, draft, kind, headers(client, ann), origin=APP).status_code == 202
    alone = ApiClient(origins=(APP,))
    assert enter(alone, ann, challenge(alone, ann)).status_code == 401


def test_an_assertion_without_its_user_opens_nothing(client, ann):
    assert enter(client, ann, challenge(client, ann), flags=PRESENT).status_code == 403


def test_another_passkey_or_a_message_for_a_wallet_opens_nothing(client, ann):
    assert enter(client, Passkey(URI), challenge(client, ann)).status_code == 401
    sign_in_request = client.http.post("/session/challenges", json={"address": client.fixture.trial.address}).json()
    assert enter(client, ann, sign_in_request).status_code == 401


@pytest.mark.parametrize("form", [{}, {"address": "0x" + "5a" * 20, "passkey": "0x" + "5a" * 64}, {"passkey": "0x5a"}])
def test_a_challenge_is_for_one_signer(client, form):
    assert client.http.post("/session/challenges", json=form).status_code in {400, 422}


def test_nobody_consents_for_a_passkey(client, ann):
    head, other = headers(client, ann), Passkey(URI)
    draft = client.http.post("/consents/drafts", json=client.wish(client.fixture.trial.address), headers=head).json()
    assert hand_in(client, other, draft, Consent, head).status_code == 403
