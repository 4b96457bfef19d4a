"""Comparison of two checkouts of one commit: each side runs its own files, and every task gets its figures."""

import subprocess
import sys

import pytest

from bench.decide.against import TASKS, Size, measured
from bench.decide.checkouts import ROOT, other_checkout, this_checkout
from bench.decide.counters import Callgrind, ProcessorTime
from bench.decide.side import sources

ROUNDS = 2
COUNTERS = [ProcessorTime(), *(counter for counter in [Callgrind()] if counter.is_installed())]


@pytest.fixture
def checkout(tmp_path):
    """A clone of the newest commit whose server loads one file that this checkout does not have."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    clone = other_checkout("HEAD", tmp_path / "checkout")
    (clone.root / "bench/decide/only_here.py").write_text('"""Loaded by one side."""\n')
    server = clone.root / "bench/decide/serve.py"
    server.write_text(server.read_text().replace("import sys\n", "import sys\nimport bench.decide.only_here\n", 1))
    return clone


@pytest.mark.slow
def test_both_sides_answer_every_task_in_every_round_each_by_its_own_files(checkout, tmp_path):
    report = measured([checkout, this_checkout()], tmp_path, Size(60, ROUNDS, 0.004), [ProcessorTime()], lambda _: None)
    assert [row["name"] for row in report.rows] == list(TASKS)
    rounds = report.beside["rounds by processor time"]
    for row in report.rows:
        figures = rounds[row["name"]]
        assert {side: len(costs) for side, costs in figures.items()} == {"old": ROUNDS, "new": ROUNDS}
        assert all(figure > 0 for costs in figures.values() for figure in costs)
        assert row["from"] <= row["ratio"] <= row["to"]
        assert row["met"] is (row["ratio"] <= report.beside["goal"])
    old, new = report.beside["old"], report.beside["new"]
    assert old["files_loaded"] == new["files_loaded"] + 1 > 200
    assert new["commit"].startswith(old["commit"])
    assert "worse than" in report.notes[0]


def test_a_side_that_would_run_files_of_another_checkout_does_not_start(tmp_path):
    assert "bench/decide/side.py" in sources(ROOT)
    with pytest.raises(RuntimeError, match="is not of the checkout that is measured"):
        sources(tmp_path)


@pytest.mark.parametrize("counter", COUNTERS, ids=lambda counter: counter.name)
def test_a_counter_counts_more_where_more_is_done(counter):
    script = "import sys\nfor line in sys.stdin: print(sum(range(int(line))), flush=True)"
    command = [*counter.launch, sys.executable, "-c", script]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def add(numbers):
            process.stdin.write(f"{numbers}\n")
            process.stdin.flush()
            assert int(process.stdout.readline()) == sum(range(numbers))

        add(1)
        counter.warmed_up(process.pid)
        little, much = (counter.count(process.pid, lambda number=number: add(number)) for number in (10, 300_000))
        process.stdin.close()
    assert 0 < 10 * little < much


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["cids", "--against", "HEAD"], "cids cannot compare commits"),
        (["decide", "--rounds", "3"], "--rounds needs --against"),
        (["decide", "--against", "HEAD", "--minutes", "1"], "it has no --minutes"),
        (["decide", "--against", "no-such-commit"], "git rev-parse: fatal"),
        (["decide", "--against", "--quick"], "expected one argument"),
    ],
)
def test_a_comparison_that_is_not_possible_ends_with_a_sentence(words, message):
    done = subprocess.run(
        [sys.executable, "-m", "bench", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode
    assert message in done.stderr
    assert "Traceback" not in done.stderr
