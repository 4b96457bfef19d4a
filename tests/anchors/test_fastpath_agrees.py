"""The fast path over a database gives the same answers as the kernel over the store in memory."""

import asyncio
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import orjson
from hypothesis import given, settings
from hypothesis import strategies as some

from mydata_ledger.anchors.memory import FixedClock, MemoryStore
from mydata_ledger.api.api_settings import ApiSettings
from mydata_ledger.api.auth import AppContext
from mydata_ledger.api.fastpath.asgi import FastPath
from mydata_ledger.api.fastpath.decisions import DecisionBatcher
from mydata_ledger.api.fastpath.evaluations import evaluation_routes
from mydata_ledger.api.fastpath.limits import RequestLimits, TokenBucket
from mydata_ledger.ledger.consent import NEVER, Effect, Grant
from mydata_ledger.ledger.kernel import Kernel, ports_of
from mydata_ledger.ledger.notice import Notice
from mydata_ledger.ledger.party import checksum
from mydata_ledger.ledger.receipt import ACCESS, LOGS
from testing.ledger_fixture import LedgerFixture
from testing.sizes import sized
from testing.stores import open_store
from tests.anchors import sample_statements
from tests.anchors.sample_statements import ANN, CREW, EVE, NOW, PARTIES, TRIAL, name
from tests.api.test_evaluations import post

STRANGER = checksum(b"\xdd" * 20)
ASKERS = [TRIAL, TRIAL, TRIAL, CREW, sample_statements.HOSPITAL, STRANGER, checksum(ANN)]
PURPOSES = ["hl7:CLINTRCH", "hl7:CLINTRCH", "hl7:HRESCH", "hl7:HMARKT", "hl7:BTG", "mydata:SELF_VIEW"]
TERMS = [
    (),
    (),
    ("once",),
    ("max-uses:2",),
    ("every-days:1",),
    ("aggregate-only:5",),
    ("pseudonymise",),
    (f"retain-until:{NOW + 1}",),
]
NUMBERS = some.integers(0, 4)
grants = some.builds(
    Grant,
    some.sampled_from([Effect.PERMIT] * 5 + [Effect.FORBID]),
    some.sampled_from([("health",), ("health.lab",), ("health.vitals",), ("*",)]),
    some.sampled_from([("hl7:HRESCH",), ("hl7:CLINTRCH",), ("*",), ("hl7:HMARKT",)]),
    some.sampled_from([("view",), ("view", "compute"), ("copy",)]),
    some.sampled_from([0, 0, NOW, NOW + 1]),
    some.sampled_from([NEVER, NEVER, NOW, NOW + 1]),
    some.just(0),
    some.just(0),
    some.sampled_from([(), (), (name(1),)]),
    some.sampled_from(TERMS),
).map(lambda grant: replace(grant, conditions=()) if grant.effect is Effect.FORBID else grant)
consents = some.tuples(
    some.just("consent"),
    some.sampled_from([ANN, ANN, EVE]),
    some.sampled_from([TRIAL, TRIAL, TRIAL, "role:trial", "role:responder", "*"]),
    some.lists(grants, min_size=1, max_size=3).map(tuple),
)
withdrawals = some.tuples(
    some.just("withdraw"), some.sampled_from([ANN, EVE]), some.sampled_from([TRIAL, "role:trial"])
)
erasures = some.tuples(some.just("erase"), NUMBERS)
anchorings = some.just(("anchor",))
outdatings = some.just(("outdate",))
questions = some.tuples(
    some.just("ask"),
    some.lists(
        some.tuples(
            some.sampled_from(ASKERS),
            NUMBERS,
            some.sampled_from(PURPOSES),
            some.sampled_from(["view", "view", "compute"]),
            some.sampled_from(["*", "health.lab", "health.vitals"]),
            some.booleans(),
        ),
        min_size=1,
        max_size=6,
    ),
)
lives = some.lists(
    some.one_of(consents, consents, questions, questions, questions, anchorings, withdrawals, erasures, outdatings),
    min_size=3,
    max_size=14,
)


