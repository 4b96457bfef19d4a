"""A guardian or another delegate acts for a person by `?for=`: within the delegation, at every moment, and on the
record.
"""

import logging
from functools import cache

import pytest

from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.delegation import majority
from mydata_ledger.ledger.errors import NotFound
from mydata_ledger.ledger.receipt import ACCESS
from mydata_ledger.scripts.serve import CONFIG
from testing.ledger_fixture import NOW, wallet
from testing.sizes import sampled
from testing.stores import open_store
from tests.api.api_client import ApiClient
from tests.api.ward_life import CATEGORIES, SELF_VIEW, WardLife
from tests.ledger.test_delegations import BEN, guardian

LISTS = ["/records", "/health/records", "/health/provenances", "/consents", "/me/requests", "/me/links"]
LISTS += ["/me/complaints"]
PAGED = ["/me/timeline", "/health/audit-events"]
ONES = ["/health/consents/{entry}", "/me/requests/{request_id}/refusal", "/me/requests/{request_id}/drafts"]
DRAFTS = ["/consents/drafts", "/revocations/drafts", "/consents/what-if", "/me/links"]
VERIFICATIONS = "/records/verifications"
"""See `test_verifications`."""
STRANGER = "you do not act for this person now; that takes a delegation which stands"


@pytest.fixture(params=["memory", "database"])
def life(request, tmp_path):
    return WardLife(open_store(f"sqlite:///{tmp_path}/ledger.db") if request.param == "database" else None)


def routes_with_for(client):
    """Every operation whose description takes `for`, but those for own devices alone (`test_own_devices`)."""
    paths = client.http.get("/openapi.json").json()["paths"]
    return {
        path
        for path, methods in paths.items()
        for one in methods.values()
        if any(
            parameter["name"] == "for" and "other device" not in parameter["description"]
            for parameter in one.get("parameters", [])
        )
    }


OWN_TESTS = {
    *(
        f"/me/bindings{end}"
        for end in ("", "/codes", "/{binding_id}/confirm", "/{binding_id}/dispute", "/{binding_id}/end")
    ),
    *("/me/records", "/me/records/drafts", "/me/retentions", "/me/derived-records", "/health/profile"),
    *("/me/overview", "/me/parties/{account}"),
}
"""Routes with `for` whose delegates are tested with the rest of them, in tests/api."""


def test_every_route_that_takes_for_is_compared_here():
    assert routes_with_for(ApiClient()) - OWN_TESTS == {*LISTS, *PAGED, *ONES, *DRAFTS, VERIFICATIONS}


def items(life, path, answer):
    """What an answer shows, each with its categories; of the timeline, what was there before anybody looked."""
    body = answer.json()
    match path:
        case "/records" | "/health/records":
            return {one["record_id"]: [one["category"]] for one in body}
        case "/health/provenances":
            by_id = {"0x" + record.hex(): category for record, category in life.records.items()}
            named = [one["resource"]["target"][0]["identifier"]["value"] for one in body["entry"]]
            return {one: [by_id[one]] for one in named}
        case "/consents":
            return {one["entry"]: categories_of(one["grants"]) for one in body}
        case "/me/requests":
            return {one["request_id"]: categories_of(one["grants"]) for one in body}
        case "/me/links":
            return {one["name"]: [life.links[one["name"]]] for one in body if one["name"] in life.links}
        case "/me/complaints":
            return {one["review_id"]: [one["said"]["category"]] for one in body}
        case "/me/timeline":
            accesses = [one for one in body["accesses"] if one["position"] < life.size]
            return {one["position"]: [one["document"]["message"].get("category", "health")] for one in accesses}
        case "/health/audit-events":
            events = [one["resource"] for one in body["entry"]]
            found = {int(one["id"].removeprefix("access-")): [one["entity"][0]["name"]] for one in events}
            return {position: categories for position, categories in found.items() if position < life.size}


def categories_of(grants):
    return [category for one in grants for category in one["categories"]]


@cache
def shared_life():
    return WardLife()


@pytest.mark.parametrize("seed", sampled(range(4)))
def test_a_wards_guardian_sees_and_no_more(seed):
    """What is answered with `for` is exactly what the person gets themselves and the delegation covers."""
    check_random_offices(seed, 7)


