"""A statement that waits for a signature, with everything a wallet shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mydata_ledger.ledger.notice import Notice
from mydata_ledger.ledger.receipt import Statement


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement to be signed, its EIP-712 typed data, and the notice the person is to be shown.

    `summary` says it in words, in the language that was asked for; of a consent in its notice's, and so does `changes`:
    what it says otherwise than the version it replaces.
    """

    statement: Statement
    typed: dict[str, Any]
    notice: Notice | None = None
    summary: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
