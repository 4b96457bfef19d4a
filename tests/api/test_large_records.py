"""Records that come and go as streams: bounded, whole or not at all, and never in one piece in memory."""

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
from tests.api.door import Door

SMALL, BOUND = 1_000, 300_000
"""Bytes up to which a record is handed out whole, and bytes that a record may have, in these tests."""
SCAN = os.urandom(200_000)


@pytest.fixture
def door():
    """A door over a kernel with low bounds; what is large here would be small elsewhere."""
    return Door(bounds=Bounds(record_bytes=SMALL, streamed_bytes=BOUND))


def headers_of(door, **more):
    said = {"Content-Type": "application/dicom", "Record-Category": "health.lab"}
    said["Record-Data-Subject"] = "0x" + door.house.ann.signer.hex()
    return said | more


def sent(door, content=SCAN, who=None, **headers):
    who = door.house.hospital if who is None else who
    given = {name.replace("_", "-"): text for name, text in headers.items()}
    said = {**headers_of(door), **given, **door.as_(who)}
    return door.http.post("/records/drafts/stream", content=content, headers=said)


def issued(door, content=SCAN, **headers):
    (typed,) = sent(door, content, **headers).json()["drafts"]
    signed = door.signed(door.house.hospital, Issue, typed)
    form = {"records": [{"message": signed["message"], "signature": signed["signature"]}]}
    done = door.http.post("/records", json=form, headers=door.as_(door.house.hospital))
    assert done.status_code == 202, done.text
    door.house.anchor()
    return typed["message"]


def asked(door, record_id, who, **more):
    question = {"category": "health.lab", "purpose": "hl7:CLINTRCH", **more}
    return door.http.post(f"/access/records/{record_id}", json=question, headers=door.as_(who))


def kept(door):
    """Everything that an upload may leave behind."""
    house = door.house
    return dict(house.payloads.blocks), dict(house.world.keys._keys), dict(house.store.index._drafts)


def fetched(door, release, who):
    return door.http.get(f"/receipts/{release['receipt']['position']}/sealed", headers=door.as_(who))


def test_a_permitted_reader_fetches_what_the_holder_sent_and_it_is_what_was_signed(door):
    said, house = issued(door), door.house
    house.consents(house.trial, "health.lab")
    house.anchor()
    release = asked(door, said["recordId"], house.trial).json()
    assert release["sealed"] is None
    answer = fetched(door, release, house.trial)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/octet-stream")
    assert int(answer.headers["content-length"]) == len(answer.content) > len(SCAN)
    whole = {**release, "sealed": base64.b64encode(answer.content).decode()}
    assert door.opened(whole, house.trial) == SCAN
    record = bytes.fromhex(said["recordId"][2:])
    key = envelope.unwrap(bytes.fromhex(release["wrapped_key"][2:]), house.reader_keys[house.trial.address], record)
    found = envelope.open_sealed(answer.content, key, record)
    assert found.media_type == "application/dicom"
    commitment = record_commitment(SCAN, "application/dicom", found.seed)
    assert hmac.compare_digest(commitment, bytes.fromhex(said["commitment"][2:]))


def test_a_record_that_came_as_a_stream_and_is_small_is_handed_out_whole(door):
    said = issued(door, b"short")
    door.house.consents(door.house.trial, "health.lab")
    door.house.anchor()
    assert door.opened(asked(door, said["recordId"], door.house.trial).json(), door.house.trial) == b"short"


def test_what_the_headers_say_is_what_is_signed(door):
    more = {
        "Record_Data_From": "100",
        "Record_Data_Until": "200",
        "Record_Category": VITALS,
        "Record_Lock": "0x" + "ab" * 32,
    }
    (typed,) = sent(door, b"", **more).json()["drafts"]
    said = typed["message"]
    assert (said["dataFrom"], said["dataUntil"], said["category"], said["lock"]) == (100, 200, VITALS, "0x" + "ab" * 32)
    assert said["dataSubject"] == "0x" + door.house.ann.signer.hex()


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
def test_what_is_wrong_is_said_and_nothing_is_kept(door, headers, status, detail):
    before = kept(door)
    given = {k: v.encode() for k, v in headers.items()}
    refused = sent(door, b"x", **given)
    assert refused.status_code == status, refused.text
    assert detail in refused.json()["detail"]
    assert kept(door) == before


def test_only_an_accredited_holder_sends_records(door):
    before = kept(door)
    assert sent(door, who=door.house.trial).json()["error"] == "not_entitled"
    assert sent(door, who=wallet(77)).status_code == 403
    assert door.http.post("/records/drafts/stream", content=b"x", headers=headers_of(door)).status_code == 401
    assert kept(door) == before


