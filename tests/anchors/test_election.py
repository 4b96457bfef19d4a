"""One process of many anchors: the seat is taken by whoever comes first, and is free again when its holder ends."""

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
seat = election_of(sys.argv[1])
print(seat.leads(), flush=True)
time.sleep(60)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return request.getfixturevalue("server_database")


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(election, "TRY_SECONDS", 0)


def test_one_leads_and_the_other_does_not(url):
    one, other = election_of(url), election_of(url)
    assert [one.leads(), other.leads(), one.leads(), other.leads()] == [True, False, True, False]
    one.resign()
    assert [other.leads(), one.leads()] == [True, False]
    other.resign()


def test_a_seat_may_be_left_by_who_does_not_hold_it(url):
    one, other = election_of(url), election_of(url)
    assert one.leads()
    other.resign()
    assert not other.leads()
    one.resign()


def test_a_killed_holder_leaves_the_seat(url):
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, url], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout.readline() == "True\n"
        mine = election_of(url)
        assert not mine.leads()
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        deadline = time.monotonic() + 10
        while not mine.leads():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        mine.resign()
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()


def test_who_cannot_ask_does_not_lead(tmp_path):
    assert not election_of("postgresql+psycopg://nobody@127.0.0.1:1/none").leads()
    assert not FileElection(tmp_path / "no folder" / "seat").leads()


def test_asking_is_paced(monkeypatch):
    monkeypatch.setattr(election, "TRY_SECONDS", 60)
    pace = RetryInterval()
    assert [pace.is_due(), pace.is_due(), pace.is_due()] == [True, False, False]
