"""Settings: one dataclass reads every variable, refuses what is not valid, and writes its own page."""

import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mydata_ledger.scripts.cli import app
from mydata_ledger.scripts.notifiers import notifiers
from mydata_ledger.scripts.settings import BadSetting, Settings
from mydata_ledger.scripts.settings.fields import variables
from mydata_ledger.scripts.settings.names import OF_COMMANDS, OF_TOOLS
from mydata_ledger.scripts.settings.page import page

ROOT = Path(__file__).parents[2]
SECRETS = {
    "MYDATA_PASSPHRASE": "hunter-1",
    "MYDATA_NEW_PASSPHRASE": "hunter-2",
    "MYDATA_PKCS11_PIN": "hunter-3",
    "MYDATA_DATABASE": "postgresql://me:hunter-4@host/ledger",
    "MYDATA_SMTP": "smtp://me:hunter-5@host:25",
}
BAD = {
    ("MYDATA_PAYLOADS", "ipsf"): "'ipsf'.*the nearest is http://127.0.0.1:5001",
    ("MYDATA_PAYLOADS", "embeded"): "the nearest is embedded",
    ("MYDATA_PAYLOADS", "http:///x"): "the URL of an IPFS node's RPC",
    ("MYDATA_PAYLOADS", "http://a b"): "the URL of an IPFS node's RPC",
    ("MYDATA_DEPTH", "two"): "MYDATA_DEPTH cannot be 'two': give a whole number in digits, 0 or more",
    ("MYDATA_DEPTH", "-1"): "MYDATA_DEPTH cannot be '-1': the nearest valid value is 0",
    ("MYDATA_DEPTH", "1.5"): "whole number",
    ("MYDATA_DEPTH", "1_000"): "whole number",
    ("MYDATA_DEPTH", " 1"): "whole number",
    ("MYDATA_DEPTH", "٣"): "whole number",
    ("MYDATA_PACE", "9" * 5_000): "whole number",
    ("MYDATA_EVALUATIONS", "-500"): "the nearest valid value is 0",
    ("MYDATA_LARGEST_RECORD", "0"): "the nearest valid value is 1",
    ("MYDATA_PORT", "65536"): "the nearest valid value is 65535",
    ("MYDATA_WEBHOOKS_PRIVATE", "yess"): "give yes or no; the nearest is yes",
    ("MYDATA_DATABASE", "postgres://me:hunter@host/x"): "the nearest is postgresql://",
    ("MYDATA_DATABASE", "ledger.db"): "must begin with sqlite://",
    ("MYDATA_URI", "htps://ledger.example"): "the nearest is https://",
    ("MYDATA_URI", "https://"): "names no server",
    ("MYDATA_ORIGINS", "ledger.example"): "must begin with http:// or https://",
    ("MYDATA_ORIGINS", "https://a.example, https://B.example:443/x"): "the nearest is https://b.example$",
    ("MYDATA_ORIGINS", "https://a.example,"): "must begin with http:// or https://",
    ("MYDATA_ORIGINS", "android:apk-key-hash:short"): "must begin with http:// or https://",
    ("MYDATA_SMTP", "smpt://me:hunter@host"): "the nearest is smtp://",
    ("MYDATA_SMTP", "smtp://me:hunter@host:99999"): "names no server",
    ("MYDATA_SENDER", "ledger"): "give an e-mail address",
}


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    for name in [name for name in os.environ if name.startswith("MYDATA_")]:
        monkeypatch.delenv(name)


def read(folder, **given):
    with pytest.MonkeyPatch.context() as patch:
        for name, value in given.items():
            patch.setenv(name, value)
        return Settings.read(folder, "http://chain", 8420)


@pytest.mark.parametrize(("name", "value"), BAD, ids=lambda text: text[:30].encode("ascii", "replace").decode())
def test_a_bad_value_is_refused_in_one_sentence_with_the_nearest_valid_one(tmp_path, name, value):
    with pytest.raises(BadSetting, match=BAD[name, value]) as refused:
        read(tmp_path, **{name: value})
    assert str(refused.value).startswith(name)
    assert len(str(refused.value)) < 250
    assert "hunter" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "near"),
    [("MYDATA_PAYLOAD", "MYDATA_PAYLOADS"), ("MYDATA_PASPHRASE", "MYDATA_PASSPHRASE"), ("MYDATA_", "MYDATA_[A-Z]+")],
)
def test_a_misspelt_name_is_refused_with_the_nearest_valid_one(tmp_path, name, near):
    with pytest.raises(BadSetting, match=rf"^no setting is named {name}; the nearest name is {near}$"):
        read(tmp_path, **{name: "hunter"})


def test_without_variables_the_defaults_hold_and_an_empty_variable_is_none(tmp_path):
    assert read(tmp_path) == read(tmp_path, **dict.fromkeys(variables(Settings), ""))
    made = read(tmp_path)
    assert (made.database, made.uri) == (f"sqlite:///{tmp_path / 'ledger.db'}", "http://localhost:8420")
    assert (made.depth, made.pace, made.payloads, made.webhooks_private) == (0, 1_000, "embedded", False)


