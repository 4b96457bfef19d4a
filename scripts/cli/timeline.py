"""Commands `mydata timeline` and `mydata facts`: accesses to a person's data, and statements for an audit."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import orjson
import typer

from mydata_ledger.client import Client
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, LOGS, RECORDS
from mydata_ledger.ledger.typed_data import Domain
from mydata_ledger.scripts.cli.common import URL, For, Json, Key, Out, Url, answer
from mydata_ledger.scripts.cli.key_files import signed_in

PAGE = 200
KeyOrNone = Annotated[Path | None, typer.Option("--key", envvar="MYDATA_KEY", help="Key file: write your own facts.")]
StateOrNone = Annotated[Path | None, typer.Option("--state", help="State folder, as the operator: write all facts.")]


def timeline(key: Key, out: Out = None, person: For = "", url: Url = URL, as_json: Json = False) -> None:
    """List every access to your data, refused ones too; --out writes the proofs, one a line, for `mydata verify`."""
    client, _ = signed_in(url, key)
    accesses = list(_pages(client, "/me/timeline", "accesses", person))
    if out:
        with out.open("wb") as file:
            file.writelines(orjson.dumps(access["document"]) + b"\n" for access in accesses)
    lines = [f"{a['position']:>6}  {_block_text(a):<14} {a['requester_name']} {a['text']}" for a in accesses]
    written = (
        [f"{len(accesses)} proofs written to {out}; check them with: mydata verify {out} --rpc URL"] if out else []
    )
    answer(accesses, "\n".join(lines + written) or "nobody has asked for these data yet", as_json)


def _block_text(access: dict[str, Any]) -> str:
    return f"block {access['block']}" if access["block"] is not None else "not on chain"


def facts(
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write, readable by you only.")],
    key: KeyOrNone = None,
    state: StateOrNone = None,
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """Write all statements of the logs about you to a file, from which `mydata audit` recomputes every decision."""
    if (key is None) == (state is None):
        raise MalformedInput("give --key for your own facts, or --state for an operator's")
    written = _write(out, _person_lines(url, key) if key else _operator_lines(state or Path()))
    value = {"file": str(out), "statements": written}
    answer(
        value,
        f"{written} statements written to {out}; they are personal data: be careful whom you give them to",
        as_json,
    )


def _write(out: Path, lines: Iterator[dict[str, Any]]) -> int:
    """Write the lines; return the number of statements, which excludes the first line and derived records.

    The file is made, or emptied, once the first line is there: a ledger that cannot be opened changes nothing.
    """
    first = next(lines)
    out.touch(mode=0o600)
    out.chmod(0o600)
    with out.open("wb") as file:
        return sum(_write_line(file, line) for line in chain([first], lines)) - 1


def _write_line(file: BinaryIO, line: dict[str, Any]) -> bool:
    """Write a line; returns whether it is no derived record."""
    file.write(orjson.dumps(line) + b"\n")
    return "derived" not in line


def _person_lines(url: str, key: Path) -> Iterator[dict[str, Any]]:
    """The header, then the person's statements: receipts first, so that what a receipt refers to is included."""
    client, _ = signed_in(url, key)
    statements = [s for log in reversed(LOGS) for s in _pages(client, f"/me/statements/{log}", "statements")]
    outdated = [notice["hash"] for notice in client.call("GET", "/notices") if notice["outdated"]]
    erased = [record["record_id"] for record in client.call("GET", "/records") if record["status"] == "erased"]
    parties = statements[0]["document"]["registries"]["parties"] if statements else ""
    since = client.call("GET", "/vocabulary")["emergency"]["since"]
    header = {"complete": False, "parties": parties, "outdated": outdated, "erased": erased}
    yield header | {"emergency_since": since}
    yield from ({"accepted_at": s["accepted_at"], "document": s["document"]} for s in statements)
    yield from ({"derived": record} for record in _derived_records(client))


def _derived_records(client: Client) -> Iterator[dict[str, Any]]:
    after = "0x"
    while page := client.call("GET", "/me/derived-records", params={"after": after}):
        yield from page["records"]
        if not (after := page["next"]):
            return


def _operator_lines(state: Path) -> Iterator[dict[str, Any]]:
    """The header, then every statement in the database; log sizes are read in the same order as for a person."""
    from mydata_ledger.anchors.artifacts import Deployment
    from mydata_ledger.anchors.store import Store
    from mydata_ledger.api.proof_documents import proof_document
    from mydata_ledger.ledger.kernel import Proof
    from mydata_ledger.scripts.rule_since import read_rule_since
    from mydata_ledger.scripts.settings import Settings
    from mydata_ledger.scripts.state_folder import deployment_file

    settings = Settings.read(state, "", 0)
    deployment = Deployment.read(deployment_file(settings))
    store = Store(settings.database)
    contracts = {CONSENTS: deployment.consents, RECORDS: deployment.records, ACCESS: deployment.access}
    registries = {**contracts, "parties": deployment.parties}
    outdated = ["0x" + notice.digest.hex() for notice in store.directory.notices() if notice.outdated]
    sizes = {log: store.log.head(log).size for log in reversed(LOGS)}
    header = {"complete": True, "parties": deployment.parties, "outdated": outdated, "erased": []}
    yield header | {"emergency_since": read_rule_since(state / "keystore")}
    for log, contract in contracts.items():
        for position in range(sizes[log]):
            if logged := store.log.statement_at(log, position):
                proof = Proof(logged, Domain(deployment.chain_id, contract), None, (), 0)
                yield {"accepted_at": logged.accepted_at, "document": proof_document(proof, registries)}
    store.dispose()


def _pages(client: Client, path: str, name: str, person: str = "") -> Iterator[dict[str, Any]]:
    after: int | None = -1
    while after is not None:
        page = client.view(path, person, after=after, limit=PAGE)
        yield from page[name]
        after = page["next"]
