"""Commands `mydata share`, `links`, `unshare` and `receive`: make and open SMART Health Links."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import httpx
import typer

from mydata_ledger.client import RequestRefused
from mydata_ledger.ledger.errors import MalformedInput, SourceUnavailable
from mydata_ledger.scripts.cli.common import URL, Json, Key, Out, Url, answer
from mydata_ledger.scripts.cli.key_files import signed_in

if TYPE_CHECKING:
    from mydata_ledger.services.health.formats.shlink import Payload

DAY = 86_400
MAX_BYTES = 64 * 1024 * 1024


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
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """Share a summary of your own records by a link. The link contains the key: whoever has the link can read."""
    import segno

    client, _ = signed_in(url, key)
    expires = int(time.time()) + days * DAY if days else 0
    limits = {"expires": expires, "long_term": long_term or not days, "direct": direct}
    choice = {"categories": category or ["health"], "label": label, "passcode": passcode}
    made = client.call("POST", "/me/links", json=choice | limits)
    code = segno.make(made["shlink"], error="m")
    if qr:
        code.save(str(qr), scale=4)
    answer(made, f"{made['shlink']}\nend it with: mydata unshare {made['link']['name']}", as_json)
    if not as_json and not qr:
        code.terminal(compact=True)


def links(key: Key, url: Url = URL, as_json: Json = False) -> None:
    """List your links: how often each was opened, and whether it is still live."""
    client, _ = signed_in(url, key)
    made_links = client.call("GET", "/me/links")
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
    """Open a SMART Health Link of this ledger or of any other issuer."""
    from mydata_ledger.services.health.formats.shlink import read_shlink

    content, kind = _fetch(read_shlink(link), recipient, passcode)
    if out:
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
    value = {"content_type": kind, "bytes": len(content), "file": str(out or "")}
    answer(value, f"written to {out}" if out else content.decode("utf-8", "replace"), as_json)


def _fetch(payload: Payload, recipient: str, passcode: str) -> tuple[bytes, str]:
    from mydata_ledger.ledger.envelope.jose import open_jwe

    with httpx.Client(timeout=60) as http:
        try:
            if "U" in payload.flag:
                sealed = _read(http.get(payload.url, params={"recipient": recipient})).decode("ascii")
            else:
                body = {"recipient": recipient} | ({"passcode": passcode} if passcode else {})
                sealed = _first_file(http, httpx.Response.json(http.post(payload.url, json=body).raise_for_status()))
        except httpx.HTTPStatusError as error:
            raise RequestRefused(error.response.status_code, "link", error.response.text[:200]) from error
        except httpx.HTTPError as error:
            raise SourceUnavailable("the server of the link does not answer; is the link complete?") from error
    return open_jwe(sealed, payload.key)


def _first_file(http: httpx.Client, manifest: object) -> str:
    files = manifest.get("files") if isinstance(manifest, dict) else None
    if not isinstance(files, list) or not files or not isinstance(files[0], dict):
        raise MalformedInput("the manifest names no file")
    if "embedded" in files[0]:
        return str(files[0]["embedded"])
    return _read(http.get(str(files[0].get("location", "")))).decode("ascii")


def _read(response: httpx.Response) -> bytes:
    content = response.raise_for_status().content
    if len(content) > MAX_BYTES:
        raise MalformedInput(f"the file has more than {MAX_BYTES} bytes")
    return content