def test_every_variable_reaches_its_field(tmp_path):
    given = {"MYDATA_DEPTH": "12", "MYDATA_WEBHOOKS_PRIVATE": "yes", "MYDATA_SENDER": "a@b.example", **SECRETS}
    made = read(tmp_path, **given)
    assert (made.depth, made.webhooks_private, made.sender) == (12, True, "a@b.example")
    assert (made.passphrase, made.new_passphrase, made.pkcs11_pin) == ("hunter-1", "hunter-2", "hunter-3")
    email = notifiers(made)["email"]
    assert (email.host, email.port, email.user, email.password, email.tls) == ("host", 25, "me", "hunter-5", True)


@pytest.mark.parametrize(
    ("given", "uri"),
    [
        ("https://Ledger.Example", "https://ledger.example"),
        ("https://ledger.example:443/Portal", "https://ledger.example/Portal"),
        ("http://ledger.example:80", "http://ledger.example"),
        ("http://ledger.example:443", "http://ledger.example:443"),
        ("https://[::1]:8420", "https://[::1]:8420"),
    ],
)
def test_the_site_is_written_as_a_browser_writes_it(tmp_path, given, uri):
    assert read(tmp_path, MYDATA_URI=given).uri == uri


def test_origins_are_those_of_pages_and_apps(tmp_path):
    app = "android:apk-key-hash:" + "aB_-" * 10 + "xyz"
    assert read(tmp_path).origins == ()
    assert read(tmp_path, MYDATA_ORIGINS=f"https://a.example, {app}").origins == ("https://a.example", app)


def test_no_secret_is_shown(tmp_path):
    made = read(tmp_path, **SECRETS)
    assert "hunter" not in repr(made) + str(made) + f"{made}" + repr(notifiers(made))
    assert {"database", "passphrase", "new_passphrase", "pkcs11_pin", "smtp", "rpc_url"} == {
        field.name for field in fields(made) if not field.repr
    }


def test_a_worker_has_the_settings_of_its_parent(tmp_path, monkeypatch):
    monkeypatch.setenv("MYDATA_DEPTH", "3")
    for name in ("MYDATA_STATE", "MYDATA_RPC", "MYDATA_PORT"):
        monkeypatch.setenv(name, "")  # so that it is taken away again
    parent = Settings.read(tmp_path, "http://chain", 9_000)
    parent.pass_on()
    assert Settings.inherited() == parent


@pytest.mark.parametrize(
    "command", [["consent", "list"], ["up", "--help"], ["keystore", "rotate", "--master"], ["fsck"], ["log", "keys"]]
)
def test_every_command_refuses_a_misspelt_name_before_it_starts(tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, command, env={"MYDATA_STAET": str(tmp_path / "x")})
    assert isinstance(done.exception, BadSetting)
    assert "the nearest name is MYDATA_STATE" in str(done.exception)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "command",
    [["cli", "up"], ["cli", "demo"], ["cli", "fsck"], ["cli", "recover", "--rpc", "x"], ["serve", "--rpc", "x"]],
)
def test_a_bad_value_ends_a_command_with_one_sentence_and_makes_nothing(tmp_path, command):
    start = ["-c", "import sys; from mydata_ledger.scripts.cli import main; sys.argv[0] = 'mydata'; main()"]
    ways = {"cli": start, "serve": ["-m", "mydata_ledger.scripts.serve"]}
    given = {**os.environ, "PYTHONPATH": str(ROOT), "MYDATA_PAYLOADS": "ipsf"}
    full = [sys.executable, *ways[command[0]], *command[1:]]
    done = subprocess.run(full, cwd=tmp_path, env=given, capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr.startswith("error: MYDATA_PAYLOADS cannot be 'ipsf'")
    assert (done.returncode, done.stderr.count("\n"), list(tmp_path.iterdir())) == (1, 1, [])


def test_the_page_is_current():
    assert (ROOT / "docs/settings.md").read_text(encoding="utf-8") == page(), (
        "write it again: python -m mydata_ledger.scripts.settings"
    )


def test_every_name_in_the_sources_is_known_and_only_the_settings_read_them():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    sources = [path for path in listed if not path.startswith(("tests/", "docs/")) and path != "CHANGELOG.md"]
    if not sources:
        pytest.skip("not a git checkout")
    texts = {path: (ROOT / path).read_text(encoding="utf-8", errors="replace") for path in sources if is_text(path)}
    expected_facts = {*variables(Settings), *OF_COMMANDS, *OF_TOOLS}
    found = {name for text in texts.values() for name in re.findall(r"\bMYDATA_[A-Z0-9_]*[A-Z0-9]", text)}
    assert found - expected_facts == set()
    readers = {path for path, text in texts.items() if re.search(r"environ.{0,8}MYDATA_|getenv.{0,4}MYDATA_", text)}
    assert {path.split("/")[0] for path in readers if not path.startswith("scripts/settings/")} <= {"testing", "bench"}


def is_text(path):
    """Whether a listed path is a file of sources, and not a link or a picture."""
    return not (ROOT / path).is_dir() and Path(path).suffix not in {".png", ".svg", ".json", ".lock"}
