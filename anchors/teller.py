"""Logs to messages, messages to couriers: one thread beside notary and follower."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping

from ledger.errors import LedgerError
from ledger.kernel import Courier, Kernel

LOGGER = logging.getLogger("mydata.teller")
STOP_SECONDS = 15


class Teller:
    """Reads the logs on and empties the outbox every `pause` seconds; what fails is tried again at the next turn."""

    def __init__(self, kernel: Kernel, couriers: Mapping[str, Courier], pause: float = 1.0) -> None:
        self._kernel, self._couriers, self._pause = kernel, dict(couriers), pause
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
        restarted = True
        while not self._over.is_set():
            try:
                if restarted:
                    self._kernel.erase_again()
                restarted, busy = False, self.turn() > 0
            except LedgerError as error:
                LOGGER.warning("telling waits: %s", error.code)
                busy = False
            except Exception:
                LOGGER.exception("telling failed; tried again at the next turn")
                busy = False
            self._over.wait(0.05 if busy else self._pause)
