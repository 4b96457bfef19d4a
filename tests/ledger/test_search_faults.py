"""Faults planted in the search, one at a time: the law of equal keys, or a crowd in a database, must catch every one.

Without a fault the same checks pass in `test_equivalence` and `test_searching`.
"""

from functools import cache

import pytest

from testing.stores import open_store
from tests.ledger import crowd, equivalent_consents
from tests.ledger.faults import SEARCH
from tests.ledger.planting import planted


@cache
def pairs():
    return equivalent_consents.corpus(*equivalent_consents.CORPUS)


def law(_):
    equivalent_consents.check_law(pairs())


def facts(_):
    equivalent_consents.check_facts(pairs())


def search(folder):
    for seed in crowd.SEEDS:
        store = open_store(f"sqlite:///{folder / str(seed)}.db")
        try:
            crowd.check(store, seed)
        finally:
            store.dispose()


CHECKS = {"law": law, "facts": facts, "search": search}
CASES = [(module, good, bad, CHECKS[check]) for _, module, good, bad, checks in SEARCH for check in checks]
NAMES = [f"{meaning}, by the {check}" for meaning, *_, checks in SEARCH for check in checks]


@pytest.mark.parametrize(("module", "good", "bad", "check"), CASES, ids=NAMES)
def test_every_planted_fault_is_caught(tmp_path, module, good, bad, check):
    with planted(module, good, bad), pytest.raises(AssertionError):
        check(tmp_path)
