"""The composition root: one process that is the door, the notary and the follower of a state folder."""

from __future__ import annotations

import importlib
import importlib.util
import logging
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import FileResponse, HTMLResponse
from starlette.staticfiles import StaticFiles

from anchors.artifacts import Deployment
from anchors.chain import Chain
from anchors.follower import Follower
from anchors.keystore import FileKeys, open_master
from anchors.keystore.masters import Master
from anchors.notary import Notary
from anchors.store import Store
from anchors.teller import Teller
from anchors.tiles import LogTiles, NoteKeys, Shelf
from api.app import Lifespan, create_app
from api.auth import ApiSettings, Premises
from api.slices import Slice
from ledger.envelope import ReaderKey, generate_reader_key
from ledger.kernel import Kernel, World
from ledger.receipt import ACCESS, CONSENTS, RECORDS, Logged
from ledger.signers import Wallet
from ledger.typed_data import Domain
from ledger.vocabulary import Vocabulary
from scripts.couriers import couriers
from scripts.ipfs import mount_ipfs
from scripts.notices import GENERAL
from scripts.payloads import open_store
from scripts.settings import DEFAULT_PORT, DEFAULT_STATE, Settings, secret
from scripts.verify.page import build as build_page

FRAMES = 1_000
"""Python's own recursion limit, put back: `py_ecc`, which web3 brings, raises it to 100,000 when imported, and then a
deeply nested body overflows the C stack and kills the process instead of being refused.
"""
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
ROOT = Path(__file__).resolve().parent.parent
WEB, SWAGGER = ROOT / "web", ROOT / "node_modules" / "swagger-ui-dist"


class SystemClock:
    """The Clock port over this machine's clock."""

    def now(self) -> int:
        """UTC seconds."""
        return int(time.time())


def slices() -> list[Slice]:
    """Every service's words, and the routes of those that have some."""
    found = []
    for name in SERVICES:
        catalog = importlib.import_module(f"services.{name}.catalog").CATALOG
        has_routes = importlib.util.find_spec(f"services.{name}.routes") is not None
        router = importlib.import_module(f"services.{name}.routes").router if has_routes else None
        found.append(Slice(catalog, router))
    return found


@dataclass(frozen=True, slots=True)
class Ledger:
    """One running ledger: the app, and the two threads that tie it to the chain."""

    app: FastAPI
    notary: Notary
    follower: Follower
    store: Store


def build(settings: Settings) -> Ledger:
    """Everything a state folder and a chain make. Raises SourceUnavailable, MalformedInput."""
    deployment = Deployment.read(deployment_file(settings))
    domains = _domains(deployment)
    store, services = Store(settings.database), slices()
    for notice in GENERAL:
        store.publish(notice)
    gateway, master = Wallet(secret(settings.state, "gateway")), open_house(settings.state)
    chain = Chain(settings.rpc_url, deployment, secret(settings.state, "sequencer"))
    notary = Notary(store, chain)
    payloads = open_store(settings.payloads, settings.state)
    world = World(
        store=store,
        payloads=payloads,
        keys=_keys(settings, master, gateway, domains[ACCESS], store),
        clock=SystemClock(),
        gateway=gateway,
        vocabulary=Vocabulary(one.catalog for one in services),
        domains=domains,
        computer=ReaderKey(secret(settings.state, "computer", lambda: generate_reader_key().raw)),
        hurry=notary.nudge,
    )
    follower = Follower(store, chain, world.clock, settings.depth)
    notes = notes_folder(settings.state)
    tiles = LogTiles(store, NoteKeys(notes, master), Shelf(notes), domains)
    kernel = Kernel(world)
    teller = Teller(kernel, couriers(settings))
    premises = Premises(kernel, store, _api(settings, deployment, domains), tiles)
    app = create_app(premises, services, _lifespan(notary, follower, teller))
    mount_ipfs(app, payloads, settings)
    _portal(app)
    return Ledger(app, notary, follower, store)


def _api(settings: Settings, deployment: Deployment, domains: Mapping[str, Domain]) -> ApiSettings:
    registries = {**{log: domain.contract for log, domain in domains.items()}, "parties": deployment.parties}
    return ApiSettings(uri=settings.uri, chain_id=deployment.chain_id, registries=registries)


