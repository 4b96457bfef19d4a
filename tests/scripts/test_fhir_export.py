"""`mydata consent export` says of a consent what the ledger's own route says."""

import pytest

from mydata_ledger.ledger.consent import Consent
from mydata_ledger.scripts.cli import fhir
from tests.api.door import Door


@pytest.mark.parametrize("release", ["R4", "R5"])
@pytest.mark.parametrize(("until", "said"), [("pending", "draft"), ("active", "active"), ("expired", "inactive")])
def test_the_status_of_an_exported_consent_is_that_of_the_route(monkeypatch, release, until, said):
    door, shown = Door(), []
    ann = door.house.ann
    draft = door.drafted(ann, door.house.trial.address)
    answer = door.http.post("/consents", json=door.signed(ann, Consent, draft), headers=door.as_(ann))
    entry = answer.json()["entry"]
    if until != "pending":
        door.house.anchor()
    if until == "expired":
        door.house.clock.passes(40_000_000)
        door.house.anchor()

    class Client:
        """The command's client, over the application itself."""

        def call(self, method, path):
            return door.http.request(method, path, headers=door.as_(ann)).json()

    monkeypatch.setattr(fhir, "signed_in", lambda url, key: (Client(), None))
    monkeypatch.setattr(fhir, "answer", lambda value, text, as_json: shown.append(value))
    fhir.export(entry, "key", release, None, "url")
    assert shown[0]["status"] == said
    route = door.http.get(f"/health/consents/{entry}", params={"release": release}, headers=door.as_(ann))
    assert route.json()["status"] == said
