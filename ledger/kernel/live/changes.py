"""What a change is: a list of an account. It does not say what changed in the list."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import DELEGATE_PREFIX, Delegation
from mydata_ledger.ledger.receipt import Statement


class ChangedList(StrEnum):
    """The lists of an account. `SESSION` is the account itself: whether it is a party, and what it may."""

    REQUESTS = "requests"
    MESSAGES = "messages"
    TIMELINE = "timeline"
    CONSENTS = "consents"
    SESSION = "session"


ListChange = tuple[str, ChangedList]
"""An account as `account_of` gives it, and the list of it that changed."""


def account_of(name: bytes | str) -> str:
    """The account of signer bytes, or of the name of a party, requester or recipient: 0x-hex in small letters."""
    return "0x" + name.hex() if isinstance(name, bytes) else name.lower()


def changes_by(statement: Statement, ended: Statement | None = None) -> Iterator[ListChange]:
    """The changes that a statement of the consents log makes for both its sides, and for whoever signed it; `ended` is
    the consent that a revocation ends. A party learns nothing of a consent that only forbids, nor of its end: none of
    its lists has it.
    """
    terms = ended if isinstance(statement, Revocation) else statement
    match statement:
        case Consent() | Revocation():
            yield account_of(statement.data_subject), ChangedList.REQUESTS
            yield account_of(statement.data_subject), ChangedList.CONSENTS
            yield account_of(statement.signer), ChangedList.CONSENTS
            if not isinstance(terms, Consent) or terms.permits_anything:
                yield from _changes_of_grantee(statement.grantee)
        case Delegation():
            for signer in (statement.data_subject, statement.delegator, statement.delegate):
                yield account_of(signer), ChangedList.CONSENTS


def _changes_of_grantee(grantee: str) -> Iterator[ListChange]:
    """Those of a party or a delegate; a role has no account."""
    if grantee.startswith(DELEGATE_PREFIX):
        yield "0x" + grantee.removeprefix(DELEGATE_PREFIX), ChangedList.CONSENTS
    elif grantee.startswith("0x"):
        yield account_of(grantee), ChangedList.REQUESTS
