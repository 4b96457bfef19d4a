"""A second definition of the rule about derived records, which shares no code with `ledger.derived`, and random cases.

It asks the second definition of the rule itself (`tests.ledger.definition`) about every source.
"""

import random
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256

from mydata_ledger.ledger.access import AccessRequest, Facts
from mydata_ledger.ledger.consent import Effect
from mydata_ledger.ledger.derived import DerivedKind, DerivedRecord, Source, derived_id
from mydata_ledger.ledger.party import Party, checksum
from mydata_ledger.ledger.record import Issue, Record
from mydata_ledger.ledger.search import DerivedFacts, DerivedQuery
from tests.ledger.definition import should
from tests.ledger.questions import ANN, BOB, CONDITIONS, EVE, NOW, PERIODS, state

BUILDER = checksum(b"\xdd" * 20)
KIND = DerivedKind("sum", "health.sum", ("health.lab", "health.vitals"), "mydata:SUM")
BUILT_FOR = ("mydata:SUM", "mydata:ALL")
CATEGORIES = ["health.lab"] * 6 + ["health.lab.blood", "health.vitals", "health.note", "health.labour"]
PATHS = [("hl7:CLINTRCH", "hl7:HRESCH")] * 6 + [("hl7:HRESCH",), ("mydata:SELF_VIEW",), ("mydata:SELF_VIEW",)]
EVERY_ACTION = ("view", "copy", "transfer", "compute", "contact", "publish", "link")
WITHHOLDS_NOTHING = {"pseudonymise", "aggregate-only:5", f"retain-until:{NOW + 1}", "no-onward-transfer"}
WITHHOLDS_NOTHING |= {text for text in CONDITIONS if text.startswith("from:")}


@dataclass
class ExpectedDerived:
    """What the rule must answer."""

    reason: str
    sources: set = field(default_factory=set)
    grants: set = field(default_factory=set)
    obligations: set = field(default_factory=set)
    fresh: bool = True


def expected(question, record, facts):
    """The answer about a derived record of KIND."""
    nothing = ExpectedDerived("no_record", fresh=False)
    if record is None or facts.each is None:
        return nothing
    by_id = {one.record.issue.record_id: one for one in facts.each}
    built = {one.record.issue.record_id: one for one in facts.built}
    names = [source.record_id for source in record.sources]
    mine = (derived_id(record.kind, record.salt, record.sources), record.data_subject)
    if mine != (question.record_id, question.data_subject) or not set(names) <= set(by_id) & set(built):
        return nothing
    may_build = as_question(question, BUILDER, BUILT_FOR, "compute")
    if not all(whole(may_build, built[name])[0] for name in names):
        return nothing
    present = sorted(name for name, one in by_id.items() if is_considered(one.record))
    fresh = sha256(b"".join(present)).digest() == record.considered
    own = ("0x" + ANN.hex(), "mydata:SELF_VIEW", "view")
    if (question.requester.lower(), question.purposes[0], question.action) == own:
        return ExpectedDerived("own", set(names), fresh=fresh)
    if not fresh:
        return nothing
    return answer(question, [by_id[name] for name in names])


def answer(question, sources):
    if not sources:
        return ExpectedDerived("no_consent")
    itself = should(replace(as_question(question), category="health.sum"), with_issue(sources[0], question.record_id))
    if itself.reason in {"blocked", "refused"}:
        return ExpectedDerived(itself.reason, grants=itself.grants)
    if question.action != "compute":
        reason = itself.reason if itself.reason == "needs_reconsent" else "no_consent"
        return ExpectedDerived(reason, grants=itself.grants)
    answers = [(one, *whole(as_question(question), one)) for one in sources]
    opened = [(one, found) for one, is_whole, found in answers if is_whole]
    if opened:
        return ExpectedDerived(
            "consented",
            {one.record.issue.record_id for one, _ in opened},
            set().union(*(found.grants for _, found in opened)),
            set().union(*(found.obligations for _, found in opened)),
        )
    for reason in ("blocked", "refused", "needs_reconsent"):
        if any(found.reason == reason for _, _, found in answers):
            return ExpectedDerived(reason, grants=set().union(*(f.grants for _, _, f in answers if f.reason == reason)))
    return ExpectedDerived("no_consent")


def whole(question, facts):
    """Whether a record may be computed on as a whole, any number of times; and the answer about it alone."""
    issue = facts.record.issue
    found = should(replace(question, record_id=issue.record_id, category=issue.category), facts)
    grants = [state.consent.grants[n] for state in facts.consents for entry, n in found.grants if entry == state.entry]
    conditions = {text for grant in grants for text in grant.conditions}
    return found.reason == "consented" and conditions <= WITHHOLDS_NOTHING, found


def as_question(question, requester="", purposes=(), action=""):
    members = question.request_id, requester or question.requester, question.record_id, question.category
    return AccessRequest(*members, purposes or question.purposes, action or question.action)


def with_issue(facts, record_id):
    return replace(facts, record=Record(issue(record_id, "health.sum", (0, 0)), 0, bytes(32), anchored=True))


