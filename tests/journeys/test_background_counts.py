"""Counts in the background in real processes: by the command line on one stack, and by two workers on PostgreSQL."""

import base64
import json
import time

import pytest

from mydata_ledger.client import Client, load_key
from mydata_ledger.ledger.envelope import generate_reader_key
from mydata_ledger.ledger.receipt import ACCESS, AccessReceipt
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.settings import Settings
from mydata_ledger.scripts.state_folder import StateFolder
from tests.journeys.test_demo import mydata
from tests.journeys.test_many_workers import HOSPITAL, TRIAL, Workers, wait_for, workers

__all__ = ["workers"]
SNOMED, DIABETES, PERSONS = "http://snomed.info/sct", "44054006", 6
COUNT = {"purpose": "hl7:CLINTRCH", "system": SNOMED, "code": DIABETES}
IN_ICD10 = {"system": "http://hl7.org/fhir/sid/icd-10", "code": "E11.9"}
CONDITION = {"resourceType": "Condition", "code": {"coding": [{"system": SNOMED, "code": DIABETES}, IN_ICD10]}}
COMPUTE = {"categories": ["health"], "purposes": ["hl7:CLINTRCH"], "actions": ["compute"]}


def issue(hospital, person):
    content = base64.b64encode(json.dumps(CONDITION).encode()).decode()
    record = {"category": "health.condition", "media_type": "application/fhir+json", "content_base64": content}
    form = {"records": [record | {"data_subject": "0x" + person.wallet.signer.hex()}]}
    hospital.issue(hospital.call("POST", "/records/drafts", json=form)["drafts"], Issue)


def profile(person):
    query = {"reader_key": "0x" + generate_reader_key().public.hex()}
    return person.call("GET", "/health/profile", params=query)


def with_profiles(people, hospital, trial):
    """Give each person a condition and a profile, and let the trial compute on it."""
    for person in people:
        issue(hospital, person)
        turn_on = profile(person)["turn_on"]
        person.consent(turn_on["grantee"], [{name: turn_on[name] for name in COMPUTE}])
        accepted = person.consent(trial, [COMPUTE])
    hospital.wait_anchored("consents", accepted["position"])
    wait_for(lambda: all(profile(person)["state"] == "current" for person in people), "the profiles were not built")


def computed(settings, trial, people):
    """How often the profile of each person was computed on for the trial."""
    store = StateFolder(settings).store()
    try:
        stored = [one.signed.statement for one in store.rebuilding.statements(ACCESS, 0, 99_999)]
    finally:
        store.dispose()
    receipts = [one for one in stored if isinstance(one, AccessReceipt) and one.permitted]
    counted = [one.data_subject for one in receipts if (one.requester, one.action) == (trial, "compute")]
    return [counted.count(person.wallet.signer) for person in people]


def test_two_workers_on_postgresql_count_each_question_once(workers: Workers):
    wait_for(lambda: len(Client.anonymous(workers.urls[0]).call("GET", "/parties")) == 3, "parties were not followed")
    trials = [Client(url, TRIAL).sign_in() for url in workers.urls]
    hospital = Client(workers.urls[0], HOSPITAL).sign_in()
    people = [Client(workers.urls[n % 2], Wallet(bytes([n + 1, 9]) * 16)).sign_in() for n in range(PERSONS)]
    with_profiles(people, hospital, TRIAL.address)
    views = [trials[n % 2].call("POST", "/trials/counts", json=COUNT | {"wait": False}) for n in range(4)]

    def ended():
        found = [trials[1].call("GET", f"/trials/counts/{one['count_id']}") for one in views]
        return found if all(one["state"] == "answered" for one in found) else []

    wait_for(ended, "the counts were not answered")
    assert [one["answer"]["people"] for one in ended()] == [PERSONS] * len(views)
    time.sleep(12)  # a period of the job: nothing is counted once more
    settings = Settings(workers.stack.state, workers.stack.rpc_url, database=workers.database)
    assert computed(settings, TRIAL.address, people) == [len(views)] * PERSONS


@pytest.fixture
def keys(stack, tmp_path):
    """Key files of a hospital that also has a trial, accredited on the command line."""
    key = tmp_path / "trial.json"
    mydata("keys", "new", key, "--json")
    roles = ("--role", "holder", "--role", "trial")
    mydata("party", "add", "Test Trial", *roles, "--key", key, "--rpc", stack.rpc_url, "--state", stack.state)
    wait_for(lambda: "Test Trial" in mydata("party", "list", "--url", stack.url).stdout, "the party was not followed")
    return key


def test_the_command_waits_for_a_job_and_lists_what_it_counted(stack, keys):
    trial = Client(stack.url, load_key(keys).wallet).sign_in()
    people = [Client(stack.url, Wallet(bytes([n + 1, 8]) * 16)).sign_in() for n in range(PERSONS)]
    with_profiles(people, trial, trial.wallet.address)
    common = ("--key", keys, "--url", stack.url)
    counted = mydata("trials", "count", "--code", DIABETES, "--background", *common)
    assert counted.stdout == f"{PERSONS} people\n"
    assert "it goes on if you stop here" in counted.stderr
    assert "s: waiting" in counted.stderr
    (one,) = json.loads(mydata("trials", "counts", "--json", *common).stdout)
    assert (one["state"], one["answer"]["people"], one["form"]["code"]) == ("answered", PERSONS, DIABETES)
    listed = mydata("trials", "counts", *common).stdout
    assert listed.startswith(one["count_id"])
    assert listed.endswith(f"{DIABETES}  {PERSONS} people\n")
    assert "no counts" in mydata("trials", "counts", "--url", stack.url, "--key", other(keys)).stdout


def other(keys):
    key = keys.with_name("other.json")
    mydata("keys", "new", key, "--json")
    return key
