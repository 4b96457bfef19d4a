"""A hospital binds its own patient number to a person, who sees, disputes and ends that; a wrong record moves."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from mydata_ledger.ledger.errors import LedgerError, SourceUnavailable
from mydata_ledger.ledger.kernel.people.binding_codes import SECONDS, WINDOW, WRONG_CODES
from mydata_ledger.ledger.kernel.work_items import PATIENT_NUMBER
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.record import Erasure, Issue
from testing.ledger_fixture import wallet
from testing.stores import open_store
from tests.api.api_client import ApiClient
from tests.api.test_delegations import BEN, hex_of
from tests.api.test_same_content import OBSERVATIONS, bundle

BEA = wallet(71)
CLINIC = wallet(60)


@pytest.fixture(params=["memory", "database"])
def client(request, tmp_path):
    return client_over(open_store(f"sqlite:///{tmp_path}/ledger.db") if request.param == "database" else None)


def client_over(store):
    client = ApiClient(store)
    fixture = client.fixture
    fixture.directory.append(Party(CLINIC.address, "The clinic", frozenset({"holder"}), b"", 0, 0))
    fixture.store.directory.set_parties(fixture.directory)
    client.heads = {}
    return client


def call(client, who, method, path, form=None, **more):
    if who not in client.heads:
        client.heads[who] = client.as_(who)
    response = client.http.request(method, path, json=form, headers=client.heads[who] | more.get("headers", {}))
    return response.status_code, response.json()


def code_of(client, person=None, holder=None):
    form = {"holder": (holder or client.fixture.hospital).address}
    status, answer = call(client, person or client.fixture.ann, "POST", "/me/bindings/codes", form)
    assert status == 201, answer
    return answer["code"]


def bind(client, number, code, who=None):
    form = {"patient_number": number, "code": code}
    return call(client, who or client.fixture.hospital, "POST", "/bindings", form)


def bound(client, number="P-1", person=None):
    status, answer = bind(client, number, code_of(client, person))
    assert status == 201, answer
    return answer


def issues(client, number, content="eyJhIjoxfQ==", **more):
    record = {"patient_number": number, "category": "health.report", "media_type": "application/json"} | more
    form = {"records": [record | {"content_base64": content}]}
    return call(client, client.fixture.hospital, "POST", "/records/drafts", form)


def events(client, person):
    return sorted(one["event"] for one in call(client, person, "GET", "/me/inbox")[1])


def test_a_code_binds_once_and_both_see_it(client):
    ann, hospital, code = client.fixture.ann, client.fixture.hospital, code_of(client)
    status, made = bind(client, "P-1", code.lower().replace("-", " "))
    assert status == 201
    assert (made["patient_number"], made["how"], made["state"]) == ("P-1", "code", "active")
    assert made["data_subject"] == hex_of(ann)
    assert bind(client, "P-1", code) == (201, made), "the same call gives the same binding"
    assert call(client, ann, "GET", "/me/bindings") == (200, [made])
    assert call(client, hospital, "GET", "/bindings") == (200, [made])
    assert call(client, hospital, "POST", "/bindings/search", {"patient_number": "P-1"}) == (200, made)
    assert (events(client, ann), events(client, hospital)) == (["binding.made"], ["binding.made"])


def test_a_code_is_refused_twice_elsewhere_and_when_it_is_old_or_guessed_with_one_sentence(client):
    code = code_of(client)
    refused = [bind(client, "P-1", code, CLINIC), bind(client, "P-1", "0000-0000"), bind(client, "P-1", "")]
    assert bind(client, "P-1", code)[0] == 201
    refused.append(bind(client, "P-2", code))
    replaced = code_of(client)
    code_of(client)
    refused.append(bind(client, "P-2", replaced))
    old = code_of(client)
    client.fixture.clock.passes(SECONDS)
    refused.append(bind(client, "P-2", old))
    client.fixture.clock.passes(-SECONDS)
    refused.append(bind(client, "P-2", old))
    assert {status for status, _ in refused} == {422, 400}
    details = {answer["detail"] for status, answer in refused if status == 422}
    assert details == {"the code is wrong, too old, used, or for another holder; let the person make a new one"}
    early = code_of(client)
    client.fixture.clock.passes(-301)
    assert bind(client, "P-3", early)[0] == 422, "the clock went back behind the making of the code"
    assert len(call(client, client.fixture.ann, "GET", "/me/bindings")[1]) == 1


def test_wrong_codes_are_bounded_for_one_holder_also_at_once(client):
    bindings, hospital = client.fixture.kernel.people.bindings, client.fixture.hospital.address

    def guess(number):
        try:
            bindings.bind(hospital, "P-9", f"0000-{number:04}")
        except LedgerError as error:
            return error.code
        return "bound"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(40)))
    assert answers.count("invalid_statement") <= WRONG_CODES
    assert "bound" not in answers
    code = code_of(client)
    assert bind(client, "P-9", code)[0] == 429
    assert bind(client, "P-9", code_of(client, BEA, CLINIC), CLINIC)[0] == 201, "another holder is not held up"
    client.fixture.clock.passes(-WINDOW * 2)
    assert bind(client, "P-9", code)[0] == 429, "a clock that goes back opens no window"
    client.fixture.clock.passes(WINDOW * 3)
    assert bind(client, "P-9", code_of(client))[0] == 201
    assert bind(client, "P-8", code_of(client, holder=CLINIC), CLINIC)[0] == 201


def test_one_code_used_by_many_at_once_binds_one_number(client):
    code, bindings = code_of(client), client.fixture.kernel.people.bindings

    def use(number):
        try:
            return bindings.bind(client.fixture.hospital.address, f"P-{number}", code).number
        except LedgerError:
            return None

    with ThreadPoolExecutor(6) as pool:
        numbers = {number for number in pool.map(use, range(6)) if number}
    assert len(numbers) == len(bindings.of_person(client.fixture.ann.signer)) == 1


def test_a_signed_nonce_binds_once(client):
    ann, hospital = client.fixture.ann, client.fixture.hospital
    status, shown = call(client, hospital, "POST", "/bindings/nonces")
    assert status == 201
    assert "The hospital" in shown["text"]
    form = {"patient_number": "P-1", "nonce": shown["nonce"], "signer": hex_of(ann)}
    signed = form | {"signature": "0x" + ann.sign_text(shown["text"]).hex()}
    other = form | {"signature": "0x" + BEA.sign_text(shown["text"]).hex()}
    assert call(client, hospital, "POST", "/bindings", other)[0] == 403
    assert call(client, CLINIC, "POST", "/bindings", signed)[0] == 403
    status, made = call(client, hospital, "POST", "/bindings", signed)
    assert (status, made["how"], made["data_subject"]) == (201, "signature", hex_of(ann))
    status, answer = call(client, hospital, "POST", "/bindings", signed | {"patient_number": "P-2"})
    assert (status, answer["detail"]) == (403, "the nonce was used; show a new one")
    late = call(client, hospital, "POST", "/bindings/nonces")[1]
    client.fixture.clock.passes(SECONDS)
    signature = "0x" + ann.sign_text(late["text"]).hex()
    too_late = signed | {"nonce": late["nonce"], "signature": signature}
    assert call(client, hospital, "POST", "/bindings", too_late)[0] == 403
    assert call(client, hospital, "POST", "/bindings", form | {"nonce": "zz"})[0] == 403


def test_a_number_of_two_people_is_refused_until_it_is_free(client):
    hospital, first = client.fixture.hospital, bound(client)
    code = code_of(client, BEA)
    status, answer = bind(client, "P-1", code)
    assert (status, answer["detail"][:48]) == (422, "this patient number is bound to another person; ")
    assert hex_of(client.fixture.ann)[2:] not in json.dumps(answer)
    assert call(client, hospital, "POST", "/bindings/end", {"patient_number": "P-1"})[1]["state"] == "ended"
    status, second = bind(client, "P-1", code)
    assert (status, second["data_subject"]) == (201, hex_of(BEA))
    assert [one["state"] for one in call(client, hospital, "GET", "/bindings")[1]] == ["ended", "active"]
    of_ann = call(client, client.fixture.ann, "GET", "/me/bindings")[1]
    assert [one["binding_id"] for one in of_ann] == [first["binding_id"]]


def test_two_hospitals_know_a_person_by_their_own_numbers(client):
    bound(client, "P-1")
    assert bind(client, "P-1", code_of(client, BEA, CLINIC), CLINIC)[0] == 201
    assert [one["holder"] for one in call(client, BEA, "GET", "/me/bindings")[1]] == [CLINIC.address]
    assert call(client, CLINIC, "POST", "/bindings/search", {"patient_number": "P-7"})[0] == 404


def test_a_disputed_or_ended_number_issues_nothing(client):
    ann, made = client.fixture.ann, bound(client)
    path = f"/me/bindings/{made['binding_id']}"
    status, drafted = issues(client, "P-1")
    assert (status, drafted["drafts"][0]["message"]["dataSubject"]) == (201, hex_of(ann))
    status, disputed = call(client, ann, "POST", path + "/dispute", {"reason": "not my number"})
    assert (status, disputed["state"], disputed["reason"]) == (200, "disputed", "not my number")
    assert issues(client, "P-1")[1]["detail"].startswith("no person is bound to this patient number now")
    assert call(client, ann, "POST", path + "/confirm")[1]["state"] == "active"
    assert issues(client, "P-1")[0] == 201
    assert call(client, BEA, "POST", path + "/end")[0] == 404
    assert call(client, ann, "POST", path + "/end")[1]["state"] == "ended"
    assert call(client, ann, "POST", path + "/end")[0] == 200
    assert call(client, ann, "POST", path + "/confirm")[0] == 422
    assert issues(client, "P-1")[0] == 422
    assert {"binding.disputed", "binding.ended"} <= set(events(client, client.fixture.hospital))


def test_a_disputed_number_may_be_bound_to_the_right_person(client):
    made = bound(client)
    call(client, client.fixture.ann, "POST", f"/me/bindings/{made['binding_id']}/dispute", {})
    assert bound(client, person=BEA)["data_subject"] == hex_of(BEA)
    assert [one["state"] for one in call(client, client.fixture.ann, "GET", "/me/bindings")[1]] == ["ended"]


def test_a_bundle_and_a_stream_go_by_number_too_and_never_by_url(client):
    hospital, ann = client.fixture.hospital, client.fixture.ann
    bound(client)
    head = client.as_(hospital)
    by_number = head | {"Patient-Number": "P-1"}
    drafted = client.http.post("/health/bundles/drafts", content=bundle(*OBSERVATIONS), headers=by_number)
    assert {one["message"]["dataSubject"] for one in drafted.json()["drafts"]} == {hex_of(ann)}
    names = {"Record-Patient-Number": "P-1", "Record-Category": "health.imaging", "Content-Type": "application/dicom"}
    assert client.http.post("/records/drafts/stream", content=b"x", headers=head | names).status_code == 201
    none = client.http.post("/health/bundles/drafts", content=bundle(), headers=head)
    assert none.status_code == 400
    both = client.http.post(f"/health/bundles/drafts?data_subject={hex_of(ann)}", content=bundle(), headers=by_number)
    assert both.status_code == 400
    assert issues(client, "P-1", data_subject=hex_of(ann))[0] == 400
    assert issues(client, "P 1")[0] == 400


def test_only_an_accredited_holder_binds_and_only_who_may_acts_for_a_person(client):
    trial = client.fixture.trial
    assert bind(client, "P-1", "0000-0000", trial)[0] == 403
    assert call(client, trial, "POST", "/bindings/nonces")[0] == 403
    assert call(client, client.fixture.ann, "POST", "/me/bindings/codes", {"holder": trial.address})[0] == 403
    path = f"/me/bindings/codes?for={hex_of(client.fixture.ann)}"
    assert call(client, BEN, "POST", path, {"holder": CLINIC.address})[0] == 403


def test_the_database_names_neither_number_nor_code(client, tmp_path):
    code = code_of(client)
    bind(client, "P-SECRET-77", code)
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("ledger.db*"))
    assert b"P-SECRET-77" not in stored
    assert code.encode() not in stored
    assert code.replace("-", "").encode() not in stored
    assert client.fixture.kernel.people.bindings.codes.forget() == 0
    client.fixture.clock.passes(SECONDS)
    assert client.fixture.kernel.people.bindings.codes.forget() == 1


def wrong_record(client):
    """A record that the hospital issued to Ann, who is the wrong person."""
    bound(client, "P-1")
    bound(client, "P-2", BEA)
    _, drafted = issues(client, "P-1")
    signed = client.signed(client.fixture.hospital, Issue, drafted["drafts"][0])
    form = {"records": [{"message": signed["message"], "signature": signed["signature"]}]}
    return call(client, client.fixture.hospital, "POST", "/records", form)[1]["records"][0]["record_id"]


def reissue_form(client, wrong, number="P-2"):
    record = {"patient_number": number, "category": "health.report", "media_type": "application/json"}
    form = {"record_id": wrong, "record": record | {"content_base64": "eyJhIjoxfQ=="}}
    status, drafts = call(client, client.fixture.hospital, "POST", "/records/reissues/drafts", form)
    if status != 201:
        return status, drafts
    hospital = client.fixture.hospital
    issue = client.signed(hospital, Issue, drafts["issue"])
    return {
        "erasure": client.signed(hospital, Erasure, drafts["erasure"]),
        "issue": {"message": issue["message"], "signature": issue["signature"]},
    }


def test_a_record_of_the_wrong_person_moves_and_both_learn_of_it(client):
    fixture, wrong = client.fixture, wrong_record(client)
    form = reissue_form(client, wrong)
    before = fixture.store.log.head("records").size
    status, done = call(client, fixture.hospital, "POST", "/records/reissues", form)
    assert status == 202, done
    assert call(client, fixture.hospital, "POST", "/records/reissues", form) == (202, done), "it is safe to repeat"
    assert fixture.store.log.head("records").size == before + 2
    assert fixture.store.index.record(bytes.fromhex(wrong[2:])).erased
    moved = fixture.store.index.record(bytes.fromhex(done["record_id"][2:]))
    assert moved.issue.data_subject == BEA.signer
    inboxes = {who: call(client, who, "GET", "/me/inbox")[1] for who in (fixture.ann, BEA)}
    assert {one["event"] for one in inboxes[fixture.ann]} == {"binding.made", "record.withdrawn"}
    assert {one["event"] for one in inboxes[BEA]} == {"binding.made", "record.reissued"}
    for who, other in ((fixture.ann, BEA), (BEA, fixture.ann)):
        assert hex_of(other)[2:] not in json.dumps(inboxes[who])
    assert {one["detail"]["by"] for one in inboxes[fixture.ann]} == {"The hospital"}


def test_a_record_is_reissued_once_and_to_another_person(client):
    wrong = wrong_record(client)
    assert reissue_form(client, wrong, "P-1")[1]["detail"].startswith("the record is this person's already")
    one, two = reissue_form(client, wrong), reissue_form(client, wrong)
    assert call(client, client.fixture.hospital, "POST", "/records/reissues", one)[0] == 202
    status, answer = call(client, client.fixture.hospital, "POST", "/records/reissues", two)
    assert (status, answer["detail"][:36]) == (422, "the record was withdrawn already; it")
    assert reissue_form(client, wrong)[0] == 422
    mixed = {"erasure": one["erasure"], "issue": two["issue"]}
    assert call(client, client.fixture.hospital, "POST", "/records/reissues", mixed)[0] == 422
    assert len([r for r in client.fixture.store.index.records_of(BEA.signer) if not r.erased]) == 1


def test_a_reissue_survives_a_crash_between_its_steps(client, monkeypatch):
    fixture, wrong = client.fixture, wrong_record(client)
    form = reissue_form(client, wrong)

    def down(_):
        raise SourceUnavailable("the keystore is down")

    monkeypatch.setattr(type(fixture.world.keys), "destroy", lambda _, __: down(None))
    assert call(client, fixture.hospital, "POST", "/records/reissues", form)[0] == 503
    monkeypatch.undo()
    assert [r.erased for r in fixture.store.index.records_of(fixture.ann.signer)] == [True]
    assert [r.erased for r in fixture.store.index.records_of(BEA.signer)] == [False]
    assert fixture.kernel.records.erasures.finish() == 1
    assert fixture.kernel.records.reissues.finish() == 1
    assert fixture.kernel.records.reissues.finish() == 0
    assert events(client, fixture.ann)[-1] == "record.withdrawn"
    assert events(client, BEA)[-1] == "record.reissued"
    assert call(client, fixture.hospital, "POST", "/records/reissues", form)[0] == 202


def test_of_two_reissues_of_a_record_the_first_holds_until_it_is_too_old(client, monkeypatch):
    fixture, wrong = client.fixture, wrong_record(client)
    one, two = reissue_form(client, wrong), reissue_form(client, wrong)

    def down(*_, **__):
        raise SourceUnavailable("the log is down")

    monkeypatch.setattr(type(fixture.kernel.records.erasures), "accept", down)
    assert call(client, fixture.hospital, "POST", "/records/reissues", one)[0] == 503
    monkeypatch.undo()
    status, answer = call(client, fixture.hospital, "POST", "/records/reissues", two)
    assert (status, "being issued to another person" in answer["detail"]) == (422, True)
    assert call(client, fixture.hospital, "POST", "/records/reissues", one)[0] == 202
    assert [r.erased for r in fixture.store.index.records_of(BEA.signer)] == [False], "issued once"


def test_another_holder_cannot_move_a_record(client):
    wrong = wrong_record(client)
    form = reissue_form(client, wrong)
    record = {"data_subject": hex_of(BEA), "category": "health.report", "media_type": "text/plain"}
    question = {"record_id": wrong, "record": record | {"content_base64": ""}}
    assert call(client, CLINIC, "POST", "/records/reissues/drafts", question)[0] == 404
    altered = form["issue"] | {"message": form["issue"]["message"] | {"dataSubject": hex_of(CLINIC)}}
    assert call(client, client.fixture.hospital, "POST", "/records/reissues", form | {"issue": altered})[0] == 422
    assert not client.fixture.store.index.record(bytes.fromhex(wrong[2:])).erased


@pytest.mark.parametrize("change", ["end", "dispute"])
def test_a_code_used_again_does_not_undo_what_the_person_did(client, change):
    ann, code = client.fixture.ann, code_of(client)
    made = bind(client, "P-1", code)[1]
    form = {"reason": ""} if change == "dispute" else None
    state = call(client, ann, "POST", f"/me/bindings/{made['binding_id']}/{change}", form)[1]["state"]
    assert bind(client, "P-1", code)[0] == 422
    assert [one["state"] for one in call(client, ann, "GET", "/me/bindings")[1]] == [state]


def test_a_second_code_for_an_active_binding_does_not_revive_it_either(client):
    ann, made = client.fixture.ann, bound(client)
    second = code_of(client)
    assert bind(client, "P-1", second) == (201, made)
    call(client, ann, "POST", f"/me/bindings/{made['binding_id']}/end")
    assert bind(client, "P-1", second)[0] == 422
    assert issues(client, "P-1")[0] == 422


@pytest.mark.parametrize("change", ["end", "dispute"])
def test_a_draft_is_not_signed_after_its_binding_ended_or_was_disputed(client, change):
    ann, hospital, made = client.fixture.ann, client.fixture.hospital, bound(client)
    kept = signed_issues(client, issues(client, "P-1", "eyJhIjoyfQ==")[1])
    before = signed_issues(client, issues(client, "P-1")[1])
    assert call(client, hospital, "POST", "/records", kept)[0] == 202
    client.fixture.clock.passes(5)
    form = {"reason": ""} if change == "dispute" else None
    assert call(client, ann, "POST", f"/me/bindings/{made['binding_id']}/{change}", form)[0] == 200
    status, answer = call(client, hospital, "POST", "/records", before)
    assert (status, "draft the record again" in answer["detail"]) == (422, True)
    assert call(client, hospital, "POST", "/records", kept)[0] == 202, "what is issued is issued"
    client.fixture.clock.passes(5)
    named = issues(client, None, data_subject=hex_of(ann))
    assert call(client, hospital, "POST", "/records", signed_issues(client, named[1]))[0] == 202
    assert call(client, hospital, "POST", "/records", before)[0] == 422


def signed_issues(client, drafted):
    signed = client.signed(client.fixture.hospital, Issue, drafted["drafts"][0])
    return {"records": [{"message": signed["message"], "signature": signed["signature"]}]}


def test_right_codes_do_not_count_as_wrong_ones(client):
    for number in range(WRONG_CODES + 2):
        bound(client, f"P-{number}")


def nonce_of(client, who):
    status, shown = call(client, who, "POST", "/bindings/nonces")
    assert status == 201
    return shown


def bind_signed(client, who, shown, nonce=None):
    ann = client.fixture.ann
    form = {"patient_number": "P-1", "nonce": nonce or shown["nonce"], "signer": hex_of(ann)}
    return call(client, who, "POST", "/bindings", form | {"signature": "0x" + ann.sign_text(shown["text"]).hex()})


def test_a_nonce_is_for_its_holder_alone(client):
    """The text that is signed names the holder, so another one that shows a foreign nonce makes its own text of it."""
    codes, shown = client.fixture.kernel.people.bindings.codes, nonce_of(client, client.fixture.hospital)
    theirs = {"nonce": shown["nonce"], "text": codes.text("The clinic", CLINIC.address, shown["nonce"])}
    assert bind_signed(client, CLINIC, theirs)[0] == 403
    forged = "00" * 16 + shown["nonce"][32:]
    invented = (client.fixture.clock.now() + SECONDS).to_bytes(8, "big").hex() + "ab" * 32
    for nonce in (forged, invented):
        text = codes.text("The hospital", client.fixture.hospital.address, nonce)
        assert bind_signed(client, client.fixture.hospital, {"nonce": nonce, "text": text})[0] == 403
    assert bind_signed(client, client.fixture.hospital, shown)[0] == 201


def test_a_nonce_from_the_future_is_refused(client):
    shown = nonce_of(client, client.fixture.hospital)
    client.fixture.clock.passes(-SECONDS)
    client.heads = {}
    assert bind_signed(client, client.fixture.hospital, shown)[0] == 403
    client.fixture.clock.passes(SECONDS)
    assert bind_signed(client, client.fixture.hospital, shown)[0] == 201


def test_codes_that_ended_are_forgotten_used_or_not(client):
    bound(client)
    code_of(client, BEA)
    codes = client.fixture.kernel.people.bindings.codes
    client.fixture.clock.passes(SECONDS - 1)
    assert codes.forget() == 0
    client.fixture.clock.passes(1)
    assert (codes.forget(), codes.forget()) == (2, 0)


def test_a_code_that_is_read_twice_is_used_once(client):
    codes, holder, code = client.fixture.kernel.people.bindings.codes, client.fixture.hospital.address, code_of(client)
    numbers = b"\x01" * 32, b"\x02" * 32
    first, second = (codes.find(holder, code, number) for number in numbers)
    codes.use(first, numbers[0])
    with pytest.raises(LedgerError):
        codes.use(second, numbers[1])


def test_of_two_that_bind_a_number_at_once_one_does(client):
    """Bea's call reads the number as free; before it goes on, Ann's call binds it."""
    hospital, bindings = client.fixture.hospital.address, client.fixture.kernel.people.bindings
    first, second = code_of(client), code_of(client, BEA)
    items, readings = client.fixture.world.work_items, []
    read = items.item

    def read_then_bind(kind, item_id):
        found = read(kind, item_id)
        if kind == PATIENT_NUMBER:
            readings.append(found)
            if len(readings) == 2:  # the one that `_bind` rests on
                bindings.bind(hospital, "P-1", first)
        return found

    items.item = read_then_bind
    try:
        with pytest.raises(LedgerError):
            bindings.bind(hospital, "P-1", second)
    finally:
        del items.item
    assert [one.person for one in bindings.of_holder(hospital)] == [client.fixture.ann.signer]
    assert bindings.by_number(hospital, "P-1").person == client.fixture.ann.signer


def test_a_draft_counts_again_under_a_new_binding(client):
    ann, hospital, made = client.fixture.ann, client.fixture.hospital, bound(client)
    before = signed_issues(client, issues(client, "P-1")[1])
    call(client, ann, "POST", f"/me/bindings/{made['binding_id']}/end")
    assert call(client, hospital, "POST", "/records", before)[0] == 422
    bound(client)
    assert call(client, hospital, "POST", "/records", before)[0] == 202


def test_what_ended_with_another_holder_stops_no_draft(client):
    ann, hospital = client.fixture.ann, client.fixture.hospital
    theirs = bind(client, "C-1", code_of(client, holder=CLINIC), CLINIC)[1]
    named = signed_issues(client, issues(client, None, data_subject=hex_of(ann))[1])
    assert call(client, ann, "POST", f"/me/bindings/{theirs['binding_id']}/end")[0] == 200
    assert call(client, hospital, "POST", "/records", named)[0] == 202


def test_a_holder_and_a_person_see_their_own_bindings_alone(client):
    mine = bound(client)
    theirs = bind(client, "P-1", code_of(client, BEA, CLINIC), CLINIC)[1]
    for who, path, wanted in (
        (client.fixture.ann, "/me/bindings", [mine]),
        (BEA, "/me/bindings", [theirs]),
        (client.fixture.hospital, "/bindings", [mine]),
        (CLINIC, "/bindings", [theirs]),
    ):
        assert call(client, who, "GET", path) == (200, wanted)
