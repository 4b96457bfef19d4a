"""The state folder of a ledger: settings, keys, payloads and contracts, each opened at first use."""

from __future__ import annotations

import time
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from mydata_ledger.anchors.artifacts import Deployment
from mydata_ledger.anchors.item_seal import ItemSeal
from mydata_ledger.anchors.journal import BlobStore
from mydata_ledger.anchors.keystore import FileKeys
from mydata_ledger.anchors.keystore.key_files import WORK_ITEMS, open_key
from mydata_ledger.anchors.keystore.masters import Master
from mydata_ledger.anchors.keystore.permits import Durable
from mydata_ledger.anchors.store import Store
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.ports import Clock
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, RECORDS, LoggedStatement
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.ledger.typed_data import Domain
from mydata_ledger.scripts.file_lock import FileLock
from mydata_ledger.scripts.master_files import MasterFiles, notes_folder
from mydata_ledger.scripts.payloads import PayloadArchive, open_store
from mydata_ledger.scripts.rule_since import rule_since
from mydata_ledger.scripts.settings import Settings, secret
from mydata_ledger.scripts.state_lock import lock_keystore

if TYPE_CHECKING:
    from mydata_ledger.anchors.keystore.token import Token

__all__ = ["StateFolder", "SystemClock", "deployment_file", "notes_folder"]
FIRST_LABEL = "mydata-master"
"""Label of the first master key in a token."""


class SystemClock:
    """Implementation of the Clock port with the system clock."""

    def now(self) -> int:
        """UTC seconds."""
        return int(time.time())


@dataclass(frozen=True)
class StateFolder:
    """Folder and settings of one ledger; its parts are opened at first use."""

    settings: Settings
    clock: Clock = field(default_factory=SystemClock)
    lock: FileLock | None = None
    """The keystore's lock, where the caller holds it already: a rotation does, exclusively."""

    @property
    def keystore(self) -> Path:
        """Folder of everything that must never be lost: keys, note keys and the head of the journal."""
        return self.settings.state / "keystore"

    @cached_property
    def deployment(self) -> Deployment:
        """Addresses of the contracts.

        Raises SystemExit with the remedy if there is no deployment, SourceUnavailable if it is of another release.
        """
        return Deployment.read(deployment_file(self.settings))

    def require_contracts(self) -> None:
        """Raise SourceUnavailable if the contracts are of another release: call it before the database is opened, since
        that migrates it.
        """
        Deployment.require_current(self.settings.state / "deployments")

    @cached_property
    def domains(self) -> Mapping[str, Domain]:
        """The EIP-712 domain of each log."""
        deployment = self.deployment
        contracts = {CONSENTS: deployment.consents, RECORDS: deployment.records, ACCESS: deployment.access}
        return {log: Domain(deployment.chain_id, contract) for log, contract in contracts.items()}

    @cached_property
    def master(self) -> bytes:
        """Master key of the keystore, whose lock is held, shared, as long as this object exists.

        Raises SourceUnavailable for a wrong MYDATA_PASSPHRASE, and while the keystore is rotated.
        """
        if self.lock is None:
            weakref.finalize(self, lock_keystore(self.settings.state).release)
        return MasterFiles(self.settings).open()

    @cached_property
    def gateway(self) -> Wallet:
        """Wallet that signs receipts."""
        return Wallet(secret(self.settings.state, "gateway"))

    @cached_property
    def rule_since(self) -> int:
        """UTC second from which emergency access has its scope, made at first use. Raises SourceUnavailable."""
        return rule_since(self.keystore, self.clock.now())

    @cached_property
    def payloads(self) -> PayloadArchive:
        """The payload store. Raises SourceUnavailable, MalformedInput."""
        return open_store(self.settings.payloads, self.settings.state)

    def store(self, *, url: str = "", loading: bool = False) -> Store:
        """The database of the settings, or of another URL, with the key of its work items.

        Raises SourceUnavailable if it does not open, or the key is that of another database.
        """
        seal = ItemSeal(open_key(self.keystore / WORK_ITEMS, self.master))
        return Store(url or self.settings.database, loading=loading, seal=seal)

    def blob_store(self) -> BlobStore:
        """Blob store of the journal's segments. Raises SourceUnavailable."""
        return BlobStore(self.keystore, self.master, self.payloads)

    def keys(self, store: Store) -> FileKeys:
        """The keystore; it releases a key only for a receipt that is in the log of this store."""

        def durable(receipts: Sequence[LoggedStatement]) -> bool:
            return store.log.statements_at(ACCESS, [receipt.position for receipt in receipts]) == list(receipts)

        return self._keys(durable)

    def sealed_keys(self) -> FileKeys:
        """The keystore without a log, for offline work; it releases no key."""
        return self._keys(lambda _: False)

    @cached_property
    def token(self) -> Token | None:
        """PKCS#11 token of MYDATA_PKCS11_MODULE, _TOKEN and _PIN, or None if unset. Raises SourceUnavailable."""
        settings = self.settings
        if not settings.pkcs11_module:
            return None
        from mydata_ledger.anchors.keystore.token import Token  # noqa: PLC0415 - an extra that only a token needs

        return Token(settings.pkcs11_module, settings.pkcs11_token, settings.pkcs11_pin)

    @property
    def token_label(self) -> str:
        """Label of the current master key in the token. Raises SourceUnavailable if the label file is broken."""
        path = self.keystore / "token.json"
        try:
            return str(orjson.loads(path.read_bytes())["label"]) if path.exists() else FIRST_LABEL
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SourceUnavailable(f"{path.name} cannot be read; restore the keystore from its backup") from error

    def _custody_master(self) -> bytes | Master:
        """The key that wraps all custody keys: in the token if there is one, else the master key of the keystore."""
        return self.token.master(self.token_label) if self.token else self.master

    def _keys(self, durable: Durable) -> FileKeys:
        return FileKeys(
            self.keystore / "keys.db",
            self._custody_master(),
            gateway=self.gateway.signer,
            domain=self.domains[ACCESS],
            durable=durable,
            now=self.clock.now,
        )


def deployment_file(settings: Settings) -> Path:
    """The only deployment of a state folder. Raises SystemExit with the remedy unless there is exactly one."""
    files = sorted((settings.state / "deployments").glob("*.json"))
    if len(files) != 1:
        raise SystemExit(
            f"error: {len(files)} deployments in {settings.state}; run `mydata up` to deploy the contracts"
        )
    return files[0]
