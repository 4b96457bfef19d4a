"""Audit of one log from its first entry to its checkpoint, against the chain and the last audit."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, field

from mydata_ledger.ledger.errors import MalformedInput, SignatureInvalid, SourceUnavailable
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.note import Checkpoint, Note, Verifier
from mydata_ledger.ledger.receipt import CONSENTS
from mydata_ledger.scripts.audit.auditor_file import AuditorFile, SeenLog
from mydata_ledger.scripts.audit.findings import AuditFinding, FindingKind
from mydata_ledger.scripts.audit.history import Anchor, History
from mydata_ledger.scripts.audit.source import TileSource
from mydata_ledger.scripts.audit.walk import LogWalk

ORIGIN = re.compile(r"mydata-ledger/eip155:([1-9][0-9]{0,18}):(0x[0-9a-fA-F]{40})/([a-z]+)", re.ASCII)
Step = Callable[[int, int], None]
"""Function that gets the number of entries read and their total."""


@dataclass
class LogReport:
    """Report of the audit of one log.

    `heads` counts the recomputed heads of the contract, `ahead` those newer than the checkpoint. `trust` is the source
    of the key that verified the checkpoint. `entries` has the entries at the requested positions.
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
    """Keys that verify a checkpoint, and their source."""

    verifiers: Sequence[Verifier]
    source: str


def audit_log(
    log: str,
    source: TileSource,
    chain: History,
    auditor_file: AuditorFile,
    *,
    given: Sequence[Verifier] = (),
    positions: Set[int] = frozenset(),
    step: Step = lambda _read, _of: None,
) -> LogReport:
    """Replay a log and check it.

    (1) The checkpoint is signed by a key in `given`, else by a key of the last audit, else by a key that the server
    names; its origin is that of the last audit. (2) Entry bundles and tiles give one tree. (3) The root of the tree is
    that of the checkpoint. (4) Every head of the contract is the root of its first entries, and sizes only grow. (5)
    Leaves on chain are at their positions. (6) The contract took the head of the checkpoint. (7) The checkpoint of the
    last audit is a prefix.

    Args:
        log: Name of the log.
        source: Server of checkpoint, tiles and entries.
        chain: History of the contracts.
        auditor_file: State of the auditor; it is updated if there is no finding.
        given: Verifier keys to trust.
        positions: Positions whose entries the report contains.
        step: Called with the number of entries read and their total.

    Raises:
        SourceUnavailable: A source does not answer, or the consents contract is of an earlier release.
        MalformedInput: The checkpoint is malformed or belongs to another log.
    """
    seen, note = auditor_file.logs.get(log), source.checkpoint(log)
    checkpoint = Checkpoint.parse(note.text)
    trust = _trust(log, checkpoint.origin, source, seen, given)
    report = LogReport(log, checkpoint, _contract(log, checkpoint, chain), trust.source)
    report.findings += _check_signed(report, note, seen, trust)
    anchors = chain.anchors(report.contract)
    report.findings += _check_chain(log, anchors, chain.head(report.contract))
    if log == CONSENTS:
        chain.require_current(report.contract)
    walk = LogWalk(source, log, checkpoint.head.size, _sizes(anchors, seen), positions)
    _read(report, walk, anchors, step)
    report.findings += _check_heads(report, walk, anchors)
    report.findings += _check_prefix(report, seen, note, walk, auditor_file)
    if not report.findings:
        auditor_file.remember(log, list(trust.verifiers), note)
    return report


def _sizes(anchors: Sequence[Anchor], seen: SeenLog | None) -> set[int]:
    return {anchor.head.size for anchor in anchors} | ({seen.checkpoint.head.size} if seen else set())


def _trust(log: str, origin: str, source: TileSource, seen: SeenLog | None, given: Sequence[Verifier]) -> Trust:
    """Select the trusted keys; a key that the server names counts only if no key is known yet."""
    matching = [verifier for verifier in given if verifier.name == origin]
    if matching or seen:
        return Trust(matching, "given") if matching else Trust(seen.verifiers if seen else [], "remembered")
    return Trust([v for v in source.verifiers(log) if v.name == origin], "named by the server")


