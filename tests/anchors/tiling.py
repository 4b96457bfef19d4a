"""Logs that others read: statements in a real store, their tiles behind the real routes."""

import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi import FastAPI

from mydata_ledger.anchors.tiles import CheckpointStore, LogTiles, NoteKeys
from mydata_ledger.api import errors
from mydata_ledger.api.fastpath.asgi import FastPath
from mydata_ledger.api.fastpath.limits import RequestLimits, TokenBucket
from mydata_ledger.api.routes.tiles import router
from mydata_ledger.ledger.note import COSIGNATURE, Signer
from mydata_ledger.ledger.receipt import LOGS
from tests.anchors.sample_statements import DOMAIN, NOW, issue
from tests.anchors.serving import running

GO_CLIENT = Path(__file__).parent / "tlogclient"
MASTER = b"\x4d" * 32
WITNESS = Signer("witness.example/one", b"\x11" * 32, COSIGNATURE)


def tiles_of(store, folder):
    domains = dict.fromkeys(LOGS, DOMAIN)
    return LogTiles(store, NoteKeys(folder, MASTER), CheckpointStore(folder), domains)


def fill(store, size, anchored=None, log="records"):
    """Grow a log to `size` statements, of which `anchored` are anchored (by default all)."""
    before = store.log.head(log).size
    store.log.append([issue(number) for number in range(before, size)], NOW)
    anchored = size if anchored is None else anchored
    store.anchoring.mark_anchored(log, store.log.head_at(log, anchored), 1)


def app_of(tiles):
    app = FastAPI()
    app.state.context = SimpleNamespace(tiles=tiles)
    errors.install(app)
    app.include_router(router)
    limits = RequestLimits(TokenBucket(0), TokenBucket(0), 1 << 20)
    app.add_middleware(FastPath, routes={}, batcher=None, limits=limits)
    return app


def served(tiles):
    """Serve the routes of these tiles over HTTP; the base URL."""
    return running(app_of(tiles))


@pytest.fixture(scope="session")
def go_client(tmp_path_factory):
    """A client that reads our logs with the packages of Go and Tessera; built once."""
    program = tmp_path_factory.mktemp("go") / "tlogclient"
    try:
        built = subprocess.run(
            ["go", "build", "-o", program, "."], cwd=GO_CLIENT, capture_output=True, text=True, timeout=300, check=False
        )
    except FileNotFoundError:
        pytest.skip("Go is not installed: the reading by Go's own packages is left out")
    if "dial tcp" in built.stderr or "no required module" in built.stderr or "proxy" in built.stderr:
        pytest.skip("the modules of the Go client are neither cached nor reachable: its reading is left out")
    assert built.returncode == 0, built.stderr

    def run(*arguments, ok=True):
        done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False)
        assert (done.returncode == 0) is ok, done.stdout + done.stderr
        return done.stdout.strip() if ok else done.stderr.strip()

    return run
