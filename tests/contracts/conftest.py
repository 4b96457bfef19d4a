from collections.abc import Iterator

import pytest

from testing.devnet import LiveChain, live_chain


@pytest.fixture(scope="session")
def chain() -> Iterator[LiveChain]:
    with live_chain() as running:
        yield running
