"""The conditions under which a statement is accepted, each defined once and combined by `all_of`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from mydata_ledger.ledger.consent import NEVER, Consent, Effect, Grant, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.errors import InvalidStatement
from mydata_ledger.ledger.party import ADDRESS_SIZE, ANYONE, ROLE_PREFIX
from mydata_ledger.ledger.vocabulary import Vocabulary

T = TypeVar("T")
Condition = Callable[[T], None]
MAX_GRANTS = 64
MAX_CONDITIONS = 64
"""Of one grant."""
HEX_DIGITS = frozenset("0123456789abcdefABCDEF")
CLOCK_SKEW = 300
"""Seconds by which a signer's clock may be ahead of ours."""
SIGNED_WITHIN = 3_600
"""Seconds within which a signed statement must be submitted."""


def all_of(conditions: Sequence[Condition[T]]) -> Condition[T]:
    """The condition that every condition holds. An empty list is an error and accepts nothing."""
    if not conditions:
        raise ValueError("all_of() needs at least one condition")

    def check(subject: T) -> None:
        for condition in conditions:
            condition(subject)

    return check


def signed_lately(now: int) -> Condition[Consent | Revocation | Delegation]:
    """The statement was signed within the last hour and not in the future."""

    def check(statement: Consent | Revocation | Delegation) -> None:
        if not now - SIGNED_WITHIN <= statement.signed_at <= now + CLOCK_SKEW:
            raise InvalidStatement("the statement was signed too long ago or in the future; ask for a new draft")

    return check


def names_a_grantee(consent: Consent) -> None:
    """The grantee is a party's address, `role:<role>`, or `*` when nothing is permitted."""
    if consent.grantee == ANYONE:
        if any(grant.effect is Effect.PERMIT for grant in consent.grants):
            raise InvalidStatement("a consent to anyone may only forbid; name a party or a role to permit")
    elif not consent.grantee.removeprefix(ROLE_PREFIX) or not (
        consent.grantee.startswith(ROLE_PREFIX) or _is_address(consent.grantee)
    ):
        raise InvalidStatement("the grantee is a 0x address, `role:<role>` or `*`")


def _is_address(text: str) -> bool:
    return len(text) == 2 + 2 * ADDRESS_SIZE and HEX_DIGITS.issuperset(text.removeprefix("0x"))


def has_grants(consent: Consent) -> None:
    """A consent has at least one grant and not more than a person can read."""
    if not 0 < len(consent.grants) <= MAX_GRANTS:
        raise InvalidStatement(f"a consent has 1 to {MAX_GRANTS} grants; to end one, sign a revocation")


def grants_are_whole(now: int) -> Condition[Consent]:
    """No grant is empty, ends before it starts, or has ended already; its conditions are not more than MAX_CONDITIONS,
    and forbids carry none.
    """

    def check(consent: Consent) -> None:
        for number, grant in enumerate(consent.grants, start=1):
            _check_times(grant, number, now)
            if not (grant.categories and grant.purposes and grant.actions):
                raise InvalidStatement(f"grant {number} needs at least one category, purpose and action")
            if len(grant.conditions) > MAX_CONDITIONS:
                raise InvalidStatement(f"grant {number} has more than {MAX_CONDITIONS} conditions")
            if grant.effect is Effect.FORBID and grant.conditions:
                raise InvalidStatement(f"grant {number} forbids, so it cannot carry conditions")

    return check


def _check_times(grant: Grant, number: int, now: int) -> None:
    if max(grant.not_before, grant.expires, grant.data_from, grant.data_until) > NEVER:
        raise InvalidStatement(f"grant {number} names a time beyond 2^63 - 1, which means without an end")
    if grant.expires <= now:
        raise InvalidStatement(f"grant {number} is over already; choose an end in the future")
    if grant.expires <= grant.not_before:
        raise InvalidStatement(f"grant {number} ends before it starts")
    if grant.data_until and grant.data_until <= grant.data_from:
        raise InvalidStatement(f"the data period of grant {number} ends before it starts")


def in_vocabulary(vocabulary: Vocabulary) -> Condition[Consent]:
    """A catalog declares every term of every grant."""

    def check(consent: Consent) -> None:
        for grant in consent.grants:
            vocabulary.check_grant(grant)

    return check
