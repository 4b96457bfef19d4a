"""What commands of `mydata` write is ignored by git: keys, drafts, exports, proofs, and state folders of any name."""

import re
import subprocess
from pathlib import Path

import pytest

from mydata_ledger.scripts.state_lock import lock_state

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
DEFAULTS = {"receipts.jsonl", "receipt-7.json", "record-7.json", "verify.html", ".mydata/secrets"}
"""Names that commands choose themselves (scripts/cli)."""


def documented():
    """Files that commands on our pages write or sign with."""
    lines = [line for page in PAGES for line in page.read_text(encoding="utf-8").splitlines() if "mydata " in line]
    named = [re.findall(r"(?:--out|--key|keys new|payloads export) ([\w./-]+)", line) for line in lines]
    return {name for names in named for name in names if not name.isupper()}


def ignored(folder, names):
    command = ["git", "check-ignore", "--no-index", "--stdin"]
    done = subprocess.run(command, cwd=folder, input="\n".join(names), capture_output=True, text=True, check=False)
    return set(done.stdout.split())


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git checkout")
def test_git_ignores_what_commands_write():
    names = documented() | DEFAULTS
    assert {"keys/me.json", "draft.json", "me.zip", "facts.jsonl"} <= names
    assert names - ignored(ROOT, names) == set()


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git checkout")
def test_git_ignores_no_file_of_ours():
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    assert ignored(ROOT, [name for name in files if name]) == set()


def test_a_state_folder_of_any_name_ignores_itself(tmp_path):
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    (tmp_path / "ledger" / "secrets").mkdir(parents=True)
    (tmp_path / "ledger" / "secrets" / "admin").write_text("x")
    with lock_state(tmp_path / "ledger", "a test"):
        status = subprocess.run(["git", "status", "--short"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert status.stdout == ""
