"""Who may sign for whom: a representative the data subject named, or a guardian an authority named for a ward."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from mydata_ledger.ledger.consent import category_covers
from mydata_ledger.ledger.status import Status, stands, status_of

GUARDIAN = "guardian"
RELATIONS = frozenset({"representative", "carer", "attorney", GUARDIAN})
AUTHORITY = "authority"
"""The accredited role that may name a guardian."""
WITNESS, PAPER_PREFIX = "witness", "paper:0x"
"""The accredited role of those who hand in what a person signed on paper, and how the relation of the first of the two
begins: behind it stands, in hex, the digest of exactly the statement that the second signs.
"""
DELEGATE_PREFIX = "delegate:0x"


@dataclass(frozen=True, slots=True)
class Delegation:
    """`delegate` may sign for `data_subject` over the categories, in [`not_before`, `expires`) UTC seconds.

    `delegator` is the data subject, or an accredited authority for a ward; all three are ERC-7913 signer bytes. `proof`
    (32 bytes, zero without one) is the commitment of the record that shows the relation, for a guardian the one with
    the ward's birth date.
    """

    data_subject: bytes
    delegator: bytes
    delegate: bytes
    delegate_name: str
    relation: str
    categories: tuple[str, ...]
    not_before: int
    expires: int
    proof: bytes
    signed_at: int
    lock: bytes

    @property
    def grantee(self) -> str:
        """Under which name the statements between the two follow one another."""
        return delegate_name(self.delegate)

    @property
    def version(self) -> int:
        """Each delegation stands alone; a revocation that ends it is the second version."""
        return 1

    @property
    def on_paper(self) -> bool:
        """Whether it is a witness's word that the person signed one statement on paper: an office for that one only.

        `proof` is then the commitment of the sealed scan.
        """
        return self.relation.startswith(PAPER_PREFIX)

    def covers(self, categories: Collection[str]) -> bool:
        """Whether it is for all of these categories."""
        return all(any(category_covers(mine, wanted) for mine in self.categories) for wanted in categories)

    def carries(self, categories: Collection[str], at_time: int) -> bool:
        """Whether it is open at `at_time` (UTC seconds) and for all of these categories."""
        return not self.on_paper and self.not_before <= at_time < self.expires and self.covers(categories)


def paper_relation(digest: bytes) -> str:
    """The relation by which a witness binds their word to one statement (its 32-byte EIP-712 digest)."""
    return PAPER_PREFIX + digest.hex()


def delegate_name(delegate: bytes) -> str:
    """How a delegate is named where a revocation names a grantee: never the name of a party."""
    return DELEGATE_PREFIX + delegate.hex()


@dataclass(frozen=True, slots=True)
class DelegationState:
    """A delegation as the index knows it."""

    entry: bytes
    position: int
    delegation: Delegation
    anchored: bool
    revoked: bool = False
    superseded: bool = False

    def entitles(self, signer: bytes, at: int) -> bool:
        """Whether the signer may sign now by it; like every grant, only once it is on chain. Paper entitles to nothing
        further.
        """
        said = self.delegation
        counts = self.anchored and stands(self) and not said.on_paper
        return counts and said.delegate == signer and said.not_before <= at < said.expires

    def status(self, at: int) -> Status:
        """Where it is in its life at `at` (UTC seconds)."""
        return status_of(self, self.delegation.expires, at)


def with_ends(delegations: Iterable[DelegationState]) -> list[DelegationState]:
    """One person's delegations, where the end of one also ends every earlier one to the same delegate.

    A renewal replaces the delegation before it, so no statement can name that one any more. The word of a witness on
    paper is no such delegation: it ends by its own end only.
    """
    states, last = list(delegations), dict[bytes, int]()
    for state in states:
        if state.revoked:
            last[state.delegation.delegate] = max(state.position, last.get(state.delegation.delegate, state.position))
    return [replace(state, revoked=True) if _is_ended(state, last) else state for state in states]


def _is_ended(state: DelegationState, last: Mapping[bytes, int]) -> bool:
    return not state.delegation.on_paper and state.position < last.get(state.delegation.delegate, state.position)


def stands_by(signer: bytes, signed_at: int, position: int, delegations: Iterable[DelegationState]) -> bool:
    """Whether what a delegate signed, stored at `position`, still stands: a delegation before it was open at that
    time, and neither it nor a renewal of it was ended since. A later delegation revives nothing.
    """
    return any(not state.revoked for state in _open_then(signer, signed_at, position, with_ends(delegations)))


def office_of(
    signer: bytes, signed_at: int, position: int, delegations: Iterable[DelegationState]
) -> DelegationState | None:
    """The newest delegation by which somebody signed what lies at `position`, whether or not it stands today."""
    found = _open_then(signer, signed_at, position, delegations)
    return max(found, key=lambda state: state.position, default=None)


def _open_then(
    signer: bytes, signed_at: int, position: int, delegations: Iterable[DelegationState]
) -> Iterator[DelegationState]:
    for state in delegations:
        said = state.delegation
        if said.delegate == signer and state.position < position and said.not_before <= signed_at < said.expires:
            yield state


def renewals_of(entry: bytes, delegations: Iterable[DelegationState]) -> list[DelegationState]:
    """The delegation with that entry behind those that it renewed without an end between, oldest first."""
    states = [state for state in delegations if not state.delegation.on_paper]
    delegate = next((state.delegation.delegate for state in states if state.entry == entry), b"")
    run: list[DelegationState] = []
    for state in (state for state in states if state.delegation.delegate == delegate):
        run = [*run, state] if run and run[-1].superseded else [state]
        if state.entry == entry:
            return run
    return []


def still_covers(
    entry: bytes, categories: Collection[str], delegations: Sequence[DelegationState], at_time: int
) -> bool:
    """Whether what was made under the delegation with that entry may be used at `at_time`: its newest renewal covers
    the categories (empty: all of the delegation), is open, and neither was ended. A renewal need not be on chain yet.
    """
    made_under = next((state for state in delegations if state.entry == entry), None)
    if made_under is None or made_under.revoked or not made_under.anchored:
        return False
    newest = [state for state in delegations if state.delegation.delegate == made_under.delegation.delegate][-1]
    wanted = categories or made_under.delegation.categories
    return stands(newest) and newest.delegation.carries(wanted, at_time)


def majority(born: str, years: int) -> int:
    """The UTC second at which somebody born on that day (ISO 8601 date) comes of age. Raises ValueError."""
    day = date.fromisoformat(born)
    try:
        came_of_age = day.replace(year=day.year + years)
    except ValueError:
        came_of_age = date(day.year + years, 3, 1)
    return int(datetime(came_of_age.year, came_of_age.month, came_of_age.day, tzinfo=UTC).timestamp())
