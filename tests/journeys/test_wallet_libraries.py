"""viem, ethers and cast sign what the running ledger drafts, after a plain JSON.parse, and are accepted."""

import secrets
import subprocess

import httpx
import pytest

from mydata_ledger.client import Client
from mydata_ledger.ledger.consent import NEVER
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.npm import node
from mydata_ledger.scripts.paths import ROOT
from tests.web.study import TRIAL, accredit, issued, reads, trial_of

HOME = ROOT / "tests/wallets"
UNREACHABLE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENOTCACHED", "E403", "E5")
"""Errors of npm when its registry cannot be reached."""
GRANT = {"categories": ["health.lab"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"]}


@pytest.fixture(scope="module", autouse=True)
def libraries():
    """Install viem, ethers and cast; skip the tests only where npm's registry cannot be reached."""
    done = subprocess.run([ROOT / "scripts/wallets"], capture_output=True, text=True, timeout=600, check=False)
    if done.returncode and any(f"code {code}" in done.stderr for code in UNREACHABLE):
        pytest.skip("viem, ethers and cast cannot be fetched: npm does not reach its registry")
    assert done.returncode == 0, done.stderr


class PersonWithLibrary:
    """A person whose app signs the bytes of the ledger's answers with one library."""

    def __init__(self, url, library):
        key = secrets.token_bytes(32)
        self._command = [node(), str(HOME / "sign.js"), library, "0x" + key.hex()]
        self.wallet, self._http = Wallet(key), httpx.Client(base_url=url, timeout=30)

    def post(self, path, form):
        answer = self._http.post(path, json=form)
        assert answer.is_success, answer.text
        return answer

    def signed(self, answer):
        done = subprocess.run(self._command, input=answer.content, capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def submit(self, path, answer):
        head = {"content-type": "application/json"}
        done = self._http.post(path, content=self.signed(answer), headers=head)
        assert done.is_success, done.text
        return done.json()

    def sign_in(self):
        challenge = self.post("/session/challenges", {"address": self.wallet.address})
        session = self.submit("/sessions", challenge)
        self._http.headers["Authorization"] = f"Bearer {session['token']}"
        return session["address"]


@pytest.fixture(scope="module")
def trial(stack):
    accredit(stack)
    return trial_of(stack)


@pytest.mark.parametrize("library", ["viem", "ethers", "cast"])
def test_a_library_signs_a_consent_without_an_end_and_its_withdrawal(stack, trial, library):
    person = PersonWithLibrary(stack.url, library)
    assert person.sign_in() == person.wallet.address
    record = issued(stack, person.wallet.signer)
    assert not reads(trial, record)
    draft = person.post("/consents/drafts", {"grantee": TRIAL.address, "grants": [GRANT]})
    assert draft.json()["typed_data"]["message"]["grants"][0]["expires"] == str(NEVER)
    given = person.submit("/consents", draft)
    Client.anonymous(stack.url).wait_anchored("consents", given["position"])
    assert reads(trial, record)
    ended = person.submit("/revocations", person.post("/revocations/drafts", {"grantee": TRIAL.address}))
    assert ended["position"] > given["position"]
    assert not reads(trial, record)
