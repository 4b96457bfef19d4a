"""Replay of decisions from receipts, later and independently: random histories, every receipt, and every false
receipt.
"""

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from mydata_ledger.ledger.access import Reason
from mydata_ledger.ledger.consent import NEVER, Consent, Effect, Grant, Revocation
from mydata_ledger.ledger.delegation import Delegation, delegate_name
from mydata_ledger.ledger.emergency import Incident
from mydata_ledger.ledger.presence import SLACK
from mydata_ledger.ledger.receipt import ACCESS, LOGS, AccessReceipt
from mydata_ledger.ledger.record import Erasure, Issue
from mydata_ledger.ledger.replay import Replay
from mydata_ledger.ledger.replay_evidence import Evidence, Outcome
from mydata_ledger.ledger.terms import DAY
from mydata_ledger.ledger.vocabulary import Vocabulary
from testing.ledger_fixture import CATALOG, LAB, NOTICE, NOW, VITALS, VOCABULARY, LedgerFixture
from testing.sizes import sized
from tests.ledger.test_delegations import BEN, consents_as, ends, names

effects = some.sampled_from(Effect)
categories = some.sampled_from(["health", LAB, VITALS, "*"])
conditions = some.sampled_from([(), ("once",), ("max-uses:2",), ("emergency-only",), ("every-days:1",)])
askers = some.sampled_from(["trial", "responder", "ann", "insurer", "ben", "ben"])
lengths = some.one_of(some.integers(1, 90), some.just(9 * DAY))


def everything(store):
    return [store.log.statement_at(log, position) for log in LOGS for position in range(store.log.head(log).size)]


def receipts(store):
    found = (store.log.statement_at(ACCESS, position) for position in range(store.log.head(ACCESS).size))
    return [each for each in found if isinstance(each.signed.statement, AccessReceipt)]


def evidence(ledger, eras=None, **more):
    """The evidence of an auditor about a ledger, from the logs and the directory's history."""
    parties = eras or {party.account: [(0, party)] for party in ledger.directory}
    outdated = frozenset(notice.digest for notice in ledger.store.directory.notices() if notice.outdated)
    held = {"statements": everything(ledger.store), "parties": parties, "path": VOCABULARY.path, "outdated": outdated}
    held["emergency"] = ledger.world.vocabulary.emergency
    return Evidence(**held | {"complete": True} | more)


def outcomes(ledger, **more):
    replay = Replay(evidence(ledger, **more))
    return [replay.check(each, each.signed.statement) for each in receipts(ledger.store)]


