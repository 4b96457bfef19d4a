"""Live updates across two processes on one database: a stream of one learns what the other accepted, and ends at once
when its process is to end.
"""

import time

import httpx

from mydata_ledger.client import Client
from mydata_ledger.ledger.signers import Wallet
from tests.journeys.test_many_workers import TRIAL, wait_for, workers
from tests.web.study import requested

__all__ = ["workers"]
ANN, EVE = Wallet(b"\x51" * 32), Wallet(b"\x52" * 32)
STOP_SECONDS = 3
"""Less than the five seconds after which the server breaks off a response."""


def at_other(workers, client):
    """A client with this session that asks the other process."""
    other = Client(workers.urls[1], client.wallet)
    other._http.headers["Authorization"] = client._http.headers["Authorization"]
    return other


def test_a_stream_learns_what_another_process_accepted_and_ends_with_its_own(workers):
    wait_for(lambda: len(httpx.get(workers.urls[0] + "/parties").json()) == 3, "the directory was not followed")
    ann, eve, trial = (Client(workers.urls[0], wallet).sign_in() for wallet in (ANN, EVE, TRIAL))
    notice = next(n["hash"] for n in trial.call("GET", "/notices") if (n["name"], n["language"]) == ("general", "en"))
    with ann._http.stream("GET", "/events") as hers, eve._http.stream("GET", "/events") as other:
        lines, others = hers.iter_lines(), other.iter_lines()
        assert (hers.status_code, next(lines)[:6], next(others)[:6]) == (200, "retry:", "retry:")
        requested(at_other(workers, trial), ANN.signer, notice, "health.lab")
        assert "event: requests" in lines
        started = time.monotonic()
        workers.processes[0].terminate()
        rest = [*lines, *others]
        workers.processes[0].wait(STOP_SECONDS)
        assert time.monotonic() - started < STOP_SECONDS
    assert {line for line in rest if line} <= {"event: messages", "data: changed", "id: 1", ": open"}
    with at_other(workers, ann)._http.stream("GET", "/events", headers={"last-event-id": "1"}) as again:
        events = (line for line in again.iter_lines() if line.startswith("event:"))
        assert {next(events) for _ in range(4)} == {
            f"event: {each}" for each in ("requests", "messages", "timeline", "consents")
        }
