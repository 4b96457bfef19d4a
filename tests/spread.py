"""How the tests are spread over workers: whole files, the long ones first, so that what a file starts is started once.

pytest-xdist groups by writing into node ids, which pytest 9.2 no longer reads: its `xdist_group` marks are silently
without effect there (pytest-dev/pytest-xdist#1386). The hook that chooses a scheduler is public, and is used instead.
"""

from pathlib import PurePosixPath

from xdist.scheduler import LoadScopeScheduling

JOURNEYS = "tests/journeys"
ALONE = {f"{JOURNEYS}/{name}.py" for name in ("test_added_service", "test_life", "test_many_workers", "test_restarts")}
"""The journeys that start a stack of their own; all others are on one stack, after one story."""
LONG = (
    JOURNEYS,
    "tests/contracts/test_solidity.py",
    f"{JOURNEYS}/test_added_service.py",
    f"{JOURNEYS}/test_many_workers.py",
    f"{JOURNEYS}/test_life.py",
    f"{JOURNEYS}/test_restarts.py",
    "tests/scripts/test_verify.py",
    "tests/web/test_verifier.py",
    "tests/web/test_passkey.py",
    "tests/web/test_portal.py",
    "tests/web/test_accessibility.py",
    "tests/web/test_signing.py",
    "tests/web/test_requests.py",
    "tests/web/test_timeline.py",
    "tests/web/test_settings_pages.py",
    "tests/web/test_delegates_page.py",
    "tests/web/test_sharing.py",
    "tests/web/test_erasure_page.py",
    "tests/web/test_records_page.py",
    "tests/web/test_session.py",
    "tests/api/test_bad_input.py",
    "tests/web/test_pages.py",
    "tests/api/test_described.py",
    "tests/contracts/test_compile.py",
    "tests/ledger/test_questions.py",
    "tests/anchors/test_tiles.py",
    "tests/anchors/test_notary.py",
)
"""Half a minute or so each, the longest first: a worker that got one of them last would keep the other waiting."""


def unit(nodeid):
    """What has to be run by one worker together with this test."""
    file = nodeid.partition("::")[0]
    return JOURNEYS if str(PurePosixPath(file).parent) == JOURNEYS and file not in ALONE else file


def longest_first(items):
    """The same tests, those of long units before the others."""
    rank = {name: number for number, name in enumerate(LONG)}
    return sorted(items, key=lambda item: rank.get(unit(item.nodeid), len(LONG)))


class Spread(LoadScopeScheduling):
    """Units go to workers in the order in which they were collected."""

    def __init__(self, config, log=None):
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid):
        return unit(nodeid)
