"""Audit of a whole log against a chain: a good log is whole, and each planted fault is named."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from typer.testing import CliRunner

from mydata_ledger.anchors.chain import Rpc
from mydata_ledger.anchors.follower import Follower
from mydata_ledger.anchors.memory import FixedClock
from mydata_ledger.anchors.notary import Notary
from mydata_ledger.anchors.tiles import CheckpointStore, LogTiles, NoteKeys
from mydata_ledger.api.routes import directory, logs, parties
from mydata_ledger.ledger.commitment.entry import RevocationMark
from mydata_ledger.ledger.errors import MalformedInput, NotFound, SourceUnavailable
from mydata_ledger.ledger.kernel.people.party_cards import PartyCards
from mydata_ledger.ledger.kernel.queries import Queries
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.note import Checkpoint, Note, Signer, Verifier
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, LOGS, RECORDS
from mydata_ledger.ledger.typed_data import Domain
from mydata_ledger.ledger.vocabulary import Vocabulary
from mydata_ledger.scripts.audit import (
    AuditorFile,
    AuditResult,
    FindingKind,
    History,
    TileSource,
    audit_log,
    check_current,
    check_rule_second,
    ledger_state,
    read_state,
    result_of,
)
from mydata_ledger.scripts.cli import app
from mydata_ledger.scripts.serve import slices
from testing.stores import open_store
from tests.anchors.conftest import devnet, ledger_db, site
from tests.anchors.sample_statements import ANN, CREW, NOW, TRIAL, consent, incident, issue, name, revocation
from tests.anchors.serving import running
from tests.anchors.tiling import MASTER, served

__all__ = ["devnet", "ledger_db", "site"]
SIZE = 300


class Ledger:
    """A store whose logs are anchored in batches on the chain of the site, and its tiles."""

    def __init__(self, site, store, folder):
        self.site, self.store = site, store
        deployment = site.deployment
        contracts = {CONSENTS: deployment.consents, RECORDS: deployment.records, ACCESS: deployment.access}
        domains = {log: Domain(deployment.chain_id, contract) for log, contract in contracts.items()}
        self.tiles = LogTiles(store, NoteKeys(folder, MASTER), CheckpointStore(folder), domains)

    def anchor(self):
        chain = self.site.chain()
        Notary(self.store, chain, batch=200).once()
        Notary(self.store, chain, batch=200).once()
        Follower(self.store, chain, FixedClock(NOW)).once()
        chain.close()

    def grow(self, first, last, **changed):
        self.store.log.append([issue(n, **changed) for n in range(first, last)], NOW)
        self.store.log.append([incident(number=f"119-{n}") for n in range(first, last)], NOW)


@pytest.fixture
def ledger(site, ledger_db, tmp_path):
    """Three logs on chain, with several heads each."""
    made = Ledger(site, ledger_db, tmp_path / "notes")
    made.store.log.append([consent(ANN, TRIAL)], NOW)
    made.grow(0, 100)
    made.anchor()
    made.grow(100, SIZE)
    made.anchor()
    assert made.store.log.anchored(RECORDS).head.size == SIZE
    return made


class Tampered:
    """The tiles of a log as a malicious server gives them."""

    def __init__(self, honest, **faults):
        self._honest, self._faults = honest, faults

    def __getattr__(self, name):
        method = getattr(self._honest, name)
        if name not in self._faults:
            return method
        return lambda *arguments: self._faults[name](method(*arguments), *arguments)


def audited(ledger, log=RECORDS, served_by=None, expected_facts=None, **more):
    with served(served_by or ledger.tiles) as url:
        return audit_log(log, TileSource(url), History(ledger.site.url), expected_facts or AuditorFile(), **more)


def kinds(report):
    return [finding.kind for finding in report.findings]


def flipped(raw, offset):
    return raw[:offset] + bytes([raw[offset] ^ 1]) + raw[offset + 1 :]


def test_a_ledger_of_earlier_contracts_is_unknown_in_one_sentence(ledger):
    """The consents contract gets the code of the records contract: such a log, without the marks of locks."""
    chain, deployment = Rpc(ledger.site.url), ledger.site.deployment
    code, earlier = (chain.call("eth_getCode", to, "latest") for to in (deployment.consents, deployment.records))
    chain.call("anvil_setCode", deployment.consents, earlier)
    try:
        with served(ledger.tiles) as url:
            done = CliRunner().invoke(app, ["audit", "consents", "--rpc", ledger.site.url, "--url", url])
            others = CliRunner().invoke(app, ["audit", "records", "--rpc", ledger.site.url, "--url", url])
    finally:
        chain.call("anvil_setCode", deployment.consents, code)
    assert (done.exit_code, others.exit_code) == (5, 0)
    assert f"{deployment.consents} is of an earlier release; audit its ledger with that release" in done.output
    assert "Traceback" not in done.output


@pytest.mark.parametrize("log", LOGS)
def test_what_is_whole_is_whole(ledger, log):
    steps = []
    report = audited(ledger, log, step=lambda *step: steps.append(step))
    assert report.findings == []
    assert report.checkpoint.head == ledger.store.log.anchored(log).head
    assert report.heads == {CONSENTS: 1, RECORDS: 2, ACCESS: 2}[log]
    assert steps[-1] == (report.checkpoint.head.size,) * 2


def test_an_empty_log_is_whole(site, ledger_db, tmp_path):
    empty = Ledger(site, ledger_db, tmp_path)
    empty.anchor()
    assert audited(empty).findings == []


def test_heads_newer_than_the_checkpoint_are_counted_not_blamed(ledger):
    old = ledger.tiles.checkpoint(RECORDS)
    ledger.grow(SIZE, SIZE + 5)
    ledger.anchor()
    report = audited(ledger, served_by=Tampered(ledger.tiles, checkpoint=lambda *_: old))
    assert (report.findings, report.ahead) == ([], 1)


class TestPlanted:
    def test_a_tile_s_byte_is_named(self, ledger):
        def change(raw, log, level, tile):
            return flipped(raw, 40) if (level, tile.index) == (0, 1) else raw

        report = audited(ledger, served_by=Tampered(ledger.tiles, tile=change))
        assert kinds(report) == [FindingKind.TILE]
        assert "tile 0/001: position 257" in report.findings[0].text

    def test_a_byte_of_an_upper_tile_is_named(self, ledger):
        def change(raw, log, level, tile):
            return flipped(raw, 0) if level == 1 else raw

        report = audited(ledger, served_by=Tampered(ledger.tiles, tile=change))
        assert kinds(report) == [FindingKind.TILE]
        assert "tile 1/000.p/1: hash 0" in report.findings[0].text

    def test_an_entry_s_byte_is_named(self, ledger):
        def change(raw, log, tile):
            return flipped(raw, 34 * 7 + 5) if tile.index == 0 else raw

        report = audited(ledger, served_by=Tampered(ledger.tiles, entries=change))
        assert kinds(report) == [FindingKind.ENTRY]
        assert "entry bundle 000: position 7" in report.findings[0].text

    def test_an_entry_missing_from_its_bundle_is_named(self, ledger):
        def change(raw, log, tile):
            return raw[34:] if tile.index == 0 else raw

        report = audited(ledger, served_by=Tampered(ledger.tiles, entries=change))
        assert kinds(report) == [FindingKind.DROPPED]
        assert "entry bundle 000" in report.findings[0].text

    def test_a_tile_that_is_not_served_is_named(self, ledger):
        def absent(raw, log, level, tile):
            raise NotFound

        assert FindingKind.MISSING in kinds(audited(ledger, served_by=Tampered(ledger.tiles, tile=absent)))

    def rewritten(self, ledger, tmp_path, statements):
        """Another database with the same keys, signed again, like that of an operator who rewrites history."""
        other = Ledger(ledger.site, open_store(f"sqlite:///{tmp_path / 'other.db'}"), tmp_path / "other")
        keys = NoteKeys(tmp_path / "notes", MASTER)
        other.tiles = LogTiles(other.store, keys, CheckpointStore(tmp_path / "other"), domains_of(ledger))
        other.store.log.append(statements, NOW)
        for log in {each.log for each in statements}:
            other.store.anchoring.mark_anchored(log, other.store.log.head(log), 1)
        return other

    def test_an_entry_dropped_from_the_log_is_named_by_its_place(self, ledger, tmp_path):
        ledger.tiles.checkpoint(RECORDS)
        other = self.rewritten(ledger, tmp_path, [issue(n) for n in range(SIZE) if n != 42])
        report = audited(other)
        assert kinds(report) == [FindingKind.DROPPED, FindingKind.ROOT, FindingKind.UNANCHORED]
        assert "position 42 " in report.findings[0].text
        assert result_of(report.findings) is AuditResult.BROKEN

    def test_an_entry_rewritten_in_the_log_is_named_by_its_place(self, ledger, tmp_path):
        ledger.tiles.checkpoint(RECORDS)
        other = self.rewritten(
            ledger, tmp_path, [issue(n, **({"category": "x"} if n == 42 else {})) for n in range(SIZE)]
        )
        report = audited(other)
        assert kinds(report) == [FindingKind.LEAF, FindingKind.ROOT, FindingKind.UNANCHORED]
        assert "position 42 " in report.findings[0].text

    def test_a_root_rewritten_is_named_where_no_leaf_is_on_chain(self, ledger, tmp_path):
        ledger.tiles.checkpoint(ACCESS)
        other = self.rewritten(ledger, tmp_path, [incident(number=f"x-{n}") for n in range(SIZE)])
        report = audited(other, ACCESS)
        assert kinds(report) == [FindingKind.ROOT, FindingKind.UNANCHORED]
        assert "size 100," in report.findings[0].text

    def test_a_checkpoint_with_another_root_is_named(self, ledger, tmp_path):
        note = Note.parse(ledger.tiles.checkpoint(RECORDS))
        checkpoint = Checkpoint.parse(note.text)
        wrong = str(replace(checkpoint, head=Head(SIZE, b"\1" * 32)))
        signer = Signer(checkpoint.origin, NoteKeys(tmp_path / "notes", MASTER).all()[0].seed)
        forged = bytes(Note(wrong, (signer.sign(wrong),)))
        report = audited(ledger, served_by=Tampered(ledger.tiles, checkpoint=lambda *_: forged))
        assert kinds(report) == [FindingKind.CHECKPOINT, FindingKind.UNANCHORED]

    def test_a_fork_is_named_and_both_notes_are_kept(self, ledger, tmp_path):
        expected_facts = AuditorFile(tmp_path / "audit.json")
        assert audited(ledger, ACCESS, expected_facts=expected_facts).findings == []
        other = self.rewritten(ledger, tmp_path, [incident(number=f"x-{n}") for n in range(SIZE + 9)])
        assert FindingKind.FORK in kinds(audited(other, ACCESS, expected_facts=expected_facts))
        expected_facts.write()
        ((old, new),) = AuditorFile.read(tmp_path / "audit.json").forks
        key = expected_facts.logs[ACCESS].verifiers[0]
        for note in (old, new):
            key.check(Note.parse(note.encode()))
        assert Checkpoint.parse(Note.parse(old.encode()).text).head == ledger.store.log.anchored(ACCESS).head

    def test_a_log_that_shrank_is_named(self, ledger, tmp_path):
        early = Ledger(ledger.site, ledger.store, tmp_path / "notes")
        expected_facts = AuditorFile()
        assert audited(ledger, expected_facts=expected_facts).findings == []
        note = Note.parse(early.tiles.checkpoint(RECORDS))
        text = str(replace(Checkpoint.parse(note.text), head=ledger.store.log.head_at(RECORDS, 100)))
        signer = Signer(note.signatures[0].name, NoteKeys(tmp_path / "notes", MASTER).all()[0].seed)
        small = bytes(Note(text, (signer.sign(text),)))
        report = audited(
            ledger, expected_facts=expected_facts, served_by=Tampered(ledger.tiles, checkpoint=lambda *_: small)
        )
        assert kinds(report) == [FindingKind.SHRUNK]

    def test_a_signature_of_another_key_is_named(self, ledger):
        note = Note.parse(ledger.tiles.checkpoint(RECORDS))
        forged = bytes(Note(note.text, (Signer(note.signatures[0].name, b"\7" * 32).sign(note.text),)))
        swapped = Tampered(ledger.tiles, checkpoint=lambda *_: forged)
        assert kinds(audited(ledger, served_by=swapped)) == [FindingKind.UNSIGNED]

    def test_a_key_the_server_names_later_is_not_believed(self, ledger):
        expected_facts = AuditorFile()
        assert audited(ledger, expected_facts=expected_facts).trust == "named by the server"
        note = Note.parse(ledger.tiles.checkpoint(RECORDS))
        mallory = Signer(note.signatures[0].name, b"\7" * 32)
        swapped = Tampered(
            ledger.tiles,
            checkpoint=lambda *_: bytes(Note(note.text, (mallory.sign(note.text),))),
            verifiers=lambda *_: [str(mallory.verifier)],
        )
        assert kinds(audited(ledger, served_by=swapped, expected_facts=expected_facts)) == [FindingKind.UNSIGNED]
        assert kinds(audited(ledger, served_by=swapped, expected_facts=expected_facts, given=[mallory.verifier])) == []

    def test_another_contract_is_another_log(self, ledger):
        expected_facts = AuditorFile()
        audited(ledger, CONSENTS, expected_facts=expected_facts)
        expected_facts.logs[RECORDS] = expected_facts.logs.pop(CONSENTS)
        assert FindingKind.ORIGIN in kinds(audited(ledger, expected_facts=expected_facts))


def domains_of(ledger):
    deployment = ledger.site.deployment
    contracts = {CONSENTS: deployment.consents, RECORDS: deployment.records, ACCESS: deployment.access}
    return {log: Domain(deployment.chain_id, contract) for log, contract in contracts.items()}


@pytest.fixture
def served_state(ledger):
    """The URL of a ledger whose API tells its marks and parties."""
    vocabulary = Vocabulary((one.catalog for one in slices()), emergency_since=NOW)
    names = ("index", "directory", "past", "work_items")
    parts = {name: getattr(ledger.store, name) for name in names}
    world = SimpleNamespace(**parts, vocabulary=vocabulary, clock=SimpleNamespace(now=lambda: NOW))
    queries, people = Queries(world), SimpleNamespace(party_cards=PartyCards(world))
    settings = SimpleNamespace(registries={"parties": ledger.site.deployment.parties})
    app_ = FastAPI()
    app_.state.context = SimpleNamespace(kernel=SimpleNamespace(queries=queries, people=people), settings=settings)
    for routes in (logs, directory, parties):
        app_.include_router(routes.router)
    with running(app_) as url:
        yield url


class TestCurrent:
    """Revocations and parties that the ledger knows, against the contracts."""

    @pytest.fixture
    def consented(self, ledger):
        ledger.site.registrar().register(CREW, "Rescue Crew 7", ["responder"], b"key")
        ledger.anchor()
        return ledger.store.log.statement_at(CONSENTS, 0)

    def findings(self, ledger, url, *held, history=None):
        found = check_current(
            read_state(url), history or History(ledger.site.url), ledger.site.deployment.consents, held
        )
        return [finding.kind for finding in found]

    def revoke(self, ledger, logged):
        chain = ledger.site.chain()
        chain.send([chain.revoking([(logged.signed.entry.core, revocation(logged).statement.secret)])])
        return chain

    def test_what_is_as_on_chain_has_no_finding(self, ledger, served_state, consented):
        self.revoke(ledger, consented).close()
        ledger.anchor()
        state = read_state(served_state)
        assert state.marks == {consented.signed.entry.lock}
        assert state.parties[CREW].name == "Rescue Crew 7"
        assert state.emergency_since == NOW
        assert self.findings(ledger, served_state, consented) == []

    def test_a_revocation_that_is_not_followed_yet_is_no_finding(self, ledger, served_state, consented):
        self.revoke(ledger, consented).close()
        assert self.findings(ledger, served_state, consented) == []

    def test_a_revocation_that_was_missed_is_named(self, ledger, served_state, consented):
        chain = self.revoke(ledger, consented)
        tip = chain.tip()
        ledger.store.anchoring.note_blocks(tip.number - 1, {tip.number: tip.hash})
        assert self.findings(ledger, served_state) == [FindingKind.REVOCATION]
        assert self.findings(ledger, served_state, consented) == [FindingKind.REVOCATION] * 2

    def test_a_revocation_that_the_auditor_s_node_hides_too_is_found_by_the_statement(
        self, ledger, served_state, consented
    ):
        chain, history = self.revoke(ledger, consented), History(ledger.site.url)
        tip = chain.tip()
        ledger.store.anchoring.note_blocks(tip.number - 1, {tip.number: tip.hash})
        history.marks = lambda _contract: []
        assert self.findings(ledger, served_state, consented, history=history) == [FindingKind.REVOCATION]

    def test_a_mark_that_is_not_on_chain_is_named(self, ledger, served_state, consented):
        ledger.store.anchoring.revealed([RevocationMark(consented.signed.entry.entry, b"\7" * 32, 1)])
        assert self.findings(ledger, served_state) == [FindingKind.UNFOUNDED]

    @pytest.mark.parametrize("changes", [None, {"name": "Another"}, {"roles": frozenset({"x"})}, {"valid_until": 5}])
    def test_a_party_that_differs_from_the_registry_is_named(self, ledger, served_state, consented, changes):
        party = ledger.store.directory.party(CREW)
        ledger.store.directory.change_parties({CREW: replace(party, **changes) if changes else None})
        assert self.findings(ledger, served_state) == [FindingKind.PARTY]

    def test_a_party_that_is_not_registered_is_named(self, ledger, served_state, consented):
        party = replace(ledger.store.directory.party(CREW), account=TRIAL)
        ledger.store.directory.change_parties({TRIAL: party})
        assert self.findings(ledger, served_state) == [FindingKind.PARTY]

    def test_all_pages_of_marks_are_read(self, ledger, served_state, monkeypatch):
        marks = [RevocationMark(name(f"entry {n}"), name(f"lock {n}"), 1) for n in range(7)]
        ledger.store.anchoring.revealed(marks)
        monkeypatch.setattr(ledger_state, "PAGE", 3)
        assert read_state(served_state).marks == {mark.lock for mark in marks}

    def test_another_server_is_unknown(self, served_state):
        with pytest.raises(SourceUnavailable, match="--url"):
            read_state(served_state + "/elsewhere")


class TestUnknown:
    def test_a_server_that_does_not_answer(self, ledger):
        with pytest.raises(SourceUnavailable, match="--url"):
            audit_log(RECORDS, TileSource("http://127.0.0.1:9"), History(ledger.site.url), AuditorFile())

    def test_a_chain_that_does_not_answer(self, ledger):
        with served(ledger.tiles) as url, pytest.raises(SourceUnavailable):
            audit_log(RECORDS, TileSource(url), History("http://127.0.0.1:9"), AuditorFile())

    def test_a_server_that_fails(self, ledger):
        def down(*_):
            raise SourceUnavailable("no disk")

        with pytest.raises(SourceUnavailable, match="status 503"):
            audited(ledger, served_by=Tampered(ledger.tiles, entries=down))

    @pytest.mark.parametrize("note", [b"", b"nonsense", b"x" * 100_000])
    def test_what_is_no_log_of_ours(self, ledger, note):
        with pytest.raises(MalformedInput):
            audited(ledger, served_by=Tampered(ledger.tiles, checkpoint=lambda *_: note))


@pytest.mark.parametrize(
    "raw", ["", "[]", "{}", '{"logs":{},"forks":1}', '{"logs":{"a":{"vkeys":[],"note":""}},"forks":[]}']
)
def test_a_file_that_is_no_auditor_s_is_refused(tmp_path, raw):
    path = tmp_path / "audit.json"
    path.write_text(raw)
    with pytest.raises(MalformedInput, match="to begin anew"):
        AuditorFile.read(path)


def test_the_second_of_the_rule_is_noted_once_and_another_is_a_finding(tmp_path):
    auditor_file = AuditorFile(tmp_path / "audit.json")
    assert check_rule_second(auditor_file, []) == []
    assert auditor_file.rule_since is None
    assert check_rule_second(auditor_file, [NOW, NOW]) == []
    auditor_file.write()
    again = AuditorFile.read(tmp_path / "audit.json")
    findings = check_rule_second(again, [NOW, NOW + 1, NOW - 1])
    assert [finding.kind for finding in findings] == [FindingKind.RULE] * 2
    assert str(NOW + 1) in findings[0].text
    assert result_of(findings) is AuditResult.BROKEN
    assert again.rule_since == NOW, "the first one stays noted"


def test_facts_and_ledger_that_tell_different_seconds_are_a_finding_at_once():
    assert len(check_rule_second(AuditorFile(), [NOW, NOW + 5])) == 1


def test_an_auditor_s_file_comes_back_as_it_was(ledger, tmp_path):
    expected_facts = AuditorFile(tmp_path / "audit.json")
    audited(ledger, expected_facts=expected_facts)
    expected_facts.write()
    assert AuditorFile.read(tmp_path / "audit.json") == expected_facts
    assert json.loads((tmp_path / "audit.json").read_text())["logs"][RECORDS]["vkeys"] == ledger.tiles.verifiers(
        RECORDS
    )
    assert Verifier.parse(ledger.tiles.verifiers(RECORDS)[0]) in expected_facts.logs[RECORDS].verifiers
