"""The acts, in the order they are played; each ends with checks, and leaves the ledger fit for the next."""

from collections.abc import Callable

from scripts.story.acts.breaking import byte_changed, killed
from scripts.story.acts.consenting import consents
from scripts.story.acts.emergency import emergency
from scripts.story.acts.issuing import issues
from scripts.story.acts.reading import aggregate, claim, stranger, trial
from scripts.story.acts.withdrawing import narrows, withdraws
from scripts.story.scene import Scene

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
