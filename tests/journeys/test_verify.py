"""Verification of the documents of a running ledger, for person, holder and reader, on the command line."""

import json
import shutil

import httpx
import pytest
from sd_jwt.verifier import SDJWTVerifier

from mydata_ledger.client import Client, RequestRefused
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.credential import issuer_key
from mydata_ledger.scripts.demonstration.context import ORGANISATIONS
from mydata_ledger.scripts.devnet import Devnet
from mydata_ledger.scripts.settings import secret
from mydata_ledger.scripts.verify import RegistryReader, load, parse, verify
from tests.journeys.test_demo import mydata


@pytest.fixture(scope="module")
def person(stack, demo_held):
    """A patient of the demonstration who withdrew nothing."""
    assert demo_held
    page = list(json.loads((stack.state / "story" / "people.json").read_text()).values())[3]
    return Client(stack.url, Wallet(bytes.fromhex(page["key"]))).sign_in()


@pytest.fixture(scope="module")
def key(stack, person, tmp_path_factory):
    """Key file of that patient."""
    page = list(json.loads((stack.state / "story" / "people.json").read_text()).values())[3]
    path = tmp_path_factory.mktemp("key") / "me.json"
    path.write_text(json.dumps({"wallet": page["key"], "reader": page["reader"]}))
    return path


@pytest.fixture(scope="module")
def receipt(person):
    """A permitted receipt about the patient's record, on chain."""
    permitted = next(
        r for r in person.call("GET", "/receipts") if r["message"].get("permitted") and r["message"]["action"] == "view"
    )
    person.wait_anchored("access", permitted["position"])
    return permitted


@pytest.fixture(scope="module")
def documents(person, receipt):
    """Documents of the API for the person: consent copy, access receipt, its record, and a record by position."""
    entry = next(c["entry"] for c in person.call("GET", "/consents") if c["status"] == "active")
    record = person.call("GET", "/records")[0]["position"]
    sources = [f"/consents/{entry}/copy", f"/receipts/{receipt['position']}"]
    sources += [f"/receipts/{receipt['position']}/record", f"/records/{record}/copy"]
    return [person.call("GET", source) for source in sources]


def result(document, chain):
    return verify(parse(document), chain).result.value


def test_the_documents_of_the_api_are_valid(documents, stack):
    assert [document["kind"] for document in documents] == ["Consent", "AccessReceipt", "Issue", "Issue"]
    assert [result(document, RegistryReader(stack.rpc_url)) for document in documents] == ["valid"] * 4


def test_i7_only_the_data_subject_the_holder_and_a_permitted_reader_get_proofs(stack, documents, receipt):
    record = next(document for document in documents if document["kind"] == "Issue")
    sources = [f"/receipts/{receipt['position']}/record", f"/records/{record['position']}/copy"]
    issuer, reader = (
        wallet_of(stack, address) for address in (record["message"]["holder"], receipt["message"]["requester"])
    )
    stranger, holder = (Client(stack.url, wallet).sign_in() for wallet in (Wallet(b"\5" * 32), issuer))
    assert holder.call("GET", sources[1]) == record
    hidden = [(stranger, sources[0]), (stranger, sources[1]), (stranger, "/records/999999999/copy")]
    for client, source in [*hidden, (holder, sources[0]), (holder, "/receipts/999999999/record")]:
        with pytest.raises(RequestRefused) as refused:
            client.call("GET", source)
        assert (refused.value.status, refused.value.code, refused.value.detail) == (404, "access_denied", "")
    assert Client(stack.url, reader).sign_in().call("GET", sources[0])["message"] == record["message"]


def wallet_of(stack, address):
    """Wallet of the demonstration's organisation with that account."""
    wallets = [Wallet(secret(stack.state, f"story-{role}")) for role in ORGANISATIONS]
    return next(wallet for wallet in wallets if wallet.address == address)


def test_a_record_opened_disclosed_and_checked_on_the_command_line(stack, person, key, tmp_path):
    record = next(r for r in person.call("GET", "/records") if r["category"] == "health.lab.observation")
    whole, part, bare = tmp_path / "record.json", tmp_path / "part.json", tmp_path / "bare.json"
    question = ("--category", "health.lab", "--purpose", "mydata:SELF_VIEW")
    mydata("access", record["record_id"], *question, "--proof", whole, "--key", key, "--url", stack.url)
    mydata("disclose", whole, "--field", "/resourceType", "--field", "/code", "--out", part)
    mydata("record", record["position"], "--out", bare, "--key", key, "--url", stack.url)
    assert record["record_id"] in mydata("record", "--key", key, "--url", stack.url).stdout
    output = mydata("verify", whole, part, bare, "--rpc", stack.rpc_url, "--state", stack.state).stdout
    assert output.count("result: valid") == 3
    assert "is what the holder signed" in output
    assert "fields shown are of the record the holder signed" in output
    shown = json.loads(part.read_text())
    assert "content" not in shown
    assert {field["pointer"].split("/")[1] for field in shown["disclosure"]["fields"]} == {"resourceType", "code"}
    altered = tmp_path / "altered.json"
    altered.write_text(part.read_text().replace("Observation", "Obserwation"))
    korean = mydata("verify", altered, "--rpc", stack.rpc_url, "--language", "ko", ok=(1,)).stdout
    assert "✗ (6) 공개된 항목이" in korean
    assert mydata("disclose", bare, "--field", "/code", "--out", part, ok=(1,)).stderr.startswith(
        "error: bare.json carries no"
    )
    assert "names no field" in mydata("disclose", whole, "--field", "/nothing", "--out", part, ok=(1,)).stderr


