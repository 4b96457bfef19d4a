"""Where a ledger lives and what it is connected to: read once, from a state folder and the environment."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mydata_ledger.scripts.extras import require_for
from mydata_ledger.scripts.listening import local

DEFAULT_STATE, DEFAULT_PORT = Path(".mydata"), 8420
LARGEST_RECORD = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Settings:
    """One running ledger.

    `state` holds everything that must survive a restart; `database` is an SQLAlchemy URL; `depth` is how many blocks
    must lie on top of an anchored head (0 = the newest block counts); `uri` is what sessions are signed for;
    `payloads` is `embedded`, or the URL of an IPFS node's RPC; `pace` is how many requests a second one session may
    make, `evaluations` how many evaluations, each of a call counted (0 = no bound); `largest_record` is how many bytes
    a record may have that comes as a stream.
    """

    state: Path
    rpc_url: str
    port: int = DEFAULT_PORT
    depth: int = 0
    database: str = ""
    uri: str = ""
    payloads: str = "embedded"
    pace: int = 1_000
    evaluations: int = 0
    largest_record: int = LARGEST_RECORD

    @classmethod
    def read(cls, state: Path, rpc_url: str, port: int) -> Settings:
        """Settings for a state folder; MYDATA_DEPTH, _DATABASE, _URI, _PAYLOADS, _PACE, _EVALUATIONS and
        _LARGEST_RECORD override the defaults.

        Raises ExtraMissing when one of them needs a library that is not installed.
        """
        settings = cls(
            state=state.resolve(),
            rpc_url=rpc_url,
            port=port,
            depth=int(os.environ.get("MYDATA_DEPTH", "0")),
            database=os.environ.get("MYDATA_DATABASE", f"sqlite:///{state.resolve() / 'ledger.db'}"),
            uri=os.environ.get("MYDATA_URI", local(port)),
            payloads=os.environ.get("MYDATA_PAYLOADS", "embedded"),
            pace=int(os.environ.get("MYDATA_PACE", "1000")),
            evaluations=int(os.environ.get("MYDATA_EVALUATIONS", "0")),
            largest_record=int(os.environ.get("MYDATA_LARGEST_RECORD", str(LARGEST_RECORD))),
        )
        require_for(settings.database, settings.payloads, os.environ.get("MYDATA_PKCS11_MODULE", ""))
        return settings


def secret(state: Path, name: str, make: Callable[[], bytes] = lambda: secrets.token_bytes(32)) -> bytes:
    """The secret of that name in the state folder, made on first use; readable by its owner only."""
    path = state / "secrets" / name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(make().hex())
    except FileExistsError:
        pass
    return bytes.fromhex(path.read_text(encoding="ascii"))
