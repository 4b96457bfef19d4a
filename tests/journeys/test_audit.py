"""Audit of the demonstration's ledger by a stranger, who recomputes decisions from the facts of its people."""

import json

import pytest

from mydata_ledger.client import Client
from mydata_ledger.ledger.receipt import LOGS
from mydata_ledger.ledger.signers import Wallet
from tests.journeys.test_demo import mydata


@pytest.fixture(scope="module")
def settled(stack, demo_held):
    """The ledger of the demonstration, after all of it is on chain."""
    assert demo_held
    visitor = Client.anonymous(stack.url)
    for log in LOGS:
        size = visitor.call("GET", f"/log/{log}/heads")["accepted"]["size"]
        visitor.wait_anchored(log, size - 1)
    return stack


def person_of(stack, number, folder):
    """Key file and client of a patient of the demonstration."""
    page = list(json.loads((stack.state / "story" / "people.json").read_text()).values())[number]
    file = folder / f"person-{number}.json"
    file.write_text(json.dumps({"wallet": page["key"], "reader": None}))
    return file, Client(stack.url, Wallet(bytes.fromhex(page["key"]))).sign_in()


def audit(stack, *arguments, ok=(0,)):
    return json.loads(mydata("audit", *arguments, "--url", stack.url, "--rpc", stack.rpc_url, "--json", ok=ok).stdout)


def test_the_logs_of_the_demonstration_are_whole_and_earlier_heads_are_prefixes(settled, tmp_path):
    state = tmp_path / "audit.json"
    for _ in range(2):
        report = audit(settled, "--all", "--state", state)
        assert (report["result"], report["findings"]) == ("whole", [])
        assert [log["log"] for log in report["logs"]] == list(LOGS)
        assert all(log["size"] and log["heads_recomputed"] for log in report["logs"])
        assert report["current"]["revocations"]
        assert report["current"]["parties"]
    assert {log["key"] for log in report["logs"]} == {"remembered"}
    done = mydata("audit", "records", "--url", settled.url, "--rpc", settled.rpc_url)
    assert done.stdout.strip().endswith("result: whole")


def test_i11_a_person_s_facts_recompute_every_decision_about_them(settled, tmp_path):
    key, client = person_of(settled, 0, tmp_path)
    facts = tmp_path / "facts.jsonl"
    mydata("facts", "--key", key, "--out", facts, "--url", settled.url)
    assert facts.stat().st_mode & 0o077 == 0
    report = audit(settled, "--facts", facts)
    receipts = [r for r in client.call("GET", "/receipts", params={"limit": 1_000}) if r["kind"] == "AccessReceipt"]
    recomputed = report["decisions"]
    assert (report["result"], report["findings"]) == ("whole", [])
    assert recomputed.get("same", 0) + recomputed.get("open", 0) + recomputed.get("search", 0) >= len(receipts) > 0
    assert recomputed.get("same", 0) > 0


def test_i11_an_operator_s_facts_recompute_every_decision(settled, tmp_path):
    facts = tmp_path / "facts.jsonl"
    mydata("facts", "--state", settled.state, "--out", facts)
    report = audit(settled, "--facts", facts)
    assert (report["result"], report["findings"]) == ("whole", [])
    assert sum(report["decisions"].get(name, 0) for name in ("same", "open", "search")) > 50
    assert not {"other", "not_held"} & set(report["decisions"])
    kept = json.loads((settled.state / "keystore" / "rule.json").read_text())["emergency_since"]
    served = Client.anonymous(settled.url).call("GET", "/vocabulary")["emergency"]["since"]
    written = json.loads(facts.read_text().splitlines()[0])["emergency_since"]
    assert kept == served == written


