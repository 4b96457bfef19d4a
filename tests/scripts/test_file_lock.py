"""Locks on files: they end with the last process that holds them, and only a held lock says whose it is."""

import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.scripts import state_lock
from mydata_ledger.scripts.file_lock import FileLock, Holder, LockHeld, _read_holder
from mydata_ledger.scripts.inherited import Inherited
from mydata_ledger.scripts.state_lock import lock_keystore, lock_state

ROOT = Path(__file__).parents[2]
TAKE = "from mydata_ledger.scripts.state_lock import *; lock = lock_state(Path({state!r}), 'a test')\n"


def started(script, **more):
    """A process that has run the script up to its `print`, and waits for the end of its input."""
    script += "\nimport sys; print(1, flush=True); sys.stdin.read()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, **pipes, **more)
    assert process.stdout.read(1) == b"1"
    return process


@pytest.fixture
def holder(tmp_path):
    process = started(TAKE.format(state=str(tmp_path)))
    yield process
    process.kill()
    process.communicate()


def test_a_refusal_names_who_uses_the_folder_and_on_which_host(tmp_path, holder):
    with pytest.raises(SourceUnavailable) as refused:
        lock_state(tmp_path, "another")
    words = f"the state folder {tmp_path} is used by a test (process {holder.pid} on {os.uname().nodename}, since 20"
    assert str(refused.value).startswith(words)
    assert "stop the ledger" in str(refused.value)


def test_it_ends_with_a_process_that_was_killed_and_its_text_is_not_believed(tmp_path, holder):
    holder.kill()
    holder.wait()
    assert str(holder.pid) in (tmp_path / ".lock").read_text()
    with lock_state(tmp_path, "another"):
        assert str(holder.pid) not in (tmp_path / ".lock").read_text()


def test_it_lives_as_long_as_a_process_to_which_it_was_passed(tmp_path, monkeypatch):
    monkeypatch.setattr(state_lock, "ORPHAN_SECONDS", 0)
    lock = lock_state(tmp_path, "a test")
    child = started("", pass_fds=[lock.fileno()])
    lock.release()
    with pytest.raises(SourceUnavailable, match="is used by a test"):
        lock_state(tmp_path, "another")
    child.kill()
    child.wait()
    child.communicate()
    lock_state(tmp_path, "another").release()


def test_a_starter_that_was_killed_is_named_with_what_it_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(state_lock, "ORPHAN_SECONDS", 0)
    leaving = (
        "import os, subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import sys; sys.stdin.read()'], pass_fds=[lock.fileno()])\n"
    )
    starter = started(TAKE.format(state=str(tmp_path)) + leaving)
    starter.kill()
    starter.wait()
    with pytest.raises(SourceUnavailable, match="it has ended and they have not: end them"):
        lock_state(tmp_path, "another")
    starter.communicate()
    monkeypatch.setattr(state_lock, "ORPHAN_SECONDS", 30)
    lock_state(tmp_path, "another").release()


def hold(lock, ready, end):
    """What a worker does: it has the lock by its argument."""
    ready.send(lock.fileno())
    end.recv()


def test_a_spawned_worker_has_the_lock_of_its_parent(tmp_path):
    spawn = multiprocessing.get_context("spawn")
    (heard, ready), (end, ending) = spawn.Pipe(False), spawn.Pipe(False)
    lock = lock_state(tmp_path, "a test")
    worker = spawn.Process(target=hold, args=(lock, ready, end))
    worker.start()
    heard.recv()
    lock.release()
    with pytest.raises(SourceUnavailable):
        lock_state(tmp_path, "another")
    ending.send(None)
    worker.join()
    lock_state(tmp_path, "another").release()


def test_shared_locks_exclude_exclusive_ones_only(tmp_path):
    refused = pytest.raises(SourceUnavailable, match="a process uses the keystore")
    with lock_keystore(tmp_path), lock_keystore(tmp_path), refused:
        lock_keystore(tmp_path, exclusive=True)
    with lock_keystore(tmp_path, exclusive=True), pytest.raises(SourceUnavailable, match="is being rotated"):
        lock_keystore(tmp_path)


def test_a_folder_that_is_missing_is_not_made(tmp_path):
    for take in (lambda state: lock_state(state, "a test"), lock_keystore):
        with pytest.raises(SourceUnavailable, match="there is no folder"):
            take(tmp_path / "missing")
    assert list(tmp_path.iterdir()) == []


@given(st.one_of(st.binary(max_size=200), st.sampled_from([b"{}", b"[]", b"null", b'{"command": 1}', b'{"x": 1}'])))
def test_a_text_that_says_nothing_is_no_holder(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("lock") / "lock"
    path.write_bytes(text)
    with FileLock.take(path) as lock:
        assert _read_holder(lock.fileno()) is None
        with pytest.raises(LockHeld, match="another process holds"):
            FileLock.take(path)


def test_a_longer_text_leaves_nothing_behind_a_shorter_one(tmp_path):
    with FileLock.take(tmp_path / "lock") as lock:
        for url in ("http://localhost:8420", ""):
            holder = Holder.of_this_process("a test", url)
            lock.describe(holder)
            assert _read_holder(lock.fileno()) == holder


def test_a_process_ends_in_order_when_its_parent_has_ended(tmp_path):
    lock, (life, end) = lock_state(tmp_path, "a test"), os.pipe()
    passed_on = Inherited(lock, life, [])
    text = passed_on.as_text()
    script = f"from mydata_ledger.scripts.inherited import Inherited; Inherited.of_text({text!r}).end_with_parent()"
    child = started(script, pass_fds=passed_on.descriptors())
    os.close(life)
    assert child.poll() is None
    os.close(end)
    assert child.wait() == -signal.SIGTERM
    child.communicate()
    lock.release()
