"""Make the personas at the end of the demonstration: their requests, and the file that the server reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from mydata_ledger.anchors.durable import create, replace
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.ledger.party import name_in
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.ledger.vocabulary import Term
from mydata_ledger.scripts.demonstration.context import ORGANISATIONS, DemoContext
from mydata_ledger.scripts.demonstration.personas.operating import register_operator
from mydata_ledger.scripts.demonstration.personas.requests import send_requests
from mydata_ledger.scripts.demonstration.personas.roles import (
    OPERATOR,
    OPERATOR_NAME,
    PATIENT_NAME,
    PERSONA_ROLES,
    WARNING,
    PersonaRole,
)
from mydata_ledger.scripts.pages.personas import personas_file
from mydata_ledger.scripts.settings import secret

OWN_DATA = "own-data"
"""Mark of a folder in which people of `--data` are or were: nobody's key is given away there."""


def may_have_personas(state: Path, *, own_data: bool) -> bool:
    """Whether the keys of this demonstration may be given away: never those that can read the people of `--data`.

    Raises MalformedInput if people of `--data` would come into a folder whose keys were given away.
    """
    mark = state / "story" / OWN_DATA
    if not own_data:
        return not mark.exists()
    if personas_file(state).exists():
        raise MalformedInput(
            f"keys of {state} were given to anybody as personas; take another folder for your own data, or --fresh"
        )
    create(mark, b"")
    return False


def make_personas(context: DemoContext) -> None:
    """Send the requests, and write the file with names, accounts and keys. A second run repeats no open request."""
    context.output.title("12 · Somebody to be")
    open_requests = send_requests(context, context.patients[0])
    register_operator(context.stack)
    people = list(_personas(context))
    body = {"warning": _texts(WARNING), "chain_id": context.stack.deployment.chain_id, "personas": people}
    replace(personas_file(context.stack.state), orjson.dumps(body, option=orjson.OPT_INDENT_2))
    context.output.note(
        f"{len(people)} personas, each with one tap at /portal; the patient has {open_requests} open requests"
    )


def _personas(context: DemoContext) -> Iterator[dict[str, Any]]:
    for one in PERSONA_ROLES:
        yield _persona(one, *_name_and_key(context, one))


def _name_and_key(context: DemoContext, persona: PersonaRole) -> tuple[Term, bytes]:
    if not persona.participant:
        patient = context.patients[0]
        return PATIENT_NAME, context.saved.key(patient.person)
    key = secret(context.stack.state, f"story-{persona.participant}")
    if persona.participant == OPERATOR:
        return OPERATOR_NAME, key
    name = ORGANISATIONS[persona.participant][0]
    return Term(name_in(name, korean=False), name_in(name, korean=True)), key


def _persona(persona: PersonaRole, name: Term, key: bytes) -> dict[str, Any]:
    wallet = Wallet(key)
    return {
        "id": persona.persona_id,
        "role": persona.role,
        "name": _texts(name),
        "can": _texts(persona.can),
        "address": wallet.address,
        "signer": "0x" + wallet.signer.hex(),
        "private_key": "0x" + key.hex(),
    }


def _texts(term: Term) -> dict[str, str]:
    return {"en": term.label, "ko": term.label_ko}
