"""The journal: whatever happens while it is written, everything that the notary may anchor can be restored in order."""

import contextlib
import math
import secrets
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mydata_ledger.anchors.journal import BlobStore, Journal, JournalReader
from mydata_ledger.anchors.journal import journal as writing
from mydata_ledger.anchors.memory import MemoryPayloads
from mydata_ledger.ledger.commitment.entry import NO_LOCK, RevocationMark
from mydata_ledger.ledger.errors import (
    IntegrityFailure,
    InvalidStatement,
    NotFound,
    PayloadMissing,
    SourceUnavailable,
    StaleConsent,
)
from mydata_ledger.ledger.notice import Notice
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, LOGS, RECORDS
from mydata_ledger.ledger.work_item import WorkItem
from testing.sizes import sized
from testing.stores import open_store
from tests.anchors.sample_statements import (
    ANN,
    COUNTED,
    DOMAIN,
    EVE,
    NOW,
    PARTIES,
    TRIAL,
    consent,
    delegation,
    erasure,
    incident,
    issue,
    name,
    receipt,
    request,
    revocation,
)

MASTER = b"\x4d" * 32
DOMAINS = dict.fromkeys(LOGS, DOMAIN)


class FailingPayloads(MemoryPayloads):
    """Payloads that stop answering after a given number of calls."""

    def __init__(self):
        super().__init__()
        self.calls_left = math.inf

    def _count(self):
        if self.calls_left <= 0:
            raise SourceUnavailable("the payload store does not answer")
        self.calls_left -= 1

    def put_many(self, sealed):
        self._count()
        return super().put_many(sealed)

    def get(self, cid):
        self._count()
        return super().get(cid)

    def remove(self, cid):
        self._count()
        super().remove(cid)


class Site:
    """A database, its journal, and a folder for restored databases."""

    def __init__(self, folder):
        self.folder, self.payloads = Path(folder), FailingPayloads()
        self.store = self.new_store()
        self.store.directory.set_parties(PARTIES)
        self.journal = self.new_journal()

    def new_store(self):
        return open_store(f"sqlite:///{self.folder / secrets.token_hex(8)}.db")

    def blobs(self, master=MASTER):
        return BlobStore(self.folder / "keystore", master, self.payloads)

    def new_journal(self):
        return Journal(self.store, self.blobs())

    def restoring(self):
        return JournalReader(self.blobs(), DOMAINS)

    def restored(self):
        """Return another database, restored from the journal alone."""
        store = self.new_store()
        self.restoring().into(store, lambda *_: None)
        return store

    def append(self, *signed):
        return self.store.log.append(signed, NOW)

    def ask(self, number, asked_at, permitted=True):
        question = request(number, TRIAL, asked_at)
        return self.store.log.answer(question, lambda facts: receipt(question, facts, permitted), NOW)


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


def fill(site):
    """Append statements of each kind to the logs."""
    first = site.append(consent(ANN, TRIAL, grants=(COUNTED,)), issue(1), issue(2), incident())[0]
    second = site.append(consent(ANN, TRIAL, first, (COUNTED,)), delegation(ANN, EVE))[0]
    site.ask(1, 1)
    site.ask(2, 2, permitted=False)
    site.append(revocation(second), erasure(1), issue(3, supersedes=name(2)))
    site.store.directory.publish(Notice("n", 1, "ko", "무엇을 왜", outdated=True))
    site.store.work_items.file(
        WorkItem("wish", name("paper"), ANN, TRIAL, "open", NOW, {"text": "어디서나", "list": [1, None]})
    )


def test_i12_a_journalled_ledger_is_restored_to_the_last_bit(site):
    fill(site)
    site.journal.keep_statements()
    site.journal.keep_snapshots()
    again = site.restored()
    assert again.rebuilding.state_hash() == site.store.rebuilding.state_hash()
    assert {log: again.log.head(log) for log in LOGS} == {log: site.store.log.head(log) for log in LOGS}
    assert again.log.head(ACCESS).size == 3
    assert again.directory.notices() == site.store.directory.notices()
    assert again.work_items.items("wish") == site.store.work_items.items("wish")
    assert again.index.consents_of(ANN) == site.store.index.consents_of(ANN)
    again.directory.set_parties(PARTIES)
    facts = again.index.facts(request(1, TRIAL), NOW)
    assert facts == site.store.index.facts(request(1, TRIAL), NOW)
    assert [(state.uses_of_record, state.last_use) for state in facts.consents] == [(1, NOW), (1, NOW)]


