"""Rules of every route: identical answers for not found and not permitted, one error format, and no route without a
guard.
"""

import pytest
from fastapi.routing import APIRoute

from mydata_ledger.api.errors import STATUS, status_of
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.errors import LedgerError
from mydata_ledger.ledger.receipt import ACCESS
from mydata_ledger.ledger.typed_data import Domain
from testing.ledger_fixture import wallet
from tests.api.api_client import ApiClient

OWN = ("/access/", "/me/")
"""The general question asks the rule itself; under /me a person reads what is theirs, never content."""
ABSENT = "0x" + "ab" * 32
ROUTES = [
    ("/trials/records/{}", "health.lab"),
    ("/claims/records/{}", "health.encounter"),
    ("/claims/records/{}", "health.claim"),
    ("/claims/records/{}", "health.medication"),
    ("/emergency/records/{}", "health.allergy"),
    ("/emergency/records/{}", "health.condition"),
    ("/emergency/records/{}", "health.medication"),
]


@pytest.fixture
def client():
    return ApiClient()


def tree(kind):
    return {kind} | {below for sub in kind.__subclasses__() for below in tree(sub)}


def test_every_error_has_a_status():
    assert set(STATUS) == set(LedgerError.__subclasses__())
    assert all(400 <= status_of(kind.__new__(kind)) < 600 for kind in tree(LedgerError) - {LedgerError})


def test_every_error_code_is_one_word_of_ours():
    codes = {kind.code for kind in tree(LedgerError)}
    assert all(code.replace("_", "").isalpha() and code.islower() for code in codes)


def all_routes(app):
    found = []

    def walk(router):
        for route in router.routes:
            inner = getattr(route, "original_router", None)
            if inner is not None:
                walk(inner)
            elif isinstance(route, APIRoute):
                found.append(route)

    walk(app.router)
    return found


def guarded(dependant):
    doors = ("may_any.", "may_show.")
    return any(getattr(d.call, "__qualname__", "").startswith(doors) or guarded(d) for d in dependant.dependencies)


def test_no_service_reaches_a_record_without_a_guard(client):
    touching = [r for r in all_routes(client.app) if "{record_id}" in r.path and not r.path.startswith(OWN)]
    assert touching, "a check that looked at nothing is not a check"
    assert [r.path for r in touching if not guarded(r.dependant)] == []


def test_every_route_but_the_public_ones_needs_a_session(client):
    public = {"/health", "/session/challenges", "/sessions", "/vocabulary", "/parties", "/parties/{account}"}
    public |= {
        "/notices",
        "/notices/{digest}",
        "/log/{name}/heads",
        "/.well-known/authzen-configuration",
        "/reviews/overdue",
    }
    public |= {"/log/{name}/history", "/log/{name}/proof/inclusion", "/log/{name}/proof/consistency"}
    public |= {f"/log/{{name}}/{path}" for path in ("checkpoint", "checkpoint/cosigned", "cosignatures", "vkey")}
    public |= {"/log/{name}/tile/entries/{place:path}", "/log/{name}/tile/{level}/{place:path}"}
    public |= {"/log/consents/marks", "/shl/{link_id}", "/shl/files/{ticket}", "/shl/{path:path}"}
    found = [route for route in all_routes(client.app) if route.path not in public]
    assert len(found) > 20
    for route in found:
        path = route.path.replace("{record_id}", ABSENT).replace("{entry}", ABSENT).replace("{incident}", ABSENT)
        answer = client.http.request(next(iter(route.methods)), path.replace("{position}", "0"), json={})
        assert (answer.status_code, answer.json()["error"]) == (401, "session_required"), route.path
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("path", "category"), ROUTES)
def test_i7_absent_and_forbidden_look_alike_on_every_route(client, path, category):
    record, as_trial = client.issued(category), client.as_(client.fixture.trial)
    forbidden = client.http.get(path.format(record), headers=as_trial)
    absent = client.http.get(path.format(ABSENT), headers=as_trial)
    assert (forbidden.status_code, forbidden.content) == (404, b'{"error":"access_denied"}')
    assert (absent.status_code, absent.content) == (404, b'{"error":"access_denied"}')
    assert set(forbidden.headers) == set(absent.headers)
    reasons = [client.fixture.store.log.statement_at(ACCESS, i).signed.statement.reason for i in range(2)]
    assert reasons == ["no_consent", "no_record"]


