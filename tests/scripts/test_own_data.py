"""`mydata share`, `receive`, `export`, `consent record` and `transfer` against a listening API."""

import json
import stat
import threading
import time
from dataclasses import replace
from zipfile import ZipFile

import pytest
import uvicorn
from fhir.resources.R4B.bundle import Bundle
from typer.testing import CliRunner

from mydata_ledger.client import Client, RequestRefused
from mydata_ledger.ledger.commitment.entry import lock_of
from mydata_ledger.ledger.envelope import generate_reader_key
from mydata_ledger.ledger.errors import IntegrityFailure, MalformedInput
from mydata_ledger.ledger.kernel import DelegateAppointment
from mydata_ledger.scripts.cli import app
from testing.ledger_fixture import wallet
from testing.stores import open_store
from tests.api.api_client import ApiClient
from tests.api.test_links import released

RUN, BEN = CliRunner(), wallet(80)


@pytest.fixture
def door(tmp_path):
    """A listening API; `door.run` runs the command line as Ann."""
    store = open_store(f"sqlite:///{tmp_path / 'ledger.db'}")
    door = released(ApiClient(store))
    server = uvicorn.Server(uvicorn.Config(door.app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    context = door.app.state.context
    door.app.state.context = replace(context, settings=replace(context.settings, uri=url))
    key = tmp_path / "me.json"
    key.write_text(json.dumps({"wallet": "01" * 32, "reader": generate_reader_key().raw.hex()}))

    key.chmod(0o600)

    def run(*arguments, of_me=True, by=key):
        mine = ["--key", str(by), "--url", url] if of_me else []
        return RUN.invoke(app, [*arguments, *mine], catch_exceptions=False)

    door.run = run
    yield door
    server.should_exit = True
    thread.join()
    store.dispose()


def test_a_summary_is_shared_received_and_ended(door, tmp_path):
    qr, out = tmp_path / "qr.svg", tmp_path / "summary.json"
    days = str(1 + (door.fixture.clock.now() - int(time.time())) // 86_400)
    made = json.loads(door.run("share", "--days", days, "--passcode", "4711", "--qr", str(qr), "--json").output)
    assert qr.read_text().startswith("<?xml")
    took = door.run("receive", made["shlink"], "--as", "Dr. Lee", "--passcode", "4711", "--out", str(out), of_me=False)
    assert took.exit_code == 0
    Bundle.model_validate_json(out.read_bytes())
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert "opened 1" in door.run("links").output
    assert door.run("unshare", made["link"]["name"]).exit_code == 0
    assert "over" in door.run("links").output


@pytest.mark.parametrize("derived", [True, False])
def test_a_withdrawal_is_shown_in_the_language_whoever_made_the_lock(door, derived):
    fixture, grant = door.fixture, door.fixture.grant("health.lab")
    secret = Client("http://x", fixture.ann).secret(fixture.trial.address, 1) if derived else b"\1" * 32
    draft = fixture.draft(fixture.trial.address, [grant], lock_of(secret))
    fixture.kernel.consents.acceptance.accept(draft.statement, fixture.sign(fixture.ann, draft.statement))
    done = door.run("revoke", fixture.trial.address, "--language", "ko")
    assert (done.exit_code, "The trial에 대한 동의를 지금부터 철회합니다." in done.output) == (0, True)
    assert ("not revoked on chain" in done.output) is not derived
    ended = fixture.newest(fixture.trial).signed.statement
    assert ended.secret == (secret if derived else bytes(32))


@pytest.fixture
def guardian(door, tmp_path):
    """The key file of a delegate of Ann for everything."""
    key, fixture = tmp_path / "ben.json", door.fixture
    key.write_text(json.dumps({"wallet": "50" * 32, "reader": generate_reader_key().raw.hex()}))
    key.chmod(0o600)
    who = (fixture.ann.signer, fixture.ann.signer, BEN.signer, "Ben", "representative")
    appointment = DelegateAppointment(*who, ("*",), 0, fixture.clock.now() + 9_000)
    statement = fixture.kernel.consents.delegations.draft(appointment).statement
    fixture.kernel.consents.delegations.accept(statement, fixture.sign(fixture.ann, statement))
    fixture.anchor()
    return key


def test_a_guardian_lists_shares_and_exports_for_a_ward(door, guardian, tmp_path):
    ward, out = "0x" + door.fixture.ann.signer.hex(), tmp_path / "ward.zip"
    (listed,) = json.loads(door.run("wards", "--json", by=guardian).output)
    assert (listed["person"], listed["categories"]) == (ward, ["*"])
    assert f"{ward}  representative" in door.run("wards", by=guardian).output
    mine = json.loads(door.run("record", "--json").output)
    of_ward = json.loads(door.run("record", "--for", ward, "--json", by=guardian).output)
    assert of_ward == mine != []
    accesses = json.loads(door.run("timeline", "--for", ward, "--json", by=guardian).output)
    assert {one["requester_name"] for one in accesses} >= {"Ben"}
    made = json.loads(door.run("share", "--for", ward, "--days", "0", "--json", by=guardian).output)
    assert [one["name"] for one in json.loads(door.run("links", "--for", ward, "--json", by=guardian).output)] == [
        made["link"]["name"]
    ]
    exported = json.loads(door.run("export", "--for", ward, "--out", str(out), "--json", by=guardian).output)
    assert (exported["records"], exported["not_opened"]) == (len(of_ward), [])
    with ZipFile(out) as archive:
        assert json.loads(archive.read("about.json"))["person"] == ward


def test_for_somebody_else_ends_with_one_sentence(door, guardian, tmp_path):
    stranger = "0x" + "77" * 20
    for command in (["record"], ["timeline"], ["links"], ["share"], ["export", "--out", str(tmp_path / "x.zip")]):
        with pytest.raises(RequestRefused, match="not_entitled"):
            door.run(*command, "--for", stranger, by=guardian)
    with pytest.raises(MalformedInput, match="leave the position out"):
        door.run("record", "1", "--for", stranger, by=guardian)
    assert "you act for nobody now" in door.run("wards").output


LIES = [
    ("/revocations/drafts", "grantee", "*"),
    ("/revocations/drafts", "consent", "0x" + "11" * 32),
    ("/revocations/drafts", "signer", "0x" + "22" * 20),
    ("/me/erasures/drafts", "recordId", "0x" + "33" * 32),
]


@pytest.mark.parametrize(("place", "member", "value"), LIES)
def test_what_was_not_asked_for_is_not_signed(door, monkeypatch, place, member, value):
    fixture, honest, changes = door.fixture, Client.call, []
    fixture.says(fixture.trial.address, [fixture.grant("health.lab")])

    def lying(self, method, path, **given):
        answer = honest(self, method, path, **given)
        changes.append(path)
        if path == place:
            for typed in answer["drafts"] if "drafts" in answer else [answer["typed_data"]]:
                typed["message"][member] = value
        return answer

    monkeypatch.setattr(Client, "call", lying)
    command = ["revoke", fixture.trial.address] if "revocations" in place else ["erase", door.records[2], "--yes"]
    with pytest.raises(IntegrityFailure, match="signed"):
        door.run(*command)
    assert changes[-1] == place


def test_everything_about_me_is_one_file(door, tmp_path):
    out = tmp_path / "me.zip"
    assert json.loads(door.run("export", "--out", str(out), "--json").output)["records"] == 3
    archive = ZipFile(out)
    assert archive.testzip() is None
    records = [json.loads(archive.read(n)) for n in archive.namelist() if n.startswith("records/")]
    assert [record["kind"] for record in records] == ["Issue"] * 3
    assert all(record["content"]["base64"] for record in records)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_a_consent_is_written_as_a_record_and_a_transfer_is_asked_for(door, tmp_path):
    ann, trial = door.fixture.ann, door.fixture.trial.address
    options = ("--category", "health.lab", "--purpose", "hl7:CLINTRCH", "--until", "2027-06-01", "--every-days", "30")
    done = door.run("transfer", "request", trial, *options, "--language", "en")
    assert "Transfer request: The trial may transfer: Laboratory results" in " ".join(done.output.split())
    door.fixture.anchor()
    assert "전송요구" in door.run("transfer", "list").output
    entry = door.http.get("/consents", headers=door.as_(ann)).json()[0]["entry"]
    out = tmp_path / "record.jsonld"
    assert door.run("consent", "record", entry, "--out", str(out)).exit_code == 0
    assert json.loads(out.read_text())["@type"] == "dpv:ConsentRecord"


def test_records_are_verified_and_an_altered_one_is_found(door):
    done = door.run("record", "verify", "--json")
    assert done.exit_code == 0
    results = json.loads(done.stdout)
    assert {one["status"] for one in results} == {"verified"}
    fixture = door.fixture
    record = fixture.store.index.record(bytes.fromhex(results[0]["record_id"][2:]))
    fixture.payloads.blocks[record.issue.cid] = b"another"
    done = door.run("record", "verify")
    assert done.exit_code == 1
    assert f"altered      {results[0]['record_id']}" in done.stdout
    assert f"1 altered, {len(results) - 1} verified" in done.stdout
