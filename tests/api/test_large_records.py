"""Records as streams, in and out: limited in size, stored as a whole or not at all, and never whole in memory."""

import base64
import hmac
import os

import anyio
import pytest

from mydata_ledger.api.routes import large_records
from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.commitment.content import record_commitment
from mydata_ledger.ledger.errors import NotFound, StorageFull
from mydata_ledger.ledger.kernel import Bounds
from mydata_ledger.ledger.record import Issue
from testing.ledger_fixture import VITALS, wallet
from tests.api.api_client import ApiClient

SMALL, BOUND = 1_000, 300_000
"""Bytes up to which a record is handed out whole, and bytes that a record may have, in these tests."""
SCAN = os.urandom(200_000)


@pytest.fixture
def client():
    """An app over a kernel with low bounds, so that small records count as large."""
    return ApiClient(bounds=Bounds(record_bytes=SMALL, streamed_bytes=BOUND))


def headers_of(client, **more):
    declared = {"Content-Type": "application/dicom", "Record-Category": "health.lab"}
    declared["Record-Data-Subject"] = "0x" + client.fixture.ann.signer.hex()
    return declared | more


def sent(client, content=SCAN, who=None, **headers):
    who = client.fixture.hospital if who is None else who
    given = {name.replace("_", "-"): text for name, text in headers.items()}
    declared = {**headers_of(client), **given, **client.as_(who)}
    return client.http.post("/records/drafts/stream", content=content, headers=declared)


def issued(client, content=SCAN, **headers):
    (typed,) = sent(client, content, **headers).json()["drafts"]
    signed = client.signed(client.fixture.hospital, Issue, typed)
    form = {"records": [{"message": signed["message"], "signature": signed["signature"]}]}
    done = client.http.post("/records", json=form, headers=client.as_(client.fixture.hospital))
    assert done.status_code == 202, done.text
    client.fixture.anchor()
    return typed["message"]


def requested(client, record_id, who, **more):
    question = {"category": "health.lab", "purpose": "hl7:CLINTRCH", **more}
    return client.http.post(f"/access/records/{record_id}", json=question, headers=client.as_(who))


def leftovers(client):
    """Everything that an upload could leave behind."""
    fixture = client.fixture
    return dict(fixture.payloads.blocks), dict(fixture.world.keys._keys), dict(fixture.store.index._drafts)


def fetched(client, release, who):
    return client.http.get(f"/receipts/{release['receipt']['position']}/sealed", headers=client.as_(who))


def test_a_permitted_reader_fetches_what_the_holder_sent_and_it_is_what_was_signed(client):
    issue, fixture = issued(client), client.fixture
    fixture.consents(fixture.trial, "health.lab")
    fixture.anchor()
    release = requested(client, issue["recordId"], fixture.trial).json()
    assert release["sealed"] is None
    answer = fetched(client, release, fixture.trial)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/octet-stream")
    assert int(answer.headers["content-length"]) == len(answer.content) > len(SCAN)
    whole = {**release, "sealed": base64.b64encode(answer.content).decode()}
    assert client.opened(whole, fixture.trial) == SCAN
    record = bytes.fromhex(issue["recordId"][2:])
    key = envelope.unwrap(bytes.fromhex(release["wrapped_key"][2:]), fixture.reader_keys[fixture.trial.address], record)
    found = envelope.open_sealed(answer.content, key, record)
    assert found.media_type == "application/dicom"
    commitment = record_commitment(SCAN, "application/dicom", found.seed)
    assert hmac.compare_digest(commitment, bytes.fromhex(issue["commitment"][2:]))


def test_a_small_record_that_came_as_a_stream_is_released_whole(client):
    issue = issued(client, b"short")
    client.fixture.consents(client.fixture.trial, "health.lab")
    client.fixture.anchor()
    assert (
        client.opened(requested(client, issue["recordId"], client.fixture.trial).json(), client.fixture.trial)
        == b"short"
    )


