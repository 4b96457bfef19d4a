"""Encrypted blobs of the journal in the payload store, and the file in the keystore's folder that names the newest."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import orjson

from mydata_ledger.anchors.durable import locked, replace
from mydata_ledger.anchors.keystore.key_files import open_key, read_file, rewrap_key
from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.envelope import Content
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.ports import Payloads

KEY, NEWEST = "journal.key", "journal.json"
MEDIA_TYPE = "application/vnd.mydata.journal"


@dataclass(frozen=True, slots=True)
class BlobReference:
    """Locates a sealed blob: its CID, and the 32 random bytes that its key is derived from."""

    cid: str
    nonce: bytes


class BlobStore:
    """Stores blobs, each sealed under a key of its own that is derived from the journal key.

    The journal key is a file in `folder`, wrapped under the master key of the keystore. A recovery needs this folder,
    the payload store and the chain, and nothing else.
    """

    def __init__(self, folder: Path, master: bytes, payloads: Payloads) -> None:
        self._folder, self._payloads = folder, payloads
        self._key = open_key(folder / KEY, master)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the lock of the journal, against other processes. Raises SourceUnavailable, StorageFull."""
        with locked(self._folder / "journal"):
            yield

    def put(self, blobs: Sequence[bytes]) -> list[BlobReference]:
        """Seal and store blobs; durable when it returns. Raises StorageFull, SourceUnavailable."""
        nonces = [secrets.token_bytes(32) for _ in blobs]
        sealed = [
            envelope.seal(Content(MEDIA_TYPE, bytes(32), blob), self._key_of(nonce), nonce)
            for blob, nonce in zip(blobs, nonces, strict=True)
        ]
        return [BlobReference(cid, nonce) for cid, nonce in zip(self._payloads.put_many(sealed), nonces, strict=True)]

    def get(self, reference: BlobReference) -> bytes:
        """Return the content of a blob. Raises PayloadMissing, PayloadAltered, IntegrityFailure, SourceUnavailable."""
        sealed = self._payloads.get(reference.cid)
        return envelope.open_sealed(sealed, self._key_of(reference.nonce), reference.nonce).content

    def unpin(self, cids: Sequence[str]) -> None:
        """Unpin blobs that later ones replaced. Idempotent."""
        for cid in cids:
            self._payloads.remove(cid)

    def set_newest(self, reference: BlobReference) -> None:
        """Write the reference of the newest manifest, atomically and durably. Raises StorageFull, SourceUnavailable."""
        replace(self._folder / NEWEST, orjson.dumps({"cid": reference.cid, "nonce": reference.nonce.hex()}))

    @staticmethod
    def exists_in(folder: Path) -> bool:
        """Return True if the folder belongs to a journal that has a manifest."""
        return (folder / KEY).exists() and (folder / NEWEST).exists()

    @staticmethod
    def rewrap_key(folder: Path, old: bytes, new: bytes) -> None:
        """Wrap the journal key, if there is one, under a new master key. Idempotent; raises SourceUnavailable."""
        rewrap_key(folder / KEY, old, new)

    def newest(self) -> BlobReference | None:
        """Return the reference of the newest manifest, None before the first. Raises SourceUnavailable."""
        if not (self._folder / NEWEST).exists():
            return None
        try:
            fields = orjson.loads(read_file(self._folder / NEWEST))
            return BlobReference(str(fields["cid"]), bytes.fromhex(fields["nonce"]))
        except (ValueError, KeyError, TypeError) as error:
            raise SourceUnavailable(f"{NEWEST} cannot be read; restore the keystore from its backup") from error

    def _key_of(self, nonce: bytes) -> bytes:
        """Derive the key of one blob. No key is used for two blobs."""
        return hmac.digest(self._key, nonce, sha256)
