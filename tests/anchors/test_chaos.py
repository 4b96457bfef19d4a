"""Chaos: whatever a node answers, the ledger permits nothing that the contracts deny, and agrees with them soon."""

import pytest

from mydata_ledger.anchors import follower
from mydata_ledger.anchors.chain import events, logs
from mydata_ledger.scripts.devnet import Devnet, anvil
from mydata_ledger.scripts.npm import ToolMissing
from testing.lying_node import lying_node
from testing.sizes import full_or
from testing.stores import open_store
from tests.anchors.chaos import Chaos, Disagreement
from tests.anchors.conftest import Site
from tests.ledger.planting import planted

ROUNDS = 20
EPISODES = full_or(50, 1)
"""Chains on which the rounds are played: 1,000 rounds with all random examples, else 20."""
HEADS_FIRST = """[
            self._anchoring.mark_anchored(log, head, tip.number)
            for log, head in (self._chain.heads(tip) or {}).items()
            if head.size > self._log.last_anchored(log).head.size
        ]
        events = self._events.read("""
FAULTS = [
    ("no block is read again", 0, events, "common - OVERLAP + 1", "common + 1"),
    ("the filters of headers are not looked at", 3, logs, "if self._is_doubtful(", "if False and self._is_doubtful("),
    ("the directory is not read anew", 1, events, "is_whole = common is None or is_back", "is_whole = common is None"),
    ("grants are written before events are read", 11, follower, "events = self._events.read(", HEADS_FIRST),
    ("events count before they are written", 3, events, "self._read = self._to_keep", "self._kept = self._to_keep"),
    ("a signature ends one entry only", 1, events, "lock, log.block, log.indexed(2))", "bytes(32), log.block)"),
    ("a node that lags counts as a reorganisation", 3, follower, "if is_behind(", "if False and is_behind("),
]
"""What it would mean, the first seed to play, and the text that plants it."""
SEEDS = range(6)
"""Seeds of which one must find each fault."""


@pytest.fixture
def play(tmp_path):
    """Plays all rounds of a seed on a new chain."""
    try:
        anvil()
    except ToolMissing as error:
        pytest.skip(str(error))

    def played(seed):
        store = open_store(f"sqlite:///{tmp_path / str(seed)}.db")
        try:
            with Devnet(block_time=0) as devnet, lying_node(devnet.url) as node:
                chaos = Chaos(Site(devnet), node, store, seed)
                for _ in range(ROUNDS):
                    chaos.round()
        finally:
            store.dispose()

    return played


@pytest.mark.parametrize("seed", range(EPISODES))
def test_i8_a_node_that_lies_permits_nothing_and_hides_nothing_for_long(play, seed):
    play(seed)


@pytest.mark.parametrize(("seed", "module", "good", "bad"), [fault[1:] for fault in FAULTS], ids=[f[0] for f in FAULTS])
def test_every_planted_fault_is_caught(play, seed, module, good, bad):
    def play_until_caught():
        for each in dict.fromkeys((seed, *SEEDS)):
            play(each)

    with planted(module, good, bad), pytest.raises(Disagreement):
        play_until_caught()
