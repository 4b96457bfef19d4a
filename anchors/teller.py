"""Logs to messages, messages to couriers: one thread beside notary and follower."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping

from anchors.election import Leads, always
from ledger.errors import LedgerError
from ledger.kernel import Courier, Kernel

LOGGER = logging.getLogger("mydata.teller")
STOP_SECONDS = 15


class Teller:
    """Reads the logs on and empties the outbox every `pause` seconds; what fails is tried again at the next turn."""

    def __init__(
        self, kernel: Kernel, couriers: Mapping[str, Courier], pause: float = 1.0, leads: Leads = always
    ) -> None:
        self._kernel, self._couriers, self._pause, self._leads = kernel, dict(couriers), pause, leads
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="teller", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the turn that is going on."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def turn(self) -> int:
        """One round; returns how many statements were read."""
        read = self._kernel.read_on()
        self._kernel.finish_erasures()
        self._kernel.deliver(self._couriers)
        return read

    def _run(self) -> None:
        fresh = True
        while not self._over.is_set():
            busy = False
            if self._leads():
                busy, fresh = self._attempt(fresh)
            else:
                fresh = True
            self._over.wait(0.05 if busy else self._pause)

    def _attempt(self, fresh: bool) -> tuple[bool, bool]:
        """One turn; whether there is more to do at once, and whether what a new leader does first is still to do."""
        try:
            if fresh:
                self._kernel.erase_again()
                fresh = False
            return self.turn() > 0, fresh
        except LedgerError as error:
            LOGGER.warning("telling waits: %s", error.code)
        except Exception:
            LOGGER.exception("telling failed; tried again at the next turn")
        return False, fresh
