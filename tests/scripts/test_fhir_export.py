"""`mydata consent export` says of a consent what the ledger's own route says."""

import pytest

from mydata_ledger.ledger.consent import Consent
from mydata_ledger.scripts.cli import fhir
from tests.api.api_client import ApiClient


@pytest.mark.parametrize("release", ["R4", "R5"])
@pytest.mark.parametrize(("until", "statement"), [("pending", "draft"), ("active", "active"), ("expired", "inactive")])
def test_the_status_of_an_exported_consent_is_that_of_the_route(monkeypatch, release, until, statement):
    client, shown = ApiClient(), []
    ann = client.fixture.ann
    draft = client.drafted(ann, client.fixture.trial.address)
    answer = client.http.post("/consents", json=client.signed(ann, Consent, draft), headers=client.as_(ann))
    entry = answer.json()["entry"]
    if until != "pending":
        client.fixture.anchor()
    if until == "expired":
        client.fixture.clock.passes(40_000_000)
        client.fixture.anchor()

    class Client:
        """The command's client, over the application itself."""

        def call(self, method, path):
            return client.http.request(method, path, headers=client.as_(ann)).json()

    monkeypatch.setattr(fhir, "signed_in", lambda url, key: (Client(), None))
    monkeypatch.setattr(fhir, "answer", lambda value, text, as_json: shown.append(value))
    fhir.export(entry, "key", release, None, "url")
    assert shown[0]["status"] == statement
    route = client.http.get(f"/health/consents/{entry}", params={"release": release}, headers=client.as_(ann))
    assert route.json()["status"] == statement
