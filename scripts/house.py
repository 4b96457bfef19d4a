"""What a state folder holds, opened piece by piece: for serving, recovering and checking it."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from mydata_ledger.anchors.artifacts import Deployment
from mydata_ledger.anchors.journal import Safe
from mydata_ledger.anchors.keystore import FileKeys, open_master
from mydata_ledger.anchors.keystore.masters import Master
from mydata_ledger.anchors.store import Store
from mydata_ledger.ledger.ports import Clock
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, RECORDS, Logged
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.ledger.typed_data import Domain
from mydata_ledger.scripts.payloads import Archive, open_store
from mydata_ledger.scripts.settings import Settings, secret


class SystemClock:
    """The Clock port over this machine's clock."""

    def now(self) -> int:
        """UTC seconds."""
        return int(time.time())


@dataclass(frozen=True)
class House:
    """One ledger's folder and settings; what it holds is opened when it is asked for."""

    settings: Settings
    clock: Clock = field(default_factory=SystemClock)

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
        """The keystore's master key. Raises SourceUnavailable for a wrong MYDATA_PASSPHRASE."""
        return open_house(self.settings.state)

    @cached_property
    def gateway(self) -> Wallet:
        """Who signs receipts."""
        return Wallet(secret(self.settings.state, "gateway"))

    @cached_property
    def payloads(self) -> Archive:
        """The payload store. Raises SourceUnavailable, MalformedInput."""
        return open_store(self.settings.payloads, self.settings.state)

    def safe(self) -> Safe:
        """The journal's sheets. Raises SourceUnavailable."""
        return Safe(self.keystore, self.master, self.payloads)

    def keys(self, store: Store) -> FileKeys:
        """The keystore, which releases a key only on a receipt that lies in this store's log."""

        def durable(receipt: Logged) -> bool:
            return store.at(ACCESS, receipt.position) == receipt

        return FileKeys(
            self.keystore / "keys.db",
            _custody_master(self.master),
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


def open_house(state: Path) -> bytes:
    """The master key of a state folder's keystore. Raises SourceUnavailable for a wrong MYDATA_PASSPHRASE."""
    given = os.environ.get("MYDATA_PASSPHRASE", "").encode()
    return open_master(state / "keystore" / "master.json", given or secret(state, "passphrase"))


def notes_folder(state: Path) -> Path:
    """Where note keys, signed checkpoints and the list of witnesses of a state folder lie."""
    return state / "keystore" / "notes"


def _custody_master(master: bytes) -> bytes | Master:
    """The key above all custody keys: inside the token that MYDATA_PKCS11_MODULE, _TOKEN and _PIN name, or ours."""
    if not (module := os.environ.get("MYDATA_PKCS11_MODULE", "")):
        return master
    from mydata_ledger.anchors.keystore.token import Token  # noqa: PLC0415 - an extra that only a token needs

    return Token(module, os.environ.get("MYDATA_PKCS11_TOKEN", "mydata"), os.environ["MYDATA_PKCS11_PIN"]).master()
