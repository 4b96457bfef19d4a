"""Command `mydata record verify`: are your records still what their holders signed?"""

from __future__ import annotations

from collections import Counter

import typer
from rich.console import Console
from rich.progress import Progress

from mydata_ledger.scripts.cli.common import URL, For, Json, Key, Url, answer
from mydata_ledger.scripts.cli.key_files import signed_in

AT_ONCE = 500
GOOD = {"verified", "not_anchored", "erased"}


def verify(*, key: Key, person: For = "", url: Url = URL, as_json: Json = False) -> None:
    """Verify all your records: payload, content and anchor. Exit code 1 if one is altered or cannot be read."""
    client, _ = signed_in(url, key)
    listed, results = client.view("/records", person), []
    params = {"for": person} if person else {}
    with Progress(console=Console(stderr=True), transient=True, disable=as_json) as bar:
        for start in bar.track(range(0, len(listed), AT_ONCE), description="verifying"):
            ids = [record["record_id"] for record in listed[start : start + AT_ONCE]]
            results += client.call("POST", "/records/verifications", params=params, json={"records": ids})
    positions = {record["record_id"]: record["position"] for record in listed}
    counts = Counter(result["status"] for result in results)
    bad = [result for result in results if result["status"] not in GOOD]
    lines = [f"{positions[one['record_id']]:>6}  {one['status']:<12} {one['record_id']}" for one in bad]
    lines.append(
        ", ".join(f"{count} {status}" for status, count in sorted(counts.items())) or "no record about you yet"
    )
    answer(results, "\n".join(lines), as_json)
    if bad:
        raise typer.Exit(1)
