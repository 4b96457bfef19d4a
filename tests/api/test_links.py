"""SMART Health Links over HTTP: HL7's rules for payload, manifest, passcode, files and the end of a link."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256

import pytest
from fhir.resources.R4B.bundle import Bundle
from jwcrypto.common import base64url_decode, base64url_encode
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK

from mydata_ledger.ledger.kernel import Kernel, ports_of
from mydata_ledger.ledger.receipt import LOGS
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.replay_evidence import Outcome
from mydata_ledger.services.health.formats.shlink import read_shlink
from testing.ledger_fixture import NOW
from testing.stores import open_store
from tests.api.api_client import ApiClient
from tests.api.test_erasures import erase
from tests.ledger.test_replay import outcomes
from tests.services import ips

PATIENT = b'{"resourceType":"Patient","id":"p","birthDate":"1970-01-01","name":[{"family":"Kim"}]}'
ALLERGY = (
    b'{"resourceType":"AllergyIntolerance","id":"a","patient":{"reference":"Patient/p"},'
    b'"encounter":{"reference":"Encounter/77"},"code":{"text":"Pea<nuts>"}}'
)
LAB = (
    b'{"resourceType":"Observation","id":"o","status":"final","subject":{"reference":"Patient/p"},"code":{"text":"HbA1c"},'
    b'"category":[{"coding":[{"code":"laboratory"}]}],"effectiveDateTime":"2025-01-02","valueQuantity":{"value":6.10}}'
)


def released(client):
    client.records = [
        client.issued("health.identity", PATIENT),
        client.issued("health.allergy", ALLERGY),
        client.issued("health.lab", LAB),
    ]
    client.fixture.anchor()
    return client


@pytest.fixture
def client():
    return released(ApiClient())


def made(client, **wish):
    form = {"label": "For Dr. Lee", "expires": NOW + 3_600} | wish
    answer = client.http.post("/me/links", json=form, headers=client.as_(client.fixture.ann))
    assert answer.status_code == 201, answer.text
    return answer.json()


def path_of(link):
    return read_shlink(link["shlink"]).url.removeprefix("http://testserver")


def manifest(client, link, **requested):
    return client.http.post(path_of(link), json={"recipient": "Dr. Lee"} | requested)


def opened(sealed, link):
    found = JWE()
    found.deserialize(sealed, JWK(kty="oct", k=json.loads(base64url_decode(link["shlink"][8:]))["key"]))
    return found


def timeline(client):
    return client.http.get("/me/timeline?limit=200", headers=client.as_(client.fixture.ann)).json()["accesses"]


def test_the_payload_is_minified_json_with_the_members_the_standard_names(client):
    link = made(client, passcode="4711", long_term=True)
    raw = base64url_decode(link["shlink"].removeprefix("shlink:/"))
    statement = json.loads(raw)
    assert raw == json.dumps(statement, separators=(",", ":")).encode()
    assert statement.keys() == {"url", "key", "exp", "flag", "label", "v"}
    assert (statement["flag"], statement["label"], statement["exp"], statement["v"]) == (
        "LP",
        "For Dr. Lee",
        NOW + 3_600,
        1,
    )
    assert len(statement["key"]) == 43
    assert len(statement["url"]) <= 128
    assert len(base64url_decode(statement["url"].rpartition("/")[2])) == 32
    assert made(client)["shlink"] != made(client)["shlink"]


def test_the_manifest_embeds_a_summary_that_is_valid_fhir_and_complete_in_itself(client):
    link = made(client)
    answer = manifest(client, link, futureMember=1)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    (file,) = answer.json()["files"]
    assert file["contentType"] == "application/fhir+json"
    found = opened(file["embedded"], link)
    assert found.jose_header == {"alg": "dir", "enc": "A256GCM", "cty": "application/fhir+json", "zip": "DEF"}
    Bundle.model_validate_json(found.payload)
    bundle = json.loads(found.payload)
    assert (bundle["type"], bundle["entry"][0]["resource"]["resourceType"]) == ("document", "Composition")
    urls = {one["fullUrl"] for one in bundle["entry"]}
    assert set(references(bundle)) <= urls
    sections = {s["code"]["coding"][0]["code"]: s for s in bundle["entry"][0]["resource"]["section"]}
    assert {"10160-0", "48765-2", "11450-4"} <= sections.keys()
    assert all(("entry" in s) != ("emptyReason" in s) for s in sections.values())
    assert "Pea&lt;nuts&gt;" in sections["48765-2"]["text"]["div"]
    assert "entry" in sections["30954-2"]
    assert b'"value":6.10' in found.payload, "a decimal keeps its precision"


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_only_what_was_chosen_is_shared(client):
    link = made(client, categories=["health.lab"])
    bundle = json.loads(opened(manifest(client, link).json()["files"][0]["embedded"], link).payload)
    kinds = [one["resource"]["resourceType"] for one in bundle["entry"]]
    assert kinds == ["Composition", "Patient", "Organization", "Observation"]
    assert "birthDate" not in bundle["entry"][1]["resource"]


@pytest.mark.parametrize(
    "categories", [["business"], ["finance.account"], ["health.lab", "finance.account"], ["health.claim"], ["*"]]
)
def test_a_link_over_what_a_summary_does_not_show_is_refused_with_a_sentence(client, categories):
    form = {"categories": categories, "label": "tender", "expires": NOW + 3_600}
    answer = client.http.post("/me/links", json=form, headers=client.as_(client.fixture.ann))
    assert answer.status_code == 422
    assert "a health summary shows nothing of" in answer.json()["detail"] or "*" in categories
    assert client.http.get("/me/links", headers=client.as_(client.fixture.ann)).json() == []


def test_a_patient_and_a_problem_of_one_id_are_issued_and_shared(client):
    """A bundle as the hospital hands it in, to the summary that a doctor opens."""
    fixture, shared_id = client.fixture, "5f339d06-b1d0-466b-8578-1dffecfe4f07"
    entries = [
        {
            "resource": {
                "resourceType": "Patient",
                "id": shared_id,
                "name": [{"text": "Ann Test"}],
                "birthDate": "1940-02-03",
            }
        },
        {
            "resource": {
                "resourceType": "Condition",
                "id": shared_id,
                "code": {"text": "Asthma"},
                "subject": {"reference": f"Patient/{shared_id}"},
            }
        },
    ]
    url = "/health/bundles/drafts?data_subject=0x" + fixture.ann.signer.hex()
    body = json.dumps({"resourceType": "Bundle", "entry": entries}).encode()
    drafts = client.http.post(url, content=body, headers=client.as_(fixture.hospital)).json()
    assert drafts["skipped"] == []
    signed = [client.signed(fixture.hospital, Issue, draft) for draft in drafts["drafts"]]
    records = [{"message": one["message"], "signature": one["signature"]} for one in signed]
    client.http.post("/records", json={"records": records}, headers=client.as_(fixture.hospital))
    fixture.anchor()
    link = made(client, categories=["health.identity", "health.condition"])
    found = ips.Document(opened(manifest(client, link).json()["files"][0]["embedded"], link).payload).check()
    assert found.patient["name"] == [{"text": "Ann Test"}]
    assert [one["code"]["text"] for one in found.entries("11450-4")] == ["Asthma"]


def test_a_file_too_long_to_embed_has_an_address_that_lasts_ten_minutes(client):
    link = made(client)
    (file,) = manifest(client, link, embeddedLengthMax=100).json()["files"]
    assert file.keys() == {"contentType", "location"}
    path = file["location"].removeprefix("http://testserver")
    answer = client.http.get(path)
    assert answer.headers["content-type"] == "application/jose"
    assert opened(answer.text, link).payload.startswith(b"{")
    for wrong in (path[:-2] + "AA", "/shl/files/x", "/shl/files/" + "A" * 96):
        assert client.http.get(wrong).status_code == 404
    client.fixture.clock.passes(601)
    assert client.http.get(path).status_code == 404


def test_a_direct_link_is_one_file_by_get(client):
    link = made(client, direct=True)
    answer = client.http.get(path_of(link), params={"recipient": "Dr. Lee"})
    assert answer.headers["content-type"] == "application/jose"
    assert opened(answer.text, link).payload.startswith(b"{")
    assert client.http.get(path_of(link)).status_code == 400
    assert manifest(client, link).status_code == 404
    assert client.http.get(path_of(made(client)), params={"recipient": "x"}).status_code == 404


def test_a_wrong_passcode_counts_over_the_links_whole_life(client):
    link = made(client, passcode="4711")
    assert manifest(client, link).json()["remainingAttempts"] == 10
    for left in (9, 8):
        answer = manifest(client, link, passcode="0000")
        assert (answer.status_code, answer.json()["remainingAttempts"]) == (401, left)
    assert manifest(client, link, passcode="4711").status_code == 200
    for left in range(7, -1, -1):
        assert manifest(client, link, passcode="x").json()["remainingAttempts"] == left
    assert manifest(client, link, passcode="4711").status_code == 404


def test_of_many_guesses_at_once_no_more_are_looked_at_than_remain(tmp_path):
    """Two processes' stores over one database, a hundred guesses in parallel: ten are answered 401, the rest 404."""
    store, other = (open_store(f"sqlite:///{tmp_path / 'ledger.db'}") for _ in range(2))
    try:
        client = released(ApiClient(store))
        link_id = path_of(made(client, passcode="4711")).rpartition("/")[2]
        kernels = [client.fixture.kernel, Kernel.of(replace(client.fixture.world, **ports_of(other)))]
        start = threading.Barrier(20)

        def guess(number):
            start.wait()
            seen = []
            for step in range(5):
                try:
                    kernels[number % 2].people.sharing.open(link_id, "Mallory", f"{number}{step}", direct=False)
                except Exception as error:
                    seen.append(type(error).__name__)
            return seen

        with ThreadPoolExecutor(20) as pool:
            seen = [one for part in pool.map(guess, range(20)) for one in part]
        assert sorted(set(seen)) == ["NotFound", "PasscodeInvalid"]
        assert seen.count("PasscodeInvalid") == 10
    finally:
        store.dispose()
        other.dispose()


