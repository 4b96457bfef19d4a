"""The development chain: it keeps its state, a failed start has a clear error, and stopping ends no other process."""

import os
import socket
import time
from dataclasses import replace

import pytest

from mydata_ledger.scripts import devnet as devnets
from mydata_ledger.scripts.devnet import Devnet, DevnetFailed, free_port
from mydata_ledger.scripts.npm import ToolMissing
from testing.devnet import live_chain


def _until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not become true in time"
        time.sleep(0.05)


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_killed_chain_comes_back_with_its_contracts_and_events(tmp_path):
    state, key = tmp_path / "chain.json", b"\x31" * 32
    with live_chain(state=state, key=key, block_time=1) as chain:
        registry = chain.contract("consents")
        chain.send(registry.functions.append([b"\x01" * 32], []))
        head = registry.functions.head().call()
        written = state.stat().st_mtime_ns if state.exists() else 0
        _until(lambda: state.exists() and state.stat().st_mtime_ns > written)
        written = state.stat().st_mtime_ns
        _until(lambda: state.stat().st_mtime_ns > written)
        chain.devnet.kill()
        chain.devnet.start()
        assert registry.functions.head().call() == head
        logs = registry.events.Appended().get_logs(from_block=0)
        assert [log["args"]["leaves"] for log in logs] == [[b"\x01" * 32]]


def test_a_stopped_chain_keeps_its_state(tmp_path):
    state, key = tmp_path / "chain.json", b"\x32" * 32
    with live_chain(state=state, key=key) as first:
        deployment = first.deployment
        first.send(first.contract("consents").functions.append([b"\x01" * 32], []))
    with live_chain(state=state, key=key) as second:
        assert replace(second.deployment, block=0) == replace(deployment, block=0)
        assert second.deployment.block in {0, deployment.block}, "0 where the node does not have the state before it"
        assert second.contract("consents").functions.head().call()[0] == 1


def test_half_a_state_file_is_put_right(tmp_path):
    state, key = tmp_path / "chain.json", b"\x33" * 32
    with live_chain(state=state, key=key):
        pass
    with live_chain(state=state, key=key) as second:
        deployment = second.deployment
    state.write_bytes(state.read_bytes()[: state.stat().st_size // 2])
    with live_chain(state=state, key=key) as third:
        assert third.deployment == deployment


def test_half_a_state_file_without_a_copy_starts_empty(tmp_path):
    state = tmp_path / "chain.json"
    state.write_text('{"block": ')
    with Devnet(state, block_time=0) as chain:
        assert chain.pid is not None


def test_stopping_ends_exactly_the_process_started():
    with Devnet(block_time=0) as other:
        chain = Devnet(block_time=0)
        chain.start()
        pid = chain.pid
        chain.stop()
        assert chain.pid is None
        assert not _alive(pid)
        assert _alive(other.pid)
        chain.stop()


def test_a_taken_port_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(DevnetFailed, match=f"port {port} is taken"):
            Devnet(port=port).start()


def test_a_missing_binary_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(devnets, "node_modules", lambda: tmp_path)
    with pytest.raises(ToolMissing, match="npm ci"):
        Devnet().start()


def test_a_chain_that_ends_at_once_says_why():
    with pytest.raises(DevnetFailed, match="ended at once"):
        Devnet(hardfork="nonsense").start()


def test_it_is_started_once():
    with Devnet(block_time=0) as chain, pytest.raises(DevnetFailed, match="started already"):
        chain.start()


def test_a_free_port_is_free():
    port = free_port()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", port))


def test_another_chain_that_took_the_port_meanwhile_is_not_taken_for_this_one(monkeypatch):
    with Devnet(block_time=0) as other:
        taken = [int(other.url.rpartition(":")[2])]
        monkeypatch.setattr(devnets, "free_port", lambda wanted: taken.pop() if taken else free_port(wanted))
        with Devnet(block_time=0) as chain:
            assert chain.url != other.url
        assert _alive(other.pid)


def test_two_chains_on_one_state_file_are_refused(tmp_path):
    with Devnet(tmp_path / "chain.json", block_time=0) as chain:
        with pytest.raises(DevnetFailed, match=rf"is used by a development chain \(process {os.getpid()} on "):
            Devnet(tmp_path / "chain.json", block_time=0).start()
        assert _alive(chain.pid)
