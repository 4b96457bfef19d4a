"""Permitted payloads, opened inside the operator's process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.errors import IntegrityFailure, KeyDestroyed
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.receipt import LoggedStatement

Permitted = tuple[bytes, str, LoggedStatement]
"""The id of a record or derived record, the CID of its payload, and the receipt that permits it."""


@dataclass(frozen=True, slots=True)
class OpenedPayload:
    """An opened payload; it must not leave the process unchanged."""

    record_id: bytes
    content: bytes


class Opening:
    """Reads payloads and unwraps their keys."""

    def __init__(self, world: World) -> None:
        self._world = world

    def open(self, permitted: Sequence[Permitted]) -> Iterator[OpenedPayload]:
        """Each payload that can be opened. One that was erased meanwhile, altered, lost, or too large to be read whole
        is left out. Raises SourceUnavailable.
        """
        for record_id, cid, receipt in permitted:
            if (content := self._content(record_id, cid, receipt)) is not None:
                yield OpenedPayload(record_id, content)

    def _content(self, record_id: bytes, cid: str, receipt: LoggedStatement) -> bytes | None:
        try:
            sealed = self._world.sealed(cid)
            if sealed is None:
                return None
            wrapped = self._world.keys.rewrap(record_id, self._world.computer.public, receipt)
            key = envelope.unwrap(wrapped, self._world.computer, record_id)
            return envelope.open_sealed(sealed, key, record_id).content
        except (IntegrityFailure, KeyDestroyed):
            return None
