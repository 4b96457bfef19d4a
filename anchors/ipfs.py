"""Implements the port `Payloads` over the RPC of an IPFS node (Kubo), through `ipfshttpclient`.

The node is trusted to store bytes, and not to report them correctly: each CID that it returns is compared with one
computed here, and each block that it returns is hashed here.
"""

from __future__ import annotations

import importlib
import io
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, TypeVar, cast

from mydata_ledger.anchors.ipld import car, reading
from mydata_ledger.anchors.ipld.cid import RAW, Cid
from mydata_ledger.anchors.ipld.flow import file_of
from mydata_ledger.anchors.ipld.unixfs import CHUNK, WIDTH, Piece, blocks_of, blocks_of_stream
from mydata_ledger.ledger.errors import (
    IntegrityFailure,
    LedgerError,
    MalformedInput,
    PayloadAltered,
    PayloadMissing,
    SourceUnavailable,
    StorageFull,
)

T = TypeVar("T")
Pieces = Iterable[Piece]
CONNECT_SECONDS, ANSWER_SECONDS = 3, 60
ATTEMPTS, PAUSE_SECONDS = 3, 0.2
NO_ANSWER = "the IPFS node does not answer; check that it runs and try again"
OTHER_CIDS = "the IPFS node answers other CIDs than the content has; check its version"
ADD = {"chunker": f"size-{CHUNK}", "max-file-links": str(WIDTH), "inline": "false", "hash": "sha2-256"}


