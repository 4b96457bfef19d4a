"""Profile of accepting consents and of the checked routes: durations of the parts, and shares of the packages."""

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
from mydata_ledger.ledger import signers, typed_data
from mydata_ledger.ledger.kernel import SubmittedConsent
from mydata_ledger.ledger.receipt import CONSENTS
from mydata_ledger.ledger.typed_data import Domain
from mydata_ledger.scripts.serve import freeze_garbage_collector
from testing.stores import open_store

ROOT = str(Path(__file__).parents[2]) + "/"
GROUP, TURNS, COUNT = 32, 12, 640
BUILT_IN = {"sqlite3": "sqlite3", "secp256k1": "libsecp256k1", "keccak": "keccak", "urandom": "randomness"}


def acceptance_parts(folder: Path) -> Iterator[tuple[str, float]]:
    """Parts of accepting a signed consent in one thread, µs each."""
    database = open_store(f"sqlite:///{folder / 'parts.db'}")
    database.directory.publish(population.NOTICE)
    database.directory.set_parties(population.PARTIES)
    kernel, domain = ours(database), population.DOMAINS[CONSENTS]
    batch = bulk.signed_consents(COUNT)
    freeze_garbage_collector()
    now, check = int(time.time()), kernel.consents.checks.content(int(time.time()), database.directory)
    sealed = [kernel.statements.seal(consent, consent.signer, signature) for consent, signature, _ in batch]
    groups = [sealed[start : start + GROUP] for start in range(0, COUNT, GROUP)]
    steps: list[tuple[str, Callable[[Any], object], Sequence[Any]]] = [
        ("the floor: EIP-712 digest, signer recovered", lambda signed: _recovered(signed, domain), batch),
        (
            "the same, with salt and commitment",
            lambda signed: kernel.statements.seal(signed[0], signed[0].signer, signed[1]),
            batch,
        ),
        ("conditions; notice and name looked up once", lambda signed: check(signed[0]), batch),
        (
            f"order, log, tree and indexes, {GROUP} in a transaction, durable",
            lambda group: database.log.accept_soon(group, lambda *_: None, now).result(),
            groups,
        ),
    ]
    for name, step, items in steps:
        yield name, _each(step, items)
    fresh = bulk.signed_consents(COUNT)
    freeze_garbage_collector()
    submissions = [[SubmittedConsent(*signed[:2]) for signed in fresh[i : i + GROUP]] for i in range(0, COUNT, GROUP)]
    yield (
        f"all of it, {GROUP} at once",
        _each(lambda group: kernel.consents.acceptance.submit_soon(group).result(), submissions),
    )
    database.dispose()


def _recovered(signed: bulk.SignedConsent, domain: Domain) -> None:
    consent, signature, _ = signed
    signers.verify(consent.signer, typed_data.digest(consent, domain), signature)


def _each(step: Callable[[Any], object], items: Sequence[Any]) -> float:
    """Duration in µs for each consent."""
    started = time.perf_counter()
    for item in items:
        step(item)
    return (time.perf_counter() - started) / COUNT * 1e6


def routes(people: Population) -> Iterator[str]:
    """For each checked route: µs of a call and of its twin, 32 concurrent without a socket, and shares of packages."""
    store = open_store(people.url)
    app, twins = app_of(store), floor()
    for name, make in request_supply.ROUTES.items():
        requests, twin_requests = make(people.people)[: GROUP * TURNS], make(people.people, "/twin")[: GROUP * TURNS]
        route_us, twin_us = _best(app, requests), _best(twins, twin_requests)
        profiler = cProfile.Profile()
        profiler.runcall(_best, app, requests)
        shares = ", ".join(f"{package} {share:.0%}" for package, share in _shares(profiler)[:9])
        yield f"{name}: {route_us:.0f} µs, its twin {twin_us:.0f} µs; {shares}"
    store.dispose()


def _best(app: ASGIApp, requests: list[str]) -> float:
    async def turns() -> float:
        calls = list(islice(cycle(map(_call, requests)), GROUP * TURNS))
        fastest = float("inf")
        for start in range(0, GROUP * TURNS, GROUP):
            started = time.perf_counter()
            await asyncio.gather(*(_request(app, *call) for call in calls[start : start + GROUP]))
            fastest = min(fastest, time.perf_counter() - started)
        return fastest / GROUP * 1e6

    return asyncio.run(turns())


def _call(request: str) -> tuple[dict[str, Any], bytes]:
    head, _, body = bytes.fromhex(request).partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    method, path, _ = first.decode().split(" ")
    headers = [(name.strip().lower(), value.strip()) for name, _, value in (line.partition(b":") for line in lines)]
    submissions = {"type": "http", "http_version": "1.1", "method": method, "path": path, "raw_path": path.encode()}
    return submissions | {"query_string": b"", "root_path": "", "scheme": "http", "headers": headers}, body


async def _request(app: ASGIApp, scope: dict[str, Any], body: bytes) -> None:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        assert message.get("status", 200) in {200, 404}, message

    await app(dict(scope), receive, send)


def _shares(profiler: cProfile.Profile) -> list[tuple[str, float]]:
    """Share of the time spent in each package itself, largest first."""
    spent: defaultdict[str, float] = defaultdict(float)
    for entry in profiler.getstats():
        spent[_package(entry.code)] += entry.inlinetime
    submissions = sum(spent.values())
    return sorted(((package, own / submissions) for package, own in spent.items()), key=itemgetter(1), reverse=True)


def _package(code: CodeType | str) -> str:
    """Package of a code object; for a built-in function it follows from the name."""
    if isinstance(code, str):
        return next((package for part, package in BUILT_IN.items() if part in code), "Python's own")
    file = code.co_filename
    if installed := re.search(r"site-packages/([^/.]+)", file):
        return installed.group(1)
    if file.startswith(ROOT):
        return file.removeprefix(ROOT).partition("/")[0]
    return "generated code" if file.startswith("<") else "Python's own"
