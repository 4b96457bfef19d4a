"""Notification worker: one thread makes messages from the logs and from announcements, a second one sends them through
the notifiers.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from mydata_ledger.anchors.election import Leads, always
from mydata_ledger.ledger.errors import LedgerError
from mydata_ledger.ledger.kernel import Kernel, Notifier

LOGGER = logging.getLogger("mydata.notifications")
STOP_SECONDS = 15
MAX_DELIVERIES = 8
"""Most deliveries that are sent at the same time."""


class NotificationWorker:
    """Consumes new log entries and sends the deliveries that are due, every `pause` seconds.

    Work that fails is tried again in the next round. The two threads do not wait for each other, so that no inbox
    depends on a webhook that does not answer.
    """

    def __init__(
        self, kernel: Kernel, notifiers: Mapping[str, Notifier], pause: float = 1.0, leads: Leads = always
    ) -> None:
        self._kernel, self._notifiers, self._pause, self._leads = kernel, dict(notifiers), pause, leads
        self._stopping, self._is_new_leader = threading.Event(), True
        self._pool = ThreadPoolExecutor(MAX_DELIVERIES, thread_name_prefix="delivery")
        self._threads = [
            threading.Thread(target=self._run, args=(work,), name=name, daemon=True)
            for name, work in (("log-consumer", self._read_as_leader), ("outbox", self._deliver))
        ]

    def start(self) -> None:
        """Start both threads."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End both threads after the round that runs."""
        self._stopping.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(STOP_SECONDS)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def turn(self) -> int:
        """Run one round of both in this thread, and return how many statements and announcements were read."""
        read = self._read()
        self._deliver()
        return read

    def _read(self) -> int:
        read = self._kernel.log_consumer.consume()
        self._kernel.records.erasures.finish()
        self._kernel.records.reissues.finish()
        self._kernel.records.equal_content.forget_drafts()
        self._kernel.people.bindings.codes.forget()
        return read + self._kernel.people.distribution.distribute()

    def _read_as_leader(self) -> int:
        if self._is_new_leader:
            self._kernel.records.erasures.destroy_again()
            self._kernel.derived.records.destroy_again()
            self._kernel.people.wishes.index_all()
            self._is_new_leader = False
        return self._read()

    def _deliver(self) -> int:
        return self._kernel.people.deliveries.deliver(self._notifiers, self._pool.map)

    def _run(self, work: Callable[[], int]) -> None:
        while not self._stopping.is_set():
            busy = False
            if self._leads():
                busy = self._attempt(work)
            else:
                self._is_new_leader = True
            self._stopping.wait(0.05 if busy else self._pause)

    def _attempt(self, work: Callable[[], int]) -> bool:
        """Run one round, and return True if there is more to do at once."""
        try:
            return work() > 0
        except LedgerError as error:
            LOGGER.warning("notifications wait: %s", error.code)
        except Exception:
            LOGGER.exception("notifications failed; they are tried again in the next round")
        return False