class KuboPayloads:
    """Stores sealed payloads on an IPFS node. It needs the extra `ipfs` of this package.

    Args:
        api: The address of the node's RPC API, a multiaddr like /ip4/127.0.0.1/tcp/5001.
        answer_seconds: How long to wait for one answer.

    Raises:
        SourceUnavailable: The node does not answer, or acknowledges writes before they are on its disk.
    """

    def __init__(self, api: str, *, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._api, self._seconds = api, answer_seconds
        self._local = threading.local()
        try:
            self._library = importlib.import_module("ipfshttpclient")
        except ImportError as error:
            raise SourceUnavailable("no IPFS client is installed: pip install 'mydata-ledger[ipfs]'") from error
        _check_durable(self._call(lambda node: node.config.get()))

    def put_many(self, sealed: Sequence[bytes]) -> list[str]:
        """Store and pin payloads, and return their CIDs (CIDv1 texts). Durable on return; idempotent.

        Raises StorageFull, SourceUnavailable.
        """
        if not sealed:
            return []
        expected = [str(_root(content)) for content in sealed]
        cids = self._call(lambda node: self._add(node, [io.BytesIO(content) for content in sealed]))
        if cids != expected:
            raise IntegrityFailure(OTHER_CIDS)
        return expected

    def put_stream(self, pieces: Pieces) -> str:
        """Store one payload of any size in constant memory, and return its CID. It is not tried a second time.

        Raises as `put_many` does.
        """
        leaves = _Leaves(pieces)
        try:
            with self._errors_translated():
                cids = self._add(self._node(), [file_of(leaves)])
        except _ConnectionFailed as error:
            raise SourceUnavailable(NO_ANSWER) from error
        if cids != [str(leaves.root)]:
            raise IntegrityFailure(OTHER_CIDS)
        return cids[0]

    def get(self, cid: str) -> bytes:
        """Return the bytes of a payload; each block is checked.

        Raises PayloadMissing, PayloadAltered, SourceUnavailable.
        """
        return b"".join(self.stream(cid))

    def stream(self, cid: str) -> Iterator[bytes]:
        """Yield the bytes of a payload in pieces. Raises as `get` does, while they are read."""
        return reading.file_bytes(self.block, Cid.parse(cid))

    def open_stream(self, cid: str) -> tuple[int, Iterator[bytes]]:
        """Return the size in bytes, and the bytes as `stream` does.

        Raises as `get` does: for the first block at once, for the others while they are read.
        """
        return reading.sized_file(self.block, Cid.parse(cid))

    def remove(self, cid: str) -> None:
        """Unpin a payload; the node's next garbage collection deletes its blocks. Raises SourceUnavailable."""
        text = str(Cid.parse_any(cid))
        with suppress(PayloadMissing):
            self._call(lambda node: node.pin.rm(text))

    def pinned(self) -> set[str]:
        """Return the CIDs of all pinned payloads."""
        return set(self._call(lambda node: node.pin.ls(type="recursive"))["Keys"])

    def collect(self) -> int:
        """Run the node's garbage collection, and return how many blocks it deleted."""
        return len(self._call(lambda node: node.repo.gc()))

    def export_car(self, cids: Sequence[str]) -> Iterator[bytes]:
        """Yield a CAR version 1 file of the payloads, in pieces. Raises PayloadMissing, PayloadAltered."""
        roots = [Cid.parse_any(cid) for cid in cids]
        return car.write(roots, (block for root in roots for block in reading.whole(self.block, root)))

    def import_car(self, file: BinaryIO) -> list[str]:
        """Have the node import a CAR file with one root, pin the root, and return its CID. It is not tried twice.

        Raises MalformedInput if the node finds the file malformed or blocks missing; StorageFull, SourceUnavailable.
        """
        try:
            with self._errors_translated():
                answer = self._node().dag.imprt(file)
        except PayloadMissing as error:
            raise MalformedInput("the CAR file lacks blocks below its root; export it again") from error
        except _ConnectionFailed as error:
            raise SourceUnavailable(NO_ANSWER) from error
        root = answer["Root"]
        if root.get("PinErrorMsg"):
            raise MalformedInput("the CAR file lacks blocks below its root; export it again")
        return [str(Cid.parse_any(root["Cid"]["/"]))]

    def block(self, cid: Cid) -> bytes:
        """Return one block that the node has; it asks no other node. Raises PayloadMissing, PayloadAltered."""
        opts = {"offline": "true"}
        block = cast("bytes", self._call(lambda node: node.block.get(str(cid), opts=opts)))
        if not cid.names(block):
            raise PayloadAltered(f"block {cid} was altered in the payload store")
        return block

    def _add(self, node: Any, files: list[Any]) -> list[str]:
        answer = node.add(*files, cid_version=1, raw_leaves=True, pin=True, opts=dict(ADD))
        return [item["Hash"] for item in (answer if isinstance(answer, list) else [answer])]

    def _call(self, do: Callable[[Any], T]) -> T:
        """Call the node and return its answer. It is called again if the connection fails: all calls are idempotent."""
        for attempt in range(1, ATTEMPTS):
            with suppress(_ConnectionFailed), self._errors_translated():
                return do(self._node())
            self._local.node = None
            time.sleep(PAUSE_SECONDS * attempt)
        try:
            with self._errors_translated():
                return do(self._node())
        except _ConnectionFailed as error:
            raise SourceUnavailable(NO_ANSWER) from error

    def _node(self) -> Any:
        """Return the client of this thread, which keeps its connection open."""
        node = getattr(self._local, "node", None)
        if node is None:
            limits = (CONNECT_SECONDS, self._seconds)
            node = self._local.node = self._library.Client(self._api, session=True, timeout=limits)
        return node

    @contextmanager
    def _errors_translated(self) -> Iterator[None]:
        errors = self._library.exceptions
        try:
            yield
        except errors.ErrorResponse as error:
            raise _translated(str(error).lower()) from error
        except (errors.ConnectionError, errors.ProtocolError) as error:
            raise _ConnectionFailed from error
        except errors.Error as error:
            raise SourceUnavailable("the IPFS node did not answer in time or in form; try again") from error


class _ConnectionFailed(Exception):
    """The connection to the node failed."""


class _Leaves:
    """Iterates over the leaves of a file that comes in pieces. After the iteration `root` is the CID of the file."""

    root: Cid

    def __init__(self, pieces: Pieces) -> None:
        self._blocks = blocks_of_stream(pieces)

    def __iter__(self) -> Iterator[Piece]:
        for cid, block in self._blocks:
            self.root = cid
            if cid.codec == RAW:
                yield block


def _root(content: bytes) -> Cid:
    *_, (cid, _) = blocks_of(content)
    return cid


def _translated(message: str) -> LedgerError:
    if "not found" in message or "could not find" in message or "not pinned" in message:
        return PayloadMissing("the IPFS node has no such payload")
    if "different hash" in message:
        return PayloadAltered("a block was altered in the payload store")
    if "no space left" in message or "quota" in message:
        return StorageFull("the IPFS node's disk is full; nothing was accepted: free some space")
    return SourceUnavailable("the IPFS node refused; see its log and try again")


def _check_durable(config: Any) -> None:
    """Raise SourceUnavailable if the node's flatfs acknowledges writes before they are on its disk."""
    spec = config.get("Datastore", {}).get("Spec", {})
    for mount in spec.get("mounts", [spec]):
        store = mount.get("child", mount)
        if store.get("type") == "flatfs" and store.get("sync") is not True:
            raise SourceUnavailable("the IPFS node acknowledges before its disk does: set flatfs `sync` to true")
