"""SMART Health Links at the door: what HL7's specification says of payload, manifest, passcode, files and ends."""

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

from mydata_ledger.anchors.store import Store
from mydata_ledger.ledger.kernel import Kernel, ports_of
from mydata_ledger.ledger.receipt import LOGS
from mydata_ledger.ledger.replay import Outcome
from mydata_ledger.services.health.formats.shlink import read_shlink
from testing.ledger_fixture import NOW
from tests.api.door import Door
from tests.api.test_erasures import erase
from tests.ledger.test_replay import outcomes

PATIENT = b'{"resourceType":"Patient","id":"p","birthDate":"1970-01-01","name":[{"family":"Kim"}]}'
ALLERGY = (
    b'{"resourceType":"AllergyIntolerance","id":"a","patient":{"reference":"Patient/p"},'
    b'"encounter":{"reference":"Encounter/77"},"code":{"text":"Pea<nuts>"}}'
)
LAB = (
    b'{"resourceType":"Observation","id":"o","status":"final","subject":{"reference":"Patient/p"},"code":{"text":"HbA1c"},'
    b'"category":[{"coding":[{"code":"laboratory"}]}],"effectiveDateTime":"2025-01-02","valueQuantity":{"value":6.10}}'
)


def released(door):
    door.records = [
        door.issued("health.identity", PATIENT),
        door.issued("health.allergy", ALLERGY),
        door.issued("health.lab", LAB),
    ]
    door.house.anchor()
    return door


@pytest.fixture
def door():
    return released(Door())


def made(door, **wish):
    form = {"label": "For Dr. Lee", "expires": NOW + 3_600} | wish
    answer = door.http.post("/me/links", json=form, headers=door.as_(door.house.ann))
    assert answer.status_code == 201, answer.text
    return answer.json()


def path_of(link):
    return read_shlink(link["shlink"]).url.removeprefix("http://testserver")


def manifest(door, link, **asked):
    return door.http.post(path_of(link), json={"recipient": "Dr. Lee"} | asked)


def opened(sealed, link):
    found = JWE()
    found.deserialize(sealed, JWK(kty="oct", k=json.loads(base64url_decode(link["shlink"][8:]))["key"]))
    return found


def timeline(door):
    return door.http.get("/me/timeline?limit=200", headers=door.as_(door.house.ann)).json()["accesses"]


def test_the_payload_is_minified_json_with_the_members_the_standard_names(door):
    link = made(door, passcode="4711", long_term=True)
    raw = base64url_decode(link["shlink"].removeprefix("shlink:/"))
    said = json.loads(raw)
    assert raw == json.dumps(said, separators=(",", ":")).encode()
    assert said.keys() == {"url", "key", "exp", "flag", "label", "v"}
    assert (said["flag"], said["label"], said["exp"], said["v"]) == ("LP", "For Dr. Lee", NOW + 3_600, 1)
    assert len(said["key"]) == 43
    assert len(said["url"]) <= 128
    assert len(base64url_decode(said["url"].rpartition("/")[2])) == 32
    assert made(door)["shlink"] != made(door)["shlink"]


def test_the_manifest_embeds_a_summary_that_is_valid_fhir_and_complete_in_itself(door):
    link = made(door)
    answer = manifest(door, link, futureMember=1)
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


def test_only_what_was_chosen_is_shared(door):
    link = made(door, categories=["health.lab"])
    bundle = json.loads(opened(manifest(door, link).json()["files"][0]["embedded"], link).payload)
    kinds = [one["resource"]["resourceType"] for one in bundle["entry"]]
    assert kinds == ["Composition", "Patient", "Organization", "Observation"]
    assert "birthDate" not in bundle["entry"][1]["resource"]


def test_a_file_too_long_to_embed_has_an_address_that_lasts_ten_minutes(door):
    link = made(door)
    (file,) = manifest(door, link, embeddedLengthMax=100).json()["files"]
    assert file.keys() == {"contentType", "location"}
    path = file["location"].removeprefix("http://testserver")
    answer = door.http.get(path)
    assert answer.headers["content-type"] == "application/jose"
    assert opened(answer.text, link).payload.startswith(b"{")
    for wrong in (path[:-2] + "AA", "/shl/files/x", "/shl/files/" + "A" * 96):
        assert door.http.get(wrong).status_code == 404
    door.house.clock.passes(601)
    assert door.http.get(path).status_code == 404


def test_a_direct_link_is_one_file_by_get(door):
    link = made(door, direct=True)
    answer = door.http.get(path_of(link), params={"recipient": "Dr. Lee"})
    assert answer.headers["content-type"] == "application/jose"
    assert opened(answer.text, link).payload.startswith(b"{")
    assert door.http.get(path_of(link)).status_code == 400
    assert manifest(door, link).status_code == 404
    assert door.http.get(path_of(made(door)), params={"recipient": "x"}).status_code == 404


def test_a_wrong_passcode_counts_over_the_links_whole_life(door):
    link = made(door, passcode="4711")
    assert manifest(door, link).json()["remainingAttempts"] == 10
    for left in (9, 8):
        answer = manifest(door, link, passcode="0000")
        assert (answer.status_code, answer.json()["remainingAttempts"]) == (401, left)
    assert manifest(door, link, passcode="4711").status_code == 200
    for left in range(7, -1, -1):
        assert manifest(door, link, passcode="x").json()["remainingAttempts"] == left
    assert manifest(door, link, passcode="4711").status_code == 404


