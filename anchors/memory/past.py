"""The Past port in memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mydata_ledger.anchors.memory.state import State
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.ports import AnchoredSize, HeadChange


class MemoryPast:
    """All values since the start, each with the second from which it is valid."""

    def __init__(self, state: State) -> None:
        self._state = state

    def _value_at(self, kind: str, subject: object, at_time: int) -> Any:
        values = [value for since, value in self._state.past.get((kind, subject), []) if since <= at_time]
        return values[-1] if values else None

    def sizes_at(self, log: str, at_time: int) -> AnchoredSize | None:
        """The anchored size and block of a log at a time (UTC seconds); None before the history begins."""
        sizes = self._value_at("head", log, at_time)
        return sizes if isinstance(sizes, AnchoredSize) else None

    def head_changes(self, log: str, below: int, step: int, limit: int) -> list[HeadChange]:
        """Changes of the head of a log with numbers below `below`, newest first, at least `step` seconds apart."""
        values = self._state.past["head", log]
        pairs = zip(values, [values[0], *values], strict=False)
        changes = [
            HeadChange(number, since, sizes.size, sizes.block, earlier.size)
            for number, ((since, sizes), (_, earlier)) in enumerate(pairs, start=1)
        ]
        found: list[HeadChange] = []
        for change in reversed(changes[: max(0, below - 1)]):
            if len(found) < limit and (not found or change.at_time <= found[-1].at_time - step):
                found.append(change)
        return found

    def reached(self, log: str, size: int) -> int | None:
        """The first second at which the chain held `size` statements of the log; None if it never did."""
        return next((since for since, value in self._state.past.get(("head", log), []) if value.size >= size), None)

    def party_at(self, account: str, at_time: int) -> Party | None:
        """The party with that EIP-55 address at a time (UTC seconds); None if there was none."""
        directory = self._value_at("parties", "", at_time) or {}
        return directory.get(account)

    def party_since(self, account: str) -> int | None:
        """The second (UTC) since which the directory has had that account without a break; None if it has not."""
        since: int | None = None
        for at_time, directory in self._state.past.get(("parties", ""), []):
            since = None if account not in directory else at_time if since is None else since
        return since

    def outdated_at(self, at_time: int) -> frozenset[bytes]:
        """The digests of the notices that were outdated at a time (UTC seconds)."""
        digests = [subject for kind, subject in self._state.past if kind == "notice" and isinstance(subject, bytes)]
        return frozenset(digest for digest in digests if self._value_at("notice", digest, at_time))

    def newest(self) -> int:
        """The number of the newest change; 0 before the first."""
        return len(self._state.changed)

    def parties_changed_since(self, number: int, limit: int) -> list[tuple[int, str]]:
        """EIP-55 addresses of parties that changed, each with its number, in order, above `number`."""
        return [(n, str(account)) for n, account in self._changed("party", number)][:limit]

    def _changed(self, kind: str, number: int) -> list[tuple[int, object]]:
        numbered = enumerate(self._state.changed, start=1)
        return [(n, subject) for n, (each, subject) in numbered if each == kind and n > number]

    def revealed_since(self, number: int, limit: int) -> list[tuple[int, bytes]]:
        """Entries that were revoked on chain, each with its number, in order, above `number`."""
        reveals = self._changed("reveal", number)
        return [(n, subject) for n, subject in reveals if isinstance(subject, bytes)][:limit]

    def revealed_at(self, entries: Iterable[bytes], at_time: int) -> frozenset[bytes]:
        """The given entries that were known as revoked on chain at a time (UTC seconds)."""
        return frozenset(entry for entry in entries if self._value_at("reveal", entry, at_time))
