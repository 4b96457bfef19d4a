"""Requests of the bench as hex of the HTTP bytes."""

from __future__ import annotations

import random
from typing import Any

import orjson

from bench.decide.population import ACTION, PURPOSE, TRIAL, person, record_id
from bench.decide.serving import TOKEN

VARIETY = 10_000
SIGNED_IN = f"authorization: Bearer {TOKEN}\r\n".encode()


def post(path: str, body: Any) -> str:
    """A POST request with a JSON body."""
    raw = orjson.dumps(body)
    head = f"POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: {len(raw)}\r\n"
    return (head.encode() + SIGNED_IN + b"\r\n" + raw).hex()


def get(path: str) -> str:
    """A GET request."""
    return (f"GET {path} HTTP/1.1\r\nhost: bench\r\n".encode() + SIGNED_IN + b"\r\n").hex()


def random_records(people: int) -> list[str]:
    """Record ids of randomly selected people."""
    generator = random.Random(people)
    return ["0x" + record_id(generator.randrange(people)).hex() for _ in range(VARIETY)]


def _evaluation(record: str) -> dict[str, Any]:
    return {
        "subject": {"type": "party", "id": TRIAL.address},
        "action": {"name": ACTION},
        "resource": {"type": "record", "id": record},
        "context": {"purpose": PURPOSE},
    }


def evaluations(people: int) -> list[str]:
    """Calls with one access request each."""
    return [post("/access/v1/evaluation", _evaluation(record)) for record in random_records(people)]


def batches(people: int, size: int = 100) -> list[str]:
    """Calls with many access requests each."""
    records = random_records(people)
    calls = []
    for start in range(0, len(records), size):
        items = [{"resource": {"type": "record", "id": record}} for record in records[start : start + size]]
        calls.append(post("/access/v1/evaluations", {**_evaluation(records[start]), "evaluations": items}))
    return calls


def constants(people: int) -> list[str]:
    """Requests for the floor: a typed route without look-ups."""
    return [get(f"/constant/{record}?purpose={PURPOSE}") for record in random_records(people)]


def actions(people: int, prefix: str = "") -> list[str]:
    """AuthZEN action searches: seven decisions and a receipt each."""
    forms = [
        {key: value for key, value in _evaluation(record).items() if key != "action"}
        for record in random_records(people)
    ]
    return [post(f"{prefix}/access/v1/search/action", form) for form in forms]


def refusals(people: int, prefix: str = "") -> list[str]:
    """Requests with a purpose that nobody consented to: a decision, a receipt and a refusal each."""
    body = {"category": "health.lab", "purpose": "hl7:HMARKT"}
    return [post(f"{prefix}/access/records/{record}", body) for record in random_records(people)]


def persons(people: int, prefix: str = "") -> list[str]:
    """Requests about one person: facts, a decision for each record, and a receipt each."""
    generator = random.Random(people)
    bodies = [{"data_subject": "0x" + person(generator.randrange(people)).hex()} for _ in range(VARIETY)]
    return [post(f"{prefix}/access/persons", body | {"purpose": PURPOSE, "action": ACTION}) for body in bodies]


def pages(people: int, prefix: str = "") -> list[str]:
    """AuthZEN resource search: the first page of ten."""
    form = {**_evaluation("0x"), "resource": {"type": "record"}, "page": {"limit": 10}}
    return [post(f"{prefix}/access/v1/search/resource", form)]


def hello(people: int) -> list[str]:
    """Requests for the ceiling: the web server without any work; `people` has no effect on them."""
    return [get(f"/constant/hello?people={people}")]


ROUTES = {
    "refused access": refusals,
    "action search": actions,
    "questions about a person": persons,
    "resource search, ten a page": pages,
}
"""Checked routes of FastAPI or of the fast path (ADR 37); their twins are FastAPI routes."""
