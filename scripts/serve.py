"""Composition root: one process with the API, the notary and the follower of a state folder."""

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

RECURSION_LIMIT = 1_000
"""Recursion limit, the default of Python. `py_ecc`, a dependency of web3, raises it to 100,000 when imported; then a
deeply nested body overflows the C stack and kills the process instead of being refused.
"""
STATE_HELP = "Folder with database, payloads, keys and deployment."
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
    """Catalog of every service, with its routes if it has any."""
    services = []
    for name in SERVICES:
        catalog = importlib.import_module(f"mydata_ledger.services.{name}.catalog").CATALOG
        has_routes = importlib.util.find_spec(f"mydata_ledger.services.{name}.routes") is not None
        router = importlib.import_module(f"mydata_ledger.services.{name}.routes").router if has_routes else None
        services.append(Slice(catalog, router))
    return services


def build(settings: Settings, clock: Clock | None = None) -> FastAPI:
    """Build the app of a state folder.

    Args:
        settings: Settings of the ledger.
        clock: Clock to use instead of the system clock.

    Raises:
        SourceUnavailable: The keystore, a store or the database does not open.
        MalformedInput: A setting is malformed.
    """
    state_folder = StateFolder(settings, clock) if clock else StateFolder(settings)
    store, services = state_folder.store(), slices()
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
    context = AppContext(kernel, store.sessions, _api(state_folder), tiles)
    app = create_app(context, services, duties.lifespan)
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
        vocabulary=Vocabulary(service.catalog for service in services),
        domains=state_folder.domains,
        computer=ReaderKey(secret(settings.state, "computer", lambda: generate_reader_key().raw)),
        hurry=hurry,
        bounds=Bounds(streamed_bytes=settings.largest_record),
        signers=Signers(bytes.fromhex(state_folder.deployment.passkeys[2:]), ChainWallets(chain.rpc)),
    )


def _api(state_folder: StateFolder) -> ApiSettings:
    deployment, settings = state_folder.deployment, state_folder.settings
    registries = {log: domain.contract for log, domain in state_folder.domains.items()}
    registries["parties"] = deployment.parties
    return ApiSettings(
        uri=settings.uri,
        chain_id=deployment.chain_id,
        registries=registries,
        requests_per_second=settings.pace,
        evaluations_per_second=settings.evaluations,
    )


def app() -> FastAPI:
    """App of one of several workers; `main` passed the settings on in the environment."""
    _prepare()
    settings = Settings.inherited()
    StateLock(settings.state)  # held until the process ends
    built = build(settings)
    freeze_garbage_collector()
    return built


COLLECTION_THRESHOLD = 20_000
"""Allocations between two garbage collections: objects of a request are freed by reference counts, without cycles."""


def freeze_garbage_collector() -> None:
    """Exclude the objects that live as long as the process from garbage collection.

    Without this each full collection scanned all of them and delayed answers by a tenth of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECTION_THRESHOLD, *gc.get_threshold()[1:])


def _prepare() -> None:
    sys.setrecursionlimit(RECURSION_LIMIT)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)


def main(
    rpc: Annotated[str, typer.Option(envvar="MYDATA_RPC", help="JSON-RPC URL of the chain the contracts are on.")],
    state: Annotated[Path, typer.Option(envvar="MYDATA_STATE", help=STATE_HELP)] = DEFAULT_STATE,
    port: Annotated[
        int, typer.Option(envvar="MYDATA_PORT", min=0, max=65_535, help="Port on localhost.")
    ] = DEFAULT_PORT,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Number of processes that answer; one of them anchors.")
    ] = 1,
) -> None:
    """Serve one ledger until the process is stopped."""
    _prepare()
    settings = Settings.read(state, rpc, port)
    StateLock(settings.state)  # held until the process ends
    config = partial(uvicorn.Config, log_level="warning", access_log=False, timeout_graceful_shutdown=5)
    sockets = _sockets(port)
    if workers == 1:
        built = build(settings)
        freeze_garbage_collector()
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config(built)).run(sockets=sockets)
        return
    StateFolder(settings).store().dispose()  # migrate first: a worker that cannot start would be restarted without end
    settings.pass_on()
    Multiprocess(config("mydata_ledger.scripts.serve:app", factory=True, workers=workers), sockets=sockets).run()


def _sockets(port: int) -> list[socket.socket]:
    """The IPv4 and IPv6 sockets of `localhost`. Raises SourceUnavailable if the port is taken."""
    try:
        return bound(port)
    except OSError as error:
        raise SourceUnavailable(
            f"port {port} is taken: stop the program that listens there, or choose another port"
        ) from error


if __name__ == "__main__":
    try:
        typer.run(main)
    except (LedgerError, Failure) as error:
        sys.exit(f"error: {error}")
