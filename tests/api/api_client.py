"""A test client: the real app over the in-memory twins, and people who sign in with real wallets."""

import base64
import shutil
import tempfile
import weakref
from dataclasses import replace
from pathlib import Path

from starlette.testclient import TestClient

from mydata_ledger.anchors.tiles import CheckpointStore, LogTiles, NoteKeys
from mydata_ledger.api.api_settings import ApiSettings
from mydata_ledger.api.app import create_app
from mydata_ledger.api.auth import AppContext
from mydata_ledger.formats.canonical_forms import CANONICAL_FORMS
from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.commitment.entry import lock_of
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.ledger.typed_data import digest, parse, read_domain
from mydata_ledger.ledger.vocabulary import Vocabulary
from mydata_ledger.scripts.serve import slices
from testing.ledger_fixture import NOW, LedgerFixture

URI = "http://testserver"
ROUTES = {}
"""Those of the first app, for all: to build them, at an app's first request, takes longer than most tests."""
PATIENT = b'{"resourceType":"Patient","birthDate":"1970-01-01","gender":"female"}'


class ApiClient:
    """One app in memory. `as_(wallet)` gives the headers of a new session, `fixture` the ledger behind the app."""

    def __init__(self, store=None, bounds=None, world=None, **settings):
        self.fixture = LedgerFixture(Vocabulary(one.catalog for one in slices()), store, bounds)
        ours = Wallet(b"\x63" * 32).address
        registries = dict.fromkeys(["consents", "records", "access", "parties"], ours)
        api = ApiSettings(**{"uri": URI, "chain_id": 31337, "registries": registries, **settings})
        signers = replace(self.fixture.world.signers, relying_party=api.relying_party)
        self.fixture.rebuild(**{"signers": signers, "canonical_forms": CANONICAL_FORMS, **(world or {})})
        self.notes = Path(tempfile.mkdtemp(prefix="mydata-notes-"))
        weakref.finalize(self, shutil.rmtree, self.notes, ignore_errors=True)
        domains = self.fixture.world.domains
        tiles = LogTiles(self.fixture.store, NoteKeys(self.notes, b"\x4d" * 32), CheckpointStore(self.notes), domains)
        context = AppContext(self.fixture.kernel, self.fixture.store.sessions, api, tiles)
        self.app = create_app(context, slices())
        self.app.router.routes = list(ROUTES.setdefault("all", self.app.router.routes))
        self.http = TestClient(self.app, raise_server_exceptions=False)

    def sign_in(self, wallet):
        challenge = self.http.post("/session/challenges", json={"address": wallet.address}).json()
        signature = "0x" + wallet.sign_text(challenge["message"]).hex()
        return self.http.post("/sessions", json={"message": challenge["message"], "signature": signature})

    def as_(self, wallet):
        return {"Authorization": f"Bearer {self.sign_in(wallet).json()['token']}"}

    def signed(self, wallet, kind, typed):
        statement, domain = parse(kind, typed["message"]), read_domain(typed["domain"])
        signature = "0x" + wallet.sign(digest(statement, domain)).hex()
        return {"message": typed["message"], "domain": typed["domain"], "signature": signature}

    def wish(self, grantee, category="health.lab", **terms):
        grant = {"categories": [category], "purposes": ["hl7:CLINTRCH"], "actions": ["view"], "expires": NOW + 9_000}
        lock = "0x" + lock_of(b"\1" * 32).hex()
        return {"grantee": grantee, "grants": [grant | terms], "lock": lock}

    def drafted(self, person, grantee, category="health.lab", **terms):
        form = self.wish(grantee, category, **terms)
        return self.http.post("/consents/drafts", json=form, headers=self.as_(person)).json()["typed_data"]

    def issued(self, category="health.lab", content=b'{"resourceType":"Observation"}'):
        hospital = self.fixture.hospital
        record = {
            "data_subject": "0x" + self.fixture.ann.signer.hex(),
            "category": category,
            "media_type": "application/fhir+json",
            "content_base64": base64.b64encode(content).decode(),
            "again": True,  # tests issue equal content many times
        }
        headers = self.as_(hospital)
        drafts = self.http.post("/records/drafts", json={"records": [record]}, headers=headers).json()["drafts"]
        signed = [self.signed(hospital, Issue, draft) for draft in drafts]
        plain = [{"message": one["message"], "signature": one["signature"]} for one in signed]
        return self.http.post("/records", json={"records": plain}, headers=headers).json()["records"][0]["record_id"]

    def opened(self, release, wallet):
        record = bytes.fromhex(release["record_id"][2:])
        wrapped = bytes.fromhex(release["wrapped_key"][2:])
        key = envelope.unwrap(wrapped, self.fixture.reader_keys[wallet.address], record)
        return envelope.open_sealed(base64.b64decode(release["sealed"]), key, record).content
