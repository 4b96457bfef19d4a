"""Intake of signed consents, questions about everybody, following the chain: in this process."""

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
from mydata_ledger.anchors.store import Store
from mydata_ledger.api.fastpath.consents import ConsentBatcher
from mydata_ledger.ledger import signers, typed_data
from mydata_ledger.ledger.access import AccessRequest
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.kernel import Kernel, SubmittedConsent
from mydata_ledger.ledger.receipt import CONSENTS
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.serve import freeze_garbage_collector

CALLERS, GROUP = 32, 32
SOME = 200
"""Consents of the loop over eth-account."""
Said = tuple[Consent, bytes, dict[str, Any]]
Spent = tuple[float, float]
"""Seconds for each consent, by the clock and of the processor."""


def signed_consents(number: int) -> list[Said]:
    """Real ones, by as many people, read from the message that a wallet was shown, and that typed data."""
    domain, made = population.DOMAINS[CONSENTS], []
    template = population.consent(0).statement
    assert isinstance(template, Consent)
    for _ in range(number):
        wallet = Wallet(secrets.token_bytes(32))
        said = replace(template, data_subject=wallet.signer, signer=wallet.signer, signed_at=int(time.time()))
        shown = typed_data.typed_data(said, domain)
        read = typed_data.parse(Consent, shown["message"])
        made.append((read, wallet.sign(typed_data.digest(said, domain)), shown))
    return made


def consent_acceptance(folder: Path, number: int, rounds: int) -> list[Row]:
    """By 32 callers at once through what `POST /consents` hands them to, against hash + recover + a synced row for 32,
    and a loop over eth-account; HTTP, session and JSON are in none of them.
    """
    database = Store(f"sqlite:///{folder / 'intake.db'}")
    database.directory.publish(population.NOTICE)
    database.directory.set_parties(population.PARTIES)
    door, ground = ConsentBatcher(ours(database)), _floor_file(folder)
    taken: dict[str, list[Spent]] = {"ours": [], "floor": [], "loop": []}
    for _ in range(rounds):
        batch = signed_consents(number)
        freeze_garbage_collector()
        for name, spent in _turn(door, ground, batch).items():
            taken[name].append(spent)
    assert database.log.head(CONSENTS).size == number * rounds
    database.dispose()
    walls, processors = ({name: median(map(itemgetter(n), some)) for name, some in taken.items()} for n in (0, 1))
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


async def _through(door: ConsentBatcher, batch: Sequence[Said]) -> None:
    async def caller(number: int) -> None:
        for said, signature, _ in batch[number::CALLERS]:
            assert (await door.submit(SubmittedConsent(said, signature))).is_new

    await asyncio.gather(*map(caller, range(CALLERS)))


def _turn(door: ConsentBatcher, ground: sqlite3.Connection, batch: Sequence[Said]) -> dict[str, Spent]:
    """The same consents by all three ways."""
    return {
        "ours": _spent(lambda: asyncio.run(_through(door, batch)), len(batch)),
        "floor": _spent(lambda: _floor(ground, batch), len(batch)),
        "loop": _spent(lambda: _loop(batch[:SOME]), SOME),
    }


def _spent(task: Callable[[], object], number: int) -> Spent:
    wall, processor = time.perf_counter(), time.process_time()
    task()
    return (time.perf_counter() - wall) / number, (time.process_time() - processor) / number


def _floor_file(folder: Path) -> sqlite3.Connection:
    made = sqlite3.connect(folder / "floor.db", isolation_level=None)
    made.executescript("pragma journal_mode = wal; create table t (id integer primary key, b)")
    made.execute("pragma synchronous = full")
    return made


def _floor(ground: sqlite3.Connection, batch: Sequence[Said]) -> None:
    for start in range(0, len(batch), GROUP):
        some = batch[start : start + GROUP]
        for said, signature, _ in some:
            signers.verify(said.signer, typed_data.digest(said, population.DOMAINS[CONSENTS]), signature)
        ground.execute("insert into t (b) values (?)", (b"".join(signature for _, signature, _ in some),))


def _loop(batch: Sequence[Said]) -> None:
    for said, signature, typed in batch:
        found = Account.recover_message(encode_typed_data(full_message=typed), signature=signature)
        assert bytes.fromhex(found[2:]) == said.signer


def accessible(whole: Population, pages: int) -> list[Row]:
    """Who of all these people may I read: the first page of 1,000, and page after page."""
    kernel = ours(Store(whole.url))
    question = kernel.decisions.search.question(population.TRIAL.address, population.PURPOSE, population.ACTION)
    first = median(_seconds(lambda: kernel.decisions.search.query_accessible(question, "", 1_000)) for _ in range(5))
    asked, read = (_in_full(kernel, question, pages, read) for read in (False, True))
    people = f"{whole.people:,} people"
    return [
        most_row(f"query_accessible over {people}, first page of 1,000", "s", first, 1.0),
        _least(f"query_accessible over {people}, {pages} pages of ids", "people/s", asked, 200_000),
        _least(f"query_accessible over {people}, {pages} pages, each record read", "people/s", read, None),
    ]


def _in_full(kernel: Kernel, question: AccessRequest, pages: int, read: bool) -> float:
    """People a second, each page a question with its receipt; `read` whether each record is looked up too."""
    cursor, found, started = "", 0, time.perf_counter()
    for _ in range(pages):
        page = kernel.decisions.search.query_accessible(question, cursor, 1_000)
        cursor, found = page.cursor, found + len(page.records if read else page.ids)
        if not cursor:
            break
    return found / (time.perf_counter() - started)


def _least(name: str, unit: str, value: float, goal: float | None) -> Row:
    return {"name": name, "value": value, "unit": unit, "goal": goal, "met": goal is not None and value >= goal}


def _seconds(task: Callable[[], object]) -> float:
    started = time.perf_counter()
    task()
    return time.perf_counter() - started


def ratio_row(name: str, unit: str, value: float, floor: float, goal: float) -> Row:
    """At least `goal` times the floor."""
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
    """At most `goal`."""
    return {"name": name, "value": value, "unit": unit, "goal": goal, "met": value <= goal}
