"""Which lines of a person's timeline are wanted, and which of them are the person's own reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mydata_ledger.ledger.access import SELF_VIEW, Reason
from mydata_ledger.ledger.delegation import DelegationState
from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.receipt import AccessReceipt, Statement

NO_INCIDENT = bytes(32)


class Only(StrEnum):
    """The lines that alone are wanted: refused or permitted questions, or what an emergency is about."""

    REFUSED = "refused"
    PERMITTED = "permitted"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class TimelineFilter:
    """Lines of one party (its account, empty for every party), of one kind and about one record (its id, empty for
    every record); with `own` false, without the person's own reading.
    """

    party: str = ""
    only: Only | None = None
    own: bool = True
    record: bytes = b""

    def wants(self, statement: Statement) -> bool:
        """Whether a statement of the access log is of the party, of the kind and about the record."""
        if self.record and getattr(statement, "record_id", b"") != self.record:
            return False
        return (not self.party or asker_of(statement) == self.party) and self._is_of_kind(statement)

    def _is_of_kind(self, statement: Statement) -> bool:
        match self.only:
            case Only.REFUSED:
                return isinstance(statement, AccessReceipt) and not statement.permitted
            case Only.PERMITTED:
                return isinstance(statement, AccessReceipt) and statement.permitted
            case Only.EMERGENCY:
                return is_about_emergency(statement)
        return True


def asker_of(statement: Statement) -> str:
    """Who asked, or declared or extended an emergency, by their name as a requester."""
    return str(getattr(statement, "requester", "") or getattr(statement, "responder", ""))


def is_about_emergency(statement: Statement) -> bool:
    """Whether it declares or extends an emergency, or asks under one."""
    return not isinstance(statement, AccessReceipt) or statement.justification != NO_INCIDENT


def is_own_reading(statement: Statement, delegations: Sequence[DelegationState]) -> bool:
    """Whether the person themselves asked, with any key of theirs and also for an export; or somebody who acted for
    them then looked at what the person sees, which is logged before it is shown. `delegations` are those of the person.
    A record that another delegate opened is not own reading. A use of the person's link looks as if they had asked: the
    caller knows those.
    """
    if not isinstance(statement, AccessReceipt):
        return False
    if statement.requester == requester_name(statement.data_subject):
        return True
    if statement.purpose != SELF_VIEW:
        return False
    acted = [state.delegation for state in delegations if _acted(state, statement)]
    return any(one.is_own_device or statement.reason == Reason.SEARCHED for one in acted)


def _acted(state: DelegationState, receipt: AccessReceipt) -> bool:
    delegation = state.delegation
    is_theirs = not delegation.on_paper and requester_name(delegation.delegate) == receipt.requester
    return is_theirs and max(delegation.signed_at, delegation.not_before) <= receipt.decided_at < delegation.expires