def test_the_headers_are_what_is_signed(client):
    more = {
        "Record_Data_From": "100",
        "Record_Data_Until": "200",
        "Record_Category": VITALS,
        "Record_Lock": "0x" + "ab" * 32,
    }
    (typed,) = sent(client, b"", **more).json()["drafts"]
    declared = typed["message"]
    assert (declared["dataFrom"], declared["dataUntil"], declared["category"], declared["lock"]) == (
        100,
        200,
        VITALS,
        "0x" + "ab" * 32,
    )
    assert declared["dataSubject"] == "0x" + client.fixture.ann.signer.hex()


@pytest.mark.parametrize(
    ("headers", "status", "detail"),
    [
        ({"Content_Type": "application/fhir+json"}, 422, "has at most 1000 bytes; hand it in at POST /records/drafts"),
        ({"Content_Type": "application/json; charset=utf-8"}, 422, "JSON is not taken as a stream"),
        ({"Content_Type": "x" * 128}, 400, "media type"),
        ({"Content_Type": "é"}, 400, "media type"),
        ({"Record_Category": "health.nothing"}, 422, "health.nothing"),
        ({"Record_Data_From": "9", "Record_Data_Until": "8"}, 422, "ends before it starts"),
        ({"Record_Data_From": "soon"}, 400, "record-data-from"),
        ({"Record_Data_Subject": "0x1234"}, 400, "record-data-subject"),
        ({"Record_Lock": "0x12"}, 400, "record-lock"),
    ],
)
def test_what_is_wrong_is_refused_with_a_reason_and_nothing_is_kept(client, headers, status, detail):
    before = leftovers(client)
    given = {k: v.encode() for k, v in headers.items()}
    refused = sent(client, b"x", **given)
    assert refused.status_code == status, refused.text
    assert detail in refused.json()["detail"]
    assert leftovers(client) == before


def test_only_an_accredited_holder_sends_records(client):
    before = leftovers(client)
    assert sent(client, who=client.fixture.trial).json()["error"] == "not_entitled"
    assert sent(client, who=wallet(77)).status_code == 403
    assert client.http.post("/records/drafts/stream", content=b"x", headers=headers_of(client)).status_code == 401
    assert leftovers(client) == before


def test_a_record_beyond_the_bound_is_refused_before_it_is_read(client):
    before = leftovers(client)

    declared = {**headers_of(client), **client.as_(client.fixture.hospital), "Content-Length": str(BOUND + 1)}
    status, body = asgi(client, declared, iter([]))
    assert (status, f"a record has at most {BOUND} bytes" in body.decode()) == (413, True)
    refused = sent(client, bytes(BOUND + 1))
    assert (refused.status_code, refused.json()["error"]) == (413, "too_large")
    assert refused.headers["connection"] == "close"
    assert sent(client, bytes(BOUND)).status_code == 201
    assert len(leftovers(client)[2]) == len(before[2]) + 1


@pytest.mark.parametrize(("method", "signed_in"), [("POST", False), ("PUT", True)])
def test_only_a_post_with_a_session_may_have_a_large_body(client, method, signed_in):
    small = ApiClient(max_body=1_000, bounds=Bounds(record_bytes=SMALL, streamed_bytes=BOUND))
    session = small.as_(small.fixture.hospital) if signed_in else {"Authorization": "Bearer x"}
    answer = small.http.request(method, "/records/drafts/stream", content=bytes(1_001), headers=session)
    assert (answer.status_code, answer.headers["connection"]) == (413, "close")
    assert sent(small, bytes(BOUND)).status_code == 201


def test_a_refusal_that_left_the_body_unread_closes_the_connection(client):
    for who in ({}, client.as_(client.fixture.hospital)):
        answer = client.http.put("/records/drafts/stream", content=b"12", headers=who)
        assert (answer.status_code, answer.headers.get("connection")) == (405, "close")
    answer = client.http.post("/records/drafts/stream", content=b"12")
    assert (answer.status_code, answer.headers.get("connection")) == (401, "close")
    assert "connection" not in client.http.get("/consents").headers