def _contract(log: str, checkpoint: Checkpoint, chain: History) -> str:
    match = ORIGIN.fullmatch(checkpoint.origin)
    if match is None or match.group(3) != log:
        raise MalformedInput(f"the checkpoint is not of a {log} log of MyData Ledger; check --url")
    if chain.chain_id() != int(match.group(1)):
        raise SourceUnavailable(f"the log is anchored on chain {match.group(1)}, the RPC is another; check --rpc")
    return match.group(2)


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
    leaves, root, read = _LeafComparison(report.log, anchors), report.checkpoint.head.root, 0

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


class _LeafComparison:
    """Comparison of the leaf hashes on chain with those of the tiles."""

    def __init__(self, log: str, anchors: Sequence[Anchor]) -> None:
        self._log = log
        self._anchors = sorted((a for a in anchors if a.leaves), key=lambda anchor: anchor.head.size)
        self._ends = [anchor.head.size for anchor in self._anchors]
        self._by_entry: list[tuple[int, bytes]] = []
        self._by_tile: list[tuple[int, bytes]] = []

    def _anchored(self, position: int) -> tuple[bytes, int] | None:
        """The leaf hash on chain at a position, and its block; None if the chain has no leaf for it."""
        number = bisect_right(self._ends, position)
        if number == len(self._ends):
            return None
        anchor = self._anchors[number]
        index = position - (anchor.head.size - len(anchor.leaves))
        return (anchor.leaves[index], anchor.block) if index >= 0 else None

    def compare(self, position: int, by_entry: bytes, by_tile: bytes) -> None:
        """Compare the leaf on chain at a position with the leaves of the entry bundle and of the tile."""
        anchored = self._anchored(position)
        if anchored and anchored[0] != by_entry:
            self._by_entry.append((position, by_entry))
        if anchored and anchored[0] != by_tile:
            self._by_tile.append((position, by_tile))

    def findings(self, by_entries: bool) -> Iterator[AuditFinding]:
        """Finding for the first differing leaf only, since later ones may just have moved."""
        other = self._by_entry if by_entries else self._by_tile
        for position, leaf in other[:1]:
            anchored, following = self._anchored(position), self._anchored(position + 1)
            since = f"position {position} (block {anchored[1] if anchored else 0})"
            if following and following[0] == leaf:
                text = f"the entry anchored at {since} is gone; the entries after it moved up"
                yield AuditFinding(FindingKind.DROPPED, self._log, text)
            else:
                text = f"{since} does not hold the leaf that was anchored; {len(other)} positions differ"
                yield AuditFinding(FindingKind.LEAF, self._log, text)


def _check_heads(report: LogReport, walk: LogWalk, anchors: Sequence[Anchor]) -> Iterator[AuditFinding]:
    head, tree = report.checkpoint.head, walk.matching_tree(report.checkpoint.head.root)
    if tree.roots.get(head.size) != head.root:
        text = f"the {tree.size} entries served do not lead to the checkpoint of size {head.size}"
        yield AuditFinding(FindingKind.CHECKPOINT, report.log, text)
    covered = [anchor for anchor in anchors if anchor.head.size <= head.size]
    report.heads, report.ahead = len(covered), len(anchors) - len(covered)
    other = [anchor for anchor in covered if tree.roots.get(anchor.head.size) != anchor.head.root]
    if other:
        first, more = other[0], f"; nor are {len(other) - 1} later ones" if len(other) > 1 else ""
        text = f"the head of size {first.head.size}, on chain since block {first.block}, is not that of the tiles{more}"
        yield AuditFinding(FindingKind.ROOT, report.log, text)
    if head.size and head not in [anchor.head for anchor in anchors]:
        yield AuditFinding(
            FindingKind.UNANCHORED, report.log, f"the contract never took the checkpoint's head of size {head.size}"
        )


def _check_prefix(
    report: LogReport, seen: SeenLog | None, note: Note, walk: LogWalk, auditor_file: AuditorFile
) -> Iterator[AuditFinding]:
    if seen is None or seen.checkpoint.origin != report.checkpoint.origin:
        return
    old, new = seen.checkpoint.head, report.checkpoint.head
    if new.size < old.size:
        auditor_file.record_fork(seen.note, note)
        yield AuditFinding(
            FindingKind.SHRUNK, report.log, f"the checkpoint went back from size {old.size} to {new.size}"
        )
    elif walk.matching_tree(new.root).roots.get(old.size) != old.root:
        auditor_file.record_fork(seen.note, note)
        text = f"the checkpoint of size {old.size} seen before is no prefix of the one of size {new.size}"
        yield AuditFinding(FindingKind.FORK, report.log, text)
