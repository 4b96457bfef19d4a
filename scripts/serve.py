"""The composition root: one process that is the door, the notary and the follower of a state folder."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import logging
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from mydata_ledger.anchors.chain import Chain, ChainWallets
from mydata_ledger.anchors.election import election_of
from mydata_ledger.anchors.follower import Follower
from mydata_ledger.anchors.journal import Journal
from mydata_ledger.anchors.notary import Notary
from mydata_ledger.anchors.notification_worker import NotificationWorker
from mydata_ledger.anchors.store import Store
from mydata_ledger.anchors.tiles import CheckpointStore, LogTiles, NoteKeys
from mydata_ledger.api.app import create_app
from mydata_ledger.api.auth import ApiSettings, AppContext
from mydata_ledger.api.slices import Slice
from mydata_ledger.ledger.envelope import ReaderKey, generate_reader_key
from mydata_ledger.ledger.errors import LedgerError, SourceUnavailable
from mydata_ledger.ledger.kernel import Bounds, Kernel, Signers, World, ports_of
from mydata_ledger.ledger.ports import Clock
from mydata_ledger.ledger.vocabulary import Vocabulary
from mydata_ledger.scripts.duties import Duties
from mydata_ledger.scripts.failure import Failure
from mydata_ledger.scripts.ipfs import mount_ipfs
from mydata_ledger.scripts.listening import bound
from mydata_ledger.scripts.notices import GENERAL
from mydata_ledger.scripts.notifiers import notifiers
from mydata_ledger.scripts.pages import pages
from mydata_ledger.scripts.settings import DEFAULT_PORT, DEFAULT_STATE, Settings, secret
from mydata_ledger.scripts.state_folder import StateFolder, notes_folder
from mydata_ledger.scripts.state_lock import StateLock

FRAMES = 1_000
"""Python's own recursion limit, put back: `py_ecc`, which web3 brings, raises it to 100,000 when imported, and then a
deeply nested body overflows the C stack and kills the process instead of being refused.
"""
FOLDER = "Folder with database, payloads, keys and deployment."
SERVICES = (
    "health",
    "trials",
    "coaching",
    "claims",
    "emergency",
    "business",
    "marketing",
    "research",
    "checkups",
    "finance",
    "energy",
)


def slices() -> list[Slice]:
    """Every service's words, and the routes of those that have some."""
    found = []
    for name in SERVICES:
        catalog = importlib.import_module(f"mydata_ledger.services.{name}.catalog").CATALOG
        has_routes = importlib.util.find_spec(f"mydata_ledger.services.{name}.routes") is not None
        router = importlib.import_module(f"mydata_ledger.services.{name}.routes").router if has_routes else None
        found.append(Slice(catalog, router))
    return found


def build(settings: Settings, clock: Clock | None = None) -> FastAPI:
    """Everything a state folder and a chain make, by this machine's clock or another.

    Raises SourceUnavailable, MalformedInput.
    """
    state_folder = StateFolder(settings, clock) if clock else StateFolder(settings)
    store, services = Store(settings.database), slices()
    for notice in GENERAL:
        store.directory.publish(notice)
    chain = Chain(settings.rpc_url, state_folder.deployment, secret(settings.state, "sequencer"))
    journal = Journal(store, state_folder.blob_store())
    election = election_of(settings.database)
    notary = Notary(store, chain, leads=election.leads, kept=journal.keep)
    world = _world(state_folder, store, services, chain, notary.nudge)
    follower = Follower(store, chain, world.clock, settings.depth, leads=election.leads)
    notes = notes_folder(settings.state)
    tiles = LogTiles(store, NoteKeys(notes, state_folder.master), CheckpointStore(notes), state_folder.domains)
    kernel = Kernel.of(world)
    duties = Duties(
        election, (follower, notary, NotificationWorker(kernel, notifiers(settings), leads=election.leads)), journal
    )
    premises = AppContext(kernel, store.sessions, _api(state_folder), tiles)
    app = create_app(premises, services, duties.lifespan)
    mount_ipfs(app, state_folder.payloads, settings)
    pages(app, settings.uri)
    return app


def _world(
    state_folder: StateFolder, store: Store, services: Sequence[Slice], chain: Chain, hurry: Callable[[], None]
) -> World:
    settings = state_folder.settings
    return World(
        **ports_of(store),
        payloads=state_folder.payloads,
        keys=state_folder.keys(store),
        clock=state_folder.clock,
        gateway=state_folder.gateway,
        vocabulary=Vocabulary(one.catalog for one in services),
        domains=state_folder.domains,
        computer=ReaderKey(secret(settings.state, "computer", lambda: generate_reader_key().raw)),
        hurry=hurry,
        bounds=Bounds(streamed_bytes=settings.largest_record),
        signers=Signers(bytes.fromhex(state_folder.deployment.passkeys[2:]), ChainWallets(chain.rpc)),
    )


def _api(state_folder: StateFolder) -> ApiSettings:
    made, registries = state_folder.deployment, {log: domain.contract for log, domain in state_folder.domains.items()}
    registries["parties"] = made.parties
    ours = state_folder.settings
    return ApiSettings(
        uri=ours.uri,
        chain_id=made.chain_id,
        registries=registries,
        requests_per_second=ours.pace,
        evaluations_per_second=ours.evaluations,
    )


def app() -> FastAPI:
    """One of several workers of a ledger; `main` has passed its settings on."""
    _prepare()
    settings = Settings.inherited()
    StateLock(settings.state)  # held until the process ends
    made = build(settings)
    freeze_garbage_collector()
    return made


YOUNG = 20_000
"""Objects between two runs of the collector: what an answer makes is gone with it, and has no cycles to look for."""


def freeze_garbage_collector() -> None:
    """Let the collector of garbage pass over what stays for as long as the process: it looked through all of it again
    and again, and held up answers for a tenth of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])


def _prepare() -> None:
    sys.setrecursionlimit(FRAMES)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)


def main(
    rpc: Annotated[str, typer.Option(envvar="MYDATA_RPC", help="JSON-RPC URL of the chain the contracts are on.")],
    state: Annotated[Path, typer.Option(envvar="MYDATA_STATE", help=FOLDER)] = DEFAULT_STATE,
    port: Annotated[
        int, typer.Option(envvar="MYDATA_PORT", min=0, max=65_535, help="Port on localhost.")
    ] = DEFAULT_PORT,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that answer; one of them anchors.")] = 1,
) -> None:
    """Serve one ledger until the process is ended."""
    _prepare()
    settings = Settings.read(state, rpc, port)
    StateLock(settings.state)  # held until the process ends
    like = partial(uvicorn.Config, log_level="warning", access_log=False, timeout_graceful_shutdown=5)
    sockets = _sockets(port)
    if workers == 1:
        made = build(settings)
        freeze_garbage_collector()
        with suppress(KeyboardInterrupt):
            uvicorn.Server(like(made)).run(sockets=sockets)
        return
    Store(settings.database).dispose()  # a worker that cannot begin is begun again without end
    settings.pass_on()
    Multiprocess(like("mydata_ledger.scripts.serve:app", factory=True, workers=workers), sockets=sockets).run()


def _sockets(port: int) -> list[socket.socket]:
    """Both of `localhost`. Raises SourceUnavailable when the port is taken."""
    try:
        return bound(port)
    except OSError as error:
        raise SourceUnavailable(f"port {port} is taken: end what listens there, or choose another port") from error


if __name__ == "__main__":
    try:
        typer.run(main)
    except (LedgerError, Failure) as error:
        sys.exit(f"error: {error}")
