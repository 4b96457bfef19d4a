"""Notary and follower are killed at every line: the next one continues, and everything is done exactly once."""

import sys
from itertools import count
from pathlib import Path

import pytest

import mydata_ledger.anchors.chain
from mydata_ledger.anchors.follower import Follower
from mydata_ledger.anchors.memory import FixedClock, MemoryStore
from mydata_ledger.anchors.notary import Notary
from mydata_ledger.ledger.receipt import CONSENTS, LOGS, RECORDS
from tests.anchors.sample_statements import EVE, NOW, TRIAL, consent, incident, issue, name, revocation

CHAIN_FOLDER = Path(mydata_ledger.anchors.chain.__file__).parent
FILES = {
    str(path)
    for path in (*CHAIN_FOLDER.glob("*.py"), CHAIN_FOLDER.parent / "notary.py", CHAIN_FOLDER.parent / "follower.py")
}


class Killed(BaseException):
    """An exception that the code does not catch as an error."""


class Killer:
    """Kills a run at the first line at which no earlier run was killed."""

    def __init__(self):
        self.lines = set()

    def ended(self, act):
        """True if the run of `act` was killed."""
        before = sys.gettrace()
        sys.settrace(self._enter)
        try:
            act()
        except Killed:
            return True
        finally:
            sys.settrace(before)
        return False

    def _enter(self, frame, event, _):
        return self._line if frame.f_code.co_filename in FILES else None

    def _line(self, frame, event, _):
        place = frame.f_code.co_filename, frame.f_lineno
        if event == "line" and place not in self.lines:
            self.lines.add(place)
            raise Killed
        return self._line


class Site:
    """One store and one chain, for new notaries and followers after the old ones are killed."""

    def __init__(self, store, lonely):
        self.store, self.chain = store, lonely.chain()
        self.rounds, self.ended = count(), []

    def notary(self):
        return Notary(self.store, self.chain)

    def follower(self):
        return Follower(self.store, self.chain, FixedClock(NOW))

    def live(self):
        """A consent, a record, an emergency, and the withdrawal of a consent."""
        number = next(self.rounds)
        person = name(f"person {number}")[:20]
        self.ended.append(person)
        given = self.store.log.append([consent(person, TRIAL), issue(number), incident(number=str(number))], NOW)[0]
        self.store.log.append([revocation(given), consent(EVE, name(number).hex())], NOW)

    def settle(self):
        """Run a notary and a follower until nothing is left to do."""
        notary, follower = self.notary(), self.follower()
        for _ in range(9):
            mined = notary.once()
            follower.once()
            if not mined:
                return
        raise AssertionError("it does not come to an end")

    def check(self):
        heads = {log: self.store.log.head(log) for log in LOGS}
        assert self.chain.heads() == heads
        assert {log: self.store.log.anchored(log).head for log in LOGS} == heads
        assert self.store.anchoring.pending_secrets(9) == []

    def check_each_once(self):
        tip = self.chain.tip().number
        for log in (CONSENTS, RECORDS):
            put = [leaf for each in self.chain.appended(log, 0, tip) for leaf in each.leaves]
            assert put == self.store.anchoring.leaves(log, 0, len(put) + 1)


KILLS_IN_A_ROW = 6
"""How many runs are killed before one may finish."""


def test_i9_i10_a_notary_killed_at_every_line_is_followed_by_another(lonely):
    site, killer = Site(MemoryStore(), lonely), Killer()
    while True:
        site.live()
        ended = [killer.ended(lambda: site.notary().once()) for _ in range(KILLS_IN_A_ROW)]
        site.settle()
        site.check()
        if not any(ended):
            break
    site.check_each_once()
    assert {Path(file).name for file, _ in killer.lines} >= {"notary.py", "chain.py", "sender.py", "rpc.py"}
    assert len(killer.lines) > 60


@pytest.mark.slow
def test_i3_i9_a_follower_killed_at_every_line_also_after_a_reorganisation_is_followed_by_another(ledger_db, lonely):
    site, killer = Site(ledger_db, lonely), Killer()
    while True:
        site.live()
        ended = []
        for reorganised in (False, True, True):
            site.notary().once()
            if reorganised:
                site.chain.rpc.call("anvil_reorg", 2, [])
            ended += [killer.ended(lambda: site.follower().once()) for _ in range(KILLS_IN_A_ROW)]
            assert all(site.store.index.consents_of(person)[0].revoked for person in site.ended)
        site.settle()
        site.check()
        if not any(ended):
            break
    site.check_each_once()
    assert len(killer.lines) > 60