class TwoLedgers:
    """Two ledgers with the same statements: one in memory behind the kernel, one in a database behind the fast path."""

    def __init__(self, folder):
        self.twin, self.store = MemoryStore(), open_store(f"sqlite:///{Path(folder) / 'ledger.db'}")
        world = replace(LedgerFixture().world, clock=FixedClock(NOW))
        self.kernel = Kernel.of(replace(world, **ports_of(self.twin)))
        settings_ = ApiSettings(uri="http://testserver", chain_id=31337, registries={})
        context = AppContext(Kernel.of(replace(world, **ports_of(self.store))), self.store.sessions, settings_, None)
        limits = RequestLimits(TokenBucket(0), TokenBucket(0), settings_.max_body)
        self.door = FastPath(None, evaluation_routes(TokenBucket(0)), DecisionBatcher(context), limits)
        self.incident = sample_statements.incident(ANN)
        for store in (self.twin, self.store):
            store.directory.set_parties(PARTIES)
            store.directory.publish(Notice("general", 1, "en", "what we tell you"))
            store.log.append([sample_statements.issue(n, ANN if n < 3 else EVE) for n in range(4)], NOW)
            store.log.append([self.incident], NOW)
        self.anchor()
        for account in set(ASKERS):
            self.store.sessions.open(sha256(account.encode()).digest(), bytes.fromhex(account[2:]), NOW + 60)

    def anchor(self):
        for store in (self.twin, self.store):
            for log in LOGS:
                store.anchoring.mark_anchored(log, store.log.head(log), 7)
            store.anchoring.touch(NOW)

    def outdate(self):
        for store in (self.twin, self.store):
            store.directory.publish(Notice("general", 1, "en", "what we tell you", outdated=True))

    def both(self, signed):
        for store in (self.twin, self.store):
            store.log.append([signed], NOW)

    def consent(self, person, grantee, given):
        self.both(sample_statements.consent(person, grantee, self.twin.index.newest(person, grantee), given))

    def withdraw(self, person, grantee):
        newest = self.twin.index.newest(person, grantee)
        if newest and hasattr(newest.signed.statement, "grants"):
            self.both(sample_statements.revocation(newest))

    def erase(self, number):
        if number < 4:
            self.both(sample_statements.erasure(number))

    def ask(self, many):
        """Concurrent requests to the fast path get the answers that the kernel gives one by one, in order."""

        async def at_once():
            calls = [post(self.door, "/access/v1/evaluation", form(self, q), session(q[0])) for q in many]
            return await asyncio.gather(*calls)

        message = [orjson.loads(body) for status, body in asyncio.run(at_once()) if status == 200]
        assert len(message) == len(many)
        for requested, answer in zip(many, message, strict=True):
            decision, logged = self.kernel.decisions.evaluation.ask(self.request(requested))
            local = self.store.log.statement_at(ACCESS, answer["context"]["receipt"]["position"])
            assert answer["decision"] == decision.permitted
            assert answer["context"].get("obligations", []) == sorted(decision.obligations)
            assert local.position == logged.position
            wanted = replace(logged.signed.statement, request_id=local.signed.statement.request_id)
            assert local.signed.statement == wanted

    def request(self, question):
        who, number, purpose, action, category, in_emergency = question
        requested = replace(
            self.kernel.decisions.search.question(who, purpose, action, category), record_id=name(number)
        )
        return replace(requested, incident=self.incident.entry.entry) if in_emergency else requested


def form(ledgers, question):
    who, number, purpose, action, category, in_emergency = question
    properties = {} if category == "*" else {"category": category}
    incident = {"incident": "0x" + ledgers.incident.entry.entry.hex()} if in_emergency else {}
    return {
        "subject": {"type": "party", "id": who},
        "action": {"name": action},
        "resource": {"type": "record", "id": "0x" + name(number).hex(), "properties": properties},
        "context": {"purpose": purpose, **incident},
    }


def session(who):
    return {"authorization": f"Bearer {who}"}


@contextmanager
def new_ledgers():
    with tempfile.TemporaryDirectory() as folder:
        ledgers = TwoLedgers(folder)
        try:
            yield ledgers
        finally:
            ledgers.store.dispose()


@settings(max_examples=sized(60), deadline=None)
@given(lives)
def test_i6_the_fast_path_answers_and_logs_what_the_kernel_does(life):
    with new_ledgers() as ledgers:
        for act, *how in life:
            getattr(ledgers, act)(*how)
        assert ledgers.store.log.head(ACCESS).size == ledgers.twin.log.head(ACCESS).size
        for person in (ANN, EVE):
            assert ledgers.store.index.consents_of(person) == ledgers.twin.index.consents_of(person)


def test_the_lives_reach_every_kind_of_answer():
    """The random ledgers reach every kind of answer: permitted, refused, break-glass, uses exhausted."""
    full = Grant(Effect.PERMIT, ("health",), ("hl7:HRESCH",), ("view",), 0, NEVER, conditions=("max-uses:2",))
    with new_ledgers() as ledgers:
        ledgers.consent(ANN, TRIAL, (full,))
        ledgers.anchor()
        question = (TRIAL, 1, "hl7:CLINTRCH", "view", "*", False)
        ledgers.ask([question] * 3)
        ledgers.ask(
            [(CREW, 1, "hl7:BTG", "view", "*", True), (checksum(ANN), 1, "mydata:SELF_VIEW", "view", "*", False)]
        )
        reasons = [ledgers.store.log.statement_at(ACCESS, n).signed.statement.reason for n in range(1, 6)]
        assert reasons == ["consented", "consented", "no_consent", "broke_glass", "own"]
        ledgers.consent(ANN, TRIAL, (replace(full, conditions=("every-days:1",)),))
        ledgers.anchor()
        ledgers.ask([question] * 2)
        ledgers.ask([question, (TRIAL, 2, "hl7:CLINTRCH", "view", "*", False)])
        reasons = [ledgers.store.log.statement_at(ACCESS, n).signed.statement.reason for n in range(6, 10)]
        assert reasons == ["consented", "no_consent", "no_consent", "consented"]