def test_chosen_fields_an_unopened_release_and_a_credential_on_the_command_line(stack, person, key, tmp_path):
    record = next(r for r in person.call("GET", "/records") if r["category"] == "health.lab.observation")
    ask = ("access", record["record_id"], "--category", "health.lab", "--purpose", "mydata:SELF_VIEW")
    ask = (*ask, "--key", key, "--url", stack.url)
    part, whole, release, out, credential = (tmp_path / name for name in ("part", "whole", "release", "out", "vc"))
    for chosen in (("--pointer", "/status"), ("--fhirpath", "Observation.status")):
        mydata(*ask, *chosen, "--proof", part)
        assert [field["pointer"] for field in json.loads(part.read_text())["disclosure"]["fields"]] == ["/status"]
        output = mydata("verify", part, "--rpc", stack.rpc_url, "--state", stack.state).stdout
        assert "fields shown are of the record the holder signed" in output
    mydata(*ask, "--release", release)
    mydata("open", release, "--key", key, "--out", out)
    assert json.loads(out.read_text())["resourceType"] == "Observation"
    mydata(*ask, "--proof", whole)
    mydata("record", "export", whole, "--sd-jwt", "--key", key, "--out", credential)
    claims = SDJWTVerifier(credential.read_text().strip(), issuer_key).get_verified_payload()
    assert claims["content"] == json.loads(out.read_text())
    assert claims["record"]["record_id"] == record["record_id"]


def test_all_receipts_of_a_person_as_one_bundle(stack, person, key, tmp_path):
    bundle = tmp_path / "receipts.jsonl"
    every = person.call("GET", "/receipts", params={"limit": 1_000})
    person.wait_anchored("access", every[-1]["position"])
    written = json.loads(mydata("receipt", "--all", "--out", bundle, "--key", key, "--url", stack.url, "--json").stdout)
    assert written["receipts"] == len(every) > 3
    done = mydata("verify", bundle, "--rpc", stack.rpc_url, "--json", ok=(0, 3))
    counts = json.loads(done.stdout)["counts"]
    assert sum(counts.values()) == written["receipts"]
    assert set(counts) <= {"valid", "revoked"}
    with bundle.open("a") as file:
        file.write("garbage\n")
    plain = mydata("verify", bundle, "--rpc", stack.rpc_url, ok=(1,))
    assert f"receipts.jsonl:{written['receipts'] + 1}: invalid (1) not a proof document" in plain.stdout
    assert plain.stderr == ""


@pytest.mark.parametrize("name", ["pyproject.toml", "package.json", "README.md", "docs/status.png"])
def test_any_other_file_is_invalid_at_check_one(name):
    done = mydata("verify", name, "--rpc", "http://127.0.0.1:9", ok=(1,))
    assert done.stdout.startswith("✗ (1) not a proof document")
    assert done.stdout.strip().endswith("result: invalid")
    assert done.stderr == ""


def test_the_worst_of_many_is_the_exit(stack, documents, tmp_path):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps(documents[1]))
    bad.write_text("{}")
    assert mydata("verify", good, "--rpc", stack.rpc_url, "--json", ok=(0,)).returncode == 0
    mydata("verify", good, "--rpc", "http://127.0.0.1:9", ok=(5,))
    mydata("verify", good, bad, "--rpc", stack.rpc_url, ok=(1,))
    mydata("verify", good, bad, "--rpc", "http://127.0.0.1:9", ok=(1,))


def test_it_reports_registries_that_are_not_those_of_the_deployment(stack, documents, tmp_path):
    path = tmp_path / "one.json"
    path.write_text(json.dumps(documents[0]))
    expected_facts = json.loads(mydata("verify", path, "--rpc", stack.rpc_url, "--state", stack.state, "--json").stdout)
    assert expected_facts["registries_known"] is True
    other = tmp_path / "other"
    shutil.copytree(stack.state / "deployments", other / "deployments")
    file = next((other / "deployments").glob("*.json"))
    file.write_text(file.read_text().replace(documents[0]["registries"]["parties"], "0x" + "11" * 20))
    assert "NOT the registries" in mydata("verify", path, "--rpc", stack.rpc_url, "--state", other).stdout


def test_another_chain_or_one_that_restarted_empty_is_unknown(documents):
    with Devnet() as empty, Devnet(chain_id=5) as other:
        assert [result(d, RegistryReader(empty.url)) for d in documents] == ["unknown"] * 4
        assert [result(d, RegistryReader(other.url)) for d in documents] == ["unknown"] * 4


@pytest.mark.parametrize("rpc", ["http://127.0.0.1:9", "no url", "http://[", "", "ftp://x"])
def test_what_is_no_chain_is_unknown(documents, rpc):
    assert result(documents[0], RegistryReader(rpc)) == "unknown"


def test_a_server_that_answers_nonsense_is_unknown(documents, stack):
    assert httpx.post(stack.url + "/health").status_code == 405
    assert result(documents[0], RegistryReader(stack.url + "/health")) == "unknown"


def test_the_api_serves_the_verifier_page(stack):
    answer = httpx.get(stack.url + "/verify")
    assert answer.headers["content-type"].startswith("text/html")
    assert "Check a proof yourself" in answer.text


def test_a_file_saved_is_loaded_again(documents, stack, tmp_path):
    path = tmp_path / "one.json"
    path.write_text(json.dumps(documents[0], indent=2))
    assert verify(load(path), RegistryReader(stack.rpc_url)).result == "valid"
