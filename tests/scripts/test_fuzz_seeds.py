"""What the fuzzer starts from is well said: every seed goes through its parser, so that a target cannot rot unseen."""

from contextlib import suppress

import pytest

from bench.fuzz.targets import SEEDS, TARGETS
from mydata_ledger.ledger.errors import LedgerError


@pytest.mark.parametrize("name", TARGETS)
def test_a_parser_bears_its_seeds(name):
    assert SEEDS[name]
    for seed in [*SEEDS[name], b"", b"\xff", b"{}"]:
        with suppress(LedgerError):
            TARGETS[name](seed)