def check_random_offices(seed, count):
    life = WardLife()
    own = {path: items(life, path, life.get(path, life.ward)) for path in [*LISTS, *PAGED]}
    assert all(own.values()), "there is something to see everywhere"
    for office in life.offices(seed, count):
        for path, whole in own.items():
            answer = life.get(path, office.delegate, life.ward)
            if not office.stands:
                assert (answer.status_code, STRANGER in answer.text) == (403, True), (path, office)
                continue
            wanted = {name: categories for name, categories in whole.items() if office.sees(*categories)}
            assert items(life, path, answer) == wanted, (path, office)
        check_reading(life, office)
        check_single_items(life, office, own)
        check_drafts(life, office)
        check_complaints(life, office, own["/me/timeline"])


def check_reading(life, office):
    """The delegate opens exactly the records that the delegation covers, to read and to copy, and for nothing else."""
    key = "0x" + envelope.generate_reader_key().public.hex()
    for record, category in life.records.items():
        for action, purpose in [
            ("view", SELF_VIEW),
            ("copy", SELF_VIEW),
            ("transfer", SELF_VIEW),
            ("view", "hl7:TREAT"),
        ]:
            form = {"category": category, "purpose": purpose, "action": action, "reader_key": key}
            answer = life.post(f"/access/records/0x{record.hex()}", office.delegate, form)
            permitted = purpose == SELF_VIEW and action != "transfer" and office.sees(category)
            assert answer.status_code == (200 if permitted else 404), (category, action, purpose, office)
    form = {"data_subject": "0x" + life.ward.signer.hex(), "purpose": SELF_VIEW}
    found = life.post("/access/persons", office.delegate, form).json()
    wanted = {"0x" + record.hex() for record, category in life.records.items() if office.sees(category)}
    assert {one["record"]["record_id"] for one in found} == wanted
    assert {one["reason"] for one in found} <= {"delegated"}


def check_single_items(life, office, own):
    drafted = 0
    for entry, categories in own["/consents"].items():
        answer = life.get(f"/health/consents/{entry}", office.delegate, life.ward)
        assert answer.status_code == (200 if office.sees(*categories) else 404 if office.stands else 403)
    for request, categories in own["/me/requests"].items():
        form = {"lock": "0x" + "00" * 32, "language": "en"}
        draft = life.post(f"/me/requests/{request}/drafts", office.delegate, form, life.ward)
        refused = 404 if office.stands else 403
        assert draft.status_code in ({200, 403} if office.sees(*categories) else {refused}), (categories, office)
        if draft.status_code == 200:
            drafted += 1
            message = draft.json()["typed_data"]["message"]
            assert office.sees(*categories_of(message["grants"])), "nothing outside is drafted"
            assert message["signer"] == "0x" + office.delegate.signer.hex()
            assert message["dataSubject"] == "0x" + life.ward.signer.hex()
        if not office.sees(*categories):
            refusal = life.post(f"/me/requests/{request}/refusal", office.delegate, {}, life.ward)
            assert refusal.status_code == refused
    assert drafted >= sum(office.sees(category) for category in CATEGORIES[::2]), "those of a party without a consent"


def check_complaints(life, office, timeline):
    """The delegate complains for the ward of the lines that they see; others do not exist for them."""
    for position, categories in timeline.items():
        made = life.post("/me/complaints", office.delegate, {"position": position}, life.ward)
        wanted = 403 if not office.stands else 201 if office.sees(*categories) else 404
        assert made.status_code == wanted, (categories, office)


def check_drafts(life, office):
    """A draft for the ward is the delegate's where the delegation covers all that it adds, drops or ends."""
    present = {one["grantee"]: one for one in life.get("/consents", life.ward).json()}
    for grantee, consent in present.items():
        categories = categories_of(consent["grants"])
        form = life.client.wish(grantee, categories[0])
        covered = office.sees(*categories)
        assert life.post("/consents/drafts", office.delegate, form, life.ward).status_code == (200 if covered else 403)
        what_if = life.post("/consents/what-if", office.delegate, form, life.ward)
        assert what_if.status_code == (200 if covered else 403)
        assert all(office.sees(one["category"]) for one in what_if.json() if covered)
        end = life.post("/revocations/drafts", office.delegate, {"grantee": grantee}, life.ward)
        assert end.status_code == (200 if covered else 403)
    for category in ["health.lab", "health", "health.vitals"]:
        form = {"categories": [category], "expires": NOW + 60, "label": "x"}
        made = life.post("/me/links", office.delegate, form, life.ward)
        assert made.status_code == (201 if office.sees(category) else 403), (category, office)


def test_reads_for_a_ward_name_the_guardian_and_the_ward_who_gets_a_message(life):
    check_receipts(life)


