"""No stale answer is served as fresh: random histories of issue, correction, erasure, consent, withdrawal, building."""

from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mydata_ledger.ledger.consent import Effect
from testing.ledger_fixture import LAB, VITALS
from tests.ledger.derived_world import RESEARCH, SUM, DerivedWorld, permit

CATEGORIES = [LAB, VITALS, "health.note"]


class DerivedHistory(RuleBasedStateMachine):
    """A ledger, and beside it what is true: which records are present, and whom the person lets do what."""

    @initialize()
    def begin(self):
        self.world = DerivedWorld()
        self.present, self.trial, self.builder, self.built = {}, set(), set(), []

    @rule(category=some.sampled_from(CATEGORIES))
    def issue(self, category):
        self.present[self.world.number(7, category)] = category

    @rule(data=some.data())
    def correct(self, data):
        if self.present:
            old = data.draw(some.sampled_from(sorted(self.present)))
            category = self.present.pop(old)
            self.present[self.world.number(8, category, supersedes=old)] = category

    @rule(data=some.data())
    def erase(self, data):
        if self.present:
            gone = data.draw(some.sampled_from(sorted(self.present)))
            self.world.erase(gone)
            del self.present[gone]
            assert not any(gone in sources for _, sources, _ in self.live())

    @rule(categories=some.sets(some.sampled_from([LAB, VITALS]), min_size=1))
    def consent_to_trial(self, categories):
        self.world.says(self.world.trial.address, [permit(*sorted(categories)), permit("health.note")])
        self.world.anchor()
        self.trial = set(categories)

    @rule()
    def forbid_all_to_trial(self):
        self.world.says(self.world.trial.address, [permit("health", effect=Effect.FORBID)])
        self.trial = set()

    @rule(categories=some.sets(some.sampled_from([LAB, VITALS]), min_size=1))
    def consent_to_builder(self, categories):
        self.world.turn_on(permit(*sorted(categories), purpose=SUM.purpose))
        self.builder = set(categories)

    @rule()
    def withdraw_from_builder(self):
        if self.builder:
            self.world.withdraws(self.world.operator)
            self.builder = set()

    @rule()
    def build(self):
        self.world.rebuild_due()
        held = self.world.held()
        may_be_built = {i for i, category in self.present.items() if category in self.builder}
        if held is None:
            assert not may_be_built
        else:
            assert {source.record_id for source in held.record.sources} == may_be_built
            self.built.append((held.record, self.considered()))

    def considered(self):
        return {i for i, category in self.present.items() if category != "health.note"}

    def live(self):
        keys = self.world.world.keys._keys
        built = ((r, {source.record_id for source in r.sources}, considered) for r, considered in self.built)
        return [one for one in built if one[0].id in keys]

    @invariant()
    def no_stale_answer_is_fresh(self):
        for record, considered in self.built[-2:]:
            answer, receipt = self.world.ask(record=record)
            sources = {source.record_id for source in record.sources}
            stands = {i for i in sources if self.present.get(i) in self.builder} == sources
            fresh = considered == self.considered()
            open_now = {i for i in sources if self.present.get(i) in self.trial}
            assert answer.sources == (open_now if fresh and stands else set())
            assert answer.decision.permitted == bool(answer.sources)
            assert receipt.signed.statement.purpose == RESEARCH

    @invariant()
    def one_key_at_most_is_left(self):
        assert len({record.id for record, _, _ in self.live()}) <= 1


TestDerivedHistory = DerivedHistory.TestCase
