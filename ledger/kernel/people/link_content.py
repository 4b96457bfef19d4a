"""The content of a link: a person's own records, opened inside the operator's process and encrypted under the link's
key.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.access import SELF_VIEW
from mydata_ledger.ledger.consent import category_covers
from mydata_ledger.ledger.envelope.jose import jwe
from mydata_ledger.ledger.errors import TooLarge
from mydata_ledger.ledger.kernel.decisions.evaluate import Evaluation
from mydata_ledger.ledger.kernel.people.link_log import VIEW
from mydata_ledger.ledger.kernel.people.links import MARK
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.receipt import LoggedStatement
from mydata_ledger.ledger.record import Record

MOST_RECORDS, BATCH = 2_000, 500


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

    def __init__(self, world: World, evaluation: Evaluation) -> None:
        self._world, self._evaluation = world, evaluation

    def sealed(self, scope: LinkScope, key: bytes, compose: Compose, media_type: str) -> dict[str, object]:
        """Store the result of `compose`, encrypted (JWE) under the link's key (32 bytes): its CID, its size in bytes,
        and a mark of each record in it.

        Raises TooLarge, ChainBehind, SourceUnavailable.
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
        name, opened = requester_name(maker), []
        for start in range(0, len(records), BATCH):
            part = records[start : start + BATCH]
            requests = [
                self._evaluation.request(name, r.issue.record_id, r.issue.category, SELF_VIEW, VIEW) for r in part
            ]
            answers = self._evaluation.ask_soon(requests).result()
            for record, (decision, receipt) in zip(part, answers, strict=True):
                if decision.permitted and (sealed := self._world.sealed(record.issue.cid)) is not None:
                    opened.append(OwnRecord(record.issue.holder, self._content_of(record, sealed, receipt)))
        return opened

    def _content_of(self, record: Record, sealed: bytes, receipt: LoggedStatement) -> bytes:
        wrapped = self._world.keys.rewrap(record.issue.record_id, self._world.computer.public, receipt)
        key = envelope.unwrap(wrapped, self._world.computer, record.issue.record_id)
        return envelope.open_sealed(sealed, key, record.issue.record_id).content
