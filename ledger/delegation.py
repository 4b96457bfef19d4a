"""Who may sign for whom: a representative whom the data subject named, or a guardian whom an authority named for a
ward.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from mydata_ledger.ledger.consent import category_covers
from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.status import Status, stands, status_of

GUARDIAN = "guardian"
OWN_DEVICE = "own-device"
"""The relation of a person to a further key of their own, such as a second passkey: it sees and signs as they do."""
RELATIONS = frozenset({"representative", "carer", "attorney", GUARDIAN, OWN_DEVICE})
EVERY_CATEGORY = ("*",)
AUTHORITY = "authority"
"""The accredited role that may name a guardian."""
WITNESS, PAPER_PREFIX = "witness", "paper:0x"
"""`WITNESS` is the accredited role of those who submit what a person signed on paper. `PAPER_PREFIX` is the start of
the relation that the first of the two witnesses signs; after it comes, in hex, the digest of exactly the statement that
the second witness signs.
"""
DELEGATE_PREFIX = "delegate:0x"
DELEGATE_ACTIONS = frozenset({"view", "copy"})
"""What a delegate may do with a record in the person's own view: read it, and keep a copy. The statement names no
actions; its text promises these.
"""


@dataclass(frozen=True, slots=True)
class Delegation:
    """`delegate` may sign for `data_subject` over the categories, in [`not_before`, `expires`) UTC seconds.

    `delegator` is the data subject, or an accredited authority for a ward. All three are ERC-7913 signer bytes. `proof`
    (32 bytes, zero without one) is the commitment of the record that shows the relation; for a guardian, of the record
    with the ward's birth date.
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
        """The name under which the statements between data subject and delegate follow one another."""
        return delegate_name(self.delegate)

    @property
    def version(self) -> int:
        """Always 1: each delegation is independent, and a revocation that ends it is version 2."""
        return 1

    @property
    def on_paper(self) -> bool:
        """Whether a witness states by this delegation that the person signed one statement on paper: it is valid for
        that statement only.

        `proof` is then the commitment of the sealed scan.
        """
        return self.relation.startswith(PAPER_PREFIX)

    @property
    def is_own_device(self) -> bool:
        """Whether the delegate is a further key of the data subject, who signed that themselves."""
        return self.relation == OWN_DEVICE and self.delegator == self.data_subject

    def covers(self, categories: Collection[str]) -> bool:
        """Whether it covers all of these categories."""
        return all(any(category_covers(covered, wanted) for covered in self.categories) for wanted in categories)

    def carries(self, categories: Collection[str], at_time: int) -> bool:
        """Whether it is open at `at_time` (UTC seconds) and covers all of these categories."""
        return not self.on_paper and self.not_before <= at_time < self.expires and self.covers(categories)


def paper_relation(digest: bytes) -> str:
    """The relation by which a witness binds their statement to another statement, given its 32-byte EIP-712 digest."""
    return PAPER_PREFIX + digest.hex()


def delegate_name(delegate: bytes) -> str:
    """The name of a delegate where a revocation names a grantee; it is never the name of a party."""
    return DELEGATE_PREFIX + delegate.hex()


@dataclass(frozen=True, slots=True)
class DelegationState:
    """A delegation and its state in the index."""

    entry: bytes
    position: int
    delegation: Delegation
    anchored: bool
    revoked: bool = False
    superseded: bool = False

    def entitles(self, signer: bytes, at_time: int) -> bool:
        """Whether the signer may sign at `at_time` under this delegation. Like every grant it counts only once it is on
        chain. A delegation on paper entitles to nothing further.
        """
        delegation = self.delegation
        counts = self.anchored and stands(self) and not delegation.on_paper
        return counts and delegation.delegate == signer and delegation.not_before <= at_time < delegation.expires

    def shows(self, data_subject: bytes, signer: bytes, category: str, at_time: int) -> bool:
        """Whether the signer sees the data subject's records of this category as the person does, at `at_time`."""
        delegation = self.delegation
        is_of = delegation.data_subject == data_subject and delegation.covers((category,))
        return is_of and self.entitles(signer, at_time)

    def status(self, at_time: int) -> Status:
        """Its status at `at_time` (UTC seconds)."""
        return status_of(self, self.delegation.expires, at_time)


