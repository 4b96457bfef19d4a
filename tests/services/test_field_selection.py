"""Selected fields over HTTP: sealed for the requester, proved against the record, without any other field."""

import base64
import json

import pytest

from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.commitment import disclosure
from mydata_ledger.ledger.receipt import ACCESS
from mydata_ledger.scripts.release import open_into, parse
from tests.api.api_client import ApiClient

FHIR = (
    b'{"resourceType":"Observation","status":"final","subject":{"reference":"Patient/ann"},'
    b'"code":{"coding":[{"system":"a","code":"b"}]},"valueQuantity":{"value":1.10,"unit":"mg/dL"}}'
)
QUESTION = {"category": "health.lab", "purpose": "hl7:CLINTRCH"}
ROUTES = {
    "access": ("pointers", ["/code/coding/0/code", "/valueQuantity"]),
    "health": ("select", ["code.coding.where(system = 'a').code", "value"]),
}


@pytest.fixture
def world():
    """A client, a record of Ann's, and her consent to the trial."""
    client = ApiClient()
    record = client.issued(content=FHIR)
    fixture = client.fixture
    fixture.consents(fixture.trial, "health.lab")
    fixture.anchor()
    return client, record


def ask(client, record, who, at_time="access", **changed):
    name, chosen = ROUTES[at_time]
    form = QUESTION | {name: chosen} | changed
    return client.http.post(f"/{at_time}/records/{record}/fields", json=form, headers=client.as_(who))


@pytest.mark.parametrize("at_time", ROUTES)
def test_the_fields_come_sealed_and_verify_against_what_the_holder_signed(world, at_time, tmp_path):
    client, record = world
    answer = ask(client, record, client.fixture.trial, at_time)
    assert answer.status_code == 200, answer.text
    commitment = bytes.fromhex(answer.json()["issue"]["commitment"][2:])
    shown = disclosure.from_json(client.opened(answer.json(), client.fixture.trial))
    statement = disclosure.verify(shown, commitment)
    assert statement == {"/code/coding/0/code": "b", "/valueQuantity/value": "1.10", "/valueQuantity/unit": "mg/dL"}
    assert b"Patient/ann" not in disclosure.to_json(shown)
    reader = client.fixture.reader_keys[client.fixture.trial.address]
    found = parse(answer.content)
    assert open_into(tmp_path / "part", found, [found.sealed], reader).media_type == disclosure.MEDIA_TYPE


def test_the_key_given_opens_the_fields_and_not_the_record(world):
    client, record = world
    trial = client.fixture.trial
    part = ask(client, record, trial).json()
    whole = client.http.post(f"/access/records/{record}", json=QUESTION, headers=client.as_(trial)).json()
    mixed = part | {"sealed": whole["sealed"]}
    with pytest.raises(envelope.sealing.IntegrityFailure):
        client.opened(mixed, trial)
    assert base64.b64decode(part["sealed"]) != base64.b64decode(whole["sealed"])


def test_i1_a_question_for_fields_leaves_one_receipt_also_when_it_is_refused(world):
    client, record = world
    before = client.fixture.store.log.head(ACCESS).size
    assert ask(client, record, client.fixture.trial).status_code == 200
    assert ask(client, record, client.fixture.insurer).status_code == 404
    assert client.fixture.store.log.head(ACCESS).size == before + 2


def test_i7_fields_of_a_hidden_record_and_of_none_look_alike(world):
    client, record = world
    answers = [
        ask(client, one, client.fixture.insurer, at_time) for one in (record, "0x" + "07" * 32) for at_time in ROUTES
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}


def test_i3_after_a_withdrawal_no_field_is_shown(world):
    client, record = world
    client.fixture.withdraws(client.fixture.trial)
    assert ask(client, record, client.fixture.trial).status_code == 404


def test_the_person_asks_with_a_key_of_their_own(world):
    client, record = world
    reader = envelope.generate_reader_key(post_quantum=False)
    own = {"purpose": "mydata:SELF_VIEW", "reader_key": "0x" + reader.public.hex()}
    answer = ask(client, record, client.fixture.ann, **own).json()
    key = envelope.unwrap(bytes.fromhex(answer["wrapped_key"][2:]), reader, bytes.fromhex(record[2:]))
    found = envelope.open_sealed(base64.b64decode(answer["sealed"]), key, bytes.fromhex(record[2:]))
    assert len(json.loads(found.content)["fields"]) == 3


def test_a_reader_key_that_is_none_is_refused_before_the_question_is_put(world):
    client, record = world
    before = client.fixture.store.log.head(ACCESS).size
    for wrong in ("0x", "0x02", "0x01" + "ff" * 5):
        answer = ask(client, record, client.fixture.ann, purpose="mydata:SELF_VIEW", reader_key=wrong)
        assert answer.status_code in {400, 422}, answer.text
    assert client.fixture.store.log.head(ACCESS).size == before


@pytest.mark.parametrize(
    ("at_time", "chosen"),
    [
        ("access", ["/nothing"]),
        ("access", ["code"]),
        ("access", ["/a~2"]),
        ("access", []),
        ("access", [5]),
        ("access", ["/" + "x" * 3_000]),
        ("access", ["/x"] * 1_001),
        ("health", ["nothing"]),
        ("health", ["repeat(code)"]),
        ("health", ["((("]),
        ("health", []),
    ],
    ids=range(11),
)
def test_fields_that_are_none_are_refused_with_a_reason(world, at_time, chosen):
    client, record = world
    answer = ask(client, record, client.fixture.trial, at_time, **{ROUTES[at_time][0]: chosen})
    assert answer.status_code == 422 or answer.json()["error"] in {"invalid_statement", "malformed_input"}
    assert answer.json()["error"]


@pytest.mark.parametrize("action", ["compute", "contact"])
def test_an_action_that_releases_nothing_releases_no_field(world, action):
    client, record = world
    assert ask(client, record, client.fixture.trial, action=action).status_code in {400, 409, 422}
