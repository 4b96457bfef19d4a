"""A ward with data of every kind, delegates with random delegations, and what each may see, without code of ours."""

import random
from dataclasses import dataclass, replace

from mydata_ledger.ledger.consent import NEVER, Effect, Grant
from mydata_ledger.ledger.kernel import DelegateAppointment, LinkTerms, RequestTerms
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.receipt import ACCESS
from testing.ledger_fixture import NOTICE, NOW, wallet
from tests.api.api_client import PATIENT, ApiClient
from tests.ledger.test_delegations import COURT

CATEGORIES = ["health.lab", "health.lab.specimen", "health.vitals", "health.identity", "finance.account"]
"""Categories of the ward's data; delegations cover some of them, those above them, or others."""
COVERED = [*CATEGORIES, "health", "health", "finance", "*", "energy"]
SELF_VIEW = "mydata:SELF_VIEW"


@dataclass(frozen=True)
class Office:
    """A delegate with the delegation that they were given, and whether it stands."""

    delegate: object
    categories: tuple
    stands: bool

    def sees(self, *categories):
        """Whether every category is one of the delegation's, or lies below one."""
        return self.stands and all(any(is_below(c, held) for held in self.categories) for c in categories)


def is_below(category, held):
    parts, above = category.split("."), held.split(".")
    return above == ["*"] or parts[: len(above)] == above


class WardLife:
    """One ledger: records, consents, requests, links, accesses and an emergency of the ward, in every category."""

    def __init__(self, store=None):
        self.client = ApiClient(store)
        self.fixture, self.http = self.client.fixture, self.client.http
        self.ward, self.sessions = self.fixture.ann, {}
        self.records = {self.fixture.issued(category, PATIENT): category for category in CATEGORIES}
        self.fixture.anchor()
        askers = [self.fixture.hospital, self.fixture.trial, self.fixture.insurer, self.fixture.merchant]
        for number, asker in enumerate(askers):
            self.fixture.says(asker.address, [grant(CATEGORIES[number])])
            self.ask(asker, CATEGORIES[number + 1])
            self.ask(asker, CATEGORIES[number], CATEGORIES[number + 1])
        for category in CATEGORIES[::2]:
            self.ask(self.fixture.responder, category)
        self.fixture.anchor()
        for asker in askers:
            for record, category in self.records.items():
                self.fixture.permits(asker, record, category)
        self.fixture.declares(self.fixture.responder)
        self.links = {}
        for category in CATEGORIES[:3]:
            made = self.fixture.kernel.people.sharing.make(
                self.ward.signer,
                LinkTerms((category,), category, expires=NOW + 900),
                lambda _: b"{}",
                "application/json",
            )
            self.links["0x" + made.link.name.hex()] = category
        self.size = self.fixture.store.log.head(ACCESS).size
        for position in range(self.size):
            self.fixture.kernel.people.complaints.complain(self.ward.signer, position, "no")

    def ask(self, asker, *categories):
        terms = RequestTerms(tuple(grant(category) for category in categories), NOTICE.digest)
        self.fixture.kernel.people.requests.ask(asker.address, self.ward.signer, terms)

    def offices(self, seed, count):
        """Delegates with random delegations: wide, narrow, over, to come, ended, replaced, and not on chain yet."""
        pick, made = random.Random(seed).choice, []
        for number in range(count):
            delegate, categories = wallet(100 + number), tuple({pick(COVERED) for _ in range(pick([1, 1, 2]))})
            window = pick([(0, NOW + 900)] * 6 + [(NOW, NOW + 1), (NOW + 1, NOW + 900)])
            self.names(delegate, categories, *window)
            ending = pick(["", "", "", "", "revoked", "replaced"])
            if ending == "revoked":
                self.ends(delegate)
            if ending == "replaced":
                categories = (pick(COVERED),)
                self.names(delegate, categories, *window)
            made.append(Office(delegate, categories, window[0] <= NOW < window[1] and ending != "revoked"))
        self.fixture.anchor()
        pending = wallet(99 - count)
        self.names(pending, ("*",), 0, NOW + 900)
        return [*made, Office(pending, ("*",), stands=False), Office(wallet(98 - count), ("*",), stands=False)]

    def names(self, delegate, categories, not_before=0, expires=NOW + 900, relation="representative"):
        who = (self.ward.signer, self.ward.signer, delegate.signer, "Ben", relation)
        delegations = self.fixture.kernel.consents.delegations
        statement = delegations.draft(DelegateAppointment(*who, categories, not_before, expires)).statement
        statement = replace(statement, lock=bytes(32))
        return delegations.accept(statement, self.fixture.sign(self.ward, statement))

    def fixture_with_court(self):
        """The ledger, with the authority that names guardians."""
        court = Party(COURT.address, "Family court", frozenset({"authority"}), b"", 0, 0)
        self.fixture.store.directory.set_parties([*self.fixture.directory, court])
        return self.fixture

    def forbids_everybody(self, category):
        self.fixture.says("*", [replace(grant(category, Effect.FORBID), purposes=("*",))])

    def ends(self, delegate):
        end = self.fixture.kernel.consents.delegations.draft_end(self.ward.signer, delegate.signer).statement
        return self.fixture.kernel.consents.revocations.accept(end, self.fixture.sign(self.ward, end))

    def session(self, who):
        """The headers of one session of somebody."""
        if who.address not in self.sessions:
            self.sessions[who.address] = self.client.as_(who)
        return self.sessions[who.address]

    def get(self, path, who, person=None, **params):
        named = {"for": "0x" + person.signer.hex()} if person else {}
        return self.http.get(path, params=params | named, headers=self.session(who))

    def post(self, path, who, form, person=None):
        named = {"for": "0x" + person.signer.hex()} if person else {}
        return self.http.post(path, params=named, json=form, headers=self.session(who))


def grant(category, effect=Effect.PERMIT):
    return Grant(effect, (category,), ("hl7:CLINTRCH",), ("view",), 0, NEVER)
