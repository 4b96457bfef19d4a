"""What a state folder holds, opened piece by piece: for serving, recovering and checking it."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from mydata_ledger.anchors.artifacts import Deployment
from mydata_ledger.anchors.journal import BlobStore
from mydata_ledger.anchors.keystore import FileKeys
from mydata_ledger.anchors.keystore.masters import Master
from mydata_ledger.anchors.store import Store
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.ports import Clock
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, RECORDS, LoggedStatement
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.ledger.typed_data import Domain
from mydata_ledger.scripts.master_files import MasterFiles, notes_folder
from mydata_ledger.scripts.payloads import PayloadArchive, open_store
from mydata_ledger.scripts.settings import Settings, secret
from mydata_ledger.scripts.state_lock import StateLock

if TYPE_CHECKING:
    from mydata_ledger.anchors.keystore.token import Token

__all__ = ["StateFolder", "SystemClock", "deployment_file", "notes_folder"]
FIRST_LABEL = "mydata-master"
"""The label of a token's first master key."""


class SystemClock:
    """The Clock port over this machine's clock."""

    def now(self) -> int:
        """UTC seconds."""
        return int(time.time())


@dataclass(frozen=True)
class StateFolder:
    """One ledger's folder and settings; what it holds is opened when it is asked for."""

    settings: Settings
    clock: Clock = field(default_factory=SystemClock)
    lock: StateLock | None = None
    """The folder's lock, where the caller holds it already: a rotation does, exclusively."""

    @property
    def keystore(self) -> Path:
        """The folder of everything that must never be lost: keys, note keys, the way to the journal."""
        return self.settings.state / "keystore"

    @cached_property
    def deployment(self) -> Deployment:
        """The contracts. Raises SystemExit with what to do when there are none."""
        return Deployment.read(deployment_file(self.settings))

    @cached_property
    def domains(self) -> Mapping[str, Domain]:
        """The EIP-712 domain of each log."""
        made = self.deployment
        contracts = {CONSENTS: made.consents, RECORDS: made.records, ACCESS: made.access}
        return {log: Domain(made.chain_id, contract) for log, contract in contracts.items()}

    @cached_property
    def master(self) -> bytes:
        """The keystore's master key, used under the folder's lock as long as this object lives.

        Raises SourceUnavailable for a wrong MYDATA_PASSPHRASE, and while the keystore is rotated.
        """
        if self.lock is None:
            weakref.finalize(self, StateLock(self.settings.state).release)
        return MasterFiles(self.settings).open()

    @cached_property
    def gateway(self) -> Wallet:
        """Who signs receipts."""
        return Wallet(secret(self.settings.state, "gateway"))

    @cached_property
    def payloads(self) -> PayloadArchive:
        """The payload store. Raises SourceUnavailable, MalformedInput."""
        return open_store(self.settings.payloads, self.settings.state)

    def blob_store(self) -> BlobStore:
        """The journal's sheets. Raises SourceUnavailable."""
        return BlobStore(self.keystore, self.master, self.payloads)

    def keys(self, store: Store) -> FileKeys:
        """The keystore, which releases a key only on a receipt that lies in this store's log."""

        def durable(receipt: LoggedStatement) -> bool:
            return store.log.statement_at(ACCESS, receipt.position) == receipt

        return self._keys(durable)

    def sealed_keys(self) -> FileKeys:
        """The keystore without a log, which releases no key: for what is done offline."""
        return self._keys(lambda _: False)

    @cached_property
    def token(self) -> Token | None:
        """The PKCS#11 token that MYDATA_PKCS11_MODULE, _TOKEN and _PIN name, if they do. Raises SourceUnavailable."""
        ours = self.settings
        if not ours.pkcs11_module:
            return None
        from mydata_ledger.anchors.keystore.token import Token  # noqa: PLC0415 - an extra that only a token needs

        return Token(ours.pkcs11_module, ours.pkcs11_token, ours.pkcs11_pin)

    @property
    def token_label(self) -> str:
        """The label of the token's master key now. Raises SourceUnavailable when the file that says so is broken."""
        path = self.keystore / "token.json"
        try:
            return str(orjson.loads(path.read_bytes())["label"]) if path.exists() else FIRST_LABEL
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SourceUnavailable(f"{path.name} cannot be read; restore the keystore from its backup") from error

    def _custody_master(self) -> bytes | Master:
        """The key above all custody keys: inside the token where there is one, or ours."""
        return self.token.master(self.token_label) if self.token else self.master

    def _keys(self, durable: Callable[[LoggedStatement], bool]) -> FileKeys:
        return FileKeys(
            self.keystore / "keys.db",
            self._custody_master(),
            gateway=self.gateway.signer,
            domain=self.domains[ACCESS],
            durable=durable,
            now=self.clock.now,
        )


def deployment_file(settings: Settings) -> Path:
    """The one deployment of a state folder. Raises SystemExit with what to do when there is none."""
    found = sorted((settings.state / "deployments").glob("*.json"))
    if len(found) != 1:
        raise SystemExit(
            f"error: {len(found)} deployments in {settings.state}; run `mydata up` to deploy the contracts"
        )
    return found[0]
