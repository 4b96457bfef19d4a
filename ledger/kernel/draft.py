"""Drafts: statements that wait for a signature, with everything that a wallet shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mydata_ledger.ledger.notice import Notice
from mydata_ledger.ledger.receipt import Statement


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement to be signed, its EIP-712 typed data, and the notice that the person must be shown.

    `summary` is the statement in words, in the requested language; for a consent, in the language of its notice.
    `changes` lists, in the same language, how a consent differs from the version that it replaces.
    """

    statement: Statement
    typed: dict[str, Any]
    notice: Notice | None = None
    summary: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
