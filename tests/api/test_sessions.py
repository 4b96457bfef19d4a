"""Sessions by ERC-4361: who signed what, for which site, once, and for how long."""

import re
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.api.auth import STATEMENT
from mydata_ledger.api.siwe import SignIn
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.envelope import generate_reader_key, open_sealed, unwrap
from mydata_ledger.ledger.errors import IntegrityFailure, SessionRequired
from mydata_ledger.ledger.receipt import ACCESS
from testing.ledger_fixture import NOW, wallet
from tests.api.api_client import URI, ApiClient

ANN = wallet(1)
TEXT = SignIn("testserver", ANN.address, URI, 31337, "abcdefgh1234", NOW, NOW + 60, 0, "Hello there").text()


@pytest.fixture
def client():
    return ApiClient()


def challenge(client):
    return client.http.post("/session/challenges", json={"address": ANN.address}).json()


def enter(client, message, signer=ANN):
    signature = "0x" + signer.sign_text(message).hex()
    return client.http.post("/sessions", json={"message": message, "signature": signature})


def test_a_signed_challenge_opens_a_session_that_can_be_closed(client):
    session = enter(client, challenge(client)["message"]).json()
    assert session["address"] == ANN.address
    headers = {"Authorization": f"Bearer {session['token']}"}
    assert client.http.get("/consents", headers=headers).status_code == 200
    assert client.http.delete("/sessions", headers=headers).status_code == 204
    assert client.http.get("/consents", headers=headers).status_code == 401


def test_a_challenge_is_spent_by_the_first_use(client):
    message = challenge(client)["message"]
    assert enter(client, message).status_code == 201
    assert enter(client, message).status_code == 401


def test_somebody_else_s_signature_opens_nothing_and_spends_nothing(client):
    message = challenge(client)["message"]
    assert enter(client, message, wallet(2)).status_code == 403
    assert enter(client, message).status_code == 201


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("testserver wants", "evil.example wants"),
        (f"URI: {URI}", "URI: http://evil.example"),
        ("Chain ID: 31337", "Chain ID: 1"),
        ("Nonce: ", "Nonce: 00"),
        ("Version: 1", "Version: 2"),
        ("testserver wants", "https://testserver wants"),
        ("testserver wants", "HTTP://testserver wants"),
        ("testserver wants", "testserver:80 wants"),
        ("testserver wants", "Testserver wants"),
        ("testserver wants", "ann@testserver wants"),
        (f"URI: {URI}", "URI: https://testserver"),
        (f"URI: {URI}", f"URI: {URI}/"),
        (f"URI: {URI}", "URI: http://ann@testserver"),
        ("Chain ID: 31337", "Chain ID: 0x7a69"),
        ("\n", "\r\n"),
        (ANN.address, ANN.address.lower()),
    ],
)
def test_a_message_for_another_site_chain_or_nonce_is_refused(client, old, new):
    answer = enter(client, challenge(client)["message"].replace(old, new))
    assert (answer.status_code, answer.json()["error"]) == (401, "session_required")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "http://" + text,
        lambda text: re.sub(r"\n\n[^\n]+\n\n", "\n\n\n", text),
        lambda text: text + "\nResources:\n- ipfs://bafy/x\n- https://example.com/a?b=c#d",
        lambda text: text + "\nResources:",
        lambda text: text + "\nRequest ID: abc-1\nResources:\n- https://e.x/",
        lambda text: text + "\nNot Before: 2016-01-01T00:00:00Z",
        lambda text: re.sub("\nExpiration Time: .*", "", text),
        lambda text: re.sub(r"Issued At: (.*)Z", r"Issued At: \1.123456789+00:00", text),
        lambda text: text.replace(STATEMENT, "Any other words"),
    ],
)
def test_what_the_erc_lets_a_wallet_write_signs_in(client, change):
    message = challenge(client)["message"]
    assert change(message) != message
    assert enter(client, change(message)).status_code == 201


def test_a_scheme_is_the_site_s_own():
    client = ApiClient(uri="https://ledger.example")
    message = challenge(client)["message"]
    assert enter(client, "http://" + message).status_code == 401
    assert enter(client, "https://" + message).status_code == 201


@pytest.mark.parametrize("seconds", [300, 10_000])
def test_an_old_challenge_is_refused(client, seconds):
    message = challenge(client)["message"]
    client.fixture.clock.passes(seconds)
    assert enter(client, message).status_code == 401


def test_a_session_ends_by_itself(client):
    headers = client.as_(ANN)
    client.fixture.clock.passes(client.fixture.world.bounds.session_seconds)
    assert client.http.get("/consents", headers=headers).status_code == 401


