"""Composition root: one process with the API, the notary and the follower of a state folder."""

from __future__ import annotations

import gc
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

from mydata_ledger.anchors.chain import Chain, ChainWallets
from mydata_ledger.anchors.election import election_of
from mydata_ledger.anchors.follower import Follower
from mydata_ledger.anchors.job_worker import JobWorker
from mydata_ledger.anchors.journal import Journal
from mydata_ledger.anchors.notary import Notary
from mydata_ledger.anchors.notification_worker import NotificationWorker
from mydata_ledger.anchors.store import Store
from mydata_ledger.anchors.tiles import CheckpointStore, LogTiles, NoteKeys
from mydata_ledger.api.api_settings import ApiSettings
from mydata_ledger.api.app import create_app
from mydata_ledger.api.auth import AppContext
from mydata_ledger.api.slices import Slice
from mydata_ledger.formats.canonical_forms import CANONICAL_FORMS
from mydata_ledger.ledger.envelope import ReaderKey, generate_reader_key
from mydata_ledger.ledger.errors import LedgerError
from mydata_ledger.ledger.kernel import Bounds, Kernel, Signers, World, ports_of
from mydata_ledger.ledger.ports import Clock
from mydata_ledger.ledger.vocabulary import Vocabulary
from mydata_ledger.scripts.duties import Duties
from mydata_ledger.scripts.failure import Failure
from mydata_ledger.scripts.file_lock import FileLock, Holder
from mydata_ledger.scripts.inherited import Inherited
from mydata_ledger.scripts.ipfs import mount_ipfs
from mydata_ledger.scripts.listening import local, reserved
from mydata_ledger.scripts.notices import GENERAL
from mydata_ledger.scripts.notifiers import notifiers
from mydata_ledger.scripts.pages import add_node, add_personas, pages, personas_file, service_pages
from mydata_ledger.scripts.settings import DEFAULT_PORT, DEFAULT_STATE, Settings, instance, secret
from mydata_ledger.scripts.slices.finding import slices
from mydata_ledger.scripts.slices.jobs import scheduled_jobs
from mydata_ledger.scripts.state_folder import StateFolder, notes_folder
from mydata_ledger.scripts.state_lock import lock_state
from mydata_ledger.scripts.streams import ending_streams, raise_descriptor_limit
from mydata_ledger.scripts.workers import ANSWER_SECONDS, WorkerApp, Workers

RECURSION_LIMIT = 1_000
"""Recursion limit, the default of Python. `py_ecc`, a dependency of web3, raises it to 100,000 when imported; then a
deeply nested body overflows the C stack and kills the process instead of being refused.
"""
LOGGER = logging.getLogger("mydata.serve")
COMMAND = "`python -m mydata_ledger.scripts.serve`"
"""How others read who uses the state folder."""
STATE_HELP = "Folder with database, payloads, keys and deployment."
CONFIG = partial(uvicorn.Config, log_level="warning", access_log=False, timeout_graceful_shutdown=5)


def build(settings: Settings, clock: Clock | None = None, *, demo: bool = False) -> FastAPI:
    """Build the app of a state folder.

    Args:
        settings: Settings of the ledger.
        clock: Clock to use instead of the system clock.
        demo: Give away the keys of the demonstration's personas; on the development chain only.

    Raises:
        SourceUnavailable: The keystore, a store or the database does not open, or the contracts are of another release.
        MalformedInput: A setting is malformed.
        Failure: The folder of a service lacks a file or has a bad one, or `demo` is asked for on another chain.
    """
    services = slices()
    state_folder = StateFolder(settings, clock) if clock else StateFolder(settings)
    state_folder.require_contracts()
    store = state_folder.store()
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
    notifications = NotificationWorker(kernel, notifiers(settings), leads=election.leads)
    jobs = JobWorker(kernel.jobs, scheduled_jobs(kernel, services), leads=election.leads)
    duties = Duties(election, (follower, notary, notifications, jobs), journal)
    context = AppContext(kernel, store.sessions, _api(state_folder), tiles)
    app = create_app(context, services, ending_streams(duties.lifespan))
    mount_ipfs(app, state_folder.payloads, settings)
    pages(app, settings.uri)
    add_node(app, settings.public_node, settings.rpc_url)
    service_pages(app, services)
    if demo:
        add_personas(app, personas_file(settings.state), state_folder.deployment.chain_id, settings.rpc_url)
    app.state.folder = state_folder  # holds the lock of its keystore as long as the app exists
    return app


