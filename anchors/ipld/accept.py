"""Which form a gateway's answer takes: `format` and `car-*` of the URL, and the Accept header (RFC 9110 §12.5.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

RAW_TYPE, CAR_TYPE = "application/vnd.ipld.raw", "application/vnd.ipld.car"
FORMATS = {"raw": RAW_TYPE, "car": CAR_TYPE}
RECORD_TYPE = "application/vnd.ipfs.ipns-record"
ELSEWHERE = {"tar", "json", "cbor", "dag-json", "dag-cbor", "html"}
"""Formats of other gateways: what they give cannot be checked by the one who asks."""
ONLY = f"this gateway serves {RAW_TYPE} and {CAR_TYPE}; say which by Accept or `format`"
ORDERS, DUPS = {"dfs", "unk"}, {"y", "n"}


class GatewayRefusal(Exception):
    """An answer that is no content: status and sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True, slots=True)
class ResponseFormat:
    """`kind` is the media type; `again` says that a CAR repeats blocks; `said` that the URL alone asks for it."""

    kind: str
    duplicates: bool = False
    explicit: bool = True

    @property
    def content_type(self) -> str:
        """The header, with what IPIP-412 wants said of a CAR: blocks always come depth first."""
        return f"{CAR_TYPE}; version=1; order=dfs; dups={'y' if self.duplicates else 'n'}" if self.is_car else self.kind

    @property
    def is_car(self) -> bool:
        """Whether a CAR is asked for, and not a block."""
        return self.kind == CAR_TYPE

    @property
    def format(self) -> str:
        """What `format` calls it."""
        return "car" if self.is_car else "raw"


def negotiate(query: Mapping[str, str], accept: str | None) -> ResponseFormat:
    """The form asked for: `format` outranks Accept, `car-*` outrank its parameters.

    Raises Refused: 400 for what is no format or when nothing is asked for, 406 for forms that are not served here.
    """
    given = query.get("format")
    if given is None:
        if accept is None:
            raise GatewayRefusal(400, ONLY)
        form = replace(_accepted(accept), said=False)
    else:
        form = _formatted(given, accept or "")
    return _with_query(form, query) if form.is_car else form


def _formatted(given: str, accept: str) -> ResponseFormat:
    if given == "ipns-record":
        raise GatewayRefusal(400, "IPNS records are under /ipns/ only")
    if given in ELSEWHERE:
        raise GatewayRefusal(406, ONLY)
    if given not in FORMATS:
        raise GatewayRefusal(400, "`format` is raw or car")
    kinds = {kind for _, kind, _ in _parts(accept)}
    if kinds & {CAR_TYPE, RAW_TYPE} == {CAR_TYPE} and given == "car":
        return replace(_accepted(accept), said=True)
    return ResponseFormat(FORMATS[given], explicit=not kinds & {*FORMATS.values(), RECORD_TYPE} - {FORMATS[given]})


def _with_query(form: ResponseFormat, query: Mapping[str, str]) -> ResponseFormat:
    said = {name: query[f"car-{name}"] for name in ("version", "order", "dups") if f"car-{name}" in query}
    if not _served(said):
        raise GatewayRefusal(400, "`car-version` is 1, `car-order` dfs or unk, `car-dups` y or n")
    return replace(form, again=said["dups"] == "y") if "dups" in said else form


def _accepted(accept: str) -> ResponseFormat:
    """The best of what Accept lists, the first of equals."""
    best: tuple[float, ResponseFormat] | None = None
    for weight, kind, parameters in _parts(accept):
        if kind not in FORMATS.values() or weight <= 0 or (best and weight <= best[0]):
            continue
        if kind == RAW_TYPE or _served(parameters):
            best = weight, ResponseFormat(kind, duplicates=parameters.get("dups") == "y")
    if best is None:
        raise GatewayRefusal(406, ONLY)
    return best[1]


def _served(parameters: Mapping[str, str]) -> bool:
    return (
        parameters.get("version", "1") == "1"
        and parameters.get("order", "dfs") in ORDERS
        and parameters.get("dups", "n") in DUPS
    )


def _parts(accept: str) -> Iterator[tuple[float, str, dict[str, str]]]:
    """Weight, media type and parameters of each thing accepted; a weight that is none counts as nothing wanted."""
    for part in accept.split(","):
        kind, *pieces = (piece.strip().lower() for piece in part.split(";"))
        pairs = (piece.partition("=") for piece in pieces if piece)
        parameters = {name.strip(): text.strip().strip('"') for name, _, text in pairs}
        yield _weight(parameters.pop("q", "1")), kind, parameters


def _weight(text: str) -> float:
    with suppress(ValueError):
        found = float(text)
        return found if 0 <= found <= 1 else 0
    return 0
