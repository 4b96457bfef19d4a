"""Same content, known again: which records of a person have the content of another one."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from mydata_ledger.ledger.content_digest import DraftedContent, fingerprint
from mydata_ledger.ledger.kernel.consents.acting import Covers, is_all_covered
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.record import Record

FURTHER = 1 << 32
"""Above the numbers that are counted."""
DRAFT_SECONDS = 7 * 86_400
"""How long a draft can be signed. After that it is deleted with its digests."""


@dataclass(frozen=True, slots=True)
class PlannedContent:
    """What is known of an upload before it is drafted: its digests, its number among equal ones of its holder, and the
    holder's record that stands with this content already (empty if there is none).
    """

    digests: tuple[bytes, ...]
    copy: int
    duplicate_of: bytes = b""

    def of_record(self, record_id: bytes, holder: str) -> DraftedContent:
        """The digests as they are stored for a new record."""
        return DraftedContent(record_id, holder, self.digests, self.copy)


@dataclass(frozen=True, slots=True)
class Submission:
    """Content that a holder submits: the person, the fingerprint, and the record that it corrects or zero. With
    `again` it is a further record, whatever equals it.
    """

    data_subject: bytes
    fingerprint: bytes
    supersedes: bytes = bytes(32)
    again: bool = False


class EqualContent:
    """The person learns what is equal, services that work for them do, and a holder about its own records.

    Nothing about one holder's records is read to answer another one.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def same(self, data_subject: bytes, covers: Covers = is_all_covered) -> dict[bytes, tuple[Record, ...]]:
        """For each record of the person that has them, the others with equal content, oldest first, by record id.

        Superseded records count, erased ones do not. Only records whose category `covers` allows are named. Only the
        person, a delegate (with what the delegation covers) and a service that works for them may learn it.
        """
        seen = [r for r in self._world.index.records_of(data_subject) if covers((r.issue.category,)) and not r.erased]
        groups = defaultdict[bytes, set[bytes]](set)
        found = self._world.content_digests.of_records([record.issue.record_id for record in seen])
        for content in found:
            for digest in content.digests:
                groups[digest].add(content.record_id)
        others = {c.record_id: set().union(*(groups[d] for d in c.digests)) - {c.record_id} for c in found}
        return {one: tuple(r for r in seen if r.issue.record_id in named) for one, named in others.items() if named}

    def fingerprint(self, content: bytes, media_type: str) -> bytes:
        """The fingerprint of content, in the form of its media type."""
        return fingerprint(content, media_type, self._world.canonical_forms)

    def plan(self, holder: str, submissions: Sequence[Submission]) -> list[PlannedContent]:
        """Digests and copy number of each submission of one holder.

        Of equal submissions as many are duplicates as the holder has standing records with this content: a file that
        holds three equal receipts makes three records, and none when it is read again. A correction may repeat the
        content that it supersedes.
        """
        keys = self._world.content_keys
        digests = [keys.digests(each.data_subject, each.fingerprint) for each in submissions]
        standing = self._standing(holder, {digest for each in digests for digest in each})
        numbering = {own[0]: _Numbering(own, _with_any(standing, own)) for own in digests}
        return [numbering[own[0]].assign(each) for each, own in zip(submissions, digests, strict=True)]

    def forget_drafts(self) -> int:
        """Delete drafts that were not signed within a week, with their digests; returns how many."""
        return self._world.content_digests.forget_drafts(self._world.clock.now() - DRAFT_SECONDS)

    def _standing(self, holder: str, digests: set[bytes]) -> dict[bytes, dict[int, bytes]]:
        """The holder's standing records with these digests: by digest, the record ids by copy."""
        found = self._world.content_digests.of_holder(digests, holder)
        records = self._world.index.records_named([content.record_id for content in found])
        standing = {r.issue.record_id for r in records if not r.superseded_by and not r.erased}
        by_digest = defaultdict[bytes, dict[int, bytes]](dict)
        for content in found:
            if content.record_id in standing:
                for digest in content.digests:
                    by_digest[digest][content.copy] = content.record_id
        return by_digest


class _Numbering:
    """The numbers of one holder's records with equal content, while several are submitted."""

    def __init__(self, digests: tuple[bytes, ...], standing: Mapping[int, bytes]) -> None:
        self._digests, self._standing, self._matched, self._assigned = digests, standing, set[int](), set[int]()

    def assign(self, submission: Submission) -> PlannedContent:
        """The next standing record that is not matched yet, or the first number that is free; with `again` a random
        number, so that such drafts never exclude one another.
        """
        if submission.again:
            return PlannedContent(self._digests, FURTHER + secrets.randbits(62))
        kept = {copy: record for copy, record in self._standing.items() if record != submission.supersedes}
        unmatched = sorted(kept.keys() - self._matched)
        if unmatched:
            self._matched.add(unmatched[0])
            return PlannedContent(self._digests, unmatched[0], kept[unmatched[0]])
        copy = next(number for number in count(1) if number not in self._assigned and number not in kept)
        self._assigned.add(copy)
        return PlannedContent(self._digests, copy)


def _with_any(standing: Mapping[bytes, Mapping[int, bytes]], digests: Iterable[bytes]) -> dict[int, bytes]:
    return {copy: record for digest in digests for copy, record in standing.get(digest, {}).items()}