def name_of_delegate(account: str, delegations: Iterable[DelegationState]) -> str:
    """The name of a person's delegate, by their account as a requester; the account if no delegation is to them."""
    delegates = (state.delegation for state in delegations)
    return next((each.delegate_name for each in delegates if requester_name(each.delegate) == account), account)


def with_ends(delegations: Iterable[DelegationState]) -> list[DelegationState]:
    """One person's delegations, where the end of one also ends every earlier one to the same delegate.

    A renewal replaces the delegation before it, so no statement can name the earlier one any more. The statement of a
    witness on paper is not such a delegation: only its own end ends it.
    """
    states, last = list(delegations), dict[bytes, int]()
    for state in states:
        if state.revoked and not state.delegation.on_paper:
            last[state.delegation.delegate] = max(state.position, last.get(state.delegation.delegate, state.position))
    return [replace(state, revoked=True) if _is_ended(state, last) else state for state in states]


def _is_ended(state: DelegationState, last: Mapping[bytes, int]) -> bool:
    return not state.delegation.on_paper and state.position < last.get(state.delegation.delegate, state.position)


def stands_by(signer: bytes, signed_at: int, position: int, delegations: Iterable[DelegationState]) -> bool:
    """Whether a statement at `position` that a delegate signed at `signed_at` still stands: a delegation before it was
    open then, and neither that delegation nor a renewal of it was revoked since. A later delegation does not make it
    stand again.
    """
    return any(not state.revoked for state in _open_then(signer, signed_at, position, with_ends(delegations)))


def office_of(
    signer: bytes, signed_at: int, position: int, delegations: Iterable[DelegationState]
) -> DelegationState | None:
    """The newest delegation under which the signer signed the statement at `position`, whether or not it
    stands today.
    """
    candidates = _open_then(signer, signed_at, position, delegations)
    return max(candidates, key=lambda state: state.position, default=None)


def _open_then(
    signer: bytes, signed_at: int, position: int, delegations: Iterable[DelegationState]
) -> Iterator[DelegationState]:
    for state in delegations:
        delegation = state.delegation
        is_open = delegation.not_before <= signed_at < delegation.expires
        if delegation.delegate == signer and state.position < position and is_open:
            yield state


def renewals_of(entry: bytes, delegations: Iterable[DelegationState]) -> list[DelegationState]:
    """The delegation with that entry, preceded by those that it renewed with no end between them, oldest first."""
    states = [state for state in delegations if not state.delegation.on_paper]
    delegate = next((state.delegation.delegate for state in states if state.entry == entry), b"")
    renewals: list[DelegationState] = []
    for state in (state for state in states if state.delegation.delegate == delegate):
        renewals = [*renewals, state] if renewals and renewals[-1].superseded else [state]
        if state.entry == entry:
            return renewals
    return []


def still_covers(
    entry: bytes, categories: Collection[str], delegations: Sequence[DelegationState], at_time: int
) -> bool:
    """Whether an item that was made under the delegation with that entry may be used at `at_time` (UTC seconds): the
    newest renewal covers the categories (empty: those of the delegation) and is open, and neither was revoked. A
    renewal need not be on chain yet.
    """
    made_under = next((state for state in delegations if state.entry == entry), None)
    if made_under is None or made_under.delegation.on_paper or made_under.revoked or not made_under.anchored:
        return False
    delegate = made_under.delegation.delegate
    newest = [s for s in delegations if s.delegation.delegate == delegate and not s.delegation.on_paper][-1]
    wanted = categories or made_under.delegation.categories
    return stands(newest) and newest.delegation.carries(wanted, at_time)


def majority(birth_date: str, years: int) -> int:
    """The UTC second at which a person born on `birth_date` (ISO 8601 date) comes of age. Raises ValueError."""
    day = date.fromisoformat(birth_date)
    try:
        came_of_age = day.replace(year=day.year + years)
    except ValueError:
        came_of_age = date(day.year + years, 3, 1)
    return int(datetime(came_of_age.year, came_of_age.month, came_of_age.day, tzinfo=UTC).timestamp())