def test_another_second_of_the_rule_is_a_finding(settled, tmp_path):
    facts, state = tmp_path / "facts.jsonl", tmp_path / "audit.json"
    audit(settled, "consents", "--state", state)
    mydata("facts", "--state", settled.state, "--out", facts)
    first, *lines = facts.read_text().splitlines()
    later = json.loads(first)
    later["emergency_since"] += 10**9
    facts.write_text("\n".join([json.dumps(later), *lines]) + "\n")
    report = audit(settled, "--facts", facts, "--state", state, ok=(1,))
    kinds = {finding["finding"] for finding in report["findings"]}
    assert "rule_second_changed" in kinds
    assert "decision_differs" in kinds, "the crew was refused, as the earlier rule would not have done"


def falsified(line, **members):
    fact = json.loads(line)
    fact["document"]["message"] |= members
    return json.dumps(fact)


@pytest.mark.parametrize("change", [{"permitted": False}, {"reason": "own"}], ids=lambda change: next(iter(change)))
def test_i11_a_receipt_that_was_changed_is_named(settled, tmp_path, change):
    key, _ = person_of(settled, 0, tmp_path)
    facts, wrong = tmp_path / "facts.jsonl", tmp_path / "wrong.jsonl"
    mydata("facts", "--key", key, "--out", facts, "--url", settled.url)
    first, *lines = facts.read_text().splitlines()
    target = next(n for n, line in enumerate(lines) if (fact := json.loads(line)["document"])["kind"] == "AccessReceipt"
                  and fact["message"]["permitted"] and fact["message"]["reason"] == "consented")  # fmt: skip
    lines[target] = falsified(lines[target], **change)
    wrong.write_text("\n".join([first, *lines]) + "\n")
    report = audit(settled, "--facts", wrong, ok=(1,))
    kinds = {finding["finding"] for finding in report["findings"]}
    assert {"statement_not_in_log", "statement_not_signed", "decision_differs"} <= kinds


def test_a_timeline_is_kept_and_verifies_offline(settled, tmp_path):
    key, client = person_of(settled, 3, tmp_path)
    out = tmp_path / "timeline.jsonl"
    output = mydata("timeline", "--key", key, "--out", out, "--url", settled.url).stdout
    assert "was refused" in output or "was permitted" in output
    count = len(out.read_text().splitlines())
    assert count == len(client.call("GET", "/receipts", params={"limit": 1_000}))
    done = mydata("verify", out, "--rpc", settled.rpc_url, "--json", ok=(0, 3))
    assert "invalid" not in done.stdout


def test_past_decisions_are_those_of_the_receipts(settled, tmp_path):
    key, client = person_of(settled, 3, tmp_path)
    receipts = [r for r in client.call("GET", "/receipts", params={"limit": 1_000}) if r["kind"] == "AccessReceipt"]
    messages = [r["message"] for r in receipts if r["message"]["reason"] != "searched"]
    assert messages

    def answer(receipt, at_time):
        party = ("--party", receipt["requester"], "--purpose", receipt["purpose"], "--action", receipt["action"])
        command = ("answer", receipt["recordId"], *party, "--at", at_time, "--key", key, "--url", settled.url)
        return json.loads(mydata(*command, "--json").stdout)

    for receipt in [message for message in messages if message["purpose"] != "hl7:BTG"][:4]:
        then = [answer(receipt, int(receipt["decidedAt"]) - before)["reason"] for before in (0, 1)]
        assert receipt["reason"] in then
    options = ("--party", messages[0]["requester"], "--purpose", "hl7:CLINTRCH", "--key", key, "--url", settled.url)
    output = mydata("answer", messages[0]["recordId"], *options).stdout
    assert "consents and" in output
    assert output.split()[0] in {"permitted", "denied"}


def test_an_audit_without_a_chain_is_unknown_in_one_sentence(settled):
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
    report = audit(settled, "records", "--state", state, ok=(1,))
    assert [finding["finding"] for finding in report["findings"]] == ["checkpoint_unsigned"]
    new = Client.anonymous(settled.url)._http.get("/log/records/vkey").text.strip()
    assert audit(settled, "records", "--state", state, "--vkey", new)["result"] == "whole"
    assert audit(settled, "records", "--state", state)["result"] == "whole"
