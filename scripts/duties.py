"""Background work of a serving process: anchor, follow the chain and notify, if the process is the leader."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from fastapi import FastAPI

from mydata_ledger.anchors.election import Election
from mydata_ledger.anchors.journal import Journal


class Duty(Protocol):
    """A background thread."""

    def start(self) -> None:
        """Start the thread."""
        ...

    def stop(self) -> None:
        """Stop the thread."""
        ...


class Duties:
    """Duties that start with the app and stop in reverse order; the leadership is given up after the last one."""

    def __init__(self, election: Election, duties: Sequence[Duty], journal: Journal) -> None:
        self._election, self._duties, self._journal = election, duties, journal

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """Lifespan context of the app."""
        for duty in self._duties:
            duty.start()
        try:
            yield
        finally:
            self._end()

    def _end(self) -> None:
        for duty in reversed(self._duties):
            duty.stop()
        if self._election.leads():
            self._journal.close()
        self._election.resign()
