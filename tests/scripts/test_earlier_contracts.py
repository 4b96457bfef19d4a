"""A state folder of the contracts of an earlier release: one sentence, and nothing is changed, deployed or migrated."""

import subprocess
import sys

import orjson
import pytest
from typer.testing import CliRunner

from mydata_ledger.anchors.artifacts import Deployment
from mydata_ledger.anchors.store import migrations
from mydata_ledger.anchors.store.db.engine import open_engine
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.scripts.cli import app
from mydata_ledger.scripts.deploy import deploy
from mydata_ledger.scripts.serve import build
from mydata_ledger.scripts.settings import Settings, secret
from mydata_ledger.scripts.stack import Stack
from mydata_ledger.scripts.state_folder import StateFolder

NOBODY = "http://127.0.0.1:9"
SENTENCE = "go on with the release that made it, or delete it and begin anew with `mydata up --fresh`"
ADDRESS = "0x" + "11" * 20
MADE = {".lock", ".gitignore"}
"""What every start makes in a folder before it looks at it."""


@pytest.fixture(params=["no version", 1, 3])
def earlier(request, tmp_path):
    """A folder as an earlier (or a later) release left it: its deployment, its keys, and its database."""
    state = tmp_path / "state"
    path = Deployment(31337, ADDRESS, ADDRESS, ADDRESS, ADDRESS, 1).write(state / "deployments")
    raw = orjson.loads(path.read_bytes())
    assert raw.pop("contracts") == 2
    path.write_bytes(orjson.dumps(raw if request.param == "no version" else raw | {"contracts": request.param}))
    for name in ("admin", "sequencer", "gateway"):
        secret(state, name)
    opened = open_engine(f"sqlite:///{state / 'ledger.db'}", writes=True)
    with opened.begin() as connection:
        migrations.upgrade(connection, "0005")
    opened.dispose()
    return state


def files(state):
    return {path.relative_to(state): path.read_bytes() for path in state.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "command",
    [
        ["up", "--port", "0", "--rpc", NOBODY],
        ["up", "--port", "0"],
        ["demo", "--once", "--port", "0"],
        ["recover", "--rpc", NOBODY],
        ["fsck"],
        ["party", "add", "Hospital", "--key", "key.json", "--role", "holder", "--rpc", NOBODY],
    ],
    ids=lambda command: " ".join(command[:3]),
)
def test_a_command_ends_with_one_sentence_and_changes_nothing(earlier, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(app, ["keys", "new", "key.json"]).exit_code == 0
    before = files(earlier)
    done = CliRunner().invoke(app, [*command, "--state", str(earlier)])
    assert done.exit_code != 0
    assert isinstance(done.exception, SourceUnavailable)
    assert SENTENCE in str(done.exception)
    assert "\n" not in str(done.exception)
    assert {path: raw for path, raw in files(earlier).items() if path.name not in MADE} == before


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_server_does_not_start_on_it(earlier, workers):
    before = files(earlier)
    command = [sys.executable, "-m", "mydata_ledger.scripts.serve", "--state", str(earlier), "--port", "0"]
    done = subprocess.run(
        [*command, "--rpc", NOBODY, "--workers", workers], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode != 0
    *_, sentence = done.stderr.splitlines()
    assert sentence.startswith("error: this ledger has contracts of version ")
    assert SENTENCE in sentence
    assert "Traceback" not in done.stderr
    assert {path: raw for path, raw in files(earlier).items() if path.name not in MADE} == before


def test_no_part_of_it_opens(earlier):
    settings = Settings.read(earlier, NOBODY, 0)
    for act in (
        lambda: build(settings),
        lambda: StateFolder(settings).deployment,
        lambda: StateFolder(settings).domains,
        lambda: Stack(earlier, 0, lambda _: None, NOBODY).start(),
        lambda: deploy(NOBODY, secret(earlier, "admin"), ADDRESS, folder=earlier / "deployments"),
    ):
        with pytest.raises(SourceUnavailable, match="this ledger has contracts of version"):
            act()


def test_a_folder_of_this_release_opens(tmp_path):
    path = Deployment(31337, ADDRESS, ADDRESS, ADDRESS, ADDRESS, 1).write(tmp_path)
    Deployment.require_current(tmp_path)
    assert Deployment.read(path).consents == ADDRESS
    path.write_bytes(b"{")
    Deployment.require_current(tmp_path)
