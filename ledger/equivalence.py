"""Which records the rule cannot distinguish, so that a search decides one of them and gives the answer to all.

Equal keys mean equal decisions (permitted, reason, obligations), for one question by one requester at one moment, in
one state of the database. The key of a record is its category and the keys of the consents that name the requester or
anyone, without those that a statement superseded or revoked. `is_decided_alone` tells where a record has no key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from mydata_ledger.ledger.access import SELF_VIEW, AccessRequest
from mydata_ledger.ledger.consent import NEVER, Consent, Grant
from mydata_ledger.ledger.emergency import Emergency

Terms = tuple[str, str, tuple[Grant, ...], bytes, str]
"""The part of a consent that many people may share: grantee and their name, grants without their personal parts, notice
hash and language. The database stores exactly these once for all people who share them.
"""
Window = tuple[int, int | None]
"""The first second (UTC) of a window, and the first second after it; None for no end."""
ConsentKey = int | None
"""Number of the terms, and whether the consent is anchored, begun and unended; None where an answer can depend on
anything else.
"""


def terms(consent: Consent) -> Terms:
    """The terms of a consent. Whether a notice is outdated follows from its hash."""
    grants = tuple(map(_without_own_parts, consent.grants))
    return consent.grantee, consent.grantee_name, grants, consent.notice_hash, consent.notice_language


def _without_own_parts(grant: Grant) -> Grant:
    """The grant without its window, data period and chosen records."""
    return replace(grant, not_before=0, expires=0, data_from=0, data_until=0, records=())


def shared_window(consent: Consent) -> Window | None:
    """The one window of all grants of the consent. None where an answer can depend on more than terms, window and
    anchoring: chosen records, data periods, counted uses, named holders, or a delegate's signature, which ends with
    the delegation.
    """
    return _shared_window(consent.grants) if consent.signer == consent.data_subject else None


@lru_cache(maxsize=1_024)
def _shared_window(grants: tuple[Grant, ...]) -> Window | None:
    windows = {(grant.not_before, grant.expires) for grant in grants}
    if len(windows) != 1 or any(map(_has_own_parts, grants)):
        return None
    opens, closes = windows.pop()
    return (opens, closes if closes < NEVER else None) if opens < NEVER else None


def _has_own_parts(grant: Grant) -> bool:
    return bool(grant.records or grant.data_from or grant.data_until) or grant.counts_uses or grant.names_holders


def consent_key(terms: Any, anchored: Any, begun: Any, unended: Any) -> Any:
    """The ConsentKey of a consent that has a `shared_window`, from the number of its terms and three bits.

    Args:
        terms: number of the terms, the same for the same terms; an integer or an SQL expression, as are the others.
        anchored: 1 if the consent is on chain as deep as configured, else 0.
        begun: 1 if the window has opened, else 0.
        unended: 1 if the window has not closed, else 0.
    """
    return 8 * terms + 4 * anchored + 2 * begun + unended


def is_decided_alone(question: AccessRequest, incident: Emergency | None, consents: Sequence[ConsentKey]) -> bool:
    """Whether the answer about a record with these consents holds for no other record: the answer depends on the data
    subject (their own view, a declared incident), or a consent has no key.
    """
    return question.purpose == SELF_VIEW or incident is not None or None in consents
