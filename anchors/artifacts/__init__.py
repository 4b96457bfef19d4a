"""The compiled contracts, and their addresses on a chain. They are part of the package, so no compiler is needed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from mydata_ledger.anchors.artifacts.deployment import Deployment

__all__ = ["Artifact", "Deployment", "artifact", "names"]


@dataclass(frozen=True, slots=True)
class Artifact:
    """One contract: its ABI as parsed JSON, and its creation bytecode without constructor arguments."""

    name: str
    abi: tuple[dict[str, Any], ...]
    bytecode: bytes


@cache
def artifact(name: str) -> Artifact:
    """Return the contract `name`, such as "ConsentRegistry". Raises KeyError when there is none of that name."""
    if name not in names():
        raise KeyError(f"no contract `{name}`; there are {', '.join(names())}")
    raw = orjson.loads(files(__name__).joinpath(f"{name}.json").read_bytes())
    return Artifact(name=name, abi=tuple(raw["abi"]), bytecode=bytes.fromhex(raw["bytecode"][2:]))


@cache
def names() -> tuple[str, ...]:
    """Return the names of all contracts in the package, sorted."""
    file_names = (path.name for path in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in file_names if name.endswith(".json")))
