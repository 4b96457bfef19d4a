"""Every command on a page exists: commands and options of `mydata`, targets of make, scripts, modules and files."""

import re
import shlex
import sys
from functools import cache
from pathlib import Path
from runpy import run_path

import pytest
import typer
from typer.main import get_command

from mydata_ledger.ledger.vocabulary import Vocabulary
from mydata_ledger.scripts.cli import app
from mydata_ledger.scripts.serve import slices
from mydata_ledger.scripts.slices.folders import dotted_names, load

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
BIN = Path(sys.executable).parent
OURS = ("mydata ", "make ", "scripts/", "bench/run", "python ", ".venv/bin/")


def commands(page):
    """The commands in shell blocks and in single backticks that begin with a program of ours."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    single = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    found = [re.sub(r"\s+#.*$", "", line).strip() for line in [*lines, *single]]
    return [line for line in found if line.startswith(OURS) and (" " in line or "/" in line)]


@cache
def root():
    return get_command(app)


def check_mydata(words):
    """Each word names a command for as long as there are groups; then every option is one of that command."""
    local, rest = root(), words
    while rest and hasattr(local, "commands") and not rest[0].startswith("-"):
        if not re.fullmatch(r"[a-z]+", rest[0]):
            return  # `mydata COMMAND`
        for name in rest[0].split("|"):
            assert name in local.commands, rest
        local, rest = local.commands[rest[0]], rest[1:]
    local = of_service(words) or local
    expected_facts = {name for one in local.params for name in [*one.opts, *one.secondary_opts]} | {"--help", "-h"}
    assert {word.partition("=")[0] for word in rest if re.match(r"-{1,2}[a-z]", word)} <= expected_facts, words


def of_service(words):
    """The command of a service, which reads its options itself when it is loaded."""
    dotted = dotted_names(words[0], "commands").get(words[1].replace("-", "_")) if len(words) > 1 else None
    if dotted is None:
        return None
    command = typer.Typer()
    command.command()(load(dotted))
    return get_command(command)


def check_module(name):
    path = ROOT / name.removeprefix("mydata_ledger.").replace(".", "/")
    assert path.with_suffix(".py").exists() or (path / "__main__.py").exists() or name == "pytest", name


def check(line):
    program, *rest = shlex.split(line.replace("…", "x").replace("|", " "))
    if program == "mydata":
        check_mydata(rest)
    elif program == "make":
        targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert {word for word in rest if re.fullmatch(r"[a-z]+", word)} <= set(targets), line
    elif program in {"python", ".venv/bin/python"} and "-m" in rest:
        check_module(rest[rest.index("-m") + 1])
    elif program.startswith(".venv/bin/"):
        assert (BIN / program.removeprefix(".venv/bin/")).exists() or program == ".venv/bin/activate", line
    elif "/" in program:
        assert (ROOT / program).exists() or "*" in program, line
    for word in rest:
        if word.startswith(("tests/", "docs/", "scripts/", "bench/", "services/")) and "NAME" not in word:
            assert (ROOT / word.partition("::")[0]).exists(), line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_on_a_page_exists(page):
    for line in commands(page):
        check(line)


def test_there_are_commands_to_check():
    found = [line for page in PAGES for line in commands(page)]
    assert len(found) > 60
    assert sum(line.startswith("mydata ") for line in found) > 40


@pytest.mark.parametrize(
    "line",
    ["mydata konsent draft", "mydata verify x --rcp URL", "make tset", "scripts/tset", "python -m tests.nothing"],
)
def test_a_command_that_does_not_exist_is_noticed(line):
    with pytest.raises(AssertionError):
        check(line)


def test_the_readme_fits_on_two_screens_and_says_of_services_what_is_true():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 100
    rows = re.findall(
        r"^\| ([\w, ]+) \| (.+) \|$", text.partition("## What is there today")[2].partition("##")[0], re.MULTILINE
    )
    named = {name: about for names, about in rows if names != "service" for name in names.split(", ")}
    folders = {path.parent.name: path.parent for path in (ROOT / "services").glob("*/catalog.py")}
    assert named.keys() <= folders.keys()
    bare = {name for name in named if not [*folders[name].glob("routes*")]}
    assert {name for name, about in named.items() if "no routes of their own yet" in about} == bare


def test_the_examples_of_a_service_and_its_route_are_what_the_program_takes(tmp_path):
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    made = {}
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        (tmp_path / "example.py").write_text(block, encoding="utf-8")
        made |= run_path(str(tmp_path / "example.py"))
    words = Vocabulary([*(one.catalog for one in slices()), made["CATALOG"]])
    assert words.path("mydata:SLEEP_COACHING") == ("mydata:SLEEP_COACHING",)
    assert [route.path for route in made["router"].routes] == ["/sleep/nights/{record_id}"]