def test_unknown_expired_and_ended_links_get_the_same_answer(client):
    ended, short = made(client), made(client, expires=NOW + 5)
    name = ended["link"]["name"]
    assert client.http.delete(f"/me/links/{name}", headers=client.as_(client.fixture.ann)).status_code == 204
    client.fixture.clock.passes(10)
    client.fixture.store.anchoring.touch(client.fixture.clock.now())
    faces = [
        manifest(client, ended),
        manifest(client, short),
        client.http.post("/shl/" + "A" * 43, json={"recipient": "x"}),
    ]
    faces.append(manifest(client, ended, passcode="1"))
    assert {(f.status_code, f.content) for f in faces} == {(404, b'{"error":"access_denied"}')}
    live = {
        one["name"]: one["live"] for one in client.http.get("/me/links", headers=client.as_(client.fixture.ann)).json()
    }
    assert live == {name: False, short["link"]["name"]: False}


def test_i1_every_opening_and_every_wrong_passcode_leaves_a_receipt_and_a_message(client):
    link = made(client, passcode="4711")
    before = len(timeline(client))
    assert before == 3, "one for each record that went into the summary"
    manifest(client, link, passcode="0000")
    manifest(client, link, passcode="4711")
    last = timeline(client)[-1]
    assert last["permitted"]
    assert "by the link `For Dr. Lee`: Dr. Lee (as they say)" in last["text"]
    reported = client.http.get("/me/inbox", headers=client.as_(client.fixture.ann)).json()
    events = [one["event"] for one in (reported["messages"] if isinstance(reported, dict) else reported)]
    assert {"link.opened", "link.passcode_wrong"} <= set(events)
    listed = client.http.get("/me/links", headers=client.as_(client.fixture.ann)).json()[0]
    assert listed["opened"] == 1
    assert listed["last_opened"] >= listed["made_at"] > 0, "a wrong passcode is no opening"


