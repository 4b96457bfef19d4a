"""Consent as it is signed: grants to one grantee, in versions, ended by a revocation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from mydata_ledger.ledger.terms import COUNTED, FROM, RETAIN, Condition

NEVER = 2**63 - 1
"""`expires` of a grant without an end."""

ACTIONS = frozenset({"view", "copy", "transfer", "compute", "contact", "publish", "link"})


class Effect(StrEnum):
    """The effect of a grant; forbid is stronger than permit."""

    PERMIT = "permit"
    FORBID = "forbid"


@dataclass(frozen=True, slots=True)
class Grant:
    """One line of a consent.

    Times are UTC seconds. Both windows include their start and exclude their end; 0 in `data_from` or `data_until`
    means open. Empty `records` means every record of the categories. A category or purpose covers those below it. A
    forbid of a category also reaches records of a category above it, since these may be what it forbids.
    """

    effect: Effect
    categories: tuple[str, ...]
    purposes: tuple[str, ...]
    actions: tuple[str, ...]
    not_before: int
    expires: int
    data_from: int = 0
    data_until: int = 0
    records: tuple[bytes, ...] = ()
    conditions: tuple[str, ...] = ()

    def covers(self, category: str, purposes: tuple[str, ...], action: str, record_id: bytes) -> bool:
        """Whether the question is in the scope of the grant; `purposes` is the requested purpose followed by all
        purposes above it.
        """
        scope = (self.categories, category, self.purposes, purposes)
        return (
            (_in_scope(*scope) or (self.effect is Effect.FORBID and _may_be_in_scope(*scope)))
            and action in self.actions
            and (not self.records or record_id in self.records)
        )

    def forbids_all(self, at_time: int) -> bool:
        """Whether the grant forbids its grantee everything at `at_time`: a block."""
        if self.effect is not Effect.FORBID:
            return False
        covers_everything = "*" in self.categories and "*" in self.purposes and set(self.actions) >= ACTIONS
        unbounded = not (self.records or self.data_from or self.data_until)
        return covers_everything and unbounded and self.open_at(at_time)

    def open_at(self, at_time: int) -> bool:
        """Whether the window of the grant is open at `at_time`."""
        return self.not_before <= at_time < self.expires

    def reaches(self, data_from: int, data_until: int) -> bool:
        """Whether the grant applies to data of the period [`data_from`, `data_until`). An unknown period (0, 0) never
        satisfies a permit that names a period, and is always covered by a forbid. So is the period [0, 1), which
        records of before 1970 were issued with.
        """
        if not self.data_from and not self.data_until:
            return True
        end = self.data_until or NEVER
        if not data_from and data_until <= 1:
            return self.effect is Effect.FORBID
        if self.effect is Effect.FORBID:
            return data_from < end and (data_until or NEVER) > self.data_from
        return self.data_from <= data_from and (data_until or NEVER) <= end

    @property
    def counts_uses(self) -> bool:
        """Whether a condition of the grant depends on its earlier uses."""
        return any(text.partition(":")[0] in COUNTED for text in self.conditions)

    @property
    def names_holders(self) -> bool:
        """Whether a condition of the grant depends on who holds a record."""
        return any(text.partition(":")[0] == FROM for text in self.conditions)

    def terms(self) -> tuple[Condition | None, ...]:
        """The parsed conditions; None for a condition that this version of the rule does not know."""
        return _read(self.conditions)


@lru_cache(maxsize=4_096)
def _in_scope(categories: tuple[str, ...], category: str, granted: tuple[str, ...], purposes: tuple[str, ...]) -> bool:
    """Whether the grant covers category and purpose; cached, because the same few scopes recur."""
    return any(category_covers(held, category) for held in categories) and not {"*", *purposes}.isdisjoint(granted)


@lru_cache(maxsize=4_096)
def _may_be_in_scope(
    categories: tuple[str, ...], category: str, granted: tuple[str, ...], purposes: tuple[str, ...]
) -> bool:
    """Whether the purpose is covered, and a record of the category may be of a covered one that lies below it."""
    return any(category_covers(category, held) for held in categories) and not {"*", *purposes}.isdisjoint(granted)


@lru_cache(maxsize=4_096)
def _read(conditions: tuple[str, ...]) -> tuple[Condition | None, ...]:
    return tuple(Condition.read(text) for text in conditions)


def category_covers(granted: str, requested: str) -> bool:
    """Whether category `granted` equals `requested` or is above it: `health` covers `health.lab`, `*` covers all."""
    return granted in {"*", requested} or requested.startswith(granted + ".")


def retains(grants: Sequence[Grant], categories: Sequence[str], at_time: int) -> bool:
    """Whether permits that are open at `at_time` and whose retention has not ended then cover all of the categories;
    no categories stand for any.
    """
    held = [
        category
        for grant in grants
        if grant.effect is Effect.PERMIT and grant.open_at(at_time)
        if all(term is not None and (term.name != RETAIN or at_time < term.number) for term in grant.terms())
        for category in grant.categories
    ]
    return bool(categories) and all(any(category_covers(one, category) for one in held) for category in categories)


@dataclass(frozen=True, slots=True)
class Consent:
    """All grants of a data subject to one grantee; the next version replaces the whole consent.

    `data_subject` and `signer` are ERC-7913 signer bytes (for a wallet, its 20 address bytes). `grantee` is an EIP-55
    address, `role:<role>` or `*`. `previous` is the entry that it replaces (zero for version 1). Hashes and lock have
    32 bytes.
    """

    data_subject: bytes
    signer: bytes
    grantee: str
    grantee_name: str
    version: int
    previous: bytes
    grants: tuple[Grant, ...]
    notice_hash: bytes
    notice_language: str
    signed_at: int
    lock: bytes

    @property
    def permits_anything(self) -> bool:
        """Whether a grant permits; otherwise it only forbids."""
        return any(grant.effect is Effect.PERMIT for grant in self.grants)

    @property
    def categories(self) -> frozenset[str]:
        """Every category that a grant of it names."""
        return frozenset(category for grant in self.grants for category in grant.categories)

    @property
    def counts_uses(self) -> bool:
        """Whether a condition of any of its grants depends on earlier uses."""
        return any(grant.counts_uses for grant in self.grants if grant.conditions)


@dataclass(frozen=True, slots=True)
class Revocation:
    """The next version of a consent, without grants. It ends the consent of entry `consent`; `secret` opens the
    consent's lock, and is zero if it was lost.
    """

    data_subject: bytes
    signer: bytes
    grantee: str
    grantee_name: str
    version: int
    consent: bytes
    secret: bytes
    signed_at: int
