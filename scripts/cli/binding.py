"""Commands `mydata binding`: a person's codes and bindings, and a holder's patient numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from mydata_ledger.scripts.cli.common import URL, For, Json, Key, Url, answer
from mydata_ledger.scripts.cli.key_files import signed_in

app = typer.Typer(help="Which person a holder means by its own patient number.", no_args_is_help=True)
Number = Annotated[str, typer.Argument(help="Your own number of the patient.")]


@app.command("code")
def code(
    holder: Annotated[str, typer.Argument(help="Account of the holder at whose counter you are.")],
    key: Key,
    url: Url = URL,
    person: For = "",
    as_json: Json = False,
) -> None:
    """Make a one-time code that you read out at the holder's counter. It replaces your earlier one."""
    client, _ = signed_in(url, key)
    made = client.call("POST", "/me/bindings/codes", json={"holder": holder}, params=_for(person))
    answer(made, f"{made['code']}  until {_time(made['expires'])}", as_json)


@app.command("list")
def list_bindings(
    key: Key,
    url: Url = URL,
    person: For = "",
    as_holder: Annotated[bool, typer.Option("--holder", help="List your patient numbers, as a holder.")] = False,
    as_json: Json = False,
) -> None:
    """List which holders know you by which number; with --holder, the first 100 of your own patient numbers."""
    client, _ = signed_in(url, key)
    path = "/bindings" if as_holder else "/me/bindings"
    found = client.call("GET", path, params={} if as_holder else _for(person))
    answer(found, "\n".join(map(_line, found)) or "no bindings", as_json)


@app.command("end")
def end(
    binding: Annotated[str, typer.Argument(help="Id of a binding of yours; as a holder, your patient number.")],
    key: Key,
    url: Url = URL,
    person: For = "",
    as_holder: Annotated[bool, typer.Option("--holder", help="End the binding of your patient number.")] = False,
    as_json: Json = False,
) -> None:
    """End a binding: nothing is issued by its number any more."""
    client, _ = signed_in(url, key)
    if as_holder:
        ended = client.call("POST", "/bindings/end", json={"patient_number": binding})
    else:
        ended = client.call("POST", f"/me/bindings/{binding}/end", params=_for(person))
    answer(ended, _line(ended), as_json)


@app.command("bind")
def bind(
    number: Number,
    code: Annotated[str, typer.Argument(help="The code that the patient reads out.")],
    key: Key,
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """As a holder: bind your patient number to the person who made the code."""
    client, _ = signed_in(url, key)
    made = client.call("POST", "/bindings", json={"patient_number": number, "code": code})
    answer(made, _line(made), as_json)


def _for(person: str) -> dict[str, str]:
    return {"for": person} if person else {}


def _line(one: dict[str, Any]) -> str:
    since = f"{one['binding_id']}  {one['patient_number']} at {one['holder']}: {one['data_subject']}"
    return f"{since}, by {one['how']} since {_time(one['bound_at'])}, {one['state']}"


def _time(at_time: int) -> str:
    return datetime.fromtimestamp(at_time, UTC).isoformat(timespec="minutes")
