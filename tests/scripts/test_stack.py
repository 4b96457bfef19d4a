"""A state folder that is started afresh, and secrets that are made once."""

import pytest

from mydata_ledger.scripts.chain_file import DevnetFailed, lock_chain
from mydata_ledger.scripts.settings import instance, secret
from mydata_ledger.scripts.stack import CHAIN, _clear
from mydata_ledger.scripts.state_lock import lock_state


def filled(state):
    """A state folder with files, folders and a link to a folder outside."""
    outside = state.parent / "outside"
    (outside / "kept").mkdir(parents=True)
    (state / "keystore" / "notes").mkdir(parents=True)
    (state / "keystore" / "keys.db").write_bytes(b"x")
    (state / "ledger.db").write_bytes(b"x")
    (state / "blocks").symlink_to(outside)
    return outside


def test_a_fresh_start_deletes_everything_but_locks_and_what_lies_outside(tmp_path):
    state = tmp_path / "state"
    outside = filled(state)
    with lock_state(state, "a test"):
        _clear(state)
    assert {path.name for path in state.iterdir()} == {".lock", ".gitignore", "devnet.json.lock"}
    assert (outside / "kept").is_dir()


def test_a_fresh_start_deletes_nothing_while_a_chain_uses_the_folder(tmp_path):
    state = tmp_path / "state"
    filled(state)
    with lock_state(state, "a test"), lock_chain(state / CHAIN), pytest.raises(DevnetFailed, match="is used by"):
        _clear(state)
    assert (state / "ledger.db").exists()


def test_a_secret_made_by_two_at_once_is_the_same_for_both(tmp_path):
    inner = []

    def make():
        inner.append(secret(tmp_path, "gateway", lambda: b"\x02" * 32))
        return b"\x01" * 32

    assert [secret(tmp_path, "gateway", make), *inner] == [b"\x02" * 32] * 2
    assert (tmp_path / "secrets" / "gateway").stat().st_mode & 0o777 == 0o600


def test_an_instance_is_made_once(tmp_path):
    assert instance(tmp_path) == instance(tmp_path) != instance(tmp_path / "other")