class ManyLives(RuleBasedStateMachine):
    """One person and all requesters; at the end every receipt is recomputed independently."""

    pause = some.one_of(some.integers(0, 2 * SLACK), some.integers(0, 2 * SLACK), some.sampled_from([DAY - 1, DAY]))

    def __init__(self):
        super().__init__()
        self.ledger = LedgerFixture(Vocabulary([CATALOG], emergency_since=NOW + 30))
        self.records = [self.ledger.issued(LAB), self.ledger.issued(VITALS)]
        self.ledger.anchor()
        self.incident = bytes(32)
        self.eras = {party.account: [(0, party)] for party in self.ledger.directory}

    def wait(self, seconds):
        self.ledger.clock.passes(seconds)
        self.ledger.store.anchoring.touch(self.ledger.clock.now())

    @precondition(lambda self: len(self.ledger.directory) == 5)
    @rule(effect=effects, category=categories, conditions=conditions, length=lengths, wait=pause)
    def ann_says(self, effect, category, conditions, length, wait):
        self.wait(wait)
        now = self.ledger.clock.now()
        terms = conditions if effect is Effect.PERMIT else ()
        grant = Grant(effect, (category,), ("hl7:CLINTRCH",), ("view",), now, now + length, 0, 0, (), terms)
        self.ledger.says(self.ledger.trial.address, [grant])

    @rule(wait=pause)
    def ann_blocks_everybody(self, wait):
        self.wait(wait)
        grant = Grant(Effect.FORBID, ("*",), ("*",), ("view",), 0, NEVER)
        self.ledger.says("*", [grant])

    @precondition(lambda self: len(self.ledger.directory) == 5 and self.is_standing(self.ledger.trial.address))
    @rule(wait=pause)
    def ann_withdraws(self, wait):
        self.wait(wait)
        self.withdraw(self.ledger.trial.address)

    @precondition(lambda self: self.is_standing("*"))
    @rule(wait=pause)
    def ann_unblocks(self, wait):
        self.wait(wait)
        self.withdraw("*")

    def is_standing(self, grantee):
        newest = self.ledger.store.index.newest(self.ledger.ann.signer, grantee)
        return newest is not None and type(newest.signed.statement).__name__ == "Consent"

    def withdraw(self, grantee):
        draft = self.ledger.kernel.consents.drafts.revocation(self.ledger.ann.signer, grantee)
        self.ledger.kernel.consents.revocations.accept(
            draft.statement, self.ledger.sign(self.ledger.ann, draft.statement)
        )

    @rule()
    def a_block_comes(self):
        self.ledger.anchor()

    @rule(wait=pause)
    def a_crew_declares(self, wait):
        self.wait(wait)
        self.incident = self.ledger.declares(self.ledger.responder, f"119-{self.ledger.store.log.head(ACCESS).size}")

    @precondition(lambda self: isinstance(self.ledger.store.index.incident(self.incident), Incident))
    @rule(wait=some.integers(0, 60), seconds=some.sampled_from([1, 60, DAY]))
    def the_crew_extends(self, wait, seconds):
        self.wait(wait)
        if self.ledger.clock.now() < self.ledger.store.index.incident(self.incident).expires:
            self.incident = self.ledger.extends(self.ledger.responder, self.incident, seconds)

    @precondition(lambda self: len(self.records) > 1)
    @rule(wait=pause)
    def a_record_is_erased(self, wait):
        self.wait(wait)
        message = Erasure(self.records.pop(), self.ledger.ann.signer, "bafy", bytes(32), self.ledger.clock.now())
        self.ledger.store.log.append(
            [
                self.ledger.kernel.statements.seal(
                    message, self.ledger.ann.signer, self.ledger.sign(self.ledger.ann, message)
                )
            ],
            self.ledger.clock.now(),
        )
        self.records.insert(0, message.record_id)

    @precondition(lambda self: len(self.ledger.directory) == 5)
    @rule(wait=pause)
    def the_trial_is_no_longer_accredited(self, wait):
        self.wait(wait)
        account, now = self.ledger.trial.address, self.ledger.clock.now()
        self.ledger.directory = [party for party in self.ledger.directory if party.account != account]
        self.ledger.store.directory.set_parties(self.ledger.directory)
        self.eras[account].append((now, None))

    @rule(wait=pause, length=lengths, category=categories)
    def ann_names_ben(self, wait, length, category):
        self.wait(wait)
        names(self.ledger, categories=(category,), expires=self.ledger.clock.now() + length, anchor=False)

    @precondition(lambda self: is_named(self.ledger))
    @rule(wait=pause)
    def ann_ends_ben(self, wait):
        self.wait(wait)
        ends(self.ledger)

    @rule(who=askers, category=some.sampled_from([LAB, VITALS]), record=some.integers(0, 2), wait=pause)
    def somebody_asks(self, who, category, record, wait):
        self.wait(wait)
        view = "mydata:SELF_VIEW"
        purpose = {"ann": view, "ben": view, "responder": "hl7:BTG"}.get(who, "hl7:CLINTRCH")
        record_id = [*self.records, b"\x77" * 32][record]
        incident = self.incident if who == "responder" else bytes(32)
        self.ledger.kernel.decisions.evaluation.ask(
            self.ledger.asks(BEN if who == "ben" else getattr(self.ledger, who), record_id, category, purpose, incident)
        )

    def teardown(self):
        found = outcomes(self.ledger, eras=self.eras)
        assert set(found) <= {Outcome.SAME, Outcome.OPEN}
        for each in receipts(self.ledger.store):
            message = each.signed.statement
            lie = replace(message, permitted=not message.permitted)
            assert Replay(evidence(self.ledger, eras=self.eras)).check(each, lie) is Outcome.OTHER


def is_named(ledger):
    """Whether the newest statement between Ann and Ben names him."""
    newest = ledger.store.index.newest(ledger.ann.signer, delegate_name(BEN.signer))
    return newest is not None and isinstance(newest.signed.statement, Delegation)


def test_i11_any_life_recomputes_to_the_same_decisions():
    lives = settings(max_examples=sized(60), stateful_step_count=25, deadline=None)
    run_state_machine_as_test(ManyLives, settings=lives)


@pytest.fixture
def ledger():
    """A trial that was refused, permitted, and refused again after the withdrawal; minutes lie between."""
    ledger_state = LedgerFixture()
    ledger_state.record = ledger_state.issued(LAB)
    ledger_state.anchor()
    for act in (
        None,
        lambda: ledger_state.consents(ledger_state.trial, LAB),
        lambda: ledger_state.withdraws(ledger_state.trial),
    ):
        ledger_state.clock.passes(100)
        if act:
            act()
            ledger_state.anchor()
        ledger_state.clock.passes(100)
        ledger_state.store.anchoring.touch(ledger_state.clock.now())
        ledger_state.permits(ledger_state.trial, ledger_state.record)
    return ledger_state


