"""The gateway on a real HTTP server, and a Kubo node that serves the same blocks beside it."""

import io
import json
import threading
from contextlib import contextmanager

import uvicorn

from mydata_ledger.anchors.ipld import car
from mydata_ledger.scripts.devnet import free_port
from mydata_ledger.scripts.gateway import Gateway
from mydata_ledger.scripts.payloads import multiaddr
from mydata_ledger.scripts.routing import Routing, peer_id
from testing.kubo import Kubo

SHARDED = "2KiB"


@contextmanager
def serving(get, denied=lambda _: False):
    """URL of a server in this process with gateway and router, over a function that returns blocks."""
    port = free_port()
    gateway = Gateway(get, denied)
    router = Routing(get, peer_id(bytes(32)), multiaddr(f"http://127.0.0.1:{port}"))

    async def app(scope, receive, send):
        await (router if scope["path"].startswith("/routing/v1/") else gateway)(scope, receive, send)

    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


def kubo_that_shards(folder):
    """A node that shards directories early and serves only its own blocks."""
    node = Kubo(folder)
    path = folder / "config"
    config = json.loads(path.read_text())
    config["Gateway"] = {"NoFetch": True, "DeserializedResponses": False, "PublicGateways": None}
    config.setdefault("Import", {})["UnixFSHAMTDirectorySizeThreshold"] = SHARDED
    path.write_text(json.dumps(config))
    return node


def inside(body):
    """CIDs and bytes of the blocks of a CAR, in order, as text."""
    _, blocks = car.read(io.BytesIO(body))
    return [str(cid) for cid, _ in blocks]


def kubo_with_router(folder, url):
    """A node without libp2p peers whose only router is the server at `url`, and which fetches over HTTP."""
    node = Kubo(folder)
    path = folder / "config"
    config = json.loads(path.read_text())
    names = ("find-providers", "find-peers", "provide", "get-ipns", "put-ipns")
    config["Routing"] = {
        "Type": "custom",
        "Routers": {"ours": {"Type": "http", "Parameters": {"Endpoint": url}}},
        "Methods": {name: {"RouterName": "ours"} for name in names},
    }
    config["HTTPRetrieval"] = {"Enabled": True}
    config["AutoConf"] = {"Enabled": False}
    config["Bootstrap"] = []
    config["Provide"] = {"Enabled": False}
    config["DNS"] = {"Resolvers": {}}
    config["Ipns"] = {"DelegatedPublishers": []}
    path.write_text(json.dumps(config))
    return node
