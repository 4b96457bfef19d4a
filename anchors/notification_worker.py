"""Logs to messages, messages to couriers: two threads beside notary and follower."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from mydata_ledger.anchors.election import Leads, always
from mydata_ledger.ledger.errors import LedgerError
from mydata_ledger.ledger.kernel import Kernel, Notifier

LOGGER = logging.getLogger("mydata.teller")
STOP_SECONDS = 15
POSTMEN = 8
"""Deliveries that go out at the same time."""


class NotificationWorker:
    """Reads the logs on, and empties the outbox, every `pause` seconds; what fails is tried again at the next turn. The
    two do not wait for each other: nobody's inbox depends on a webhook that does not answer.
    """

    def __init__(
        self, kernel: Kernel, couriers: Mapping[str, Notifier], pause: float = 1.0, leads: Leads = always
    ) -> None:
        self._kernel, self._couriers, self._pause, self._leads = kernel, dict(couriers), pause, leads
        self._over, self._fresh = threading.Event(), True
        self._postmen = ThreadPoolExecutor(POSTMEN, thread_name_prefix="postman")
        self._threads = [
            threading.Thread(target=self._run, args=(work,), name=name, daemon=True)
            for name, work in (("teller", self._read_as_leader), ("outbox", self._post))
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End after the turn that is going on."""
        self._over.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(STOP_SECONDS)
        self._postmen.shutdown(wait=False, cancel_futures=True)

    def turn(self) -> int:
        """One round of both; returns how many statements were read."""
        read = self._read()
        self._post()
        return read

    def _read(self) -> int:
        read = self._kernel.log_consumer.consume()
        self._kernel.records.erasures.finish()
        return read

    def _read_as_leader(self) -> int:
        if self._fresh:
            self._kernel.records.erasures.destroy_again()
            self._fresh = False
        return self._read()

    def _post(self) -> int:
        return self._kernel.people.deliveries.deliver(self._couriers, self._postmen.map)

    def _run(self, work: Callable[[], int]) -> None:
        while not self._over.is_set():
            busy = False
            if self._leads():
                busy = self._attempt(work)
            else:
                self._fresh = True
            self._over.wait(0.05 if busy else self._pause)

    def _attempt(self, work: Callable[[], int]) -> bool:
        """One turn; whether there is more to do at once."""
        try:
            return work() > 0
        except LedgerError as error:
            LOGGER.warning("telling waits: %s", error.code)
        except Exception:
            LOGGER.exception("telling failed; tried again at the next turn")
        return False
