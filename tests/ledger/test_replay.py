"""A decision recomputed from its receipt, by someone else, later: any life, every receipt, and every lie about one."""

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from mydata_ledger.ledger.access import Reason
from mydata_ledger.ledger.consent import NEVER, Effect, Grant
from mydata_ledger.ledger.receipt import ACCESS, LOGS, AccessReceipt
from mydata_ledger.ledger.record import Erasure
from mydata_ledger.ledger.replay import SLACK, Evidence, Outcome, Replay
from mydata_ledger.ledger.terms import DAY
from testing.ledger_fixture import LAB, NOTICE, VITALS, VOCABULARY, LedgerFixture
from tests.ledger.test_delegations import BEN, consents_as, ends, names

effects = some.sampled_from(Effect)
categories = some.sampled_from(["health", LAB, VITALS, "*"])
conditions = some.sampled_from([(), ("once",), ("max-uses:2",), ("emergency-only",), ("every-days:1",)])
lengths = some.one_of(some.integers(1, 90), some.just(9 * DAY))


def everything(store):
    return [store.log.statement_at(log, position) for log in LOGS for position in range(store.log.head(log).size)]


def receipts(store):
    found = (store.log.statement_at(ACCESS, position) for position in range(store.log.head(ACCESS).size))
    return [each for each in found if isinstance(each.signed.statement, AccessReceipt)]


def evidence(house, eras=None, **more):
    """What an auditor holds of a house, told by the logs and the directory's history."""
    parties = eras or {party.account: [(0, party)] for party in house.directory}
    outdated = frozenset(notice.digest for notice in house.store.directory.notices() if notice.outdated)
    held = {"statements": everything(house.store), "parties": parties, "path": VOCABULARY.path, "outdated": outdated}
    return Evidence(**held | {"complete": True} | more)


def outcomes(house, **more):
    replay = Replay(evidence(house, **more))
    return [replay.check(each, each.signed.statement) for each in receipts(house.store)]