def test_i11_openings_and_wrong_passcodes_are_recomputed_by_somebody_else(client):
    link = made(client, passcode="4711")
    manifest(client, link, passcode="0000")
    manifest(client, link, passcode="4711")
    found = outcomes(client.fixture, path=client.fixture.world.vocabulary.path)
    assert found == [Outcome.SAME] * 3 + [Outcome.SAME, Outcome.SEARCH]


def test_a_long_term_link_is_brought_up_to_date_under_its_own_key_only(client):
    link = made(client, long_term=True, expires=0)
    client.issued(
        "health.condition",
        b'{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/p"},"code":{"text":"Asthma"}}',
    )
    client.fixture.anchor()
    name, key = link["link"]["name"], "0x" + read_shlink(link["shlink"]).key.hex()
    ann = client.as_(client.fixture.ann)
    assert client.http.post(f"/me/links/{name}/refresh", json={"key": "0x" + "11" * 32}, headers=ann).status_code == 422
    stranger = client.as_(client.fixture.trial)
    assert client.http.post(f"/me/links/{name}/refresh", json={"key": key}, headers=stranger).status_code == 404
    assert client.http.post(f"/me/links/{name}/refresh", json={"key": key}, headers=ann).status_code == 200
    assert b"Asthma" in opened(manifest(client, link).json()["files"][0]["embedded"], link).payload


