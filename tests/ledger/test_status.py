"""The status of a consent has one definition: the same terms for every view, in order of precedence."""

from dataclasses import replace
from itertools import product

import pytest

from mydata_ledger.ledger.access import ConsentState
from mydata_ledger.ledger.consent import Effect, Grant
from mydata_ledger.ledger.delegation import DelegationState
from mydata_ledger.ledger.status import Status
from tests.ledger.questions import NOW, corpus

CONSENT = next(state.consent for _, facts in corpus(200, seed=1) for state in facts.consents)


def grant(expires):
    return Grant(Effect.PERMIT, ("health",), ("*",), ("view",), 0, expires)


def expected(revoked, superseded, ends, anchored):
    """A definition of its own: the first row that applies."""
    table = [
        (revoked, "revoked"),
        (superseded, "superseded"),
        (max(ends) <= NOW, "expired"),
        (not anchored, "pending"),
        (True, "active"),
    ]
    return next(word for applies, word in table if applies)


@pytest.mark.parametrize("ends", [(NOW - 1,), (NOW,), (NOW + 1,), (NOW, NOW + 1), (NOW - 5, NOW)])
def test_every_combination_has_one_status(ends):
    consent = replace(CONSENT, grants=tuple(map(grant, ends)))
    for revoked, superseded, anchored in product([False, True], repeat=3):
        state = ConsentState(bytes(32), 0, consent, anchored, revoked, superseded)
        assert state.status(NOW) == expected(revoked, superseded, ends, anchored)
        assert state.stands is (not revoked and not superseded)


def test_a_delegation_is_spoken_of_in_the_same_words():
    class Office:
        expires = NOW + 1

    for revoked, superseded, anchored in product([False, True], repeat=3):
        state = DelegationState(bytes(32), 0, Office, anchored, revoked, superseded)
        assert state.status(NOW) == expected(revoked, superseded, (NOW + 1,), anchored)
        assert state.status(NOW + 1) in {Status.REVOKED, Status.SUPERSEDED, Status.EXPIRED}
