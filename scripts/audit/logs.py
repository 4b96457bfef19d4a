"""One log from its first entry to its checkpoint, against the chain and against what was seen before."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, field

from mydata_ledger.ledger.errors import MalformedInput, SignatureInvalid, SourceUnavailable
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.note import Checkpoint, Note, Verifier
from mydata_ledger.scripts.audit.auditor_file import AuditorFile, SeenLog
from mydata_ledger.scripts.audit.findings import AuditFinding, FindingKind
from mydata_ledger.scripts.audit.history import Anchor, History
from mydata_ledger.scripts.audit.source import TileSource
from mydata_ledger.scripts.audit.walk import LogWalk

ORIGIN = re.compile(r"mydata-ledger/eip155:([1-9][0-9]{0,18}):(0x[0-9a-fA-F]{40})/([a-z]+)", re.ASCII)
Step = Callable[[int, int], None]
"""Hears entries read, and entries in all."""


@dataclass
class LogReport:
    """What an audit of one log came to.

    `heads` of the contract were recomputed, `ahead` are newer than the checkpoint; `trust` says where the key that the
    checkpoint was held against comes from; `entries` are those at the positions asked for.
    """

    log: str
    checkpoint: Checkpoint
    contract: str
    trust: str = ""
    heads: int = 0
    ahead: int = 0
    findings: list[AuditFinding] = field(default_factory=list)
    entries: dict[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Trust:
    """The keys a checkpoint is held against, and where they come from."""

    verifiers: Sequence[Verifier]
    source: str


def audit_log(
    log: str,
    source: TileSource,
    chain: History,
    known: AuditorFile,
    *,
    given: Sequence[Verifier] = (),
    positions: Set[int] = frozenset(),
    step: Step = lambda _read, _of: None,
) -> LogReport:
    """Replay a log.

    (1) the checkpoint is signed: by a key `given`, else by one remembered, else by one the server names, and its origin
    is the one remembered; (2) entry bundles and tiles make one tree; (3) its root is the checkpoint's; (4) every head
    the contract ever took is the root of its first entries, and only grew; (5) leaves that went on chain lie at their
    places; (6) the contract took the checkpoint's head; (7) the checkpoint seen before is a prefix. Raises
    SourceUnavailable, MalformedInput.
    """
    seen, note = known.logs.get(log), source.checkpoint(log)
    checkpoint = Checkpoint.parse(note.text)
    trust = _trust(log, checkpoint.origin, source, seen, given)
    report = LogReport(log, checkpoint, _contract(log, checkpoint, chain), trust.source)
    report.findings += _check_signed(report, note, seen, trust)
    anchors = chain.anchors(report.contract)
    report.findings += _check_chain(log, anchors, chain.head(report.contract))
    walk = LogWalk(source, log, checkpoint.head.size, _sizes(anchors, seen), positions)
    _read(report, walk, anchors, step)
    report.findings += _check_heads(report, walk, anchors)
    report.findings += _check_seen(report, seen, note, walk, known)
    if not report.findings:
        known.remember(log, list(trust.verifiers), note)
    return report


def _sizes(anchors: Sequence[Anchor], seen: SeenLog | None) -> set[int]:
    return {anchor.head.size for anchor in anchors} | ({seen.checkpoint.head.size} if seen else set())


def _trust(log: str, origin: str, source: TileSource, seen: SeenLog | None, given: Sequence[Verifier]) -> Trust:
    """A key the server names now is worth nothing once one is known: anybody may add a signature of their own."""
    mine = [verifier for verifier in given if verifier.name == origin]
    if mine or seen:
        return Trust(mine, "given") if mine else Trust(seen.verifiers if seen else [], "remembered")
    return Trust([v for v in source.verifiers(log) if v.name == origin], "named by the server")


def _contract(log: str, checkpoint: Checkpoint, chain: History) -> str:
    named = ORIGIN.fullmatch(checkpoint.origin)
    if named is None or named.group(3) != log:
        raise MalformedInput(f"the checkpoint is not of a {log} log of MyData Ledger; check --url")
    if chain.chain_id() != int(named.group(1)):
        raise SourceUnavailable(f"the log is anchored on chain {named.group(1)}, the RPC is another; check --rpc")
    return named.group(2)


def _check_signed(report: LogReport, note: Note, seen: SeenLog | None, trust: Trust) -> Iterator[AuditFinding]:
    origin = report.checkpoint.origin
    if seen and seen.checkpoint.origin != origin:
        yield AuditFinding(FindingKind.ORIGIN, report.log, f"the log was {seen.checkpoint.origin} and is now {origin}")
    if not any(_signed(note, verifier) for verifier in trust.verifiers):
        text = f"no key {trust.source} signed the checkpoint; after a rotation give the new one with --vkey"
        yield AuditFinding(FindingKind.UNSIGNED, report.log, text)


def _signed(note: Note, verifier: Verifier) -> bool:
    try:
        verifier.check(note)
    except SignatureInvalid:
        return False
    return True


def _check_chain(log: str, anchors: Sequence[Anchor], head: Head) -> Iterator[AuditFinding]:
    sizes = [0, *(anchor.head.size for anchor in anchors)]
    for before, anchor in zip(sizes, anchors, strict=False):
        grown = anchor.head.size - before
        if grown <= 0 or (anchor.leaves and len(anchor.leaves) != grown):
            text = f"block {anchor.block} moves the head from size {before} to {anchor.head.size}"
            yield AuditFinding(FindingKind.NOT_GROWING, log, text)
    last = anchors[-1].head if anchors else None
    if (last or head) != head or (last is None and head.size):
        yield AuditFinding(
            FindingKind.UNANNOUNCED, log, f"the contract's head of size {head.size} is not the last it announced"
        )


def _read(report: LogReport, walk: LogWalk, anchors: Sequence[Anchor], step: Step) -> None:
    leaves, root, read = _Leaves(report.log, anchors), report.checkpoint.head.root, 0

    def progress(entries: int) -> None:
        nonlocal read
        read += entries
        step(read, report.checkpoint.head.size)

    walk.run(leaves.compare, progress)
    report.entries = walk.kept
    report.findings += [
        *walk.findings,
        *walk.differences(root),
        *leaves.findings(walk.matching_tree(root) is walk.by_entries),
    ]


class _Leaves:
    """Leaf hashes that the chain was told, against those of the tiles."""

    def __init__(self, log: str, anchors: Sequence[Anchor]) -> None:
        self._log = log
        self._anchors = sorted((a for a in anchors if a.leaves), key=lambda anchor: anchor.head.size)
        self._ends = [anchor.head.size for anchor in self._anchors]
        self._by_entry: list[tuple[int, bytes]] = []
        self._by_tile: list[tuple[int, bytes]] = []

    def _told(self, position: int) -> tuple[bytes, int] | None:
        """The leaf hash and its block."""
        found = bisect_right(self._ends, position)
        if found == len(self._ends):
            return None
        anchor = self._anchors[found]
        index = position - (anchor.head.size - len(anchor.leaves))
        return (anchor.leaves[index], anchor.block) if index >= 0 else None

    def compare(self, position: int, by_entry: bytes, by_tile: bytes) -> None:
        """Hold the leaf at a position against the chain's, as the bundle has it and as the tile has it."""
        told = self._told(position)
        if told and told[0] != by_entry:
            self._by_entry.append((position, by_entry))
        if told and told[0] != by_tile:
            self._by_tile.append((position, by_tile))

    def findings(self, by_entries: bool) -> Iterator[AuditFinding]:
        """The first that differs: those behind it may only have moved."""
        other = self._by_entry if by_entries else self._by_tile
        for position, leaf in other[:1]:
            told, following = self._told(position), self._told(position + 1)
            since = f"position {position} (block {told[1] if told else 0})"
            if following and following[0] == leaf:
                text = f"the entry anchored at {since} is gone; what follows moved up"
                yield AuditFinding(FindingKind.DROPPED, self._log, text)
            else:
                text = f"{since} does not hold the leaf that was anchored; {len(other)} positions differ"
                yield AuditFinding(FindingKind.LEAF, self._log, text)


