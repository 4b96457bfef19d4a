"""A further key of a person sees and does what the person does; any other delegate gains nothing by it (ADR 71)."""

from dataclasses import replace

import pytest

from mydata_ledger.ledger import consent as consents
from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.consent import NEVER, Consent, Effect, Grant, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.receipt import ACCESS
from testing.ledger_fixture import NOW, wallet
from testing.sizes import sampled
from testing.stores import open_store
from tests.api.test_wards import LISTS, STRANGER
from tests.api.ward_life import CATEGORIES, SELF_VIEW, WardLife

PHONE, BEN, CARER = wallet(110), wallet(100), wallet(111)
PERSON_ONLY = {
    "get": [
        "/me/statements/consents",
        "/me/statements/records",
        "/me/statements/access",
        "/me/derived-records",
        "/me/inbox",
        "/me/wishes",
        "/me/subscriptions",
        "/me/deliveries",
        "/me/incidents",
        "/me/transfers",
        "/me/retentions",
        "/me/export",
        "/inbox",
        "/delegations",
        "/consents/{entry}/copy",
        "/consents/{entry}/record",
        "/consents/{entry}/receipt",
        "/delegations/{entry}/copy",
        "/records/{position}/copy",
        "/receipts/{position}",
        "/receipts/{position}/record",
        "/me/records/{record_id}/readers",
        "/me/records/{record_id}/answer",
        "/me/erasures/{record_id}/certificate",
    ],
    "put": ["/me/wishes"],
    "post": ["/me/subscriptions", "/me/transfers/drafts"],
    "delete": ["/me/links/{name}", "/me/subscriptions/{subscription_id}"],
}
REFUSED = "this is for the person alone, and for a device that the person named as their own"


@pytest.fixture(params=["memory", "database"])
def life(request, tmp_path):
    return owner(open_store(f"sqlite:///{tmp_path}/ledger.db") if request.param == "database" else None)


def owner(store=None):
    """A person with data of every kind who named their phone as their own device."""
    life = WardLife(store)
    life.names(PHONE, ("*",), relation="own-device")
    life.fixture.anchor()
    return life


def addresses(life):
    """The values in the paths, of things that are there."""
    newest = life.get("/consents", life.ward).json()[-1]["entry"]
    position = life.get("/me/timeline", life.ward).json()["accesses"][0]["position"]
    record = life.get("/records", life.ward).json()[0]
    delegation = life.get("/delegations", life.ward).json()[0]["entry"]
    return {
        "/consents/": {"{entry}": newest},
        "/delegations/": {"{entry}": delegation},
        "/records/": {"{position}": str(record["position"])},
        "/receipts/": {"{position}": str(position)},
        "/me/records/": {"{record_id}": record["record_id"]},
        "/me/erasures/": {"{record_id}": record["record_id"]},
    }


def filled(path, values):
    for start, members in values.items():
        if path.startswith(start):
            for name, value in members.items():
                path = path.replace(name, value)
    return path.replace("{name}", "0x" + "11" * 32).replace("{subscription_id}", "0x" + "11" * 32)


def parameters(path, life):
    if path.endswith("/readers"):
        return {"purpose": "hl7:CLINTRCH"}
    if path.endswith("/answer"):
        return {"requester": life.fixture.trial.address, "purpose": "hl7:CLINTRCH"}
    return {}


def test_every_route_that_is_the_persons_alone_and_takes_for_is_compared_here():
    paths = WardLife().http.get("/openapi.json").json()["paths"]
    found = {
        (method, path)
        for path, methods in paths.items()
        for method, one in methods.items()
        for parameter in one.get("parameters", [])
        if parameter["name"] == "for" and "other device" in parameter.get("description", "")
    }
    listed = {(method, path) for method, all_paths in PERSON_ONLY.items() for path in all_paths}
    assert found == {(m, "/me/statements/{log}" if "/me/statements/" in p else p) for m, p in listed}


