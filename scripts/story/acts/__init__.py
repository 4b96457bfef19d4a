"""The acts, in the order they are played; each ends with checks, and leaves the ledger fit for the next."""

from collections.abc import Callable

from mydata_ledger.scripts.story.acts.breaking import byte_changed, killed
from mydata_ledger.scripts.story.acts.consenting import consents
from mydata_ledger.scripts.story.acts.emergency import emergency
from mydata_ledger.scripts.story.acts.issuing import issues
from mydata_ledger.scripts.story.acts.reading import aggregate, claim, stranger, trial
from mydata_ledger.scripts.story.acts.withdrawing import narrows, withdraws
from mydata_ledger.scripts.story.scene import Scene

IN_ORDER: tuple[Callable[[Scene], None], ...] = (
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
