"""A person's timeline: every access with its proof, refused ones too, and nobody else's."""

import pytest

from mydata_ledger.ledger.access import Acknowledgement
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.receipt import verify_logged
from mydata_ledger.scripts.verify.document import parse
from testing.ledger_fixture import NOW
from tests.api.api_client import ApiClient


@pytest.fixture
def client():
    return ApiClient()


def pages(client, path, wallet, **params):
    """All pages, followed by their cursor."""
    after, headers, key = -1, client.as_(wallet), "accesses" if path.endswith("timeline") else "statements"
    while after is not None:
        page = client.http.get(path, params={"after": after, **params}, headers=headers).json()
        yield page[key]
        after = page["next"]


def history(client):
    """A record that a trial read and an insurer was refused, and one that a responder opened in an emergency."""
    fixture, record, allergy = client.fixture, client.issued(), client.issued("health.allergy")
    fixture.consents(fixture.trial, "health.lab")
    fixture.anchor()
    rid = bytes.fromhex(record[2:])
    fixture.permits(fixture.trial, rid)
    fixture.permits(fixture.insurer, rid)
    emergency = fixture.declares(fixture.responder)
    urgent = bytes.fromhex(allergy[2:]), "health.allergy", "hl7:BTG", emergency
    fixture.kernel.decisions.evaluation.ask(fixture.asks(fixture.responder, *urgent))
    fixture.anchor()


def test_every_access_is_listed_in_order_with_its_answer(client):
    history(client)
    (page,) = pages(client, "/me/timeline", client.fixture.ann)
    assert [(a["kind"], a["permitted"], a["requester_name"]) for a in page] == [
        ("AccessReceipt", True, "The trial"),
        ("AccessReceipt", False, "The insurer"),
        ("Incident", None, "The responder"),
        ("AccessReceipt", True, "The responder"),
    ]
    assert "was refused (no_consent)" in page[1]["text"]
    assert "found unconscious" in page[2]["text"]


def test_who_asked_when_what_for_about_which_record_under_which_version_refusals_too(client):
    fixture, record, ann = client.fixture, client.issued(), client.as_(client.fixture.ann)
    for _ in range(2):
        fixture.consents(fixture.trial, "health.lab")
        fixture.anchor()
    for who, status in ((fixture.trial, 200), (fixture.insurer, 404)):
        fixture.clock.passes(5)
        assert client.http.get(f"/trials/records/{record}", headers=client.as_(who)).status_code == status
    versions = {one["entry"]: one["version"] for one in client.http.get("/consents", headers=ann).json()}
    (page,) = pages(client, "/me/timeline", fixture.ann)
    receipts = [parse(line["document"]).statement for line in page]
    assert [
        (line["requester_name"], one.decided_at, one.purpose, one.action, "0x" + one.record_id.hex(), one.permitted)
        for line, one in zip(page, receipts, strict=True)
    ] == [
        ("The trial", NOW + 5, "hl7:CLINTRCH", "view", record, True),
        ("The insurer", NOW + 10, "hl7:CLINTRCH", "view", record, False),
    ]
    assert [[versions["0x" + entry.hex()] for entry in one.consents] for one in receipts] == [[2], []]


def test_each_comes_with_a_document_that_proves_it_under_the_anchored_head(client):
    history(client)
    (page,) = pages(client, "/me/timeline", client.fixture.ann)
    anchored = client.fixture.store.log.anchored("access")
    for each in page:
        document = parse(each["document"])
        verify_logged(document.entry, document.position, document.path, anchored.head)
        assert document.entry.entry == document.claimed_entry
        assert (document.checkpoint, each["block"]) == (anchored.head, anchored.block)