def is_considered(record):
    parts = record.issue.category.split(".")
    return not record.erased and not record.superseded_by and parts[:2] in (["health", "lab"], ["health", "vitals"])


def issue(record_id, category, period, holder=""):
    return Issue(record_id, ANN, holder, category, *period, bytes(32), "", bytes(32), 0, bytes(32))


def case(pick):
    """A question, a derived record, and facts, which mostly fit each other."""
    records = [random_record(pick, number) for number in range(pick([1, 2, 3, 3]))]
    asked_by, builder = party(BOB, pick), Party(BUILDER, "Builder", frozenset({"operator"}), b"", 0, 0)
    states = tuple(unused(pick, number) for number in range(pick([1, 1, 2])))
    built_states = tuple(building(pick, number) for number in range(pick([1, 1, 1, 1, 2])))
    each = tuple(Facts(None, requester=asked_by).about(one, states, NOW) for one in records)
    built = tuple(Facts(None, requester=builder).about(one, built_states, NOW) for one in records)
    record = derived(pick, records)
    question = DerivedQuery(
        bytes(32),
        pick([BOB] * 5 + [checksum(ANN)]),
        record.id if pick([True] * 30 + [False]) else bytes(32),
        KIND.category,
        pick(PATHS),
        pick(["compute"] * 3 + ["view"]),
        data_subject=pick([ANN] * 30 + [EVE]),
        builder=BUILDER,
        built_for=BUILT_FOR,
    )
    few = {"each": each, "built": built} if pick([True] * 40 + [False]) else {}
    return question, pick([record] * 40 + [None]), DerivedFacts(None, requester=asked_by, **few)


def random_record(pick, number):
    issued = issue(bytes([number + 1]) * 32, pick(CATEGORIES), pick(PERIODS), pick([checksum(EVE), checksum(EVE), BOB]))
    gone = {"superseded_by": pick([b""] * 12 + [bytes([9]) * 32]), "erased": pick([False] * 20 + [True])}
    return Record(issued, number, bytes(32), anchored=True, **gone)


def derived(pick, records):
    chosen = [one for one in records if pick([True, True, False])] or records[:1]
    sources = tuple(Source(one.issue.record_id, one.issue.category, bytes(32)) for one in chosen)
    present = sorted(one.issue.record_id for one in records if is_considered(one) or pick([False] * 9 + [True]))
    considered = sha256(b"".join(present)).digest()
    return DerivedRecord(KIND.name, pick([ANN] * 30 + [EVE]), bytes(32), sources, considered, "cid", NOW)


def party(account, pick):
    return Party(account, "Bob", frozenset({"trial"}), b"", 0, pick([0] * 9 + [NOW]))


def unused(pick, number):
    """A consent that no question used: the facts about derived records count no uses."""
    grants_for = replace(state(pick, number + 1), uses=0, uses_of_record=0, last_use=None, anchored=True)
    permits = [replace(g, actions=("view", "compute")) for g in grants_for.consent.grants]
    if pick([True, True, False]):
        whose = {"grantee": BOB, "data_subject": ANN, "signer": ANN}
        grants_for = replace(grants_for, consent=replace(grants_for.consent, **whose), revoked=False, superseded=False)
        wide = {"purposes": ("hl7:HRESCH",), "not_before": 0, "expires": NOW + 9}
        permits = [replace(g, **wide, categories=pick([("health",), g.categories])) for g in permits]
    if pick([True, True, False]):
        permits = [replace(g, conditions=pick([(), (), g.conditions])) for g in permits]
    refused = replace(permits[0], categories=("health.sum",), conditions=())
    block = replace(refused, categories=("*",), purposes=("*",), actions=EVERY_ACTION, data_from=0, data_until=0)
    no = pick([None] * 18 + [refused, replace(block, records=(), not_before=0, expires=NOW + 9)])
    forbid = [replace(no, effect=Effect.FORBID)] if no else []
    return replace(grants_for, consent=replace(grants_for.consent, grants=(*permits, *forbid)))


def building(pick, number):
    """A consent to the builder, which mostly permits everything."""
    found = unused(pick, number + 50)
    scope = {
        "effect": Effect.PERMIT,
        "purposes": ("mydata:ALL",),
        "categories": pick([("health",)] * 9 + [("health.lab",)]),
    }
    open_grants = {"not_before": 0, "expires": NOW + 9, "data_from": 0, "data_until": 0, "records": ()}
    grants = tuple(
        replace(g, **scope, **open_grants, conditions=pick([()] * 9 + [g.conditions])) for g in found.consent.grants
    )
    consent = replace(found.consent, grantee=BUILDER, data_subject=ANN, signer=ANN, grants=grants)
    ends = {"revoked": pick([False] * 15 + [True]), "superseded": False, "notice_outdated": pick([False] * 15 + [True])}
    return replace(found, consent=consent, **ends)


@cache
def cases(count, seed):
    chance = random.Random(seed)
    return [case(chance.choice) for _ in range(count)]
