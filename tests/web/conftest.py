"""What tests of the pages share: one ledger for all modules of a process. Starting one takes as long as most tests."""

import pytest

from mydata_ledger.scripts.stack import Stack
from tests.web.study import accredit, trial_of


@pytest.fixture(scope="session")
def running(tmp_path_factory):
    """A ledger with the trial and the hospital. Each module has people of its own; one that stops the API, or counts
    what a ledger has as a whole, starts its own.
    """
    with Stack(tmp_path_factory.mktemp("pages") / "state", on_status=lambda _: None) as started:
        accredit(started)
        trial_of(started)
        yield started
