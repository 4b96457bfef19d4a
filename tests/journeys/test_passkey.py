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


def to_hex(raw):
    return "0x" + raw.hex()


class Person:
    """A passkey that uses the API as a page would."""

    def __init__(self, url, passkey):
        self.passkey, self._http = passkey, httpx.Client(base_url=url, timeout=30)
        challenge = self.call("POST", "/session/challenges", json={"passkey": to_hex(passkey.key)})
        signature = to_hex(passkey.sign(bytes.fromhex(challenge["digest"][2:])))
        form = {"message": challenge["message"], "signature": signature, "passkey": to_hex(passkey.key)}
        self._http.headers["Authorization"] = "Bearer " + self.call("POST", "/sessions", json=form)["token"]
        passkey.signer = bytes.fromhex(challenge["signer"][2:])

    def call(self, method, path, **more):
        answer = self._http.request(method, path, **more)
        assert answer.is_success, answer.text
        return answer.json()

    def sign_and_submit(self, path, form):
        draft = self.call("POST", f"/{path}/drafts", json=form)
        signature = to_hex(self.passkey.sign(bytes.fromhex(draft["digest"][2:])))
        return self.call("POST", f"/{path}", json={"message": draft["typed_data"]["message"], "signature": signature})

    def status_elsewhere(self, path, form, **spoilt):
        """The status of a statement that the passkey signed for another site."""
        draft = self.call("POST", f"/{path}/drafts", json=form)
        signature = to_hex(self.passkey.sign(bytes.fromhex(draft["digest"][2:]), **spoilt))
        body = {"message": draft["typed_data"]["message"], "signature": signature}
        return self._http.post(f"/{path}", json=body).status_code


def as_tuples(message):
    """A message as the tuples of the contract."""
    lists = {"categories", "purposes", "actions", "conditions", "records"}
    grants = [[v if k in lists or k == "effect" else int(v) for k, v in g.items()] for g in message["grants"]]
    numbers = {"version", "signedAt"}
    return [grants if k == "grants" else int(v) if k in numbers else v for k, v in message.items()]


def test_a_passkey_s_consent_holds_on_chain_until_it_is_withdrawn(stack, demo_held):
    assert demo_held
    client = Client.anonymous(stack.url)
    grantee = next(party["account"] for party in client.call("GET", "/parties") if "trial" in party["roles"])
    ann = Person(stack.url, Passkey(stack.url))
    grant = {"categories": ["health.lab"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"], "expires": NEVER}
    form = {"grantee": grantee, "grants": [grant], "lock": to_hex(lock_of(SECRET))}
    for elsewhere in ({"origin": "https://evil.example"}, {"host": "evil.example"}, {"crossOrigin": True}):
        assert ann.status_elsewhere("consents", form, **elsewhere) == 403
    given = ann.sign_and_submit("consents", form)
    client.wait_anchored("consents", given["position"])

    document = ann.call("GET", f"/consents/{given['entry']}/copy")
    web3 = Web3(HTTPProvider(stack.rpc_url))
    registry = web3.eth.contract(
        address=Web3.to_checksum_address(stack.deployment.consents), abi=artifact("ConsentRegistry").abi
    )
    inclusion = [
        given["position"],
        document["checkpoint"]["size"],
        document["checkpoint"]["root"],
        document["inclusion"],
    ]
    evidence = [document["signature"], document["salt"], inclusion]
    arguments = [to_hex(ann.passkey.signer), grantee, "health.lab", ["hl7:CLINTRCH"], "view", bytes(32), 0, 0]

    def status():
        return registry.functions.verify(as_tuples(document["message"]), evidence, arguments).call()[0]

    assert status() == VALID
    ann.sign_and_submit("revocations", {"grantee": grantee, "secret": to_hex(SECRET)})
    deadline = time.monotonic() + 30
    while status() == VALID and time.monotonic() < deadline:
        time.sleep(0.2)
    assert status() == REVOKED
