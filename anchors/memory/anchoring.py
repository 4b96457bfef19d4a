"""The Anchoring port in memory: what notary and follower read of the logs, and record of the chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mydata_ledger.anchors.memory.log import MemoryLog
from mydata_ledger.anchors.memory.state import State
from mydata_ledger.anchors.ports import MAX_BLOCKS
from mydata_ledger.ledger import merkle
from mydata_ledger.ledger.commitment.entry import NO_LOCK, RevocationMark
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.errors import InvalidStatement
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.ports import AnchoredHead, AnchoredSize
from mydata_ledger.ledger.receipt import CONSENTS, LOGS


class MemoryAnchoring:
    """The Anchoring port: the only writer of anchored heads."""

    def __init__(self, state: State, log: MemoryLog) -> None:
        self._state, self._log = state, log
        self._followed_at = 0

    def entries(self, log: str, start: int, limit: int) -> list[bytes]:
        """Entries (32 bytes) from position `start`."""
        return [logged.signed.entry.entry for logged in self._state.trees[log].statements[start : start + limit]]

    def subtrees(self, log: str, level: int, start: int, limit: int) -> list[bytes]:
        """Hashes of complete subtrees of 2**level leaves, from the one of index `start`; at level 0 the leaves."""
        tree = self._state.trees[log]
        end = min(start + limit, len(tree.statements) >> level)
        return [tree.node(level, index) for index in range(start, end)]

    def leaves(self, log: str, start: int, limit: int) -> list[bytes]:
        """Leaf hashes from position `start`."""
        return [logged.signed.entry.leaf for logged in self._state.trees[log].statements[start : start + limit]]

    def peaks(self, log: str, size: int) -> list[bytes]:
        """Peaks of the tree at `size`, largest first."""
        return merkle.peaks(size, self._state.trees[log].node)

    def mark_anchored(self, log: str, head: Head, block: int) -> None:
        """Record that the chain holds this head.

        Raises InvalidStatement if this log never had the head, or if it is smaller than the last one.
        """
        if self._log.head_at(log, head.size) != head or head.size < self._state.anchored[log].head.size:
            raise InvalidStatement(f"the {log} log never had that head of size {head.size}")
        self._state.anchored[log] = AnchoredHead(head, block, self._followed_at)
        self._state.record_change("head", log, AnchoredSize(head.size, block))

    def roll_back(self, log: str, head: Head, block: int) -> None:
        """After a reorganisation of the chain, make an earlier head the anchored one.

        Grants above it no longer permit; revocations still deny.
        """
        if self._log.head_at(log, head.size) != head:
            raise InvalidStatement(f"the {log} log never had that head of size {head.size}")
        self._state.anchored[log] = AnchoredHead(head, block, self._followed_at)
        self._state.record_change("head", log, AnchoredSize(head.size, block))

    def touch(self, at_time: int) -> None:
        """Record that the chain answered at `at_time` (UTC seconds) and agrees with this log."""
        self._followed_at, self._state.distrust = at_time, ""
        for log in LOGS:
            self._state.anchored[log] = AnchoredHead(
                self._state.anchored[log].head, self._state.anchored[log].block, at_time
            )

    def distrust(self, reason: str) -> None:
        """Record that the chain contradicts this log: every answer is unknown until `touch` is called."""
        self._state.distrust = reason

    def note_blocks(self, above: int, hashes: Mapping[int, bytes]) -> None:
        """Store hashes of blocks by number. What was stored above block `above` is no longer on the chain."""
        kept = {number: block_hash for number, block_hash in self._state.blocks.items() if number <= above} | dict(
            hashes
        )
        oldest = max(hashes, default=above) - MAX_BLOCKS
        self._state.blocks = {number: block_hash for number, block_hash in kept.items() if not 0 < number <= oldest}

    def noted_blocks(self) -> list[tuple[int, bytes]]:
        """Number and hash of the stored blocks, newest first: the newest `MAX_BLOCKS` numbers, and block 0."""
        return sorted(self._state.blocks.items(), reverse=True)

    def pending_secrets(self, limit: int) -> list[tuple[bytes, bytes]]:
        """(core, secret) of each lock that a revocation opened here and that is not yet open on chain, oldest first."""
        secrets: dict[bytes, tuple[bytes, bytes]] = {}
        for logged in self._state.trees[CONSENTS].statements:
            statement = logged.signed.statement
            lock = self._state.lock_opened_by(statement) if isinstance(statement, Revocation) else NO_LOCK
            if isinstance(statement, Revocation) and lock != NO_LOCK and self._state.marks.get(lock) is None:
                ended = self._state.by_entry[CONSENTS, statement.consent].signed.entry
                secrets.setdefault(lock, (ended.core, statement.secret))
        return list(secrets.values())[:limit]

    def revealed(self, marks: Sequence[RevocationMark]) -> None:
        """End every consent and delegation of a marked lock, whoever signed it, and of a marked digest or entry; also
        those that are accepted later. They stay ended even if the chain is reorganised. What is marked already is not
        written again.
        """
        blocks = {mark.key: mark.block for mark in marks if self._state.marks.get(mark.key) != mark.block}
        self._state.marks.update(blocks)
        for logged in self._state.trees[CONSENTS].statements:
            entry = logged.signed.entry
            names = {entry.entry, entry.lock, entry.digest}
            if isinstance(logged.signed.statement, Consent | Delegation) and blocks.keys() & names:
                self._state.record_change("reveal", entry.entry, True)

    def conceal(self, above: int) -> None:
        """Blocks above this number left the chain: their locks must be opened again; the revocations stay."""
        self._state.marks = {
            key: None if block is not None and block > above else block for key, block in self._state.marks.items()
        }