def test_a_record_beyond_the_bound_is_refused_before_it_is_read(door):
    before = kept(door)

    said = {**headers_of(door), **door.as_(door.house.hospital), "Content-Length": str(BOUND + 1)}
    status, body = asgi(door, said, iter([]))
    assert (status, f"a record has at most {BOUND} bytes" in body.decode()) == (413, True)
    refused = sent(door, bytes(BOUND + 1))
    assert (refused.status_code, refused.json()["error"]) == (413, "too_large")
    assert refused.headers["connection"] == "close"
    assert sent(door, bytes(BOUND)).status_code == 201
    assert len(kept(door)[2]) == len(before[2]) + 1


@pytest.mark.parametrize(("method", "signed_in"), [("POST", False), ("PUT", True)])
def test_only_a_post_with_a_session_may_have_a_large_body(door, method, signed_in):
    small = Door(max_body=1_000, bounds=Bounds(record_bytes=SMALL, streamed_bytes=BOUND))
    session = small.as_(small.house.hospital) if signed_in else {"Authorization": "Bearer x"}
    answer = small.http.request(method, "/records/drafts/stream", content=bytes(1_001), headers=session)
    assert (answer.status_code, answer.headers["connection"]) == (413, "close")
    assert sent(small, bytes(BOUND)).status_code == 201


def test_a_refusal_that_left_the_body_unread_closes_the_connection(door):
    for who in ({}, door.as_(door.house.hospital)):
        answer = door.http.put("/records/drafts/stream", content=b"12", headers=who)
        assert (answer.status_code, answer.headers.get("connection")) == (405, "close")
    answer = door.http.post("/records/drafts/stream", content=b"12")
    assert (answer.status_code, answer.headers.get("connection")) == (401, "close")
    assert "connection" not in door.http.get("/consents").headers


@pytest.mark.parametrize("media_type", ["", "a", "a" * 128, "application/x\x7f"])
def test_a_media_type_is_checked_as_the_json_form_does(door, media_type):
    before = kept(door)
    refused = sent(door, b"12", Content_Type=media_type)
    assert (refused.status_code, refused.json()["error"]) == (400, "malformed_input")
    assert kept(door) == before


def test_a_length_must_be_said(door):
    refused = sent(door, iter([b"in ", b"chunks"]))
    assert refused.status_code == 400
    assert "`Content-Length` is required" in refused.json()["detail"]


@pytest.mark.parametrize("said", [len(SCAN) - 1, len(SCAN) + 1])
def test_a_body_of_another_length_than_was_said_leaves_nothing(door, said):
    before = kept(door)
    refused = sent(door, iter([SCAN[:150_000], SCAN[150_000:]]), Content_Length=str(said))
    assert (refused.status_code, refused.json()["error"]) == (400, "malformed_input")
    assert kept(door) == before


def test_a_full_disk_leaves_nothing(door, monkeypatch):
    def full(pieces):
        next(iter(pieces))
        raise StorageFull("the payload store's disk is full; nothing was accepted: free some space")

    before = kept(door)
    monkeypatch.setattr(door.house.payloads, "put_stream", full)
    refused = sent(door)
    assert (refused.status_code, refused.json()["error"]) == (503, "storage_full")
    assert kept(door) == before


def test_a_draft_that_cannot_be_remembered_leaves_neither_key_nor_payload(door, monkeypatch):
    def full(_):
        raise StorageFull("the database's disk is full")

    before = kept(door)
    monkeypatch.setattr(door.house.store.index, "remember_drafts", full)
    assert sent(door).status_code == 503
    assert kept(door) == before


def test_a_sender_who_stalls_is_given_up(door, monkeypatch):
    monkeypatch.setattr(large_records, "STALL_SECONDS", 0.05)
    before, said = kept(door), {**headers_of(door), **door.as_(door.house.hospital), "Content-Length": "10"}
    messages = iter([{"type": "http.request", "body": b"12345", "more_body": True}])
    status, body = asgi(door, said, messages)
    assert status == 400
    assert b"broke off or stalled" in body
    assert kept(door) == before


def test_a_sender_who_is_gone_leaves_nothing(door):
    before, said = kept(door), {**headers_of(door), **door.as_(door.house.hospital), "Content-Length": "10"}
    messages = iter([{"type": "http.request", "body": b"12345", "more_body": True}, {"type": "http.disconnect"}])
    assert asgi(door, said, messages)[0] == 400
    assert kept(door) == before


