"""Verifying records on the payload store and keystore of a server: one altered byte is found, and only it."""

from dataclasses import replace

import pytest

from mydata_ledger.anchors.ipld.cid import Cid
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.kernel import Bounds, RecordStatus
from mydata_ledger.ledger.kernel.decisions import verify as verifying
from mydata_ledger.ledger.receipt import AccessReceipt
from testing.ledger_fixture import LAB, VITALS
from tests.ledger.test_computing import erase
from tests.ledger.test_group_opening import in_memory, on_disk


@pytest.fixture
def world(tmp_path):
    return on_disk(tmp_path)


def issued(world, count, anchored=True):
    ids = [world.issued(LAB if n % 2 else VITALS, b'{"value":%d}' % n) for n in range(count)]
    if anchored:
        world.anchor()
    return ids


def verified(world, ids, signer=None):
    signer = signer or world.ann
    results = world.kernel.decisions.verification.verify(signer.signer, world.ann.signer, ids)
    return [status.value for _, status in results]


def change_one_byte(world, record_id):
    """Change one byte of the stored payload of a record on disk."""
    payloads = world.world.payloads
    block = payloads._blocks.path(Cid.parse(world.store.index.record(record_id).issue.cid))
    with block.pack.open("r+b") as file:
        file.seek(block.offset + block.size // 2)
        byte = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte[0] ^ 1]))


def test_one_altered_byte_makes_that_record_altered_and_no_other(world):
    ids = issued(world, 12)
    assert verified(world, ids) == ["verified"] * 12
    change_one_byte(world, ids[5])
    assert verified(world, ids) == ["verified"] * 5 + ["altered"] + ["verified"] * 6


def test_i1_each_record_that_is_opened_leaves_a_receipt(world, monkeypatch):
    monkeypatch.setattr(verifying, "GROUP", 3)
    ids = issued(world, 7)
    assert verified(world, ids) == ["verified"] * 7
    logged = [each.signed.statement for each in world.store.index.receipts_by(world.ann.address, -1, 100)]
    assert [one.record_id for one in logged if isinstance(one, AccessReceipt)] == ids
    assert {(one.action, one.purpose) for one in logged} == {("view", "mydata:SELF_VIEW")}


def test_what_is_not_on_chain_yet_is_not_anchored(world):
    before, after = issued(world, 2), issued(world, 2, anchored=False)
    assert verified(world, [*before, *after]) == ["verified", "verified", "not_anchored", "not_anchored"]
    world.anchor()
    assert verified(world, after) == ["verified"] * 2


def test_an_erased_record_says_so(world):
    ids = issued(world, 3)
    erase(world, world.ann, ids[1])
    assert verified(world, ids) == ["verified", "erased", "verified"]


def test_content_that_the_holder_did_not_sign_is_altered(world):
    """The operator sealed other content under the record's own key and changed the index: the commitment tells."""
    ids = issued(world, 2)
    index, whole = world.world.index, world.world.index.records_named
    other = world.store.index.record(ids[1]).issue.commitment

    class Lying:
        def __getattr__(self, name):
            return getattr(index, name)

        def records_named(self, wanted):
            return [
                replace(each, issue=replace(each.issue, commitment=other)) if each.issue.record_id == ids[0] else each
                for each in whole(wanted)
            ]

    world.rebuild(index=Lying())
    assert verified(world, ids) == ["altered", "verified"]


def test_a_store_that_does_not_answer_makes_it_unknown(tmp_path):
    world = in_memory(tmp_path)
    ids = issued(world, 3)
    silent, whole = world.store.index.record(ids[1]).issue.cid, world.payloads.open_stream

    def open_stream(cid):
        if cid == silent:
            raise SourceUnavailable("no answer")
        return whole(cid)

    world.payloads.open_stream = open_stream
    assert verified(world, ids) == ["verified", "unknown", "verified"]


def test_a_missing_payload_and_one_too_large_to_be_read_are_unknown(tmp_path):
    world = in_memory(tmp_path)
    ids = [*issued(world, 2), world.issued(LAB, b'"%s"' % (b"1" * 5_000))]
    world.anchor()
    world.payloads.remove(world.store.index.record(ids[0]).issue.cid)
    world.rebuild(bounds=Bounds(record_bytes=1_000))
    assert verified(world, ids) == ["unknown", "verified", "unknown"]


def test_i7_another_person_s_record_and_one_that_does_not_exist_are_left_out(world):
    ids = issued(world, 2)
    assert verified(world, ids, world.trial) == []
    assert verified(world, [b"\x07" * 32, ids[0], ids[0]]) == ["verified"]
    others = world.kernel.decisions.verification.verify(world.trial.signer, world.trial.signer, ids)
    assert list(others) == []
    assert world.store.log.head("access").size == 1 + 2, (
        "a stranger's questions are logged too, those of others not put"
    )


def test_every_status_has_a_word():
    assert {each.value for each in RecordStatus} == {"verified", "altered", "not_anchored", "unknown", "erased"}
