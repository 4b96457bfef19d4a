"""The past: over random lives, the answer looked back at is the answer that was given."""

import random
from dataclasses import replace

import pytest

from mydata_ledger.anchors.memory import FixedClock, MemoryStore
from mydata_ledger.anchors.store import Store
from mydata_ledger.ledger.access import AccessRequest
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.decide import decide
from mydata_ledger.ledger.delegation import Delegation, delegate_name
from mydata_ledger.ledger.errors import InvalidStatement, NotFound
from mydata_ledger.ledger.kernel import PointInTime
from mydata_ledger.ledger.party import checksum
from mydata_ledger.ledger.receipt import CONSENTS, LOGS
from mydata_ledger.ledger.work_item import WorkItem
from testing.ledger_fixture import NOTICE
from testing.sizes import sized
from tests.anchors.sample_statements import (
    ANN,
    CREW,
    EVE,
    HOSPITAL,
    NOW,
    PARTIES,
    READ,
    TRIAL,
    consent,
    delegation,
    erasure,
    incident,
    issue,
    name,
    receipt,
    revocation,
    seal,
)
from tests.ledger.crowd import head_at
from tests.ledger.questions import MONTH
from tests.ledger.test_questions import VOCABULARY, some_grant, world_over

ASKERS, PURPOSES = [TRIAL, TRIAL, CREW, HOSPITAL, checksum(ANN)], ["hl7:CLINTRCH", "hl7:CLINTRCH", "hl7:BTG"]
OPENING = [issue(1), issue(2)]


class Life:
    """One person's two records through years of random acts; every answer that was given is kept."""

    def __init__(self, seed, store, clock):
        self.pick, self.store, self.clock = random.Random(seed).choice, store, clock
        self.kernel = world_over(store, clock)
        self.given, self.incidents, self.consented = [], [bytes(32)], []
        store.log.append(OPENING, clock.now())
        self.anchors()

    def anchors(self, lag=0):
        for log in LOGS:
            size = max(0, self.store.log.head(log).size - lag)
            head = self.store.log.head(log) if not lag else head_at(self.store, log, size)
            self.store.anchoring.roll_back(log, head, 7)
        self.store.anchoring.touch(self.clock.now())

    def says(self):
        whom = self.pick([TRIAL, TRIAL, CREW, "role:trial", "*"])
        newest = self.store.index.newest(ANN, whom)
        if newest and isinstance(newest.signed.statement, Consent) and self.pick([True, False]):
            return self.store.log.append([revocation(newest)], self.clock.now())
        signer = self.pick([ANN, ANN, ANN, EVE])
        said = consent(ANN, whom, newest, (some_grant(self.pick),), signer).statement
        self.consented += self.store.log.append([seal(replace(said, notice_hash=NOTICE.digest))], self.clock.now())
        return None

    def names_a_delegate(self):
        newest = self.store.index.newest(ANN, delegate_name(EVE))
        ends = newest and isinstance(newest.signed.statement, Delegation)
        self.store.log.append(
            [revocation(newest) if ends else delegation(ANN, EVE, self.clock.now())], self.clock.now()
        )

    def chain_ends_one(self):
        if self.consented:
            self.store.anchoring.revealed({self.pick(self.consented).signed.entry.entry: 9})

    def directory_changes(self):
        self.store.directory.set_parties([party for party in PARTIES if self.pick([True, True, False])])

    def notice_is_replaced(self):
        self.store.directory.publish(replace(NOTICE, outdated=self.pick([True, True, False])))

    def calls_help(self):
        said = incident(number=f"119-{self.clock.now()}")
        self.incidents.append(self.store.log.append([said], self.clock.now())[0].signed.entry.entry)

    def uses(self):
        asked = self.question(TRIAL, 1)
        self.store.log.answer(asked, lambda facts: self.answered(asked, facts), self.clock.now())

    def answered(self, asked, facts):
        decision = decide(asked, facts, self.clock.now())
        said = receipt(asked, facts, decision.permitted).statement
        more = {"consents": decision.consents, "purpose": asked.purpose, "decided_at": self.clock.now()}
        return seal(replace(said, **more))

    def erases(self):
        if self.pick([True, False, False, False]) and not self.store.index.record(name(2)).erased:
            logged = self.store.log.append([erasure(2)], self.clock.now())[0]
            body = {"cid": "", "at": self.clock.now(), "position": logged.position}
            self.store.work_items.file(WorkItem("erasure", name(2), state="done", body=body))

    def question(self, asker, number):
        purposes = VOCABULARY.path(self.pick(PURPOSES))
        return AccessRequest(
            name(str(self.clock.now()) + str(number) + asker),
            asker,
            name(number),
            issue(number).statement.category,
            purposes,
            "view",
            self.pick(self.incidents),
        )

    def goes_on(self):
        acts = [self.says] * 5 + [self.anchors, self.anchors, lambda: self.anchors(1), self.names_a_delegate]
        acts += [self.chain_ends_one, self.directory_changes, self.notice_is_replaced, self.calls_help, self.uses]
        for act in [self.pick([*acts, self.erases]) for _ in range(self.pick([1, 1, 2]))]:
            act()
        asked = [self.question(self.pick(ASKERS), number) for number in (1, 2)]
        now = self.clock.now()
        self.given += [(now, one, decide(one, self.store.index.facts(one, now), now)) for one in asked]
        self.clock.passes(self.pick([1, 1, 2, 2, 100, 100, MONTH - 1]))

    def looked_back(self, asked, moment):
        self.store.anchoring.touch(self.clock.now())
        return self.kernel.decisions.history.decision_at(ANN, asked, moment)


