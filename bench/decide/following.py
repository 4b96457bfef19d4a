"""A follower that starts without state: log heads and revocation events, compared with web3.py."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import orjson
from web3 import Web3

from bench.decide import population
from bench.decide.bulk import ratio_row
from bench.decide.serve import BenchClock
from bench.report import Row, StatusCallback
from mydata_ledger.anchors.chain import Chain
from mydata_ledger.anchors.follower import MARKS_AT_ONCE, Follower
from mydata_ledger.anchors.store import Store
from mydata_ledger.ledger.commitment.entry import RevocationMark
from mydata_ledger.ledger.receipt import CONSENTS
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.deploy import deploy
from mydata_ledger.scripts.devnet import Devnet
from mydata_ledger.scripts.serve import freeze_garbage_collector
from testing.stores import open_store

LEAVES, OPENINGS = 5_000, 500
"""Number in one transaction; three times as many reach the gas cap."""
ROUNDS = 5
ADMIN, SEQUENCER = b"\xad" * 32, b"\x5e" * 32
ARTIFACT = Path(__file__).parents[2] / "anchors" / "artifacts" / "ConsentRegistry.json"


def following(folder: Path, statements: int, revocations: int, on_status: StatusCallback) -> list[Row]:
    """Rows of a follower from an index without chain data to the newest block."""
    store = open_store(f"sqlite:///{folder / 'followed.db'}")
    store.directory.set_parties(population.PARTIES)
    population.restore(store, population.consent, CONSENTS, statements, on_status)
    freeze_garbage_collector()
    with Devnet(block_time=0) as devnet:
        chain = Chain(devnet.url, deploy(devnet.url, ADMIN, Wallet(SEQUENCER).address), SEQUENCER)
        on_status("follower: appending")
        _append(chain, store, statements)
        plain = [_catch_up_seconds(store, chain) for _ in range(ROUNDS)]
        leaves = [statements / _seconds(lambda: _read_leaves(chain, statements)) for _ in range(ROUNDS)]
        decoded = [statements / _seconds(lambda: _decode_with_web3(devnet.url, chain, "Appended")) for _ in range(2)]
        on_status("follower: revoking")
        _revoke(chain, revocations)
        events = [revocations / (_catch_up_seconds(store, chain) - median(plain)) for _ in range(ROUNDS)]
        theirs = [revocations / _seconds(lambda: _decode_with_web3(devnet.url, chain, "Revoked")) for _ in range(2)]
        assert store.index.consents_of(population.person(revocations - 1))[0].revoked
    store.dispose()
    return _rows(statements, revocations, [plain, leaves, decoded, events, theirs])


def parts(folder: Path, revocations: int) -> Iterator[tuple[str, float]]:
    """Parts of following revocations with their processor time, µs each, without the time of the node."""
    store = open_store(f"sqlite:///{folder / 'parts-followed.db'}")
    store.directory.set_parties(population.PARTIES)
    population.restore(store, population.consent, CONSENTS, revocations, lambda _: None)
    with Devnet(block_time=0) as devnet:
        chain = Chain(devnet.url, deploy(devnet.url, ADMIN, Wallet(SEQUENCER).address), SEQUENCER)
        _append(chain, store, revocations)
        _revoke(chain, revocations)
        tip = chain.tip().number
        revoked = sorted(chain.revoked(0, tip), key=lambda mark: mark.key)
        tasks: dict[str, Callable[[], object]] = {
            "read out of events": lambda: chain.revoked(0, tip),
            "marked as revoked, remembered, durable": lambda: _mark_revoked(store, revoked),
            "read by web3.py's decoded get_logs": lambda: _decode_with_web3(devnet.url, chain, "Revoked"),
        }
        for name, task in tasks.items():
            yield name, min(_processor_seconds(task) for _ in range(ROUNDS)) / revocations * 1e6
    store.dispose()


def _mark_revoked(store: Store, revoked: Sequence[RevocationMark]) -> None:
    store.anchoring.conceal(-1)
    for start in range(0, len(revoked), MARKS_AT_ONCE):
        store.anchoring.revealed(revoked[start : start + MARKS_AT_ONCE])


def _processor_seconds(task: Callable[[], object]) -> float:
    started = time.process_time()
    task()
    return time.process_time() - started


def _rows(statements: int, revocations: int, seconds: list[list[float]]) -> list[Row]:
    plain, leaves, decoded, events, theirs = map(median, seconds)
    web3py, fast = {"peer": "web3.py's decoded get_logs of the same events"}, {"least": 20_000}
    heads = ratio_row(f"follower, heads of {statements:,} statements", "statements/s", statements / plain, decoded, 6.0)
    read = ratio_row(f"{statements:,} leaves out of events, for an auditor", "leaves/s", leaves, decoded, 6.0)
    ended = ratio_row(f"follower, {revocations:,} revocations out of events", "revocations/s", events, theirs, 6.0)
    note = {"note": "it compares roots and reads no leaves; the peer must read them to know as much"}
    for row in (heads, ended):
        row["met"] = row["met"] and row["value"] >= fast["least"]
    return [heads | web3py | note, read | web3py, ended | web3py | {"note": "read, marked as revoked, and durable"}]


def _append(chain: Chain, store: Store, statements: int) -> None:
    for start in range(0, statements, LEAVES):
        leaves, peaks = store.anchoring.leaves(CONSENTS, start, LEAVES), store.anchoring.peaks(CONSENTS, start)
        chain.send([chain.appending(CONSENTS, leaves, peaks)], 1)


def _revoke(chain: Chain, revocations: int) -> None:
    for start in range(0, revocations, OPENINGS):
        numbers = range(start, min(start + OPENINGS, revocations))
        chain.send([chain.revoking([(population.consent(n).entry.core, population.secret(n)) for n in numbers])], 1)


def _catch_up_seconds(store: Store, chain: Chain) -> float:
    """Seconds until a follower without stored blocks has caught up."""
    follower = Follower(store, chain, BenchClock())
    empty = store.log.head_at(CONSENTS, 0)
    assert empty is not None
    store.anchoring.roll_back(CONSENTS, empty, 0)
    store.anchoring.conceal(-1)
    store.anchoring.note_blocks(-1, {})
    taken = _seconds(follower.once)
    assert store.log.anchored(CONSENTS).head == store.log.head(CONSENTS)
    return taken


def _read_leaves(chain: Chain, statements: int) -> None:
    appended = chain.appended(CONSENTS, 0, chain.tip().number)
    assert sum(len(event.leaves) for event in appended) == statements


def _decode_with_web3(url: str, chain: Chain, event: str) -> None:
    contract: Any = Web3(Web3.HTTPProvider(url)).eth.contract(
        address=Web3.to_checksum_address(chain.deployment.consents), abi=orjson.loads(ARTIFACT.read_bytes())["abi"]
    )
    assert contract.events[event]().get_logs(from_block=0)


def _seconds(task: Callable[[], object]) -> float:
    started = time.perf_counter()
    task()
    return time.perf_counter() - started