@pytest.mark.parametrize("header", ["Bearer x", "Bearer ", "Basic abc", "Bearer " + "a" * 5_000])
def test_a_made_up_token_opens_nothing(client, header):
    assert client.http.get("/consents", headers={"Authorization": header}).status_code == 401


def test_our_own_message_reads_back():
    statement = SignIn.parse(TEXT)
    assert statement.text() == TEXT
    assert (statement.address, statement.nonce, statement.issued_at, statement.expires) == (
        ANN.address,
        "abcdefgh1234",
        NOW,
        NOW + 60,
    )


@pytest.mark.parametrize(
    "change",
    [
        ("Hello there\n", ""),
        (f"\nExpiration Time: {TEXT.rpartition(' ')[2]}", ""),
        ("Issued At: ", "Issued At: 2020-01-01T00:00:00.123+09:00\nNot Before: "),
        ("\nExpiration Time", "\nRequest ID: \nExpiration Time"),
    ],
    ids=["no statement", "no expiry", "not before, out of order", "request id, out of order"],
)
def test_optional_lines_are_optional_and_in_the_erc_s_order(change):
    text = TEXT.replace(*change)
    if change[1].startswith(("Issued", "\nRequest")):
        with pytest.raises(SessionRequired):
            SignIn.parse(text)
    else:
        assert SignIn.parse(text).nonce == "abcdefgh1234"


@pytest.mark.parametrize(
    "change",
    [
        ("https://a.example/x", "https://a.example/x"),
        (
            TEXT,
            TEXT + "\nNot Before: 2026-01-01T00:00:00Z\nRequest ID: some-id\nResources:\n- ipfs://x\n- https://a.b/c",
        ),
        (TEXT, TEXT + "\nResources:"),
        ("testserver wants", "https://testserver wants"),
        ("testserver wants", "testserver:8080 wants"),
    ],
)
def test_what_the_erc_allows_is_read(change):
    assert SignIn.parse(TEXT.replace(*change)).address == ANN.address


@pytest.mark.parametrize(
    "change",
    [
        (ANN.address, ANN.address.lower()),
        ("Nonce: abcdefgh1234", "Nonce: short"),
        ("Nonce: abcdefgh1234", "Nonce: abcdefgh-1234"),
        ("Hello there", "Hello\nthere"),
        ("Version: 1\n", ""),
        ("Chain ID: 31337", "Chain ID: main"),
        ("Issued At: 2", "Issued At: x"),
        (TEXT, TEXT + "\n"),
        (TEXT, TEXT + "\nResources:\n- not a uri"),
        (TEXT, ""),
        ("-01-15", "-13-45"),
    ],
)
def test_what_the_erc_does_not_allow_is_refused(change):
    with pytest.raises(SessionRequired):
        SignIn.parse(TEXT.replace(*change))


@given(some.text(max_size=300))
def test_any_text_is_read_or_refused(text):
    with pytest.raises(SessionRequired):
        SignIn.parse(text)


@pytest.mark.parametrize("left", [0, 1])
def test_a_message_that_ends_before_its_challenge_ends_by_what_it_says(client, left):
    sign_in_message = SignIn.parse(challenge(client)["message"])
    message = replace(sign_in_message, expires=NOW + 10).text()
    client.fixture.clock.passes(10 - left)
    assert enter(client, message).status_code == (201 if left else 401)


def test_a_message_that_is_to_begin_later_is_refused_until_then(client):
    text = (
        challenge(client)["message"] + f"\nNot Before: {SignIn.parse(TEXT).text().rpartition('Expiration Time: ')[2]}"
    )
    assert enter(client, text).status_code == 401
    client.fixture.clock.passes(60)
    assert enter(client, text).status_code == 201


def test_a_challenge_leaves_nothing_behind_until_it_is_signed(client):
    for _ in range(50):
        challenge(client)
    assert client.fixture.store.sessions._challenges == {}


@pytest.mark.parametrize("change", [lambda n: n[:-1] + ("0" if n[-1] != "0" else "1"), lambda n: "0" * 80, str.upper])
def test_a_nonce_that_we_did_not_give_is_refused(client, change):
    sign_in_message = SignIn.parse(challenge(client)["message"])
    answer = enter(client, replace(sign_in_message, nonce=change(sign_in_message.nonce)).text())
    assert (answer.status_code, answer.json()["error"]) == (401, "session_required")


def test_a_nonce_of_another_ledger_is_refused(client):
    other = ApiClient(world={"gateway": wallet(77)})
    assert enter(client, challenge(other)["message"]).status_code == 401


