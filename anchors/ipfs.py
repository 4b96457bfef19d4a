"""The Payloads port over an IPFS node's RPC (Kubo), through `ipfshttpclient`.

The node is trusted with bytes, not with truth: every CID it answers is compared with our own, and every block it gives
is hashed here.
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
TRIES, PAUSE_SECONDS = 3, 0.2
NO_ANSWER = "the IPFS node does not answer; check that it runs and try again"
OTHER_CIDS = "the IPFS node answers other CIDs than the content has; check its version"
ADD = {"chunker": f"size-{CHUNK}", "max-file-links": str(WIDTH), "inline": "false", "hash": "sha2-256"}


class KuboPayloads:
    """Sealed payloads on the IPFS node whose RPC API listens at `api`, a multiaddr like /ip4/127.0.0.1/tcp/5001.

    Needs the extra `ipfs` of this package. Raises SourceUnavailable when the node does not answer, or acknowledges
    before its disk does.
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
        """CIDv1 texts, pinned; durable when it returns; idempotent. Raises StorageFull, SourceUnavailable."""
        if not sealed:
            return []
        expected = [str(_root(content)) for content in sealed]
        said = self._call(lambda node: self._add(node, [io.BytesIO(content) for content in sealed]))
        if said != expected:
            raise IntegrityFailure(OTHER_CIDS)
        return expected

    def put_stream(self, pieces: Pieces) -> str:
        """`put_many` for one payload of any size, in constant memory; it is not tried twice."""
        leaves = _Leaves(pieces)
        try:
            with self._refusals():
                said = self._add(self._node(), [file_of(leaves)])
        except _Lost as error:
            raise SourceUnavailable(NO_ANSWER) from error
        if said != [str(leaves.root)]:
            raise IntegrityFailure(OTHER_CIDS)
        return said[0]

    def get(self, cid: str) -> bytes:
        """The bytes, every block checked. Raises PayloadMissing, PayloadAltered, SourceUnavailable."""
        return b"".join(self.stream(cid))

    def stream(self, cid: str) -> Iterator[bytes]:
        """`get` in pieces. Raises as they are read."""
        return reading.file_bytes(self.block, Cid.parse(cid))

    def open_stream(self, cid: str) -> tuple[int, Iterator[bytes]]:
        """How many bytes there are, and `stream`. Raises at once for the first block, then as they are read."""
        return reading.sized_file(self.block, Cid.parse(cid))

    def remove(self, cid: str) -> None:
        """Unpin: the node's next garbage collection deletes the payload's blocks. Raises SourceUnavailable."""
        text = str(Cid.parse_any(cid))
        with suppress(PayloadMissing):
            self._call(lambda node: node.pin.rm(text))

    def pinned(self) -> set[str]:
        """CIDs of all payloads to be kept."""
        return set(self._call(lambda node: node.pin.ls(type="recursive"))["Keys"])

    def collect(self) -> int:
        """Have the node delete every block that no pin leads to; the number of blocks deleted."""
        return len(self._call(lambda node: node.repo.gc()))

    def export_car(self, cids: Sequence[str]) -> Iterator[bytes]:
        """A CAR version 1 file of the payloads, in pieces. Raises PayloadMissing, PayloadAltered."""
        roots = [Cid.parse_any(cid) for cid in cids]
        return car.write(roots, (block for root in roots for block in reading.whole(self.block, root)))

    def import_car(self, file: BinaryIO) -> list[str]:
        """Have the node keep and pin what a CAR with one root holds under it; that root. It is not tried twice.

        Raises MalformedInput when the node finds the file broken or blocks missing; StorageFull, SourceUnavailable.
        """
        try:
            with self._refusals():
                answer = self._node().dag.imprt(file)
        except PayloadMissing as error:
            raise MalformedInput("the CAR file lacks blocks below its root; export it again") from error
        except _Lost as error:
            raise SourceUnavailable(NO_ANSWER) from error
        said = answer["Root"]
        if said.get("PinErrorMsg"):
            raise MalformedInput("the CAR file lacks blocks below its root; export it again")
        return [str(Cid.parse_any(said["Cid"]["/"]))]

    def block(self, cid: Cid) -> bytes:
        """One block that the node itself has: it asks no other. Raises PayloadMissing, PayloadAltered."""
        opts = {"offline": "true"}
        block = cast("bytes", self._call(lambda node: node.block.get(str(cid), opts=opts)))
        if not cid.names(block):
            raise PayloadAltered(f"block {cid} was altered in the payload store")
        return block

    def _add(self, node: Any, files: list[Any]) -> list[str]:
        answer = node.add(*files, cid_version=1, raw_leaves=True, pin=True, opts=dict(ADD))
        return [item["Hash"] for item in (answer if isinstance(answer, list) else [answer])]

    def _call(self, do: Callable[[Any], T]) -> T:
        """What the node answers; tried again when the connection fails, which harms nothing we ask for."""
        for tried in range(1, TRIES):
            with suppress(_Lost), self._refusals():
                return do(self._node())
            self._local.node = None
            time.sleep(PAUSE_SECONDS * tried)
        try:
            with self._refusals():
                return do(self._node())
        except _Lost as error:
            raise SourceUnavailable(NO_ANSWER) from error

    def _node(self) -> Any:
        """This thread's client, which keeps its connection."""
        node = getattr(self._local, "node", None)
        if node is None:
            limits = (CONNECT_SECONDS, self._seconds)
            node = self._local.node = self._library.Client(self._api, session=True, timeout=limits)
        return node

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        refused = self._library.exceptions
        try:
            yield
        except refused.ErrorResponse as error:
            raise _translated(str(error).lower()) from error
        except (refused.ConnectionError, refused.ProtocolError) as error:
            raise _Lost from error
        except refused.Error as error:
            raise SourceUnavailable("the IPFS node did not answer in time or in form; try again") from error


class _Lost(Exception):
    """The connection failed."""


class _Leaves:
    """The leaves of a file in pieces; afterwards `root` is its CID."""

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
    """Raise SourceUnavailable when the node's flatfs acknowledges what is not on its disk."""
    spec = config.get("Datastore", {}).get("Spec", {})
    for mount in spec.get("mounts", [spec]):
        store = mount.get("child", mount)
        if store.get("type") == "flatfs" and store.get("sync") is not True:
            raise SourceUnavailable("the IPFS node acknowledges before its disk does: set flatfs `sync` to true")
