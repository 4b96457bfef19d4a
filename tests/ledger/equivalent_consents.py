"""Pairs of records whose persons signed equal terms in different circumstances, and the keys under which a search
groups them.

Driven by `pick(items)`, as in `tests.ledger.questions`; times are around NOW, and some delegations have ended.
"""

import random
from dataclasses import dataclass, replace

from mydata_ledger.ledger import equivalence
from mydata_ledger.ledger.access import EVERYTHING, AccessRequest, ConsentState, Facts
from mydata_ledger.ledger.consent import ACTIONS, NEVER, Consent, Effect, Grant
from mydata_ledger.ledger.delegation import Delegation, DelegationState, stands_by
from mydata_ledger.ledger.emergency import Incident
from mydata_ledger.ledger.kernel.decisions.search_answers import decide_single
from mydata_ledger.ledger.party import Party, checksum
from mydata_ledger.ledger.record import Issue, Record
from tests.ledger import questions
from tests.ledger.definition import blocks, ended_consents
from tests.ledger.questions import ANN, BOB, EVE, MOMENTS, NOW, OFTEN, R1, R2, SELDOM

CORPUS = 4_000, 1
"""The number of pairs, and their seed."""
DELEGATE = b"\xde" * 20
NOTICES = [bytes(32), b"\x0e" * 32]
OUTDATED = {NOTICES[1]}
READ = Grant(Effect.PERMIT, ("health",), ("hl7:HRESCH", "hl7:ETREAT"), ("view", "compute"), 0, NEVER)
BLOCK = Grant(Effect.FORBID, ("*",), ("*",), tuple(sorted(ACTIONS)), 0, NEVER)
REFUSE = replace(BLOCK, categories=("health.lab",))
TO_ANYONE = ("*", (BLOCK,), NOTICES[0])
TERMS = [(READ,), (READ,), (READ,), (READ, READ), (READ, READ), (READ, READ), (READ, REFUSE), (REFUSE,), (BLOCK,)]
COUNTING = ["once", "max-uses:2", "every-days:30"]
TERMS += [(replace(READ, conditions=(condition,)),) for condition in [*questions.CONDITIONS, *COUNTING, *COUNTING]]
TERMS += [(READ, replace(READ, conditions=("pseudonymise",)))]
WINDOWS = [(0, NEVER)] * 3 + [(0, NOW), (0, NOW + 1), (NOW, NOW + 9), (NOW + 1, NOW + 9), (NOW + 1, NEVER)]
WHOLE, PERIODS = (0, 0, ()), [(0, 0), (100, 200), (150, 250), (100, 0), (0, 200)]
PARTS = [WHOLE, (100, 250, ()), (100, 0, ()), (0, 200, ()), (0, 0, (R1,)), (0, 0, (R2,))]
"""Of a grant: the period of the data, and the records."""
PATHS = [*questions.PATHS[:4] * 4, questions.PATHS[4]]
NO_OFFICE = (NEVER, NEVER, False)
OFFICES = [(0, NEVER, False), (0, NEVER, True), (0, NOW - 1, False), (NOW - 5, NEVER, False), NO_OFFICE]
"""Of a delegation: its window, and whether it was revoked. The second of two renews the first."""


@dataclass(frozen=True)
class Own:
    """The personal part of a consent: for each grant its window and its part of the records, who signed when and under
    which delegations, whether it is on chain and stands, and how it was used.
    """

    windows: tuple
    parts: tuple
    is_delegated: bool
    signed_at: int
    offices: tuple
    anchored: bool
    revoked: bool
    superseded: bool
    uses: tuple


NAMES = [*Own.__dataclass_fields__, "windows", "windows", "parts", "is_delegated", "uses", "uses"]


def one_of(pick, name, grants):
    """A personal part of a consent, drawn at random."""
    some = {
        "windows": lambda: (
            (pick(WINDOWS),) * len(grants) if pick([True, False]) else tuple(pick(WINDOWS) for _ in grants)
        ),
        "parts": lambda: tuple(pick([WHOLE, *PARTS]) for _ in grants),
        "is_delegated": lambda: pick([True, False]),
        "signed_at": lambda: pick([NOW - 9, NOW - 1]),
        "offices": lambda: tuple(pick(OFFICES) for _ in range(pick([1, 1, 2]))),
        "anchored": lambda: pick([True, True, False]),
        "revoked": lambda: pick(SELDOM),
        "superseded": lambda: pick(SELDOM),
        "uses": lambda: (pick([0, 1, 2, 3]), pick([0, 1]), pick(MOMENTS)),
    }
    return some[name]()


def plain(pick, grants):
    """Mostly parts with which a consent has a key."""
    rest = (False, NOW - 9, (OFFICES[0],), True, False, False, (0, 0, None))
    return Own((pick(WINDOWS),) * len(grants), (WHOLE,) * len(grants), *rest)


def altered(pick, own, grants):
    """The personal parts of another person: one or two differ."""
    names = [pick(NAMES) for _ in range(pick([1, 1, 2]))]
    if "is_delegated" in names:
        names.append("offices")
    return replace(own, **{name: one_of(pick, name, grants) for name in names})


