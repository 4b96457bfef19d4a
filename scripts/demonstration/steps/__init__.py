"""The steps of the demonstration in order; each one ends with checks and leaves the ledger ready for the next."""

from collections.abc import Callable

from mydata_ledger.scripts.demonstration.context import DemoContext
from mydata_ledger.scripts.demonstration.steps.breaking import byte_changed, killed
from mydata_ledger.scripts.demonstration.steps.consenting import consents
from mydata_ledger.scripts.demonstration.steps.emergency import emergency
from mydata_ledger.scripts.demonstration.steps.issuing import issues
from mydata_ledger.scripts.demonstration.steps.reading import aggregate, claim, stranger, trial
from mydata_ledger.scripts.demonstration.steps.withdrawing import narrows, withdraws

STEPS: tuple[Callable[[DemoContext], None], ...] = (
    issues,
    consents,
    trial,
    claim,
    aggregate,
    emergency,
    stranger,
    narrows,
    withdraws,
    byte_changed,
    killed,
)
