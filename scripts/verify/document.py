"""A proof document, read strictly: what the file says, and what follows from it without asking anyone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger import signers, typed_data
from ledger.access import Incident
from ledger.canonical import read
from ledger.commitment.entry import NO_LOCK, Entry
from ledger.consent import Consent, Revocation
from ledger.errors import MalformedInput, ProofInvalid
from ledger.merkle import Head
from ledger.notice import Notice
from ledger.party import checksum
from ledger.receipt import LOG_OF, AccessReceipt, Statement, verify_logged
from ledger.record import Erasure, Issue
from ledger.typed_data import Domain, read_domain, read_hex
from ledger.typed_data.hashing import NAME, VERSION

KINDS: dict[str, type[Statement]] = {
    kind.__name__: kind for kind in (Consent, Revocation, Issue, Erasure, AccessReceipt, Incident)
}
MAX_FILE = 1024 * 1024
MAX_PATH = 64


@dataclass(frozen=True, slots=True)
class Document:
    """One statement with signature, salt, lock, place and proof; `checkpoint` is None before it was anchored."""

    statement: Statement
    domain: Domain
    entry: Entry
    claimed_entry: bytes
    position: int
    checkpoint: Head | None
    path: tuple[bytes, ...]
    registries: dict[str, str]
    notice: Notice | None = None

    @property
    def log(self) -> str:
        """The log its kind belongs to."""
        return LOG_OF[type(self.statement)]

    def recovered(self) -> str:
        """The EIP-55 address that signed. Raises SignatureInvalid when no wallet did."""
        return checksum(signers.recover(self.entry.digest, self.entry.signature))

    def check_entry(self) -> None:
        """Raise ProofInvalid unless the entry follows from the statement, its signature, its salt and its lock."""
        if self.entry.entry != self.claimed_entry:
            raise ProofInvalid("the entry is not the one that follows from statement, signature, salt and lock")
        if self.entry.lock != getattr(self.statement, "lock", NO_LOCK):
            raise ProofInvalid("the lock is not the signed one")
        if self.notice and isinstance(self.statement, Consent):
            self._check_notice(self.notice, self.statement)

    @staticmethod
    def _check_notice(notice: Notice, said: Consent) -> None:
        if (notice.digest, notice.language) != (said.notice_hash, said.notice_language):
            raise ProofInvalid("the notice is not the one that was signed")

    def check_inclusion(self, head: Head) -> None:
        """Raise ProofInvalid unless the leaf lies under `head`."""
        verify_logged(self.entry, self.position, self.path, head)


def load(path: Path) -> Document:
    """The document in a file. Raises MalformedInput; OSError as the file system raises it."""
    if path.stat().st_size > MAX_FILE:
        raise MalformedInput(f"a proof document has at most {MAX_FILE} bytes")
    return parse(read(path.read_bytes()))


def parse(raw: Any) -> Document:
    """The document in JSON. Raises MalformedInput."""
    try:
        kind = KINDS[raw["kind"]]
        if raw["log"] != LOG_OF[kind]:
            raise MalformedInput(f"a {raw['kind']} lies in the {LOG_OF[kind]} log")
        statement: Statement = typed_data.parse(kind, raw["message"])
        domain = _domain(raw["domain"])
        digest = typed_data.digest(statement, domain)
        signature = read_hex(raw["signature"], "signature")
        return Document(
            statement=statement,
            domain=domain,
            entry=Entry(digest, signature, _word(raw, "salt"), _word(raw, "lock")),
            claimed_entry=_word(raw, "entry"),
            position=_count(raw["position"]),
            checkpoint=_head(raw["checkpoint"]),
            path=tuple(read_hex(hash_, "inclusion", 32) for hash_ in raw["inclusion"][: MAX_PATH + 1]),
            registries={name: checksum(read_hex(at, name, 20)) for name, at in raw["registries"].items()},
            notice=_notice(raw.get("notice")),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise MalformedInput(
            "not a proof document; fetch one with `mydata receipt` or `mydata consent show`"
        ) from error


def _domain(raw: Mapping[str, Any]) -> Domain:
    domain = read_domain(raw)
    if domain is None or (raw.get("name"), raw.get("version")) != (NAME, VERSION):
        raise MalformedInput(f"the domain is not that of {NAME} {VERSION}")
    return domain


def _notice(raw: Any) -> Notice | None:
    return None if raw is None else Notice("", 0, str(raw["language"]), str(raw["text"]))


def _word(raw: Mapping[str, Any], name: str) -> bytes:
    return read_hex(raw[name], name, 32)


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise MalformedInput("a position or size is a whole number from 0")
    return value


def _head(raw: Any) -> Head | None:
    return None if raw is None else Head(_count(raw["size"]), _word(raw, "root"))
