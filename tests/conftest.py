"""What tests of several folders stand on."""

import pytest

from testing.capabilities.named import NamedTests
from testing.capabilities.rows import BadRow, capabilities, named_tests
from testing.cluster import MISSING, Cluster, programs
from testing.sizes import use_profiles
from testing.stores import open_store
from tests.spread import Spread, longest_first

use_profiles()


def pytest_configure(config):
    """The process that sees all reports also checks the tests that show capabilities."""
    if hasattr(config, "workerinput"):
        return
    try:
        config.pluginmanager.register(NamedTests(named_tests(capabilities())))
    except BadRow as error:
        raise pytest.UsageError(str(error)) from error


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return Spread(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_modifyitems(items):
    items[:] = longest_first(items)


@pytest.fixture(scope="session")
def cluster():
    """A PostgreSQL server of this run's own; skips where none is installed."""
    folder = programs()
    if folder is None:
        pytest.skip(MISSING)
    with Cluster(folder) as started:
        yield started


@pytest.fixture(scope="session")
def migrated_database(cluster):
    """The name of a PostgreSQL database with every table and no row: copying it takes a tenth of migrating one."""
    with cluster.database() as url:
        open_store(url).dispose()
        yield url.rpartition("/")[2]


@pytest.fixture
def server_database(cluster, migrated_database):
    """A fresh PostgreSQL database with every table; its URL."""
    with cluster.database(migrated_database) as url:
        yield url


@pytest.fixture
def empty_server_database(cluster):
    """A fresh PostgreSQL database without a table; its URL."""
    with cluster.database() as url:
        yield url
