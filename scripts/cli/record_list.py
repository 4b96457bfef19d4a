"""Command `mydata record list`: records by time, kind and holder."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mydata_ledger.scripts.cli.common import URL, For, Json, Key, Url, answer
from mydata_ledger.scripts.cli.key_files import signed_in

First = Annotated[str, typer.Option("--from", help="Data of this day or later: 2026-03-31, 2026-03 or 2026.")]
Last = Annotated[str, typer.Option("--to", help="Data of this day, month or year or earlier; it is included.")]
CategoryName = Annotated[str, typer.Option("--kind", help="This category and those below it, such as health.lab.")]
Zone = Annotated[str, typer.Option("--zone", help="Time zone in which --from and --to are read.")]
HolderName = Annotated[str, typer.Option("--holder", help="Who issued them: a 0x account, or part of a name.")]


def list_records(
    key: Key,
    first: First = "",
    last: Last = "",
    kind: CategoryName = "*",
    holder: HolderName = "",
    zone: Zone = "Asia/Seoul",
    person: For = "",
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """List your records, oldest first, by the time of their data, their kind and who issued them.

    A record whose data have no date counts by the day it was issued.
    """
    query: dict[str, Any] = {"category": kind, **_bounds(first, last, zone)}
    if is_account := holder.lower().startswith("0x"):
        query["holder"] = holder
    client, _ = signed_in(url, key)
    listed = client.view("/records", person, **query)
    if not is_account:
        listed = [record for record in listed if holder.casefold() in record["holder_name"].casefold()]
    answer(listed, "\n".join(map(record_line, listed)) or "no record like that", as_json)


def record_line(record: dict[str, Any]) -> str:
    """A record in a list for people."""
    source = "  self-declared" if record["declared_by"] == "self" else f"  {record['holder_name']}".rstrip()
    return f"{record['position']:>6}  {record['category']:<18} {record['status']:<10} {record['record_id']}{source}"


def _bounds(first: str, last: str, zone: str) -> dict[str, int]:
    """The seconds that the options name. Raises MalformedInput for what is no date or no zone."""
    from mydata_ledger.formats.dates import read_span, zone_of

    place, bounds = zone_of(zone), {}
    if first:
        bounds["since"] = read_span(first, place).start
    if last:
        bounds["until"] = read_span(last, place).end
    if first and last and bounds["since"] >= bounds["until"]:
        raise typer.BadParameter("is before --from", param_hint="--to")
    return bounds
