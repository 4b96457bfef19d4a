"""The command line with large records against a listening API; the limits are small, so that files are too."""

import json
import os
import threading
import time
from zipfile import ZipFile

import pytest
import uvicorn
from typer.testing import CliRunner

from mydata_ledger.client import RequestRefused
from mydata_ledger.ledger.kernel import Bounds
from mydata_ledger.scripts.cli import app, issuing
from mydata_ledger.scripts.verify import load
from mydata_ledger.scripts.verify.attached import SeparateContent
from tests.api.api_client import ApiClient

SMALL, BOUND = 1_000, 5_000_000
QUESTION = ("--category", "health.lab", "--purpose", "hl7:CLINTRCH")
OWN = ("--category", "health.lab", "--purpose", "mydata:SELF_VIEW")


@pytest.fixture(scope="module")
def door():
    door = ApiClient(bounds=Bounds(record_bytes=SMALL, streamed_bytes=BOUND))
    server = uvicorn.Server(uvicorn.Config(door.app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    door.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    context = door.app.state.context
    object.__setattr__(context.settings, "uri", door.url)
    yield door
    server.should_exit = True
    thread.join()


@pytest.fixture
def run(door, tmp_path, monkeypatch):
    """The command line as a person or party of the fixture."""
    monkeypatch.setattr(issuing, "STREAMED_FROM", SMALL)
    people = {"ann": "01" * 32, "hospital": "02" * 32, "trial": "03" * 32}
    readers = door.fixture.reader_keys
    for name, private in people.items():
        reader = readers.get(getattr(door.fixture, name).address)
        raw = (reader or next(iter(readers.values()))).raw.hex()
        (tmp_path / f"{name}.key").write_text(json.dumps({"wallet": private, "reader": raw}))

    def typed(who, *arguments):
        key = tmp_path / f"{who}.key"
        return CliRunner().invoke(app, [*map(str, arguments), "--key", str(key), "--url", door.url])

    return typed


@pytest.fixture
def issued(door, run, tmp_path):
    """A file, and the record id after it was issued."""
    file = tmp_path / "scan.dcm"
    file.write_bytes(os.urandom(3_000_000))
    command = ("issue", file, "--subject", door.fixture.ann.address, "--category", "health.lab", "--json")
    (record,) = json.loads(run("hospital", *command).stdout)["scan.dcm"]["records"]
    door.fixture.consents(door.fixture.trial, "health.lab")
    door.fixture.anchor()
    return file, record["record_id"]


def test_a_file_is_issued_and_opened_again_and_its_proof_goes_with_it(door, run, issued, tmp_path):
    file, record = issued
    out, proof = tmp_path / "out.dcm", tmp_path / "proof.json"
    done = run("trial", "access", record, *QUESTION, "--out", out, "--proof", proof)
    assert f"3000000 bytes of application/dicom, as their holder signed them, written to {out}" in done.output
    assert out.read_bytes() == file.read_bytes()
    document = load(proof)
    content = document.attached.content
    assert isinstance(content, SeparateContent)
    assert SeparateContent(content.seed, out).agrees(document.statement.commitment)
    assert not SeparateContent(content.seed, proof).agrees(document.statement.commitment)


def test_without_a_file_the_command_names_the_option_to_give(run, issued):
    done = run("trial", "access", issued[1], *QUESTION)
    assert "give --out FILE, or --release FILE" in str(done.exception)


def test_a_release_and_its_payload_are_kept_and_opened_later(run, issued, tmp_path):
    release, out = tmp_path / "release.json", tmp_path / "opened"
    result = json.loads(run("trial", "access", issued[1], *QUESTION, "--release", release, "--json").stdout)
    command = ("open", release, "--sealed", result["sealed_file"], "--out", out, "--key", tmp_path / "trial.key")
    done = CliRunner().invoke(app, [*map(str, command), "--json"])
    assert json.loads(done.stdout)["bytes"] == 3_000_000
    assert out.read_bytes() == issued[0].read_bytes()


def test_an_export_holds_its_content_and_what_proves_it(run, issued, tmp_path):
    out = tmp_path / "all.zip"
    done = json.loads(run("ann", "export", "--out", out, "--json").stdout)
    assert done["not_opened"] == []
    with ZipFile(out) as archive:
        (tmp_path / "document.json").write_bytes(archive.read(f"records/{issued[1]}.json"))
        (name,) = [n for n in archive.namelist() if n.startswith(f"records/{issued[1]}.") and ".json" not in n]
        (tmp_path / "content").write_bytes(archive.read(name))
    assert (tmp_path / "content").read_bytes() == issued[0].read_bytes()
    document = load(tmp_path / "document.json")
    content = SeparateContent(document.attached.content.seed, tmp_path / "content")
    assert content.agrees(document.statement.commitment)
    assert not list(tmp_path.glob(".export-*"))


def test_a_person_opens_their_own(run, issued, tmp_path):
    out = tmp_path / "mine.dcm"
    assert run("ann", "access", issued[1], *OWN, "--out", out).exit_code == 0
    assert out.read_bytes() == issued[0].read_bytes()


def test_a_damaged_payload_leaves_no_file(door, run, issued, tmp_path):
    issue = door.fixture.store.index.record(bytes.fromhex(issued[1][2:])).issue
    sealed = door.fixture.payloads.blocks.pop(issue.cid)
    done = run("trial", "access", issued[1], *QUESTION, "--out", tmp_path / "out.dcm")
    assert isinstance(done.exception, RequestRefused)
    assert done.exception.code == "integrity_failure"
    door.fixture.payloads.blocks[issue.cid] = sealed
    assert not list(tmp_path.glob("*out.dcm*"))


@pytest.mark.parametrize(("name", "why"), [("huge.mp4", "a record has at most 5000000 bytes"), ("big.geojson", None)])
def test_a_file_that_is_refused_is_reported(door, run, tmp_path, name, why):
    file = tmp_path / name
    file.write_bytes(b"1" * (BOUND + 1))
    done = run("hospital", "issue", file, "--subject", door.fixture.ann.address, "--category", "health.lab")
    assert done.exit_code == 1
    assert f"left out {name}" in done.output
    assert (why or "at most") in done.output
