"""Background questions: a party asks now, a job answers later, and the party fetches the answer for some days."""

from __future__ import annotations

from dataclasses import dataclass

from mydata_ledger.ledger.kernel.background.answers import BackgroundAnswers
from mydata_ledger.ledger.kernel.background.questions import BackgroundQuestions
from mydata_ledger.ledger.kernel.world import World


@dataclass(frozen=True, slots=True, repr=False)
class Background:
    """The side of the party, and the side of the job."""

    questions: BackgroundQuestions
    answers: BackgroundAnswers

    @classmethod
    def of(cls, world: World) -> Background:
        """The component over one world."""
        return cls(questions=BackgroundQuestions(world), answers=BackgroundAnswers(world))