def test_different_databases_have_different_state_hashes(site):
    seen = {site.store.rebuilding.state_hash()}
    for act in (
        lambda: site.append(consent(ANN, TRIAL)),
        lambda: site.ask(1, 1),
        lambda: site.store.work_items.file(WorkItem("wish", name("paper"), ANN)),
        lambda: site.store.directory.publish(Notice("n", 1, "en", "text")),
        lambda: site.store.anchoring.revealed(
            [RevocationMark(site.store.log.statement_at(CONSENTS, 0).signed.entry.entry, NO_LOCK, 7)]
        ),
    ):
        act()
        seen.add(site.store.rebuilding.state_hash())
    assert len(seen) == 6


ACTS = some.lists(some.tuples(some.integers(0, 8), some.integers(0, 3)), max_size=25)


@settings(max_examples=sized(30), deadline=None)
@given(ACTS)
def test_i12_after_any_life_journalled_at_any_moments(steps):
    with tempfile.TemporaryDirectory() as folder:
        site = Site(folder)
        for turn, (act, number) in enumerate(steps):
            with contextlib.suppress(StaleConsent, InvalidStatement):
                _act(site, turn, act, number)
        site.journal.keep_statements()
        site.journal.keep_snapshots()
        again = site.restored()
        assert again.rebuilding.state_hash() == site.store.rebuilding.state_hash()
        referenced = {reference.cid for reference in site.restoring().references()}
        assert set(site.payloads.blocks) == referenced, "replaced blobs are unpinned, and nothing else"
        for store in (site.store, again):
            store.dispose()


def _act(site, turn, act, number):
    person = (ANN, EVE)[number % 2]
    newest = site.store.index.newest(person, TRIAL)
    actions = {
        0: lambda: site.append(consent(person, TRIAL, newest)),
        1: lambda: site.append(revocation(newest)) if newest else None,
        2: lambda: site.append(issue(number, person)),
        3: lambda: site.append(erasure(number, person)),
        4: lambda: site.ask(number, turn, permitted=bool(number % 2)),
        5: lambda: site.store.work_items.file(WorkItem("wish", name(turn), person, body={"turn": turn})),
        6: site.journal.keep_statements,
        7: site.journal.keep_snapshots,
        8: lambda: setattr(site, "journal", site.new_journal()),
    }
    actions[act]()


@pytest.mark.parametrize("calls", range(12))
def test_i12_a_payload_store_that_dies_at_any_call_loses_nothing_that_was_kept(site, calls):
    fill(site)
    site.journal.keep_statements()
    site.append(*[issue(n) for n in range(10, 14)])
    site.payloads.calls_left = calls
    with contextlib.suppress(SourceUnavailable):
        site.journal.keep_statements()
        site.journal.keep_snapshots()
    site.payloads.calls_left = math.inf
    kept = {log: site.journal.kept(log) for log in LOGS}
    again = site.restored()
    assert {log: again.log.head(log).size for log in LOGS} == kept
    assert all(site.store.log.head_at(log, size) == again.log.head(log) for log, size in kept.items())
    site.new_journal().close()
    assert site.restored().rebuilding.state_hash() == site.store.rebuilding.state_hash()


def test_the_journal_keeps_statements_before_the_notary_may_send_them(site):
    fill(site)
    site.payloads.calls_left = 0
    for log in LOGS:
        with pytest.raises(SourceUnavailable):
            site.journal.keep(log)
    site.payloads.calls_left = math.inf
    sizes = {log: site.store.log.head(log).size for log in LOGS}
    assert {log: site.journal.keep(log) for log in LOGS} == sizes
    assert all(site.restored().log.head(log) == site.store.log.head(log) for log in LOGS)