def check_receipts(life):
    guardian(life.fixture_with_court())
    record = next(iter(life.records))
    key = "0x" + envelope.generate_reader_key().public.hex()
    form = {"category": "health.lab", "purpose": SELF_VIEW, "reader_key": key}
    assert life.post(f"/access/records/0x{record.hex()}", BEN, form).status_code == 200
    read = last_receipt(life)
    assert (read.requester, read.data_subject, read.reason) == (BEN.address, life.ward.signer, "delegated")
    life.get("/me/requests", BEN, life.ward)
    looked = last_receipt(life)
    assert (looked.requester, looked.data_subject, looked.reason) == (BEN.address, life.ward.signer, "searched")
    assert (looked.category, looked.purpose, looked.permitted) == ("health", SELF_VIEW, True)
    accesses = life.get("/me/timeline", life.ward, limit=200).json()["accesses"][-2:]
    assert [(one["requester"], one["requester_name"]) for one in accesses] == [(BEN.address, "Ben")] * 2
    life.fixture.kernel.log_consumer.consume()
    used = [one for one in life.get("/me/inbox", life.ward).json() if one["event"] == "data.used"]
    assert used[-1]["detail"] == {"by": "Ben", "category": "health.lab", "for": SELF_VIEW}
    assert used[-1]["subject"] == f"access/{life.fixture.store.log.head(ACCESS).size - 2}"


def last_receipt(life):
    return life.fixture.store.log.statement_at(ACCESS, life.fixture.store.log.head(ACCESS).size - 1).signed.statement


def test_a_link_that_a_guardian_makes_names_the_guardian_as_the_reader(life):
    check_receipts_of_a_link(life)


def check_receipts_of_a_link(life):
    life.names(BEN, ("health",))
    life.fixture.anchor()
    before = life.fixture.store.log.head(ACCESS).size
    form = {"categories": ["health.lab"], "expires": NOW + 60, "label": "x"}
    assert life.post("/me/links", BEN, form, life.ward).status_code == 201
    made = [life.fixture.store.log.statement_at(ACCESS, n).signed.statement for n in range(before, before + 3)]
    assert [(one.requester, one.reason, one.category) for one in made] == [
        (BEN.address, "searched", "health"),
        (BEN.address, "delegated", "health.lab"),
        (BEN.address, "delegated", "health.lab.specimen"),
    ]


def test_a_ward_who_comes_of_age_in_the_middle_of_a_session_is_seen_no_more(life):
    check_coming_of_age(life)


def check_coming_of_age(life):
    of_age = majority("2012-02-29", 19)
    guardian(life.fixture_with_court())
    record = next(iter(life.records))
    wait(life, of_age - NOW - 100)
    session, ward = life.client.as_(BEN), {"for": "0x" + life.ward.signer.hex()}
    form = {
        "category": "health.lab",
        "purpose": SELF_VIEW,
        "reader_key": "0x" + envelope.generate_reader_key().public.hex(),
    }

    def answers():
        seen = life.http.get("/records", params=ward, headers=session)
        opened = life.http.post(f"/access/records/0x{record.hex()}", json=form, headers=session)
        wards = life.http.get("/me/wards", headers=session).json()["wards"]
        return seen.status_code, opened.status_code, len(wards)

    wait(life, 99)
    assert answers() == (200, 200, 1)
    wait(life, 1)
    assert answers() == (403, 404, 0)


def wait(life, seconds):
    life.fixture.clock.passes(seconds)
    life.fixture.store.anchoring.touch(life.fixture.clock.now())


@pytest.mark.parametrize("delegate", [BEN, "trial"], ids=["person", "party"])
def test_a_delegation_that_is_revoked_in_the_middle_of_a_session_shows_nothing_more(life, delegate):
    delegate = life.fixture.trial if delegate == "trial" else delegate
    life.names(delegate, ("health",))
    life.fixture.anchor()
    session, ward = life.client.as_(delegate), {"for": "0x" + life.ward.signer.hex()}
    assert life.http.get("/me/requests", params=ward, headers=session).status_code == 200
    logged = life.ends(delegate)
    life.fixture.kernel.consents.endings.ended_by(logged)
    ended = life.http.get("/me/requests", params=ward, headers=session)
    assert ended.status_code == (401 if delegate is BEN else 403), "the sessions of a person end; a party's go on"
    again = life.http.get("/me/requests", params=ward, headers=life.client.as_(delegate))
    assert (again.status_code, again.json()["detail"]) == (403, STRANGER)


