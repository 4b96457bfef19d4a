"""Optional libraries that are missing, or installed without what they need: one sentence, and nothing is made."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCKED = """
import sys

blocked = sys.argv.pop(1)

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == blocked:
            raise {error}

sys.meta_path.insert(0, Blocker())
{then}
"""
MISSING = "ModuleNotFoundError(f'No module named {name!r}', name=name)"
WITHOUT_LIBPQ = "ImportError('no pq wrapper available')"
CLI = "from mydata_ledger.scripts.cli import main; sys.argv[0] = 'mydata'; main()"
SERVE = "import runpy; runpy.run_module('mydata_ledger.scripts.serve', run_name='__main__')"
STORE = """
from mydata_ledger.anchors.store import Store
try:
    Store('postgresql://h/l')
except Exception as error:
    sys.exit(repr(error))
"""
COMMANDS = [
    ["up", "--fresh"],
    ["demo", "--once"],
    ["facts", "--out", "facts"],
    ["recover", "--rpc", "http://x"],
    ["fsck"],
    ["keystore", "backup", "copy"],
    ["keystore", "rotate", "--master"],
    ["log", "rotate"],
]
PAYLOADS = [["collect", "--store"], ["export", "all.car", "--store"], ["copy", "--from", "embedded", "--to"]]
SENTENCE = (
    'error: a PostgreSQL database needs the extra "postgres": '
    "pip install 'mydata-ledger[postgres]', or leave MYDATA_DATABASE unset\n"
)


def run(folder, module, then, *words, how=MISSING, **variables):
    script = BLOCKED.format(error=how, then=then)
    given = {name: value for name, value in os.environ.items() if not name.startswith("MYDATA_")}
    given |= {"PYTHONPATH": str(ROOT), **variables}
    command = [sys.executable, "-c", script, module, *words]
    return subprocess.run(command, cwd=folder, env=given, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_says_which_extra_a_postgresql_database_needs(tmp_path, words):
    done = run(tmp_path, "psycopg", CLI, *words, "--state", "none", MYDATA_DATABASE="postgresql://h/l")
    assert (done.returncode, done.stderr, list(tmp_path.iterdir())) == (1, SENTENCE, [])


def test_a_driver_that_cannot_be_loaded_is_as_good_as_missing(tmp_path):
    done = run(tmp_path, "psycopg", CLI, "fsck", how=WITHOUT_LIBPQ, MYDATA_DATABASE="postgresql://h/l")
    assert (done.returncode, done.stderr, list(tmp_path.iterdir())) == (1, SENTENCE, [])


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_server_says_it_too(tmp_path, workers):
    words = ["--rpc", "http://x", "--workers", workers]
    done = run(tmp_path, "psycopg", SERVE, *words, MYDATA_DATABASE="postgresql+psycopg://h/l")
    assert (done.returncode, done.stderr, list(tmp_path.iterdir())) == (1, SENTENCE, [])


def test_a_store_opened_by_a_program_says_it_too(tmp_path):
    expected = "SourceUnavailable(\"a PostgreSQL database needs a driver: pip install 'mydata-ledger[postgres]'\")\n"
    assert run(tmp_path, "psycopg", STORE).stderr == expected


@pytest.mark.parametrize("words", PAYLOADS, ids=" ".join)
def test_an_ipfs_node_without_its_library_is_one_sentence(tmp_path, words):
    (tmp_path / "state").mkdir()
    done = run(tmp_path, "ipfshttpclient", CLI, "payloads", *words, "http://127.0.0.1:5001", "--state", "state")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "pip install 'mydata-ledger[ipfs]'" in done.stderr


def test_a_token_without_its_library_is_one_sentence(tmp_path):
    done = run(tmp_path, "pkcs11", CLI, "log", "keys", MYDATA_PKCS11_MODULE="/x.so")
    assert done.stderr.startswith('error: a PKCS#11 token for keys needs the extra "pkcs11"')
    assert (done.returncode, done.stderr.count("\n"), list(tmp_path.iterdir())) == (1, 1, [])
