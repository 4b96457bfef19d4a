"""Command `mydata declare`: store a document of one's own as a self-declared record."""

from __future__ import annotations

import base64
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from mydata_ledger.scripts.cli.common import URL, For, Json, Key, Url, answer, console
from mydata_ledger.scripts.cli.issuing import media_type_of
from mydata_ledger.scripts.cli.key_files import signed_in


def declare(
    file: Annotated[Path, typer.Argument(help="The document.", exists=True, dir_okay=False)],
    key: Key,
    category: Annotated[str, typer.Option(help="Its category, for instance health.report.")],
    media_type: Annotated[str, typer.Option(help="Its media type; without it, by the name of the file.")] = "",
    url: Url = URL,
    person: For = "",
    as_json: Json = False,
) -> None:
    """Store your own document, under your signature. It is shown as self-declared, and you can erase it."""
    client, key_file = signed_in(url, key)
    content, query = file.read_bytes(), {"for": person} if person else {}
    form = {"category": category, "media_type": media_type or media_type_of(file)}
    form |= {"document": "0x" + sha256(content).hexdigest()}
    draft = client.call("POST", "/me/records/drafts", json=form, params=query)
    if not as_json:
        console.print(draft["text"], markup=False, soft_wrap=True)
    signature = "0x" + key_file.wallet.sign_text(draft["text"]).hex()
    signed = form | {"declared_at": draft["declared_at"], "signature": signature}
    signed |= {"content_base64": base64.b64encode(content).decode()}
    done = client.call("POST", "/me/records", json=signed, params=query)
    text = f"{done['record_id']}  self-declared" if done["is_new"] else f"{done['record_id']} has this document already"
    answer(done, text, as_json)