def test_a_journal_that_is_ahead_of_the_database_keeps_what_it_has(site):
    fill(site)
    site.journal.keep_statements()
    empty = site.new_store()
    page_after = Journal(empty, site.blobs())
    assert all(page_after.keep(log) == site.store.log.head(log).size > empty.log.head(log).size for log in LOGS)


def test_segments_double_so_that_there_are_few(site, monkeypatch):
    monkeypatch.setattr(writing, "MOST", 16)
    for number in range(50):
        site.append(issue(number))
        site.journal.keep_statements()
    counts = [segment.count for segment in site.journal._read_manifest().logs[RECORDS]]
    assert sum(counts) == 50
    assert counts == [16, 16, 16, 2]
    assert len(site.payloads.blocks) == 5
    assert site.restored().log.head(RECORDS) == site.store.log.head(RECORDS)


def test_a_backlog_is_written_in_full_segments(site, monkeypatch):
    monkeypatch.setattr(writing, "MOST", 16)
    site.append(*[issue(number) for number in range(50)])
    site.journal.keep_statements()
    assert [segment.count for segment in site.journal._read_manifest().logs[RECORDS]] == [16, 16, 16, 2]


def test_snapshots_that_did_not_change_are_not_written_again(site):
    fill(site)
    assert site.journal.keep_snapshots() == 2
    assert site.journal.keep_snapshots() == 0
    site.store.work_items.discard("wish", name("paper"))
    site.journal.keep_snapshots()
    assert site.restored().work_items.items("wish") == []


def test_nothing_personal_can_be_read_in_the_payload_store(site):
    fill(site)
    site.journal.close()
    kept = b"".join(site.payloads.blocks.values())
    assert ANN not in kept
    assert "어디서나".encode() not in kept


def test_a_recovery_that_was_stopped_continues(site):
    fill(site)
    site.journal.close()
    again, restoring = site.new_store(), site.restoring()
    site.payloads.calls_left = 3
    with pytest.raises(SourceUnavailable):
        restoring.into(again, lambda *_: None)
    site.payloads.calls_left = math.inf
    restoring.into(again, lambda *_: None)
    assert again.rebuilding.state_hash() == site.store.rebuilding.state_hash()


def test_a_lost_blob_is_missing_and_an_altered_one_refused(site):
    fill(site)
    site.journal.close()
    restoring = site.restoring()
    cid = restoring.references()[-1].cid
    lost = site.payloads.blocks.pop(cid)
    with pytest.raises(PayloadMissing):
        restoring.into(site.new_store(), lambda *_: None)
    site.payloads.blocks[cid] = lost[:-1] + bytes([lost[-1] ^ 1])
    with pytest.raises(IntegrityFailure):
        restoring.into(site.new_store(), lambda *_: None)


def test_another_master_key_opens_nothing(site):
    fill(site)
    site.journal.close()
    with pytest.raises(SourceUnavailable):
        site.blobs(master=b"\x00" * 32)


def test_a_reader_follows_a_writer_that_replaces_what_it_was_about_to_read(site, monkeypatch):
    site.append(issue(1))
    site.journal.keep_statements()
    read = JournalReader(site.blobs(), DOMAINS)
    assert not read.was_replaced()
    newest, late = BlobStore.newest, [lambda: (site.append(issue(2)), site.journal.keep_statements())]

    def overtaken(blobs):
        reference = newest(blobs)
        if late:
            late.pop()()
        return reference

    monkeypatch.setattr(BlobStore, "newest", overtaken)
    assert JournalReader(site.blobs(), DOMAINS).size(RECORDS) == 2
    assert read.was_replaced()


def test_without_a_journal_there_is_nothing_to_restore(site):
    with pytest.raises(NotFound):
        site.restoring()


def test_statements_are_restored_at_their_own_positions_only(site):
    fill(site)
    logged = site.store.rebuilding.statements(RECORDS, 1, 2)
    with pytest.raises(IntegrityFailure):
        site.new_store().rebuilding.restore(RECORDS, logged)
