"""Persons whose consents name somebody, in memory."""

from __future__ import annotations

from collections.abc import Set

from mydata_ledger.anchors.memory.state import State
from mydata_ledger.ledger.access import Grantor, person_hash
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.receipt import CONSENTS


def grantors(state: State, names: Set[str], after: Grantor, limit: int) -> list[tuple[Grantor, bytes]]:
    """Persons with a consent to one of the names that no statement revoked or replaced, in the order of their hash."""
    persons = {
        consent.data_subject
        for logged in state.trees[CONSENTS].statements
        if isinstance(consent := logged.signed.statement, Consent)
        and consent.grantee in names
        and logged.signed.entry.entry not in state.superseded
        and not state.is_ended(logged.signed.entry)
    }
    found = sorted((person_hash(person), person) for person in persons)
    return [each for each in found if each[0] > after][:limit]
