"""One running stack for all journeys: devnet, contracts, API; the demonstration runs on it once."""

import contextlib

import pytest

from mydata_ledger.scripts.demonstration import run_demo
from mydata_ledger.scripts.stack import Stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory):
    with Stack(tmp_path_factory.mktemp("journey") / "state", on_status=lambda _: None) as running:
        yield running


@pytest.fixture(scope="session")
def demo_held(stack):
    """True if every step of the demonstration held; it runs once, before the journeys that use its data."""
    return run_demo(stack, None)


@contextlib.contextmanager
def silenced(stack):
    """Stop the chain inside the block; its state file stays."""
    stack.stop_chain()
    try:
        yield
    finally:
        stack.start_chain()