def keyed(client, signer, key, **changed):
    """A session whose sign-in message names a reader key; `changed` replaces parts of the message before signing."""
    form = {"address": signer.address, "reader_key": "0x" + key.public.hex()}
    message = client.http.post("/session/challenges", json=form).json()["message"]
    for old, new in changed.items():
        message = message.replace(old, new)
    return enter(client, message, signer)


def read(client, headers, record, key=None):
    form = {"category": "health.lab", "purpose": "hl7:CLINTRCH"}
    form |= {"reader_key": "0x" + key.public.hex()} if key else {}
    return client.http.post(f"/access/records/{record}", json=form, headers=headers)


def opens(answer, record, key):
    record_id = bytes.fromhex(record[2:])
    data_key = unwrap(bytes.fromhex(answer["wrapped_key"][2:]), key, record_id)
    return open_sealed(b64decode(answer["sealed"]), data_key, record_id).content


@pytest.fixture
def permitted(client):
    """A record that the trial may read."""
    record, ann = client.issued(), client.fixture.ann
    draft = client.drafted(ann, client.fixture.trial.address)
    client.http.post("/consents", json=client.signed(ann, Consent, draft), headers=client.as_(ann))
    client.fixture.anchor()
    return record


def test_a_party_s_browser_opens_with_the_key_that_its_sign_in_names(client, permitted):
    trial, own = client.fixture.trial, generate_reader_key()
    session = keyed(client, trial, own)
    headers = {"Authorization": f"Bearer {session.json()['token']}"}
    answer = read(client, headers, permitted, own)
    assert answer.status_code == 200
    assert opens(answer.json(), permitted, own) == b'{"resourceType":"Observation"}'
    plain = read(client, client.as_(trial), permitted)
    accredited = client.fixture.reader_keys[trial.address]
    assert opens(plain.json(), permitted, accredited) == b'{"resourceType":"Observation"}'
    receipts = [client.fixture.store.log.statement_at(ACCESS, position).signed.statement for position in range(2)]
    assert replace(receipts[0], request_id=b"") == replace(receipts[1], request_id=b"")


@pytest.mark.parametrize("path", ["/access/records/{}/fields", "/trials/records/{}"])
def test_every_route_that_releases_honours_the_named_key(client, permitted, path):
    own = generate_reader_key()
    headers = {"Authorization": f"Bearer {keyed(client, client.fixture.trial, own).json()['token']}"}
    named, form = "0x" + own.public.hex(), {"category": "health.lab", "purpose": "hl7:CLINTRCH", "pointers": [""]}
    if path.endswith("fields"):
        answer = client.http.post(path.format(permitted), json=form | {"reader_key": named}, headers=headers)
    else:
        answer = client.http.get(path.format(permitted), params={"reader_key": named}, headers=headers)
    assert answer.status_code == 200
    assert opens(answer.json(), permitted, own)


def test_a_key_that_no_sign_in_names_gets_nothing_of_a_party(client, permitted):
    """Who finds a token cannot choose a key: the record is sealed for the accredited key, or refused."""
    trial, stolen = client.fixture.trial, generate_reader_key()
    answer = read(client, client.as_(trial), permitted, stolen)
    with pytest.raises(IntegrityFailure):
        opens(answer.json(), permitted, stolen)
    headers = {"Authorization": f"Bearer {keyed(client, trial, generate_reader_key()).json()['token']}"}
    refused = read(client, headers, permitted, stolen)
    assert (refused.status_code, refused.json()["error"]) == (400, "malformed_input")
    assert "another `reader_key`" in refused.json()["detail"]


def test_the_named_key_cannot_be_changed_in_the_token(client, permitted):
    trial, own, other = client.fixture.trial, generate_reader_key(), generate_reader_key()
    token = keyed(client, trial, own).json()["token"]
    raw = urlsafe_b64decode(token + "==")
    forged = urlsafe_b64encode(raw[:32] + sha256(other.public).digest()).decode().rstrip("=")
    assert read(client, {"Authorization": f"Bearer {forged}"}, permitted, other).status_code == 401


def test_a_message_that_names_the_key_otherwise_opens_no_session(client):
    own, name = generate_reader_key(), "urn:mydata-ledger:reader-key:sha256:"
    for old, new in [
        (name, "urn:mydata-ledger:reader-key:sha512:"),
        (name, "URN:mydata-ledger:reader-key:sha256:"),
        (f"- {name}", f"- {name}{'0' * 64}\n- {name}"),
        (sha256(own.public).hexdigest(), "00"),
    ]:
        answer = keyed(client, ANN, own, **{old: new})
        assert (answer.status_code, answer.json()["error"]) == (401, "session_required"), new
    bad = client.http.post("/session/challenges", json={"address": ANN.address, "reader_key": "0x0102"})
    assert (bad.status_code, bad.json()["error"]) == (400, "malformed_input")
