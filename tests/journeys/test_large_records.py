"""A file of 200 MB is issued, read with a permit and checked on the real stack, in constant memory."""

import contextlib
import json
import os
import secrets
import socket
import sqlite3
import threading
import time
import tracemalloc
from hashlib import sha256
from pathlib import Path

import pytest

from mydata_ledger.client import Client, RequestRefused
from mydata_ledger.ledger.envelope import generate_reader_key
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.large_records import open_streamed, send
from tests.journeys.test_demo import mydata

SIZE, MEBIBYTE = 200 * 1024 * 1024, 1024 * 1024
BOUND = 32 * MEBIBYTE
"""Bytes by which the memory of a process may grow while it handles such a record."""
PIECE = os.urandom(MEBIBYTE)


class Person:
    """A wallet with a key file, and a client that is signed in."""

    def __init__(self, stack, folder, name):
        private = secrets.token_bytes(32)
        self.wallet, self.reader = Wallet(private), generate_reader_key()
        self.key = folder / f"{name}.json"
        self.key.write_text(json.dumps({"wallet": private.hex(), "reader": self.reader.raw.hex()}))
        self.client = Client(stack.url, self.wallet, self.reader)


@pytest.fixture(scope="module")
def people(stack, tmp_path_factory):
    """A new patient, a clinic that issues and a team that reads."""
    folder = tmp_path_factory.mktemp("people")
    ann, clinic, team = (Person(stack, folder, name) for name in ("ann", "clinic", "team"))
    for who, role in ((clinic, "holder"), (team, "trial")):
        stack.register_party(who.wallet.address, f"The {role}", [role], who.reader.public)
    deadline = time.monotonic() + 60
    accounts = {who.wallet.address for who in (clinic, team)}
    while not accounts <= {party["account"] for party in ann.client.call("GET", "/parties")}:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    for who in (ann, clinic, team):
        who.client.sign_in()
    return ann, clinic, team


