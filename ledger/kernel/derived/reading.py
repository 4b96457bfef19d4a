"""The sources of derived records, opened inside the operator's process by the person's consent to the operator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mydata_ledger.ledger.access import AccessRequest, ConsentState, Decision, Facts
from mydata_ledger.ledger.decide import decide
from mydata_ledger.ledger.derived import COMPUTE, DerivedKind, Source, digest_of_ids, is_open
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
    """

    data_subject: bytes
    open: tuple[Record, ...]
    digest: bytes
    consents: tuple[ConsentState, ...] = ()


class SourceReading:
    """Every record that is opened is a question of the operator's account, with a receipt of its own."""

    def __init__(self, world: World, evaluation: Evaluation, opening: GroupOpening) -> None:
        self._world, self._evaluation, self._opening = world, evaluation, opening

    def considered(self, kind: DerivedKind, person: bytes) -> Considered:
        """Which records of a person a kind reads, and may open now. No question is asked. Raises SourceUnavailable."""
        now, about = self._world.clock.now(), self._request(kind, bytes(32), kind.category)
        each = self._world.index.person_facts(about, person, now)
        present = [one for one in each if one.record and kind.considers(one.record)]
        opened = (one.record for one in present if one.record and self._is_open(kind, one, one.record, now))
        few = len(each) <= MOST_RECORDS
        digest = digest_of_ids(one.record.issue.record_id for one in present if one.record)
        return Considered(person, tuple(opened) if few else (), digest, each[0].consents if each else ())

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

    def _is_open(self, kind: DerivedKind, facts: Facts, record: Record, now: int) -> bool:
        request = self._request(kind, record.issue.record_id, record.issue.category)
        return is_open(facts, decide(request, facts, now))

    def _request(self, kind: DerivedKind, record_id: bytes, category: str) -> AccessRequest:
        return self._evaluation.request(self._world.gateway.address, record_id, category, kind.purpose, COMPUTE)


def _whole(request: AccessRequest, facts: Facts, now: int) -> tuple[bool, AccessReceipt]:
    """Whether the whole record may be opened."""
    decision: Decision
    decision, receipt = decided(request, facts, now)
    return is_open(facts, decision), receipt
