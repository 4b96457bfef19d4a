"""A person stores their own document under their own signature; everywhere it is shown as self-declared."""

import base64
import json
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.errors import MalformedInput, SignatureInvalid
from mydata_ledger.ledger.kernel import Signers, Upload
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.self_declared import MEDIA_TYPE, Declaration, is_self_declared, open_document
from testing.ledger_fixture import NOW, wallet
from testing.passkeys import VERIFIER, Passkey
from testing.stores import open_store
from tests.api.api_client import ApiClient
from tests.api.test_delegations import BEN, hand_in, hex_of

NOTE = b"I sleep badly."


@pytest.fixture(params=["memory", "database"])
def client(request, tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/ledger.db") if request.param == "database" else None
    return ApiClient(store)


def form(content=NOTE, **more):
    document = "0x" + sha256(content).hexdigest()
    return {"category": "health.report", "media_type": "text/plain", "document": document} | more


def declare(client, who, content=NOTE, *, signer=None, sent=None, query="", **more):
    head, declared = head_of(client, who), form(content, **more)
    draft = client.http.post("/me/records/drafts" + query, json=declared, headers=head)
    if draft.status_code != 201:
        return draft
    signature = "0x" + (signer or who).sign_text(draft.json()["text"]).hex()
    signed = declared | {"declared_at": draft.json()["declared_at"], "signature": signature}
    encoded = base64.b64encode(content if sent is None else sent).decode()
    return client.http.post("/me/records" + query, json=signed | {"content_base64": encoded}, headers=head)


def head_of(client, who):
    if not isinstance(who, Passkey):
        return client.as_(who)
    key = "0x" + who.key.hex()
    message = client.http.post("/session/challenges", json={"passkey": key}).json()["message"]
    signed_in = {"message": message, "signature": "0x" + who.sign_text(message).hex(), "passkey": key}
    return {"Authorization": f"Bearer {client.http.post('/sessions', json=signed_in).json()['token']}"}


def listed(client, who, query=""):
    return client.http.get("/records" + query, headers=client.as_(who)).json()


def opened(client, record_id):
    fixture = client.fixture
    issue = fixture.store.index.record(bytes.fromhex(record_id[2:])).issue
    key = fixture.world.keys._keys[issue.record_id]
    return issue, envelope.open_sealed(fixture.payloads.get(issue.cid), key, issue.record_id)


def test_a_document_is_stored_with_the_signature_of_the_person(client):
    ann, operator = client.fixture.ann, client.fixture.operator
    answer = declare(client, ann)
    assert (answer.status_code, answer.json()["is_new"]) == (202, True)
    hospital = client.issued()
    by_id = {one["record_id"]: one for one in listed(client, ann)}
    assert by_id[answer.json()["record_id"]]["declared_by"] == "self"
    assert by_id[answer.json()["record_id"]]["holder"] == operator.address
    assert by_id[hospital]["declared_by"] == "holder"
    issue, content = opened(client, answer.json()["record_id"])
    assert is_self_declared(issue)
    assert content.media_type == MEDIA_TYPE
    declaration, signature, document = open_document(content.content)
    assert (document, declaration.signer, declaration.category) == (NOTE, ann.signer, "health.report")
    Signers(VERIFIER).verify(ann.signer, declaration.digest, signature)
    with pytest.raises(SignatureInvalid):
        Signers(VERIFIER).verify(ann.signer, replace(declaration, category="health.lab").digest, signature)
    with pytest.raises(MalformedInput):
        open_document(content.content.replace(base64.b64encode(NOTE), base64.b64encode(b"I sleep well!!")))


def test_the_same_document_is_stored_once_and_known_of_a_holder(client):
    ann = client.fixture.ann
    first = declare(client, ann).json()
    again = declare(client, ann).json()
    assert again == {"record_id": first["record_id"], "is_new": False}
    record = {"data_subject": hex_of(ann), "category": "health.report", "media_type": "text/plain"}
    uploads = {"records": [record | {"content_base64": base64.b64encode(NOTE).decode()}]}
    drafts = client.http.post("/records/drafts", json=uploads, headers=client.as_(client.fixture.hospital)).json()
    assert (len(drafts["drafts"]), drafts["duplicates"]) == (1, [])
    signed = client.signed(client.fixture.hospital, Issue, drafts["drafts"][0])
    records = {"records": [{"message": signed["message"], "signature": signed["signature"]}]}
    client.http.post("/records", json=records, headers=client.as_(client.fixture.hospital))
    assert [[one["record_id"] for one in each["same_as"]] for each in listed(client, ann)][1] == [first["record_id"]]


def test_an_altered_document_another_signer_and_an_old_signature_are_refused(client):
    ann = client.fixture.ann
    assert declare(client, ann, sent=b"I sleep well!").status_code == 422
    assert declare(client, ann, signer=BEN).status_code == 403
    assert declare(client, ann, category="health.nonsense").status_code == 422
    assert declare(client, ann, supersedes="0x" + "11" * 32).status_code == 404
    assert declare(client, ann, query=f"?for={hex_of(BEN)}").status_code == 403
    head, declared = client.as_(ann), form()
    draft = client.http.post("/me/records/drafts", json=declared, headers=head).json()
    signed = declared | {"declared_at": draft["declared_at"], "signature": "0x" + ann.sign_text(draft["text"]).hex()}
    client.fixture.clock.passes(3_601)
    late = client.http.post("/me/records", json=signed | {"content_base64": ""}, headers=head)
    assert late.status_code == 422
    assert listed(client, ann) == []


def test_a_delegate_declares_within_the_delegation(client):
    ann, fixture = client.fixture.ann, client.fixture
    terms = {"delegate": hex_of(BEN), "delegate_name": "Ben", "categories": ["health"], "expires": NOW + 9_000}
    draft = client.http.post("/delegations/drafts", json=terms, headers=client.as_(ann)).json()
    assert hand_in(client, ann, Delegation, "/delegations", draft).status_code == 202
    fixture.anchor()
    query = f"?for={hex_of(ann)}"
    answer = declare(client, BEN, query=query)
    assert answer.status_code == 202, answer.text
    assert listed(client, ann)[0]["declared_by"] == "self"
    declaration, _, _ = open_document(opened(client, answer.json()["record_id"])[1].content)
    assert (declaration.data_subject, declaration.signer) == (ann.signer, BEN.signer)
    assert declare(client, BEN, category="insurance.claim", query=query).status_code == 403


def test_the_person_corrects_and_erases_it(client):
    ann, fixture = client.fixture.ann, client.fixture
    first = declare(client, ann).json()["record_id"]
    second = declare(client, ann, b"I sleep well.", supersedes=first).json()["record_id"]
    assert [one["status"] for one in listed(client, ann)] == ["superseded", "pending"]
    (draft,) = fixture.kernel.records.erasures.draft(ann.signer, [bytes.fromhex(second[2:])])
    fixture.kernel.records.erasures.accept([(draft.statement, fixture.sign(ann, draft.statement))])
    assert listed(client, ann)[1]["status"] == "erased"
    foreign = client.issued()
    assert declare(client, wallet(88), supersedes=foreign).status_code == 404
    assert declare(client, ann, b"x", supersedes=foreign).status_code == 404


@pytest.mark.parametrize("conditions", [("pseudonymise",), ("redact:name",), ("mask:name",), ("only:content",)])
def test_what_a_consent_withholds_of_a_declared_document_is_not_released_inside_it(client, conditions):
    ann, trial = client.fixture.ann, client.fixture.trial
    whole = b'{"name":"Kim Ann","pain":3}'
    record = declare(client, ann, whole, category="health.lab", media_type="application/json").json()["record_id"]
    client.fixture.consents(trial, "health.lab", conditions=conditions)
    client.fixture.anchor()
    answer = client.http.get(f"/trials/records/{record}", headers=client.as_(trial))
    assert answer.status_code == 422, answer.text
    assert ann.signer.hex() not in answer.text


def test_a_computation_leaves_a_declared_document_out_where_parts_are_withheld(client):
    ann, trial = client.fixture.ann, client.fixture.trial
    declare(client, ann, b'{"name":"Kim Ann"}', category="health.lab", media_type="application/json")
    client.fixture.consents(trial, "health.lab", actions=("compute",), conditions=("redact:name",))
    client.fixture.anchor()
    found = client.fixture.kernel.decisions.computation.records(trial.address, ["health.lab"], "hl7:CLINTRCH")
    assert list(found) == []


def test_the_timeline_says_which_records_a_person_declared(client):
    ann, trial = client.fixture.ann, client.fixture.trial
    declared = declare(client, ann, category="health.lab").json()["record_id"]
    issued = client.issued()
    client.fixture.consents(trial, "health.lab")
    client.fixture.anchor()
    for record in (declared, issued, "0x" + "11" * 32):
        client.http.get(f"/trials/records/{record}", headers=client.as_(trial))
    accesses = client.http.get("/me/timeline", headers=client.as_(ann)).json()["accesses"]
    assert [one["declared_by"] for one in accesses] == ["self", "holder"]


def test_a_passkey_declares_and_no_other_passkey(client):
    passkey, other = Passkey(), Passkey()
    assert declare(client, passkey, signer=other).status_code == 403
    answer = declare(client, passkey)
    assert answer.status_code == 202, answer.text
    declaration, signature, _ = open_document(opened(client, answer.json()["record_id"])[1].content)
    assert (declaration.data_subject, declaration.signer) == (passkey.signer, passkey.signer)
    client.fixture.world.signers.verify(passkey.signer, declaration.digest, signature)


def test_a_delegate_neither_learns_nor_corrects_what_the_delegation_does_not_cover(client):
    ann, fixture = client.fixture.ann, client.fixture
    hidden = declare(client, ann, category="insurance.claim").json()["record_id"]
    terms = {"delegate": hex_of(BEN), "delegate_name": "Ben", "categories": ["health"], "expires": NOW + 9_000}
    draft = client.http.post("/delegations/drafts", json=terms, headers=client.as_(ann)).json()
    assert hand_in(client, ann, Delegation, "/delegations", draft).status_code == 202
    fixture.anchor()
    query = f"?for={hex_of(ann)}"
    answer = declare(client, BEN, query=query).json()
    assert answer["is_new"], "an equal document in another category is not named"
    assert answer["record_id"] != hidden
    assert declare(client, BEN, b"other", supersedes=hidden, query=query).status_code == 404


def test_a_record_that_the_operator_issued_is_no_declared_document_and_the_reverse(client):
    ann, operator, records = client.fixture.ann, client.fixture.operator, client.fixture.kernel.records
    upload = Upload(ann.signer, "health.report", "text/plain", NOTE)
    (draft,) = records.issues.draft_new(operator.address, [upload]).drafts
    records.issues.accept([(draft.statement, client.fixture.sign(operator, draft.statement))])
    answer = declare(client, ann).json()
    assert answer["is_new"], "what the operator collected is not the person's own word"
    again = records.issues.draft_new(operator.address, [upload])
    assert again.duplicates == {0: draft.statement.record_id}


@pytest.mark.parametrize("broken", [5, None, ["text/plain"], {"a": 1}])
@pytest.mark.parametrize("member", ["media_type", "category", "declared_at", "document"])
def test_a_document_with_members_of_other_types_is_no_declaration(client, member, broken):
    record = declare(client, client.fixture.ann).json()["record_id"]
    value = json.loads(opened(client, record)[1].content)
    value["declaration"][member] = "1" if (member, broken) == ("declared_at", 5) else broken
    with pytest.raises(MalformedInput):
        open_document(json.dumps(value).encode())
    upload = {"data_subject": hex_of(BEN), "category": "health.report", "media_type": MEDIA_TYPE}
    upload["content_base64"] = base64.b64encode(json.dumps(value).encode()).decode()
    sent = client.http.post("/records/drafts", json={"records": [upload]}, headers=client.as_(client.fixture.hospital))
    assert sent.status_code == 201, sent.text


def test_an_empty_document_is_refused(client):
    answer = declare(client, client.fixture.ann, b"")
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_statement")
    assert listed(client, client.fixture.ann) == []


@given(some.lists(some.sampled_from(range(9)), unique=True, min_size=1), some.integers(1, 2**40))
def test_the_signed_text_says_every_member(changed, seconds):
    """Two declarations with one text are equal: whatever is changed shows in what is signed."""
    one = Declaration(b"\1" * 20, b"\1" * 20, "health.report", "text/plain", b"\2" * 32, 0, 0, bytes(32), NOW)
    others = [b"\3" * 20, b"\4" * 20, "health.lab", "text/html", b"\5" * 32]
    others += [seconds, seconds + 1, b"\6" * 32, NOW + seconds]
    names = list(Declaration.__slots__)
    other = replace(one, **{names[number]: others[number] for number in changed})
    assert one.text != other.text
    assert "1970" not in one.text
    assert "00" * 32 not in one.text