@pytest.mark.parametrize(
    ("category", "is_read"), [("health.encounter", True), ("health.lab", True), ("health.allergy", False)]
)
def test_a_route_of_several_categories_reads_no_other_one_whatever_is_consented(client, category, is_read):
    record, ann, insurer = client.issued(category), client.fixture.ann, client.fixture.insurer
    terms = {"purposes": ["hl7:CLMATTCH"], "categories": ["health"]}
    hand_in(client, client.signed(ann, Consent, client.drafted(ann, insurer.address, **terms)))
    client.fixture.anchor()
    answer = client.http.get(f"/claims/records/{record}", headers=client.as_(insurer))
    receipt = client.fixture.store.log.statement_at(ACCESS, 0).signed.statement
    if is_read:
        assert (answer.status_code, receipt.category, receipt.reason) == (200, category, "consented")
    else:
        assert (answer.status_code, answer.content) == (404, b'{"error":"access_denied"}')
        assert (receipt.category, receipt.reason) == ("health.encounter", "wrong_category")


def test_i7_the_general_route_and_receipts_hide_alike(client):
    record, as_trial = client.issued(), client.as_(client.fixture.trial)
    question = {"category": "health.lab", "purpose": "hl7:CLINTRCH"}
    answers = [
        client.http.post(f"/access/records/{record}", json=question, headers=as_trial),
        client.http.post(f"/access/records/{ABSENT}", json=question, headers=as_trial),
        client.http.get("/receipts/0", headers=as_trial),
        client.http.get("/receipts/99", headers=as_trial),
        client.http.get(f"/consents/{ABSENT}/copy", headers=as_trial),
    ]
    assert {(a.status_code, a.content) for a in answers} == {(404, b'{"error":"access_denied"}')}
    road = client.http.get("/no/such/road", headers=as_trial)
    assert (road.status_code, road.content) == (404, b'{"error":"no_such_route"}'), "which routes there are is public"


def test_the_whole_life_of_a_consent_over_http(client):
    ann, trial = client.fixture.ann, client.fixture.trial
    record, as_ann, as_trial = client.issued(), client.as_(ann), client.as_(trial)
    draft = client.http.post("/consents/drafts", json=client.wish(trial.address), headers=as_ann).json()
    assert "The trial may view: Laboratory results" in draft["summary"][0]
    assert draft["notice"]["text"] == "We show you who reads what."
    form = client.signed(ann, Consent, draft["typed_data"])
    accepted = client.http.post("/consents", json=form, headers=as_ann)
    assert (accepted.status_code, accepted.json()["status"]) == (202, "pending")
    client.fixture.anchor()
    assert client.http.post("/consents", json=form, headers=as_ann).json()["status"] == "active"
    release = client.http.get(f"/trials/records/{record}", headers=as_trial).json()
    assert client.opened(release, trial) == b'{"resourceType":"Observation"}'
    assert client.http.get("/trials/records", headers=as_trial).json() == {"records": [record]}
    revocation = {"grantee": trial.address, "secret": "0x" + "01" * 32}
    typed = client.http.post("/revocations/drafts", json=revocation, headers=as_ann).json()["typed_data"]
    withdrawn = client.http.post("/revocations", json=client.signed(ann, Revocation, typed), headers=as_ann)
    assert withdrawn.json()["status"] == "denies now"
    assert client.http.get(f"/trials/records/{record}", headers=as_trial).status_code == 404
    assert [c["status"] for c in client.http.get("/consents", headers=as_ann).json()] == ["revoked"]


def hand_in(client, form):
    return client.http.post("/consents", json=form, headers=client.as_(client.fixture.ann))


def test_a_wrong_signature_is_refused(client):
    typed = client.drafted(client.fixture.ann, client.fixture.trial.address)
    answer = hand_in(client, client.signed(wallet(66), Consent, typed))
    assert (answer.status_code, answer.json()["error"]) == (403, "signature_invalid")


def test_a_past_window_is_refused(client):
    typed = client.drafted(client.fixture.ann, client.fixture.trial.address, expires=5)
    answer = hand_in(client, client.signed(client.fixture.ann, Consent, typed))
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_statement")
    assert "in the future" in answer.json()["detail"]


def test_a_replayed_older_version_is_stale(client):
    ann, trial = client.fixture.ann, client.fixture.trial
    old = client.signed(ann, Consent, client.drafted(ann, trial.address))
    assert hand_in(client, old).status_code == 202
    assert hand_in(client, client.signed(ann, Consent, client.drafted(ann, trial.address))).status_code == 202
    answer = hand_in(client, old)
    assert (answer.status_code, answer.json()["error"]) == (409, "stale_consent")
    assert "new draft" in answer.json()["detail"]


