"""Where the time of an intake and of the checked routes goes: its parts, and the shares of the packages they pass."""

from __future__ import annotations

import asyncio
import cProfile
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from operator import itemgetter
from pathlib import Path
from types import CodeType
from typing import Any

from starlette.types import ASGIApp, Message

from bench.decide import bulk, population, request_supply
from bench.decide.serve import app_of, floor, ours
from bench.decide.serving import Population
from mydata_ledger.anchors.store import Store
from mydata_ledger.ledger import signers, typed_data
from mydata_ledger.ledger.kernel import SubmittedConsent
from mydata_ledger.ledger.receipt import CONSENTS
from mydata_ledger.ledger.typed_data import Domain
from mydata_ledger.scripts.serve import freeze_garbage_collector

ROOT = str(Path(__file__).parents[2]) + "/"
TOGETHER, TURNS, SOME = 32, 12, 640
BUILT_IN = {"sqlite3": "sqlite3", "secp256k1": "libsecp256k1", "keccak": "keccak", "urandom": "randomness"}


def other_intake(folder: Path) -> Iterator[tuple[str, float]]:
    """The parts of accepting a signed consent, µs each, done by one thread."""
    database = Store(f"sqlite:///{folder / 'parts.db'}")
    database.directory.publish(population.NOTICE)
    database.directory.set_parties(population.PARTIES)
    kernel, domain = ours(database), population.DOMAINS[CONSENTS]
    batch = bulk.signed_consents(SOME)
    freeze_garbage_collector()
    now, is_whole = int(time.time()), kernel.consents.checks.content(int(time.time()), database.directory)
    sealed = [kernel.statements.seal(said, said.signer, signature) for said, signature, _ in batch]
    groups = [sealed[at : at + TOGETHER] for at in range(0, SOME, TOGETHER)]
    steps: list[tuple[str, Callable[[Any], object], Sequence[Any]]] = [
        ("the floor: EIP-712 digest, signer recovered", lambda one: _recovered(one, domain), batch),
        (
            "the same, with salt and commitment",
            lambda one: kernel.statements.seal(one[0], one[0].signer, one[1]),
            batch,
        ),
        ("conditions; notice and name looked up once", lambda one: is_whole(one[0]), batch),
        (
            f"order, log, tree and indexes, {TOGETHER} in a transaction, durable",
            lambda some: database.log.accept_soon(some, lambda *_: None, now).result(),
            groups,
        ),
    ]
    for name, step, items in steps:
        yield name, _each(step, items)
    again = bulk.signed_consents(SOME)
    freeze_garbage_collector()
    whole = [[SubmittedConsent(*one[:2]) for one in again[at : at + TOGETHER]] for at in range(0, SOME, TOGETHER)]
    yield (
        f"all of it, {TOGETHER} at once",
        _each(lambda some: kernel.consents.acceptance.submit_soon(some).result(), whole),
    )
    database.dispose()


def _recovered(one: bulk.Said, domain: Domain) -> None:
    said, signature, _ = one
    signers.verify(said.signer, typed_data.digest(said, domain), signature)


def _each(step: Callable[[Any], object], items: Sequence[Any]) -> float:
    """µs for each consent."""
    started = time.perf_counter()
    for item in items:
        step(item)
    return (time.perf_counter() - started) / SOME * 1e6


def routes(people: Population) -> Iterator[str]:
    """For each checked route: µs of a call beside its twin's, 32 at once without a socket, and the packages' shares."""
    store = Store(people.url)
    app, twins = app_of(store), floor()
    for name, make in request_supply.ROUTES.items():
        here, there = make(people.people)[: TOGETHER * TURNS], make(people.people, "/twin")[: TOGETHER * TURNS]
        mine, twin = _best(app, here), _best(twins, there)
        profiler = cProfile.Profile()
        profiler.runcall(_best, app, here)
        shares = ", ".join(f"{package} {share:.0%}" for package, share in _shares(profiler)[:9])
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


def _shares(profiler: cProfile.Profile) -> list[tuple[str, float]]:
    """The packages, and the part of the time that was spent in each itself, largest first."""
    spent: defaultdict[str, float] = defaultdict(float)
    for entry in profiler.getstats():
        spent[_package(entry.code)] += entry.inlinetime
    whole = sum(spent.values())
    return sorted(((package, own / whole) for package, own in spent.items()), key=itemgetter(1), reverse=True)


def _package(code: CodeType | str) -> str:
    """Whose line it is; of what is built in only the name is known."""
    if isinstance(code, str):
        return next((package for part, package in BUILT_IN.items() if part in code), "Python's own")
    file = code.co_filename
    if installed := re.search(r"site-packages/([^/.]+)", file):
        return installed.group(1)
    if file.startswith(ROOT):
        return file.removeprefix(ROOT).partition("/")[0]
    return "generated code" if file.startswith("<") else "Python's own"
