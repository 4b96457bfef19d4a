"""What a serving process does beside answering: anchor, follow and tell, if it is its turn."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from fastapi import FastAPI

from mydata_ledger.anchors.election import Election
from mydata_ledger.anchors.journal import Journal


class Duty(Protocol):
    """A thread of its own."""

    def start(self) -> None:
        """Begin."""
        ...

    def stop(self) -> None:
        """End what was begun."""
        ...


class Duties:
    """Started with the app and stopped with it, in reverse; the seat is left last, so that nobody acts meanwhile."""

    def __init__(self, election: Election, duties: Sequence[Duty], journal: Journal) -> None:
        self._election, self._duties, self._journal = election, duties, journal

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """The app's lifespan."""
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
