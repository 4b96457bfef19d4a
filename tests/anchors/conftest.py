import pytest

from anchors.memory import MemoryStore
from anchors.store import Store


@pytest.fixture
def database(tmp_path):
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path):
    """Each store that keeps the ports' promises."""
    if request.param == "memory":
        yield MemoryStore()
        return
    made = Store(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield made
    made.dispose()