def test_the_reader_s_acknowledgement_is_beside_the_receipt(client):
    fixture, record = client.fixture, client.issued()
    fixture.consents(fixture.trial, "health.lab")
    fixture.anchor()
    question = {"category": "health.lab", "purpose": "hl7:CLINTRCH", "action": "view"}
    reader = client.as_(fixture.trial)
    release = client.http.post(f"/access/records/{record}", json=question, headers=reader).json()
    where = f"/receipts/{release['receipt']['position']}/acknowledgement"
    assert client.http.get(where, headers=client.as_(fixture.ann)).status_code == 404
    typed = client.http.get(where, headers=reader).json()["typed_data"]
    form = client.signed(fixture.trial, Acknowledgement, typed)
    (before,) = next(pages(client, "/me/timeline", fixture.ann))
    message = client.http.post("/receipts/acknowledgements", json=form, headers=reader)
    assert (message.status_code, message.json()["log"], before["opened"]) == (202, "access", None)
    fixture.anchor()
    (after,) = next(pages(client, "/me/timeline", fixture.ann))
    document = parse(after["opened"]["document"])
    assert (document.statement.receipt, document.recovered) == (
        parse(after["document"]).entry.entry,
        fixture.trial.signer,
    )
    verify_logged(document.entry, document.position, document.path, fixture.store.log.anchored("access").head)
    assert client.http.post("/receipts/acknowledgements", json=form, headers=reader).json() == message.json()


def test_what_is_not_on_chain_yet_says_so(client):
    history(client)
    client.fixture.permits(client.fixture.insurer, b"\1" * 32)
    client.fixture.kernel.decisions.evaluation.ask(
        client.fixture.asks(
            client.fixture.insurer, client.fixture.store.index.records_of(client.fixture.ann.signer)[0].issue.record_id
        )
    )
    newest = list(pages(client, "/me/timeline", client.fixture.ann))[-1][-1]
    assert (newest["block"], newest["document"]["checkpoint"], newest["document"]["inclusion"]) == (None, None, [])


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 200])
def test_pages_of_any_size_list_the_same(client, limit):
    history(client)
    whole = [a for page in pages(client, "/me/timeline", client.fixture.ann) for a in page]
    assert [a for page in pages(client, "/me/timeline", client.fixture.ann, limit=limit) for a in page] == whole


def test_nobody_sees_another_s(client):
    history(client)
    for stranger in (client.fixture.trial, client.fixture.hospital):
        for path in ("/me/timeline", "/me/statements/consents", "/me/statements/records", "/me/statements/access"):
            assert list(pages(client, path, stranger)) == [[]]


def test_a_person_s_own_view_is_theirs(client):
    record = bytes.fromhex(client.issued()[2:])
    ann = client.fixture.ann
    client.fixture.kernel.decisions.evaluation.ask(client.fixture.asks(ann, record, purpose="mydata:SELF_VIEW"))
    (page,) = pages(client, "/me/timeline", ann)
    assert [(a["requester_name"], a["permitted"]) for a in page] == [("you", True)]


@pytest.mark.parametrize(
    ("log", "kinds"),
    [
        ("consents", ["Consent", "Revocation"]),
        ("records", ["Issue"] * 2),
        ("access", ["AccessReceipt"] * 2 + ["Incident", "AccessReceipt"]),
    ],
)
def test_everything_a_log_says_about_a_person_is_theirs(client, log, kinds):
    history(client)
    client.fixture.withdraws(client.fixture.trial)
    found = [one for page in pages(client, f"/me/statements/{log}", client.fixture.ann, limit=1) for one in page]
    assert [one["document"]["kind"] for one in found] == kinds
    for one in found:
        document = parse(one["document"])
        assert document.entry.entry == document.claimed_entry


def test_empty_logs_have_an_empty_timeline(client):
    assert list(pages(client, "/me/timeline", client.fixture.ann)) == [[]]
    assert client.fixture.store.log.anchored("access").head == Head(0, client.fixture.store.log.head("access").root)


@pytest.mark.parametrize("params", [{"after": -2}, {"limit": 0}, {"limit": 201}, {"after": "x"}])
def test_a_cursor_that_is_none_is_refused(client, params):
    assert client.http.get("/me/timeline", params=params, headers=client.as_(client.fixture.ann)).status_code == 400