def test_i11_every_decision_recomputes_the_same(ledger):
    assert [r.signed.statement.reason for r in receipts(ledger.store)] == ["no_consent", "consented", "no_consent"]
    assert outcomes(ledger) == [Outcome.SAME] * 3


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
def test_i11_a_receipt_with_another_answer_is_found(ledger, lie):
    permitted = receipts(ledger.store)[1]
    wrong = replace(permitted.signed.statement, **lie)
    if wrong == permitted.signed.statement:
        wrong = replace(wrong, permitted=False)
    assert Replay(evidence(ledger)).check(permitted, wrong) is Outcome.OTHER


def test_i11_a_permit_after_the_withdrawal_is_named(ledger):
    refused, message = receipts(ledger.store)[2], receipts(ledger.store)[1].signed.statement
    late = replace(message, decided_at=refused.signed.statement.decided_at, consents_size=2)
    assert Replay(evidence(ledger)).check(refused, late) is Outcome.OTHER


def test_i11_within_the_same_seconds_either_order_is_possible(ledger):
    ledger.consents(ledger.trial, LAB)
    ledger.anchor()
    ledger.permits(ledger.trial, ledger.record)
    ledger.withdraws(ledger.trial)
    ledger.permits(ledger.trial, ledger.record)
    assert outcomes(ledger)[-2:] == [Outcome.OPEN, Outcome.OPEN]


def test_i11_a_notice_replaced_since_leaves_both_open(ledger):
    ledger.outdate_notice()
    assert NOTICE.digest in evidence(ledger).outdated
    assert outcomes(ledger) == [Outcome.SAME, Outcome.OPEN, Outcome.SAME]


def test_i11_the_end_on_chain_counts_without_a_logged_revocation(ledger):
    consent = ledger.store.log.statement_at("consents", 0)
    without = [each for each in everything(ledger.store) if each.signed.log != "consents"] + [consent]
    at_time = receipts(ledger.store)[2].signed.statement.decided_at - 90
    assert outcomes(ledger, statements=without)[2] is Outcome.OTHER
    assert outcomes(ledger, statements=without, revealed={consent.signed.entry.entry: at_time})[2] is Outcome.SAME


def test_i11_a_marked_lock_ends_the_consent_whatever_the_event_named(ledger):
    consent = ledger.store.log.statement_at("consents", 0)
    without = [each for each in everything(ledger.store) if each.signed.log != "consents"] + [consent]
    at_time = receipts(ledger.store)[2].signed.statement.decided_at - 90
    assert outcomes(ledger, statements=without, revealed={consent.signed.entry.lock: at_time})[2] is Outcome.SAME
    assert outcomes(ledger, statements=without, revealed={bytes(32): at_time})[2] is Outcome.OTHER


def test_i11_a_secret_that_another_statement_revealed_ends_the_consent(ledger):
    """Somebody else's consent had the lock: its revocation opened it, and the chain did not have it yet."""
    consent = ledger.store.log.statement_at("consents", 0)
    without = [each for each in everything(ledger.store) if each.signed.log != "consents"] + [consent]
    ended = next(each for each in everything(ledger.store) if isinstance(each.signed.statement, Revocation))
    of_another = replace(ended.signed.statement, data_subject=BEN.signer, consent=b"\7" * 32)
    twin = replace(ended, signed=replace(ended.signed, statement=of_another))
    earlier = replace(twin, accepted_at=receipts(ledger.store)[2].signed.statement.decided_at - 90)
    assert outcomes(ledger, statements=[*without, earlier])[2] is Outcome.SAME


def test_i11_without_the_record_there_is_no_outcome(ledger):
    without = [each for each in everything(ledger.store) if each.signed.log != "records"]
    assert set(outcomes(ledger, statements=without, complete=False)) == {Outcome.NOT_HELD}


def test_i11_an_erasure_at_an_unknown_time_leaves_it_open(ledger):
    assert outcomes(ledger, erased=frozenset({ledger.record}))[1] is Outcome.OPEN


@pytest.mark.parametrize("renewals", [0, 2])
def test_i11_what_a_delegate_signed_falls_with_the_delegation(renewals):
    ledger = LedgerFixture()
    record = ledger.issued(LAB)
    names(ledger)
    consents_as(ledger, BEN, ledger.grant(LAB))
    for _ in range(renewals):
        ledger.clock.passes(10)
        names(ledger)
    for act in (lambda: None, lambda: ends(ledger)):
        ledger.clock.passes(100)
        act()
        ledger.clock.passes(100)
        ledger.store.anchoring.touch(ledger.clock.now())
        ledger.permits(ledger.trial, record)
    assert [r.signed.statement.permitted for r in receipts(ledger.store)] == [True, False]
    assert outcomes(ledger) == [Outcome.SAME] * 2


def asked_as_ben(ledger, record, category=LAB):
    ledger.store.anchoring.touch(ledger.clock.now())
    ledger.kernel.decisions.evaluation.ask(ledger.asks(BEN, record, category, "mydata:SELF_VIEW"))


