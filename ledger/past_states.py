"""What a person's statements said of consents at a moment, for those who look back: questions of the past, replay."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass

from mydata_ledger.ledger.access import ConsentState
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation, DelegationState, stands_by
from mydata_ledger.ledger.party import ANYONE, Party
from mydata_ledger.ledger.receipt import LoggedStatement

Use = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class HistoricState:
    """What else was known then: how many statements were on chain, which entries the chain had ended, which notices
    were replaced (by their hash), and for an entry its uses: the second each was decided in, and the record.
    """

    anchored: int
    revealed: Callable[[bytes], bool]
    outdated: Set[bytes]
    used: Callable[[bytes], Sequence[Use]]


def states_at(visible: Sequence[LoggedStatement], seen: HistoricState, record_id: bytes) -> Iterator[ConsentState]:
    """Every consent among the statements that had been heard, in the order of the log."""
    replaced = {s.previous for each in visible if isinstance(s := each.signed.statement, Consent)}
    ended = {s.consent for each in visible if isinstance(s := each.signed.statement, Revocation)}
    ended |= {entry for each in visible if seen.revealed(entry := each.signed.entry.entry)}
    delegations = list(_delegations(visible, ended))
    for logged in visible:
        consent, entry = logged.signed.statement, logged.signed.entry.entry
        if isinstance(consent, Consent):
            used = seen.used(entry)
            moments = [at for at, record in used if record == record_id]
            yield ConsentState(
                entry=entry,
                position=logged.position,
                consent=consent,
                anchored=logged.position < seen.anchored,
                revoked=entry in ended or not _has_a_say(consent, logged.position, delegations),
                superseded=entry in replaced,
                notice_outdated=consent.notice_hash in seen.outdated,
                uses=len(used),
                uses_of_record=len(moments),
                last_use=max(moments, default=None),
            )


def naming(states: Iterator[ConsentState], requester: Party | None, at: int) -> list[ConsentState]:
    """Those that name the requester, by account, by a role held then, or with everyone."""
    names = {ANYONE} | (requester.grantee_names(at) if requester else frozenset())
    return [state for state in states if state.consent.grantee in names]


def _delegations(visible: Sequence[LoggedStatement], ended: Set[bytes]) -> Iterator[DelegationState]:
    """Who was named to sign for the person; whether one was replaced or is on chain yet makes no difference here."""
    for logged in visible:
        said, entry = logged.signed.statement, logged.signed.entry.entry
        if isinstance(said, Delegation):
            yield DelegationState(entry, logged.position, said, anchored=True, revoked=entry in ended)


def _has_a_say(consent: Consent, position: int, delegations: Sequence[DelegationState]) -> bool:
    is_own = consent.signer == consent.data_subject
    return is_own or stands_by(consent.signer, consent.signed_at, position, delegations)
