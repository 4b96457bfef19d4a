"""Commands `mydata consent import` and `export`: read and write FHIR Consents."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mydata_ledger.ledger.access import RESPONDER
from mydata_ledger.ledger.consent import Consent, Grant
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.ledger.party import ANYONE, ROLE_PREFIX, checksum
from mydata_ledger.ledger.status import Status
from mydata_ledger.ledger.summaries import Summaries
from mydata_ledger.ledger.typed_data import parse, read_hex
from mydata_ledger.ledger.vocabulary import Vocabulary
from mydata_ledger.ledger.wording import Words
from mydata_ledger.scripts.cli.common import URL, Json, Key, Out, Url, answer, write
from mydata_ledger.scripts.cli.consent_files import readings_of, results_for
from mydata_ledger.scripts.cli.consent_versions import STAYS, NextVersions, by_grantee
from mydata_ledger.scripts.cli.key_files import load_key, signed_in

if TYPE_CHECKING:
    from mydata_ledger.client import Client
    from mydata_ledger.services.health.formats.consents import ConsentImport

EXIT_REFUSED = 1
EXAMPLES = {"--actor": "Organization/f001=role:responder or =0x…", "--record": "Observation/1=0x…"}
UNKNOWN_ACTOR = "  --actor says who an unknown actor is: REFERENCE=0x… or REFERENCE=role:NAME."
CREWS = (ANYONE, ROLE_PREFIX + RESPONDER)
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
Patients = Annotated[
    list[str] | None,
    typer.Option("--patient", help="Which FHIR patient you are: Patient/1, or system|value of an identifier (repeat)."),
]
Everyone = Annotated[
    str, typer.Option("--everyone", help="Who a permit for whoever asks is given to, for instance role:hospital.")
]
SpareEmergencies = Annotated[
    bool, typer.Option("--spare-emergencies", help="Do not let a refusal refuse emergency treatment.")
]
Replace = Annotated[
    bool, typer.Option("--replace", help="Drop the permits in force to the same grantees; refusals stay.")
]


def import_(
    files: Files,
    actor: Actors = None,
    record: Records = None,
    patient: Patients = None,
    everyone: Everyone = "",
    spare_emergencies: SpareEmergencies = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be imported.")] = False,
    sign: Annotated[bool, typer.Option("--sign", help="Sign the drafts with --key and submit them.")] = False,
    replace: Replace = False,
    key: Annotated[Path | None, typer.Option("--key", envvar="MYDATA_KEY", help="Your key file.")] = None,
    language: Annotated[str, typer.Option(help="Language of the notice: en or ko.")] = "en",
    out: Out = None,
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """Read FHIR Consents into drafts for you to sign. A draft never permits more than the files and what is in force;
    losses are listed.

    Exit code 1: a consent was refused. Exit code 2: wrong use of the command.
    """
    words = _vocabulary()
    read = partial(
        _imported,
        words=words,
        grantee={name: _grantee(value, "--actor") for name, value in _pairs(actor, "--actor").items()}.get,
        record=_pairs(record, "--record").get,
        now=int(time.time()),
        everyone=_grantee(everyone, "--everyone") if everyone else "",
        spares_emergencies=spare_emergencies,
    )
    client, account = _session(key, url, dry_run=dry_run)
    readings = [reading for file in files for reading in readings_of(file, read)]
    results = results_for(readings, account, frozenset(patient or ()))
    _note_emergencies(results, words, language)
    if client:
        _write_versions(
            results, client, vocabulary=words, language=language, sign=sign, replacing=replace, quiet=as_json
        )
    if out:
        write(out, results)
    text = "\n\n".join(_result_text(result, words, language) for result in results)
    answer(results if len(results) > 1 else results[0], text, as_json)
    if any(result["outcome"] == "refused" or result.get("refused") for result in results):
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


def _imported(raw: bytes, words: Vocabulary, **options: Any) -> ConsentImport:
    from mydata_ledger.services.health.formats.consents import read_consent

    return read_consent(raw, words, **options)


def _grantee(name: str, option: str) -> str:
    if re.fullmatch("role:[a-z0-9-]{1,64}", name):
        return name
    try:
        return checksum(read_hex(name, option, 20))
    except MalformedInput as error:
        raise typer.BadParameter("a grantee is a party's 0x address or role:NAME", param_hint=option) from error


def _note_emergencies(results: Sequence[dict[str, Any]], words: Vocabulary, language: str) -> None:
    """Add to each result what it says to emergency crews, if it refuses them."""
    summaries = Summaries(words, language)
    for result in results:
        to_crews = [g for name in CREWS for g in result["grants"].get(name, ())]
        result["emergencies"] = list(summaries.emergencies([parse(Grant, grant) for grant in to_crews]))


def _result_text(result: Mapping[str, Any], words: Vocabulary, language: str) -> str:
    source = " ".join(result[name] for name in ("file", "place") if name in result)
    whose = f" (consent of {result['patient']})" if result["patient"] else ""
    lines = [f"{source}: {result['outcome'].replace('_', ' ')}{whose}"]
    if "reason" in result:
        lines.append(f"  {result['reason']}")
    for grantee, grants in result["grants"].items():
        lines += [f"  {Words(words, language).sentence(parse(Grant, grant), grantee)}" for grant in grants]
    lines += [f"  left out: {loss['what']} ({loss['path']}): {loss['consequence']}" for loss in result["losses"]]
    lines += [UNKNOWN_ACTOR] if any(loss["what"].startswith("unknown actor") for loss in result["losses"]) else []
    lines += [f"  {line} --spare-emergencies leaves emergencies out." for line in result["emergencies"]]
    for name, status in result.get("drafts", {}).items():
        lines += [f"  draft for {name}: {status}", *(f"    {line}" for line in result["changes"][name])]
        kept = result["kept"][name]
        lines += [f"    {STAYS}:", *(f"      {line}" for line in kept)] if kept else []
    return "\n".join(lines)


def _session(key: Path | None, url: str, *, dry_run: bool) -> tuple[Client | None, str]:
    """A client, none for a dry run, and the account of the key, empty if there is none."""
    if key is None and not dry_run:
        raise typer.BadParameter("give your key file, or --dry-run to import nothing", param_hint="--key")
    if key is None or dry_run:
        return None, load_key(key).wallet.address if key else ""
    client, key_file = signed_in(url, key)
    return client, key_file.wallet.address


def _write_versions(results: Sequence[dict[str, Any]], client: Client, **options: Any) -> None:
    """Draft one version for each grantee of all results, and add to each result what became of it."""
    outcomes = NextVersions(client, int(time.time()), **options).write(by_grantee(results))
    for result in results:
        own = {grantee: outcomes[grantee] for grantee in result["grants"]}
        result["drafts"] = {grantee: outcome.status for grantee, outcome in own.items()}
        result["changes"] = {grantee: list(outcome.changes) for grantee, outcome in own.items()}
        result["kept"] = {grantee: list(outcome.kept) for grantee, outcome in own.items()}
        result["refused"] = any(outcome.refused for outcome in own.values())


def _pairs(given: Sequence[str] | None, option: str) -> dict[str, str]:
    pairs = [text.rpartition("=") for text in given or ()]
    if not all(name and value for name, _, value in pairs):
        raise typer.BadParameter(f"written as {EXAMPLES[option]}", param_hint=option)
    return {name: value for name, _, value in pairs}


def _vocabulary() -> Vocabulary:
    from mydata_ledger.scripts.slices.finding import slices

    return Vocabulary(service.catalog for service in slices())
