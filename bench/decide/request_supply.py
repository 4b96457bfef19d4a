"""The requests of the bench, as bytes in hex."""

from __future__ import annotations

import random
from typing import Any

import orjson

from bench.decide.population import ACTION, PURPOSE, TRIAL, person, record_id
from bench.decide.serving import TOKEN

VARIETY = 10_000
SIGNED_IN = f"authorization: Bearer {TOKEN}\r\n".encode()


def post(path: str, body: Any) -> str:
    """A POST with JSON."""
    raw = orjson.dumps(body)
    head = f"POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: {len(raw)}\r\n"
    return (head.encode() + SIGNED_IN + b"\r\n" + raw).hex()


def get(path: str) -> str:
    """A GET."""
    return (f"GET {path} HTTP/1.1\r\nhost: bench\r\n".encode() + SIGNED_IN + b"\r\n").hex()


def a_person(people: int) -> list[str]:
    """Record ids of people picked at random."""
    chance = random.Random(people)
    return ["0x" + record_id(chance.randrange(people)).hex() for _ in range(VARIETY)]


def _question(record: str) -> dict[str, Any]:
    return {
        "subject": {"type": "party", "id": TRIAL.address},
        "action": {"name": ACTION},
        "resource": {"type": "record", "id": record},
        "context": {"purpose": PURPOSE},
    }


def evaluations(people: int) -> list[str]:
    """One question a call."""
    return [post("/access/v1/evaluation", _question(record)) for record in a_person(people)]


def hundreds(people: int, size: int = 100) -> list[str]:
    """Many questions a call."""
    records = a_person(people)
    calls = []
    for start in range(0, len(records), size):
        some = [{"resource": {"type": "record", "id": record}} for record in records[start : start + size]]
        calls.append(post("/access/v1/evaluations", {**_question(records[start]), "evaluations": some}))
    return calls


def constants(people: int) -> list[str]:
    """The floor: a typed route that looks nothing up."""
    return [get(f"/constant/{record}?purpose={PURPOSE}") for record in a_person(people)]


def actions(people: int, prefix: str = "") -> list[str]:
    """AuthZEN's action search: seven decisions and a receipt."""
    asked = [{key: one for key, one in _question(record).items() if key != "action"} for record in a_person(people)]
    return [post(f"{prefix}/access/v1/search/action", one) for one in asked]


def refusals(people: int, prefix: str = "") -> list[str]:
    """A record asked for under a purpose that nobody consented to: a decision, a receipt and a no."""
    body = {"category": "health.lab", "purpose": "hl7:HMARKT"}
    return [post(f"{prefix}/access/records/{record}", body) for record in a_person(people)]


def persons(people: int, prefix: str = "") -> list[str]:
    """What of one person may be read: a survey, a decision for each record, a receipt."""
    chance = random.Random(people)
    bodies = [{"data_subject": "0x" + person(chance.randrange(people)).hex()} for _ in range(VARIETY)]
    return [post(f"{prefix}/access/persons", one | {"purpose": PURPOSE, "action": ACTION}) for one in bodies]


def pages(people: int, prefix: str = "") -> list[str]:
    """AuthZEN's resource search: a first page of ten."""
    asked = {**_question("0x"), "resource": {"type": "record"}, "page": {"limit": 10}}
    return [post(f"{prefix}/access/v1/search/resource", asked)]


def hello(people: int) -> list[str]:
    """The ceiling: what the web server carries when nothing is asked, whoever lives here."""
    return [get(f"/constant/hello?people={people}")]


ROUTES = {
    "refused access": refusals,
    "action search": actions,
    "questions about a person": persons,
    "resource search, ten a page": pages,
}
"""The checked routes, of FastAPI or answered before it (ADR 37); their twins are FastAPI's."""
