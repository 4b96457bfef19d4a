"""The verifier page of a ledger, in real Chromium: it offers the ledger's node, and says times as its reader does."""

import json
import os
import time

import pytest

from mydata_ledger.client import Client
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.verify import RegistryReader, load, verify
from mydata_ledger.scripts.verify.page import build
from mydata_ledger.scripts.verify.words import sentence
from tests.web.browser import chromium, require_chromium
from tests.web.study import TRIAL, issued, reads, trial_of

require_chromium()
ZONE = "Asia/Seoul"
PERSON = Wallet(bytes([23]) * 32)
GRANT = {"categories": ["health.lab"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"]}
DONE = "!document.getElementById('found').hidden && !document.getElementById('found').hasAttribute('aria-busy')"
LAST_CHECK = "[...document.querySelectorAll('ol.checks > li')].at(-1)"


@pytest.fixture(scope="module")
def stack(running):
    return running


@pytest.fixture(scope="module")
def receipt(stack, tmp_path_factory):
    """The document of a permitted access, before and after the withdrawal of its consent."""
    trial, me = trial_of(stack), Client(stack.url, PERSON).sign_in()
    record, statement = issued(stack, PERSON.signer), me.consent(TRIAL.address, [GRANT])
    trial.wait_anchored("consents", statement["position"])
    assert reads(trial, record)
    position = me.call("GET", "/receipts")[-1]["position"]
    trial.wait_anchored("access", position)
    path = tmp_path_factory.mktemp("documents") / "receipt.json"
    path.write_text(json.dumps(me.call("GET", f"/receipts/{position}")))
    return path


@pytest.fixture
def tab(tmp_path):
    with chromium(tmp_path) as opened:
        opened.send("Emulation.setTimezoneOverride", timezoneId=ZONE)
        yield opened
        assert opened.problems == []


def opened(tab, url, language="en"):
    tab.open(url)
    tab.run(f"document.querySelector('[data-language={language}]').click()")


def test_it_offers_the_ledger_s_node_and_a_document_is_enough(tab, stack, receipt):
    tab.read_page(390)
    opened(tab, stack.url + "/verify")
    tab.until("document.getElementById('rpc').value")
    assert tab.run("document.getElementById('rpc').value") == stack.url + "/verify/node"
    assert "could answer falsely" in tab.run("document.getElementById('node-note').innerText")
    tab.choose("#files", receipt)
    tab.until(DONE)
    assert tab.run("document.querySelector('article').dataset.result") == "valid"
    tab.run("document.querySelector('[data-language=ko]').click()")
    assert "거짓으로 답할 수도" in tab.run("document.getElementById('node-note').innerText")
    assert tab.run("document.documentElement.scrollWidth") == 390
    assert {url.startswith(stack.url) for url in tab.requests if url.startswith("http")} == {True}
    tab.type("#rpc", stack.rpc_url)
    assert tab.run("document.getElementById('node-note').innerText") == "", "it is another node now"


def test_a_page_from_disk_offers_nothing_and_asks_nobody(tab, stack, tmp_path):
    path = tmp_path / "verify.html"
    path.write_bytes(build().html)
    opened(tab, path.as_uri())
    tab.run("new Promise((resolve) => setTimeout(resolve, 300))")
    assert tab.run("document.getElementById('rpc').value + document.getElementById('node-note').innerText") == ""
    assert [url for url in tab.requests if not url.startswith("file:")] == []


def test_a_past_access_was_permitted_then_in_the_reader_s_time(tab, stack, receipt):
    Client(stack.url, PERSON).sign_in().withdraw(TRIAL.address)
    deadline = time.monotonic() + 60
    while (verdict := verify(load(receipt), RegistryReader(stack.rpc_url))).result != "revoked":
        assert time.monotonic() < deadline
        time.sleep(0.2)
    (step,) = [one for one in verdict.steps if one.code == "receipt_before"]
    for language, badge in (("en", "permitted then"), ("ko", "당시 허용됨")):
        opened(tab, stack.url + "/verify", language)
        tab.until("document.getElementById('rpc').value")
        tab.choose("#files", receipt)
        tab.until(DONE)
        card = "document.querySelector('article')"
        assert tab.run(f"[{card}.dataset.result, {card}.dataset.standing]") == ["revoked", "permitted_then"]
        assert tab.run(f"{card}.querySelector('.badge').innerText").split() == ["✓", *badge.split()]
        assert tab.run(f"{LAST_CHECK}.className") == "held", "no red cross"
        text = tab.run(f"{LAST_CHECK}.querySelector('.text').lastChild.textContent")
        assert text == in_zone(step, language)
        assert str(step.values["at"]) not in tab.run("document.body.innerText"), "no Unix seconds"
        assert "Asia/Seoul, UTC+09:00" in tab.run("document.getElementById('zone').innerText")


def in_zone(step, language):
    """The sentence of the command line on a machine of that zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = ZONE
    time.tzset()
    try:
        return sentence(step.code, step.values, language)
    finally:
        os.environ.pop("TZ")
        os.environ.update({"TZ": before} if before else {})
        time.tzset()