class ManyLives(RuleBasedStateMachine):
    """One person and everybody who asks; at the end somebody else recomputes all of it."""

    pause = some.one_of(some.integers(0, 2 * SLACK), some.integers(0, 2 * SLACK), some.sampled_from([DAY - 1, DAY]))

    def __init__(self):
        super().__init__()
        self.house = LedgerFixture()
        self.records = [self.house.issued(LAB), self.house.issued(VITALS)]
        self.house.anchor()
        self.incident = bytes(32)
        self.eras = {party.account: [(0, party)] for party in self.house.directory}

    def wait(self, seconds):
        self.house.clock.passes(seconds)
        self.house.store.anchoring.touch(self.house.clock.now())

    @precondition(lambda self: len(self.house.directory) == 5)
    @rule(effect=effects, category=categories, conditions=conditions, length=lengths, wait=pause)
    def ann_says(self, effect, category, conditions, length, wait):
        self.wait(wait)
        now = self.house.clock.now()
        terms = conditions if effect is Effect.PERMIT else ()
        grant = Grant(effect, (category,), ("hl7:CLINTRCH",), ("view",), now, now + length, 0, 0, (), terms)
        self.house.says(self.house.trial.address, [grant])

    @rule(wait=pause)
    def ann_blocks_everybody(self, wait):
        self.wait(wait)
        grant = Grant(Effect.FORBID, ("*",), ("*",), ("view",), 0, NEVER)
        self.house.says("*", [grant])

    @precondition(lambda self: len(self.house.directory) == 5 and self.is_standing(self.house.trial.address))
    @rule(wait=pause)
    def ann_withdraws(self, wait):
        self.wait(wait)
        self.withdraw(self.house.trial.address)

    @precondition(lambda self: self.is_standing("*"))
    @rule(wait=pause)
    def ann_unblocks(self, wait):
        self.wait(wait)
        self.withdraw("*")

    def is_standing(self, grantee):
        newest = self.house.store.index.newest(self.house.ann.signer, grantee)
        return newest is not None and type(newest.signed.statement).__name__ == "Consent"

    def withdraw(self, grantee):
        draft = self.house.kernel.consents.drafts.revocation(self.house.ann.signer, grantee)
        self.house.kernel.consents.revocations.accept(draft.statement, self.house.sign(self.house.ann, draft.statement))

    @rule()
    def a_block_comes(self):
        self.house.anchor()

    @rule(wait=pause)
    def a_crew_declares(self, wait):
        self.wait(wait)
        self.incident = self.house.declares(self.house.responder, f"119-{self.house.store.log.head(ACCESS).size}")

    @precondition(lambda self: len(self.records) > 1)
    @rule(wait=pause)
    def a_record_is_erased(self, wait):
        self.wait(wait)
        said = Erasure(self.records.pop(), self.house.ann.signer, "bafy", bytes(32), self.house.clock.now())
        self.house.store.log.append(
            [self.house.kernel.statements.seal(said, self.house.ann.signer, self.house.sign(self.house.ann, said))],
            self.house.clock.now(),
        )
        self.records.insert(0, said.record_id)

    @precondition(lambda self: len(self.house.directory) == 5)
    @rule(wait=pause)
    def the_trial_is_no_longer_accredited(self, wait):
        self.wait(wait)
        account, now = self.house.trial.address, self.house.clock.now()
        self.house.directory = [party for party in self.house.directory if party.account != account]
        self.house.store.directory.set_parties(self.house.directory)
        self.eras[account].append((now, None))

    @rule(who=some.sampled_from(["trial", "responder", "ann", "insurer"]), category=some.sampled_from([LAB, VITALS]),
          record=some.integers(0, 2), wait=pause)  # fmt: skip
    def somebody_asks(self, who, category, record, wait):
        self.wait(wait)
        purpose = {"ann": "mydata:SELF_VIEW", "responder": "hl7:BTG"}.get(who, "hl7:CLINTRCH")
        record_id = [*self.records, b"\x77" * 32][record]
        incident = self.incident if who == "responder" else bytes(32)
        self.house.kernel.decisions.evaluation.ask(
            self.house.asks(getattr(self.house, who), record_id, category, purpose, incident)
        )

    def teardown(self):
        found = outcomes(self.house, eras=self.eras)
        assert set(found) <= {Outcome.SAME, Outcome.OPEN}
        for each in receipts(self.house.store):
            said = each.signed.statement
            lie = replace(said, permitted=not said.permitted)
            assert Replay(evidence(self.house, eras=self.eras)).check(each, lie) is Outcome.OTHER


def test_i11_any_life_recomputes_to_the_same_decisions():
    lives = settings(max_examples=60, stateful_step_count=25, deadline=None)
    run_state_machine_as_test(ManyLives, settings=lives)


@pytest.fixture
def house():
    """A trial that was refused, permitted, and refused again after the withdrawal; minutes lie between."""
    made = LedgerFixture()
    made.record = made.issued(LAB)
    made.anchor()
    for act in (None, lambda: made.consents(made.trial, LAB), lambda: made.withdraws(made.trial)):
        made.clock.passes(100)
        if act:
            act()
            made.anchor()
        made.clock.passes(100)
        made.store.anchoring.touch(made.clock.now())
        made.permits(made.trial, made.record)
    return made


def test_i11_every_decision_recomputes_the_same(house):
    assert [r.signed.statement.reason for r in receipts(house.store)] == ["no_consent", "consented", "no_consent"]
    assert outcomes(house) == [Outcome.SAME] * 3


