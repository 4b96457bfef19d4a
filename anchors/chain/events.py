"""What happened to consents and parties on chain: events of the contracts, decoded, and read so that none is missed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mydata_ledger.anchors.artifacts import Deployment
from mydata_ledger.anchors.chain import abi
from mydata_ledger.anchors.chain.logs import FORKED, LogReader
from mydata_ledger.anchors.chain.results import Block, EventLog, octets
from mydata_ledger.anchors.chain.rpc import Rpc
from mydata_ledger.ledger.commitment.entry import RevocationMark
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.party import Party, checksum

OVERLAP = 64
"""Blocks that every poll reads again. Ethereum finalises a block after 64 slots; a node's index is never later."""
PARTY_EVENTS = (abi.REGISTERED, abi.UPDATED, abi.REMOVED)
PartyChanges = dict[str, Party | None]
"""The newest state of each account whose accreditation changed; None if it was removed."""


@dataclass(frozen=True, slots=True)
class NewEvents:
    """What a poll found.

    `revoked` has the marks of revocation; `parties` the changed accounts, or all if `is_whole`; `hashes` those of
    the blocks that were read for the first time, by number.
    """

    revoked: list[RevocationMark]
    parties: PartyChanges
    is_whole: bool
    hashes: dict[int, bytes]


@dataclass(frozen=True, slots=True)
class _Kept:
    """Events that are noted: of the newest blocks, and with `is_whole` all those of parties."""

    logs: frozenset[EventLog]
    is_whole: bool


class EventReader:
    """Reads the events that the follower needs.

    It keeps those of the last `OVERLAP` blocks, to tell new ones from known ones, and all events of parties once it has
    read the chain from its start. So after a reorganisation it reads again only the blocks that can have changed. What
    was read counts as noted when `confirm` is called.
    """

    def __init__(self, rpc: Rpc, deployment: Deployment) -> None:
        self._logs = LogReader(rpc, {deployment.consents: abi.REVOCATION_EVENTS, deployment.parties: PARTY_EVENTS})
        self._parties = octets(deployment.parties, 20)
        self._kept = _Kept(frozenset(), is_whole=False)
        self._read, self._is_started = self._kept, False
        self._tip = self._read_to = (-1, b"")

    def read(
        self, first: int, common: int | None, tip: Block, noted: Mapping[int, bytes], *, is_back: bool
    ) -> NewEvents:
        """Read what is new up to `tip`.

        Args:
            first: The first block that can have events.
            common: The newest block that was read before and is still on the chain; None if there is none.
            tip: The newest block that counts.
            noted: Hashes of blocks that were read before, by number.
            is_back: True if the chain was reorganised above `common`: the whole directory is read anew.

        Raises:
            SourceUnavailable: The events could not be read, or not proven; the next call starts where this one did.
        """
        if max(noted.items(), default=self._read_to) != self._read_to:  # another process read blocks in between
            self._kept, self._is_started = _Kept(frozenset(), is_whole=False), False
        self._tip = (tip.number, tip.hash)
        is_whole = common is None or is_back
        start = first if common is None or (is_back and not self._kept.is_whole) else max(first, common - OVERLAP + 1)
        reading = self._logs.read(start, tip, noted if self._is_started and not is_back else {})
        if common is not None and reading.hashes.get(common, noted.get(common)) != noted.get(common):
            raise SourceUnavailable(FORKED)
        kept = frozenset(log for log in self._kept.logs if log.block < start) if is_whole else self._kept.logs
        new = set(reading.logs) - kept
        self._read = self._kept
        if not new and not is_whole:
            return NewEvents([], {}, is_whole, reading.hashes)
        parties = [log for log in kept | new if self._is_of_party(log)]
        changed = {log.indexed(1) for log in (parties if is_whole else new) if self._is_of_party(log)}
        self._read = self._to_keep(kept | new, tip, is_whole=is_whole or self._kept.is_whole)
        changes = party_changes(log for log in parties if log.indexed(1) in changed)
        return NewEvents(revocations(new), changes, is_whole, reading.hashes)

    def confirm(self) -> None:
        """Take note that what was read last is in the database."""
        self._kept, self._read_to, self._is_started = self._read, self._tip, True

    def _to_keep(self, logs: frozenset[EventLog], tip: Block, *, is_whole: bool) -> _Kept:
        oldest = tip.number - OVERLAP
        kept = (log for log in logs if log.block > oldest or (is_whole and self._is_of_party(log)))
        return _Kept(frozenset(kept), is_whole)

    def _is_of_party(self, log: EventLog) -> bool:
        return log.address == self._parties


def revocations(logs: Iterable[EventLog]) -> list[RevocationMark]:
    """Return the mark of each event of a revocation, by secret or by signature."""
    by_topic = {octets(abi.REVOKED): _by_secret, octets(abi.REVOKED_BY_SIGNATURE): _by_signature}
    return [by_topic[topic](log) for log in logs if (topic := log.topics[0]) in by_topic]


def _by_secret(log: EventLog) -> RevocationMark:
    return RevocationMark(log.indexed(1), log.indexed(2), log.block)


def _by_signature(log: EventLog) -> RevocationMark:
    (lock,) = abi.unpack(("bytes32",), log.data)
    return RevocationMark(log.indexed(1), lock, log.block, log.indexed(2))


def party_changes(logs: Iterable[EventLog]) -> PartyChanges:
    """Return the state of each account after its last event."""
    removed, changes = octets(abi.REMOVED), PartyChanges()
    for log in sorted(logs, key=lambda log: log.position):
        account = checksum(log.indexed(1)[-20:])
        changes[account] = None if log.topics[0] == removed else _party(account, log.data)
    return changes


def _party(account: str, data: bytes) -> Party:
    name, roles, key, valid_from, valid_until = abi.unpack(abi.RAW_PARTY_TYPES, data)
    return Party(account, abi.text(name), frozenset(map(abi.text, roles)), key, valid_from, valid_until)
