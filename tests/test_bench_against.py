"""One commit against another, both of them today's: each side runs its own files, and every task gets its figures."""

import subprocess
import sys

import pytest

from bench.decide.against import TASKS, Size, measured
from bench.decide.checkouts import HERE, here, other
from bench.decide.counters import Callgrind, ProcessorTime
from bench.decide.side import sources

ROUNDS = 2
COUNTERS = [ProcessorTime(), *(one for one in [Callgrind()] if one.works())]


@pytest.fixture
def checkout(tmp_path):
    """The newest commit, apart from this checkout, whose server loads one file that this one has not."""
    if not (HERE / ".git").exists():
        pytest.skip("not a git checkout")
    made = other("HEAD", tmp_path / "checkout")
    (made.root / "bench/decide/only_here.py").write_text('"""Loaded by one side."""\n')
    served = made.root / "bench/decide/serve.py"
    served.write_text(served.read_text().replace("import sys\n", "import sys\nimport bench.decide.only_here\n", 1))
    return made


@pytest.mark.slow
def test_both_sides_answer_every_task_in_every_round_each_by_its_own_files(checkout, tmp_path):
    report = measured([checkout, here()], tmp_path, Size(60, ROUNDS, 0.004), [ProcessorTime()], lambda _: None)
    assert [row["name"] for row in report.rows] == list(TASKS)
    rounds = report.beside["rounds by processor time"]
    for row in report.rows:
        figures = rounds[row["name"]]
        assert {side: len(some) for side, some in figures.items()} == {"old": ROUNDS, "new": ROUNDS}
        assert all(figure > 0 for some in figures.values() for figure in some)
        assert row["from"] <= row["ratio"] <= row["to"]
        assert row["met"] is (row["ratio"] <= report.beside["goal"])
    old, new = report.beside["old"], report.beside["new"]
    assert old["files_loaded"] == new["files_loaded"] + 1 > 200
    assert new["commit"].startswith(old["commit"])
    assert "worse than" in report.notes[0]


def test_a_side_that_would_run_files_of_another_checkout_does_not_start(tmp_path):
    assert "bench/decide/side.py" in sources(HERE)
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
    ("words", "told"),
    [
        (["cids", "--against", "HEAD"], "cids compares no commits"),
        (["decide", "--rounds", "3"], "--rounds is of --against"),
        (["decide", "--against", "HEAD", "--minutes", "1"], "it has no --minutes"),
        (["decide", "--against", "no-such-commit"], "git rev-parse: fatal"),
        (["decide", "--against", "--quick"], "expected one argument"),
    ],
)
def test_what_cannot_be_compared_is_said_in_a_sentence(words, told):
    done = subprocess.run(
        [sys.executable, "-m", "bench", *words], cwd=HERE, capture_output=True, text=True, check=False
    )
    assert done.returncode
    assert told in done.stderr
    assert "Traceback" not in done.stderr
