"""A person with a passkey on the running ledger: consents over HTTP, and the contract finds the consent valid."""

import time

import httpx
from web3 import HTTPProvider, Web3

from mydata_ledger.anchors.artifacts import artifact
from mydata_ledger.client import Client
from mydata_ledger.ledger.commitment.entry import lock_of
from mydata_ledger.ledger.consent import NEVER
from testing.passkeys import Passkey

SECRET = b"\x5a" * 32
NOT_COVERED, VALID, REVOKED = 0, 1, 5


def shown(raw):
    return "0x" + raw.hex()


class Person:
    """A passkey that speaks to the door as a page would."""

    def __init__(self, url, passkey):
        self.passkey, self._http = passkey, httpx.Client(base_url=url, timeout=30)
        asked = self.call("POST", "/session/challenges", json={"passkey": shown(passkey.key)})
        signature = shown(passkey.sign(bytes.fromhex(asked["digest"][2:])))
        form = {"message": asked["message"], "signature": signature, "passkey": shown(passkey.key)}
        self._http.headers["Authorization"] = "Bearer " + self.call("POST", "/sessions", json=form)["token"]
        passkey.signer = bytes.fromhex(asked["signer"][2:])

    def call(self, method, path, **more):
        answer = self._http.request(method, path, **more)
        assert answer.is_success, answer.text
        return answer.json()

    def says(self, what, form):
        draft = self.call("POST", f"/{what}/drafts", json=form)
        signature = shown(self.passkey.sign(bytes.fromhex(draft["digest"][2:])))
        return self.call("POST", f"/{what}", json={"message": draft["typed_data"]["message"], "signature": signature})


def words(message):
    """A message as the contract's tuples."""
    lists = {"categories", "purposes", "actions", "conditions", "records"}
    grants = [[v if k in lists or k == "effect" else int(v) for k, v in g.items()] for g in message["grants"]]
    numbers = {"version", "signedAt"}
    return [grants if k == "grants" else int(v) if k in numbers else v for k, v in message.items()]


def test_a_passkey_s_consent_holds_on_chain_until_it_is_withdrawn(stack, told):
    assert told
    visitor = Client.anonymous(stack.url)
    grantee = next(one["account"] for one in visitor.call("GET", "/parties") if "trial" in one["roles"])
    ann = Person(stack.url, Passkey(stack.url))
    grant = {"categories": ["health.lab"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"], "expires": NEVER}
    given = ann.says("consents", {"grantee": grantee, "grants": [grant], "lock": shown(lock_of(SECRET))})
    visitor.wait_anchored("consents", given["position"])

    document = ann.call("GET", f"/consents/{given['entry']}/copy")
    web3 = Web3(HTTPProvider(stack.rpc_url))
    registry = web3.eth.contract(
        address=Web3.to_checksum_address(stack.deployment.consents), abi=artifact("ConsentRegistry").abi
    )
    place = [given["position"], document["checkpoint"]["size"], document["checkpoint"]["root"], document["inclusion"]]
    evidence = [document["signature"], document["salt"], place]
    asked = [shown(ann.passkey.signer), grantee, "health.lab", ["hl7:CLINTRCH"], "view", bytes(32), 0, 0]

    def status():
        return registry.functions.verify(words(document["message"]), evidence, asked).call()[0]

    assert status() == VALID
    ann.says("revocations", {"grantee": grantee, "secret": shown(SECRET)})
    deadline = time.monotonic() + 30
    while status() == VALID and time.monotonic() < deadline:
        time.sleep(0.2)
    assert status() == REVOKED
