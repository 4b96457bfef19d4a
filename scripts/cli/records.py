"""Commands `mydata record` and `disclose`: a record's proof, chosen fields, and export as a credential."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from mydata_ledger.ledger.canonical import read
from mydata_ledger.ledger.commitment.disclosure import disclose as make
from mydata_ledger.ledger.commitment.disclosure import to_json
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.scripts.cli.common import (
    URL,
    For,
    Json,
    Key,
    Out,
    Paths,
    Pointers,
    Url,
    answer,
    read_json,
    write_proof,
)
from mydata_ledger.scripts.cli.key_files import load_key, signed_in
from mydata_ledger.scripts.cli.record_checks import verify
from mydata_ledger.scripts.cli.record_list import list_records, record_line

if TYPE_CHECKING:
    from mydata_ledger.scripts.verify.attached import AttachedContent


class _DefaultToShow(TyperGroup):
    """Command group in which `mydata record 7` means `mydata record show 7`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        is_command = args and (args[0] in self.commands or args[0] in {"-h", "--help"})
        return super().parse_args(ctx, args if is_command else ["show", *args])


app = typer.Typer(cls=_DefaultToShow, help="Records: list, prove, export.")
app.command("verify")(verify)
app.command("list")(list_records)
Whole = Annotated[Path, typer.Argument(help="A record with its content, written by `mydata access --proof`.")]
Written = Annotated[Path, typer.Option("--out", "-o", help="Write the document to this file.")]


@app.command("show")
def show(
    position: Annotated[int, typer.Argument(help="Position of a record; without it, your records are listed.")] = -1,
    *,
    key: Key,
    out: Out = None,
    person: For = "",
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """Fetch a record's proof without its content, as its data subject or holder; or list your records."""
    client, _ = signed_in(url, key)
    if position < 0:
        listed = client.view("/records", person)
        lines = [record_line(record) for record in listed]
        answer(listed, "\n".join(lines) or ("no record that you see" if person else "no record about you yet"), as_json)
        return
    if person:
        raise MalformedInput("--for lists the records of a person for whom you act; leave the position out")
    write_proof(client.call("GET", f"/records/{position}/copy"), out or Path(f"record-{position}.json"), as_json)


@app.command("export")
def export(
    file: Whole,
    key: Key,
    out: Written,
    sd_jwt: Annotated[bool, typer.Option("--sd-jwt", help="Export as an SD-JWT VC, signed with this key.")] = False,
    pointer: Pointers = None,
    fhirpath: Paths = None,
    bind: Annotated[Path | None, typer.Option(help="Public key (JWK) of the wallet that may present it.")] = None,
    as_json: Json = False,
) -> None:
    """Export a record as a credential, signed by its holder or its data subject. Works offline.

    Each member can be disclosed or withheld by itself. If fields are chosen, the credential holds only these.
    """
    from mydata_ledger.scripts import credential
    from mydata_ledger.scripts.verify import parse

    if not sd_jwt:
        raise MalformedInput("name the format: --sd-jwt is the only one")
    document, content = _content(file)
    part = credential.chosen(content.raw, _chosen_pointers(content, pointer, fhirpath) or [""])
    wallet = load_key(key).wallet
    claims = credential.claims_of(parse(document), wallet, int(time.time()), _jwk(bind))
    made = credential.signed(wallet, claims, {"content": part})
    out.write_text(made + "\n")
    value = {"file": str(out), "iss": claims["iss"], "vct": claims["vct"], "disclosures": made.count("~") - 1}
    answer(value, f"written to {out}: {value['disclosures']} disclosures, signed by {claims['iss']}", as_json)


def disclose(
    file: Whole, out: Written, pointer: Pointers = None, fhirpath: Paths = None, as_json: Json = False
) -> None:
    """Write a verifiable document with chosen fields of a record, without the other fields. Works offline."""
    document, content = _content(file)
    shown = to_json(make(content.raw, content.seed, _chosen_pointers(content, pointer, fhirpath)))
    plain = {name: value for name, value in document.items() if name != "content"}
    write_proof(plain | {"disclosure": read(shown)}, out, as_json)


def _content(file: Path) -> tuple[dict[str, Any], AttachedContent]:
    from mydata_ledger.scripts.verify import parse

    document = read_json(file)
    content = parse(document).attached.content
    if content is None:
        raise MalformedInput(f"{file.name} carries no content; write it with `mydata access --proof {file.name}`")
    if not content.json:
        raise MalformedInput("only JSON has fields to choose from; give the whole record instead")
    return document, content


def _chosen_pointers(content: AttachedContent, pointer: list[str] | None, fhirpath: list[str] | None) -> list[str]:
    from mydata_ledger.formats.fhir.selecting import pointers

    return [*(pointer or ()), *(pointers(content.raw, fhirpath) if fhirpath else ())]


def _jwk(path: Path | None) -> dict[str, Any] | None:
    if path is None:
        return None
    jwk = read_json(path)
    if not isinstance(jwk, dict) or "kty" not in jwk or "d" in jwk or jwk["kty"] == "oct":
        raise MalformedInput(f"{path.name} is no public key in JWK (RFC 7517); never give a private one away")
    return jwk
