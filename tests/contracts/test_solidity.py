"""The Solidity tests, run by Hardhat. They must cover every line and every branch of the contracts."""

import pytest

from mydata_ledger.scripts.solidity import branches, running


@pytest.fixture(scope="module")
def tested():
    return running.run()


@pytest.mark.slow
def test_the_solidity_tests_pass(tested):
    assert tested.passed, tested.output[-6000:]
    assert " failing" not in tested.output


@pytest.mark.slow
def test_every_line_of_the_contracts_is_run(tested):
    assert tested.passed, "the tests failed"
    assert {"ConsentRegistry.sol", "libraries/RFC6962.sol", "PartyRegistry.sol"} <= set(tested.lines), (
        "looked at nothing"
    )
    missed = {name: [n for n, count in lines.items() if not count] for name, lines in tested.lines.items()}
    assert {name: lines for name, lines in missed.items() if lines} == {}


@pytest.mark.slow
def test_every_branch_of_the_contracts_is_taken(tested):
    assert tested.passed, "the tests failed"
    assert len(tested.branches) > 300
    assert tested.missed == []


def test_a_branch_that_is_never_taken_is_reported():
    _, every = branches.counted()
    first = branches.HEAD.count("\n") + 1
    hits = dict.fromkeys(range(first, first + len(every) // 2 * branches.LINES_EACH), 1)
    assert branches.missed(every, hits) == []
    assert branches.missed(every, {**hits, first + branches.FALSE_LINE: 0}) == [every[1]]
    with pytest.raises(ValueError, match="says nothing"):
        branches.missed(every, {})
