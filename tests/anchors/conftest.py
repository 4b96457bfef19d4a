import secrets

import pytest

from mydata_ledger.anchors.chain import Chain
from mydata_ledger.anchors.memory import MemoryStore
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.deploy import deploy
from mydata_ledger.scripts.devnet import Devnet, anvil
from mydata_ledger.scripts.npm import ToolMissing
from mydata_ledger.scripts.parties import Registrar
from testing.stores import open_store

STORES = ["memory", "sqlite", "postgresql"]
ADMIN, SEQUENCER = b"\xad" * 32, b"\x5e" * 32


@pytest.fixture
def database(tmp_path):
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture(params=STORES)
def store(request, tmp_path):
    """Each store that implements the ports: in memory, SQLite, PostgreSQL."""
    if request.param == "memory":
        yield MemoryStore()
        return
    sqlite = f"sqlite:///{tmp_path / 'ledger.db'}"
    made = open_store(sqlite if request.param == "sqlite" else request.getfixturevalue("server_database"))
    yield made
    made.dispose()


class Site:
    """A devnet with the deployed contracts; a block is mined by the test, or for each transaction."""

    def __init__(self, devnet):
        self.devnet, self.url = devnet, devnet.url
        self.deploy()

    def deploy(self):
        self.deployment = deploy(self.url, ADMIN, Wallet(SEQUENCER).address)

    def registrar(self):
        return Registrar(self.url, self.deployment.parties, ADMIN)

    def chain(self, key=SEQUENCER, **more):
        return Chain(self.url, self.deployment, key, **more)


@pytest.fixture(scope="session")
def devnet():
    try:
        anvil()
    except ToolMissing as error:
        pytest.skip(str(error))
    with Devnet(block_time=0) as started:
        yield started


@pytest.fixture
def site(devnet):
    """One chain for all tests; its state is restored after each test."""
    found = Site(devnet)
    chain = found.chain()
    snapshot = chain.rpc.call("evm_snapshot")
    yield found
    assert chain.rpc.call("evm_revert", snapshot)
    chain.close()


@pytest.fixture
def lonely():
    """A separate devnet for one test, which the test may kill."""
    try:
        anvil()
    except ToolMissing as error:
        pytest.skip(str(error))
    with Devnet(block_time=0) as started:
        yield Site(started)


@pytest.fixture
def ledger_db(tmp_path):
    made = open_store(f"sqlite:///{tmp_path / secrets.token_hex(4)}.db")
    yield made
    made.dispose()
