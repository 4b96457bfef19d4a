"""Sheets sealed into the payload store, and the keystore's folder that remembers where the newest lies."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import orjson

from mydata_ledger.anchors.durable import create, locked, replace
from mydata_ledger.anchors.keystore.wrapped import new_key, rewrap, unwrap, wrap
from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.envelope import Content
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.ports import Payloads

KEY, NEWEST = "journal.key", "journal.json"
MEDIA_TYPE = "application/vnd.mydata.journal"


@dataclass(frozen=True, slots=True)
class BlobReference:
    """Where a sealed sheet lies: its CID, and the 32 random bytes from which its own key is derived."""

    cid: str
    nonce: bytes


class BlobStore:
    """Sheets sealed under keys derived from one that lies in `folder`, itself sealed under the keystore's master key.

    The folder and the payload store together are all that a recovery needs beside the chain.
    """

    def __init__(self, folder: Path, master: bytes, payloads: Payloads) -> None:
        self._folder, self._payloads = folder, payloads
        create(folder / KEY, wrap(master, new_key(), KEY.encode()))
        self._key = unwrap(master, _read(folder / KEY), KEY.encode())

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Be the only process that changes the journal. Raises SourceUnavailable, StorageFull."""
        with locked(self._folder / "journal"):
            yield

    def put(self, sheets: Sequence[bytes]) -> list[BlobReference]:
        """Seal and keep sheets; durable when it returns. Raises StorageFull, SourceUnavailable."""
        nonces = [secrets.token_bytes(32) for _ in sheets]
        sealed = [
            envelope.seal(Content(MEDIA_TYPE, bytes(32), sheet), self._key_of(nonce), nonce)
            for sheet, nonce in zip(sheets, nonces, strict=True)
        ]
        return [BlobReference(cid, nonce) for cid, nonce in zip(self._payloads.put_many(sealed), nonces, strict=True)]

    def get(self, place: BlobReference) -> bytes:
        """A sheet again. Raises PayloadMissing, PayloadAltered, IntegrityFailure, SourceUnavailable."""
        sealed = self._payloads.get(place.cid)
        return envelope.open_sealed(sealed, self._key_of(place.nonce), place.nonce).content

    def unpin(self, cids: Sequence[str]) -> None:
        """Unpin sheets that later ones replaced. Idempotent."""
        for cid in cids:
            self._payloads.remove(cid)

    def set_newest(self, place: BlobReference) -> None:
        """Remember the newest table of contents; whole and durable, or the one before. Raises StorageFull."""
        replace(self._folder / NEWEST, orjson.dumps({"cid": place.cid, "nonce": place.nonce.hex()}))

    @staticmethod
    def exists_in(folder: Path) -> bool:
        """Whether a journal was kept under this folder."""
        return (folder / KEY).exists() and (folder / NEWEST).exists()

    @staticmethod
    def rewrap_key(folder: Path, old: bytes, new: bytes) -> None:
        """Put the journal's key under a new master key, if there is one. Idempotent; raises SourceUnavailable."""
        if (folder / KEY).exists():
            replace(folder / KEY, rewrap(_read(folder / KEY), KEY.encode(), old, new))

    def newest(self) -> BlobReference | None:
        """Where the newest table of contents lies; None before the first. Raises SourceUnavailable."""
        if not (self._folder / NEWEST).exists():
            return None
        try:
            kept = orjson.loads(_read(self._folder / NEWEST))
            return BlobReference(str(kept["cid"]), bytes.fromhex(kept["nonce"]))
        except (ValueError, KeyError, TypeError) as error:
            raise SourceUnavailable(f"{NEWEST} cannot be read; restore the keystore from its backup") from error

    def _key_of(self, nonce: bytes) -> bytes:
        """One key a sheet: a data key is never used twice."""
        return hmac.digest(self._key, nonce, sha256)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceUnavailable(f"{path.name} cannot be read; restore the keystore from its backup") from error
