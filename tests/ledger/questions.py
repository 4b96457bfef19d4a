"""Random questions and facts that fit each other: scopes from short lists, times that end exactly at NOW.

There is one generator, driven by `pick(items)`: by Hypothesis where a failure should shrink, by `random` for thousands.
It favours questions that reach far into the rule, so that a fault in its last line is met as often as one in its first.
"""

import random
from dataclasses import replace

from hypothesis import strategies as some

from mydata_ledger.ledger.access import AccessRequest, ConsentState, Facts
from mydata_ledger.ledger.collection import PlannedRecord
from mydata_ledger.ledger.consent import Consent, Effect, Grant
from mydata_ledger.ledger.delegation import Delegation, DelegationState
from mydata_ledger.ledger.emergency import EmergencyScope, ExtendedIncident, Incident, IncidentExtension
from mydata_ledger.ledger.party import Party, checksum
from mydata_ledger.ledger.record import Issue, Record

NOW = 1_800_000_000
ANN, EVE, BOB = b"\xaa" * 20, b"\xee" * 20, checksum(b"\xbb" * 20)
EVE_LOWER = "0x" + EVE.hex()
R1, R2, INCIDENT = b"\x01" * 32, b"\x02" * 32, b"\x1c" * 32
PATHS = [
    ("hl7:CLINTRCH", "hl7:HRESCH"),
    ("hl7:CLINTRCH", "hl7:HRESCH"),
    ("hl7:HRESCH",),
    ("hl7:BTG", "hl7:ETREAT"),
    ("mydata:SELF_VIEW",),
]
STARTS, ENDS = [0, 0, 0, NOW - 1, NOW, NOW + 1], [NOW, NOW + 1, NOW + 9, NOW + 9]
PERIODS = [(0, 0), (0, 0), (0, 0), (100, 200), (100, 250), (150, 250), (100, 0), (0, 200), (200, 300), (0, 1)]
MONTH = 30 * 24 * 60 * 60
MOMENTS = [None, None, NOW - MONTH - 1, NOW - MONTH, NOW - MONTH + 1, NOW, NOW + 1]
"""Times of a last use, around the edge of thirty days."""
CONDITIONS = ["once", "max-uses:2", "aggregate-only:5", "pseudonymise", "emergency-only", f"retain-until:{NOW}"]
CONDITIONS += [
    "every-days:30",
    "redact:name",
    "mask:telecom",
    *["only:birthDate", "only:gender"] * 2,
    *[f"from:{checksum(EVE)}", f"from:{EVE_LOWER}", f"from:{BOB}", "asset:meter-a", "asset:meter-b"],
    "no-onward-transfer",
    f"retain-until:{NOW + 1}",
    "for-friends",
]
CONDITIONS += ["emergency-only"] * 4
LAB, VITALS, DAY = ("health.lab",), ("health.vitals",), 24 * 60 * 60
SCOPES = [EmergencyScope(LAB, ("health",)), EmergencyScope(LAB, VITALS)] * 2
SCOPES += [
    EmergencyScope(VITALS, ("health",), NOW),
    EmergencyScope(VITALS, LAB),
    EmergencyScope(("health.lab.blood", "health.la"), LAB),
    EmergencyScope(("health.la",), VITALS),
    EmergencyScope((), (), NOW + 1),
    EmergencyScope(),
]
"""What an emergency may reach: the category, one above or below it, one with a similar name, another; and since when.
"""
BOXES = [(NOW, NOW + 1), (NOW - 1, NOW + 9), (NOW - DAY + 1, NOW + 1)]
BOXES += [(NOW - DAY, NOW + 1), (NOW - 9, NOW), (NOW + 1, NOW + 9)]
"""Time boxes of an extension: the last three are a second too long, over, and not begun."""
ASSETS = ["meter-a", "meter-b", "meter-c", ""]
OFTEN, SELDOM = [True] * 24 + [False], [False] * 24 + [True]


def some_of(pick, items, counts=(1, 2, 2, 2, 2, 2, 2, 2, 0)):
    return tuple(dict.fromkeys(pick(items) for _ in range(pick(counts))))


def grant(pick):
    effect = pick([Effect.PERMIT] * 4 + [Effect.FORBID])
    data_from, data_until = pick(PERIODS)
    return Grant(
        effect=effect,
        categories=some_of(pick, ["health", "health.lab", "health.lab", "health.la", "health.lab.blood", "*"]),
        purposes=some_of(pick, ["hl7:CLINTRCH", "hl7:HRESCH", "hl7:HRESCH", "*", "hl7:ETREAT", "hl7:ETREAT"]),
        actions=some_of(pick, ["view", "compute", "view"]),
        not_before=pick(STARTS),
        expires=pick(ENDS),
        data_from=data_from,
        data_until=data_until,
        records=pick([(), (), (), (R1,), (R2,)]),
        conditions=some_of(pick, CONDITIONS, (0, 0, 1, 2)) if effect is Effect.PERMIT else (),
    )


