"""A person's timeline: every access with its proof, refused ones too, and nobody else's."""

import pytest

from mydata_ledger.ledger.access import Acknowledgement
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.receipt import verify_logged
from mydata_ledger.scripts.verify.document import parse
from tests.api.door import Door


@pytest.fixture
def door():
    return Door()


def pages(door, path, wallet, **params):
    """All pages, walked by their cursor."""
    after, headers, key = -1, door.as_(wallet), "accesses" if path.endswith("timeline") else "statements"
    while after is not None:
        page = door.http.get(path, params={"after": after, **params}, headers=headers).json()
        yield page[key]
        after = page["next"]


def lived(door):
    """A record read by a trial, refused to an insurer and opened in an emergency."""
    house, record = door.house, door.issued()
    house.consents(house.trial, "health.lab")
    house.anchor()
    rid = bytes.fromhex(record[2:])
    house.permits(house.trial, rid)
    house.permits(house.insurer, rid)
    emergency = house.declares(house.responder)
    house.kernel.decisions.evaluation.ask(house.asks(house.responder, rid, purpose="hl7:BTG", incident=emergency))
    house.anchor()


def test_every_access_is_told_in_order_with_its_answer(door):
    lived(door)
    (page,) = pages(door, "/me/timeline", door.house.ann)
    assert [(a["kind"], a["permitted"], a["requester_name"]) for a in page] == [
        ("AccessReceipt", True, "The trial"),
        ("AccessReceipt", False, "The insurer"),
        ("Incident", None, "The responder"),
        ("AccessReceipt", True, "The responder"),
    ]
    assert "was refused (no_consent)" in page[1]["text"]
    assert "found unconscious" in page[2]["text"]


def test_each_comes_with_a_document_that_proves_it_under_the_anchored_head(door):
    lived(door)
    (page,) = pages(door, "/me/timeline", door.house.ann)
    anchored = door.house.store.log.anchored("access")
    for each in page:
        document = parse(each["document"])
        verify_logged(document.entry, document.position, document.path, anchored.head)
        assert document.entry.entry == document.claimed_entry
        assert (document.checkpoint, each["block"]) == (anchored.head, anchored.block)


def test_the_reader_s_word_stands_beside_the_receipt(door):
    house, record = door.house, door.issued()
    house.consents(house.trial, "health.lab")
    house.anchor()
    question = {"category": "health.lab", "purpose": "hl7:CLINTRCH", "action": "view"}
    reader = door.as_(house.trial)
    release = door.http.post(f"/access/records/{record}", json=question, headers=reader).json()
    where = f"/receipts/{release['receipt']['position']}/acknowledgement"
    assert door.http.get(where, headers=door.as_(house.ann)).status_code == 404
    typed = door.http.get(where, headers=reader).json()["typed_data"]
    form = door.signed(house.trial, Acknowledgement, typed)
    (before,) = next(pages(door, "/me/timeline", house.ann))
    said = door.http.post("/receipts/acknowledgements", json=form, headers=reader)
    assert (said.status_code, said.json()["log"], before["opened"]) == (202, "access", None)
    house.anchor()
    (after,) = next(pages(door, "/me/timeline", house.ann))
    document = parse(after["opened"]["document"])
    assert (document.statement.receipt, document.recovered) == (
        parse(after["document"]).entry.entry,
        house.trial.signer,
    )
    verify_logged(document.entry, document.position, document.path, house.store.log.anchored("access").head)
    assert door.http.post("/receipts/acknowledgements", json=form, headers=reader).json() == said.json()


def test_what_is_not_on_chain_yet_says_so(door):
    lived(door)
    door.house.permits(door.house.insurer, b"\1" * 32)
    door.house.kernel.decisions.evaluation.ask(
        door.house.asks(door.house.insurer, door.house.store.index.records_of(door.house.ann.signer)[0].issue.record_id)
    )
    newest = list(pages(door, "/me/timeline", door.house.ann))[-1][-1]
    assert (newest["block"], newest["document"]["checkpoint"], newest["document"]["inclusion"]) == (None, None, [])


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 200])
def test_pages_of_any_size_tell_the_same(door, limit):
    lived(door)
    whole = [a for page in pages(door, "/me/timeline", door.house.ann) for a in page]
    assert [a for page in pages(door, "/me/timeline", door.house.ann, limit=limit) for a in page] == whole


def test_nobody_sees_another_s(door):
    lived(door)
    for stranger in (door.house.trial, door.house.hospital):
        for path in ("/me/timeline", "/me/statements/consents", "/me/statements/records", "/me/statements/access"):
            assert list(pages(door, path, stranger)) == [[]]


def test_a_person_s_own_view_is_theirs(door):
    record = bytes.fromhex(door.issued()[2:])
    ann = door.house.ann
    door.house.kernel.decisions.evaluation.ask(door.house.asks(ann, record, purpose="mydata:SELF_VIEW"))
    (page,) = pages(door, "/me/timeline", ann)
    assert [(a["requester_name"], a["permitted"]) for a in page] == [("you", True)]


@pytest.mark.parametrize(
    ("log", "kinds"),
    [
        ("consents", ["Consent", "Revocation"]),
        ("records", ["Issue"]),
        ("access", ["AccessReceipt"] * 2 + ["Incident", "AccessReceipt"]),
    ],
)
def test_everything_a_log_says_about_a_person_is_theirs(door, log, kinds):
    lived(door)
    door.house.withdraws(door.house.trial)
    found = [one for page in pages(door, f"/me/statements/{log}", door.house.ann, limit=1) for one in page]
    assert [one["document"]["kind"] for one in found] == kinds
    for one in found:
        document = parse(one["document"])
        assert document.entry.entry == document.claimed_entry


def test_empty_logs_have_an_empty_timeline(door):
    assert list(pages(door, "/me/timeline", door.house.ann)) == [[]]
    assert door.house.store.log.anchored("access").head == Head(0, door.house.store.log.head("access").root)


@pytest.mark.parametrize("params", [{"after": -2}, {"limit": 0}, {"limit": 201}, {"after": "x"}])
def test_a_cursor_that_is_none_is_refused(door, params):
    assert door.http.get("/me/timeline", params=params, headers=door.as_(door.house.ann)).status_code == 400
