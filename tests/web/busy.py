"""A person whom much happened to: records, reads, refusals, an emergency, own reading and hostile names."""

import base64
import json
import time

from mydata_ledger.client import Client, RequestRefused
from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.emergency import Incident
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.signers import Wallet
from tests.web.study import DAY, HOSPITAL, TRIAL, trial_of
from tests.web.wallets import WalletTab

CREW, REVIEWER, RUDE, CLINIC = (Wallet(bytes([number]) * 32) for number in (43, 44, 45, 46))
HOSTILE = "<img src=x onerror=window.hostile=1> بيانات المريض 👩\u200d⚕️ "
"""Markup, text from right to left, and a joined emoji."""
RUDE_NAME = HOSTILE + "x" * (200 - len(HOSTILE.encode()))
LAB = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"text": "Hemoglobin A1c"},
    "valueQuantity": {"value": 6.1, "unit": "%"},
    "referenceRange": [{"low": {"value": 4.0, "unit": "%"}, "high": {"value": 5.6, "unit": "%"}}],
    "interpretation": [{"text": "High"}],
    "effectiveDateTime": "2026-11-03",
}


def parties(stack):
    """Register the parties, and wait until the ledger knows them."""
    for wallet, name, roles in (
        (CREW, "Rescue Crew 7 | 7구조대", ["responder"]),
        (REVIEWER, "Review Board", ["reviewer"]),
        (RUDE, RUDE_NAME, ["trial"]),
        (CLINIC, "Seoul Clinic | 서울의원", ["holder"]),
    ):
        stack.register_party(wallet.address, name, roles, envelope.generate_reader_key().public)
    client, deadline = trial_of(stack), time.monotonic() + 30
    while {CREW.address, RUDE.address, CLINIC.address} - {p["account"] for p in client.call("GET", "/parties")}:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def issue(stack, signer, *uploads, holder=HOSPITAL):
    """Issue and anchor records, each a category, a media type and its bytes; return their ids."""
    client, person = Client(stack.url, holder).sign_in(), "0x" + signer.hex()
    records = [
        {"data_subject": person, "category": category, "media_type": kind}
        | {"content_base64": base64.b64encode(content).decode()}
        for category, kind, content in uploads
    ]
    made = client.issue(client.call("POST", "/records/drafts", json={"records": records})["drafts"], Issue)
    client.wait_anchored("records", made[-1]["position"])
    return [one["record_id"] for one in made]


def asks(wallet, stack, record, category="health.lab", purpose="hl7:CLINTRCH", *, times=1, **more):
    """Ask for a record, and return how often it was permitted."""
    client, permitted = Client(stack.url, wallet).sign_in(), 0
    for _ in range(times):
        try:
            client.call("POST", f"/access/records/{record}", json={"category": category, "purpose": purpose} | more)
            permitted += 1
        except RequestRefused as no:
            if no.status != 404:
                raise
    return permitted


def busy_person(stack, person):
    """Let things happen to the person, and return the ids of what was made."""
    parties(stack)
    fhir = "application/fhir+json"
    record, condition, allergy = issue(
        stack,
        person.signer,
        ("health.lab", fhir, json.dumps(LAB).encode()),
        ("health.condition", fhir, b'{"resourceType":"Condition","code":{"text":"Type 2 diabetes"}}'),
        ("health.allergy", fhir, b'{"resourceType":"AllergyIntolerance","code":{"text":"Penicillin"}}'),
    )
    issue(stack, person.signer, ("health.lab", fhir, json.dumps(LAB).encode()), holder=CLINIC)
    me = Client(stack.url, person).sign_in()
    grant = {"categories": ["health.lab"], "purposes": ["hl7:CLINTRCH"], "actions": ["view", "copy"]}
    consent = me.consent(TRIAL.address, [grant | {"expires": int(time.time()) + 90 * DAY}])
    me.wait_anchored("consents", consent["position"])
    trial = trial_of(stack)
    deadline = time.monotonic() + 20
    while not asks(TRIAL, stack, record):
        assert time.monotonic() < deadline
    asks(TRIAL, stack, record, times=3)
    asks(TRIAL, stack, condition, "health.condition", times=2)
    asks(RUDE, stack, record)
    crew = Client(stack.url, CREW).sign_in()
    about = {"data_subject": "0x" + person.signer.hex(), "incident_number": "119-7", "reason": "found <b>down</b>"}
    draft = crew.call("POST", "/emergency/incidents/drafts", json=about)
    incident = crew.call("POST", "/emergency/incidents", json=crew.sign(draft["typed_data"], Incident))["entry"]
    asks(CREW, stack, allergy, "health.allergy", purpose="hl7:BTG", incident=incident)
    notices = trial.call("GET", "/notices")
    notice = next(n["hash"] for n in notices if (n["name"], n["language"]) == ("general", "en"))
    form = {"grants": [grant | {"categories": ["health.vitals"], "expires": int(time.time()) + 90 * DAY}]}
    form |= {"notice_hash": notice, "data_subject": "0x" + person.signer.hex(), "benefit": HOSTILE, "reference": "KCT1"}
    trial.call("POST", "/requests", json=form)
    me.call("GET", "/records")
    return {"record": record, "condition": condition, "allergy": allergy, "incident": incident}


def asks_many(wallet, stack, record, category, times):
    """Ask many times in few calls; each question leaves a line in the person's timeline."""
    client = Client(stack.url, wallet).sign_in()
    form = {"subject": {"type": "party", "id": wallet.address}, "action": {"name": "view"}}
    form |= {"resource": {"type": "record", "id": record, "properties": {"category": category}}}
    form |= {"context": {"purpose": "hl7:CLINTRCH"}}
    while times > 0:
        items = [{} for _ in range(min(times, 500))]
        answers = client.call("POST", "/access/v1/evaluations", json=form | {"evaluations": items})["evaluations"]
        assert all("receipt" in one["context"] for one in answers), answers[0]
        times -= len(items)


def enter(tab, stack, person, language, path="/portal"):
    """Sign in with a wallet, and go to an address of the portal."""
    page = WalletTab(tab, person)
    tab.open(stack.url + "/portal")
    page.click(f"[data-language={language}]")
    page.click("#sign-in")
    page.until("!!document.querySelector('#signed-in')")
    visit(page, path)
    return page


def visit(page, path):
    """Go to an address of the portal without loading it anew."""
    page.run(f"history.pushState(null, '', {path!r}); dispatchEvent(new PopStateEvent('popstate'))")


def check_page(page, width=None):
    """Nothing of others became markup or ran, nothing was stopped by the policy, and nothing is too wide."""
    assert page.run("window.hostile") is None
    assert page.run("document.querySelectorAll('main img, main b i, main script, main iframe').length") == 0
    assert page.tab.problems == []
    assert page.run("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than the screen"
    if width:
        assert page.run("innerWidth") == width
