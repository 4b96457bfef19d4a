"""The payload store of a ledger, chosen by its settings, and copying between two stores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from mydata_ledger.anchors.blockstore import BlockPayloads, Blocks
from mydata_ledger.anchors.ipfs import KuboPayloads
from mydata_ledger.anchors.ipld.cid import Cid
from mydata_ledger.anchors.ipld.flow import file_of
from mydata_ledger.ledger.errors import IntegrityFailure, LedgerError, SourceUnavailable, StorageFull
from mydata_ledger.ledger.ports import Payloads
from mydata_ledger.scripts.multiaddr import EMBEDDED, multiaddr

DENYLIST = "denylist"
"""File in the state folder with the CIDs that the gateway refuses to serve."""
ProgressCallback = Callable[[int, int], None]


class PayloadArchive(Payloads, Protocol):
    """A payload store that can export and import block archives, and that the gateway reads."""

    def stream(self, cid: str) -> Iterator[bytes]:
        """The payload in pieces. Raises the errors of `get` while the pieces are read."""
        ...

    def block(self, cid: Cid) -> bytes:
        """One block, checked. Raises PayloadMissing, PayloadAltered, SourceUnavailable."""
        ...

    def pinned(self) -> set[str]:
        """CIDs of all pinned payloads."""
        ...

    def export_car(self, cids: Sequence[str]) -> Iterator[bytes]:
        """A CAR of the payloads, in pieces. Raises PayloadMissing, PayloadAltered."""
        ...

    def import_car(self, file: BinaryIO) -> list[str]:
        """Store and pin the payloads of a CAR; return its roots.

        Raises MalformedInput, StorageFull, SourceUnavailable.
        """
        ...

    def collect(self) -> int:
        """Delete every block that no pinned payload needs; return their number."""
        ...


@dataclass(slots=True)
class CopyCounts:
    """Result of a copy: `copied` and `present` count payloads, `refused` has the reason of each failure by CID."""

    copied: int = 0
    present: int = 0
    refused: dict[str, str] = field(default_factory=dict)


def open_store(name: str, state: Path) -> PayloadArchive:
    """Open a payload store: `embedded` in the state folder, or a Kubo node by the URL of its RPC.

    Raises MalformedInput, SourceUnavailable.
    """
    if name == EMBEDDED:
        return open_embedded(state)
    return KuboPayloads(multiaddr(name))


def open_embedded(state: Path) -> BlockPayloads:
    """Open the embedded store of a state folder. Raises SourceUnavailable."""
    return BlockPayloads(Blocks(state / "blocks"))


def copy(source: PayloadArchive, target: PayloadArchive, on_progress: ProgressCallback) -> CopyCounts:
    """Copy every pinned payload, one archive each, in constant memory; payloads pinned at the target are skipped.

    Both stores check every block against its CID.

    Args:
        source: The store to copy from.
        target: The store to copy to.
        on_progress: Called with the number of payloads done and their total.

    Returns:
        The counts; a payload that is not whole is not copied and is listed in `refused`.

    Raises:
        SourceUnavailable: A store does not answer.
        StorageFull: The target is full.
    """
    counts, wanted, present = CopyCounts(), sorted(source.pinned()), target.pinned()
    for number, cid in enumerate(wanted):
        on_progress(number, len(wanted))
        if cid in present:
            counts.present += 1
            continue
        try:
            _copy_one(source, target, cid)
            counts.copied += 1
        except (SourceUnavailable, StorageFull):
            raise
        except LedgerError as error:
            counts.refused[cid] = str(error)
    on_progress(len(wanted), len(wanted))
    return counts


def _copy_one(source: PayloadArchive, target: PayloadArchive, cid: str) -> None:
    if target.import_car(file_of(source.export_car([cid]))) != [cid]:
        raise IntegrityFailure(f"{cid} arrived under another CID; check the version of the store it went to")
