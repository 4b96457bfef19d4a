"""Command line `mydata`: the ledger for data subjects, holders, readers, operators and auditors."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Annotated

import typer
from rich.console import Console

from mydata_ledger.client import RequestRefused
from mydata_ledger.ledger.errors import LedgerError
from mydata_ledger.scripts.cli import (
    auditing,
    binding,
    consent,
    declaring,
    erasing,
    explaining,
    exporting,
    issuing,
    keys,
    keystore,
    notes,
    opening,
    party,
    payloads,
    reading,
    records,
    recovering,
    running,
    services,
    sharing,
    timeline,
    transferring,
    verifying,
    wards,
)
from mydata_ledger.scripts.failure import Failure
from mydata_ledger.scripts.settings import Settings

app = typer.Typer(
    name="mydata",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(requested: bool) -> None:
    if requested:
        typer.echo(f"mydata-ledger {version('mydata-ledger')}")
        raise typer.Exit


@app.callback()
def options(
    show: Annotated[
        bool, typer.Option("--version", "-V", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Sign, see, stop and prove every use of personal data."""
    Settings.check_names()


app.command("up")(running.up)
app.command("demo")(running.demo)
app.add_typer(keys.app, name="keys")
app.add_typer(keystore.app, name="keystore")
app.add_typer(party.app, name="party")
app.add_typer(payloads.app, name="payloads")
app.command("issue")(issuing.issue)
app.command("declare")(declaring.declare)
app.add_typer(binding.app, name="binding")
app.add_typer(consent.app, name="consent")
app.command("revoke")(consent.revoke)
app.add_typer(transferring.app, name="transfer")
app.command("access")(reading.access)
app.command("open")(opening.open_release)
app.command("acknowledge")(opening.acknowledge)
app.command("receipt")(reading.receipt)
app.add_typer(records.app, name="record")
app.command("disclose")(records.disclose)
app.command("erase")(erasing.erase)
app.command("export")(exporting.export)
app.command("certificate")(erasing.certificate)
app.command("share")(sharing.share)
app.command("links")(sharing.links)
app.command("unshare")(sharing.unshare)
app.command("receive")(sharing.receive)
app.command("wards")(wards.wards)
app.command("timeline")(timeline.timeline)
app.command("facts")(timeline.facts)
app.command("answer")(explaining.explain)
app.command("audit")(auditing.audit)
app.add_typer(notes.app, name="log")
app.command("recover")(recovering.recover)
app.command("fsck")(recovering.fsck)
app.command("verify")(verifying.verify_files)
app.command("verifier")(verifying.verifier)
services.add_commands(app)


def main() -> None:
    """Run one command; a refusal ends with one sentence on stderr and a non-zero exit code."""
    try:
        app()
    except OSError as error:
        _exit_with_error(f"{error.strerror or error}: {error.filename}" if error.filename else str(error))
    except (LedgerError, RequestRefused, Failure) as error:
        _exit_with_error(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


def _exit_with_error(message: str) -> None:
    Console(stderr=True, emoji=False, highlight=False).print(
        f"error: {message}", style="red", markup=False, soft_wrap=True
    )
    sys.exit(1)