@pytest.fixture(scope="module")
def scan(tmp_path_factory):
    """The file; every MiB of it is different."""
    path = tmp_path_factory.mktemp("scan") / "scan.dcm"
    with path.open("wb") as file:
        for number in range(SIZE // MEBIBYTE):
            file.write(number.to_bytes(8, "big") + PIECE[8:])
    return path


@pytest.fixture(scope="module")
def issued(stack, people, scan):
    """Record id of the file; issuing it takes the server little memory."""
    ann, clinic, _ = people
    with bounded_memory(stack._api.pid):
        done = mydata(
            "issue", scan, "--subject", ann.wallet.address, "--category", "health.lab",
            "--key", clinic.key, "--url", stack.url, "--json",
        )  # fmt: skip
    (record,) = json.loads(done.stdout)["scan.dcm"]["records"]
    clinic.client.wait_anchored("records", record["position"])
    return record["record_id"]


@contextlib.contextmanager
def bounded_memory(pid):
    """Check that the peak resident size of a process inside the block is little above the size before."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    before = resident(pid)
    yield
    assert resident(pid) - before < BOUND, f"it grew by {(resident(pid) - before) >> 20} MiB"


def resident(pid):
    """Peak resident size since the last reset, in bytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def digest(path):
    hasher = sha256()
    with path.open("rb") as file:
        while piece := file.read(MEBIBYTE):
            hasher.update(piece)
    return hasher.hexdigest()


def access(stack, who, record, *options, ok=(0,)):
    question = ("--category", "health.lab", "--purpose", "hl7:CLINTRCH")
    return mydata("access", record, *question, *options, "--key", who.key, "--url", stack.url, "--json", ok=ok)


def permit(ann, team):
    grant = {"categories": ["health.lab"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"]}
    accepted = ann.client.consent(team.wallet.address, [grant])
    ann.client.wait_anchored("consents", accepted["position"])


def test_a_large_record_is_read_by_who_is_permitted_and_is_what_its_holder_signed(
    stack, people, issued, scan, tmp_path
):
    ann, _, team = people
    out = tmp_path / "read.dcm"
    assert "access_denied" in access(stack, team, issued, "--out", out, ok=(1,)).stderr
    permit(ann, team)
    with bounded_memory(stack._api.pid):
        result = json.loads(access(stack, team, issued, "--out", out).stdout)
    assert (result["media_type"], result["bytes"], digest(out)) == ("application/dicom", SIZE, digest(scan))
    assert out.stat().st_mode & 0o077 == 0
    receipt = ann.client.call("GET", f"/receipts/{result['receipt']}")
    assert receipt["message"]["requester"] == team.wallet.address


def test_sending_and_opening_take_the_client_little_memory(stack, people, issued, scan, tmp_path):
    ann, clinic, team = people
    permit(ann, team)
    record = {"data_subject": ann.wallet.address, "category": "health.lab"}
    question = {"category": "health.lab", "purpose": "hl7:CLINTRCH"}
    release = team.client.released(issued, (), (), **question)
    progress = []
    tracemalloc.start()
    send(clinic.client, scan, record, "application/dicom", lambda *counts: progress.append(counts))
    opened, length = open_streamed(team.client, release, tmp_path / "out", lambda *counts: progress.append(counts))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (length, opened.media_type) == (SIZE, "application/dicom")
    assert progress[-1][0] == progress[-1][1] > SIZE, "a bar comes to its end"
    assert peak < BOUND


def test_a_large_record_is_read_only_as_a_stream(people, issued):
    ann, _, team = people
    permit(ann, team)
    with pytest.raises(MalformedInput, match="mydata access RECORD --out FILE"):
        team.client.ask(issued, category="health.lab", purpose="hl7:CLINTRCH")


def test_a_release_kept_in_files_opens_offline(stack, people, issued, scan, tmp_path):
    ann, _, team = people
    permit(ann, team)
    release, out = tmp_path / "release.json", tmp_path / "opened.dcm"
    result = json.loads(access(stack, team, issued, "--release", release).stdout)
    sealed = Path(result["sealed_file"])
    mydata("open", release, "--sealed", sealed, "--key", team.key, "--out", out)
    assert digest(out) == digest(scan)
    with sealed.open("r+b") as file:
        file.seek(SIZE // 2)
        file.write(b"another")
    out.unlink()
    mydata("open", release, "--sealed", sealed, "--key", team.key, "--out", out, ok=(1,))
    assert not out.exists()


def test_without_a_file_for_a_large_record_the_command_names_the_remedy(stack, people, issued, tmp_path):
    ann, _, team = people
    permit(ann, team)
    for options in ((), ("--proof", tmp_path / "proof.json")):
        stderr = access(stack, team, issued, *options, ok=(1,)).stderr
        assert "give --out FILE, or --release FILE" in " ".join(stderr.split())


def test_the_operator_finds_it_whole(stack, issued):
    done = json.loads(mydata("fsck", "--state", stack.state, "--json").stdout)
    assert issued
    assert done["faults"] == []


def test_an_aborted_upload_leaves_nothing(stack, people):
    ann, clinic, _ = people
    before = stored(stack)
    headers = {
        "Host": "localhost", "Authorization": clinic.client._http.headers["Authorization"],
        "Content-Type": "application/dicom", "Content-Length": str(SIZE),
        "Record-Data-Subject": ann.wallet.address, "Record-Category": "health.lab",
    }  # fmt: skip
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with socket.create_connection(("127.0.0.1", stack.port)) as sender:
        sender.sendall(f"POST /records/drafts/stream HTTP/1.1\r\n{lines}\r\n".encode())
        for _ in range(60):
            sender.sendall(PIECE)
        wait(lambda: stored(stack)[0] > before[0])
    wait(lambda: stored(stack) == before)


def stored(stack):
    """Bytes in the packs of the payload store, and the number of data keys."""
    packs = sum(path.stat().st_size for path in (stack.state / "blocks").glob("*.car"))
    with contextlib.closing(sqlite3.connect(stack.state / "keystore" / "keys.db")) as db:
        return packs, db.execute("select count(*) from deks where wrapped is not null").fetchone()[0]


def wait(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_many_uploads_wait_for_their_turn_and_others_are_answered_meanwhile(stack, people):
    ann, clinic, _ = people
    headers = {"Content-Type": "image/png", "Record-Category": "health.lab", "Record-Data-Subject": ann.wallet.address}
    go = threading.Event()

    def slowly():
        yield PIECE
        go.wait(30)
        yield PIECE

    def upload():
        upload_headers = {**headers, "Content-Length": str(2 * MEBIBYTE)}
        client = Client(stack.url, clinic.wallet).sign_in()
        done.append(
            client.call("POST", "/records/drafts/stream", content=slowly(), headers=upload_headers)["drafts"][0]
        )

    done = []
    threads = [threading.Thread(target=upload) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert ann.client.call("GET", "/health")["status"] == "ok"
    assert ann.client.call("GET", "/records") is not None
    go.set()
    for thread in threads:
        thread.join()
    assert len({draft["message"]["recordId"] for draft in done}) == 8


def test_what_is_too_large_is_refused_at_once(stack, people):
    ann, clinic, _ = people
    headers = {"Content-Type": "video/mp4", "Record-Category": "health.lab", "Record-Data-Subject": ann.wallet.address}
    headers["Content-Length"] = str(2 * 1024**3 + 1)

    def endless():
        while True:
            yield PIECE

    began = time.monotonic()
    with pytest.raises(RequestRefused, match="a record has at most 2147483648 bytes") as refused:
        clinic.client.call("POST", "/records/drafts/stream", content=endless(), headers=headers)
    assert (refused.value.status, refused.value.code) == (413, "too_large")
    assert time.monotonic() - began < 10