def test_a_download_stops_when_the_delegation_ends_even_in_its_middle(life):
    check_stream_ends(life)


def check_stream_ends(life):
    record, large_records = next(iter(life.records)), life.fixture.kernel.records.large_records
    life.names(BEN, ("health",))
    life.fixture.anchor()
    life.fixture.kernel.decisions.evaluation.ask(life.fixture.asks(BEN, record, "health.lab", SELF_VIEW))
    position = life.fixture.store.log.head(ACCESS).size - 1
    assert b"".join(large_records.sealed(BEN.address, position)[1])
    begun = large_records.sealed(BEN.address, position)[1]
    wait(life, 900)
    assert is_not_found(lambda: next(begun))
    assert is_not_found(lambda: large_records.sealed(BEN.address, position))


def is_not_found(call):
    try:
        call()
    except NotFound:
        return True
    return False


def test_a_stranger_does_not_learn_whether_a_person_exists(life):
    life.names(BEN, ("*",))
    life.fixture.anchor()
    nobody, eve = wallet(200), wallet(201)
    for path in [*LISTS, *PAGED]:
        answers = [life.get(path, eve, one) for one in (life.ward, nobody, BEN)] + [life.get(path, BEN, nobody)]
        assert {(one.status_code, one.content) for one in answers} == {(403, answers[0].content)}
        assert answers[0].json() == {"error": "not_entitled", "detail": STRANGER}
    assert life.fixture.store.log.head(ACCESS).size == life.size, "and nothing is written about anybody"


def test_ones_own_address_is_oneself_and_leaves_no_receipt(life):
    for path in LISTS:
        plain, named = life.get(path, life.ward), life.get(path, life.ward, life.ward)
        assert (plain.status_code, plain.content) == (named.status_code, named.content)
    upper = life.http.get("/records", params={"for": life.ward.address}, headers=life.client.as_(life.ward))
    assert upper.json() == life.get("/records", life.ward).json(), "an address in mixed case is the same address"
    assert life.fixture.store.log.head(ACCESS).size == life.size


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("for=", "0x-hex"),
        ("for=0x", "20 bytes"),
        ("for=0x12", "20 bytes"),
        ("for=0xzz" + "00" * 19, "0x-hex"),
        ("for=ann", "0x-hex"),
        ("for=" + "ab" * 20, "0x-hex"),
        ("for=0x" + "ab" * 4_000, "400"),
        ("for=0x" + "ab" * 20 + "&for=0x" + "ab" * 20, "once"),
        ("for=0x" + "ab" * 20 + "&for=0x" + "cd" * 20, "once"),
        ("%66or=0x" + "ab" * 20 + "&for=0x" + "ab" * 20, "once"),
    ],
)
def test_a_for_that_names_nobody_or_two_is_malformed(query, reason):
    life = shared_life()
    for path in ("/records", "/me/timeline"):
        answer = life.http.get(f"{path}?{query}", headers=life.client.as_(BEN))
        assert (answer.status_code, answer.json()["error"]) == (400, "malformed_input"), answer.text
        assert reason in answer.json()["detail"]


def test_a_form_and_a_query_that_name_different_persons_are_malformed():
    life = shared_life()
    life.names(BEN, ("*",))
    life.fixture.anchor()
    form = life.client.wish(life.fixture.trial.address) | {"data_subject": "0x" + wallet(200).signer.hex()}
    answer = life.post("/consents/drafts", BEN, form, life.ward)
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed_input")
    assert "different persons" in answer.json()["detail"]


def test_routes_that_take_no_for_refuse_it_before_they_answer():
    """A route that ignored it would answer about the caller, or act for them."""
    life, ward = shared_life(), {"for": "0x" + shared_life().ward.signer.hex()}
    session, size = life.client.as_(life.ward), life.fixture.store.log.head(ACCESS).size
    record = next(iter(life.records)).hex()
    form = {"category": "health.lab", "purpose": SELF_VIEW}
    calls = [
        ("GET", "/me/wards", None),
        ("POST", f"/access/records/0x{record}", form),
        ("POST", "/access/persons", form | {"data_subject": ward["for"]}),
        ("POST", "/me/erasures/drafts", {}),
    ]
    for method, path, body in calls:
        answer = life.http.request(method, path, params=ward, json=body, headers=session)
        assert (answer.status_code, answer.json()["error"]) == (400, "malformed_input"), path
        assert "takes no `for`" in answer.json()["detail"]
    assert life.fixture.store.log.head(ACCESS).size == size


