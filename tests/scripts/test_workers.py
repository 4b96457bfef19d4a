"""Workers: slow ones are left alone, ended ones are replaced with a reason, and none outlives its supervisor."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from mydata_ledger.scripts.listening import bound, local
from mydata_ledger.scripts.state_lock import lock_state

ROOT = Path(__file__).parents[2]
SUPERVISOR = """
import logging, sys
from pathlib import Path
import uvicorn
from mydata_ledger.scripts.listening import bound
from mydata_ledger.scripts.state_lock import lock_state
from mydata_ledger.scripts.workers import WorkerApp, Workers

logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
app = WorkerApp(sys.argv[1], lock_state(Path(sys.argv[2]), "a test"))
config = uvicorn.Config(app, factory=True, workers=2, timeout_worker_healthcheck=1, log_level="critical")
workers = Workers(config, bound(int(sys.argv[3])))
workers.run()
sys.exit(workers.failure or 0)
"""


class Supervisor:
    """A process that supervises two workers of one of the slow apps."""

    def __init__(self, folder, factory):
        self.folder, (four, *six) = folder, bound(0)
        self.url, port = local(four.getsockname()[1]), str(four.getsockname()[1])
        for one in (four, *six):
            one.close()
        command = [sys.executable, "-c", SUPERVISOR, f"tests.scripts.slow_apps:{factory}", str(folder), port]
        self._output = folder / "output"
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)

    def until(self, pattern, count=1):
        """Numbers that the log names in the pattern, once there are so many."""
        deadline = time.monotonic() + 120
        while len(found := re.findall(pattern, self.output)) < count:
            assert time.monotonic() < deadline, self.output
            assert self.process.poll() is None, self.output
            time.sleep(0.1)
        return found

    @property
    def output(self):
        return self._output.read_text()


@pytest.fixture
def supervised(tmp_path):
    made = []

    def make(factory):
        made.append(Supervisor(tmp_path, factory))
        return made[-1]

    yield make
    for one in made:
        one.process.kill()
        one.process.wait()
        lock_state(tmp_path, "after the test").release()  # waits until the workers have ended


def test_a_worker_that_starts_slowly_is_not_killed_and_an_ended_one_is_replaced_with_the_reason(supervised):
    supervisor = supervised("slow")
    first = supervisor.until(r"worker (\d+) serves", 2)
    assert httpx.get(supervisor.url).json() in map(int, first)
    assert "is replaced" not in supervisor.output
    os.kill(int(first[0]), signal.SIGKILL)
    assert supervisor.until(r"worker (\d+) is replaced: it was ended by signal 9 \(Killed\)") == first[:1]
    third = supervisor.until(r"worker (\d+) serves", 3)[2]
    assert third not in first
    supervisor.process.terminate()
    assert supervisor.process.wait() == 0


def test_a_worker_that_serves_and_answers_no_more_is_replaced(supervised):
    supervisor = supervised("slow")
    first = supervisor.until(r"worker (\d+) serves", 2)
    os.kill(int(first[1]), signal.SIGSTOP)
    assert supervisor.until(r"worker (\d+) is replaced: it did not answer for 1 seconds") == first[1:]
    supervisor.until(r"worker (\d+) serves", 3)


@pytest.mark.parametrize(
    ("factory", "reason", "code"), [("impossible", "error: the keystore is away", 3), ("crashing", "", 9)]
)
def test_workers_that_cannot_start_end_the_whole_with_a_sentence(supervised, factory, reason, code):
    supervisor = supervised(factory)
    assert supervisor.process.wait() == 1
    assert supervisor.output.endswith("no worker can start, after 3 tries: the reason is in the log above\n")
    assert reason in supervisor.output
    assert len(re.findall(rf"is replaced: it ended with exit code {code}", supervisor.output)) == 3
    assert "Traceback" not in supervisor.output


def test_workers_end_with_a_supervisor_that_was_killed_and_hold_the_lock_until_then(supervised, tmp_path):
    supervisor = supervised("slow")
    workers = [int(worker) for worker in supervisor.until(r"worker (\d+) serves", 2)]
    supervisor.process.kill()
    supervisor.process.wait()
    with lock_state(tmp_path, "another"):
        assert [worker for worker in workers if Path(f"/proc/{worker}/stat").exists() and not is_zombie(worker)] == []


def is_zombie(process):
    return ") Z " in Path(f"/proc/{process}/stat").read_text()
