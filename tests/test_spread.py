"""What tests start together is started once: read off a run of two workers."""

import os
import subprocess
import sys
from pathlib import Path

from tests import spread

ROOT = Path(__file__).parents[1]
EXPECTED = """
import os, time
import pytest

@pytest.mark.parametrize("n", range(4))
def test_it(n):
    time.sleep(0.02)
    with open({told!r}, "a") as file:
        file.write(os.environ["PYTEST_XDIST_WORKER"] + " " + __file__ + "\\n")
"""


def test_one_worker_runs_a_whole_file_and_all_the_journeys_on_one_stack(tmp_path):
    reported = tmp_path / "told"
    names = [f"{spread.JOURNEYS}/test_a.py", f"{spread.JOURNEYS}/test_b.py", *spread.ALONE, "tests/test_c.py"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(EXPECTED.format(told=str(reported)))
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-n", "2", "--dist", "loadfile", "--rootdir"]
    done = subprocess.run([*command, tmp_path, tmp_path], cwd=ROOT, env=_outside(), capture_output=True, check=False)
    assert done.returncode == 0, done.stdout
    lines = [line.split() for line in reported.read_text().splitlines()]
    workers = {name: {who for who, file in lines if file == str(tmp_path / name)} for name in names}
    assert len(lines) == 4 * len(names)
    assert all(len(who) == 1 for who in workers.values()), workers
    assert workers[names[0]] == workers[names[1]]
    assert len(set.union(*workers.values())) == 2


def test_what_is_listed_as_long_exists():
    files = [*spread.ALONE, *(name for name in spread.LONG if name != spread.JOURNEYS)]
    assert [name for name in files if not (ROOT / name).is_file()] == []


def _outside():
    """The environment without what pytest and its workers tell each other."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
