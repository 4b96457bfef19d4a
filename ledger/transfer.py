"""Transfer requests (전송요구; Korean PIPA article 35-2, Credit Information Act article 33-2): a person has data sent
to a recipient, once or at intervals, until a date. Each is a grant of its own kind, signed, withdrawn, answered as any.
"""

from __future__ import annotations

from dataclasses import dataclass

from mydata_ledger.ledger.consent import NEVER, Effect, Grant
from mydata_ledger.ledger.errors import InvalidStatement
from mydata_ledger.ledger.terms import Condition

TRANSFER, ONCE, EVERY, RETAIN = "transfer", "once", "every-days", "retain-until"
LONGEST_INTERVAL = 366


@dataclass(frozen=True, slots=True)
class Transfer:
    """What is asked for: which data, for what, how often each record (`every_days` 0: once), until when (UTC seconds,
    exclusive), over which period of the data (0 open), and until when the recipient keeps it (0: as long as the request
    lasts).
    """

    categories: tuple[str, ...]
    purpose: str
    every_days: int
    ends: int
    data_from: int = 0
    data_until: int = 0
    retain_until: int = 0

    def grant(self, now: int) -> Grant:
        """The grant that says so from `now` on. Raises InvalidStatement for one that never ends or comes round."""
        if not now < self.ends < NEVER:
            raise InvalidStatement("a transfer request ends at a date in the future; say which")
        if not 0 <= self.every_days <= LONGEST_INTERVAL:
            raise InvalidStatement(f"a periodic transfer comes every 1 to {LONGEST_INTERVAL} days; 0 is once")
        how = f"{EVERY}:{self.every_days}" if self.every_days else ONCE
        kept = (f"{RETAIN}:{self.retain_until}",) if self.retain_until else ()
        data = (self.data_from, self.data_until)
        return Grant(
            Effect.PERMIT, self.categories, (self.purpose,), (TRANSFER,), now, self.ends, *data, (), (how, *kept)
        )


def terms_of(grant: Grant) -> Transfer | None:
    """The transfer request in a grant; None for a grant that is anything else, or more."""
    known = {c.name: c for c in map(Condition.read, grant.conditions) if c}
    shaped = grant.effect is Effect.PERMIT and grant.actions == (TRANSFER,) and len(grant.purposes) == 1
    how = {ONCE, EVERY} & known.keys()
    if not shaped or len(how) != 1 or grant.records or not len(known) == len(grant.conditions) <= 2:
        return None
    if known.keys() - {ONCE, EVERY, RETAIN} or grant.expires == NEVER:
        return None
    days = known[EVERY].number if EVERY in known else 0
    kept = known[RETAIN].number if RETAIN in known else 0
    return Transfer(grant.categories, grant.purposes[0], days, grant.expires, grant.data_from, grant.data_until, kept)
