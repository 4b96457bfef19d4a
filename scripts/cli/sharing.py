"""Commands `mydata share`, `links`, `unshare` and `receive`: make and open SMART Health Links."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mydata_ledger.scripts.cli.common import URL, For, Json, Key, Out, Url, answer
from mydata_ledger.scripts.cli.key_files import signed_in

if TYPE_CHECKING:
    from mydata_ledger.scripts.health_links import ReceivedFile

DAY = 86_400


def share(
    key: Key,
    category: Annotated[
        list[str] | None, typer.Option("--category", help="Category to share (default health; repeat).")
    ] = None,
    label: Annotated[str, typer.Option(help="Label for the receiver, at most 80 characters.")] = "",
    passcode: Annotated[str, typer.Option(help="Passcode that the receiver must give; ten tries in all.")] = "",
    days: Annotated[int, typer.Option(min=0, help="Number of days the link lasts; 0: until you end it.")] = 7,
    long_term: Annotated[bool, typer.Option("--long-term", help="The content will be updated.")] = False,
    direct: Annotated[bool, typer.Option("--direct", help="One file, fetched with a plain GET.")] = False,
    qr: Annotated[Path | None, typer.Option("--qr", help="Write the QR code to this file (.svg or .png).")] = None,
    person: For = "",
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """Share a summary of your own records by a link. The link contains the key: whoever has the link can read."""
    import segno

    client, _ = signed_in(url, key)
    expires = int(time.time()) + days * DAY if days else 0
    limits = {"expires": expires, "long_term": long_term or not days, "direct": direct}
    choice = {"categories": category or ["health"], "label": label, "passcode": passcode}
    named = {"data_subject": person} if person else {}
    made = client.call("POST", "/me/links", json=choice | limits | named)
    code = segno.make(made["shlink"], error="m")
    if qr:
        code.save(str(qr), scale=4)
    answer(made, f"{made['shlink']}\nend it with: mydata unshare {made['link']['name']}", as_json)
    if not as_json and not qr:
        code.terminal(compact=True)


def links(key: Key, person: For = "", url: Url = URL, as_json: Json = False) -> None:
    """List your links: how often each was opened, and whether it is still live."""
    client, _ = signed_in(url, key)
    made_links = client.view("/me/links", person)
    lines = [
        f"{link['name']}  {'live' if link['live'] else 'over'}  opened {link['opened']}  {link['label']}"
        for link in made_links
    ]
    answer(made_links, "\n".join(lines) or "you have made no link yet", as_json)


def unshare(name: str, key: Key, url: Url = URL, as_json: Json = False) -> None:
    """End one of your links: nobody can open it again."""
    client, _ = signed_in(url, key)
    client.call("DELETE", f"/me/links/{name}")
    answer({"ended": name}, "ended", as_json)


def receive(
    link: Annotated[str, typer.Argument(help="A SMART Health Link: shlink:/…")],
    recipient: Annotated[str, typer.Option("--as", help="Your name, which the person sees.")],
    passcode: Annotated[str, typer.Option(help="The passcode that the person gave you.")] = "",
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Open a SMART Health Link of this ledger or of any other issuer: every file of it.

    With --out, the first file has this name, and the others have it with a number. Exit code 1: a file was not
    received.
    """
    from mydata_ledger.scripts.health_links import receive as receive_files
    from mydata_ledger.services.health.formats.shlink import read_shlink

    files = receive_files(read_shlink(link), recipient, passcode)
    paths = _write_all(files, out) if out else [""] * len(files)
    listed = [
        {"content_type": file.content_type, "bytes": len(file.content), "file": path, "reason": file.reason}
        for file, path in zip(files, paths, strict=True)
    ]
    lines = [_text(file, path) for file, path in zip(files, paths, strict=True)]
    answer({"files": listed}, "\n".join(lines), as_json)
    if any(file.reason for file in files):
        raise typer.Exit(1)


def _text(file: ReceivedFile, path: str) -> str:
    if file.reason:
        return f"a file of the link was not received: {file.reason}"
    return f"written to {path}" if path else file.content.decode("utf-8", "replace")


def _write_all(files: Sequence[ReceivedFile], out: Path) -> list[str]:
    """Write files to `out`, and after the first to `out` with a number; returns their paths (empty: not received)."""
    paths = []
    for number, file in enumerate(files, 1):
        path = out if number == 1 else out.with_name(f"{out.stem}-{number}{out.suffix}")
        if not file.reason:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as written:
                written.write(file.content)
        paths.append("" if file.reason else str(path))
    return paths
