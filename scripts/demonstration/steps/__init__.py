"""The steps of the demonstration in order; each one ends with checks and leaves the ledger ready for the next."""

from collections.abc import Callable, Iterator

from mydata_ledger.scripts.demonstration.context import DemoContext
from mydata_ledger.scripts.demonstration.steps.breaking import byte_changed, killed
from mydata_ledger.scripts.demonstration.steps.consenting import consents
from mydata_ledger.scripts.demonstration.steps.emergency import emergency
from mydata_ledger.scripts.demonstration.steps.issuing import issues
from mydata_ledger.scripts.demonstration.steps.reading import aggregate, claim, stranger, trial
from mydata_ledger.scripts.demonstration.steps.withdrawing import narrows, withdraws
from mydata_ledger.scripts.slices.folders import dotted_names, load, names

STEPS: tuple[Callable[[DemoContext], None], ...] = (
    issues,
    consents,
    trial,
    claim,
    aggregate,
    emergency,
    stranger,
)
"""Before the steps of the services."""
LAST_STEPS: tuple[Callable[[DemoContext], None], ...] = (narrows, withdraws, byte_changed, killed)


def all_steps() -> Iterator[Callable[[DemoContext], None]]:
    """Every step in order. A step of a service is loaded when its turn comes."""
    yield from STEPS
    for name in names():
        yield from map(load, dotted_names(name, "demo").values())
    yield from LAST_STEPS
