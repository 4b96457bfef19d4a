"""What a delegation must say, whoever signed it."""

from __future__ import annotations

from mydata_ledger.ledger.conditions import Condition
from mydata_ledger.ledger.delegation import EVERY_CATEGORY, GUARDIAN, OWN_DEVICE, RELATIONS, Delegation
from mydata_ledger.ledger.errors import InvalidStatement

LONGEST = 10 * 366 * 86_400
"""The maximum duration, in seconds, of a representative's delegation; a guardian's lasts until the ward comes of age.
"""


def is_whole(now: int) -> Condition[Delegation]:
    """The check of relation, window, delegate and categories at `now` (UTC seconds)."""

    def check(delegation: Delegation) -> None:
        if delegation.relation not in RELATIONS:
            raise InvalidStatement(f"unknown relation; use one of {', '.join(sorted(RELATIONS))}")
        if not now < delegation.expires > delegation.not_before:
            raise InvalidStatement("the delegation is over already, or before it starts; choose an end in the future")
        if delegation.relation != GUARDIAN and delegation.expires > now + LONGEST:
            raise InvalidStatement("nobody is named for more than ten years; choose an earlier end")
        if (
            not delegation.categories
            or delegation.delegate in {delegation.data_subject, b""}
            or not delegation.delegate_name.strip()
        ):
            raise InvalidStatement("a delegation needs a delegate other than the person, their name, and a category")
        if delegation.relation == OWN_DEVICE and delegation.categories != EVERY_CATEGORY:
            raise InvalidStatement("a device of your own covers every category; give `*` alone")

    return check
