"""The addresses of the contracts on one chain, as the file `deployments/<chain id>.json` holds them."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import orjson

from mydata_ledger.ledger.errors import MalformedInput, SourceUnavailable

CONTRACTS = 2
"""The version of the contracts of this release. The first ones marked entries, and their files name no version."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """EIP-55 addresses of the contracts on chain `chain_id`; all of them are deployed at block `block`.

    `passkeys` checks WebAuthn signatures, `wallets` deploys ERC-6492 wallets; both are stateless and optional.
    """

    chain_id: int
    consents: str
    records: str
    access: str
    parties: str
    block: int
    passkeys: str = ""
    wallets: str = ""

    def write(self, folder: Path) -> Path:
        """Write the file into `folder` atomically, and return its path."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.chain_id}.json"
        written = asdict(self) | {"contracts": CONTRACTS}
        raw = orjson.dumps(written, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        draft = path.with_suffix(f".{os.getpid()}.tmp")
        with draft.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        return path

    @classmethod
    def read(cls, path: Path) -> Deployment:
        """Read a file that `write` made.

        Raises MalformedInput for another file, SourceUnavailable for contracts of another release, and OSError from the
        file system.
        """
        try:
            raw = orjson.loads(path.read_bytes())
            field_names = {field.name for field in fields(cls)}
            version = raw.get("contracts", 1)
            deployment = cls(**{name: value for name, value in raw.items() if name in field_names})
        except (orjson.JSONDecodeError, TypeError, AttributeError) as error:
            raise MalformedInput(f"{path.name} is not a deployment; delete it and run scripts.deploy") from error
        if version != CONTRACTS:
            raise SourceUnavailable(
                f"this ledger has contracts of version {version}, and this release works with version {CONTRACTS}: "
                "go on with the release that made it, or delete it and begin anew with `mydata up --fresh`"
            )
        return deployment

    @classmethod
    def require_current(cls, folder: Path) -> None:
        """Raise SourceUnavailable if a file in `folder` is of contracts of another release."""
        for path in sorted(folder.glob("*.json")):
            with suppress(MalformedInput):
                cls.read(path)