def deployment_file(settings: Settings) -> Path:
    """The one deployment of a state folder. Raises SystemExit with what to do when there is none."""
    found = sorted((settings.state / "deployments").glob("*.json"))
    if len(found) != 1:
        raise SystemExit(
            f"error: {len(found)} deployments in {settings.state}; run `mydata up` to deploy the contracts"
        )
    return found[0]


def _domains(deployment: Deployment) -> dict[str, Domain]:
    contracts = {CONSENTS: deployment.consents, RECORDS: deployment.records, ACCESS: deployment.access}
    return {log: Domain(deployment.chain_id, contract) for log, contract in contracts.items()}


def open_house(state: Path) -> bytes:
    """The master key of a state folder's keystore. Raises SourceUnavailable for a wrong MYDATA_PASSPHRASE."""
    given = os.environ.get("MYDATA_PASSPHRASE", "").encode()
    return open_master(state / "keystore" / "master.json", given or secret(state, "passphrase"))


def notes_folder(state: Path) -> Path:
    """Where note keys, signed checkpoints and the list of witnesses of a state folder lie."""
    return state / "keystore" / "notes"


def _keys(settings: Settings, master: bytes, gateway: Wallet, domain: Domain, store: Store) -> FileKeys:
    def durable(receipt: Logged) -> bool:
        return store.at(ACCESS, receipt.position) == receipt

    path = settings.state / "keystore" / "keys.db"
    return FileKeys(
        path, _custody_master(master), gateway=gateway.signer, domain=domain, durable=durable, now=SystemClock().now
    )


def _custody_master(master: bytes) -> bytes | Master:
    """The key above all custody keys: inside the token that MYDATA_PKCS11_MODULE, _TOKEN and _PIN name, or ours."""
    if not (module := os.environ.get("MYDATA_PKCS11_MODULE", "")):
        return master
    from anchors.keystore.token import Token  # noqa: PLC0415 - an extra that only a token needs

    return Token(module, os.environ.get("MYDATA_PKCS11_TOKEN", "mydata"), os.environ["MYDATA_PKCS11_PIN"]).master()


def _lifespan(notary: Notary, follower: Follower, teller: Teller) -> Lifespan:
    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        follower.start()
        notary.start()
        teller.start()
        try:
            yield
        finally:
            teller.stop()
            notary.stop()
            follower.stop()

    return running


def _portal(app: FastAPI) -> None:
    """The status page, and the interface's description with its assets from this machine: no page calls home."""
    app.mount("/web", StaticFiles(directory=WEB), name="web")
    if SWAGGER.is_dir():
        app.mount("/swagger", StaticFiles(directory=SWAGGER), name="swagger")

    @app.get("/", include_in_schema=False)
    def portal() -> FileResponse:
        return FileResponse(WEB / "index.html", headers={"content-security-policy": "default-src 'self'"})

    @app.get("/verify", include_in_schema=False)
    def verifier() -> HTMLResponse:
        return HTMLResponse(build_page().html, headers={"content-disposition": 'inline; filename="verify.html"'})

    @app.get("/docs", include_in_schema=False)
    def description() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title="MyData Ledger: HTTP interface",
            swagger_js_url="/swagger/swagger-ui-bundle.js",
            swagger_css_url="/swagger/swagger-ui.css",
            swagger_favicon_url="/web/mark.svg",
            swagger_ui_parameters={"docExpansion": "none", "defaultModelsExpandDepth": 0},
        )


def main(
    rpc: Annotated[str, typer.Option(help="JSON-RPC URL of the chain the contracts are on.")],
    state: Annotated[Path, typer.Option(help="Folder with database, payloads, keys and deployment.")] = DEFAULT_STATE,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = DEFAULT_PORT,
) -> None:
    """Serve one ledger until the process is ended."""
    sys.setrecursionlimit(FRAMES)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    settings = Settings.read(state, rpc, port)
    uvicorn.run(build(settings).app, host=settings.host, port=port, log_level="warning", timeout_graceful_shutdown=5)


if __name__ == "__main__":
    typer.run(main)