def test_of_many_guesses_at_once_no_more_are_looked_at_than_remain(tmp_path):
    """Two processes' stores over one database, a hundred guesses in parallel: ten are answered 401, the rest 404."""
    store, other = (Store(f"sqlite:///{tmp_path / 'ledger.db'}") for _ in range(2))
    try:
        door = released(Door(store))
        link_id = path_of(made(door, passcode="4711")).rpartition("/")[2]
        kernels = [door.house.kernel, Kernel.of(replace(door.house.world, **ports_of(other)))]
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


def test_unknown_over_and_ended_links_have_one_face(door):
    ended, short = made(door), made(door, expires=NOW + 5)
    name = ended["link"]["name"]
    assert door.http.delete(f"/me/links/{name}", headers=door.as_(door.house.ann)).status_code == 204
    door.house.clock.passes(10)
    door.house.store.anchoring.touch(door.house.clock.now())
    faces = [manifest(door, ended), manifest(door, short), door.http.post("/shl/" + "A" * 43, json={"recipient": "x"})]
    faces.append(manifest(door, ended, passcode="1"))
    assert {(f.status_code, f.content) for f in faces} == {(404, b'{"error":"access_denied"}')}
    live = {one["name"]: one["live"] for one in door.http.get("/me/links", headers=door.as_(door.house.ann)).json()}
    assert live == {name: False, short["link"]["name"]: False}


def test_i1_every_opening_and_every_wrong_passcode_leaves_a_receipt_and_a_message(door):
    link = made(door, passcode="4711")
    before = len(timeline(door))
    assert before == 3, "one for each record that went into the summary"
    manifest(door, link, passcode="0000")
    manifest(door, link, passcode="4711")
    last = timeline(door)[-1]
    assert last["permitted"]
    assert "by the link `For Dr. Lee`: Dr. Lee (as they say)" in last["text"]
    told = door.http.get("/me/inbox", headers=door.as_(door.house.ann)).json()
    events = [one["event"] for one in (told["messages"] if isinstance(told, dict) else told)]
    assert {"link.opened", "link.passcode_wrong"} <= set(events)
    assert door.http.get("/me/links", headers=door.as_(door.house.ann)).json()[0]["opened"] == 1


def test_i11_openings_and_wrong_passcodes_are_recomputed_by_somebody_else(door):
    link = made(door, passcode="4711")
    manifest(door, link, passcode="0000")
    manifest(door, link, passcode="4711")
    found = outcomes(door.house, path=door.house.world.vocabulary.path)
    assert found == [Outcome.SAME] * 3 + [Outcome.SAME, Outcome.SEARCH]


def test_a_long_term_link_is_brought_up_to_date_under_its_own_key_only(door):
    link = made(door, long_term=True, expires=0)
    door.issued(
        "health.condition",
        b'{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/p"},"code":{"text":"Asthma"}}',
    )
    door.house.anchor()
    name, key = link["link"]["name"], "0x" + read_shlink(link["shlink"]).key.hex()
    ann = door.as_(door.house.ann)
    assert door.http.post(f"/me/links/{name}/refresh", json={"key": "0x" + "11" * 32}, headers=ann).status_code == 422
    stranger = door.as_(door.house.trial)
    assert door.http.post(f"/me/links/{name}/refresh", json={"key": key}, headers=stranger).status_code == 404
    assert door.http.post(f"/me/links/{name}/refresh", json={"key": key}, headers=ann).status_code == 200
    assert b"Asthma" in opened(manifest(door, link).json()["files"][0]["embedded"], link).payload


def test_erasing_a_record_ends_the_links_that_show_it(door):
    shows, other = made(door, categories=["health.lab"]), made(door, categories=["health.allergy"])
    _, answer = erase(door, door.house.ann, [door.records[2]])
    assert answer.status_code == 202
    assert manifest(door, shows).status_code == 404
    assert manifest(door, other).status_code == 200


def test_guessing_ids_writes_nothing(door):
    link, store = made(door), door.house.store
    before = (
        {log: store.log.head(log).size for log in LOGS},
        len(store.work_items.items("message")),
        len(store.work_items.items("link_use")),
    )
    for number in range(300):
        guess = base64url_encode(sha256(b"%d" % number).digest())
        assert door.http.post(f"/shl/{guess}", json={"recipient": "Mallory", "passcode": "1"}).status_code == 404
    assert (
        {log: store.log.head(log).size for log in LOGS},
        len(store.work_items.items("message")),
        len(store.work_items.items("link_use")),
    ) == before
    assert manifest(door, link).status_code == 200


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
def test_a_link_that_makes_no_sense_is_not_made(door, wish):
    form = {"expires": NOW + 60} | wish
    assert door.http.post("/me/links", json=form, headers=door.as_(door.house.ann)).status_code in {400, 422}


@pytest.mark.parametrize(
    "asked", [{}, {"recipient": ""}, {"recipient": 7}, {"recipient": "x", "embeddedLengthMax": -1}]
)
def test_a_manifest_request_without_a_name_is_refused(door, asked):
    assert door.http.post(path_of(made(door)), json=asked).status_code in {400, 422}


def test_viewers_in_browsers_may_ask_from_anywhere(door):
    answer = door.http.options(path_of(made(door)))
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-headers"] == "content-type"


def test_i7_links_are_their_makers_only(door):
    link = made(door)["link"]["name"]
    stranger = door.as_(door.house.trial)
    assert door.http.get("/me/links", headers=stranger).json() == []
    assert door.http.delete(f"/me/links/{link}", headers=stranger).status_code == 404
