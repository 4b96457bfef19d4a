"""docs/settings.md, made from the settings: `python -m mydata_ledger.scripts.settings` writes it again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import Field
from typing import Any

from mydata_ledger.scripts.settings.fields import variables
from mydata_ledger.scripts.settings.names import OF_COMMANDS, OF_TOOLS
from mydata_ledger.scripts.settings.settings import Settings

HEAD = """# Settings

Made from `scripts/settings/` by `python -m mydata_ledger.scripts.settings`; a test checks that the page is current.

A ledger reads its settings from environment variables, once, when a command starts; workers inherit them. A variable
that is empty counts as not set. Before anything starts, a name or a value that is not valid is refused in one sentence
that names the nearest valid one where there is one. No refusal repeats a value marked *secret*, and `repr` of the
settings does not show it. On the command line, `--state`, `--rpc` and `--port` stand for `MYDATA_STATE`,
`MYDATA_RPC` and `MYDATA_PORT`.

| name | default | unit | effect |
|---|---|---|---|
"""
COMMANDS = "\nCommands of `mydata` that call an API read three more:\n\n| name | effect |\n|---|---|\n"
TOOLS = "\nTools of a checkout read these:\n\n| name | effect |\n|---|---|\n"


def page() -> str:
    """The text of docs/settings.md."""
    rows = "".join(_row(name, one) for name, one in variables(Settings).items())
    return HEAD + rows + COMMANDS + "".join(_lines(OF_COMMANDS)) + TOOLS + "".join(_lines(OF_TOOLS))


def _row(name: str, one: Field[Any]) -> str:
    about = one.metadata
    default = about.get("default") or f"`{one.default}`"
    return f"| `{name}` | {default} | {about['unit']}{'' if one.repr else ', *secret*'} | {about['effect']} |\n"


def _lines(names: dict[str, str]) -> Iterator[str]:
    return (f"| `{name}` | {effect} |\n" for name, effect in names.items())
