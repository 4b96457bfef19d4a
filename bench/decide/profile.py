"""Profile of an evaluation: durations of its parts, and profiler output for groups of 128."""

from __future__ import annotations

import cProfile
import io
import platform
import pstats
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import orjson

from bench.decide import following, intake_profile, population, request_supply
from bench.decide.serve import ours
from bench.decide.serving import Population
from mydata_ledger.anchors.store import Store
from mydata_ledger.anchors.store.facts.batch import FactBatch
from mydata_ledger.anchors.store.log import receipt_queue
from mydata_ledger.anchors.store.rows import codec
from mydata_ledger.api.fastpath.evaluations import document, evaluation
from mydata_ledger.ledger import typed_data
from mydata_ledger.ledger.access import AccessRequest
from mydata_ledger.ledger.decide import decide
from mydata_ledger.ledger.kernel import Kernel
from mydata_ledger.ledger.kernel.decisions.evaluate import receipt_of
from mydata_ledger.ledger.receipt import ACCESS
from testing.stores import open_store

RESULT = Path(__file__).parent.parent / "results" / "decide-profile.txt"
TURNS, EACH = 80, 20
GROUP, REVOCATIONS = 32, 10_000
ALL = f"all of it, {GROUP} at once, durable, without HTTP"


def write(people: Population, folder: Path, floor: float, hello: float) -> None:
    """Measure, and write the profile file.

    `floor` and `hello` are the calls per second of the constant route and of plain ASGI at 32 connections.
    """
    store = open_store(people.url)
    kernel = ours(store)
    requests = _requests(kernel, people.people)
    parts = list(_parts(store, kernel, requests))
    lines = [
        f"One evaluation over {people.people:,} consents, Python {platform.python_version()}, {platform.machine()}.",
        "Best of 80 turns of 20, in µs; the parts are run alone, so that other work on the machine shows least.",
        "",
        *(f"{name:<58}{micros:8.1f}" for name, micros in parts),
        "",
        *_explanation(dict(parts), 1e6 / floor, 1e6 / hello),
        "",
        "One intake of a signed consent, µs, as the table has it: in groups, on one thread.",
        "",
        *(f"{name:<68}{micros:8.1f}" for name, micros in intake_profile.acceptance_parts(folder)),
        "",
        "A follower's revocations, µs of processor time each. By the clock, as the table has it, a sync for each two",
        "thousand and the writing of the pages they lie on come on top, which the peer, who only reads, has not:",
        "",
        *(f"{name:<68}{micros:8.1f}" for name, micros in following.parts(folder, REVOCATIONS)),
        "",
        "A call of a checked route, and the packages whose own lines took its time (the profiler adds to each line;",
        "what a route does in a thread is waiting here, which is Python's own):",
        "",
        *intake_profile.routes(people),
        "",
        "The evaluation again, in groups of 128:",
        "",
        _profiled(kernel, requests),
    ]
    RESULT.write_text("\n".join(lines), encoding="utf-8")
    store.dispose()


def _explanation(parts: dict[str, float], floor: float, hello: float) -> list[str]:
    """Text: the time that a goal of twice the constant route's rate leaves, and the necessary parts."""
    left = floor / 2 - hello
    return [
        f"In the same run a call of the constant route took {floor:.0f} µs, a plain ASGI hello {hello:.0f}, which",
        f"has no body to read. Twice that route's rate leaves {left:.0f} µs beside HTTP; an evaluation takes",
        f"{parts[ALL]:.0f} and the reading of its body. No part is more than a third of it: look-ups, rule, receipt,",
        "digest, tree and durable row are each some microseconds of Python, by one interpreter on one core, and at a",
        "million people the look-ups find the processor's caches cold. A hundred questions in one call save HTTP and",
        "the signature; each still has a receipt of its own, with digest, path and row. A checked route of the",
        "framework has the same parts beside its own.",
    ]


def _requests(kernel: Kernel, people: int) -> Iterator[AccessRequest]:
    plain = kernel.decisions.search.question(population.TRIAL.address, population.PURPOSE, population.ACTION)
    return cycle([replace(plain, record_id=bytes.fromhex(name[2:])) for name in request_supply.random_records(people)])


def _fresh(requests: Iterator[AccessRequest]) -> AccessRequest:
    return replace(next(requests), request_id=secrets.token_bytes(32))


def _parts(store: Store, kernel: Kernel, requests: Iterator[AccessRequest]) -> Iterator[tuple[str, float]]:
    request = replace(next(requests), category=population.CATEGORY)
    raw = bytes.fromhex(request_supply.evaluations(10)[0]).partition(b"\r\n\r\n")[2]
    yield "body to question", _best(lambda: evaluation(kernel, raw))
    with store.database.snapshot() as connection:
        fact_batch = FactBatch(connection, population.NOW)
        [(_, record_facts)] = fact_batch.each([request])

        def facts() -> None:
            list(fact_batch.each([next(requests) for _ in range(GROUP)]))

        yield f"facts: two look-ups, two statements decoded, {GROUP} at once", _best(facts) / GROUP
    decision = decide(request, record_facts, population.NOW)
    receipt = receipt_of(request, record_facts, decision, population.NOW)
    digests = [typed_data.digest(receipt, population.DOMAINS[ACCESS])] * GROUP
    sign = population.GATEWAY.sign
    signed = kernel.statements.sign_as_gateway(receipt)
    yield "decide", _best(lambda: decide(request, record_facts, population.NOW))
    yield "receipt", _best(lambda: receipt_of(request, record_facts, decision, population.NOW))
    yield "its EIP-712 digest", _best(lambda: typed_data.digest(receipt, population.DOMAINS[ACCESS]))
    yield "a signature of libsecp256k1, of which there is one a group", _best(lambda: sign(digests[0]))
    yield (
        f"its part of the group's tree and signature, {GROUP} at once",
        _best(lambda: typed_data.sign_batch(digests, sign)) / GROUP,
    )
    yield "its bytes in the group's row", _best(lambda: codec.pack(receipt_queue._parts(signed)))  # noqa: SLF001
    (answer,) = kernel.decisions.evaluation.ask_soon([_fresh(requests)]).result()
    yield "answer to JSON", _best(lambda: orjson.dumps(document(answer)))
    yield ALL, _best_of_groups(kernel, requests)


def _best_of_groups(kernel: Kernel, requests: Iterator[AccessRequest]) -> float:
    """Duration in µs for each evaluation of a group."""
    fastest = float("inf")
    for _ in range(TURNS):
        group = [_fresh(requests) for _ in range(GROUP)]
        started = time.perf_counter()
        kernel.decisions.evaluation.ask_soon(group).result()
        fastest = min(fastest, time.perf_counter() - started)
    return fastest / GROUP * 1e6


def _best(task: Callable[[], object]) -> float:
    fastest = float("inf")
    for _ in range(TURNS):
        started = time.perf_counter()
        for _ in range(EACH):
            task()
        fastest = min(fastest, time.perf_counter() - started)
    return fastest / EACH * 1e6


def _profiled(kernel: Kernel, requests: Iterator[AccessRequest]) -> str:
    profiler, out = cProfile.Profile(), io.StringIO()
    for _ in range(20):
        group = [_fresh(requests) for _ in range(128)]
        profiler.enable()
        pending = kernel.decisions.evaluation.ask_soon(group)
        profiler.disable()
        pending.result()
    pstats.Stats(profiler, stream=out).sort_stats("tottime").print_stats(25)
    root = str(Path(__file__).parents[2]) + "/"
    return "\n".join(line.replace(root, "").rstrip()[:120] for line in out.getvalue().splitlines() if line.strip())