def state(number, person, stated_grants, own):
    """One consent as the index returns it."""
    grantee, grants, notice = stated_grants
    signer = DELEGATE if own.is_delegated else person
    consent = Consent(
        person, signer, grantee, "", 1, bytes(32), limited(grants, own), notice, "en", own.signed_at, bytes(32)
    )
    entry, outdated, delegations = person[:1] * 31 + bytes([number]), notice in OUTDATED, [*delegations_of(person, own)]
    log = [*((one.entry, one.delegation) for one in delegations), (entry, consent)]
    is_ended = entry in ended_consents(log, [one.entry for one in delegations if one.revoked])
    assert is_ended == (own.is_delegated and not stands_by(signer, own.signed_at, number, delegations))
    revoked = own.revoked or is_ended
    return ConsentState(entry, number, consent, own.anchored, revoked, own.superseded, outdated, *own.uses)


def delegations_of(person, own):
    """The delegations of the person, each a renewal of the one before, at positions before every consent."""
    for position, (opens, closes, ended) in enumerate(own.offices, -len(own.offices)):
        delegation = (person, person, DELEGATE, "Dee", "carer", ("*",), opens, closes, bytes(32), 0, bytes(32))
        entry = bytes([position % 256]) * 32
        yield DelegationState(entry, position, Delegation(*delegation), anchored=True, revoked=ended)


def limited(grants, own):
    return tuple(
        replace(grant, not_before=opens, expires=closes, data_from=since, data_until=until, records=records)
        for grant, (opens, closes), (since, until, records) in zip(grants, own.windows, own.parts, strict=True)
    )


def record(pick, person, record_id):
    issue = (
        record_id,
        person,
        pick([checksum(EVE)] * 3 + [BOB]),
        "health.lab",
        *pick(PERIODS),
        R1,
        "cid",
        bytes(32),
        0,
        bytes(32),
    )
    return Record(Issue(*issue), 0, record_id, anchored=True, erased=pick(SELDOM))


def pair(pick):
    """A question about records of any category, the facts that hold for every record, and one of Ann's and one of Eve's
    records with the consents that name the requester or anyone.
    """
    requester = pick([BOB] * 9 + [checksum(ANN)])
    question = AccessRequest(bytes(32), requester, R1, EVERYTHING, pick(PATHS), pick(["view", "compute"]))
    roles = frozenset(pick([["trial"], ["responder"], ["trial", "responder"]]))
    incident = Incident(BOB, pick([ANN, EVE]), "7", "fell", 0, NOW + 9) if pick([False, False, True]) else None
    expected_facts = Facts(None, (), Party(BOB, "Bob", roles, b"", 0, 0), False, incident, 5, 6, 7, NOW)
    stated_terms = [
        (pick([BOB, BOB, "role:trial", "role:responder", "*"]), pick(TERMS), pick(NOTICES)) for _ in pick(["a", "ab"])
    ]
    mine = [plain(pick, grants) for _, grants, _ in stated_terms]
    other_own = [altered(pick, own, grants) for own, (_, grants, _) in zip(mine, stated_terms, strict=True)]
    also = [(to, grants, notice if pick(OFTEN) else pick(NOTICES)) for to, grants, notice in stated_terms]
    one = [state(n, ANN, *each) for n, each in enumerate(zip(stated_terms, mine, strict=True))]
    two = [state(n, EVE, *each) for n, each in enumerate(zip(also, other_own, strict=True))]
    two += [state(9, EVE, TO_ANYONE, plain(pick, TO_ANYONE[1]))] if pick(SELDOM) else []
    return question, expected_facts, (record(pick, ANN, R1), one), (record(pick, EVE, R2), two)


def key(question, facts, numbers):
    """The record's key as a search computes it from the index, which does not know that a delegation ended.

    `numbers` holds the numbers of all terms so far. None for a record without a key.
    """
    stands = [s for s in facts.consents if not (s.superseded or (s.revoked and s.consent.signer != DELEGATE))]
    keys = [key_of(one, numbers) for one in stands]
    if facts.record.erased or equivalence.is_decided_alone(question, facts.incident, keys):
        return None
    return facts.record.issue.category, *keys


def key_of(state, numbers):
    window = equivalence.shared_window(state.consent)
    number = numbers.setdefault(equivalence.terms(state.consent), len(numbers))
    if window is None:
        return None
    opens, closes = window
    return equivalence.consent_key(number, state.anchored, opens <= NOW, closes is None or closes > NOW)


def check_law(pairs):
    """Equal keys mean equal decisions. Returns the decisions of the pairs whose keys were equal."""
    found, numbers = [], {}
    for question, expected_facts, *both in pairs:
        one, two = (expected_facts.about(*decisions, NOW) for decisions in both)
        wanted = key(question, one, numbers)
        if wanted is not None and wanted == key(question, two, numbers):
            first, second = (decide_single(question, facts, NOW) for facts in (one, two))
            assert (first.permitted, first.reason, first.obligations) == (
                second.permitted,
                second.reason,
                second.obligations,
            )
            found.append(first)
    return found


def check_facts(pairs):
    """The facts about a record are the shared facts, the statements of its person, and whether one of them is
    a block.
    """
    for _, expected_facts, *both in pairs:
        for found, states in both:
            blocked = any(map(blocks, states))
            rest = (
                expected_facts.incident,
                expected_facts.consents_size,
                expected_facts.records_size,
                expected_facts.block,
                expected_facts.followed_at,
            )
            assert expected_facts.about(found, states, NOW) == Facts(
                found, tuple(states), expected_facts.requester, blocked, *rest
            )


def corpus(count, seed):
    pick = random.Random(seed).choice
    return [pair(pick) for _ in range(count)]
