"""Commands of the trials service."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from mydata_ledger.client import Client, RequestRefused, signed_in

URL = "http://localhost:8420"
"""Where `mydata up` serves by default."""
TOO_MANY = "too_many_people"
PAUSE = 2.0
"""Seconds between two looks at a count that waits."""
KeyOption = Annotated[Path, typer.Option("--key", envvar="MYDATA_KEY", help="Key file of the party that asks.")]
UrlOption = Annotated[str, typer.Option("--url", envvar="MYDATA_URL", help="Base URL of the API.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def count(
    key: KeyOption,
    url: UrlOption = URL,
    *,
    code: Annotated[str, typer.Option("--code", help="Code of the condition.")],
    system: Annotated[str, typer.Option("--system", help="Code system of the condition.")] = "http://snomed.info/sct",
    purpose: Annotated[str, typer.Option("--purpose", help="Purpose of the question.")] = "hl7:CLINTRCH",
    sex: Annotated[str, typer.Option("--sex", help="male, female or other.")] = "",
    least_age: Annotated[int | None, typer.Option("--from-age", help="Least age in full years.")] = None,
    most_age: Annotated[int | None, typer.Option("--to-age", help="Greatest age in full years.")] = None,
    limit: Annotated[
        str, typer.Option("--limit", help="A limit on the latest value of a LOINC code: '4548-4 >= 7.0 %'.")
    ] = "",
    background: Annotated[
        bool, typer.Option("--background", help="Let a job count. It is used by itself for many people.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Count people with a condition who let you compute on their profiles; never fewer than five, never who."""
    client, _ = signed_in(url, key)
    form: dict[str, Any] = {"purpose": purpose, "system": system, "code": code}
    form |= {"sex": sex} if sex else {}
    form |= {name: age for name, age in (("least_age", least_age), ("most_age", most_age)) if age is not None}
    form |= _limit(limit)
    answer = _counted_by_a_job(client, form) if background else _counted(client, form)
    typer.echo(json.dumps(answer, indent=2) if as_json else _text(answer))


def counts(key: KeyOption, url: UrlOption = URL, *, as_json: JsonOption = False) -> None:
    """List your counts in the background, oldest first, each with its number once it is there."""
    client, _ = signed_in(url, key)
    found = client.call("GET", "/trials/counts")
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    for one in found:
        typer.echo(f"{one['count_id']}  {_minute(one['asked_at'])}  {one['form']['code']}  {_outcome(one)}")
    if not found:
        typer.echo("no counts in the background; ask with `mydata trials count --background`")


def _counted(client: Client, form: dict[str, Any]) -> dict[str, Any]:
    """The number at once, or by a job if there are too many people for that."""
    try:
        answer: dict[str, Any] = client.call("POST", "/trials/counts", json=form)
    except RequestRefused as refusal:
        if refusal.code != TOO_MANY:
            raise
        typer.echo("these are too many people to be counted at once, so a job counts them", err=True)
        return _counted_by_a_job(client, form)
    return answer


def _counted_by_a_job(client: Client, form: dict[str, Any]) -> dict[str, Any]:
    """Ask in the background, and wait for the number; what is waited for is shown on stderr."""
    found = client.call("POST", "/trials/counts", json=form | {"wait": False})
    typer.echo(f"count {found['count_id']}; it goes on if you stop here: `mydata trials counts` shows it", err=True)
    began, shown = time.monotonic(), ""
    while found["state"] in {"waiting", "running"}:
        if shown != (state := _outcome(found)):
            typer.echo(f"{time.monotonic() - began:4.0f} s: {state}", err=True)
            shown = state
        time.sleep(PAUSE)
        found = client.call("GET", f"/trials/counts/{found['count_id']}")
    if found["answer"] is None:
        typer.echo(f"the count failed ({found['why']}); ask again later", err=True)
        raise typer.Exit(1)
    answer: dict[str, Any] = found["answer"]
    return answer


def _outcome(found: dict[str, Any]) -> str:
    why = f" ({found['why']})" if found["why"] else ""
    return _text(found["answer"]) if found["answer"] else found["state"] + why


def _text(answer: dict[str, Any]) -> str:
    if answer["people"] is None:
        return f"no number: fewer than {answer['least']}, or too close to an earlier number"
    return f"{answer['people']} people"


def _minute(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _limit(text: str) -> dict[str, Any]:
    """The form of a limit. Raises typer.BadParameter for a text of another form."""
    if not text:
        return {}
    parts = text.split()
    if len(parts) != 4:
        raise typer.BadParameter(
            "a limit has four parts with spaces between, as in '4548-4 >= 7.0 %'", param_hint="--limit"
        )
    return {"limit": dict(zip(("code", "comparator", "value", "unit"), parts, strict=True))}
