"""Past decisions: over random histories, the recomputed answer equals the answer that was given."""

import random
from dataclasses import replace

import pytest

from mydata_ledger.anchors.memory import FixedClock, MemoryStore
from mydata_ledger.ledger.access import AccessRequest
from mydata_ledger.ledger.commitment.entry import NO_LOCK, RevocationMark
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.decide import decide
from mydata_ledger.ledger.delegation import Delegation, delegate_name
from mydata_ledger.ledger.emergency import IncidentExtension
from mydata_ledger.ledger.errors import InvalidStatement, NotFound
from mydata_ledger.ledger.kernel import PointInTime
from mydata_ledger.ledger.party import checksum
from mydata_ledger.ledger.receipt import CONSENTS, LOGS
from mydata_ledger.ledger.work_item import WorkItem
from testing.ledger_fixture import NOTICE
from testing.sizes import sized
from testing.stores import open_store
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
    """One person's two records over years of random actions; every given answer is kept."""

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
        grantee = self.pick([TRIAL, TRIAL, CREW, "role:trial", "*"])
        newest = self.store.index.newest(ANN, grantee)
        if newest and isinstance(newest.signed.statement, Consent) and self.pick([True, False]):
            return self.store.log.append([revocation(newest)], self.clock.now())
        signer = self.pick([ANN, ANN, ANN, EVE])
        terms = consent(ANN, grantee, newest, (some_grant(self.pick),), signer).statement
        self.consented += self.store.log.append([seal(replace(terms, notice_hash=NOTICE.digest))], self.clock.now())
        return None

    def names_a_delegate(self):
        newest = self.store.index.newest(ANN, delegate_name(EVE))
        ends = newest and isinstance(newest.signed.statement, Delegation) and self.clock.now() % 3
        self.store.log.append(
            [revocation(newest) if ends else delegation(ANN, EVE, self.clock.now())], self.clock.now()
        )

    def chain_ends_one(self):
        if self.consented:
            self.store.anchoring.revealed([RevocationMark(self.pick(self.consented).signed.entry.entry, NO_LOCK, 9)])

    def directory_changes(self):
        self.store.directory.set_parties([party for party in PARTIES if self.pick([True, True, False])])

    def notice_is_replaced(self):
        self.store.directory.publish(replace(NOTICE, outdated=self.pick([True, True, False])))

    def calls_help(self):
        statement = incident(number=f"119-{self.clock.now()}")
        self.incidents.append(self.store.log.append([statement], self.clock.now())[0].signed.entry.entry)
        if self.pick([True, False]):
            now = self.clock.now()
            extended = seal(IncidentExtension(CREW, ANN, self.incidents[-1], "still unconscious", now, now + 100))
            self.incidents.append(self.store.log.append([extended], now)[0].signed.entry.entry)

    def uses(self):
        question = self.question(TRIAL, 1)
        self.store.log.answer(question, lambda facts: self.answered(question, facts), self.clock.now())

    def answered(self, question, facts):
        decision = decide(question, facts, self.clock.now())
        statement = receipt(question, facts, decision.permitted).statement
        more = {"consents": decision.consents, "purpose": question.purpose, "decided_at": self.clock.now()}
        return seal(replace(statement, **more))

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
            emergency=VOCABULARY.emergency,
        )

    def delegates_view(self, number):
        """Eve, whom Ann named or not, asks as Ann would."""
        category, asker = issue(number).statement.category, checksum(EVE)
        entry = name(f"{self.clock.now()} {number} view")
        return AccessRequest(entry, asker, name(number), category, ("mydata:SELF_VIEW",), "view")

    def goes_on(self):
        actions = [self.says] * 5 + [self.anchors, self.anchors, lambda: self.anchors(1), self.names_a_delegate]
        actions += [self.chain_ends_one, self.directory_changes, self.notice_is_replaced, self.calls_help, self.uses]
        for act in [self.pick([*actions, self.erases]) for _ in range(self.pick([1, 1, 2]))]:
            act()
        question = [self.question(self.pick(ASKERS), number) for number in (1, 2)]
        question += [self.delegates_view(number) for number in (1, 2)]
        now = self.clock.now()
        self.given += [(now, one, decide(one, self.store.index.facts(one, now), now)) for one in question]
        self.clock.passes(self.pick([1, 1, 2, 2, 100, 100, MONTH - 1]))

    def looked_back(self, question, moment):
        self.store.anchoring.touch(self.clock.now())
        return self.kernel.decisions.history.decision_at(ANN, question, moment)


def looks_back_on_what_was(seed, store, clock, steps=12):
    life = Life(seed, store, clock)
    for _ in range(steps):
        life.goes_on()
    for at_time, question, decision in life.given:
        assert life.looked_back(question, PointInTime(at_time)).decision == decision, (seed, at_time, question)
    return {(decision.permitted, decision.reason) for _, _, decision in life.given}


def test_the_past_is_what_was_answered_then():
    met = set()
    for seed in range(300, 300 + sized(400)):
        clock = FixedClock(NOW)
        met |= looks_back_on_what_was(seed, MemoryStore(clock.now), clock)
    wanted = {"consented", "no_consent", "refused", "no_record", "needs_reconsent", "broke_glass", "delegated"}
    assert wanted <= {reason for _, reason in met}