@pytest.mark.parametrize("media_type", ["", "a", "a" * 128, "application/x\x7f"])
def test_a_media_type_is_checked_as_the_json_form_does(client, media_type):
    before = leftovers(client)
    refused = sent(client, b"12", Content_Type=media_type)
    assert (refused.status_code, refused.json()["error"]) == (400, "malformed_input")
    assert leftovers(client) == before


def test_a_length_is_required(client):
    refused = sent(client, iter([b"in ", b"chunks"]))
    assert refused.status_code == 400
    assert "`Content-Length` is required" in refused.json()["detail"]


@pytest.mark.parametrize("declared", [len(SCAN) - 1, len(SCAN) + 1])
def test_a_body_of_another_length_than_declared_leaves_nothing(client, declared):
    before = leftovers(client)
    refused = sent(client, iter([SCAN[:150_000], SCAN[150_000:]]), Content_Length=str(declared))
    assert (refused.status_code, refused.json()["error"]) == (400, "malformed_input")
    assert leftovers(client) == before


def test_a_full_disk_leaves_nothing(client, monkeypatch):
    def full(pieces):
        next(iter(pieces))
        raise StorageFull("the payload store's disk is full; nothing was accepted: free some space")

    before = leftovers(client)
    monkeypatch.setattr(client.fixture.payloads, "put_stream", full)
    refused = sent(client)
    assert (refused.status_code, refused.json()["error"]) == (503, "storage_full")
    assert leftovers(client) == before


def test_a_draft_that_cannot_be_remembered_leaves_neither_key_nor_payload(client, monkeypatch):
    def full(_):
        raise StorageFull("the database's disk is full")

    before = leftovers(client)
    monkeypatch.setattr(client.fixture.store.index, "remember_drafts", full)
    assert sent(client).status_code == 503
    assert leftovers(client) == before


def test_a_sender_who_stalls_is_given_up(client, monkeypatch):
    monkeypatch.setattr(large_records, "STALL_SECONDS", 0.05)
    before, declared = (
        leftovers(client),
        {**headers_of(client), **client.as_(client.fixture.hospital), "Content-Length": "10"},
    )
    messages = iter([{"type": "http.request", "body": b"12345", "more_body": True}])
    status, body = asgi(client, declared, messages)
    assert status == 400
    assert b"broke off or stalled" in body
    assert leftovers(client) == before


def test_a_sender_who_is_gone_leaves_nothing(client):
    before, declared = (
        leftovers(client),
        {**headers_of(client), **client.as_(client.fixture.hospital), "Content-Length": "10"},
    )
    messages = iter([{"type": "http.request", "body": b"12345", "more_body": True}, {"type": "http.disconnect"}])
    assert asgi(client, declared, messages)[0] == 400
    assert leftovers(client) == before


