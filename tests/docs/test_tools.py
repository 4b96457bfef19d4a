"""Makefile and commit hooks: each target and each hook names programs that exist."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TARGETS = {"help", "setup", "lint", "fmt", "test", "cov", "artifacts", "docs", "bench"}
BIN = Path(sys.executable).parent
"""Where `make setup` puts the programs; here, of the environment that runs the tests."""
LINTERS = {"ruff check", "ruff format", "mypy", "lint-imports"}
needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def made(*arguments, folder=ROOT):
    done = subprocess.run(["make", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def is_program(name):
    """Whether a command's first word is there: a program of the environment, a script, or one of the machine."""
    if name.startswith(".venv/bin/"):
        return (BIN / name.removeprefix(".venv/bin/")).exists()
    return (ROOT / name).is_file() if "/" in name else shutil.which(name) is not None or name == "source"


@needs_make
def test_help_is_the_default_lists_every_target_and_needs_nothing(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    listed = set(re.findall(r"^  make (\w+) ", made(folder=tmp_path), re.MULTILINE))
    assert (
        listed
        == TARGETS
        == set(re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[0].split())
    )


@needs_make
@pytest.mark.parametrize("target", sorted(TARGETS - {"help"}))
def test_every_target_runs_programs_that_exist_and_sets_up_first(target):
    lines = made("--dry-run", target, "T=tests/docs").splitlines()
    assert lines
    assert [line for line in lines if not is_program(line.split()[0])] == []
    assert lines[0].startswith(("source scripts/bootstrap && bootstrap requirements-dev.lock", "scripts/test"))
    modules = re.findall(r" -m ([\w.]+)", "\n".join(lines))
    assert [
        name for name in modules if not list(ROOT.glob(name.removeprefix("mydata_ledger.").replace(".", "/") + "*"))
    ] == []


@needs_make
def test_lint_and_hooks_check_with_the_same_programs():
    for text in (made("--dry-run", "lint"), (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")):
        assert {name for name in LINTERS if f".venv/bin/{name}" in text} == LINTERS


def test_hooks_run_programs_of_our_own_environment_and_fetch_nothing():
    [repository] = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert repository["repo"] == "local"
    assert len(repository["hooks"]) >= 5
    for hook in repository["hooks"]:
        program, *arguments = hook["entry"].split()
        assert hook["language"] == "system", hook["id"]
        assert program.startswith(".venv/bin/")
        assert is_program(program), program
        assert [path for path in arguments if "/" in path and not (ROOT / path).exists()] == []


@needs_make
def test_without_python_the_setup_says_what_is_missing_in_one_sentence(tmp_path):
    for name in ("Makefile", "scripts/bootstrap"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("bash", "make", "dirname", "rm"):
        (programs / name).symlink_to(shutil.which(name))
    done = subprocess.run(
        ["make", "lint"], cwd=tmp_path, env={"PATH": str(programs)}, capture_output=True, text=True, check=False
    )
    sentences = [line for line in done.stderr.splitlines() if not line.startswith("make:")]
    assert [line.partition(";")[0] for line in sentences] == ["error: no Python 3.11 or newer was found"]
