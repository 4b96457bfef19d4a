"""Two stores without shared code get the same random operations and must return the same results."""

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from mydata_ledger.anchors.memory import MemoryStore
from mydata_ledger.ledger.access import EVERYTHING
from mydata_ledger.ledger.commitment.entry import NO_LOCK, RevocationMark
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.decide import decide
from mydata_ledger.ledger.delegation import Delegation, delegate_name
from mydata_ledger.ledger.errors import InvalidStatement, StaleConsent
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, LOGS, RECORDS
from testing.sizes import sized
from testing.stores import open_store
from tests.anchors.sample_statements import (
    ANN,
    COUNTED,
    CREW,
    EVE,
    NOW,
    OTHER,
    PARTIES,
    READ,
    TRIAL,
    consent,
    delegation,
    erasure,
    issue,
    name,
    receipt,
    request,
    revocation,
    seal,
)

PERSONS, GRANTEES = [ANN, EVE], [TRIAL, "role:trial", "role:responder", "*"]
ASKERS = [TRIAL, CREW, OTHER]
NUMBERS = some.integers(0, 5)


def sizes_of_heads(store, log):
    return [(one.size, one.block, one.before) for one in store.past.head_changes(log, 2**62, 0, 5)]


class TwoStores(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.memory, self.database = MemoryStore(), open_store(f"sqlite:///{Path(self.folder.name) / 'ledger.db'}")
        self.question_count = self.block = 0
        for store in self.stores:
            store.directory.set_parties(PARTIES)

    @property
    def stores(self):
        return self.memory, self.database

    def teardown(self):
        self.database.dispose()
        self.folder.cleanup()

    def both(self, act):
        outcomes = [outcome(act, store) for store in self.stores]
        assert outcomes[0] == outcomes[1]
        return outcomes[0]

    @rule(
        person=some.sampled_from(PERSONS),
        grantee=some.sampled_from(GRANTEES),
        follows=some.booleans(),
        grant=some.sampled_from([READ, COUNTED]),
    )
    def somebody_consents(self, person, grantee, follows, grant):
        message = consent(person, grantee, self.memory.index.newest(person, grantee) if follows else None, (grant,))
        self.both(lambda store: store.log.append([message], NOW))

    @rule(person=some.sampled_from(PERSONS), grantee=some.sampled_from(GRANTEES), knows=some.booleans())
    def somebody_withdraws(self, person, grantee, knows):
        newest = self.memory.index.newest(person, grantee)
        if newest and isinstance(newest.signed.statement, Consent):
            self.both(lambda store: store.log.append([revocation(newest, knows)], NOW))

    @rule(person=some.sampled_from(PERSONS), delegate=some.sampled_from(PERSONS), turn=some.integers(0, 3))
    def somebody_is_named(self, person, delegate, turn):
        self.both(lambda store: store.log.append([delegation(person, delegate, turn)], NOW))

    @rule(person=some.sampled_from(PERSONS), delegate=some.sampled_from(PERSONS), knows=some.booleans())
    def somebody_is_no_longer_named(self, person, delegate, knows):
        newest = self.memory.index.newest(person, delegate_name(delegate))
        if newest and isinstance(newest.signed.statement, Delegation):
            self.both(lambda store: store.log.append([revocation(newest, knows)], NOW))

    @rule(person=some.sampled_from(PERSONS), delegate=some.sampled_from(PERSONS))
    def a_delegate_consents(self, person, delegate):
        message = consent(person, TRIAL, self.memory.index.newest(person, TRIAL), signer=delegate)
        self.both(lambda store: store.log.append([message], NOW))

    @rule(numbers=some.lists(NUMBERS, min_size=1, max_size=3), corrects=NUMBERS, person=some.sampled_from(PERSONS))
    def a_hospital_issues(self, numbers, corrects, person):
        batch = [issue(number, person, supersedes=name(corrects)) for number in numbers]
        self.both(lambda store: store.log.append(batch, NOW))

    @rule(number=NUMBERS)
    def a_record_is_erased(self, number):
        self.both(lambda store: store.log.append([erasure(number)], NOW))

    @rule(number=NUMBERS, who=some.sampled_from(ASKERS), permitted=some.booleans())
    def somebody_asks(self, number, who, permitted):
        self.question_count += 1
        question = request(number, who, self.question_count)
        self.both(lambda store: store.log.answer(question, lambda facts: receipt(question, facts, permitted), NOW))

    @rule(log=some.sampled_from(LOGS), part=some.integers(0, 4))
    def the_chain_moves(self, log, part):
        self.block += 1
        size = self.memory.log.head(log).size
        head = self.memory.log.head_at(log, max(0, size - part))
        self.both(lambda store: store.anchoring.mark_anchored(log, head, self.block))
        self.both(lambda store: sizes_of_heads(store, log))

    @rule(log=some.sampled_from(LOGS), part=some.integers(0, 4))
    def the_chain_goes_back(self, log, part):
        size = self.memory.log.anchored(log).head.size
        head = self.memory.log.head_at(log, max(0, size - part))
        self.both(
            lambda store: (store.anchoring.roll_back(log, head, self.block), store.anchoring.conceal(self.block - part))
        )

    @rule(position=some.integers(0, 9), how=some.sampled_from(["lock", "digest", "entry"]))
    def the_chain_marks_a_statement(self, position, how):
        logged = self.memory.log.statement_at(CONSENTS, position)
        if logged:
            entry = logged.signed.entry
            mark = {
                "lock": RevocationMark(entry.entry, entry.lock, self.block),
                "digest": RevocationMark(name("of another salt"), entry.lock, self.block, entry.digest),
                "entry": RevocationMark(entry.entry, NO_LOCK, self.block),
            }[how]
            self.both(lambda store: store.anchoring.revealed([mark]))
            self.both(lambda store: store.past.revealed_at([entry.entry], NOW) == {entry.entry})

    @rule(person=some.sampled_from(PERSONS), grantee=some.sampled_from(GRANTEES), position=some.integers(0, 9))
    def somebody_copies_a_lock(self, person, grantee, position):
        logged = self.memory.log.statement_at(CONSENTS, position)
        message = consent(person, grantee, self.memory.index.newest(person, grantee))
        if logged:
            copy = seal(replace(message.statement, lock=logged.signed.entry.lock))
            self.both(lambda store: store.log.append([copy], NOW))

    @invariant()
    def they_have_the_same_heads(self):
        for log in LOGS:
            self.both(
                lambda store, log=log: (
                    store.log.head(log),
                    store.log.anchored(log).head,
                    store.log.anchored(log).block,
                )
            )
        self.both(lambda store: store.anchoring.pending_secrets(9))

    @invariant()
    def they_return_the_same_for_everybody(self):
        for person in PERSONS:
            self.both(lambda store, who=person: (store.index.consents_of(who), store.index.records_of(who)))
            self.both(lambda store, who=person: store.index.delegations_of(who))
            self.both(lambda store, who=person: store.index.record_counts(who))
            self.both(lambda store, who=person: store.index.receipts_of(who, -1, 50))
            for log in LOGS:
                self.both(lambda store, log=log, who=person: store.index.statements_about(log, who, 0, 3))
                self.both(lambda store, log=log, who=person: store.index.statements_before(log, who, 4, 3))
        for who in ASKERS:
            self.both(lambda store, who=who: store.index.newest_receipts_by(who, 4, 3))
            for question in (request(0, who), replace(request(0, who), category=EVERYTHING)):
                self.both(lambda store, question=question: page_of(store, question, 50))
            self.both(lambda store, who=who: [store.index.facts(request(n, who), NOW) for n in range(6)])

    @invariant()
    def they_prove_the_same(self):
        for log in (CONSENTS, RECORDS, ACCESS):
            size = self.memory.log.head(log).size
            if size:
                self.both(lambda store, log=log, size=size: store.log.inclusion(log, size // 2, size))
                self.both(lambda store, log=log, size=size: store.log.consistency(log, (size + 1) // 2, size))


def page_of(store, question, limit):
    def permits(facts):
        issue = facts.record.issue
        return decide(replace(question, record_id=issue.record_id, category=issue.category), facts, NOW).permitted

    found = store.index.page_facts(question, NOW, (-1, -1), limit, permits)
    halves = [
        store.index.page_facts(question, NOW, place, 2, permits) for place in ((-1, -1), *(place for place, _ in found))
    ]
    assert halves == [found[start : start + 2] for start in range(len(found) + 1)]
    return found, store.index.records_named([record_id for _, record_id in found])


def outcome(act, store):
    try:
        return act(store)
    except (StaleConsent, InvalidStatement) as error:
        return type(error)


TestTwoStores = TwoStores.TestCase
TestTwoStores.settings = settings(max_examples=sized(20), stateful_step_count=25, deadline=None)