def looks_back_on_what_was(seed, store, clock, steps=12):
    life = Life(seed, store, clock)
    for _ in range(steps):
        life.goes_on()
    for at, asked, decision in life.given:
        assert life.looked_back(asked, PointInTime(at)).decision == decision, (seed, at, asked)
    return {(decision.permitted, decision.reason) for _, _, decision in life.given}


def test_the_past_is_what_was_answered_then():
    met = set()
    for seed in range(300, 300 + sized(400)):
        clock = FixedClock(NOW)
        met |= looks_back_on_what_was(seed, MemoryStore(clock.now), clock)
    assert {"consented", "no_consent", "refused", "no_record", "needs_reconsent", "broke_glass"} <= {r for _, r in met}


def test_the_past_is_what_was_answered_then_on_sqlite(tmp_path):
    for seed in range(sized(40)):
        clock = FixedClock(NOW)
        store = Store(f"sqlite:///{tmp_path / str(seed)}.db", clock.now)
        looks_back_on_what_was(seed, store, clock)
        store.dispose()


def test_the_past_is_what_was_answered_then_on_postgresql(server_database):
    clock = FixedClock(NOW)
    store = Store(server_database, clock.now)
    looks_back_on_what_was(1, store, clock, steps=60)
    store.dispose()


@pytest.fixture
def life():
    clock = FixedClock(NOW)
    made = Life(3, MemoryStore(clock.now), clock)
    clock.passes(10)
    made.store.log.append([consent(ANN, TRIAL)], clock.now())
    clock.passes(10)
    made.anchors()
    clock.passes(10)
    return made


@pytest.mark.parametrize(
    ("after", "permitted"), [(0, False), (9, False), (10, False), (19, False), (20, True), (25, True), (30, True)]
)
def test_a_consent_counts_from_the_second_at_which_the_chain_held_it(life, asked, after, permitted):
    assert life.looked_back(asked, PointInTime(NOW + after)).decision.permitted is permitted


@pytest.fixture
def asked(life):
    return replace(life.question(TRIAL, 1), purposes=("hl7:CLINTRCH", "hl7:HRESCH"), incident=bytes(32))


