"""Which tests a change reaches, read off this checkout; what changed, read off small ones."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from testing import changed
from testing.changed import GitFailed
from testing.reach import reached, users

ROOT = Path(__file__).parents[1]
NAMED = ("contracts", "web", "docs", "scripts", "services")
HOUSE = "tests/test_house.py"
IDENTITY = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")


def git(folder, *words):
    subprocess.run(["git", *IDENTITY, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path):
    git(tmp_path, "init", "--quiet")
    for name in ("old.py", "gone.py", ".gitignore"):
        (tmp_path / name).write_text("ignored\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "one")
    return tmp_path


@pytest.fixture(scope="module")
def reach():
    """The tests that a change of one file of this checkout reaches."""
    everything = {path.relative_to(ROOT).as_posix() for folder in NAMED for path in (ROOT / folder).rglob("*")}
    needed = users(ROOT, {one for one in everything if not one.endswith(".py") and "node_modules" not in one})
    return lambda *files: changed.reached_tests(ROOT, set(files), needed)


def test_changed_is_what_differs_and_what_is_new(checkout):
    assert changed.changed(checkout) == set()
    (checkout / "old.py").write_text("x = 1\n")
    (checkout / "gone.py").unlink()
    for name in ("new.py", "ignored"):
        (checkout / name).touch()
    assert changed.changed(checkout) == {"old.py", "gone.py", "new.py"}


def test_commits_that_main_does_not_have_are_changes(checkout):
    git(checkout, "update-ref", "refs/remotes/origin/main", "HEAD")
    (checkout / "old.py").write_text("x = 1\n")
    git(checkout, "commit", "--quiet", "-am", "two")
    assert changed.changed(checkout) == {"old.py"}
    assert changed.changed(checkout, "HEAD") == set()
    assert changed.changed(checkout, "HEAD~1") == {"old.py"}


def test_an_unknown_commit_is_named(checkout):
    with pytest.raises(GitFailed, match="nowhere"):
        changed.changed(checkout, "nowhere")


def test_a_folder_that_git_does_not_know_is_an_error(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(changed, "ROOT", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert changed.main([]) == 2
    assert "not a git repository" in capsys.readouterr().err


def test_nothing_changed_reaches_nothing(reach, monkeypatch, capsys):
    assert reach() == []
    monkeypatch.setattr(changed, "changed", lambda *_: set())
    assert (changed.main([]), capsys.readouterr().out) == (0, "")


def test_a_leaf_reaches_its_own_tests_and_no_others(reach):
    found = reach("scripts/solidity/branches.py")
    assert {HOUSE, "tests/contracts/test_solidity.py"} <= set(found)
    assert len(found) < 6


def test_the_ground_reaches_everything_that_stands_on_it(reach):
    found = set(reach("ledger/canonical.py"))
    assert {"tests/ledger/test_commitment.py", "tests/api/test_routes.py", "tests/journeys/test_demo.py"} <= found


@pytest.mark.parametrize(
    ("file", "reaches", "never"),
    [
        ("tests/anchors/conftest.py", "tests/anchors/test_chain.py", "tests/api/test_routes.py"),
        ("services/energy/catalog.py", "tests/api/test_routes.py", "tests/ledger/test_merkle.py"),
        ("contracts/RecordRegistry.sol", "tests/contracts/test_log_agrees.py", "tests/ledger/test_merkle.py"),
        ("contracts/RecordRegistry.sol", "tests/anchors/test_chain.py", "tests/ledger/test_merkle.py"),
        ("web/portal/api.js", "tests/web/test_portal.py", "tests/anchors/test_chain.py"),
        ("docs/faults.md", "tests/ledger/test_decide_faults.py", "tests/api/test_routes.py"),
        ("docs/services.md", "tests/docs/test_services.py", "tests/api/test_routes.py"),
        ("services/energy/capabilities.toml", "tests/docs/test_services.py", "tests/api/test_routes.py"),
        ("scripts/kubo", "tests/anchors/test_ipfs.py", "tests/ledger/test_merkle.py"),
        ("anchors/notifiers/deleted.py", "tests/anchors/test_notifiers.py", "tests/ledger/test_merkle.py"),
        ("tests/ledger/test_note.py", "tests/ledger/test_note.py", "tests/ledger/test_tiles.py"),
        ("bench/decide/serving.py", "tests/test_bench_against.py", "tests/api/test_routes.py"),
    ],
)
def test_a_change_reaches_what_needs_it(reach, file, reaches, never):
    found = reach(file)
    assert reaches in found
    assert never not in found
    assert HOUSE in found


def test_what_everything_is_installed_from_reaches_everything(reach):
    assert reach("pyproject.toml") == sorted(changed.files_of_tests(ROOT, "tests"))


def test_a_circle_comes_to_an_end():
    assert reached({"a": {"b"}, "b": {"a", "c"}, "d": {"a"}}, ["a"]) == {"a", "b", "c"}


def test_the_command_prints_files_of_tests():
    done = subprocess.run(
        [sys.executable, "-m", "testing.changed", "--against", "HEAD"],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert all((ROOT / line).is_file() for line in done.stdout.splitlines())