def asgi(door, headers, messages):
    """One request, message by message; after the last one the sender says no more."""
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
    anyio.run(door.app, scope, receive, send)
    return sent_back[0]["status"], sent_back[1]["body"]


def test_parts_of_a_large_record_are_not_to_be_had(door):
    said, house = issued(door), door.house
    house.consents(house.trial, "health.lab")
    house.anchor()
    question = {"category": "health.lab", "purpose": "hl7:CLINTRCH", "pointers": ["/a"]}
    refused = door.http.post(f"/access/records/{said['recordId']}/fields", json=question, headers=door.as_(house.trial))
    assert (refused.status_code, refused.json()["error"]) == (422, "invalid_statement")
    assert "only a JSON record has fields" in refused.json()["detail"]


@pytest.mark.parametrize("condition", ["redact:name", "pseudonymise"])
def test_where_a_consent_withholds_parts_a_large_record_is_not_handed_out(door, condition):
    said, house = issued(door), door.house
    house.consents(house.trial, "health.lab", conditions=(condition,))
    house.anchor()
    refused = asked(door, said["recordId"], house.trial)
    assert (refused.status_code, refused.json()["error"]) == (422, "invalid_statement")
    assert "the consent withholds parts of this record" in refused.json()["detail"]


def test_only_the_one_it_was_released_to_fetches_it_and_only_while_it_exists(door):
    said, house = issued(door), door.house
    refused = asked(door, said["recordId"], house.trial)
    assert refused.status_code == 404
    denied = house.store.index.receipts_of(house.ann.signer, -1, 9)[-1].position
    assert fetched(door, {"receipt": {"position": denied}}, house.trial).status_code == 404
    house.consents(house.trial, "health.lab")
    house.anchor()
    release = asked(door, said["recordId"], house.trial).json()
    for other in (house.insurer, house.ann, house.hospital):
        assert fetched(door, release, other).json() == {"error": "access_denied"}
    assert door.http.get("/receipts/999/sealed", headers=door.as_(house.trial)).status_code == 404
    assert fetched(door, release, house.trial).status_code == 200
    record = bytes.fromhex(said["recordId"][2:])
    drafts = house.kernel.records.erasures.draft(house.ann.signer, [record])
    house.kernel.records.erasures.accept([(one.statement, house.sign(house.ann, one.statement)) for one in drafts])
    assert fetched(door, release, house.trial).status_code == 404


def test_i3_a_release_of_before_the_withdrawal_gives_no_sealed_content_after_it(door):
    said, house = issued(door), door.house
    house.consents(house.trial, "health.lab")
    house.anchor()
    release = asked(door, said["recordId"], house.trial).json()
    key = "0x" + house.reader_keys[house.trial.address].public.hex()
    own = asked(door, said["recordId"], house.ann, purpose="mydata:SELF_VIEW", reader_key=key).json()
    large = house.kernel.records.large_records
    _, pieces = large.sealed(house.trial.address, release["receipt"]["position"])
    house.withdraws(house.trial)
    with pytest.raises(NotFound):
        next(pieces)
    assert fetched(door, release, house.trial).json() == {"error": "access_denied"}
    assert fetched(door, own, house.ann).status_code == 200, "the owner's own view rests on no consent"


def test_a_damaged_payload_is_never_given_out_as_whole(door):
    said, house = issued(door), door.house
    house.consents(house.trial, "health.lab")
    house.anchor()
    release = asked(door, said["recordId"], house.trial).json()
    house.payloads.blocks[said["cid"]] = b"another"
    assert fetched(door, release, house.trial).status_code == 502


def test_no_computation_and_no_link_opens_a_large_record(door):
    issued(door)
    house = door.house
    house.consents(house.merchant, "health.lab", purposes=("hl7:HMARKT",), actions=("compute",))
    house.anchor()
    assert list(house.kernel.decisions.computation.records(house.merchant.address, "health.lab", "hl7:HMARKT")) == []


def test_a_json_record_above_the_bound_is_told_that_there_is_no_other_way(door):
    record = {"data_subject": "0x" + door.house.ann.signer.hex(), "category": "health.lab"}
    record |= {"media_type": "application/json", "content_base64": base64.b64encode(b"1" * (SMALL + 1)).decode()}
    refused = door.http.post("/records/drafts", json={"records": [record]}, headers=door.as_(door.house.hospital))
    assert (refused.status_code, refused.json()["error"]) == (413, "too_large")
    record["media_type"] = "application/pdf"
    refused = door.http.post("/records/drafts", json={"records": [record]}, headers=door.as_(door.house.hospital))
    assert "/records/drafts/stream" in refused.json()["detail"]
