"""IPFS interfaces of a ledger: a gateway for sealed payloads, and a delegated router that names it."""

from __future__ import annotations

import logging

from fastapi import FastAPI

from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.scripts.gateway import Gateway, denylist
from mydata_ledger.scripts.listening import NAME
from mydata_ledger.scripts.multiaddr import multiaddr
from mydata_ledger.scripts.payloads import DENYLIST, PayloadArchive
from mydata_ledger.scripts.routing import Routing, peer_id
from mydata_ledger.scripts.settings import Settings, secret

log = logging.getLogger(__name__)


def mount_ipfs(app: FastAPI, payloads: PayloadArchive, settings: Settings) -> None:
    """Mount the gateway at /ipfs and /ipns, and at /routing/v1 a router that directs IPFS nodes to it.

    The router gives 127.0.0.1 instead of `localhost`, since IPFS nodes do not resolve that name.
    """
    gateway = Gateway(payloads.block, denylist(settings.state / DENYLIST))
    for space in ("ipfs", "ipns"):
        app.mount(f"/{space}", gateway, name=space)
    try:
        address = multiaddr(settings.uri.replace(f"//{NAME}:", "//127.0.0.1:"))
    except MalformedInput:
        log.warning("no router at /routing/v1: MYDATA_URI is not the root of a host, so no node can find the gateway")
        return
    app.mount("/routing/v1", Routing(payloads.block, peer_id(secret(settings.state, "peer")), address), name="routing")
