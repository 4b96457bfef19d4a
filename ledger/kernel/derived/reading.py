"""The sources of derived records, opened inside the operator's process by the person's consent to the operator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from mydata_ledger.ledger.access import AccessRequest, ConsentState, Decision, Facts
from mydata_ledger.ledger.decide import decide
from mydata_ledger.ledger.derived import COMPUTE, DerivedKind, DerivedRecord, Source, digest_of_ids, is_open
from mydata_ledger.ledger.kernel.decisions.evaluate import Evaluation, decided
from mydata_ledger.ledger.kernel.decisions.group_opening import GroupOpening, OpenItem
from mydata_ledger.ledger.kernel.derived.opening import opened
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.receipt import AccessReceipt
from mydata_ledger.ledger.record import Record

MOST_RECORDS = 5_000
"""The most records of one person, of any category, from which something is derived."""
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class OpenedSource:
    """A source, its holder (EIP-55 address), its data period (UTC seconds, end exclusive; 0: unknown), its content."""

    source: Source
    holder: str
    data_from: int
    data_until: int
    content: bytes


@dataclass(frozen=True, slots=True)
class PersonSources:
    """The sources of one person (signer bytes), and the digest of all records that were considered (32 bytes)."""

    data_subject: bytes
    opened: tuple[OpenedSource, ...]
    considered: bytes


@dataclass(frozen=True, slots=True)
class Considered:
    """The records of a person that may be opened for a kind now, the digest of all that it reads, and the consents that
    name the operator; these are known for persons with records only.

    `expected` are the ids of the records that may be opened once every consent is on chain.
    """

    data_subject: bytes
    open: tuple[Record, ...]
    digest: bytes
    consents: tuple[ConsentState, ...] = ()
    expected: frozenset[bytes] = frozenset()

    def leaves(self, record: DerivedRecord) -> bool:
        """Whether there is nothing to change about a derived record of the person: the same records were opened for it
        as building it would open, now or once every consent is on chain.
        """
        opened = {digest_of_ids(one.issue.record_id for one in self.open), digest_of_ids(self.expected)}
        return record.considered == self.digest and record.opened in opened


class SourceReading:
    """Every record that is opened is a question of the operator's account, with a receipt of its own."""

    def __init__(self, world: World, evaluation: Evaluation, opening: GroupOpening) -> None:
        self._world, self._evaluation, self._opening = world, evaluation, opening

    def considered(self, kind: DerivedKind, person: bytes) -> Considered:
        """Which records of a person a kind reads, and may open now. No question is asked. Raises SourceUnavailable."""
        now, about = self._world.clock.now(), self._request(kind, bytes(32), kind.category)
        each = self._world.index.person_facts(about, person, now)
        present = [one for one in each if one.record and kind.considers(one.record)]
        digest = digest_of_ids(one.record.issue.record_id for one in present if one.record)
        consents = each[0].consents if each else ()
        if len(each) > MOST_RECORDS:
            return Considered(person, (), digest, consents)
        now_open = tuple(self._open(kind, present, now))
        awaited = now_open if all(map(is_on_chain, consents)) else self._open(kind, map(_all_on_chain, present), now)
        return Considered(person, now_open, digest, consents, frozenset(one.issue.record_id for one in awaited))

    def open(self, kind: DerivedKind, people: Sequence[Considered]) -> Iterator[PersonSources]:
        """The records that may be opened of each person, in groups. What cannot be read is left out.

        Raises ChainBehind, SourceUnavailable.
        """
        records = [record for one in people for record in one.open]
        found: dict[bytes, list[OpenedSource]] = {one.data_subject: [] for one in people}
        for start in range(0, len(records), AT_ONCE):
            for record, content in self._opened(kind, records[start : start + AT_ONCE]):
                issue = record.issue
                source = Source(issue.record_id, issue.category, issue.commitment)
                period = issue.data_from, issue.data_until
                found[issue.data_subject].append(OpenedSource(source, issue.holder, *period, content))
        for one in people:
            yield PersonSources(one.data_subject, tuple(found[one.data_subject]), one.digest)

    def _opened(self, kind: DerivedKind, records: Sequence[Record]) -> Iterator[tuple[Record, bytes]]:
        questions = [(self._request(kind, r.issue.record_id, r.issue.category), _whole) for r in records]
        answers = self._evaluation.answer_soon(questions).result()
        items = [
            (record, OpenItem(record.issue.record_id, record.issue.cid, receipt))
            for record, (is_whole, receipt) in zip(records, answers, strict=True)
            if is_whole
        ]
        return opened(self._opening, items)

    def _open(self, kind: DerivedKind, each: Iterable[Facts], now: int) -> Iterator[Record]:
        """The records that the operator may open, by the facts about each."""
        for facts in each:
            if record := facts.record:
                request = self._request(kind, record.issue.record_id, record.issue.category)
                if is_open(facts, decide(request, facts, now)):
                    yield record

    def _request(self, kind: DerivedKind, record_id: bytes, category: str) -> AccessRequest:
        return self._evaluation.request(self._world.gateway.address, record_id, category, kind.purpose, COMPUTE)


def is_on_chain(state: ConsentState) -> bool:
    """Whether a consent is on chain, or stands no more."""
    return state.anchored or not state.stands


def _all_on_chain(facts: Facts) -> Facts:
    return replace(facts, consents=tuple(replace(state, anchored=True) for state in facts.consents))


def _whole(request: AccessRequest, facts: Facts, now: int) -> tuple[bool, AccessReceipt]:
    """Whether the whole record may be opened."""
    decision: Decision
    decision, receipt = decided(request, facts, now)
    return is_open(facts, decision), receipt
