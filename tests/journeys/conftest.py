"""One running stack for all journeys: devnet, contracts, API; a story told on it once."""

import contextlib

import pytest

from mydata_ledger.scripts.demonstration import run_demo
from mydata_ledger.scripts.stack import Stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory):
    with Stack(tmp_path_factory.mktemp("journey") / "state", say=lambda _: None) as running:
        yield running


@pytest.fixture(scope="session")
def told(stack):
    """Whether the story held, told once before the other journeys look at what it left."""
    return run_demo(stack, None)


@contextlib.contextmanager
def silenced(stack):
    """The chain stops answering for a while; its state file stays."""
    stack.stop_chain()
    try:
        yield
    finally:
        stack.start_chain()