def state(pick, number=99):
    whose = pick([ANN] * 6 + [EVE])
    name = pick([BOB, BOB, BOB, "role:responder", "role:trial", "*", checksum(EVE)])
    grants = tuple(grant(pick) for _ in range(pick([1, 1, 2, 3])))
    return ConsentState(
        entry=bytes([number]) * 32,
        position=number,
        consent=Consent(whose, whose, name, "", 1, bytes(32), grants, bytes(32), "en", 0, bytes(32)),
        anchored=pick(OFTEN),
        revoked=pick(SELDOM),
        superseded=pick(SELDOM),
        notice_outdated=pick([False, False, True]),
        uses=pick([0, 1, 2, 3]),
        uses_of_record=pick([0, 1]),
        last_use=pick(MOMENTS),
    )


def request(pick):
    requester = pick([BOB] * 6 + [checksum(ANN), checksum(EVE)])
    category = pick(["health.lab"] * 20 + ["health.lab.blood"] * 4 + ["health.vitals", "health", "*", "money"])
    members = bytes(32), requester, R1, category, pick([*PATHS, PATHS[3]]), pick(["view", "compute"]), INCIDENT
    planned = PlannedRecord(ANN, checksum(EVE), category, pick(ASSETS)) if pick([False] * 3 + [True]) else None
    return AccessRequest(*members, emergency=pick(SCOPES), planned=planned)


def party(pick):
    roles = frozenset(some_of(pick, ["responder", "responder", "trial"]))
    return Party(pick([BOB, BOB, BOB, checksum(EVE)]), "Bob", roles, b"", pick(STARTS), pick([0, 0, 0, NOW, NOW + 1]))


def incident(pick):
    who = pick([BOB] * 6 + [checksum(EVE)]), pick([ANN] * 6 + [EVE])
    box = pick([0] * 6 + STARTS), pick([*ENDS, NOW, NOW + 9, NOW + 9])
    declared = Incident(*who, pick(["7"] * 6 + [" "]), pick(["fell"] * 6 + [""]), *box)
    return ExtendedIncident(declared, extension(pick)) if pick([True, True, False]) else declared


def extension(pick):
    who = pick([BOB] * 6 + [checksum(EVE)]), pick([ANN] * 6 + [EVE])
    return IncidentExtension(*who, INCIDENT, pick(["coma"] * 4 + [" "]), *pick(BOXES))


def delegation(pick, number):
    """The state of a delegation, mostly of Ann to Bob."""
    whose, delegate = pick([ANN] * 6 + [EVE]), pick([BOB] * 6 + [checksum(EVE)])
    relation = pick(["guardian", "representative", "own-device"] * 3 + ["paper:0x" + "00" * 32])
    delegator = pick([whose] * 6 + [EVE])
    categories = some_of(pick, ["health", "health.lab", "health.lab", "health.la", "health.lab.blood", "*", "money"])
    rest = (bytes(32), 0, bytes(32))
    given = Delegation(
        whose, delegator, bytes.fromhex(delegate[2:]), "Bob", relation, categories, pick(STARTS), pick(ENDS), *rest
    )
    ends = {"revoked": pick(SELDOM), "superseded": pick(SELDOM)}
    return DelegationState(bytes([200 + number]) * 32, 200 + number, given, anchored=pick(OFTEN), **ends)


def record(pick):
    data_from, data_until = pick(PERIODS)
    category = pick(["health.lab"] * 18 + ["health.lab.blood"] * 6 + ["health.vitals"])
    issue = Issue(R1, ANN, checksum(EVE), category, data_from, data_until, R1, "cid", bytes(32), 0, bytes(32))
    return Record(issue, 0, R1, anchored=True, erased=pick(SELDOM))


def some_facts(pick):
    return Facts(
        record=record(pick) if pick(OFTEN) else None,
        consents=tuple(state(pick, number) for number in range(pick([1, 2, 2, 3]))),
        requester=party(pick) if pick(OFTEN) else None,
        blocked=pick(SELDOM),
        incident=incident(pick) if pick(OFTEN) else None,
    )


def delegated_facts(pick, facts):
    """The facts with delegations, which `pick` chooses."""
    return replace(facts, delegations=tuple(delegation(pick, number) for number in range(pick([0, 1, 2]))))


def by_hypothesis(build):
    return some.composite(lambda draw: build(lambda items: draw(some.sampled_from(items))))()


requests, facts, states = (
    by_hypothesis(request),
    by_hypothesis(lambda pick: delegated_facts(pick, some_facts(pick))),
    by_hypothesis(state),
)


def corpus(count, seed):
    """`count` pairs of question and facts, equal for equal seeds. Delegations do not change what else is chosen."""
    pick, pick_delegation = random.Random(seed).choice, random.Random(seed).choice
    return [(request(pick), delegated_facts(pick_delegation, some_facts(pick))) for _ in range(count)]
