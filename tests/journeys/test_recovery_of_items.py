"""A lost database: bindings, retentions, profiles, figures and counts in the background are there after a recovery."""

import json
import time

import pytest

from mydata_ledger.client import Client, load_key
from mydata_ledger.ledger.signers import Wallet
from tests.journeys.stopping import stop_api
from tests.journeys.test_background_counts import COMPUTE, COUNT, IN_ICD10, PERSONS, keys, profile, with_profiles
from tests.journeys.test_many_workers import wait_for
from tests.journeys.test_recovery import lose_database, recover

__all__ = ["keys"]
DAY = 86_400
VIEW = {"categories": ["health.condition"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"]}


class Life:
    """A hospital with a trial, and people who have profiles, a patient number, a retention and counts about them."""

    def __init__(self, stack, key):
        self.stack, self.wallet = stack, load_key(key).wallet
        self.wallets = [Wallet(bytes([n + 1, 7]) * 16) for n in range(PERSONS)]
        self.sign_in()
        with_profiles(self.people, self.trial, self.wallet.address)

    def sign_in(self):
        self.trial = Client(self.stack.url, self.wallet).sign_in()
        self.people = [Client(self.stack.url, wallet).sign_in() for wallet in self.wallets]

    def bind(self):
        code = self.people[0].call("POST", "/me/bindings/codes", json={"holder": self.wallet.address})["code"]
        self.binding_form = {"patient_number": "P-1", "code": code}
        return self.trial.call("POST", "/bindings", json=self.binding_form)

    def retain(self):
        until = int(time.time()) + 40 * DAY
        grants = [COMPUTE, VIEW | {"conditions": [f"retain-until:{until}"]}]
        accepted = self.people[1].consent(self.wallet.address, grants)
        self.trial.wait_anchored("consents", accepted["position"])
        wait_for(lambda: self.people[1].call("GET", "/me/retentions"), "the retention was not noted")

    def count(self, **form):
        return self.trial.call("POST", "/trials/counts", json=COUNT | form)

    def counted_in_background(self):
        count_id = self.count(wait=False)["count_id"]
        path = f"/trials/counts/{count_id}"
        wait_for(lambda: self.trial.call("GET", path)["state"] == "answered", "the job did not count")

    def seen(self):
        """What must be the same before and after."""
        first, second = self.people[:2]
        return {
            "bindings": first.call("GET", "/me/bindings"),
            "of the holder": self.trial.call("GET", "/bindings"),
            "retentions": second.call("GET", "/me/retentions"),
            "of the reader": self.trial.call("GET", "/retentions"),
            "counts": self.trial.call("GET", "/trials/counts"),
        }


@pytest.fixture
def recovered(stack, keys):
    """The life and what was seen of it before its database was lost and rebuilt."""
    life = Life(stack, keys)
    life.bind()
    life.retain()
    assert life.count()["people"] == PERSONS
    life.counted_in_background()
    before = life.seen()
    assert all(before.values())
    waiting = life.count(wait=False)["count_id"]
    stop_api(stack)
    lose_database(stack)
    done = json.loads(recover(stack).stdout)
    assert done["unreadable"] == 0
    stack.start_api()
    life.sign_in()
    return life, before, waiting


def test_i12_bindings_retentions_profiles_figures_and_counts_survive_a_lost_database(recovered):
    life, before, waiting = recovered
    after = life.seen()
    after["counts"] = [one for one in after["counts"] if one["count_id"] != waiting]
    before["counts"] = [one for one in before["counts"] if one["count_id"] != waiting]
    assert after == before
    assert life.trial.call("POST", "/bindings", json=life.binding_form) == before["bindings"][0]
    record = {"patient_number": "P-1", "category": "health.report", "media_type": "text/plain", "content_base64": ""}
    (draft,) = life.trial.call("POST", "/records/drafts", json={"records": [record]})["drafts"]
    assert draft["message"]["dataSubject"] == "0x" + life.wallets[0].signer.hex()
    wait_for(lambda: all(profile(one)["state"] == "current" for one in life.people), "the profiles were not built anew")
    wait_for(lambda: life.trial.call("GET", f"/trials/counts/{waiting}")["state"] == "answered", "nobody counted")
    assert life.count()["people"] == PERSONS, "the same people under the same question"
    assert life.count(**IN_ICD10)["people"] is None, "the same people under another question are still withheld"
