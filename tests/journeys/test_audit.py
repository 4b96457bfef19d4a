"""A stranger audits the ledger of the story, and recomputes what was decided in it from what its people hold."""

import json

import pytest

from mydata_ledger.client import Client
from mydata_ledger.ledger.receipt import LOGS
from mydata_ledger.ledger.signers import Wallet
from tests.journeys.test_demo import mydata


@pytest.fixture(scope="module")
def settled(stack, told):
    """The story's ledger, once everything it accepted is on chain."""
    assert told
    visitor = Client.anonymous(stack.url)
    for log in LOGS:
        size = visitor.call("GET", f"/log/{log}/heads")["accepted"]["size"]
        visitor.wait_anchored(log, size - 1)
    return stack


def person_of(stack, number, folder):
    """The key file of a patient of the story."""
    page = list(json.loads((stack.state / "story" / "people.json").read_text()).values())[number]
    file = folder / f"person-{number}.json"
    file.write_text(json.dumps({"wallet": page["key"], "reader": None}))
    return file, Client(stack.url, Wallet(bytes.fromhex(page["key"]))).sign_in()


def audit(stack, *arguments, ok=(0,)):
    return json.loads(mydata("audit", *arguments, "--url", stack.url, "--rpc", stack.rpc_url, "--json", ok=ok).stdout)


def test_the_logs_of_the_story_are_whole_and_stay_prefixes_of_themselves(settled, tmp_path):
    state = tmp_path / "audit.json"
    for _ in range(2):
        found = audit(settled, "--all", "--state", state)
        assert (found["result"], found["findings"]) == ("whole", [])
        assert [log["log"] for log in found["logs"]] == list(LOGS)
        assert all(log["size"] and log["heads_recomputed"] for log in found["logs"])
    assert {log["key"] for log in found["logs"]} == {"remembered"}
    told = mydata("audit", "records", "--url", settled.url, "--rpc", settled.rpc_url)
    assert told.stdout.strip().endswith("result: whole")


def test_i11_a_person_s_facts_recompute_every_decision_about_them(settled, tmp_path):
    key, client = person_of(settled, 0, tmp_path)
    facts = tmp_path / "facts.jsonl"
    mydata("facts", "--key", key, "--out", facts, "--url", settled.url)
    assert facts.stat().st_mode & 0o077 == 0
    found = audit(settled, "--facts", facts)
    asked = [one for one in client.call("GET", "/receipts", params={"limit": 1_000}) if one["kind"] == "AccessReceipt"]
    recomputed = found["decisions"]
    assert (found["result"], found["findings"]) == ("whole", [])
    assert recomputed.get("same", 0) + recomputed.get("open", 0) + recomputed.get("search", 0) >= len(asked) > 0
    assert recomputed.get("same", 0) > 0


def test_i11_an_operator_s_facts_recompute_every_decision(settled, tmp_path):
    facts = tmp_path / "facts.jsonl"
    mydata("facts", "--state", settled.state, "--out", facts)
    found = audit(settled, "--facts", facts)
    assert (found["result"], found["findings"]) == ("whole", [])
    assert sum(found["decisions"].get(name, 0) for name in ("same", "open", "search")) > 50
    assert not {"other", "not_held"} & set(found["decisions"])


def lie(line, **members):
    said = json.loads(line)
    said["document"]["message"] |= members
    return json.dumps(said)


@pytest.mark.parametrize("change", [{"permitted": False}, {"reason": "own"}], ids=lambda change: next(iter(change)))
def test_i11_a_receipt_that_was_changed_is_named(settled, tmp_path, change):
    key, _ = person_of(settled, 0, tmp_path)
    facts, wrong = tmp_path / "facts.jsonl", tmp_path / "wrong.jsonl"
    mydata("facts", "--key", key, "--out", facts, "--url", settled.url)
    first, *lines = facts.read_text().splitlines()
    target = next(n for n, one in enumerate(lines) if (said := json.loads(one)["document"])["kind"] == "AccessReceipt"
                  and said["message"]["permitted"] and said["message"]["reason"] == "consented")  # fmt: skip
    lines[target] = lie(lines[target], **change)
    wrong.write_text("\n".join([first, *lines]) + "\n")
    found = audit(settled, "--facts", wrong, ok=(1,))
    kinds = {one["finding"] for one in found["findings"]}
    assert {"statement_not_in_log", "statement_not_signed", "decision_differs"} <= kinds


def test_a_timeline_is_kept_and_verifies_offline(settled, tmp_path):
    key, client = person_of(settled, 3, tmp_path)
    out = tmp_path / "timeline.jsonl"
    told = mydata("timeline", "--key", key, "--out", out, "--url", settled.url).stdout
    assert "was refused" in told or "was permitted" in told
    count = len(out.read_text().splitlines())
    assert count == len(client.call("GET", "/receipts", params={"limit": 1_000}))
    done = mydata("verify", out, "--rpc", settled.rpc_url, "--json", ok=(0, 3))
    assert "invalid" not in done.stdout


def test_looking_back_gives_what_the_receipts_say(settled, tmp_path):
    key, client = person_of(settled, 3, tmp_path)
    told = [r for r in client.call("GET", "/receipts", params={"limit": 1_000}) if r["kind"] == "AccessReceipt"]
    asked = [r["message"] for r in told if r["message"]["reason"] != "searched"]
    assert asked

    def answer(receipt, at):
        party = ("--party", receipt["requester"], "--purpose", receipt["purpose"], "--action", receipt["action"])
        given = ("answer", receipt["recordId"], *party, "--at", at, "--key", key, "--url", settled.url)
        return json.loads(mydata(*given, "--json").stdout)

    for receipt in [one for one in asked if one["purpose"] != "hl7:BTG"][:4]:
        then = [answer(receipt, int(receipt["decidedAt"]) - before)["reason"] for before in (0, 1)]
        assert receipt["reason"] in then
    given = ("--party", asked[0]["requester"], "--purpose", "hl7:CLINTRCH", "--key", key, "--url", settled.url)
    told = mydata("answer", asked[0]["recordId"], *given).stdout
    assert "consents and" in told
    assert told.split()[0] in {"permitted", "denied"}


def test_an_auditor_without_a_chain_is_told_unknown_in_one_sentence(settled):
    done = mydata("audit", "--all", "--url", settled.url, "--rpc", "http://127.0.0.1:9", ok=(5,))
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_log_that_is_none_is_refused(settled):
    assert "name a log" in mydata("audit", "secrets", "--rpc", settled.rpc_url, ok=(1,)).stderr


def test_the_operator_rotates_the_key_that_signs(settled, tmp_path):
    state = tmp_path / "audit.json"
    audit(settled, "records", "--state", state)
    assert "2" in mydata("log", "rotate", "--state", settled.state).stdout
    assert audit(settled, "records", "--state", state)["result"] == "whole"
    mydata("log", "retire", "1", "--state", settled.state)
    found = audit(settled, "records", "--state", state, ok=(1,))
    assert [one["finding"] for one in found["findings"]] == ["checkpoint_unsigned"]
    new = Client.anonymous(settled.url)._http.get("/log/records/vkey").text.strip()
    assert audit(settled, "records", "--state", state, "--vkey", new)["result"] == "whole"
    assert audit(settled, "records", "--state", state)["result"] == "whole"
