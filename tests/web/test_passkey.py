"""A passkey in real Chromium, on its virtual authenticator: made, signing in, consenting, withdrawing."""

import json
import time

import pytest

from ledger.commitment.entry import lock_of
from scripts.stack import Stack
from tests.web.browser import chromium, require_chromium

require_chromium()
SECRET = b"\x5a" * 32
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
TRIAL = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


@pytest.fixture
def stack(tmp_path, monkeypatch):
    made = Stack(tmp_path / "state", say=lambda _: None)
    monkeypatch.setenv("MYDATA_URI", f"http://localhost:{made.port}")
    with made as running:
        running.register_party(TRIAL, "Seoul Lung Trial", ["trial"], b"")
        yield running


@pytest.fixture
def tab(tmp_path):
    with chromium(tmp_path) as opened:
        opened.send("WebAuthn.enable")
        opened.send("WebAuthn.addVirtualAuthenticator", options=AUTHENTICATOR)
        yield opened


def test_a_passkey_consents_and_withdraws(stack, tab):
    tab.open(f"http://localhost:{stack.port}/")
    tab.run("import('/web/passkey.js').then((m) => { window.passkeys = m; })")
    tab.run("passkeys.make('Ann').then((made) => { window.ann = made; })")
    tab.run("passkeys.Session.open(ann).then((session) => { window.session = session; })")
    signer = tab.run("session.signer")
    assert bytes.fromhex(signer[2:])[:20] == bytes.fromhex(stack.deployment.passkeys[2:])
    assert signer[-128:] == tab.run("ann.key")[2:]

    def says(path, form):
        return tab.run(f"session.say({path!r}, {json.dumps(form)})")

    tab.until(f"session.call('GET', '/parties').then((all) => all.some((one) => one.account === {TRIAL!r}))")
    grant = {
        "categories": ["health.lab"],
        "purposes": ["hl7:CLINTRCH"],
        "actions": ["view"],
        "expires": int(time.time()) + 86_400,
    }
    lock = "0x" + lock_of(SECRET).hex()
    assert says("/consents", {"grantee": TRIAL, "grants": [grant], "lock": lock})["status"] == "pending"
    tab.until("session.call('GET', '/consents').then(([one]) => one.status === 'active')")
    assert says("/revocations", {"grantee": TRIAL, "secret": "0x" + SECRET.hex()})["status"] == "denies now"
    assert tab.run("session.call('GET', '/consents').then(([one]) => one.status)") == "revoked"
    assert tab.problems == []
