"""The numbered invariants hold over random histories of grants, withdrawals, time, blocks and questions."""

from hypothesis import settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mydata_ledger.ledger import merkle
from mydata_ledger.ledger.access import Finding
from mydata_ledger.ledger.consent import Effect, Grant
from mydata_ledger.ledger.errors import AccessDenied
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.receipt import ACCESS, LOGS, verify_logged
from testing.ledger_fixture import LAB, VITALS, LedgerFixture
from testing.sizes import sized

effects = some.sampled_from(Effect)
categories = some.sampled_from(["health", LAB, VITALS])


class OneLife(RuleBasedStateMachine):
    """One person, two records, a trial and a crew; a model in sets beside the kernel."""

    def __init__(self):
        super().__init__()
        self.ledger = LedgerFixture()
        self.records = {LAB: self.ledger.issued(LAB), VITALS: self.ledger.issued(VITALS)}
        self.ledger.anchor()
        self.question_count = 0
        self.standing, self.on_chain = [], False
        self.withdrawn = set()
        self.heads = {log: Head(0, merkle.EMPTY_ROOT) for log in LOGS}

    @rule(statement=some.lists(some.tuples(effects, categories, some.integers(1, 60)), min_size=1, max_size=3))
    def ann_signs(self, statement):
        now = self.ledger.clock.now()
        grants = [Grant(e, (c,), ("hl7:CLINTRCH",), ("view",), now, now + length) for e, c, length in statement]
        self.withdrawn |= self.current_entry()
        self.ledger.says(self.ledger.trial.address, grants)
        self.standing, self.on_chain = grants, False

    @precondition(lambda self: self.standing)
    @rule()
    def ann_withdraws(self):
        self.withdrawn |= self.current_entry()
        draft = self.ledger.kernel.consents.drafts.revocation(self.ledger.ann.signer, self.ledger.trial.address)
        self.ledger.kernel.consents.revocations.accept(
            draft.statement, self.ledger.sign(self.ledger.ann, draft.statement)
        )
        self.standing = []

    @rule()
    def a_block_comes(self):
        self.ledger.anchor()
        self.on_chain = True

    @rule()
    def the_chain_forgets_its_last_block(self):
        consents = self.ledger.store.log.anchored("consents").head
        if consents.size:
            before = self.ledger.store.log.head_at("consents", consents.size - 1)
            self.ledger.store.anchoring.roll_back("consents", before, block=6)
            self.on_chain = self.on_chain and not self.newest_is_at(consents.size - 1)

    @rule(seconds=some.integers(1, 30))
    def time_passes(self, seconds):
        self.ledger.clock.passes(seconds)
        self.ledger.store.anchoring.touch(self.ledger.clock.now())

    @rule(category=some.sampled_from([LAB, VITALS]))
    def the_trial_asks(self, category):
        self.question_count += 1
        try:
            release = self.ledger.reads(self.ledger.trial, self.records[category], category)
        except AccessDenied:
            released = False
        else:
            released = True
            self.check_i1_receipt_first(release)
        assert released is self.model_permits(category)

    def check_i1_receipt_first(self, release):
        assert self.ledger.store.log.statement_at(ACCESS, release.receipt.position) == release.receipt

    def model_permits(self, category):
        now = self.ledger.clock.now()
        live = [g for g in self.standing if now < g.expires and g.categories[0] in {category, "health"}]
        forbidden = any(g.effect is Effect.FORBID for g in live)
        return self.on_chain and bool(live) and not forbidden

    def current_entry(self):
        newest = self.ledger.newest(self.ledger.trial)
        return {newest.signed.entry.entry} if newest and self.standing else set()

    def newest_is_at(self, position):
        newest = self.ledger.newest(self.ledger.trial)
        return newest is not None and newest.position >= position

    @invariant()
    def i1_every_question_leaves_one_receipt(self):
        assert self.ledger.store.log.head(ACCESS).size == self.question_count

    @invariant()
    def i3_nothing_withdrawn_permits_again(self):
        request = self.ledger.asks(self.ledger.trial, self.records[LAB])
        facts = self.ledger.store.index.facts(request, self.ledger.clock.now())
        ended = {s.entry for s in facts.consents if s.revoked or s.superseded}
        assert self.withdrawn <= ended

    @invariant()
    def i4_every_log_continues_itself(self):
        for log in LOGS:
            old, new = self.heads[log], self.ledger.store.log.head(log)
            if old.size:
                merkle.verify_consistency(old, new, self.ledger.store.log.consistency(log, old.size, new.size))
            self.heads[log] = new

    @invariant()
    def i9_every_accepted_statement_is_provable(self):
        for log in LOGS:
            head = self.ledger.store.log.head(log)
            if head.size:
                logged = self.ledger.store.log.statement_at(log, head.size - 1)
                path = self.ledger.store.log.inclusion(log, logged.position, head.size)
                verify_logged(logged.signed.entry, logged.position, path, head)


OneLife.TestCase.settings = settings(max_examples=sized(40), stateful_step_count=25, deadline=None)
TestOneLife = OneLife.TestCase


def test_i2_an_expired_grant_is_named_expired():
    ledger = LedgerFixture()
    record = ledger.issued(LAB)
    now = ledger.clock.now()
    ledger.says(ledger.trial.address, [Grant(Effect.PERMIT, (LAB,), ("hl7:CLINTRCH",), ("view",), now, now + 5)])
    ledger.anchor()
    ledger.clock.passes(5)
    decision, _ = ledger.kernel.decisions.evaluation.ask(ledger.asks(ledger.trial, record))
    assert [finding for _, finding in decision.findings] == [Finding.EXPIRED]
