"""Decisions: questions answered by the rule, each with its receipt, and the releases that follow."""

from __future__ import annotations

from dataclasses import dataclass

from mydata_ledger.ledger.kernel.consents import Consents
from mydata_ledger.ledger.kernel.decisions.compute import Computation
from mydata_ledger.ledger.kernel.decisions.evaluate import Evaluation
from mydata_ledger.ledger.kernel.decisions.figures import DisclosureControl
from mydata_ledger.ledger.kernel.decisions.group_opening import GroupOpening
from mydata_ledger.ledger.kernel.decisions.history import DecisionHistory
from mydata_ledger.ledger.kernel.decisions.record_questions import RecordQuestions
from mydata_ledger.ledger.kernel.decisions.release import Releases
from mydata_ledger.ledger.kernel.decisions.search import RecordSearch
from mydata_ledger.ledger.kernel.decisions.streams import ReleaseStream
from mydata_ledger.ledger.kernel.decisions.verify import Verification
from mydata_ledger.ledger.kernel.statement_signing import StatementSigning
from mydata_ledger.ledger.kernel.world import World


@dataclass(frozen=True, slots=True, repr=False)
class Decisions:
    """The operations of requesters."""

    evaluation: Evaluation
    search: RecordSearch
    record_questions: RecordQuestions
    history: DecisionHistory
    releases: Releases
    streams: ReleaseStream
    opening: GroupOpening
    computation: Computation
    figures: DisclosureControl
    verification: Verification

    @classmethod
    def of(cls, world: World, statements: StatementSigning, consents: Consents) -> Decisions:
        """The component over one world."""
        evaluation = Evaluation(world, statements)
        search = RecordSearch(world, statements, evaluation)
        releases = Releases(world, evaluation, consents.paper_marks)
        opening = GroupOpening(world)
        return cls(
            evaluation=evaluation,
            search=search,
            record_questions=RecordQuestions(world, evaluation, search),
            history=DecisionHistory(world, search),
            releases=releases,
            streams=ReleaseStream(world, evaluation, search, releases),
            opening=opening,
            computation=Computation(world, evaluation, search, opening),
            figures=DisclosureControl(world),
            verification=Verification(world, evaluation, opening, consents.acting),
        )
