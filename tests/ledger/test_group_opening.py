"""Many permitted records are opened in groups: in order, each by its own receipt, with one outcome each."""

import tracemalloc
from dataclasses import replace

import pytest

from mydata_ledger.anchors.blockstore import BlockPayloads, Blocks
from mydata_ledger.anchors.keystore import FileKeys
from mydata_ledger.ledger.envelope import Content
from mydata_ledger.ledger.errors import (
    KeyDestroyed,
    PayloadAltered,
    PayloadMissing,
    ReceiptRequired,
    SourceUnavailable,
    TooLarge,
)
from mydata_ledger.ledger.kernel import Bounds
from mydata_ledger.ledger.kernel.decisions import group_opening
from mydata_ledger.ledger.kernel.decisions.group_opening import OpenItem, opened_or_raised
from mydata_ledger.ledger.receipt import ACCESS
from testing.ledger_fixture import LAB, LedgerFixture
from testing.stores import open_store


def in_memory(_):
    return LedgerFixture()


def on_disk(folder):
    """A ledger over SQLite, with the keystore and the payload store of a server."""
    store = open_store(f"sqlite:///{folder / 'ledger.db'}")
    made = LedgerFixture(store=store)
    keys = FileKeys(
        folder / "keys.db",
        b"m" * 32,
        gateway=made.operator.signer,
        domain=made.world.domains[ACCESS],
        durable=lambda receipts: store.log.statements_at(ACCESS, [r.position for r in receipts]) == list(receipts),
        now=made.clock.now,
    )
    made.rebuild(keys=keys, payloads=BlockPayloads(Blocks(folder / "blocks")))
    return made


@pytest.fixture(params=[in_memory, on_disk])
def world(request, tmp_path):
    return request.param(tmp_path)


def items(world, documents):
    """Records of Ann with these contents, and a durable receipt for each that permits her own view."""
    ids = [world.issued(LAB, content) for content in documents]
    world.anchor()
    evaluation = world.kernel.decisions.evaluation
    questions = [evaluation.request(world.ann.address, each, LAB, "mydata:SELF_VIEW", "view") for each in ids]
    receipts = [receipt for _, receipt in evaluation.ask_soon(questions).result()]
    cids = [world.store.index.record(each).issue.cid for each in ids]
    return [OpenItem(*each) for each in zip(ids, cids, receipts, strict=True)]


def outcomes(world, opened):
    return [each.content if isinstance(each, Content) else type(each) for each in opening(world).outcomes(opened)]


def opening(world):
    return world.kernel.decisions.opening


def test_every_record_is_opened_in_its_place_over_several_groups(world, monkeypatch):
    monkeypatch.setattr(group_opening, "GROUP", 7)
    documents = [b"%d" % n for n in range(20)]
    assert outcomes(world, items(world, documents)) == documents


def test_nothing_to_open_opens_nothing(world):
    assert outcomes(world, []) == []


def test_an_erased_record_is_reported_in_its_place_and_the_others_open(world):
    of_ann = items(world, [b"1", b"2", b"3"])
    world.world.keys.destroy(of_ann[1].record_id)
    assert outcomes(world, of_ann) == [b"1", KeyDestroyed, b"3"]
    with pytest.raises(KeyDestroyed):
        [opened_or_raised(outcome) for outcome in opening(world).outcomes(of_ann)]


def test_a_missing_payload_is_reported_in_its_place_and_the_others_open(world):
    of_ann = items(world, [b"1", b"2", b"3"])
    missing = replace(of_ann[1], cid="bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy")
    assert outcomes(world, [of_ann[0], missing, of_ann[2]]) == [b"1", PayloadMissing, b"3"]


def test_an_altered_payload_is_reported(tmp_path):
    world = in_memory(tmp_path)
    of_ann = items(world, [b"1", b"2"])
    world.payloads.blocks[of_ann[0].cid] = b"another"
    assert outcomes(world, of_ann) == [PayloadAltered, b"2"]


def test_a_payload_store_that_does_not_answer_leaves_the_record_unopened(tmp_path):
    world = in_memory(tmp_path)
    of_ann = items(world, [b"1", b"2"])
    whole = world.payloads.open_stream

    def open_stream(cid):
        if cid == of_ann[0].cid:
            raise SourceUnavailable("no answer")
        return whole(cid)

    world.payloads.open_stream = open_stream
    assert outcomes(world, of_ann) == [SourceUnavailable, b"2"]


def test_a_record_larger_than_can_be_read_whole_is_reported(world):
    of_ann = items(world, [b'"%s"' % (b"1" * 5_000), b"2"])
    world.rebuild(bounds=Bounds(record_bytes=1_000))
    assert outcomes(world, of_ann) == [TooLarge, b"2"]


@pytest.mark.parametrize("wrong", ["of another record", "not in the log", "refused"])
def test_i1_no_key_of_the_group_is_released_if_one_receipt_does_not_permit_its_record(world, wrong):
    of_ann = items(world, [b"1", b"2"])
    if wrong == "of another record":
        bad = replace(of_ann[1], receipt=of_ann[0].receipt)
    elif wrong == "not in the log":
        bad = replace(of_ann[1], receipt=replace(of_ann[1].receipt, position=99))
    else:
        _, refusal = world.kernel.decisions.evaluation.ask(world.asks(world.trial, of_ann[1].record_id))
        bad = replace(of_ann[1], receipt=refusal)
    opened = opening(world).outcomes([of_ann[0], bad])
    with pytest.raises(ReceiptRequired):
        next(opened)


def test_the_content_of_another_record_does_not_open_under_this_one(world):
    of_ann = items(world, [b"1", b"2"])
    swapped = [replace(of_ann[0], cid=of_ann[1].cid), replace(of_ann[1], cid=of_ann[0].cid)]
    with pytest.raises(group_opening.IntegrityFailure):
        opened_or_raised(next(opening(world).outcomes(swapped)))


def test_memory_does_not_grow_with_the_number_of_records(tmp_path):
    world = on_disk(tmp_path)
    size = 100_000
    of_ann = items(world, [b'"%s"' % (b"%03d" % n * (size // 3)) for n in range(60)])
    tracemalloc.start()
    lengths = [len(opened_or_raised(outcome).content) for outcome in opening(world).outcomes(of_ann)]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(lengths) == 60
    assert most < 4 * group_opening.WAITING * size


def test_who_stops_reading_leaves_nothing_behind(world):
    of_ann = items(world, [b"%d" % n for n in range(30)])
    opened = opening(world).outcomes(of_ann)
    assert next(opened).content == b"0"
    opened.close()
    assert outcomes(world, of_ann[:2]) == [b"0", b"1"]
