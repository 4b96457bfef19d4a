"""`python -m bench.decide.serve DATABASE PORT_FILE`: serve the real app over a filled store, and the floor beside it.

The floor is a plain FastAPI app with a typed route that answers a constant. There is one worker, as in production.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from fastapi import FastAPI, HTTPException, Query
from fastapi import Path as InPath
from pydantic import BaseModel
from starlette.types import Send

from bench.decide.population import DOMAINS, GATEWAY
from mydata_ledger.anchors.memory import MemoryKeys, MemoryPayloads
from mydata_ledger.anchors.store import Store
from mydata_ledger.anchors.tiles import CheckpointStore, LogTiles, NoteKeys
from mydata_ledger.api.api_settings import ApiSettings
from mydata_ledger.api.app import create_app
from mydata_ledger.api.auth import AppContext
from mydata_ledger.api.guard import AccessForm, RecordId
from mydata_ledger.api.routes import authzen
from mydata_ledger.api.routes.questions import PersonQuestion, RecordAnswerView
from mydata_ledger.api.schemas import RecordView, ReleaseView
from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.kernel import Bounds, Kernel, World, ports_of
from mydata_ledger.ledger.vocabulary import Vocabulary
from mydata_ledger.scripts.serve import freeze_garbage_collector
from mydata_ledger.scripts.slices.finding import slices
from testing.stores import open_store


class BenchClock:
    """The system clock."""

    def now(self) -> int:
        """UTC seconds."""
        return int(time.time())


class Constant(BaseModel):
    """Answer of the floor."""

    decision: bool
    reason: str


def floor() -> FastAPI:
    """App of the floor: a typed route, and the twins of the checked routes.

    The typed route checks path and query and answers with a model, without look-ups. A twin takes the same form as its
    route and answers a constant, without session or thread.
    """
    app = FastAPI()

    @app.get("/constant/{record_id}")
    async def constant(
        record_id: Annotated[str, InPath(pattern="^0x[0-9a-fA-F]{64}$")],
        purpose: Annotated[str, Query(min_length=1, max_length=200)],
    ) -> Constant:
        return Constant(decision=True, reason="consented")

    @app.post("/twin/access/v1/search/action")
    async def actions(form: authzen.ActionSearchForm) -> authzen.Results:
        return authzen.Results(results=[{"name": "copy"}, {"name": "view"}])

    fields = {"record_id": "0x" + "ab" * 32, "category": "health.lab", "holder": "0x" + "ab" * 20}
    record = RecordView(**fields, data_from=1, data_until=2, issued_at=3, position=4, status="anchored")
    answer = RecordAnswerView(record=record, reason="consented", consents=["0x" + "ab" * 32], obligations=[])

    @app.post("/twin/access/persons")
    async def persons(question: PersonQuestion) -> list[RecordAnswerView]:
        return [answer]

    page = [{"type": "record", "id": "0x" + "ab" * 32}] * 10

    @app.post("/twin/access/v1/search/resource")
    async def resources(form: authzen.ResourceSearchForm) -> authzen.Results:
        return authzen.Results(results=page)

    @app.post("/twin/access/records/{record_id}")
    async def access(record_id: RecordId, question: AccessForm) -> ReleaseView:
        raise HTTPException(404)

    return app


def ours(store: Store) -> Kernel:
    """The kernel over a store, as in production."""
    services = slices()
    world = World(
        **ports_of(store),
        payloads=MemoryPayloads(),
        keys=MemoryKeys(store.log),
        clock=BenchClock(),
        gateway=GATEWAY,
        vocabulary=Vocabulary(service.catalog for service in services),
        domains=DOMAINS,
        computer=envelope.generate_reader_key(),
        bounds=Bounds(chain_silence=10**9),
    )
    return Kernel.of(world)


def app_of(store: Store) -> FastAPI:
    """The app as in production, without the threads that follow the chain."""
    return create_app(context_of(store), slices())


def context_of(store: Store) -> AppContext:
    """The app context over a store."""
    settings = ApiSettings(uri="http://127.0.0.1", chain_id=31337, registries={})
    notes = Path("unused-notes")
    tiles = LogTiles(store, NoteKeys(notes, bytes(32)), CheckpointStore(notes), DOMAINS)
    return AppContext(ours(store), store.sessions, settings, tiles)


async def hello(send: Send) -> None:
    """Ceiling: a plain ASGI endpoint."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"hello"})


def main(database: str, port_file: str) -> None:
    """Serve until stopped; the port is written to the file."""
    app, floor_app = app_of(open_store(database)), floor()

    async def both(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == "/constant/hello":
            await hello(send)
            return
        constant = scope["type"] == "http" and scope["path"].startswith(("/constant/", "/twin/"))
        await (floor_app if constant else app)(scope, receive, send)

    config = uvicorn.Config(both, host="127.0.0.1", port=0, log_level="warning", access_log=False, lifespan="off")
    freeze_garbage_collector()
    socket = config.bind_socket()
    Path(port_file).write_text(str(socket.getsockname()[1]), encoding="ascii")
    uvicorn.Server(config).run(sockets=[socket])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
