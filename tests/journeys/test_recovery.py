"""A lost database is rebuilt from chain, payload store and keystore, and gives the same answers (I12)."""

import json
import os
import signal

import pytest

from mydata_ledger.client import Client, RequestRefused
from mydata_ledger.ledger.receipt import LOGS, RECORDS
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.payloads import open_embedded
from mydata_ledger.scripts.settings import Settings
from mydata_ledger.scripts.state_folder import StateFolder
from tests.journeys.stopping import stop_api
from tests.journeys.test_demo import mydata

PATHS = ("/consents", "/records", "/receipts", "/me/delegations", "/me/requests", "/me/inbox", "/notices", "/parties")


@pytest.fixture(scope="module")
def people(stack, demo_held):
    assert demo_held
    return json.loads((stack.state / "story" / "people.json").read_text())


def client_of(stack, person):
    return Client(stack.url, Wallet(bytes.fromhex(person["key"]))).sign_in()


def seen_by(stack, person):
    """Everything that a person can see about themselves."""
    client = client_of(stack, person)
    paths = (
        "/consents",
        "/records",
        "/receipts",
        "/me/delegations",
        "/me/requests",
        "/me/inbox",
        "/notices",
        "/parties",
    )
    seen = {path: answer(client, path) for path in paths}
    for party in seen["/parties"]:
        del party["listed_since"]  # since when this database has had it: of a new one, since it was made
    return seen


def answer(client, path):
    try:
        return client.call("GET", path)
    except RequestRefused as refusal:
        return refusal.code


def fingerprint(stack):
    store = StateFolder(Settings.read(stack.state, "", 0)).store()
    try:
        return store.rebuilding.state_hash(), {log: store.log.head(log) for log in LOGS}
    finally:
        store.dispose()


def digests(stack):
    """The content digests of all records."""
    store = StateFolder(Settings.read(stack.state, "", 0)).store()
    try:
        logged = store.rebuilding.statements(RECORDS, 0, 9_999)
        ids = [getattr(each.signed.statement, "record_id", b"") for each in logged]
        return {each.record_id: set(each.digests) for each in store.content_digests.of_records(ids)}
    finally:
        store.dispose()


def lose_database(stack):
    for path in stack.state.glob("ledger.db*"):
        path.unlink()


def recover(stack, ok=(0,)):
    return mydata("recover", "--state", stack.state, "--rpc", stack.rpc_url, "--json", ok=ok)


def fsck(stack, ok=(0,)):
    return json.loads(mydata("fsck", "--state", stack.state, "--json", ok=ok).stdout)


def test_i12_a_lost_database_is_rebuilt_from_chain_payloads_and_keystore(stack, people):
    persons = list(people.values())[:3]
    views = [seen_by(stack, person) for person in persons]
    assert all(isinstance(view["/consents"], list) for view in views)

    refused = recover(stack, ok=(1,)).stderr
    assert f"`mydata up` (process {os.getpid()} on " in refused
    assert f"serving at {stack.url}): stop the ledger" in refused
    stop_api(stack)
    before, recognised = fingerprint(stack), digests(stack)
    lose_database(stack)
    done = json.loads(recover(stack).stdout)
    assert sum(done["statements"].values()) == sum(head.size for head in before[1].values()) > 0
    after = fingerprint(stack)
    assert after == before
    assert digests(stack) == recognised
    assert (done["content_digests"], done["unreadable"]) == (len(recognised), 0)
    made = json.loads(mydata("keystore", "digests", "--state", stack.state, "--json").stdout)
    assert made == {"made": len(recognised), "unreadable": 0}
    refused = recover(stack, ok=(1,))
    assert "nothing was changed" in refused.stderr
    assert fingerprint(stack) == after

    stack.start_api()
    for person, view in zip(persons, views, strict=True):
        again = seen_by(stack, person)
        inboxes = again.pop("/me/inbox"), view.pop("/me/inbox")
        assert [path for path in view if again[path] != view[path]] == []
        assert str(inboxes[1])[1:-1] in str(inboxes[0]) or inboxes[0] == inboxes[1]
    checked = fsck(stack)
    assert checked["faults"] == []
    assert checked["records"] == after[1]["records"].size - checked["erased"]


def test_i12_a_power_cut_and_a_lost_database_cost_nothing_that_the_chain_has(stack, people):
    person = next(iter(people.values()))
    client = client_of(stack, person)
    for log in LOGS:
        size = client.call("GET", f"/log/{log}/heads")["accepted"]["size"]
        client.wait_anchored(log, size - 1)
    stop_api(stack, signal.SIGKILL)
    heads = fingerprint(stack)[1]
    lose_database(stack)
    done = json.loads(recover(stack).stdout)
    assert fingerprint(stack)[1] == heads
    assert done["beyond_chain"] == dict.fromkeys(LOGS, 0)
    stack.start_api()
    assert seen_by(stack, person)["/consents"]


def test_fsck_names_what_is_missing(stack, people):
    client = client_of(stack, list(people.values())[1])
    record = client.call("GET", "/records")[0]
    issue = client.call("GET", f"/records/{record['position']}/copy")["message"]
    store = open_embedded(stack.state)
    content = store.get(issue["cid"])
    store.remove(issue["cid"])
    faults = fsck(stack, ok=(1,))["faults"]
    assert faults == [{"fault": "not_pinned", "where": f"record {record['record_id']}"}]
    store.put_many([content])
    assert fsck(stack)["faults"] == []