def _check_heads(report: LogReport, walk: LogWalk, anchors: Sequence[Anchor]) -> Iterator[AuditFinding]:
    head, truth = report.checkpoint.head, walk.matching_tree(report.checkpoint.head.root)
    if truth.roots.get(head.size) != head.root:
        text = f"the {truth.size} entries served do not lead to the checkpoint of size {head.size}"
        yield AuditFinding(FindingKind.CHECKPOINT, report.log, text)
    covered = [anchor for anchor in anchors if anchor.head.size <= head.size]
    report.heads, report.ahead = len(covered), len(anchors) - len(covered)
    other = [anchor for anchor in covered if truth.roots.get(anchor.head.size) != anchor.head.root]
    if other:
        first, more = other[0], f"; nor are {len(other) - 1} later ones" if len(other) > 1 else ""
        text = f"the head of size {first.head.size}, on chain since block {first.block}, is not that of the tiles{more}"
        yield AuditFinding(FindingKind.ROOT, report.log, text)
    if head.size and head not in [anchor.head for anchor in anchors]:
        yield AuditFinding(
            FindingKind.UNANCHORED, report.log, f"the contract never took the checkpoint's head of size {head.size}"
        )


def _check_seen(
    report: LogReport, seen: SeenLog | None, note: Note, walk: LogWalk, known: AuditorFile
) -> Iterator[AuditFinding]:
    if seen is None or seen.checkpoint.origin != report.checkpoint.origin:
        return
    old, new = seen.checkpoint.head, report.checkpoint.head
    if new.size < old.size:
        known.record_fork(seen.note, note)
        yield AuditFinding(
            FindingKind.SHRUNK, report.log, f"the checkpoint went back from size {old.size} to {new.size}"
        )
    elif walk.matching_tree(new.root).roots.get(old.size) != old.root:
        known.record_fork(seen.note, note)
        text = f"the checkpoint of size {old.size} seen before is no prefix of the one of size {new.size}"
        yield AuditFinding(FindingKind.FORK, report.log, text)