def erased(life):
    """The first record is erased, so that it has a certificate."""
    record = life.get("/records", life.ward).json()[0]["record_id"]
    drafts = life.fixture.kernel.records.erasures.draft(life.ward.signer, [bytes.fromhex(record[2:])])
    signed = [(draft.statement, life.fixture.sign(life.ward, draft.statement)) for draft in drafts]
    life.fixture.kernel.records.erasures.accept(signed)
    life.fixture.anchor()


def test_an_own_device_gets_what_the_person_gets(life):
    values = addresses(life)
    erased(life)
    life.fixture.kernel.log_consumer.consume()
    compared = 0
    for path in PERSON_ONLY["get"]:
        address, query = filled(path, values), parameters(path, life)
        if path in {"/me/export"}:
            continue
        if path == "/me/statements/access":
            query |= {"limit": 20}
        own = life.get(address, life.ward, **query)
        theirs = life.get(address, PHONE, life.ward, **query)
        assert own.status_code == theirs.status_code == 200, (path, own.text[:200], theirs.text[:200])
        same = {"consents_size", "records_size", "block", "at"}
        if isinstance(own.json(), dict) and same <= own.json().keys():
            assert own.json()["reason"] == theirs.json()["reason"]
        else:
            assert own.json() == theirs.json(), path
        compared += bool(own.json())
    assert compared > 15
    for path in LISTS:
        assert life.get(path, PHONE, life.ward).json() == life.get(path, life.ward).json(), path
    download = life.get("/me/export", PHONE, life.ward)
    assert (download.status_code, download.content[:2]) == (200, b"PK")


def test_it_writes_what_the_person_writes(life):
    named = {"for": "0x" + life.ward.signer.hex()}
    session = life.client.as_(PHONE)
    wishes = {"wishes": [{"kind": "never", "purpose": "hl7:HMARKT", "category": "*", "topics": []}], "validity": {}}
    assert life.http.put("/me/wishes", params=named, json=wishes, headers=session).status_code == 200
    assert life.get("/me/wishes", life.ward).json() == wishes
    form = {"channel": "webhook", "address": "https://example.org/hook"}
    made = life.post("/me/subscriptions", PHONE, form, life.ward)
    assert made.status_code == 201, made.text
    (subscription,) = life.get("/me/subscriptions", life.ward).json()
    end = f"/me/subscriptions/{subscription['subscription_id']}"
    assert life.http.delete(end, params=named, headers=session).status_code == 204
    assert life.get("/me/subscriptions", life.ward).json() == []
    link = life.get("/me/links", life.ward).json()[0]
    assert life.http.delete(f"/me/links/{link['name']}", params=named, headers=session).status_code == 204
    assert [one["live"] for one in life.get("/me/links", life.ward).json() if one["name"] == link["name"]] == [False]


def test_it_reads_every_record_also_what_is_forbidden_to_everybody(life):
    check_reading(life)


def check_reading(life):
    every = tuple(sorted(consents.ACTIONS))
    life.fixture.says("*", [Grant(Effect.FORBID, ("*",), ("*",), every, 0, NEVER)])
    life.names(BEN, ("*",))
    life.fixture.anchor()
    key = "0x" + envelope.generate_reader_key().public.hex()
    for record, category in life.records.items():
        form = {"category": category, "purpose": SELF_VIEW, "reader_key": key}
        path = f"/access/records/0x{record.hex()}"
        assert [life.post(path, who, form).status_code for who in (life.ward, PHONE, BEN)] == [200, 200, 404]
        assert life.post(path, PHONE, form | {"purpose": "hl7:CLINTRCH"}).status_code == 404
    form = {"data_subject": "0x" + life.ward.signer.hex(), "purpose": SELF_VIEW}
    assert len(life.post("/access/persons", PHONE, form).json()) == len(CATEGORIES)
    assert life.post("/access/persons", BEN, form).json() == []


