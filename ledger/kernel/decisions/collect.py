"""Whether a collector may collect now: a question with a receipt, like every other one."""

from __future__ import annotations

from dataclasses import replace

from mydata_ledger.ledger.access import Decision
from mydata_ledger.ledger.collection import COLLECT, COLLECTOR, PlannedRecord
from mydata_ledger.ledger.errors import NotEntitled
from mydata_ledger.ledger.kernel.decisions.evaluate import Evaluation
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.receipt import LoggedStatement


class CollectionQuestions:
    """A yes is a use of the consent: `once`, `max-uses` and `every-days` count it."""

    def __init__(self, world: World, evaluation: Evaluation) -> None:
        self._world, self._evaluation = world, evaluation

    def collectable(self, collector: str, planned: PlannedRecord, purpose: str) -> tuple[Decision, LoggedStatement]:
        """The decision, and the receipt of the question.

        Raises NotEntitled for a caller who is no accredited collector, UnknownTerm, ChainBehind, SourceUnavailable.
        """
        party = self._world.directory.party(collector)
        if party is None or not party.plays(COLLECTOR, self._world.clock.now()):
            raise NotEntitled("only an accredited collector asks whether it may collect")
        request = self._evaluation.request(collector, planned.record_id, planned.category, purpose, COLLECT)
        return self._evaluation.ask(replace(request, planned=planned))
