"""The states of a person's consents at a past moment, for the decision history and for replay."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, replace

from mydata_ledger.ledger.access import SELF_VIEW, ConsentState, Reason
from mydata_ledger.ledger.commitment.entry import Entry
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation, DelegationState, stands_by, with_ends
from mydata_ledger.ledger.party import ANYONE, Party
from mydata_ledger.ledger.receipt import AccessReceipt, LoggedStatement
from mydata_ledger.ledger.record import Issue

Use = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class HistoricState:
    """Facts of a past moment beside the statements.

    `anchored` is how many statements were on chain, `revealed` tells which statements a mark had ended, `outdated`
    holds the hashes of replaced notices, and `used` gives the uses of an entry: the second each was decided in, and the
    record.
    """

    anchored: int
    revealed: Callable[[Entry], bool]
    outdated: Set[bytes]
    used: Callable[[bytes], Sequence[Use]]


def states_at(
    visible: Sequence[LoggedStatement], historic_state: HistoricState, record_id: bytes
) -> Iterator[ConsentState]:
    """The state of every consent among the visible statements, in the order of the log."""
    replaced = {s.previous for each in visible if isinstance(s := each.signed.statement, Consent)}
    ended_entries = {s.consent for each in visible if isinstance(s := each.signed.statement, Revocation)}
    ended_entries |= {each.signed.entry.entry for each in visible if historic_state.revealed(each.signed.entry)}
    delegations = list(_delegations(visible, ended_entries))
    for logged in visible:
        consent, entry = logged.signed.statement, logged.signed.entry.entry
        if isinstance(consent, Consent):
            used = historic_state.used(entry)
            use_times = [used_at for used_at, record in used if record == record_id]
            yield ConsentState(
                entry=entry,
                position=logged.position,
                consent=consent,
                anchored=logged.position < historic_state.anchored,
                revoked=entry in ended_entries or not _signer_still_entitled(consent, logged.position, delegations),
                superseded=entry in replaced,
                notice_outdated=consent.notice_hash in historic_state.outdated,
                uses=len(used),
                uses_of_record=len(use_times),
                last_use=max(use_times, default=None),
            )


def delegations_at(
    visible: Sequence[LoggedStatement], historic_state: HistoricState, delegate: str
) -> tuple[DelegationState, ...]:
    """The state of every delegation among the visible statements to a delegate (their name as a requester)."""
    ended_entries = {s.consent for each in visible if isinstance(s := each.signed.statement, Revocation)}
    ended_entries |= {each.signed.entry.entry for each in visible if historic_state.revealed(each.signed.entry)}
    signer, anchored = bytes.fromhex(delegate[2:]), historic_state.anchored
    states = [state for state in _delegations(visible, ended_entries) if state.delegation.delegate == signer]
    last = max((state.position for state in states), default=-1)
    return tuple(with_ends(replace(s, anchored=s.position < anchored, superseded=s.position < last) for s in states))


def naming(states: Iterator[ConsentState], requester: Party | None, at_time: int) -> list[ConsentState]:
    """The consent states that name the requester: by account, by a role held at `at_time`, or as anyone."""
    names = {ANYONE} | (requester.grantee_names(at_time) if requester else frozenset())
    return [state for state in states if state.consent.grantee in names]


def _delegations(visible: Sequence[LoggedStatement], ended_entries: Set[bytes]) -> Iterator[DelegationState]:
    """The delegations of the person, without regard to whether one was replaced or is on chain yet."""
    for logged in visible:
        statement, entry = logged.signed.statement, logged.signed.entry.entry
        if isinstance(statement, Delegation):
            yield DelegationState(entry, logged.position, statement, anchored=True, revoked=entry in ended_entries)


def _signer_still_entitled(consent: Consent, position: int, delegations: Sequence[DelegationState]) -> bool:
    is_own = consent.signer == consent.data_subject
    return is_own or stands_by(consent.signer, consent.signed_at, position, delegations)


def readings(issue: Issue) -> list[Issue]:
    """The issue as it is read now, and as earlier releases read it.

    Records of before 1970 were issued with the period [0, 1), which the rule then took as known; [0, 2) has that
    meaning now.
    """
    earlier = [replace(issue, data_until=2)] if (issue.data_from, issue.data_until) == (0, 1) else []
    return [issue, *earlier]


def possible_delegations(
    visible: Sequence[LoggedStatement], historic_state: HistoricState, receipt: AccessReceipt
) -> list[tuple[DelegationState, ...]]:
    """The delegations that the rule may have been given: those to the requester, or none.

    Releases before ADR 56 gave it none. So a receipt of another reason than `delegated` is decided in both ways.
    """
    delegations = delegations_at(visible, historic_state, receipt.requester) if receipt.purpose == SELF_VIEW else ()
    return [delegations, ()] if delegations and receipt.reason != Reason.DELEGATED else [delegations]
