"""Rows measured in this process: acceptance of signed consents, and searches over all people."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from operator import itemgetter
from pathlib import Path
from statistics import median
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data

from bench.decide import population
from bench.decide.serve import ours
from bench.decide.serving import Population
from bench.report import Row
from mydata_ledger.api.fastpath.consents import ConsentBatcher
from mydata_ledger.ledger import signers, typed_data
from mydata_ledger.ledger.access import AccessRequest
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.kernel import Kernel, SubmittedConsent
from mydata_ledger.ledger.receipt import CONSENTS
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.serve import freeze_garbage_collector
from testing.stores import open_store

CALLERS, GROUP = 32, 32
LOOP_COUNT = 200
"""Number of consents in the loop over eth-account."""
SignedConsent = tuple[Consent, bytes, dict[str, Any]]
"""A consent, its signature, and its typed data as a wallet shows it."""
Cost = tuple[float, float]
"""Seconds for each consent: wall time and processor time."""


def signed_consents(number: int) -> list[SignedConsent]:
    """Validly signed consents of `number` people, parsed from the typed data that a wallet shows."""
    domain, signed = population.DOMAINS[CONSENTS], []
    template = population.consent(0).statement
    assert isinstance(template, Consent)
    for _ in range(number):
        wallet = Wallet(secrets.token_bytes(32))
        consent = replace(template, data_subject=wallet.signer, signer=wallet.signer, signed_at=int(time.time()))
        shown = typed_data.typed_data(consent, domain)
        read = typed_data.parse(Consent, shown["message"])
        signed.append((read, wallet.sign(typed_data.digest(consent, domain)), shown))
    return signed


def consent_acceptance(folder: Path, number: int, rounds: int) -> list[Row]:
    """Rows of accepting consents from 32 concurrent callers through the batcher of `POST /consents`.

    The floor is hash, recover and one synced row for 32; the peer is a loop over eth-account. HTTP, session and JSON
    are in none of them.
    """
    database = open_store(f"sqlite:///{folder / 'intake.db'}")
    database.directory.publish(population.NOTICE)
    database.directory.set_parties(population.PARTIES)
    batcher, floor_database = ConsentBatcher(ours(database)), _floor_file(folder)
    taken: dict[str, list[Cost]] = {"ours": [], "floor": [], "loop": []}
    for _ in range(rounds):
        batch = signed_consents(number)
        freeze_garbage_collector()
        for name, cost in _round(batcher, floor_database, batch).items():
            taken[name].append(cost)
    assert database.log.head(CONSENTS).size == number * rounds
    database.dispose()
    walls, processors = ({name: median(map(itemgetter(n), costs)) for name, costs in taken.items()} for n in (0, 1))
    return _intake_rows({name: 1 / wall for name, wall in walls.items()}, processors)


def _intake_rows(rates: dict[str, float], processors: dict[str, float]) -> list[Row]:
    floor, ours_ = {"peer": "hash + recover + one synced row for 32"}, rates["ours"]
    micros = {name: seconds * 1e6 for name, seconds in processors.items()}
    name = "intake of signed consents"
    processor = ratio_row(f"{name}: processor time", "µs", micros["ours"], micros["floor"], 1 / 0.6)
    return [
        ratio_row(f"{name}, 32 callers", "consents/s", ours_, rates["floor"], 0.6) | floor,
        processor | floor | {"met": processor["ratio"] <= processor["goal"]},
        ratio_row(name, "consents/s", ours_, rates["loop"], 4.5) | {"peer": "a loop over eth-account"},
    ]


async def _submit_all(batcher: ConsentBatcher, batch: Sequence[SignedConsent]) -> None:
    async def caller(number: int) -> None:
        for consent, signature, _ in batch[number::CALLERS]:
            assert (await batcher.submit(SubmittedConsent(consent, signature))).is_new

    await asyncio.gather(*map(caller, range(CALLERS)))


def _round(
    batcher: ConsentBatcher, floor_database: sqlite3.Connection, batch: Sequence[SignedConsent]
) -> dict[str, Cost]:
    """Cost of the same consents in each of the three ways."""
    return {
        "ours": _cost(lambda: asyncio.run(_submit_all(batcher, batch)), len(batch)),
        "floor": _cost(lambda: _floor(floor_database, batch), len(batch)),
        "loop": _cost(lambda: _loop(batch[:LOOP_COUNT]), LOOP_COUNT),
    }


def _cost(task: Callable[[], object], number: int) -> Cost:
    wall, processor = time.perf_counter(), time.process_time()
    task()
    return (time.perf_counter() - wall) / number, (time.process_time() - processor) / number


def _floor_file(folder: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    connection.executescript("pragma journal_mode = wal; create table t (id integer primary key, b)")
    connection.execute("pragma synchronous = full")
    return connection


def _floor(floor_database: sqlite3.Connection, batch: Sequence[SignedConsent]) -> None:
    for start in range(0, len(batch), GROUP):
        group = batch[start : start + GROUP]
        for consent, signature, _ in group:
            signers.verify(consent.signer, typed_data.digest(consent, population.DOMAINS[CONSENTS]), signature)
        floor_database.execute("insert into t (b) values (?)", (b"".join(signature for _, signature, _ in group),))


def _loop(batch: Sequence[SignedConsent]) -> None:
    for consent, signature, typed in batch:
        address = Account.recover_message(encode_typed_data(full_message=typed), signature=signature)
        assert bytes.fromhex(address[2:]) == consent.signer


def accessible(whole: Population, pages: int) -> list[Row]:
    """Rows of a search for all readable people: the first page of 1,000, and page after page."""
    kernel = ours(open_store(whole.url))
    request = kernel.decisions.search.question(population.TRIAL.address, population.PURPOSE, population.ACTION)
    first = median(_seconds(lambda: kernel.decisions.search.query_accessible(request, "", 1_000)) for _ in range(5))
    ids_rate, read_rate = (_people_per_second(kernel, request, pages, read) for read in (False, True))
    people = f"{whole.people:,} people"
    return [
        most_row(f"query_accessible over {people}, first page of 1,000", "s", first, 1.0),
        least_row(f"query_accessible over {people}, {pages} pages of ids", "people/s", ids_rate, 200_000),
        least_row(f"query_accessible over {people}, {pages} pages, each record read", "people/s", read_rate, None),
    ]


def _people_per_second(kernel: Kernel, request: AccessRequest, pages: int, read: bool) -> float:
    """People per second; each page is a request with its receipt. `read` also reads each record."""
    cursor, count, started = "", 0, time.perf_counter()
    for _ in range(pages):
        page = kernel.decisions.search.query_accessible(request, cursor, 1_000)
        cursor, count = page.cursor, count + len(page.records if read else page.ids)
        if not cursor:
            break
    return count / (time.perf_counter() - started)


def least_row(name: str, unit: str, value: float, goal: float | None) -> Row:
    """A row whose value should be at least `goal`, if there is one."""
    return {"name": name, "value": value, "unit": unit, "goal": goal, "met": goal is not None and value >= goal}


def _seconds(task: Callable[[], object]) -> float:
    started = time.perf_counter()
    task()
    return time.perf_counter() - started


def ratio_row(name: str, unit: str, value: float, floor: float, goal: float) -> Row:
    """A row whose value should be at least `goal` times the floor."""
    ratio = value / floor
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "floor": floor,
        "ratio": ratio,
        "goal": goal,
        "met": ratio >= goal,
    }


def most_row(name: str, unit: str, value: float, goal: float) -> Row:
    """A row whose value should be at most `goal`."""
    return {"name": name, "value": value, "unit": unit, "goal": goal, "met": value <= goal}