def test_i11_what_a_delegate_saw_recomputes_from_the_delegation():
    ledger = LedgerFixture()
    record, other = ledger.issued(LAB), ledger.issued(VITALS)
    names(ledger, expires=NOW + 500)
    for wait, act in ((100, None), (200, None), (200, None), (9, lambda: names(ledger)), (100, lambda: ends(ledger))):
        ledger.clock.passes(wait)
        if act:
            act()
        ledger.clock.passes(50)
        asked_as_ben(ledger, record)
        asked_as_ben(ledger, other, VITALS)
    message = [each.signed.statement for each in receipts(ledger.store)]
    seen = [each.reason for each in message if each.category == LAB]
    assert seen == ["delegated", "delegated", "no_consent", "delegated", "no_consent"]
    assert {each.reason for each in message if each.category == VITALS} == {"no_consent"}
    assert outcomes(ledger) == [Outcome.SAME] * 10
    for position in (1, 4):
        wrong = replace(message[position], permitted=True, reason=Reason.DELEGATED)
        assert Replay(evidence(ledger)).check(receipts(ledger.store)[position], wrong) is Outcome.OTHER


def test_i11_a_view_that_an_earlier_release_refused_to_a_delegate_is_no_fault():
    """Earlier releases refused delegates the person's own view; their receipts do not say which release it was."""
    ledger = LedgerFixture()
    record = ledger.issued(LAB)
    names(ledger)
    ledger.clock.passes(100)
    asked_as_ben(ledger, record)
    (logged,) = receipts(ledger.store)
    stated = logged.signed.statement
    replay = Replay(evidence(ledger))
    assert replay.check(logged, replace(stated, permitted=False, reason=Reason.NO_CONSENT)) is Outcome.OPEN
    assert replay.check(logged, replace(stated, permitted=False, reason=Reason.REFUSED)) is Outcome.OTHER
    assert replay.check(logged, stated) is Outcome.SAME


def test_i11_what_comes_round_recomputes_from_the_receipts_before():
    ledger = LedgerFixture()
    record, other = ledger.issued(LAB), ledger.issued(LAB)
    ledger.anchor()
    ledger.consents(ledger.trial, LAB, conditions=("every-days:30",))
    ledger.anchor()
    for wait, requested in ((100, record), (30 * DAY - 1, record), (0, other), (1, record), (DAY, record)):
        ledger.clock.passes(wait)
        ledger.store.anchoring.touch(ledger.clock.now())
        ledger.permits(ledger.trial, requested)
    message = [r.signed.statement for r in receipts(ledger.store)]
    assert [each.permitted for each in message] == [True, False, True, True, False]
    assert outcomes(ledger) == [Outcome.SAME] * 5
    early = replace(message[1], permitted=True, reason=Reason.CONSENTED, consents=message[0].consents)
    assert Replay(evidence(ledger)).check(receipts(ledger.store)[1], early) is Outcome.OTHER


def test_i11_a_search_is_no_decision_about_a_record(ledger):
    ledger.kernel.decisions.search.find(ledger.trial.address, LAB, "hl7:CLINTRCH", "view")
    assert outcomes(ledger)[-1] is Outcome.SEARCH
    searched = receipts(ledger.store)[-1]
    wrong = replace(searched.signed.statement, consents=(b"\1" * 32,))
    assert Replay(evidence(ledger)).check(searched, wrong) is Outcome.OTHER


@pytest.mark.parametrize("permitted", [True, False])
def test_a_receipt_about_data_of_before_1970_replays_as_the_earlier_release_decided_it_too(permitted):
    ledger = LedgerFixture()
    record = ledger.issued(LAB)
    until_2000 = replace(ledger.grant(LAB), data_until=946_684_800)
    ledger.says(ledger.trial.address, [until_2000])
    ledger.anchor()
    ledger.kernel.decisions.evaluation.ask(ledger.asks(ledger.trial, record))
    statements = [with_period(each, record, (0, 1)) for each in everything(ledger.store)]
    (logged,) = receipts(ledger.store)
    stated = logged.signed.statement
    if permitted:
        (consent,) = (each for each in everything(ledger.store) if isinstance(each.signed.statement, Consent))
        entries = (consent.signed.entry.entry,)
        stated = replace(stated, permitted=True, reason=Reason.CONSENTED, consents=entries)
    assert Replay(evidence(ledger, statements=statements)).check(logged, stated) is Outcome.OPEN


def with_period(logged, record, period):
    """The statement, with this data period if it is the issue of the record."""
    issue = logged.signed.statement
    if not isinstance(issue, Issue) or issue.record_id != record:
        return logged
    changed = replace(issue, data_from=period[0], data_until=period[1])
    return replace(logged, signed=replace(logged.signed, statement=changed))
