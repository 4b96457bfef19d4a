"""Personas of the demo with their keys: on the development chain alone, and only from the server of `mydata demo`."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from mydata_ledger.scripts.devnet import CHAIN_ID
from mydata_ledger.scripts.failure import Failure
from mydata_ledger.scripts.pages.node import NodePassThrough, add_pass_through
from mydata_ledger.scripts.pages.node_calls import WALLET_METHODS

PERSONAS_PATH, DEMO_NODE_PATH = "/demo/personas", "/demo/node"


def personas_file(state: Path) -> Path:
    """The file of the personas in a state folder; the demonstration writes it."""
    return state / "story" / "personas.json"


def add_personas(app: FastAPI, file: Path, chain_id: int, rpc_url: str) -> None:
    """Add `/demo/personas`, which gives the file once it is there, and `/demo/node`, by which the personas' wallet
    sends transactions. Raises Failure on a chain other than Anvil's.
    """
    if chain_id != CHAIN_ID:
        raise Failure(
            f"--demo gives keys away, so it is for the development chain {CHAIN_ID} alone; this is {chain_id}"
        )

    def personas(_: Request) -> Response:
        if not file.is_file():
            raise HTTPException(404)
        return Response(file.read_bytes(), media_type="application/json")

    app.add_route(PERSONAS_PATH, personas, include_in_schema=False)
    add_pass_through(app, DEMO_NODE_PATH, NodePassThrough(rpc_url, WALLET_METHODS))