def _world(
    state_folder: StateFolder, store: Store, services: Sequence[Slice], chain: Chain, hurry: Callable[[], None]
) -> World:
    settings, passkeys = state_folder.settings, bytes.fromhex(state_folder.deployment.passkeys[2:])
    return World(
        **ports_of(store),
        payloads=state_folder.payloads,
        keys=state_folder.keys(store),
        clock=state_folder.clock,
        gateway=state_folder.gateway,
        vocabulary=Vocabulary((service.catalog for service in services), state_folder.rule_since),
        domains=state_folder.domains,
        computer=ReaderKey(secret(settings.state, "computer", lambda: generate_reader_key().raw)),
        hurry=hurry,
        bounds=Bounds(streamed_bytes=settings.largest_record),
        signers=Signers(passkeys, ChainWallets(chain.rpc), _api(state_folder).relying_party),
        content_keys=state_folder.content_keys,
        canonical_forms=CANONICAL_FORMS,
    )


def _api(state_folder: StateFolder) -> ApiSettings:
    deployment, settings = state_folder.deployment, state_folder.settings
    registries = {log: domain.contract for log, domain in state_folder.domains.items()}
    registries["parties"] = deployment.parties
    return ApiSettings(
        uri=settings.uri,
        chain_id=deployment.chain_id,
        registries=registries,
        instance=instance(settings.state),
        requests_per_second=settings.pace,
        evaluations_per_second=settings.evaluations,
        streams=settings.streams,
        streams_per_account=settings.streams_per_account,
        streams_per_host=settings.streams_per_host,
        origins=settings.origins,
    )


def app() -> FastAPI:
    """App of one of several workers; `main` passed the settings on in the environment, and the lock beside it."""
    _prepare()
    settings = Settings.inherited()
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
    raise_descriptor_limit()
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
    inherited: Annotated[str, typer.Option(hidden=True, help="Descriptors that `mydata up` passes on.")] = "",
    *,
    demo: Annotated[bool, typer.Option(hidden=True, help="Give away the keys of the demo's personas.")] = False,
) -> None:
    """Serve one ledger until the process is stopped."""
    _prepare()
    settings = Settings.read(state, rpc, port)
    lock, sockets = _inherit(inherited) if inherited else _take(settings.state, port)
    port = sockets[0].getsockname()[1]  # the one that was chosen for port 0
    settings = Settings.read(state, rpc, port)
    LOGGER.info("serving at %s", local(port))
    if workers == 1:
        _serve(settings, sockets, demo=demo)
    else:
        _serve_by_workers(settings, sockets, lock, workers)


def _inherit(text: str) -> tuple[FileLock, list[socket.socket]]:
    """The lock and the sockets that the parent passed on; this process ends when the parent ends."""
    passed_on = Inherited.of_text(text)
    passed_on.end_with_parent()
    return passed_on.lock, list(passed_on.sockets)


def _take(state: Path, port: int) -> tuple[FileLock, list[socket.socket]]:
    """Lock the folder, then listen. Raises SourceUnavailable if one of them is taken."""
    lock = lock_state(state, COMMAND)
    sockets = reserved(port)
    lock.describe(Holder.of_this_process(COMMAND, local(sockets[0].getsockname()[1])))
    return lock, sockets


def _serve(settings: Settings, sockets: list[socket.socket], *, demo: bool) -> None:
    built = build(settings, demo=demo)
    freeze_garbage_collector()
    with suppress(KeyboardInterrupt):
        uvicorn.Server(CONFIG(built)).run(sockets=sockets)


def _serve_by_workers(settings: Settings, sockets: list[socket.socket], lock: FileLock, count: int) -> None:
    state_folder = StateFolder(settings)
    state_folder.require_contracts()
    state_folder.store().dispose()  # migrated once, before the workers open it
    settings.pass_on()
    factory = WorkerApp("mydata_ledger.scripts.serve:app", lock)
    config = CONFIG(factory, factory=True, workers=count, timeout_worker_healthcheck=ANSWER_SECONDS)
    workers = Workers(config, sockets)
    workers.run()
    if workers.failure:
        raise Failure(workers.failure)


if __name__ == "__main__":
    try:
        typer.run(main)
    except (LedgerError, Failure) as error:
        sys.exit(f"error: {error}")
