"""Transfer requests (전송요구; Korean PIPA article 35-2, Credit Information Act article 33-2): a person has data sent
to a recipient, once or at intervals, until a date.

Each is a grant of its own kind, and is signed, withdrawn and answered like any other grant.
"""

from __future__ import annotations

from dataclasses import dataclass

from mydata_ledger.ledger.consent import NEVER, Consent, Effect, Grant
from mydata_ledger.ledger.errors import InvalidStatement
from mydata_ledger.ledger.terms import ASSET, FROM, RETAIN, Condition, canonical, values

TRANSFER, ONCE, EVERY = "transfer", "once", "every-days"
LONGEST_INTERVAL = 366


@dataclass(frozen=True, slots=True)
class Transfer:
    """The terms of a transfer request.

    `every_days` is the interval for each record (0: once), `ends` the end (UTC seconds, exclusive), `data_from` and
    `data_until` the period of the data (0 open), and `retain_until` the end of retention by the recipient (0: as long
    as the request lasts). `holders` are the addresses of those whose data it is about, `assets` the accounts, cards or
    meters, by ids (both empty: any).
    """

    categories: tuple[str, ...]
    purpose: str
    every_days: int
    ends: int
    data_from: int = 0
    data_until: int = 0
    retain_until: int = 0
    holders: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()

    def grant(self, now: int) -> Grant:
        """The grant of these terms from `now` on. Raises InvalidStatement without an end, with an interval out of
        range, and for what is no address or no id.
        """
        if not now < self.ends < NEVER:
            raise InvalidStatement("a transfer request ends at a date in the future; say which")
        if not 0 <= self.every_days <= LONGEST_INTERVAL:
            raise InvalidStatement(f"a periodic transfer comes every 1 to {LONGEST_INTERVAL} days; 0 is once")
        frequency = f"{EVERY}:{self.every_days}" if self.every_days else ONCE
        retention = (f"{RETAIN}:{self.retain_until}",) if self.retain_until else ()
        named = (f"{FROM}:{holder}" for holder in self.holders), (f"{ASSET}:{asset}" for asset in self.assets)
        data = (self.data_from, self.data_until)
        return Grant(
            Effect.PERMIT,
            self.categories,
            (self.purpose,),
            (TRANSFER,),
            now,
            self.ends,
            *data,
            (),
            canonical([frequency, *retention, *named[0], *named[1]]),
        )


def terms_of(grant: Grant) -> Transfer | None:
    """The transfer request in a grant; None for a grant that is anything else, or more."""
    terms = [term for term in map(Condition.read, grant.conditions) if term]
    conditions = {term.name: term for term in terms if term.name not in {FROM, ASSET}}
    holders, assets = tuple(values(terms, FROM)), tuple(values(terms, ASSET))
    is_plain = len(terms) == len(grant.conditions) == len(conditions) + len(holders) + len(assets)
    is_transfer = grant.effect is Effect.PERMIT and grant.actions == (TRANSFER,) and len(grant.purposes) == 1
    frequency = {ONCE, EVERY} & conditions.keys()
    if not is_transfer or len(frequency) != 1 or grant.records or not is_plain:
        return None
    if conditions.keys() - {ONCE, EVERY, RETAIN} or grant.expires == NEVER:
        return None
    days = conditions[EVERY].number if EVERY in conditions else 0
    retention = conditions[RETAIN].number if RETAIN in conditions else 0
    when = days, grant.expires, grant.data_from, grant.data_until, retention
    return Transfer(grant.categories, grant.purposes[0], *when, holders, assets)


def holders_in(consent: Consent, at_time: int) -> frozenset[str]:
    """The holders (EIP-55 addresses) that permits of the consent which have not ended name for a transfer."""
    return frozenset(holder for grant in consent.grants if grant.expires > at_time for holder in asked_of(grant))


def asked_of(grant: Grant) -> frozenset[str]:
    """The holders that the grant asks to send data; empty for a grant that is no permit to transfer."""
    if grant.effect is not Effect.PERMIT or TRANSFER not in grant.actions:
        return frozenset()
    return frozenset(values(grant.terms(), FROM))
