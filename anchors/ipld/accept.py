"""Content negotiation of the gateway: `format` and `car-*` of the URL, and the Accept header (RFC 9110 §12.5.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

RAW_TYPE, CAR_TYPE = "application/vnd.ipld.raw", "application/vnd.ipld.car"
FORMATS = {"raw": RAW_TYPE, "car": CAR_TYPE}
RECORD_TYPE = "application/vnd.ipfs.ipns-record"
UNSERVED_FORMATS = {"tar", "json", "cbor", "dag-json", "dag-cbor", "html"}
"""Formats of other gateways. A client cannot verify a response in them, so they are not served."""
SERVED_TYPES = f"this gateway serves {RAW_TYPE} and {CAR_TYPE}; say which by Accept or `format`"
ORDERS, DUPS = {"dfs", "unk"}, {"y", "n"}


class GatewayRefusal(Exception):
    """An error response of the gateway: its HTTP status and its text."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True, slots=True)
class ResponseFormat:
    """The format of a response.

    `kind` is the media type. `duplicates` is True if a CAR repeats blocks. `explicit` is True if the URL alone, without
    the Accept header, selects this format.
    """

    kind: str
    duplicates: bool = False
    explicit: bool = True

    @property
    def content_type(self) -> str:
        """The Content-Type header. For a CAR it has the parameters of IPIP-412; the order is always depth first."""
        return f"{CAR_TYPE}; version=1; order=dfs; dups={'y' if self.duplicates else 'n'}" if self.is_car else self.kind

    @property
    def is_car(self) -> bool:
        """True for a CAR, False for a raw block."""
        return self.kind == CAR_TYPE

    @property
    def format(self) -> str:
        """The value of the query parameter `format` for it."""
        return "car" if self.is_car else "raw"


def negotiate(query: Mapping[str, str], accept: str | None) -> ResponseFormat:
    """Return the format of the response. `format` outranks Accept, and `car-*` outrank the parameters of Accept.

    Raises GatewayRefusal: 400 for an unknown format or none at all, 406 for a format that is not served here.
    """
    name = query.get("format")
    if name is None:
        if accept is None:
            raise GatewayRefusal(400, SERVED_TYPES)
        form = replace(_by_accept(accept), explicit=False)
    else:
        form = _by_format(name, accept or "")
    return _with_query(form, query) if form.is_car else form


def _by_format(name: str, accept: str) -> ResponseFormat:
    if name == "ipns-record":
        raise GatewayRefusal(400, "IPNS records are under /ipns/ only")
    if name in UNSERVED_FORMATS:
        raise GatewayRefusal(406, SERVED_TYPES)
    if name not in FORMATS:
        raise GatewayRefusal(400, "`format` is raw or car")
    kinds = {kind for _, kind, _ in _parts(accept)}
    if kinds & {CAR_TYPE, RAW_TYPE} == {CAR_TYPE} and name == "car":
        return replace(_by_accept(accept), explicit=True)
    return ResponseFormat(FORMATS[name], explicit=not kinds & {*FORMATS.values(), RECORD_TYPE} - {FORMATS[name]})


def _with_query(form: ResponseFormat, query: Mapping[str, str]) -> ResponseFormat:
    parameters = {name: query[f"car-{name}"] for name in ("version", "order", "dups") if f"car-{name}" in query}
    if not _is_served(parameters):
        raise GatewayRefusal(400, "`car-version` is 1, `car-order` dfs or unk, `car-dups` y or n")
    return replace(form, duplicates=parameters["dups"] == "y") if "dups" in parameters else form


def _by_accept(accept: str) -> ResponseFormat:
    """Return the format of the highest weight in an Accept header, the first one of equal weights."""
    best: tuple[float, ResponseFormat] | None = None
    for weight, kind, parameters in _parts(accept):
        if kind not in FORMATS.values() or weight <= 0 or (best and weight <= best[0]):
            continue
        if kind == RAW_TYPE or _is_served(parameters):
            best = weight, ResponseFormat(kind, duplicates=parameters.get("dups") == "y")
    if best is None:
        raise GatewayRefusal(406, SERVED_TYPES)
    return best[1]


def _is_served(parameters: Mapping[str, str]) -> bool:
    return (
        parameters.get("version", "1") == "1"
        and parameters.get("order", "dfs") in ORDERS
        and parameters.get("dups", "n") in DUPS
    )


def _parts(accept: str) -> Iterator[tuple[float, str, dict[str, str]]]:
    """Yield weight, media type and parameters of each part of an Accept header. A malformed weight counts as 0."""
    for part in accept.split(","):
        kind, *pieces = (piece.strip().lower() for piece in part.split(";"))
        pairs = (piece.partition("=") for piece in pieces if piece)
        parameters = {name.strip(): text.strip().strip('"') for name, _, text in pairs}
        yield _weight(parameters.pop("q", "1")), kind, parameters


def _weight(text: str) -> float:
    with suppress(ValueError):
        weight = float(text)
        return weight if 0 <= weight <= 1 else 0
    return 0