def test_a_consent_for_another_chain_is_refused_by_name(client):
    typed = client.drafted(client.fixture.ann, client.fixture.trial.address)
    elsewhere = typed | {"domain": typed["domain"] | {"chainId": 1}}
    answer = hand_in(client, client.signed(client.fixture.ann, Consent, elsewhere))
    assert (answer.status_code, answer.json()["error"]) == (403, "wrong_chain")
    assert "chain 31337" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 400),
        ({"message": {}, "signature": "0x"}, 400),
        ({"message": [], "signature": "0x"}, 400),
        ({"message": {}, "signature": "zz"}, 400),
        ({"message": {}, "signature": "0x", "more": 1}, 400),
        ({"message": {}, "signature": "0x" + "00" * 9_000}, 400),
    ],
)
def test_misshapen_forms_get_one_shape_of_refusal(client, form, status):
    answer = hand_in(client, form)
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "detail"}
    assert "zz" not in answer.json()["detail"]


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 50_000, b"\xff", b'{"a":' * 3_000], ids=range(5))
def test_what_is_not_json_is_malformed(client, body):
    headers = client.as_(client.fixture.ann) | {"content-type": "application/json"}
    answer = client.http.post("/consents", content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed_input")


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_beyond_the_bound_is_refused_before_it_is_read(declared):
    client = ApiClient(max_body=1_000)
    body = b"x" * 5_000 if declared else (b"x" * 500 for _ in range(10))
    headers = client.as_(client.fixture.ann) | {"content-type": "application/json"}
    answer = client.http.post("/consents", content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")
    assert "at most 1000 bytes" in answer.json()["detail"]


def test_every_answer_has_its_id_and_the_security_headers(client):
    answer = client.http.get("/health", headers={"X-Request-ID": "abc-1"})
    assert answer.headers["X-Request-ID"] == "abc-1"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    odd = client.http.get("/health", headers={"X-Request-ID": "a b<script>"})
    assert odd.headers["X-Request-ID"] == "a b<script>", "an arbitrary string, as AuthZEN has it; it is no content"


def test_health_names_the_ledger_by_its_instance():
    assert ApiClient(instance="ab" * 16).http.get("/health").json()["instance"] == "ab" * 16


def test_i8_a_silent_chain_is_503_and_health_says_degraded(client):
    record = client.issued()
    client.fixture.clock.passes(client.fixture.world.bounds.chain_silence + 1)
    answer = client.http.get(f"/trials/records/{record}", headers=client.as_(client.fixture.trial))
    assert (answer.status_code, answer.json()["error"]) == (503, "chain_behind")
    health = client.http.get("/health").json()
    assert health["status"] == "degraded"
    assert "has not answered lately" in health["problem"]


def test_i8_a_chain_that_contradicts_the_log_is_503_and_health_still_answers(client):
    client.issued()
    client.fixture.anchor()
    before = client.http.get("/health").json()
    assert (before["status"], before["problem"]) == ("ok", "")
    client.fixture.store.anchoring.distrust("the chain holds another log")
    health = client.http.get("/health").json()
    assert (health["status"], health["problem"]) == ("degraded", "the chain holds another log")
    assert health["logs"] == before["logs"], "the sizes last seen on chain stay known"
    assert health["logs"]["records"]["anchored"] == 1
    assert health["chain"]["followed_at"] == before["chain"]["followed_at"]
    answer = client.http.get(f"/trials/records/{ABSENT}", headers=client.as_(client.fixture.trial))
    assert (answer.status_code, answer.json()["error"]) == (503, "source_unavailable")


def test_a_statement_signed_for_us_names_our_domain(client):
    typed = client.drafted(client.fixture.ann, client.fixture.trial.address)
    ours = client.fixture.world.domains["consents"]
    assert typed["domain"] == Domain(ours.chain_id, ours.contract).describe()


def test_i1_the_person_sees_every_question_and_the_requester_only_permitted_ones(client):
    record, ann, trial = client.issued(), client.fixture.ann, client.fixture.trial
    client.http.get(f"/trials/records/{record}", headers=client.as_(trial))
    assert client.http.get("/receipts", headers=client.as_(trial)).json() == []
    (mine,) = client.http.get("/receipts", headers=client.as_(ann)).json()
    assert (mine["message"]["permitted"], mine["message"]["requester"]) == (False, trial.address)
    proof = client.http.get(f"/receipts/{mine['position']}", headers=client.as_(ann)).json()
    assert (proof["kind"], proof["log"], proof["checkpoint"]) == ("AccessReceipt", "access", None)
    assert proof["message"] == mine["message"]


def test_a_refusal_after_the_session_s_party_expired_is_the_same(client):
    record = client.issued()
    as_trial = client.as_(client.fixture.trial)
    client.fixture.expire(client.fixture.trial)
    assert client.http.get(f"/trials/records/{record}", headers=as_trial).status_code == 404


def test_an_incident_is_no_receipt_of_a_record(client):
    client.fixture.declares(client.fixture.responder)
    for who in (client.fixture.ann, client.fixture.responder):
        assert client.http.get("/receipts/0/record", headers=client.as_(who)).status_code == 404
