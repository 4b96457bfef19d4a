"""Leader election: the first process gets the lock, and another one can get it when the first one ends."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mydata_ledger.anchors import election
from mydata_ledger.anchors.election import FileElection, RetryInterval, election_of

ROOT = Path(__file__).parents[2]
HOLDER = """
import sys, time
from mydata_ledger.anchors.election import election_of
election = election_of(sys.argv[1])
print(election.leads(), flush=True)
time.sleep(60)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return request.getfixturevalue("empty_server_database")


@pytest.fixture(autouse=True)
def without_retry_interval(monkeypatch):
    monkeypatch.setattr(election, "RETRY_SECONDS", 0)


def test_one_leads_and_the_other_does_not(url):
    first, second = election_of(url), election_of(url)
    assert [first.leads(), second.leads(), first.leads(), second.leads()] == [True, False, True, False]
    first.resign()
    assert [second.leads(), first.leads()] == [True, False]
    second.resign()


def test_a_process_that_is_not_the_leader_may_resign(url):
    first, second = election_of(url), election_of(url)
    assert first.leads()
    second.resign()
    assert not second.leads()
    first.resign()


def test_another_process_leads_after_the_leader_is_killed(url):
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, url], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout.readline() == "True\n"
        election = election_of(url)
        assert not election.leads()
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        deadline = time.monotonic() + 10
        while not election.leads():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        election.resign()
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()


def test_a_process_without_database_or_lock_file_does_not_lead(tmp_path):
    assert not election_of("postgresql+psycopg://nobody@127.0.0.1:1/none").leads()
    assert not FileElection(tmp_path / "no folder" / "seat").leads()


def test_attempts_are_limited_by_the_retry_interval(monkeypatch):
    monkeypatch.setattr(election, "RETRY_SECONDS", 60)
    interval = RetryInterval()
    assert [interval.is_due(), interval.is_due(), interval.is_due()] == [True, False, False]
