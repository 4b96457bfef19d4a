"""The Keys port over one file: the point where access is enforced (design §6)."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from mydata_ledger.anchors.keystore.file import (
    INDEX,
    SUCCESSOR,
    WrappedKeyFile,
    current_master,
    drop_successor,
    index_key,
)
from mydata_ledger.anchors.keystore.masters import Master, SoftMaster
from mydata_ledger.anchors.keystore.wrapped import new_key, unwrap, wrap
from mydata_ledger.ledger import envelope, signers, typed_data
from mydata_ledger.ledger.errors import KeyDestroyed, ReceiptRequired, SignatureInvalid, SourceUnavailable
from mydata_ledger.ledger.receipt import AccessReceipt, LoggedStatement
from mydata_ledger.ledger.record import key_id
from mydata_ledger.ledger.typed_data import Domain

FRESH_SECONDS = 300
AT_ONCE = 100
"""Custody keys that are replaced in one transaction."""
Say = Callable[[int, int], None]
"""Hears how many of how many custody keys are done."""
OF_RECORD = "select d.wrapped, k.wrapped, d.subject from deks d left join keks k using (subject) where record = ?"
ORPHANED = (
    "delete from keks where subject = ? and not exists (select 1 from deks where subject = ? and wrapped not null)"
)


class FileKeys:
    """Data keys in `path`, under a master key: 32 bytes, or one that stays in a token.

    `gateway` is the signer whose receipts release keys, `domain` the access registry's, `durable` tells whether a
    receipt lies in the log, and `now` the time in UTC seconds: with it, a receipt releases a key for five minutes
    only, so that an old permit is of no use after its consent ended.
    """

    def __init__(
        self,
        path: Path,
        master: bytes | Master,
        *,
        gateway: bytes,
        domain: Domain,
        durable: Callable[[LoggedStatement], bool],
        now: Callable[[], int] | None = None,
    ) -> None:
        self._gateway, self._domain, self._durable, self._now = gateway, domain, durable, now
        self._file = WrappedKeyFile(path)
        given = SoftMaster(master) if isinstance(master, bytes) else master
        self._master = current_master(self._file, given)
        self._index = index_key(self._file, self._master)
        if self._master is given:
            drop_successor(self._file, given)

    def create_many(self, records: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
        """A fresh 32-byte data key for each (record id, data subject); durable when it returns.

        Raises StorageFull, SourceUnavailable.
        """
        made = [new_key() for _ in records]
        with self._file.writing():
            custody = {subject: self._custody_key(subject) for subject in {subject for _, subject in records}}
            self._file.many(
                "insert into deks (record, subject, wrapped) values (?, ?, ?)",
                [
                    (record, self._name(subject), wrap(custody[subject], key, record))
                    for (record, subject), key in zip(records, made, strict=True)
                ],
            )
        return made

    def rewrap(self, record_id: bytes, reader_key: bytes, receipt: LoggedStatement) -> bytes:
        """The data key under the reader's HPKE key. Raises ReceiptRequired, KeyDestroyed, MalformedInput."""
        self._check(record_id, receipt)
        return envelope.wrap(self._data_key(record_id), reader_key, record_id)

    def try_to_open(self, record_id: bytes, sealed: Iterable[bytes]) -> int:
        """Open a sealed payload without giving anything out; the length of its content in bytes.

        Raises KeyDestroyed, IntegrityFailure, and what reading `sealed` raises.
        """
        _, content = envelope.open_stream(sealed, self._data_key(record_id), record_id)
        return sum(len(piece) for piece in content)

    def holds(self, record_id: bytes) -> bool:
        """Whether there is a data key for the record."""
        row = self._file.one(OF_RECORD, record_id)
        return row is not None and row[0] is not None and row[1] is not None

    def destroy(self, record_id: bytes) -> bytes:
        """Shred the data key on disk; returns the key's id (32 bytes). Idempotent."""
        return self.destroy_many([record_id])[0]

    def destroy_many(self, record_ids: Iterable[bytes]) -> list[bytes]:
        """`destroy` in one transaction; a person's custody key goes with their last data key.

        Say it again of every erased record after restoring a backup: the log knows them.
        """
        listed = list(record_ids)
        with self._file.writing():
            rows = [self._file.one("select subject from deks where record = ?", record) for record in listed]
            self._file.many("update deks set wrapped = null where record = ?", [(record,) for record in listed])
            self._file.many(ORPHANED, [(row[0], row[0]) for row in rows if row])
        self._file.forget()
        return [key_id(record) for record in listed]

    def rotate_custody_keys(self, say: Say = lambda _, __: None) -> int:
        """Give every data subject a new custody key; data keys and payloads stay. How many were replaced.

        Some keys at a time are replaced in one transaction, so that a crash leaves each under its old or its new
        custody key.
        """
        names = [name for (name,) in self._file.all("select subject from keks")]
        for start in range(0, len(names), AT_ONCE):
            say(start, len(names))
            with self._file.writing():
                for name in names[start : start + AT_ONCE]:
                    self._rotate(name)
        self._file.forget()
        say(len(names), len(names))
        return len(names)

    def rotate_master(self, new: bytes | Master, keep: Callable[[bytes], None], say: Say = lambda _, __: None) -> int:
        """Put every custody key under a new master key, then have `keep` store its reference (the key itself, or a
        token's label for it); a crash between loses nothing. How many custody keys there are.

        Other processes that have the file open must be started again.
        """
        new = SoftMaster(new) if isinstance(new, bytes) else new
        if self._file.one("select 1 from house where name = ?", SUCCESSOR):
            self._settle(keep)
        with self._file.writing():
            custody: list[tuple[bytes, bytes]] = self._file.all("select wrapped, subject from keks")
            again = [self._moved(new, *row) for row in _told(custody, say)]
            self._file.many("update keks set wrapped = ? where subject = ?", again)
            house = [(INDEX, new.wrap(self._index, INDEX)), (SUCCESSOR, self._master.wrap(new.reference, SUCCESSOR))]
            self._file.many("insert or replace into house (name, wrapped) values (?, ?)", list(house))
        self._master = new
        self._settle(keep)
        return len(custody)

    def _moved(self, new: Master, wrapped: bytes, name: bytes) -> tuple[bytes, bytes]:
        """A custody key under the new master key, and its name."""
        return new.wrap(self._master.unwrap(wrapped, name), name), name

    def _settle(self, keep: Callable[[bytes], None]) -> None:
        keep(self._master.reference)
        drop_successor(self._file, self._master)

    def backup(self, target: Path) -> None:
        """A consistent copy of the file; it opens under the same master key. Raises StorageFull, SourceUnavailable."""
        self._file.copy_to(target)

    def check(self) -> int:
        """How many data keys there are, once every one was opened.

        Raises SourceUnavailable when one does not open, or its custody key is missing.
        """
        live = self._file.all(
            "select d.record, d.wrapped, k.wrapped, k.subject from deks d left join keks k using (subject) "
            "where d.wrapped is not null"
        )
        if lost := sum(custody is None for _, _, custody, _ in live):
            raise SourceUnavailable(f"{lost} data keys have no custody key; restore the keystore from its backup")
        for record, wrapped, custody, name in live:
            unwrap(self._master.unwrap(custody, name), wrapped, record)
        return len(live)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _check(self, record_id: bytes, receipt: LoggedStatement) -> None:
        """Raise ReceiptRequired unless the gateway signed a permit for this record, lately, and the log keeps it."""
        said, entry = receipt.signed.statement, receipt.signed.entry
        if not isinstance(said, AccessReceipt) or not said.releases(record_id):
            raise ReceiptRequired("no key without a receipt that permits this record; ask for access first")
        if self._now is not None and self._now() - said.decided_at > FRESH_SECONDS:
            raise ReceiptRequired("the receipt is too old to release a key; ask for access again")
        try:
            signers.verify(
                self._gateway, *typed_data.signed_digest(typed_data.digest(said, self._domain), entry.signature)
            )
        except SignatureInvalid as error:
            raise ReceiptRequired("no key without a receipt that the gateway signed") from error
        if not self._durable(receipt):
            raise ReceiptRequired("no key before the receipt lies in the log")

    def _data_key(self, record_id: bytes) -> bytes:
        row = self._file.one(OF_RECORD, record_id)
        if row is None or row[0] is None or row[1] is None:
            raise KeyDestroyed("the record's key no longer exists: it was erased")
        return unwrap(self._master.unwrap(row[1], row[2]), row[0], record_id)

    def _custody_key(self, subject: bytes) -> bytes:
        name = self._name(subject)
        row = self._file.one("select wrapped from keks where subject = ?", name)
        if row:
            return self._master.unwrap(row[0], name)
        key = new_key()
        self._file.many("insert into keks (subject, wrapped) values (?, ?)", [(name, self._master.wrap(key, name))])
        return key

    def _rotate(self, name: bytes) -> None:
        row = self._file.one("select wrapped from keks where subject = ?", name)
        if row is None:
            return
        old, new = self._master.unwrap(row[0], name), new_key()
        held = self._file.all("select wrapped, record from deks where subject = ? and wrapped not null", name)
        again = [(wrap(new, unwrap(old, wrapped, record), record), record) for wrapped, record in held]
        self._file.many("update deks set wrapped = ? where record = ?", again)
        self._file.many("update keks set wrapped = ? where subject = ?", [(self._master.wrap(new, name), name)])

    def _name(self, subject: bytes) -> bytes:
        """A data subject's name in this file, which tells nobody without the master key who it is."""
        return hmac.digest(self._index, b"subject" + subject, sha256)


def _told(rows: Sequence[tuple[bytes, bytes]], say: Say) -> Iterator[tuple[bytes, bytes]]:
    """The rows, while `say` hears how far they were taken."""
    for number, row in enumerate(rows):
        if number % AT_ONCE == 0:
            say(number, len(rows))
        yield row
    say(len(rows), len(rows))
