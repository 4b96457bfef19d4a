"""`mydata open` and `acknowledge`: a reader opens what was released to them, wherever it lies, and says so."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from mydata_ledger.client import load_key, signed_in
from mydata_ledger.ledger import canonical
from mydata_ledger.ledger.envelope.frame import Piece
from mydata_ledger.ledger.errors import MalformedInput, TooLarge
from mydata_ledger.scripts.cli.common import URL, Json, Key, Language, Url, answer, read_first
from mydata_ledger.scripts.cli.large_records import progress
from mydata_ledger.scripts.large_records import progress_text
from mydata_ledger.scripts.release import ReleaseFile, open_into, parse, pieces

Sealed = Annotated[
    str, typer.Option("--sealed", help="The sealed payload: a file, or - for standard input (`ipfs cat CID`).")
]


def open_release(
    release: Annotated[Path, typer.Argument(help="A release written by `mydata access --release`.")],
    key: Key,
    out: Annotated[Path, typer.Option("--out", "-o", help="Write the record to this file.")],
    sealed: Sealed = "",
    as_json: Json = False,
) -> None:
    """Open a release with your reader key, in constant memory and without asking anyone.

    The file appears only when every byte was found to be what the record's holder signed.
    """
    reader = load_key(key).reader
    if reader is None:
        raise MalformedInput(f"{key.name} has no reader key; releases are wrapped for one: `mydata keys new --reader`")
    found = _read(release)
    with _source(sealed, found, quiet=as_json) as source:
        kept = open_into(out, found, source, reader)
    value = {"file": str(out), "media_type": kept.media_type, "bytes": kept.length, "cid": found.cid}
    answer(value, f"{kept.length} bytes of {kept.media_type}, as their holder signed them, written to {out}", as_json)


def acknowledge(
    receipt: Annotated[int, typer.Argument(min=0, help="The receipt's position, as the release has it.")],
    key: Key,
    language: Language = "en",
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """Say, signed, that you opened what a receipt released: the person it is about sees it beside the receipt."""
    client, found = signed_in(url, key)
    drafted = client.acknowledgement(receipt, language)
    read_first(drafted["summary"], as_json)
    position = client.countersign(drafted)
    told = f"logged at position {position} of the access log, signed by {found.wallet.address}"
    answer({"position": position}, told, as_json)


def _read(path: Path) -> ReleaseFile:
    if path.stat().st_size > canonical.MAX_BYTES:
        raise TooLarge(f"a release has at most {canonical.MAX_BYTES} bytes; give the payload with --sealed")
    return parse(path.read_bytes())


@contextmanager
def _source(sealed: str, release: ReleaseFile, *, quiet: bool) -> Iterator[Iterator[Piece]]:
    if sealed == "-":
        yield pieces(sys.stdin.buffer)
    elif sealed:
        path = Path(sealed)
        with path.open("rb") as file, progress(f"opening {path.name}", quiet=quiet) as say:
            yield progress_text(pieces(file), path.stat().st_size, say)
    elif release.sealed is None:
        raise MalformedInput(f"the release carries no payload; fetch {release.cid} and give it with --sealed")
    else:
        yield iter([release.sealed])