def test_the_past_is_what_was_answered_then_on_sqlite(tmp_path):
    for seed in range(sized(40)):
        clock = FixedClock(NOW)
        store = open_store(f"sqlite:///{tmp_path / str(seed)}.db", clock.now)
        looks_back_on_what_was(seed, store, clock)
        store.dispose()


def test_the_past_is_what_was_answered_then_on_postgresql(server_database):
    clock = FixedClock(NOW)
    store = open_store(server_database, clock.now)
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
def test_a_consent_counts_from_the_second_at_which_the_chain_held_it(life, base_question, after, permitted):
    assert life.looked_back(base_question, PointInTime(NOW + after)).decision.permitted is permitted


@pytest.fixture
def base_question(life):
    return replace(life.question(TRIAL, 1), purposes=("hl7:CLINTRCH", "hl7:HRESCH"), incident=bytes(32))


def test_uses_are_counted_up_to_the_second(life, base_question):
    once = consent(ANN, TRIAL, life.store.index.newest(ANN, TRIAL), (replace(READ, conditions=("max-uses:2",)),))
    life.store.log.append([once], life.clock.now())
    life.anchors()
    for number in range(2):
        life.clock.passes(10)
        this = replace(base_question, request_id=name(f"use {number}"))
        life.store.log.answer(this, lambda facts, this=this: life.answered(this, facts), life.clock.now())
    answers = [
        life.looked_back(base_question, PointInTime(NOW + after)).decision.permitted for after in (30, 39, 40, 49, 50)
    ]
    assert answers == [True, True, True, True, False]


def test_what_comes_round_is_due_to_the_second(life, base_question):
    again = consent(ANN, TRIAL, life.store.index.newest(ANN, TRIAL), (replace(READ, conditions=("every-days:30",)),))
    life.store.log.append([again], life.clock.now())
    life.anchors()
    life.store.log.answer(base_question, lambda facts: life.answered(base_question, facts), life.clock.now())
    life.clock.passes(2 * MONTH)
    moments = [PointInTime(NOW + 30 + after) for after in (-1, 0, MONTH - 1, MONTH)]
    assert [life.looked_back(base_question, moment).decision.permitted for moment in moments] == [
        True,
        False,
        False,
        True,
    ]
    another = replace(base_question, record_id=name(2), category="health.lab")
    assert life.looked_back(another, moments[1]).decision.permitted, "each record comes round by itself"


def test_an_incident_opens_nothing_before_it_was_declared(life, base_question):
    entry = life.store.log.append([incident()], life.clock.now())[0].signed.entry.entry
    question = replace(base_question, requester=CREW, purposes=("hl7:BTG", "hl7:ETREAT"), incident=entry)
    assert question.emergency.reaches(question.category, NOW, extended=False)
    answers = [life.looked_back(question, PointInTime(NOW + after)).decision.reason for after in (29, 30)]
    assert answers == ["no_consent", "broke_glass"]


def test_a_record_is_there_from_its_issue_to_its_erasure(life, base_question):
    life.store.log.append([issue(3)], life.clock.now())
    life.clock.passes(10)
    life.store.log.append([erasure(3)], life.clock.now())
    life.store.work_items.file(WorkItem("erasure", name(3), state="pending", body={"cid": "", "at": life.clock.now()}))
    question = replace(base_question, record_id=name(3))
    answers = [life.looked_back(question, PointInTime(NOW + after)).decision.reason for after in (29, 30, 39, 40)]
    assert answers == ["no_record", "consented", "consented", "no_record"]


def test_a_size_of_the_log_is_a_moment(life, base_question):
    then = life.looked_back(base_question, PointInTime(size=1))
    assert (then.at_time, then.consents_size, then.records_size, then.block) == (NOW + 20, 1, 2, 7)
    assert then.decision.permitted
    assert life.store.log.head(CONSENTS).size == 1
    with pytest.raises(InvalidStatement, match="has never been that large on chain"):
        life.looked_back(base_question, PointInTime(size=2))


def test_a_future_moment_and_one_before_the_history_are_refused(life):
    base_question = life.question(TRIAL, 1)
    with pytest.raises(InvalidStatement, match="still to come"):
        life.looked_back(base_question, PointInTime(NOW + 31))
    for before in (NOW - 1, 0):
        with pytest.raises(InvalidStatement, match="does not remember"):
            life.looked_back(base_question, PointInTime(before))
    with pytest.raises(InvalidStatement):
        life.looked_back(base_question, PointInTime(-1))


def test_only_the_data_subject_may_ask_about_the_past_and_it_leaves_a_receipt(life):
    base_question, before = life.question(TRIAL, 1), life.store.log.head("access").size
    for other in (EVE, bytes.fromhex(TRIAL[2:])):
        with pytest.raises(NotFound):
            life.kernel.decisions.history.decision_at(other, base_question, PointInTime(NOW))
    with pytest.raises(NotFound):
        life.kernel.decisions.history.decision_at(ANN, replace(base_question, record_id=name("none")), PointInTime(NOW))
    assert life.store.log.head("access").size == before
    life.looked_back(base_question, PointInTime(NOW))
    assert life.store.log.head("access").size == before + 1