def signs(life, who, form, kind=Consent, path="/consents"):
    draft = life.post(f"{path}/drafts", who, form, life.ward)
    if draft.status_code != 200:
        return draft.status_code
    typed = draft.json()["typed_data"]
    assert typed["message"]["signer"] == "0x" + who.signer.hex()
    return life.post(path, who, life.client.signed(who, kind, typed)).status_code


def test_it_signs_what_another_delegate_may_not(life):
    """A delegate only narrows what the person signed; an own device signs as the person, and counts as the person."""
    life.names(CARER, ("*",), relation="carer")
    life.fixture.anchor()
    wider = life.client.wish(life.fixture.trial.address, "health")
    assert signs(life, CARER, wider) == 403
    assert signs(life, PHONE, wider) == 202
    life.fixture.anchor()
    other = life.client.wish(life.fixture.trial.address, "finance")
    assert signs(life, CARER, other) == 403, "what the device signed is the person's own word"
    assert signs(life, PHONE, {"grantee": life.fixture.trial.address}, Revocation, "/revocations") == 202
    assert signs(life, CARER, wider) == 403


def test_its_end_takes_everything_back_at_once(life):
    session, named = life.client.as_(PHONE), {"for": "0x" + life.ward.signer.hex()}
    life.session(PHONE)
    assert signs(life, PHONE, life.client.wish(life.fixture.operator.address)) == 202
    life.fixture.anchor()
    assert life.http.get("/me/inbox", params=named, headers=session).status_code == 200
    logged = life.ends(PHONE)
    ended = life.fixture.kernel.consents.endings.ended_by(logged)
    assert "consent" in {one.kind for one in ended}
    assert life.http.get("/me/inbox", params=named, headers=session).status_code == 401, "its sessions ended"
    again = life.http.get("/me/inbox", params=named, headers=life.client.as_(PHONE))
    assert (again.status_code, again.json()["detail"]) == (403, STRANGER)
    status = {one["grantee"]: one["status"] for one in life.get("/consents", life.ward).json()}
    assert status[life.fixture.operator.address] == "revoked"


def test_it_names_and_ends_no_delegate_but_itself(life):
    life.names(BEN, ("*",))
    life.fixture.anchor()
    form = {"delegate": "0x" + CARER.signer.hex(), "delegate_name": "C", "categories": ["*"], "expires": NOW + 60}
    draft = life.post("/delegations/drafts", PHONE, form | {"data_subject": "0x" + life.ward.signer.hex()})
    signed = life.client.signed(PHONE, Delegation, draft.json()["typed_data"])
    assert life.post("/delegations", PHONE, signed).status_code == 403
    delegations = life.fixture.kernel.consents.delegations
    for delegate, status in ((BEN, 403), (PHONE, 202)):
        end = replace(delegations.draft_end(life.ward.signer, delegate.signer).statement, signer=PHONE.signer)
        typed = life.fixture.kernel.statements.draft(end, ("x",)).typed
        answer = life.post("/revocations", PHONE, life.client.signed(PHONE, Revocation, typed))
        assert answer.status_code == status, answer.text


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"categories": ["health"]}, "covers every category"),
        ({"categories": ["*", "health"]}, "covers every category"),
        ({"relation": "own device"}, "unknown relation"),
        ({"expires": NOW + 11 * 366 * 86_400}, "ten years"),
    ],
)
def test_a_further_key_that_is_half_of_one_is_refused(change, reason):
    life = WardLife()
    form = {"delegate": "0x" + PHONE.signer.hex(), "delegate_name": "My phone", "relation": "own-device"}
    form |= {"categories": ["*"], "expires": NOW + 900} | change
    draft = life.post("/delegations/drafts", life.ward, form)
    answer = life.post("/delegations", life.ward, life.client.signed(life.ward, Delegation, draft.json()["typed_data"]))
    assert (answer.status_code, reason in answer.json()["detail"]) == (422, True), answer.text


