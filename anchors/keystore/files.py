"""Implements the port `Keys` over one file. This is the point where access is enforced (design §6)."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from mydata_ledger.anchors.keystore.file import (
    INDEX,
    SUCCESSOR,
    WrappedKeyFile,
    drop_successor,
    index_key,
    master_in_use,
)
from mydata_ledger.anchors.keystore.masters import Master, SoftMaster
from mydata_ledger.anchors.keystore.permits import Durable, PermitCheck
from mydata_ledger.anchors.keystore.wrapped import new_key, unwrap, wrap
from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.content_digest import CanonicalForms, fingerprint_of
from mydata_ledger.ledger.envelope import KeyGroup
from mydata_ledger.ledger.errors import KeyDestroyed, SourceUnavailable
from mydata_ledger.ledger.receipt import LoggedStatement
from mydata_ledger.ledger.record import key_id
from mydata_ledger.ledger.typed_data import Domain

KEYS_PER_TRANSACTION = 100
"""Most custody keys that are replaced in one transaction."""
Progress = Callable[[int, int], None]
"""Called with the number of custody keys that are replaced, and the number of all."""
OF_RECORD = "select d.wrapped, k.wrapped, d.subject from deks d left join keks k using (subject) where record = ?"
ORPHANED = (
    "delete from keks where subject = ? and not exists (select 1 from deks where subject = ? and wrapped not null)"
)


class FileKeys:
    """Data keys in one file, wrapped under a master key.

    Args:
        path: The file; it is made on first use.
        master: The master key: 32 bytes, or one that stays in a token.
        gateway: The signer whose receipts release keys.
        domain: The EIP-712 domain of the access registry.
        durable: Returns True if every one of some receipts is stored in the log.
        now: Returns the time in UTC seconds. With it a receipt releases a key for five minutes only, so that an old
            permit cannot be used after its consent ended.
    """

    def __init__(
        self,
        path: Path,
        master: bytes | Master,
        *,
        gateway: bytes,
        domain: Domain,
        durable: Durable,
        now: Callable[[], int] | None = None,
    ) -> None:
        self._permits = PermitCheck(gateway, domain, durable, now)
        self._file = WrappedKeyFile(path)
        given = SoftMaster(master) if isinstance(master, bytes) else master
        self._master = master_in_use(self._file, given)
        self._index = index_key(self._file, self._master)
        if self._master is given:
            drop_successor(self._file, given)

    def create_many(self, records: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
        """Make a new 32-byte data key for each (record id, data subject); durable when it returns.

        Raises StorageFull, SourceUnavailable.
        """
        keys = [new_key() for _ in records]
        with self._file.writing():
            custody = {subject: self._custody_key(subject) for subject in {subject for _, subject in records}}
            self._file.many(
                "insert into deks (record, subject, wrapped) values (?, ?, ?)",
                [
                    (record, self._blinded_name(subject), wrap(custody[subject], key, record))
                    for (record, subject), key in zip(records, keys, strict=True)
                ],
            )
        return keys

    def rewrap(self, record_id: bytes, reader_key: bytes, receipt: LoggedStatement) -> bytes:
        """Return the data key of a record, encrypted to the reader's HPKE key. Raises ReceiptRequired unless `receipt`
        is a recent permit of the gateway that is stored in the log; KeyDestroyed, MalformedInput.
        """
        self._permits.check([(record_id, receipt)])
        return envelope.wrap(self._data_key(record_id), reader_key, record_id)

    def rewrap_group(self, permits: Sequence[tuple[bytes, LoggedStatement]], reader_key: bytes) -> KeyGroup:
        """Return the data keys of many (record id, receipt), wrapped together, and None for each destroyed key.

        Raises ReceiptRequired, and releases no key, unless each receipt is as `rewrap` demands; MalformedInput.
        """
        self._permits.check(permits)
        custody: dict[bytes, bytes] = {}
        keys = [(record_id, self._key_if_held(record_id, custody)) for record_id, _ in permits]
        return envelope.wrap_group(keys, reader_key)

    def try_to_open(self, record_id: bytes, sealed: Iterable[bytes]) -> int:
        """Decrypt a sealed payload as a check, and return only the length of its content in bytes. Raises KeyDestroyed,
        IntegrityFailure, and the errors of reading `sealed`.
        """
        _, content = envelope.open_stream(sealed, self._data_key(record_id), record_id)
        return sum(len(piece) for piece in content)

    def fingerprint(self, record_id: bytes, sealed: Iterable[bytes], forms: CanonicalForms) -> bytes:
        """Decrypt a sealed payload, and return only the fingerprint of its content. Raises as `try_to_open` does."""
        header, content = envelope.open_stream(sealed, self._data_key(record_id), record_id)
        return fingerprint_of(content, header.media_type, forms)

    def holds(self, record_id: bytes) -> bool:
        """Return True if there is a data key for the record."""
        row = self._file.fetch_one(OF_RECORD, record_id)
        return row is not None and row[0] is not None and row[1] is not None

    def destroy(self, record_id: bytes) -> bytes:
        """Shred the data key of a record on disk, and return the key's id (32 bytes). Idempotent."""
        return self.destroy_many([record_id])[0]

    def destroy_many(self, record_ids: Iterable[bytes]) -> list[bytes]:
        """Shred data keys as `destroy` does, in one transaction; after a backup was restored, of all erased records. A
        custody key is deleted with the last data key of its person.
        """
        listed = list(record_ids)
        with self._file.writing():
            rows = [self._file.fetch_one("select subject from deks where record = ?", record) for record in listed]
            self._file.many("update deks set wrapped = null where record = ?", [(record,) for record in listed])
            self._file.many(ORPHANED, [(row[0], row[0]) for row in rows if row])
        self._file.overwrite_deleted()
        return [key_id(record) for record in listed]

    def rotate_custody_keys(self, report: Progress = lambda _, __: None) -> int:
        """Give each data subject a new custody key, and return how many were replaced. Data keys do not change; after a
        crash each is wrapped under the old or the new custody key.
        """
        names = [name for (name,) in self._file.all("select subject from keks")]
        for start in range(0, len(names), KEYS_PER_TRANSACTION):
            report(start, len(names))
            with self._file.writing():
                for name in names[start : start + KEYS_PER_TRANSACTION]:
                    self._rotate(name)
        self._file.overwrite_deleted()
        report(len(names), len(names))
        return len(names)

    def rotate_master(
        self, new: bytes | Master, keep: Callable[[bytes], None], report: Progress = lambda _, __: None
    ) -> int:
        """Wrap all custody keys under a new master key, and return how many there are.

        Then `keep` is called to store the reference of the new master key: the key itself, or its label in a token. A
        crash in between loses nothing. Other processes that have the file open must be restarted.
        """
        new = SoftMaster(new) if isinstance(new, bytes) else new
        if self._file.fetch_one("select 1 from house where name = ?", SUCCESSOR):
            self._keep_new_master(keep)
        with self._file.writing():
            custody: list[tuple[bytes, bytes]] = self._file.all("select wrapped, subject from keks")
            rewrapped = [self._rewrapped(new, *row) for row in _reported(custody, report)]
            self._file.many("update keks set wrapped = ? where subject = ?", rewrapped)
            own_keys = [(INDEX, new.wrap(self._index, INDEX)), (SUCCESSOR, self._master.wrap(new.reference, SUCCESSOR))]
            self._file.many("insert or replace into house (name, wrapped) values (?, ?)", list(own_keys))
        self._master = new
        self._keep_new_master(keep)
        return len(custody)

    def _rewrapped(self, new: Master, wrapped: bytes, name: bytes) -> tuple[bytes, bytes]:
        """Return a custody key wrapped under the new master key, and its name."""
        return new.wrap(self._master.unwrap(wrapped, name), name), name

    def _keep_new_master(self, keep: Callable[[bytes], None]) -> None:
        keep(self._master.reference)
        drop_successor(self._file, self._master)

    def backup(self, target: Path) -> None:
        """Write a consistent copy of the file, under the same master key. Raises StorageFull, SourceUnavailable."""
        self._file.copy_to(target)

    def check(self) -> int:
        """Unwrap all data keys as a check, and return how many there are.

        Raises SourceUnavailable if one is damaged or its custody key is missing.
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
        """Close the file."""
        self._file.close()

    def _data_key(self, record_id: bytes) -> bytes:
        key = self._key_if_held(record_id, {})
        if key is None:
            raise KeyDestroyed("the record's key no longer exists: it was erased")
        return key

    def _key_if_held(self, record_id: bytes, custody: dict[bytes, bytes]) -> bytes | None:
        """Return the data key of a record, or None if it does not exist. `custody` keeps the opened custody keys."""
        row = self._file.fetch_one(OF_RECORD, record_id)
        if row is None or row[0] is None or row[1] is None:
            return None
        wrapped, custody_key, name = row
        if custody_key not in custody:
            custody[custody_key] = self._master.unwrap(custody_key, name)
        return unwrap(custody[custody_key], wrapped, record_id)

    def _custody_key(self, subject: bytes) -> bytes:
        name = self._blinded_name(subject)
        row = self._file.fetch_one("select wrapped from keks where subject = ?", name)
        if row:
            return self._master.unwrap(row[0], name)
        key = new_key()
        self._file.many("insert into keks (subject, wrapped) values (?, ?)", [(name, self._master.wrap(key, name))])
        return key

    def _rotate(self, name: bytes) -> None:
        row = self._file.fetch_one("select wrapped from keks where subject = ?", name)
        if row is None:
            return
        old, new = self._master.unwrap(row[0], name), new_key()
        rows = self._file.all("select wrapped, record from deks where subject = ? and wrapped not null", name)
        rewrapped = [(wrap(new, unwrap(old, wrapped, record), record), record) for wrapped, record in rows]
        self._file.many("update deks set wrapped = ? where record = ?", rewrapped)
        self._file.many("update keks set wrapped = ? where subject = ?", [(self._master.wrap(new, name), name)])

    def _blinded_name(self, subject: bytes) -> bytes:
        """Return the blinded name of a data subject in this file. Without the master key nobody can link it to them."""
        return hmac.digest(self._index, b"subject" + subject, sha256)


def _reported(rows: Sequence[tuple[bytes, bytes]], report: Progress) -> Iterator[tuple[bytes, bytes]]:
    """Yield the rows, and call `report` from time to time with how many were taken."""
    for number, row in enumerate(rows):
        if number % KEYS_PER_TRANSACTION == 0:
            report(number, len(rows))
        yield row
    report(len(rows), len(rows))
