"""Jobs of the trials service: counts that were asked in the background."""

from __future__ import annotations

from typing import Any

from mydata_ledger.api.slices import SHORTEST_PERIOD, Job
from mydata_ledger.ledger.kernel import BackgroundQuestion, Kernel
from mydata_ledger.services.trials.logic.counting import BACKGROUND, CountQuestion, people_counted
from mydata_ledger.services.trials.schemas import CountForm

MOST_COUNTED = 20
"""The most counts that are tried in one run of the job."""


def answer_counts(kernel: Kernel, _: int) -> int:
    """Answer the counts that wait. Whether a caller may have a number is decided now, not when they asked."""

    def answer(question: BackgroundQuestion) -> dict[str, Any]:
        form = CountForm.model_validate(question.form)
        wanted = CountQuestion(form.purpose, form.criteria(), form.least)
        return {"people": people_counted(kernel, question.requester, wanted), "least": form.least}

    return kernel.background.answers.work(BACKGROUND, answer, MOST_COUNTED)


JOBS = {"counts": Job(SHORTEST_PERIOD, answer_counts)}
