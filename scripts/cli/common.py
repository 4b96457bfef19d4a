"""Options that many commands share, and how they answer."""

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
State = Annotated[Path, typer.Option("--state", envvar="MYDATA_STATE", help="Folder where the ledger lives.")]
Rpc = Annotated[str, typer.Option("--rpc", envvar="MYDATA_RPC", help="JSON-RPC URL of the chain.")]
Language = Annotated[str, typer.Option("--language", help="Language of what you read before you sign: en or ko.")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="Write the answer to this file.")]
Pointers = Annotated[
    list[str] | None,
    typer.Option("--pointer", "--field", help="JSON Pointer of what to choose, as /code/coding/0 (repeat)."),
]
Paths = Annotated[
    list[str] | None,
    typer.Option("--fhirpath", help="FHIRPath of what to choose, as \"code.coding.where(system='…')\" (repeat)."),
]
STATE, URL = DEFAULT_STATE, DEFAULT_URL
console = Console(highlight=False)


def read_first(summary: list[str], as_json: bool) -> None:
    """What a person is about to sign, in words, for whom no program reads."""
    if not as_json:
        console.print("You are about to say:", *summary, sep="\n  ", markup=False, soft_wrap=True)


def answer(value: Any, text: str, as_json: bool) -> None:
    """One answer: a sentence for people, JSON for programs."""
    if as_json:
        typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())
    else:
        console.print(text, markup=False, soft_wrap=True)


def write(path: Path, value: Any) -> None:
    """A JSON file, readable by its owner."""
    path.write_bytes(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def keep(document: Any, path: Path, as_json: bool) -> None:
    """Write a proof document and say how to check it."""
    write(path, document)
    answer(document, f"written to {path}; check it with: mydata verify {path} --rpc URL", as_json)


def read_json(path: Path) -> Any:
    """The JSON in a file. Raises MalformedInput."""
    try:
        return orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise MalformedInput(f"{path.name} is not JSON: line {error.lineno}, column {error.colno}") from error
