"""Digests of content made anew: each record that still has a key is opened inside the keystore."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import count

from mydata_ledger.anchors.keystore import FileKeys
from mydata_ledger.anchors.store import Store
from mydata_ledger.formats.canonical_forms import CANONICAL_FORMS
from mydata_ledger.ledger.content_digest import DraftedContent
from mydata_ledger.ledger.errors import IntegrityFailure, KeyDestroyed
from mydata_ledger.ledger.receipt import RECORDS
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.self_declared import source_of
from mydata_ledger.scripts.state_folder import StateFolder

ProgressCallback = Callable[[str, int, int], None]
PAGE = 1_000


def rebuild_digests(
    state_folder: StateFolder, store: Store, keys: FileKeys, on_progress: ProgressCallback
) -> tuple[int, int]:
    """Make the digests of all records that are not erased; return how many were made, and how many could not be opened.

    Nobody else uses the database. After a stop, run it again. Raises SourceUnavailable.
    """
    made, failed, start, size = 0, 0, 0, store.log.head(RECORDS).size
    store.rebuilding.clear_digests()
    while logged := store.rebuilding.statements(RECORDS, start, PAGE):
        ids = [item.signed.statement.record_id for item in logged if isinstance(item.signed.statement, Issue)]
        issues = [record.issue for record in store.index.records_named(ids) if not record.erased]
        found = [(issue, taken) for issue in issues if (taken := _fingerprint(state_folder, keys, issue))]
        digests = [(issue, state_folder.content_keys.digests(issue.data_subject, taken)) for issue, taken in found]
        store.rebuilding.restore_digests(_numbered(store, digests))
        made, failed, start = made + len(found), failed + len(issues) - len(found), start + len(logged)
        on_progress("content digests", start, size)
    return made, failed


def _fingerprint(state_folder: StateFolder, keys: FileKeys, issue: Issue) -> bytes:
    """The fingerprint of a record's content; empty if its payload or key is missing or damaged."""
    try:
        _, sealed = state_folder.payloads.open_stream(issue.cid)
        return keys.fingerprint(issue.record_id, sealed, CANONICAL_FORMS)
    except (IntegrityFailure, KeyDestroyed):
        return b""


def _numbered(store: Store, digests: Sequence[tuple[Issue, tuple[bytes, ...]]]) -> list[DraftedContent]:
    """Number records of one holder with equal content: those of the database, then these in their order."""
    used = defaultdict[tuple[str, bytes], set[int]](set)
    for holder, own in _by_holder(digests).items():
        for content in store.content_digests.of_holder(own, holder):
            for digest in content.digests:
                used[holder, digest].add(content.copy)
    numbered = []
    for issue, own_digests in digests:
        numbers = used[source_of(issue), own_digests[0]]
        copy = next(number for number in count(1) if number not in numbers)
        numbers.add(copy)
        numbered.append(DraftedContent(issue.record_id, source_of(issue), own_digests, copy))
    return numbered


def _by_holder(digests: Iterable[tuple[Issue, tuple[bytes, ...]]]) -> dict[str, set[bytes]]:
    found = defaultdict[str, set[bytes]](set)
    for issue, own in digests:
        found[source_of(issue)].update(own)
    return found