def asgi(client, headers, messages):
    """One request, message by message; after the last one the sender is silent."""
    sent_back = []

    async def receive():
        message = next(messages, None)
        if message is None:
            await anyio.sleep_forever()
        return message

    async def send(message):
        sent_back.append(message)

    path = "/records/drafts/stream"
    scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b""}
    scope |= {"headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()], "client": ("127.0.0.1", 1)}
    scope |= {"http_version": "1.1", "scheme": "http", "server": ("testserver", 80), "root_path": ""}
    anyio.run(client.app, scope, receive, send)
    return sent_back[0]["status"], sent_back[1]["body"]


def test_parts_of_a_large_record_are_not_to_be_had(client):
    issue, fixture = issued(client), client.fixture
    fixture.consents(fixture.trial, "health.lab")
    fixture.anchor()
    question = {"category": "health.lab", "purpose": "hl7:CLINTRCH", "pointers": ["/a"]}
    refused = client.http.post(
        f"/access/records/{issue['recordId']}/fields", json=question, headers=client.as_(fixture.trial)
    )
    assert (refused.status_code, refused.json()["error"]) == (422, "invalid_statement")
    assert "only a JSON record has fields" in refused.json()["detail"]


@pytest.mark.parametrize("condition", ["redact:name", "pseudonymise"])
def test_where_a_consent_withholds_parts_a_large_record_is_not_released(client, condition):
    issue, fixture = issued(client), client.fixture
    fixture.consents(fixture.trial, "health.lab", conditions=(condition,))
    fixture.anchor()
    refused = requested(client, issue["recordId"], fixture.trial)
    assert (refused.status_code, refused.json()["error"]) == (422, "invalid_statement")
    assert "the consent withholds parts of this record" in refused.json()["detail"]


def test_only_the_one_it_was_released_to_fetches_it_and_only_while_it_exists(client):
    issue, fixture = issued(client), client.fixture
    refused = requested(client, issue["recordId"], fixture.trial)
    assert refused.status_code == 404
    denied = fixture.store.index.receipts_of(fixture.ann.signer, -1, 9)[-1].position
    assert fetched(client, {"receipt": {"position": denied}}, fixture.trial).status_code == 404
    fixture.consents(fixture.trial, "health.lab")
    fixture.anchor()
    release = requested(client, issue["recordId"], fixture.trial).json()
    for other in (fixture.insurer, fixture.ann, fixture.hospital):
        assert fetched(client, release, other).json() == {"error": "access_denied"}
    assert client.http.get("/receipts/999/sealed", headers=client.as_(fixture.trial)).status_code == 404
    assert fetched(client, release, fixture.trial).status_code == 200
    record = bytes.fromhex(issue["recordId"][2:])
    drafts = fixture.kernel.records.erasures.draft(fixture.ann.signer, [record])
    fixture.kernel.records.erasures.accept(
        [(one.statement, fixture.sign(fixture.ann, one.statement)) for one in drafts]
    )
    assert fetched(client, release, fixture.trial).status_code == 404


def test_i3_a_release_of_before_the_withdrawal_gives_no_sealed_content_after_it(client):
    issue, fixture = issued(client), client.fixture
    fixture.consents(fixture.trial, "health.lab")
    fixture.anchor()
    release = requested(client, issue["recordId"], fixture.trial).json()
    key = "0x" + fixture.reader_keys[fixture.trial.address].public.hex()
    own = requested(client, issue["recordId"], fixture.ann, purpose="mydata:SELF_VIEW", reader_key=key).json()
    large = fixture.kernel.records.large_records
    _, pieces = large.sealed(fixture.trial.address, release["receipt"]["position"])
    fixture.withdraws(fixture.trial)
    with pytest.raises(NotFound):
        next(pieces)
    assert fetched(client, release, fixture.trial).json() == {"error": "access_denied"}
    assert fetched(client, own, fixture.ann).status_code == 200, "the owner's own view rests on no consent"


def test_a_damaged_payload_is_never_given_out_as_whole(client):
    issue, fixture = issued(client), client.fixture
    fixture.consents(fixture.trial, "health.lab")
    fixture.anchor()
    release = requested(client, issue["recordId"], fixture.trial).json()
    fixture.payloads.blocks[issue["cid"]] = b"another"
    assert fetched(client, release, fixture.trial).status_code == 502


def test_no_computation_and_no_link_opens_a_large_record(client):
    issued(client)
    fixture = client.fixture
    fixture.consents(fixture.merchant, "health.lab", purposes=("hl7:HMARKT",), actions=("compute",))
    fixture.anchor()
    assert (
        list(fixture.kernel.decisions.computation.records(fixture.merchant.address, ["health.lab"], "hl7:HMARKT")) == []
    )


def test_a_json_record_above_the_bound_is_refused_with_no_other_way(client):
    record = {"data_subject": "0x" + client.fixture.ann.signer.hex(), "category": "health.lab"}
    record |= {"media_type": "application/json", "content_base64": base64.b64encode(b"1" * (SMALL + 1)).decode()}
    refused = client.http.post(
        "/records/drafts", json={"records": [record]}, headers=client.as_(client.fixture.hospital)
    )
    assert (refused.status_code, refused.json()["error"]) == (413, "too_large")
    record["media_type"] = "application/pdf"
    refused = client.http.post(
        "/records/drafts", json={"records": [record]}, headers=client.as_(client.fixture.hospital)
    )
    assert "/records/drafts/stream" in refused.json()["detail"]
