"""Key files: with and without a passphrase, private to their owner, never overwritten, and never shown."""

import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from mydata_ledger.client import keys, load_key, new_key
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.scripts.cli import app

ROOT = Path(__file__).parents[2]
RIGHT = "correct horse"


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    """A low cost for the many derivations here; one test uses the real cost."""
    monkeypatch.delenv("MYDATA_KEY_PASSPHRASE", raising=False)
    monkeypatch.setattr(keys, "COST", 2)


def run(*arguments, typed="", **environment):
    return CliRunner().invoke(app, ["keys", *map(str, arguments)], input=typed, env=environment)


def of(key_file):
    return key_file.wallet.address, key_file.reader and key_file.reader.raw


@pytest.mark.parametrize("reader", [True, False])
def test_an_encrypted_file_opens_with_its_passphrase_only(tmp_path, reader):
    path = tmp_path / "keys" / "me.json"
    made = new_key(path, reader=reader, passphrase=RIGHT)
    assert of(load_key(path, lambda _: RIGHT)) == of(made)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(MalformedInput, match="does not open: the passphrase is wrong, or the file is damaged"):
        load_key(path, lambda _: "another")
    with pytest.raises(MalformedInput, match="is encrypted under a passphrase"):
        load_key(path)
    content = path.read_text()
    assert made.wallet._key.secret.hex() not in content
    assert made.wallet.address not in content


ASCII = st.characters(min_codepoint=32, max_codepoint=126)


@given(st.text(ASCII, min_size=1, max_size=40), st.text(ASCII, max_size=40))
def test_only_the_same_text_opens_it(tmp_path_factory, right, other):
    if other != right:
        content = keys.encrypted(b'{"wallet": "' + b"11" * 32 + b'", "reader": null}', right)
        path = tmp_path_factory.mktemp("keys") / "me.json"
        path.write_bytes(content)
        assert load_key(path, lambda _: right).reader is None
        with pytest.raises(MalformedInput):
            load_key(path, lambda _: other)


def test_hangul_opens_it_however_a_keyboard_composes_it(tmp_path):
    path = tmp_path / "me.json"
    composed, decomposed = (unicodedata.normalize(form, "마이데이터") for form in ("NFC", "NFD"))
    assert composed != decomposed
    made = new_key(path, reader=False, passphrase=decomposed)
    assert of(load_key(path, lambda _: composed)) == of(made)


@given(st.data())
def test_a_damaged_file_is_refused_in_a_sentence(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("keys") / "me.json"
    new_key(path, reader=False, passphrase=RIGHT)
    fields = json.loads(path.read_bytes())
    name = data.draw(st.sampled_from(sorted(fields)))
    changed = data.draw(st.one_of(st.none(), st.integers(), st.text(), st.lists(st.integers()), st.just("00" * 40)))
    path.write_text(json.dumps({**fields, name: changed}))
    with pytest.raises(MalformedInput):
        load_key(path, lambda _: RIGHT)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b"3", b'"x"', b'{"wallet": "00", "reader": null}'])
def test_another_file_is_no_key_file(tmp_path, content):
    (tmp_path / "me.json").write_bytes(content)
    with pytest.raises(MalformedInput, match="is not a key file; make one with `mydata keys new`"):
        load_key(tmp_path / "me.json", lambda _: RIGHT)


def test_the_cost_of_a_guess_is_the_one_for_passphrases_of_people(tmp_path, monkeypatch):
    monkeypatch.undo()
    assert keys.KDF == "scrypt-131072-8-1"
    new_key(tmp_path / "me.json", reader=False, passphrase=RIGHT)
    assert load_key(tmp_path / "me.json", lambda _: RIGHT).reader is None


def test_the_passphrase_comes_from_the_environment_or_is_asked_for_twice(tmp_path):
    by_variable, typed = tmp_path / "a.json", tmp_path / "b.json"
    assert run("new", by_variable, "--passphrase", MYDATA_KEY_PASSPHRASE=RIGHT).exit_code == 0
    assert run("new", typed, "--passphrase", typed=f"{RIGHT}\n{RIGHT}\n").exit_code == 0
    for path in (by_variable, typed):
        shown = run("show", path, "--json", MYDATA_KEY_PASSPHRASE=RIGHT)
        assert json.loads(shown.stdout)["address"] == load_key(path, lambda _: RIGHT).wallet.address
        assert run("show", path, typed=f"{RIGHT}\n").exit_code == 0
        assert "the passphrase is wrong" in str(run("show", path, MYDATA_KEY_PASSPHRASE="x").exception)
        assert "set MYDATA_KEY_PASSPHRASE, or run the command in a terminal" in str(run("show", path).exception)


def test_an_empty_passphrase_makes_no_file(tmp_path):
    done = run("new", tmp_path / "me.json", "--passphrase", typed="\n\n")
    assert "the passphrase is empty" in str(done.exception)
    assert list(tmp_path.iterdir()) == []


def test_a_passphrase_is_set_changed_and_taken_away(tmp_path):
    path = tmp_path / "me.json"
    made = of(new_key(path, reader=True))
    assert run("passphrase", path, typed="one\none\n").exit_code == 0
    assert run("passphrase", path, typed="two\ntwo\n", MYDATA_KEY_PASSPHRASE="wrong").exit_code == 1
    assert of(load_key(path, lambda _: "one")) == made
    assert run("passphrase", path, typed="two\ntwo\n", MYDATA_KEY_PASSPHRASE="one").exit_code == 0
    assert of(load_key(path, lambda _: "two")) == made
    assert run("passphrase", path, typed="two\n\n\n").exit_code == 0
    assert of(load_key(path)) == made
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602])
def test_a_file_that_others_may_read_gives_a_warning(tmp_path, mode):
    path = tmp_path / "me.json"
    new_key(path, reader=False)
    assert "warning" not in run("show", path).stderr
    path.chmod(mode)
    shown = run("show", path, "--json")
    assert f"warning: others on this machine may read {path}; run: chmod 600 {path}" in shown.stderr
    assert json.loads(shown.stdout)["address"] == load_key(path).wallet.address


def test_a_wrong_passphrase_is_one_sentence(tmp_path):
    path = tmp_path / "me.json"
    new_key(path, reader=False, passphrase=RIGHT)
    script = "import sys; from mydata_ledger.client import keys; keys.COST = 2\n"
    script += "from mydata_ledger.scripts.cli import main; sys.argv[0] = 'mydata'; main()"
    environment = {**os.environ, "MYDATA_KEY_PASSPHRASE": "another"}
    command = [sys.executable, "-c", script, "timeline", "--key", str(path)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr == f"error: {path} does not open: the passphrase is wrong, or the file is damaged\n"
