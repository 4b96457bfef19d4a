"""The commands of the services: `mydata SERVICE COMMAND`. A command is loaded when it is called."""

from __future__ import annotations

from collections.abc import Callable

import typer

from mydata_ledger.scripts.slices.folders import about, about_function, dotted_names, load, names

HELP = {"help_option_names": ["-h", "--help"]}
HANDED_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
"""The command itself reads its options and `--help`."""


def add_commands(app: typer.Typer) -> None:
    """Add a group of commands for each service that has some."""
    for name in names():
        if commands := dotted_names(name, "commands"):
            group = typer.Typer(name=name, help=about(name), no_args_is_help=True)
            for command, dotted in commands.items():
                text = about_function(dotted)
                group.command(command.replace("_", "-"), help=text, context_settings=HANDED_ON)(_loading(dotted))
            app.add_typer(group)


def _loading(dotted: str) -> Callable[[typer.Context], None]:
    """A command that loads the function, and hands its arguments on to it."""

    def run(context: typer.Context) -> None:
        command = typer.Typer(pretty_exceptions_enable=False, add_completion=False, context_settings=HELP)
        command.command()(load(dotted))
        if code := command(context.args, prog_name=context.command_path, standalone_mode=False):
            raise typer.Exit(code)

    return run
