"""Faults planted in what delegates see, one at a time: each check that is named for one must fail.

Without a fault the same checks pass, here and in `test_wards`.
"""

from dataclasses import replace
from functools import cache

import pytest

from mydata_ledger.ledger.decide import decide
from testing.stores import open_store
from tests.api import test_own_devices as devices
from tests.api import test_wards as wards
from tests.api.ward_life import WardLife
from tests.ledger import crowd
from tests.ledger.definition import should
from tests.ledger.faults import DELEGATES
from tests.ledger.planting import planted
from tests.ledger.questions import NOW, corpus


@cache
def questions():
    """Questions with delegations in their facts, half of them in the person's own view, and what the definition
    answers.
    """
    found = [(request, facts) for request, facts in corpus(6_000, seed=3) if facts.record and facts.delegations]
    view = [(replace(request, purposes=("mydata:SELF_VIEW",)), facts) for request, facts in found]
    return [(request, facts, should(request, facts)) for request, facts in found + view]


def rule(_):
    for request, facts, wanted in questions():
        decision = decide(request, facts, NOW)
        assert (decision.permitted, decision.reason.value) == (wanted.permitted, wanted.reason)


def api(_):
    for seed in range(2):
        wards.check_random_offices(seed, 7)


def receipts(_):
    wards.check_receipts(WardLife())
    wards.check_receipts_of_a_link(WardLife())


def pages(_):
    wards.check_pages(WardLife())


def age(_):
    wards.check_coming_of_age(WardLife())


def stream(_):
    wards.check_stream_ends(WardLife())


def own(_):
    devices.check_reading(devices.owner())


def search(folder):
    store = open_store(f"sqlite:///{folder}/ledger.db")
    try:
        crowd.check(store, 0)
    finally:
        store.dispose()


CHECKS = {
    "rule": rule,
    "api": api,
    "receipts": receipts,
    "pages": pages,
    "age": age,
    "stream": stream,
    "own": own,
    "search": search,
}
CASES = [(module, good, bad, check) for _, module, good, bad, checks in DELEGATES for check in checks]
NAMES = [f"{meaning}, by {check}" for meaning, *_, checks in DELEGATES for check in checks]


@pytest.mark.parametrize(("module", "good", "bad", "check"), CASES, ids=NAMES)
def test_every_planted_fault_is_caught(tmp_path, module, good, bad, check):
    with planted(module, good, bad), pytest.raises(AssertionError):
        CHECKS[check](tmp_path)


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_without_a_fault_every_check_passes(tmp_path, check):
    check(tmp_path)
