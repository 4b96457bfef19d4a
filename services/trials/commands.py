"""Commands of the trials service."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from mydata_ledger.client import signed_in

URL = "http://localhost:8420"
"""Where `mydata up` serves by default."""


def count(
    key: Annotated[Path, typer.Option("--key", envvar="MYDATA_KEY", help="Key file of the party that asks.")],
    url: Annotated[str, typer.Option("--url", envvar="MYDATA_URL", help="Base URL of the API.")] = URL,
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
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Count people with a condition who let you compute on their profiles; never fewer than five, never who."""
    client, _ = signed_in(url, key)
    form: dict[str, Any] = {"purpose": purpose, "system": system, "code": code}
    form |= {"sex": sex} if sex else {}
    form |= {name: age for name, age in (("least_age", least_age), ("most_age", most_age)) if age is not None}
    answer = client.call("POST", "/trials/counts", json=form | _limit(limit))
    if as_json:
        typer.echo(json.dumps(answer, indent=2))
    elif answer["people"] is None:
        typer.echo(f"no number: fewer than {answer['least']}, or too close to an earlier number")
    else:
        typer.echo(f"{answer['people']} people")


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
