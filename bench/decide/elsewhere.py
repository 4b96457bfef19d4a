"""Where the time of an intake and of the checked routes goes: its parts, and the shares of the packages they pass."""

from __future__ import annotations

import asyncio
import cProfile
import pstats
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Message

from anchors.store import Store
from bench.decide import asked, bulk, population
from bench.decide.serve import app_of, floor, ours
from bench.decide.serving import Population
from ledger import signers, typed_data
from ledger.receipt import CONSENTS

ROOT = str(Path(__file__).parents[2]) + "/"
TOGETHER, TURNS, SOME = 32, 12, 640
BUILT_IN = {"sqlite3": "sqlite3", "secp256k1": "libsecp256k1", "keccak": "keccak", "urandom": "randomness"}


def intake(folder: Path) -> Iterator[tuple[str, float]]:
    """The parts of accepting a signed consent, µs each, done by one thread."""
    database = Store(f"sqlite:///{folder / 'parts.db'}")
    database.publish(population.NOTICE)
    database.set_parties(population.PARTIES)
    kernel, batch, domain = ours(database), bulk.signed_consents(SOME), population.DOMAINS[CONSENTS]
    yield (
        "the floor: EIP-712 digest, signer recovered",
        _each(
            lambda: [signers.verify(said.signer, typed_data.digest(said, domain), signed) for said, signed, _ in batch]
        ),
    )
    sealed = [kernel.seal(said, said.signer, signed) for said, signed, _ in batch]
    yield "is it there already", _each(lambda: [kernel.already(one.entry.digest, one.statement) for one in sealed])  # type: ignore[arg-type]
    yield "conditions; notice and name looked up", _each(lambda: [kernel.check_said(said) for said, _, _ in batch])
    now = int(time.time())
    yield (
        f"order, log, tree and indexes, {TOGETHER} in a transaction, durable",
        _each(lambda: [database.append(sealed[at : at + TOGETHER], now) for at in range(0, SOME, TOGETHER)]),
    )
    database.dispose()


def _each(task: Callable[[], object]) -> float:
    started = time.perf_counter()
    task()
    return (time.perf_counter() - started) / SOME * 1e6


def routes(people: Population) -> Iterator[str]:
    """For each checked route: µs of a call beside its twin's, 32 at once without a socket, and the packages' shares."""
    store = Store(people.url)
    app, twins = app_of(store), floor()
    for name, make in asked.ROUTES.items():
        here, there = make(people.people)[: TOGETHER * TURNS], make(people.people, "/twin")[: TOGETHER * TURNS]
        mine, twin = _best(app, here), _best(twins, there)
        profiler = cProfile.Profile()
        profiler.runcall(_best, app, here)
        shares = ", ".join(f"{package} {share:.0%}" for package, share in _shares(profiler).most_common(9))
        yield f"{name}: {mine:.0f} µs, its twin {twin:.0f} µs; {shares}"
    store.dispose()


def _best(app: ASGIApp, requests: list[str]) -> float:
    async def turns() -> float:
        calls = list(islice(cycle(map(_call, requests)), TOGETHER * TURNS))
        fastest = float("inf")
        for start in range(0, TOGETHER * TURNS, TOGETHER):
            started = time.perf_counter()
            await asyncio.gather(*(_asked(app, *call) for call in calls[start : start + TOGETHER]))
            fastest = min(fastest, time.perf_counter() - started)
        return fastest / TOGETHER * 1e6

    return asyncio.run(turns())


def _call(request: str) -> tuple[dict[str, Any], bytes]:
    head, _, body = bytes.fromhex(request).partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    method, path, _ = first.decode().split(" ")
    headers = [(name.strip().lower(), value.strip()) for name, _, value in (line.partition(b":") for line in lines)]
    whole = {"type": "http", "http_version": "1.1", "method": method, "path": path, "raw_path": path.encode()}
    return whole | {"query_string": b"", "root_path": "", "scheme": "http", "headers": headers}, body


async def _asked(app: ASGIApp, scope: dict[str, Any], body: bytes) -> None:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        assert message.get("status", 200) in {200, 404}, message

    await app(dict(scope), receive, send)


def _shares(profiler: cProfile.Profile) -> Counter[str]:
    """The part of the time that was spent in each package itself."""
    spent: Counter[str] = Counter()
    for (file, _, function), (_, _, own, _, _) in pstats.Stats(profiler).stats.items():  # type: ignore[attr-defined]
        spent[_package(file, function)] += own
    whole = sum(spent.values())
    return Counter({package: own / whole for package, own in spent.items()})


def _package(file: str, function: str) -> str:
    if installed := re.search(r"site-packages/([^/.]+)", file):
        return installed.group(1)
    if file.startswith(ROOT):
        return file.removeprefix(ROOT).partition("/")[0]
    known = next((package for part, package in BUILT_IN.items() if part in function), "")
    return known or ("generated code" if file.startswith("<") else "Python's own")