def test_uses_are_counted_up_to_the_second(life, asked):
    once = consent(ANN, TRIAL, life.store.index.newest(ANN, TRIAL), (replace(READ, conditions=("max-uses:2",)),))
    life.store.log.append([once], life.clock.now())
    life.anchors()
    for number in range(2):
        life.clock.passes(10)
        this = replace(asked, request_id=name(f"use {number}"))
        life.store.log.answer(this, lambda facts, this=this: life.answered(this, facts), life.clock.now())
    said = [life.looked_back(asked, PointInTime(NOW + after)).decision.permitted for after in (30, 39, 40, 49, 50)]
    assert said == [True, True, True, True, False]


def test_what_comes_round_is_due_to_the_second(life, asked):
    again = consent(ANN, TRIAL, life.store.index.newest(ANN, TRIAL), (replace(READ, conditions=("every-days:30",)),))
    life.store.log.append([again], life.clock.now())
    life.anchors()
    life.store.log.answer(asked, lambda facts: life.answered(asked, facts), life.clock.now())
    life.clock.passes(2 * MONTH)
    moments = [PointInTime(NOW + 30 + after) for after in (-1, 0, MONTH - 1, MONTH)]
    assert [life.looked_back(asked, moment).decision.permitted for moment in moments] == [True, False, False, True]
    another = replace(asked, record_id=name(2), category="health.lab")
    assert life.looked_back(another, moments[1]).decision.permitted, "each record comes round by itself"


def test_an_incident_opens_nothing_before_it_was_declared(life, asked):
    entry = life.store.log.append([incident()], life.clock.now())[0].signed.entry.entry
    question = replace(asked, requester=CREW, purposes=("hl7:BTG", "hl7:ETREAT"), incident=entry)
    said = [life.looked_back(question, PointInTime(NOW + after)).decision.reason for after in (29, 30)]
    assert said == ["no_consent", "broke_glass"]


def test_a_record_is_there_from_its_issue_to_its_erasure(life, asked):
    life.store.log.append([issue(3)], life.clock.now())
    life.clock.passes(10)
    life.store.log.append([erasure(3)], life.clock.now())
    life.store.work_items.file(WorkItem("erasure", name(3), state="pending", body={"cid": "", "at": life.clock.now()}))
    question = replace(asked, record_id=name(3))
    said = [life.looked_back(question, PointInTime(NOW + after)).decision.reason for after in (29, 30, 39, 40)]
    assert said == ["no_record", "consented", "consented", "no_record"]


def test_a_size_of_the_log_is_a_moment(life, asked):
    then = life.looked_back(asked, PointInTime(size=1))
    assert (then.at, then.consents_size, then.records_size, then.block) == (NOW + 20, 1, 2, 7)
    assert then.decision.permitted
    assert life.store.log.head(CONSENTS).size == 1
    with pytest.raises(InvalidStatement, match="has never been that large on chain"):
        life.looked_back(asked, PointInTime(size=2))


def test_what_is_to_come_and_what_is_not_remembered_is_said(life):
    asked = life.question(TRIAL, 1)
    with pytest.raises(InvalidStatement, match="still to come"):
        life.looked_back(asked, PointInTime(NOW + 31))
    for before in (NOW - 1, 0):
        with pytest.raises(InvalidStatement, match="does not remember"):
            life.looked_back(asked, PointInTime(before))
    with pytest.raises(InvalidStatement):
        life.looked_back(asked, PointInTime(-1))


def test_only_the_person_themselves_may_look_back_and_it_leaves_a_receipt(life):
    asked, before = life.question(TRIAL, 1), life.store.log.head("access").size
    for other in (EVE, bytes.fromhex(TRIAL[2:])):
        with pytest.raises(NotFound):
            life.kernel.decisions.history.decision_at(other, asked, PointInTime(NOW))
    with pytest.raises(NotFound):
        life.kernel.decisions.history.decision_at(ANN, replace(asked, record_id=name("none")), PointInTime(NOW))
    assert life.store.log.head("access").size == before
    life.looked_back(asked, PointInTime(NOW))
    assert life.store.log.head("access").size == before + 1
