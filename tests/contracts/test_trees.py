"""The trees of cases and the Solidity tests agree: each function has as many promises as tests."""

import re
from collections import Counter
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2] / "contracts" / "test"
TREES = sorted(TESTS.glob("*.tree"))


def test_every_test_file_has_its_tree():
    files = {path.name.removesuffix(".t.sol") for path in TESTS.glob("*.t.sol")} - {"Invariants"}
    assert files == {path.stem for path in TREES}


@pytest.mark.parametrize("tree", TREES, ids=lambda path: path.stem)
def test_every_promise_has_its_test(tree):
    promises: Counter[str] = Counter()
    function = ""
    for line in tree.read_text().splitlines():
        if not line.startswith(("├", "│", "└", " ")):
            function = line.rpartition(".")[2] if "." in line else ""
        elif re.search(r"── it should ", line):
            promises[function] += 1
    tests: Counter[str] = Counter()
    for name in re.findall(r"function test(?:Fuzz)?_(\w+)", (TESTS / f"{tree.stem}.t.sol").read_text()):
        tests[name.partition("_")[0] if "" not in promises else ""] += 1
    if set(promises) != set(tests):
        assert sum(promises.values()) == sum(tests.values())
    else:
        assert promises == tests


def test_every_invariant_in_prose_is_tested():
    numbers = set(re.findall(r"\*\*(C\d+)\*\*", (TESTS / "invariants.md").read_text()))
    tested = set(re.findall(r"C\d+", " ".join(re.findall(r"function (invariant_\w+)", _invariants()))))
    assert numbers
    assert numbers == tested


def _invariants():
    return (TESTS / "Invariants.t.sol").read_text()
