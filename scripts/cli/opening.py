"""Commands `mydata open` and `acknowledge`: open a release offline, and sign that it was opened."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from mydata_ledger.ledger import canonical
from mydata_ledger.ledger.envelope.frame import Piece
from mydata_ledger.ledger.errors import MalformedInput, TooLarge
from mydata_ledger.scripts.cli.common import URL, Json, Key, Language, Url, answer, show_summary
from mydata_ledger.scripts.cli.key_files import load_key, signed_in
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
    """Open a release with your reader key, offline and in constant memory.

    The file appears only after every byte matched the signature of the record's holder.
    """
    reader = load_key(key).reader
    if reader is None:
        raise MalformedInput(f"{key.name} has no reader key; releases are wrapped for one: `mydata keys new --reader`")
    parsed = _read(release)
    with _source(sealed, parsed, quiet=as_json) as source:
        content = open_into(out, parsed, source, reader)
    value = {"file": str(out), "media_type": content.media_type, "bytes": content.length, "cid": parsed.cid}
    answer(
        value, f"{content.length} bytes of {content.media_type}, as their holder signed them, written to {out}", as_json
    )


def acknowledge(
    receipt: Annotated[int, typer.Argument(min=0, help="Position of the receipt, as in the release.")],
    key: Key,
    language: Language = "en",
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """Sign that you opened a released record; its data subject sees this with the receipt."""
    client, key_file = signed_in(url, key)
    drafted = client.acknowledgement(receipt, language)
    show_summary(drafted["summary"], as_json)
    position = client.countersign(drafted)
    text = f"logged at position {position} of the access log, signed by {key_file.wallet.address}"
    answer({"position": position}, text, as_json)


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
        with path.open("rb") as file, progress(f"opening {path.name}", quiet=quiet) as on_progress:
            yield progress_text(pieces(file), path.stat().st_size, on_progress)
    elif release.sealed is None:
        raise MalformedInput(f"the release carries no payload; fetch {release.cid} and give it with --sealed")
    else:
        yield iter([release.sealed])
