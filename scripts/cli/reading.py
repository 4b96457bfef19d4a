"""`mydata issue`, `access`, `receipt`, `verify`: records in, records out, and the proof of both."""

from __future__ import annotations

import base64
import mimetypes
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.canonical import read
from ledger.errors import LedgerError, MalformedInput, TooLarge
from ledger.record import Issue
from scripts.cli.common import STATE, URL, Json, Key, Out, Rpc, State, Url, answer, console, signed_in, write
from scripts.client import Client
from scripts.verify import EXIT, Verdict, load, verify
from scripts.verify.onchain import OnChain

MAX_FILE = 64 * 1024 * 1024


def issue(
    files: Annotated[list[Path], typer.Argument(help="FHIR R4 bundles, or any files.")],
    key: Key,
    subject: Annotated[str, typer.Option("--subject", help="The data subject's 0x address.")],
    category: Annotated[str, typer.Option(help="Category of files that are no FHIR bundle.")] = "health.other",
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """Issue records as an accredited holder. A file that cannot be used is said; the others go on."""
    client, _ = signed_in(url, key)
    issued: dict[str, Any] = {}
    for file in files:
        try:
            issued[file.name] = _issue(client, file, subject, category)
        except (LedgerError, OSError) as error:
            console.print(f"left out {file.name}: {error}", style="red", markup=False, soft_wrap=True)
    lines = [f"{name}: {len(records)} records" for name, records in issued.items()]
    answer(issued, "\n".join(lines) or "nothing was issued", as_json)
    if len(issued) < len(files):
        raise typer.Exit(1)


def _issue(client: Client, file: Path, subject: str, category: str) -> list[dict[str, Any]]:
    if file.stat().st_size > MAX_FILE:
        raise TooLarge(f"a file has at most {MAX_FILE} bytes; split it into smaller ones")
    raw = file.read_bytes()
    if file.suffix == ".json" and _is_fhir(raw):
        headers = {"content-type": "application/fhir+json"}
        given = {"params": {"data_subject": subject}, "content": raw, "headers": headers}
        return client.issue(client.call("POST", "/health/bundles/drafts", **given)["drafts"], Issue)
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    record = {"data_subject": subject, "category": category, "media_type": kind}
    form = {"records": [{**record, "content_base64": base64.b64encode(raw).decode()}]}
    return client.issue(client.call("POST", "/records/drafts", json=form)["drafts"], Issue)


def _is_fhir(raw: bytes) -> bool:
    value = read(raw)
    if not isinstance(value, dict) or "resourceType" not in value:
        raise MalformedInput("not FHIR: a bundle or resource has a `resourceType`; to issue other JSON, rename it .txt")
    return True


def access(
    record: Annotated[str, typer.Argument(help="Record id.")],
    key: Key,
    category: Annotated[str, typer.Option(help="Its category, for instance health.lab.")],
    purpose: Annotated[str, typer.Option(help="What for, for instance hl7:CLINTRCH.")],
    action: Annotated[str, typer.Option(help="view, copy or transfer.")] = "view",
    incident: Annotated[str, typer.Option(help="Entry of a declared incident.")] = "",
    out: Out = None,
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """Ask for a record, open it, and check it against what its holder signed."""
    client, found = signed_in(url, key)
    question = {"category": category, "purpose": purpose, "action": action}
    question |= {"incident": incident} if incident else {}
    question |= {"reader_key": "0x" + found.reader.public.hex()} if found.reader else {}
    opened = client.ask(record, **question)
    if out:
        out.write_bytes(opened.content)
    told = f"receipt {opened.position}; {len(opened.content)} bytes of {opened.media_type}, as their holder signed them"
    content = base64.b64encode(opened.content).decode()
    value = {"receipt": opened.position, "block": opened.block, "media_type": opened.media_type, "content": content}
    answer(value, told + (f", written to {out}" if out else "; give --out FILE to keep them"), as_json)


def receipt(
    position: Annotated[int, typer.Argument(help="Receipt number; leave out to list yours.")] = -1,
    *,
    key: Key,
    out: Out = None,
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """A receipt as a proof document, or the list of questions about you and by you."""
    client, _ = signed_in(url, key)
    if position < 0:
        found = client.call("GET", "/receipts", params={"limit": 1_000})
        answer(found, "\n".join(_line(one) for one in found) or "no question yet, about you or by you", as_json)
        return
    document = client.call("GET", f"/receipts/{position}")
    path = out or Path(f"receipt-{position}.json")
    write(path, document)
    answer(document, f"written to {path}; check it with: mydata verify {path} --rpc URL", as_json)


def _line(one: dict[str, Any]) -> str:
    said = one["message"]
    if one["kind"] == "Incident":
        return f"{one['position']:>6}  incident {said['incidentNumber']} declared by {said['responder']}"
    verdict = "permitted" if said["permitted"] else "refused"
    return f"{one['position']:>6}  {verdict:<9} {said['category']:<18} {said['purpose']:<16} by {said['requester']}"


def verify_file(
    file: Annotated[Path, typer.Argument(help="A proof document: consent copy or receipt.")],
    rpc: Rpc,
    state: State = STATE,
    as_json: Json = False,
) -> None:
    """Check a proof document with nothing but the file and a chain; our API is not asked.

    Ends in valid (exit 0), invalid (1), revoked (3), expired (4) or unknown (5): an unreachable chain is unknown.
    """
    document = load(file)
    verdict = verify(document, OnChain(rpc))
    registries = _known(document.registries, document.domain.chain_id, state)
    value = {
        "result": verdict.result,
        "steps": [{"number": s.number, "text": s.text, "held": s.held} for s in verdict.steps],
        "registries": document.registries,
        "registries_known": registries == "",
    }
    answer(value, _told(verdict) + (f"\n{registries}" if registries else ""), as_json)
    raise typer.Exit(EXIT[verdict.result])


def _told(verdict: Verdict) -> str:
    marks = {True: "✓", False: "✗", None: "?"}
    return "\n".join([*(f"{marks[s.held]} ({s.number}) {s.text}" for s in verdict.steps), f"result: {verdict.result}"])


def _known(registries: dict[str, str], chain_id: int, state: Path) -> str:
    """Nothing when a deployment file at hand names the same registries; else what the caller still owes."""
    for folder in (state / "deployments", Path("deployments")):
        path = folder / f"{chain_id}.json"
        if path.exists():
            known = read(path.read_bytes())
            wrong = [name for name, at in registries.items() if known.get(name) != at]
            return f"NOT the registries of {path}: {', '.join(wrong)}" if wrong else ""
    return f"compare the registries with the operator's published ones: {', '.join(registries.values())}"
