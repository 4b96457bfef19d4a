"""The Keys port over one SQLite file: the point where access is enforced (design §6)."""

from __future__ import annotations

import hmac
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger import envelope, signers, typed_data
from ledger.errors import KeyDestroyed, ReceiptRequired, SignatureInvalid, SourceUnavailable, StorageFull
from ledger.receipt import AccessReceipt, Logged
from ledger.typed_data import Domain

NONCE, KEY = 12, 32
SCHEMA = """
create table if not exists keks (subject blob primary key, wrapped blob not null) without rowid;
create table if not exists deks (record blob primary key, subject blob not null, wrapped blob) without rowid;
"""


class FileKeys:
    """Data keys in `path`, under a 32-byte master key.

    `gateway` is the 20-byte address whose receipts release keys, `domain` the access registry's, and `durable` tells
    whether a receipt lies in the log.
    """

    def __init__(
        self, path: Path, master: bytes, *, gateway: bytes, domain: Domain, durable: Callable[[Logged], bool]
    ) -> None:
        self._master, self._gateway, self._domain, self._durable = master, gateway, domain, durable
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _ours():
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
            self._db.execute("pragma journal_mode = wal")
            self._db.execute("pragma synchronous = full")
            self._db.execute("pragma secure_delete = on")
            self._db.executescript(SCHEMA)

    def create_many(self, records: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
        """A fresh 32-byte data key for each (record id, data subject); durable when it returns.

        Raises StorageFull, SourceUnavailable.
        """
        with self._writing():
            custody = {subject: self._custody_key(subject) for subject in {subject for _, subject in records}}
            made = [secrets.token_bytes(KEY) for _ in records]
            rows = [
                (record, self._name(subject), _wrap(custody[subject], key, record))
                for (record, subject), key in zip(records, made, strict=True)
            ]
            self._db.executemany("insert into deks (record, subject, wrapped) values (?, ?, ?)", rows)
        return made

    def rewrap(self, record_id: bytes, reader_key: bytes, receipt: Logged) -> bytes:
        """The data key under the reader's HPKE key. Raises ReceiptRequired, KeyDestroyed, MalformedInput."""
        self._check(record_id, receipt)
        with self._lock, _ours():
            query = (
                "select d.wrapped, k.wrapped, d.subject from deks d left join keks k using (subject) where record = ?"
            )
            row = self._db.execute(query, (record_id,)).fetchone()
        if row is None or row[0] is None or row[1] is None:
            raise KeyDestroyed("the record's key no longer exists: it was erased")
        custody = _unwrap(self._master, row[1], row[2])
        return envelope.wrap(_unwrap(custody, row[0], record_id), reader_key, record_id)

    def destroy(self, record_id: bytes) -> bytes:
        """Shred the data key on disk; returns the key's id (32 bytes). Idempotent."""
        with self._writing():
            self._db.execute("update deks set wrapped = null where record = ?", (record_id,))
        with self._lock, _ours():
            self._db.execute("pragma wal_checkpoint(truncate)")
        return sha256(b"mydata key of " + record_id).digest()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def _check(self, record_id: bytes, receipt: Logged) -> None:
        """Raise ReceiptRequired unless the gateway signed a permit for this record and the log keeps it."""
        said, entry = receipt.signed.statement, receipt.signed.entry
        if not isinstance(said, AccessReceipt) or not said.permitted or said.record_id != record_id:
            raise ReceiptRequired("no key without a receipt that permits this record; ask for access first")
        try:
            signers.verify(self._gateway, typed_data.digest(said, self._domain), entry.signature)
        except SignatureInvalid as error:
            raise ReceiptRequired("no key without a receipt that the gateway signed") from error
        if not self._durable(receipt):
            raise ReceiptRequired("no key before the receipt lies in the log")

    def _custody_key(self, subject: bytes) -> bytes:
        name = self._name(subject)
        row = self._db.execute("select wrapped from keks where subject = ?", (name,)).fetchone()
        if row:
            return _unwrap(self._master, row[0], name)
        key = secrets.token_bytes(KEY)
        self._db.execute("insert into keks (subject, wrapped) values (?, ?)", (name, _wrap(self._master, key, name)))
        return key

    def _name(self, subject: bytes) -> bytes:
        """A data subject's name in this file, which tells nobody without the master key who it is."""
        return hmac.digest(self._master, b"subject" + subject, sha256)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock, _ours():
            self._db.execute("begin immediate")
            try:
                yield
                self._db.execute("commit")
            except BaseException:
                self._db.execute("rollback")
                raise


def _wrap(under: bytes, key: bytes, name: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(under).encrypt(nonce, key, name)


def _unwrap(under: bytes, wrapped: bytes, name: bytes) -> bytes:
    return AESGCM(under).decrypt(wrapped[:NONCE], wrapped[NONCE:], name)


@contextmanager
def _ours() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if "full" in str(error):
            raise StorageFull("the keystore's disk is full; nothing was accepted: free some space") from error
        raise SourceUnavailable("the keystore does not answer; check its disk and try again") from error