def test_no_address_is_logged(caplog):
    life = shared_life()
    with caplog.at_level(logging.DEBUG):
        for who in (life.ward, wallet(201)):
            life.get("/records", who, life.ward)
        life.http.get("/records?for=0x" + life.ward.signer.hex() * 2, headers=life.client.as_(BEN))
    ours = [one.getMessage() for one in caplog.records if one.name.split(".")[0] not in {"httpx", "httpx2"}]
    assert not any(life.ward.signer.hex() in line.lower() for line in ours)
    assert CONFIG.keywords["access_log"] is False, "the server writes no line about a request"


def test_pages_are_full_whatever_is_left_out(life):
    """The length of a page, and whether another follows, do not show what the delegation does not cover."""
    check_pages(life)


def check_pages(life):
    life.names(BEN, ("finance.account",))
    life.fixture.anchor()
    found, after = [], -1
    while after is not None:
        page = life.get("/me/timeline", BEN, life.ward, after=after, limit=2).json()
        assert len(page["accesses"]) == 2 or page["next"] is None
        found += [one["document"]["message"]["category"] for one in page["accesses"]]
        after = page["next"]
    assert set(found) == {"finance.account"}
    assert found.count("finance.account") > 4, "four parties, and the looks of the delegate"
    requests, after = [], ""
    while page := life.get("/me/requests", BEN, life.ward, after=after, limit=1).json():
        requests, after = requests + page, page[-1]["request_id"]
    whole = items(life, "/me/requests", life.get("/me/requests", BEN, life.ward))
    assert [one["request_id"] for one in requests] == list(whole) != []


def test_the_persons_for_whom_one_acts_are_listed_while_the_delegation_stands(life):
    guardian(life.fixture_with_court())
    life.names(wallet(120), ("*",))
    life.fixture.anchor()
    page = life.get("/me/wards", BEN).json()
    (ward,) = page["wards"]
    assert (ward["person"], ward["relation"], ward["categories"]) == (
        "0x" + life.ward.signer.hex(),
        "guardian",
        ["health"],
    )
    assert (ward["expires"], page["next"]) == (majority("2012-02-29", 19), None)
    assert life.get("/me/wards", life.ward).json() == {"wards": [], "next": None}
    first = life.get("/me/wards", BEN, limit=1).json()
    assert life.get("/me/wards", BEN, after=first["next"]).json() == {"wards": [], "next": None}
    life.ends(BEN)
    assert life.get("/me/wards", BEN).json()["wards"] == []


def test_whom_the_ward_forbids_sees_no_record_although_they_are_named():
    """A prohibition is stronger than a delegation, as it is stronger than any permission."""
    life = WardLife()
    life.names(BEN, ("health",))
    life.forbids_everybody("health.lab")
    life.fixture.anchor()
    found = life.post(
        "/access/persons", BEN, {"data_subject": "0x" + life.ward.signer.hex(), "purpose": SELF_VIEW}
    ).json()
    assert {one["record"]["category"] for one in found} == {"health.vitals", "health.identity"}


def test_a_delegate_cannot_take_the_complaint_about_their_own_reading(life):
    """A line is filed once: who reads for the person must not be the one who files it, nor have the last word."""
    life.names(BEN, ("health",))
    eve = wallet(120)
    life.names(eve, ("health",))
    life.fixture.anchor()
    life.get("/records", BEN, life.ward)
    position = life.fixture.store.log.head(ACCESS).size - 1
    own = life.post("/me/complaints", BEN, {"position": position, "reason": "all well"}, life.ward)
    assert (own.status_code, own.json()["error"]) == (403, "not_entitled")
    assert life.post("/me/complaints", eve, {"position": position, "reason": "all well"}, life.ward).status_code == 201
    made = life.post("/me/complaints", life.ward, {"position": position, "reason": "why did he look?"}).json()
    assert (made["said"]["reason"], "by" in made["said"], made["party"]) == ("why did he look?", False, BEN.address)
    again = life.post("/me/complaints", eve, {"position": position, "reason": "all well"}, life.ward).json()
    assert again["said"]["reason"] == "why did he look?"
    seen = {who: life.get("/me/complaints", who, life.ward).json() for who in (BEN, eve, life.ward)}
    assert not [one for one in seen[BEN] if one["party"] == BEN.address], "what is said of him is not for him"
    assert made["review_id"] in {one["review_id"] for one in seen[eve]} & {one["review_id"] for one in seen[life.ward]}