@pytest.mark.parametrize(("language", "words"), [("en", "Your other device My"), ("ko", "본인의 다른 기기(My phone)")])
def test_what_is_signed_says_what_the_device_can_do(language, words):
    life = WardLife()
    form = {"delegate": "0x" + PHONE.signer.hex(), "delegate_name": "My phone", "relation": "own-device"}
    form |= {"categories": ["*"], "expires": NOW + 900, "language": language}
    (sentence,) = life.post("/delegations/drafts", life.ward, form).json()["summary"]
    assert words in sentence


@pytest.mark.parametrize("seed", sampled(range(4)))
def test_no_other_delegate_gains_anything(seed):
    """Each route that is the person's alone refuses every other delegate, whatever they cover, and writes nothing."""
    life = owner()
    life.names(CARER, ("*",), relation="carer")
    life.fixture.anchor()
    offices = life.offices(seed, 6)
    values = addresses(life)
    size = life.fixture.store.log.head(ACCESS).size
    for delegate, stands in [(CARER, True), *((one.delegate, one.stands) for one in offices)]:
        for method, paths in PERSON_ONLY.items():
            for path in paths:
                answer = life.http.request(
                    method,
                    filled(path, values),
                    params={"for": "0x" + life.ward.signer.hex()} | parameters(path, life),
                    json=body_of(path, life) if method in {"put", "post"} else None,
                    headers=life.session(delegate),
                )
                reason = REFUSED if stands else STRANGER
                assert (answer.status_code, answer.json()["detail"]) == (403, reason), (path, answer.text)
    assert life.fixture.store.log.head(ACCESS).size == size


def body_of(path, life):
    if path == "/me/wishes":
        return {"wishes": [], "validity": {}}
    if path == "/me/subscriptions":
        return {"channel": "webhook", "address": "https://example.org/hook"}
    terms = {"recipient": life.fixture.trial.address, "categories": ["health.lab"], "purpose": "hl7:CLINTRCH"}
    return terms | {"data_from": 0, "data_until": 0, "retain_until": NOW + 900, "expires": NOW + 900}


def test_what_it_reads_is_the_persons_own_reading_and_gives_no_message(life):
    life.fixture.kernel.log_consumer.consume()
    before = len(life.get("/me/inbox", life.ward).json())
    key = "0x" + envelope.generate_reader_key().public.hex()
    record = next(iter(life.records))
    form = {"category": "health.lab", "purpose": SELF_VIEW, "reader_key": key}
    assert life.post(f"/access/records/0x{record.hex()}", PHONE, form).status_code == 200
    life.get("/records", PHONE, life.ward)
    life.fixture.kernel.log_consumer.consume()
    assert len(life.get("/me/inbox", life.ward).json()) == before
    lines = life.get("/me/timeline", life.ward, order="newest", limit=2).json()["accesses"]
    assert [(one["own"], one["requester_name"]) for one in lines] == [(True, "Ben")] * 2
    newest = life.get("/me/timeline", life.ward, order="newest", own=False, limit=1).json()["accesses"][0]
    assert newest["requester"] != PHONE.address
    assert life.get("/me/overview", PHONE, life.ward).json()["delegates"][0]["relation"] == "own-device"


def test_a_person_complains_of_a_stolen_device_with_another(life):
    life.get("/records", PHONE, life.ward)
    position = life.fixture.store.log.head(ACCESS).size - 1
    made = life.post("/me/complaints", PHONE, {"position": position, "reason": "not me"}, life.ward)
    assert (made.status_code, "by" in made.json()["said"]) == (201, False)
    assert position in {one["said"]["position"] for one in life.get("/me/complaints", PHONE, life.ward).json()}


def test_a_grant_that_a_device_signed_is_shown_with_its_name(life):
    assert signs(life, PHONE, life.client.wish(life.fixture.operator.address)) == 202
    (shown,) = [c for c in life.get("/consents", life.ward).json() if c["grantee"] == life.fixture.operator.address]
    assert (shown["signed_by"]["name"], shown["signed_by"]["relation"]) == ("Ben", "own-device")
