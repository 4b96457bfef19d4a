"""`mydata timeline` and `mydata facts`: what the logs say about a person, to keep and to have checked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from mydata_ledger.client import Client, signed_in
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, LOGS, RECORDS
from mydata_ledger.ledger.typed_data import Domain
from mydata_ledger.scripts.cli.common import URL, Json, Key, Out, Url, answer

PAGE = 200
KeyOrNone = Annotated[Path | None, typer.Option("--key", envvar="MYDATA_KEY", help="Key file: your own facts.")]
Folder = Annotated[Path | None, typer.Option("--state", help="The operator's state folder: everybody's facts.")]


def timeline(key: Key, out: Out = None, url: Url = URL, as_json: Json = False) -> None:
    """Every access to your data, refused ones too; --out keeps the proofs, one a line, for `mydata verify`."""
    client, _ = signed_in(url, key)
    found = list(_pages(client, "/me/timeline", "accesses"))
    if out:
        with out.open("wb") as file:
            file.writelines(orjson.dumps(one["document"]) + b"\n" for one in found)
    lines = [f"{one['position']:>6}  {_where(one):<14} {one['requester_name']} {one['text']}" for one in found]
    kept = [f"{len(found)} proofs written to {out}; check them with: mydata verify {out} --rpc URL"] if out else []
    answer(found, "\n".join(lines + kept) or "nobody has asked for your data yet", as_json)


def _where(one: dict[str, Any]) -> str:
    return f"block {one['block']}" if one["block"] is not None else "not on chain"


def facts(
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write, readable by you only.")],
    key: KeyOrNone = None,
    state: Folder = None,
    url: Url = URL,
    as_json: Json = False,
) -> None:
    """Keep all the logs say about you, so that anybody you give it to can recompute every decision (`mydata audit`)."""
    if (key is None) == (state is None):
        raise MalformedInput("give --key for your own facts, or --state for an operator's")
    written = _write(out, _of_person(url, key) if key else _of_operator(state or Path()))
    value = {"file": str(out), "statements": written}
    answer(value, f"{written} statements written to {out}; they are personal: mind to whom you give them", as_json)


def _write(out: Path, lines: Iterator[dict[str, Any]]) -> int:
    """How many statements there were, beside the first line."""
    out.touch(mode=0o600)
    out.chmod(0o600)
    with out.open("wb") as file:
        return sum(bool(file.write(orjson.dumps(line) + b"\n")) for line in lines) - 1


def _of_person(url: str, key: Path) -> Iterator[dict[str, Any]]:
    """Answers first, then what they rest on: whatever a receipt saw is then among the rest."""
    client, _ = signed_in(url, key)
    found = [one for log in reversed(LOGS) for one in _pages(client, f"/me/statements/{log}", "statements")]
    outdated = [notice["hash"] for notice in client.call("GET", "/notices") if notice["outdated"]]
    erased = [record["record_id"] for record in client.call("GET", "/records") if record["status"] == "erased"]
    parties = found[0]["document"]["registries"]["parties"] if found else ""
    yield {"complete": False, "parties": parties, "outdated": outdated, "erased": erased}
    yield from ({"accepted_at": one["accepted_at"], "document": one["document"]} for one in found)


def _of_operator(state: Path) -> Iterator[dict[str, Any]]:
    """Everything, off the database itself; sizes are taken in the same order."""
    from mydata_ledger.anchors.artifacts import Deployment
    from mydata_ledger.anchors.store import Store
    from mydata_ledger.api.schemas import proof_document
    from mydata_ledger.ledger.kernel import Proof
    from mydata_ledger.scripts.settings import Settings
    from mydata_ledger.scripts.state_folder import deployment_file

    settings = Settings.read(state, "", 0)
    deployment = Deployment.read(deployment_file(settings))
    store = Store(settings.database)
    contracts = {CONSENTS: deployment.consents, RECORDS: deployment.records, ACCESS: deployment.access}
    registries = {**contracts, "parties": deployment.parties}
    outdated = ["0x" + notice.digest.hex() for notice in store.directory.notices() if notice.outdated]
    sizes = {log: store.log.head(log).size for log in reversed(LOGS)}
    yield {"complete": True, "parties": deployment.parties, "outdated": outdated, "erased": []}
    for log, contract in contracts.items():
        for position in range(sizes[log]):
            if logged := store.log.statement_at(log, position):
                proof = Proof(logged, Domain(deployment.chain_id, contract), None, (), 0)
                yield {"accepted_at": logged.accepted_at, "document": proof_document(proof, registries)}
    store.dispose()


def _pages(client: Client, path: str, name: str) -> Iterator[dict[str, Any]]:
    after: int | None = -1
    while after is not None:
        page = client.call("GET", path, params={"after": after, "limit": PAGE})
        yield from page[name]
        after = page["next"]
