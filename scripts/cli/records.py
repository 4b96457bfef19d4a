"""`mydata record` and `disclose`: a record's proof, chosen fields of it, and the same as a credential."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from mydata_ledger.client import load_key, signed_in
from mydata_ledger.ledger.canonical import read
from mydata_ledger.ledger.commitment.disclosure import disclose as make
from mydata_ledger.ledger.commitment.disclosure import to_json
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.scripts.cli.common import URL, Json, Key, Out, Paths, Pointers, Url, answer, keep, read_json

if TYPE_CHECKING:
    from mydata_ledger.scripts.verify.attached import AttachedContent


class _ShowsByDefault(TyperGroup):
    """`mydata record 7` is `mydata record show 7`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        named = args and (args[0] in self.commands or args[0] in {"-h", "--help"})
        return super().parse_args(ctx, args if named else ["show", *args])


app = typer.Typer(cls=_ShowsByDefault, help="Records: list, prove, export.")
Whole = Annotated[Path, typer.Argument(help="A record with its content, written by `mydata access --proof`.")]
Written = Annotated[Path, typer.Option("--out", "-o", help="Write the document to this file.")]


@app.command("show")
def show(
    position: Annotated[int, typer.Argument(help="Record number; leave out to list yours.")] = -1,
    *,
    key: Key,
    out: Out = None,
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """A record's proof without its content, for its data subject and its holder; or the list of your records."""
    client, _ = signed_in(url, key)
    if position < 0:
        found = client.call("GET", "/records")
        lines = [f"{one['position']:>6}  {one['category']:<18} {one['status']:<10} {one['record_id']}" for one in found]
        answer(found, "\n".join(lines) or "no record about you yet", as_json)
        return
    keep(client.call("GET", f"/records/{position}/copy"), out or Path(f"record-{position}.json"), as_json)


@app.command("export")
def export(
    file: Whole,
    key: Key,
    out: Written,
    sd_jwt: Annotated[bool, typer.Option("--sd-jwt", help="As an SD-JWT VC, signed with this key.")] = False,
    pointer: Pointers = None,
    fhirpath: Paths = None,
    bind: Annotated[Path | None, typer.Option(help="Public key (JWK) of whoever may show it: a wallet's.")] = None,
    as_json: Json = False,
) -> None:
    """Export a record as a credential, signed by its holder or its data subject. Asks nobody; works offline.

    Every member can be shown or withheld by itself; with fields chosen, nothing of the others goes in.
    """
    from mydata_ledger.scripts import credential
    from mydata_ledger.scripts.verify import parse

    if not sd_jwt:
        raise MalformedInput("say as what to export: --sd-jwt is the one format there is")
    document, given = _content(file)
    part = credential.chosen(given.raw, _chosen(given, pointer, fhirpath) or [""])
    claims = credential.claims_of(parse(document), load_key(key).wallet, int(time.time()), _jwk(bind))
    made = credential.signed(load_key(key).wallet, claims, {"content": part})
    out.write_text(made + "\n")
    value = {"file": str(out), "iss": claims["iss"], "vct": claims["vct"], "disclosures": made.count("~") - 1}
    answer(value, f"written to {out}: {value['disclosures']} disclosures, signed by {claims['iss']}", as_json)


def disclose(
    file: Whole, out: Written, pointer: Pointers = None, fhirpath: Paths = None, as_json: Json = False
) -> None:
    """Show chosen fields of a record and hide the rest: a document that verifies. Asks nobody; works offline."""
    document, given = _content(file)
    shown = to_json(make(given.raw, given.seed, _chosen(given, pointer, fhirpath)))
    plain = {name: value for name, value in document.items() if name != "content"}
    keep(plain | {"disclosure": read(shown)}, out, as_json)


def _content(file: Path) -> tuple[dict[str, Any], AttachedContent]:
    from mydata_ledger.scripts.verify import parse

    document = read_json(file)
    given = parse(document).attached.content
    if given is None:
        raise MalformedInput(f"{file.name} carries no content; write it with `mydata access --proof {file.name}`")
    if not given.json:
        raise MalformedInput("only JSON has fields to choose from; hand on the whole record instead")
    return document, given


def _chosen(given: AttachedContent, pointer: list[str] | None, fhirpath: list[str] | None) -> list[str]:
    from mydata_ledger.services.health.formats.selecting import pointers

    return [*(pointer or ()), *(pointers(given.raw, fhirpath) if fhirpath else ())]


def _jwk(path: Path | None) -> dict[str, Any] | None:
    if path is None:
        return None
    found = read_json(path)
    if not isinstance(found, dict) or "kty" not in found or "d" in found or found["kty"] == "oct":
        raise MalformedInput(f"{path.name} is no public key in JWK (RFC 7517); never give a private one away")
    return found
