"""Derived records: what a job of the operator computed from records of one person, and the rule about questions on it.

A derived record is no statement and is in no log. Its id commits to its sources. A question about it is one about all
of them at one moment: `decide_derived` asks the rule about every source, and answers which of them may be computed on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from mydata_ledger.ledger.access import SELF_VIEW, AccessRequest, Decision, Facts, Reason
from mydata_ledger.ledger.consent import category_covers
from mydata_ledger.ledger.decide import decide
from mydata_ledger.ledger.record import Issue, Record
from mydata_ledger.ledger.search import DerivedFacts, DerivedQuery

COMPUTE, VIEW = "compute", "view"
DOMAIN = b"MyData Ledger derived record\n"
HARMLESS = frozenset({"pseudonymise", "aggregate-only", "retain-until", "no-onward-transfer", "from"})
"""Conditions of a permit that a computation keeps as a whole. Others count uses, or withhold parts of a record: a
source that is permitted under one of those is treated as withheld.
"""
REFUSALS = (Reason.BLOCKED, Reason.REFUSED, Reason.NEEDS_RECONSENT)
NO_ENTRY = bytes(32)


@dataclass(frozen=True, slots=True)
class DerivedKind:
    """A kind of derived record.

    `category` is its own category, which no record is issued in; `reads` are the categories of its sources, with those
    below. `purpose` is that of the consent by which the operator may compute it.
    """

    name: str
    category: str
    reads: tuple[str, ...]
    purpose: str

    def considers(self, record: Record) -> bool:
        """Whether a record is present and in a category that this kind reads."""
        is_present = not (record.erased or record.superseded_by)
        return is_present and any(category_covers(above, record.issue.category) for above in self.reads)


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """A record from which something was derived: id and commitment have 32 bytes."""

    record_id: bytes
    category: str
    commitment: bytes


@dataclass(frozen=True, slots=True)
class DerivedRecord:
    """A derived record of a person (signer bytes).

    `salt` and `considered` have 32 bytes: `considered` is the digest of all records that were present when it was
    built, at `built_at` (UTC seconds), and `opened` that of the records that were opened for it (empty: not known).
    `sources` are those that its content is made of, sorted. `cid` names the sealed payload.
    """

    kind: str
    data_subject: bytes
    salt: bytes
    sources: tuple[Source, ...]
    considered: bytes
    cid: str
    built_at: int
    opened: bytes = b""

    @property
    def id(self) -> bytes:
        """The id, 32 bytes."""
        return derived_id(self.kind, self.salt, self.sources)


@dataclass(frozen=True, slots=True)
class DerivedDecision:
    """The answer about a derived record, and the ids of the sources on which it lets the requester compute.

    `fresh` is false where the person's records are not those that it was built from.
    """

    decision: Decision
    sources: frozenset[bytes] = frozenset()
    fresh: bool = True

    @property
    def least(self) -> int:
        """The smallest group that a result may be about, as the consents want it (1: no bound)."""
        bounds = [text.partition(":")[2] for text in self.decision.obligations if text.startswith("aggregate-only:")]
        return max(map(int, bounds), default=1)


def derived_id(kind: str, salt: bytes, sources: Sequence[Source]) -> bytes:
    """The id of a derived record: a digest of its kind, a random salt of 32 bytes, and its sources in any order."""
    digest = sha256(DOMAIN + _sized(kind.encode()) + salt)
    for source in sorted(sources):
        digest.update(source.record_id + source.commitment + _sized(source.category.encode()))
    return digest.digest()


def digest_of_ids(record_ids: Iterable[bytes]) -> bytes:
    """The digest (32 bytes) of a set of record ids."""
    return sha256(b"".join(sorted(record_ids))).digest()


def _sized(text: bytes) -> bytes:
    return len(text).to_bytes(2, "big") + text


def decide_derived(
    question: DerivedQuery, kind: DerivedKind, record: DerivedRecord | None, facts: Facts, at_time: int
) -> DerivedDecision:
    """Answer a question about a derived record as of `at_time` (UTC seconds).

    In this order: no such record, a source that is gone, or a source that its builder may not compute on any more, no
    record; its data subject's own view, yes; other records than it was built from, no record; a block or a forbid of
    its own category, no; a source on which the requester may compute, yes, with all of these; otherwise no.
    """
    nothing = DerivedDecision(Decision(False, Reason.NO_RECORD), fresh=False)
    if record is None or not isinstance(facts, DerivedFacts) or facts.each is None:
        return nothing
    if (record.id, record.data_subject) != (question.record_id, question.data_subject):
        return nothing
    wanted = {source.record_id for source in record.sources}
    about = [one for one in facts.each if one.record and one.record.issue.record_id in wanted]
    built = [one for one in facts.built if one.record and one.record.issue.record_id in wanted]
    if not _still_stands(question, built, len(wanted), at_time):
        return nothing
    fresh = digest_of_ids(_present(kind, facts.each)) == record.considered
    if is_own(question, question.data_subject):
        return DerivedDecision(Decision(True, Reason.OWN), frozenset(wanted), fresh)
    return answer_about(question, kind.category, about, at_time) if fresh else nothing


def _still_stands(question: DerivedQuery, built: Sequence[Facts], sources: int, at_time: int) -> bool:
    """Whether the builder may still compute on every source."""
    members = question.request_id, question.builder, question.record_id, question.category
    as_builder = AccessRequest(*members, question.built_for, COMPUTE)
    return sum(is_open(one, decision) for one, decision in _decisions(as_builder, built, at_time)) == sources


def _present(kind: DerivedKind, each: Iterable[Facts]) -> Iterator[bytes]:
    return (one.record.issue.record_id for one in each if one.record and kind.considers(one.record))


def is_own(question: AccessRequest, person: bytes) -> bool:
    """Whether the person looks at their own derived record."""
    is_person = bytes.fromhex(question.requester[2:]) == person
    return is_person and question.purpose == SELF_VIEW and question.action == VIEW


def answer_about(question: AccessRequest, category: str, about: Sequence[Facts], at_time: int) -> DerivedDecision:
    """The answer to somebody else about a derived record of a category that is fresh and stands, from the facts about
    each of its sources.
    """
    itself = _of_itself(question, category, about, at_time)
    if question.action != COMPUTE or not about or itself.reason in {Reason.BLOCKED, Reason.REFUSED}:
        reason = itself.reason if itself.reason in REFUSALS else Reason.NO_CONSENT
        return DerivedDecision(replace(itself, permitted=False, reason=reason, obligations=frozenset()))
    decisions = list(_decisions(question, about, at_time))
    opened = [(one, decision) for one, decision in decisions if is_open(one, decision)]
    if not opened:
        return DerivedDecision(_refusal([decision for _, decision in decisions]))
    grants = frozenset(grant for _, decision in opened for grant in decision.grants)
    obligations = frozenset(text for _, decision in opened for text in decision.obligations)
    sources = frozenset(one.record.issue.record_id for one, _ in opened if one.record)
    return DerivedDecision(Decision(True, Reason.CONSENTED, grants, obligations), sources)


def _of_itself(question: AccessRequest, category: str, about: Sequence[Facts], at_time: int) -> Decision:
    """The answer about the derived record as if it were a record of its own category: a forbid of it counts."""
    first = next((one for one in about if one.record), None)
    if first is None or first.record is None:
        return Decision(False, Reason.NO_CONSENT)
    person, none = first.record.issue.data_subject, bytes(32)
    issue = Issue(question.record_id, person, "", category, 0, 0, none, "", none, 0, none)
    return decide(question.about(category), first.with_record(Record(issue, 0, NO_ENTRY, anchored=True)), at_time)


def _decisions(question: AccessRequest, about: Sequence[Facts], at_time: int) -> Iterator[tuple[Facts, Decision]]:
    """The decision on each record, as if it were asked about alone: one for records that the rule cannot tell apart."""
    by_likeness: dict[tuple[object, ...], Decision] = {}
    for facts in about:
        if facts.record:
            likeness = _likeness(facts, facts.record)
            if likeness not in by_likeness:
                by_likeness[likeness] = decide(_about(question, facts.record), facts, at_time)
            yield facts, by_likeness[likeness]


def _likeness(facts: Facts, record: Record) -> tuple[object, ...]:
    """What tells records of one person apart for the rule; the id only where a grant names records."""
    issue, grants = record.issue, (grant for state in facts.consents for grant in state.consent.grants)
    record_id = issue.record_id if any(grant.records for grant in grants) else b""
    return issue.holder, issue.category, issue.data_from, issue.data_until, record.erased, record_id


def _about(question: AccessRequest, record: Record) -> AccessRequest:
    members = question.request_id, question.requester, record.issue.record_id, record.issue.category
    return AccessRequest(*members, question.purposes, question.action)


def is_open(facts: Facts, decision: Decision) -> bool:
    """Whether a decision lets a computation have the whole record, now and as often as it is asked."""
    if not decision.permitted or decision.reason is not Reason.CONSENTED:
        return False
    states = {state.entry: state.consent.grants for state in facts.consents}
    conditions = (text for entry, number in decision.grants for text in states[entry][number].conditions)
    return all(text.partition(":")[0] in HARMLESS for text in conditions)


def _refusal(decisions: Sequence[Decision]) -> Decision:
    """Why no source may be computed on: the first of REFUSALS that any has, with what determined it."""
    reasons = {decision.reason for decision in decisions}
    reason = next((one for one in REFUSALS if one in reasons), Reason.NO_CONSENT)
    grants = (grant for one in decisions if one.reason is reason for grant in one.grants)
    return Decision(False, reason, frozenset(grants))