LIES = {
    "a refusal called a permit": {"permitted": True},
    "another reason": {"reason": Reason.REFUSED},
    "resting on another consent": {"consents": (b"\1" * 32,)},
    "another category": {"category": VITALS},
    "another purpose": {"purpose": "hl7:HMARKT"},
    "another action": {"action": "copy"},
    "another person": {"data_subject": b"\2" * 20},
    "before it was anchored": {"consents_size": 0},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_i11_a_receipt_that_says_otherwise_is_named(house, lie):
    permitted = receipts(house.store)[1]
    wrong = replace(permitted.signed.statement, **lie)
    if wrong == permitted.signed.statement:
        wrong = replace(wrong, permitted=False)
    assert Replay(evidence(house)).check(permitted, wrong) is Outcome.OTHER


def test_i11_a_permit_after_the_withdrawal_is_named(house):
    refused, said = receipts(house.store)[2], receipts(house.store)[1].signed.statement
    late = replace(said, decided_at=refused.signed.statement.decided_at, consents_size=2)
    assert Replay(evidence(house)).check(refused, late) is Outcome.OTHER


def test_i11_within_the_same_seconds_either_order_is_possible(house):
    house.consents(house.trial, LAB)
    house.anchor()
    house.permits(house.trial, house.record)
    house.withdraws(house.trial)
    house.permits(house.trial, house.record)
    assert outcomes(house)[-2:] == [Outcome.OPEN, Outcome.OPEN]


def test_i11_a_notice_replaced_since_leaves_both_open(house):
    house.outdate_notice()
    assert NOTICE.digest in evidence(house).outdated
    assert outcomes(house) == [Outcome.SAME, Outcome.OPEN, Outcome.SAME]


def test_i11_the_chain_s_word_counts_where_the_log_is_silent(house):
    consent = house.store.log.statement_at("consents", 0)
    without = [each for each in everything(house.store) if each.signed.log != "consents"] + [consent]
    at = receipts(house.store)[2].signed.statement.decided_at - 90
    assert outcomes(house, statements=without)[2] is Outcome.OTHER
    assert outcomes(house, statements=without, revealed={consent.signed.entry.entry: at})[2] is Outcome.SAME


def test_i11_who_lacks_the_record_cannot_tell(house):
    without = [each for each in everything(house.store) if each.signed.log != "records"]
    assert set(outcomes(house, statements=without, complete=False)) == {Outcome.NOT_HELD}


def test_i11_an_erasure_at_an_unknown_time_leaves_it_open(house):
    assert outcomes(house, erased=frozenset({house.record}))[1] is Outcome.OPEN


@pytest.mark.parametrize("renewals", [0, 2])
def test_i11_what_a_delegate_signed_falls_with_the_delegation(renewals):
    house = LedgerFixture()
    record = house.issued(LAB)
    names(house)
    consents_as(house, BEN, house.grant(LAB))
    for _ in range(renewals):
        house.clock.passes(10)
        names(house)
    for act in (lambda: None, lambda: ends(house)):
        house.clock.passes(100)
        act()
        house.clock.passes(100)
        house.store.anchoring.touch(house.clock.now())
        house.permits(house.trial, record)
    assert [r.signed.statement.permitted for r in receipts(house.store)] == [True, False]
    assert outcomes(house) == [Outcome.SAME] * 2


def test_i11_what_comes_round_recomputes_from_the_receipts_before():
    house = LedgerFixture()
    record, other = house.issued(LAB), house.issued(LAB)
    house.anchor()
    house.consents(house.trial, LAB, conditions=("every-days:30",))
    house.anchor()
    for wait, asked in ((100, record), (30 * DAY - 1, record), (0, other), (1, record), (DAY, record)):
        house.clock.passes(wait)
        house.store.anchoring.touch(house.clock.now())
        house.permits(house.trial, asked)
    said = [r.signed.statement for r in receipts(house.store)]
    assert [each.permitted for each in said] == [True, False, True, True, False]
    assert outcomes(house) == [Outcome.SAME] * 5
    early = replace(said[1], permitted=True, reason=Reason.CONSENTED, consents=said[0].consents)
    assert Replay(evidence(house)).check(receipts(house.store)[1], early) is Outcome.OTHER


def test_i11_a_search_is_no_decision_about_a_record(house):
    house.kernel.decisions.search.find(house.trial.address, LAB, "hl7:CLINTRCH", "view")
    assert outcomes(house)[-1] is Outcome.SEARCH
    searched = receipts(house.store)[-1]
    wrong = replace(searched.signed.statement, consents=(b"\1" * 32,))
    assert Replay(evidence(house)).check(searched, wrong) is Outcome.OTHER
