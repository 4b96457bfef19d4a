"""Consent as signed: grants to one grantee, versioned, ended by a revocation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from mydata_ledger.ledger.terms import COUNTED, Condition

NEVER = 2**63 - 1
"""`expires` of a grant without an end."""

ACTIONS = frozenset({"view", "copy", "transfer", "compute", "contact", "publish", "link"})


class Effect(StrEnum):
    """What a grant says; forbid outranks permit."""

    PERMIT = "permit"
    FORBID = "forbid"


@dataclass(frozen=True, slots=True)
class Grant:
    """One line of a consent.

    Times are UTC seconds; both windows include their start and exclude their end; `data_from` and `data_until` 0 mean
    open; no `records` means every record of the categories. Category and purpose cover what lies below them.
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
        """Whether the question lies in scope; `purposes` is the one asked with all those above it."""
        return (
            _in_scope(self.categories, category, self.purposes, purposes)
            and action in self.actions
            and (not self.records or record_id in self.records)
        )

    def forbids_all(self, at: int) -> bool:
        """Whether it forbids everything, to everyone it is said to, now: a block."""
        if self.effect is not Effect.FORBID:
            return False
        whole = "*" in self.categories and "*" in self.purposes and set(self.actions) >= ACTIONS
        unbounded = not (self.records or self.data_from or self.data_until)
        return whole and unbounded and self.open_at(at)

    def open_at(self, at: int) -> bool:
        """Whether the window is open."""
        return self.not_before <= at < self.expires

    def reaches(self, data_from: int, data_until: int) -> bool:
        """Whether data of the period [`data_from`, `data_until`) is meant; an unknown period (0, 0) never satisfies a
        permit that names one, and always a forbid.
        """
        if not self.data_from and not self.data_until:
            return True
        end = self.data_until or NEVER
        if not data_from and not data_until:
            return self.effect is Effect.FORBID
        if self.effect is Effect.FORBID:
            return data_from < end and (data_until or NEVER) > self.data_from
        return self.data_from <= data_from and (data_until or NEVER) <= end

    @property
    def counts_uses(self) -> bool:
        """Whether how often it was used matters."""
        return any(text.partition(":")[0] in COUNTED for text in self.conditions)

    def terms(self) -> tuple[Condition | None, ...]:
        """The conditions, read; None for one that this version of the rule does not know."""
        return _read(self.conditions)


@lru_cache(maxsize=4_096)
def _in_scope(categories: tuple[str, ...], category: str, granted: tuple[str, ...], purposes: tuple[str, ...]) -> bool:
    """Whether category and purpose are covered; the same few scopes are asked about again and again."""
    return any(category_covers(mine, category) for mine in categories) and not {"*", *purposes}.isdisjoint(granted)


@lru_cache(maxsize=4_096)
def _read(conditions: tuple[str, ...]) -> tuple[Condition | None, ...]:
    return tuple(Condition.read(text) for text in conditions)


def category_covers(granted: str, asked: str) -> bool:
    """Whether category `granted` is `asked` or lies above it: `health` covers `health.lab`, `*` covers all."""
    return granted in {"*", asked} or asked.startswith(granted + ".")


@dataclass(frozen=True, slots=True)
class Consent:
    """Everything the data subject says to one grantee; the next version replaces it whole.

    `data_subject` and `signer` are ERC-7913 signer bytes (a wallet: its 20 address bytes); `grantee` an EIP-55 address,
    `role:<role>` or `*`; `previous` the entry it replaces (zero for version 1); hashes and lock have 32 bytes.
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
    def counts_uses(self) -> bool:
        """Whether how often it was used matters to any of its grants."""
        return any(grant.counts_uses for grant in self.grants if grant.conditions)


@dataclass(frozen=True, slots=True)
class Revocation:
    """The next version, with no grants: ends the consent of that entry; `secret` opens its lock, zero if lost."""

    data_subject: bytes
    signer: bytes
    grantee: str
    grantee_name: str
    version: int
    consent: bytes
    secret: bytes
    signed_at: int