def test_erasing_a_record_ends_the_links_that_show_it(client):
    shows, other = made(client, categories=["health.lab"]), made(client, categories=["health.allergy"])
    _, answer = erase(client, client.fixture.ann, [client.records[2]])
    assert answer.status_code == 202
    assert manifest(client, shows).status_code == 404
    assert manifest(client, other).status_code == 200


def test_guessing_ids_writes_nothing(client):
    link, store = made(client), client.fixture.store
    before = (
        {log: store.log.head(log).size for log in LOGS},
        len(store.work_items.items("message")),
        len(store.work_items.items("link_use")),
    )
    for number in range(300):
        guess = base64url_encode(sha256(b"%d" % number).digest())
        assert client.http.post(f"/shl/{guess}", json={"recipient": "Mallory", "passcode": "1"}).status_code == 404
    assert (
        {log: store.log.head(log).size for log in LOGS},
        len(store.work_items.items("message")),
        len(store.work_items.items("link_use")),
    ) == before
    assert manifest(client, link).status_code == 200


@pytest.mark.parametrize(
    "wish",
    [
        {"expires": 0},
        {"expires": NOW},
        {"direct": True, "passcode": "4711"},
        {"passcode": "1"},
        {"categories": ["nonsense"]},
        {"categories": []},
        {"label": "x" * 81},
    ],
)
def test_a_link_that_makes_no_sense_is_not_made(client, wish):
    form = {"expires": NOW + 60} | wish
    assert client.http.post("/me/links", json=form, headers=client.as_(client.fixture.ann)).status_code in {400, 422}


@pytest.mark.parametrize(
    "requested", [{}, {"recipient": ""}, {"recipient": 7}, {"recipient": "x", "embeddedLengthMax": -1}]
)
def test_a_manifest_request_without_a_name_is_refused(client, requested):
    assert client.http.post(path_of(made(client)), json=requested).status_code in {400, 422}


def test_viewers_in_browsers_may_ask_from_anywhere(client):
    answer = client.http.options(path_of(made(client)))
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-headers"] == "content-type"


def test_i7_links_are_their_makers_only(client):
    link = made(client)["link"]["name"]
    stranger = client.as_(client.fixture.trial)
    assert client.http.get("/me/links", headers=stranger).json() == []
    assert client.http.delete(f"/me/links/{link}", headers=stranger).status_code == 404
