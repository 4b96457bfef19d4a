"""Command `mydata wards`: the persons for whom a guardian or another delegate acts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from mydata_ledger.scripts.cli.common import URL, Json, Key, Url, answer
from mydata_ledger.scripts.cli.key_files import signed_in


def wards(key: Key, url: Url = URL, as_json: Json = False) -> None:
    """List the persons for whom you act now; --for names one in `timeline`, `record`, `links`, `share` and `export`."""
    client, _ = signed_in(url, key)
    found: list[dict[str, Any]] = []
    after: int | None = -1
    while after is not None:
        page = client.view("/me/wards", after=after)
        found += page["wards"]
        after = page["next"]
    answer(found, "\n".join(map(_line, found)) or "you act for nobody now", as_json)


def _line(ward: dict[str, Any]) -> str:
    until = datetime.fromtimestamp(int(ward["expires"]), UTC).isoformat(timespec="minutes")
    return f"{ward['person']}  {ward['relation']:<14} {', '.join(ward['categories'])}, until {until}"
