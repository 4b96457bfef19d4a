"""Persons whose consents name somebody, in the order of their hash."""

from __future__ import annotations

from collections.abc import Set

from sqlalchemy import bindparam

from mydata_ledger.anchors.store.db.prepared import Driver, PreparedQuery
from mydata_ledger.anchors.store.facts.facts import INDEXED_CONSENTS
from mydata_ledger.anchors.store.rows import statements
from mydata_ledger.anchors.store.rows.codec import key
from mydata_ledger.anchors.store.schema import CONSENTS
from mydata_ledger.ledger.access import Grantor
from mydata_ledger.ledger.consent import Consent

STANDING_TO = PreparedQuery(
    INDEXED_CONSENTS.where(CONSENTS.c.grantee == bindparam("grantee"), CONSENTS.c.person > bindparam("after"))
    .where(~CONSENTS.c.superseded, ~CONSENTS.c.revoked)
    .order_by(None)
    .order_by(CONSENTS.c.person)
    .limit(bindparam("most"))
)
"""In the order of the index of grantees, so that a page reads no more rows than it has. One consent of a person to a
grantee stands at a time.
"""


def grantors(driver: Driver, names: Set[str], after: Grantor, limit: int) -> list[tuple[Grantor, bytes]]:
    """The first `limit` persons after a place with a consent to one of the names that no statement revoked or replaced.

    A person with several such consents is named once.
    """
    found: dict[bytes, Grantor] = {}
    for name in sorted(names):
        rows = STANDING_TO.all(driver, {"grantee": key(name), "after": after, "most": limit})
        for consent in map(statements.statement_of, rows):
            if isinstance(consent, Consent) and consent.grantee == name:
                found[consent.data_subject] = key(consent.data_subject)
    persons = sorted((place, person) for person, place in found.items())
    return persons[:limit]
