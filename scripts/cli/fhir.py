"""Commands `mydata consent import` and `export`: read and write FHIR Consents."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mydata_ledger.ledger.consent import Consent, Grant
from mydata_ledger.ledger.errors import LedgerError, MalformedInput
from mydata_ledger.ledger.party import checksum
from mydata_ledger.ledger.status import Status
from mydata_ledger.ledger.typed_data import message, parse, read_hex
from mydata_ledger.ledger.vocabulary import Vocabulary
from mydata_ledger.ledger.wording import Words
from mydata_ledger.scripts.cli.common import URL, Json, Key, Out, Url, answer, console, write
from mydata_ledger.scripts.cli.key_files import signed_in

if TYPE_CHECKING:
    from mydata_ledger.services.health.formats.consents import ConsentImport

EXIT_REFUSED = 1
Files = Annotated[
    list[Path],
    typer.Argument(help="FHIR Consents, R4 or R5: one, a Bundle of them, or NDJSON.", exists=True, dir_okay=False),
]
Actors = Annotated[
    list[str] | None,
    typer.Option(
        "--actor", help="Map a FHIR reference to a grantee: Organization/f001=0x… or =role:responder (repeat)."
    ),
]
Records = Annotated[
    list[str] | None, typer.Option("--record", help="Map a FHIR reference to a record: Observation/1=0x… (repeat).")
]


def import_(
    files: Files,
    actor: Actors = None,
    record: Records = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be imported.")] = False,
    sign: Annotated[bool, typer.Option("--sign", help="Sign the drafts with --key and submit them.")] = False,
    key: Annotated[Path | None, typer.Option("--key", envvar="MYDATA_KEY", help="Your key file.")] = None,
    language: Annotated[str, typer.Option(help="Language of the notice: en or ko.")] = "en",
    out: Out = None,
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """Read FHIR Consents into drafts for you to sign. A draft never permits more than the file; losses are listed.

    Exit code 1: a consent was refused. Exit code 2: wrong use of the command.
    """
    words, actors, records = _vocabulary(), _pairs(actor, "--actor"), _pairs(record, "--record")
    results = [result for file in files for result in _results(file, words, actors, records)]
    if not dry_run:
        _draft(results, key, sign, language, url)
    if out:
        write(out, results)
    text = "\n\n".join(_result_text(result, words, language) for result in results)
    answer(results if len(results) > 1 else results[0], text, as_json)
    if any(result["outcome"] == "refused" for result in results):
        raise typer.Exit(EXIT_REFUSED)


def export(
    entry: Annotated[str, typer.Argument(help="Entry of one of your consents; `mydata consent show` lists them.")],
    key: Key,
    release: Annotated[str, typer.Option(help="FHIR release: R4 or R5.")] = "R4",
    out: Out = None,
    url: Url = URL,
) -> None:
    """Write one of your consents as a FHIR Consent."""
    from mydata_ledger.services.health.formats.consents import FHIR_STATUS, write_r4, write_r5

    writers = {"R4": write_r4, "R5": write_r5}
    if release.upper() not in writers:
        raise typer.BadParameter("one of R4, R5", param_hint="--release")
    client, _ = signed_in(url, key)
    copy = client.call("GET", f"/consents/{entry}/copy")
    status = next(c["status"] for c in client.call("GET", "/consents") if c["entry"] == entry)
    consent = parse(Consent, copy["message"])
    resource = writers[release.upper()](consent, read_hex(entry, "entry", 32), FHIR_STATUS[Status(status)])
    if out:
        write(out, resource)
    answer(resource, f"written to {out}", as_json=out is None)


def _results(
    file: Path, words: Vocabulary, actors: Mapping[str, str], records: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """One result for each consent, in the form of docs/consent-import.md."""
    from mydata_ledger.services.health.formats.consents import consents_in, read_consent

    try:
        parts = consents_in(file.read_bytes())
    except LedgerError as error:
        yield _refused({"file": file.name}, error)
        return
    for part in parts:
        head = {"file": file.name} | ({"place": part.path} if part.path else {})
        try:
            imported = read_consent(part.raw, words, grantee=actors.get, record=records.get, now=int(time.time()))
        except LedgerError as error:
            yield _refused(head, error)
        else:
            yield head | _as_result(imported)


def _refused(head: Mapping[str, str], error: LedgerError) -> dict[str, Any]:
    fields = {"outcome": "refused", "reason": str(error), "release": "", "patient": ""}
    return {**head, **fields, "grants": {}, "losses": []}


def _as_result(imported: ConsentImport) -> dict[str, Any]:
    return {
        "outcome": str(imported.outcome),
        "release": imported.release,
        "patient": imported.patient,
        "grants": {grantee: [message(grant) for grant in grants] for grantee, grants in imported.grants.items()},
        "losses": [asdict(loss) for loss in imported.losses],
    }


def _result_text(result: Mapping[str, Any], words: Vocabulary, language: str) -> str:
    source = " ".join(result[name] for name in ("file", "place") if name in result)
    lines = [f"{source}: {result['outcome'].replace('_', ' ')}"]
    if "reason" in result:
        lines.append(f"  {result['reason']}")
    for grantee, grants in result["grants"].items():
        lines += [f"  {Words(words, language).sentence(parse(Grant, grant), grantee)}" for grant in grants]
    lines += [f"  left out: {loss['what']} ({loss['path']}): {loss['consequence']}" for loss in result["losses"]]
    lines += [f"  draft for {name}: {status}" for name, status in result.get("drafts", {}).items()]
    return "\n".join(lines)


def _draft(results: Sequence[dict[str, Any]], key: Path | None, sign: bool, language: str, url: str) -> None:
    """Draft the consent of each grantee; with `sign`, also sign and submit it."""
    if key is None:
        raise typer.BadParameter("give your key file, or --dry-run to import nothing", param_hint="--key")
    client, _ = signed_in(url, key)
    for result in results:
        result["drafts"] = {}
        for grantee, grants in result["grants"].items():
            drafted = client.draft(grantee, [_form(parse(Grant, grant)) for grant in grants], language)
            result["drafts"][grantee] = "drafted; sign it with --sign"
            if sign:
                with console.status("submitting"):
                    accepted = client.call("POST", "/consents", json=client.sign(drafted["typed_data"], Consent))
                result["drafts"][grantee] = f"signed, entry {accepted['entry']}"


def _form(grant: Grant) -> dict[str, Any]:
    raw = asdict(grant) | {"effect": str(grant.effect), "records": ["0x" + r.hex() for r in grant.records]}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in raw.items()}


def _pairs(given: Sequence[str] | None, option: str) -> dict[str, str]:
    pairs = [text.rpartition("=") for text in given or ()]
    if not all(name and value for name, _, value in pairs):
        raise MalformedInput(f"{option} is written REFERENCE=NAME, for instance Organization/f001=role:responder")
    return {name: checksum(read_hex(value, option, 20)) if _is_account(value) else value for name, _, value in pairs}


def _is_account(value: str) -> bool:
    return value.startswith("0x") and len(value) == 2 + 40


def _vocabulary() -> Vocabulary:
    from mydata_ledger.scripts.serve import slices

    return Vocabulary(service.catalog for service in slices())
