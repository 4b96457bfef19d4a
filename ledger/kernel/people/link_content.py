"""The content of a link: a person's own records, opened inside the operator's process and encrypted under the link's
key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mydata_ledger.ledger.access import SELF_VIEW
from mydata_ledger.ledger.consent import category_covers
from mydata_ledger.ledger.envelope.jose import jwe
from mydata_ledger.ledger.errors import TooLarge
from mydata_ledger.ledger.kernel.decisions.evaluate import Evaluation
from mydata_ledger.ledger.kernel.decisions.group_opening import GROUP, GroupOpening, OpenItem, opened_or_raised
from mydata_ledger.ledger.kernel.people.link_log import VIEW
from mydata_ledger.ledger.kernel.people.links import MARK
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.record import Record

MOST_RECORDS = 2_000


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """One of a person's own records, opened: its holder (0x address) and its content."""

    holder: str
    content: bytes


@dataclass(frozen=True, slots=True)
class LinkScope:
    """Whose records a link shares (signer bytes), in which categories, and who makes it: the person or a delegate."""

    person: bytes
    categories: tuple[str, ...]
    maker: bytes


Compose = Callable[[Sequence[OwnRecord]], bytes]
"""Maps records, oldest first, to the one document that is shared."""


class LinkContent:
    """Every record in a link has a receipt."""

    def __init__(self, world: World, evaluation: Evaluation, opening: GroupOpening) -> None:
        self._world, self._evaluation, self._opening = world, evaluation, opening

    def sealed(self, scope: LinkScope, key: bytes, compose: Compose, media_type: str) -> dict[str, object]:
        """Store the result of `compose`, encrypted (JWE) under the link's key (32 bytes): its CID, its size in bytes,
        and a mark of each record in it.

        Raises TooLarge, ChainBehind, IntegrityFailure, KeyDestroyed, SourceUnavailable.
        """
        records = self._shared(scope.person, scope.categories)
        sealed = jwe(compose(self._opened(scope.maker, records)), key, media_type).encode()
        (cid,) = self._world.payloads.put_many([sealed])
        marks = [record.issue.record_id[:MARK].hex() for record in records]
        return {"cid": cid, "size": len(sealed), "records": marks}

    def _shared(self, person: bytes, categories: tuple[str, ...]) -> list[Record]:
        own = [r for r in self._world.index.records_of(person) if not (r.erased or r.superseded_by)]
        records = [r for r in own if any(category_covers(c, r.issue.category) for c in categories)]
        if len(records) > MOST_RECORDS:
            raise TooLarge(f"a link shares at most {MOST_RECORDS} records; share fewer categories")
        return records

    def _opened(self, maker: bytes, records: Sequence[Record]) -> list[OwnRecord]:
        """The records, opened inside the operator's process for the maker of the link, who is the data subject or a
        delegate, each with its own receipt; without records that are released as streams.
        """
        groups = (records[start : start + GROUP] for start in range(0, len(records), GROUP))
        return [own for group in groups for own in self._opened_group(requester_name(maker), group)]

    def _opened_group(self, name: str, records: Sequence[Record]) -> Iterator[OwnRecord]:
        requests = [
            self._evaluation.request(name, r.issue.record_id, r.issue.category, SELF_VIEW, VIEW) for r in records
        ]
        answers = self._evaluation.ask_soon(requests).result()
        permitted = [
            (r, receipt) for r, (decision, receipt) in zip(records, answers, strict=True) if decision.permitted
        ]
        items = [OpenItem(r.issue.record_id, r.issue.cid, receipt) for r, receipt in permitted]
        for (record, _), outcome in zip(permitted, self._opening.outcomes(items), strict=True):
            if not isinstance(outcome, TooLarge):
                yield OwnRecord(record.issue.holder, opened_or_raised(outcome).content)
