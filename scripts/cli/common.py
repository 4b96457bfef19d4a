"""Options shared by many commands, and functions that print and write their output."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console

from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.scripts.listening import local
from mydata_ledger.scripts.settings import DEFAULT_PORT, DEFAULT_STATE

DEFAULT_URL = local(DEFAULT_PORT)
Url = Annotated[str, typer.Option("--url", envvar="MYDATA_URL", help="Base URL of the API.")]
Key = Annotated[Path, typer.Option("--key", envvar="MYDATA_KEY", help="Key file made by `mydata keys new`.")]
State = Annotated[Path, typer.Option("--state", envvar="MYDATA_STATE", help="The state folder of the ledger.")]
Rpc = Annotated[str, typer.Option("--rpc", envvar="MYDATA_RPC", help="JSON-RPC URL of the chain.")]
Language = Annotated[str, typer.Option("--language", help="Language of the text to read before signing: en or ko.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
For = Annotated[
    str,
    typer.Option("--for", help="Address of a person for whom you act, as their guardian or another delegate."),
]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="Write the result to this file.")]
Pointers = Annotated[
    list[str] | None,
    typer.Option(
        "--pointer", "--field", help="JSON Pointer of a member to choose, for instance /code/coding/0 (repeat)."
    ),
]
Paths = Annotated[
    list[str] | None,
    typer.Option(
        "--fhirpath", help="FHIRPath of a member to choose, for instance \"code.coding.where(system='…')\" (repeat)."
    ),
]
STATE, URL = DEFAULT_STATE, DEFAULT_URL
console = Console(highlight=False, emoji=False)


def show_summary(summary: list[str], as_json: bool) -> None:
    """Print what a person is about to sign, unless the output is JSON."""
    if not as_json:
        console.print("You are about to say:", *summary, sep="\n  ", markup=False, soft_wrap=True)


def answer(value: Any, text: str, as_json: bool) -> None:
    """Print a result: the text for people, or the value as JSON for programs."""
    if as_json:
        typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())
    else:
        console.print(text, markup=False, soft_wrap=True)


def write(path: Path, value: Any) -> None:
    """Write a value to a file as indented JSON."""
    path.write_bytes(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def write_proof(document: Any, path: Path, as_json: bool) -> None:
    """Write a proof document to a file and print the command that checks it."""
    write(path, document)
    answer(document, f"written to {path}; check it with: mydata verify {path} --rpc URL", as_json)


def read_json(path: Path) -> Any:
    """Read a JSON file. Raises MalformedInput if it is not JSON."""
    try:
        return orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise MalformedInput(f"{path.name} is not JSON: line {error.lineno}, column {error.colno}") from error
