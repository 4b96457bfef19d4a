"""A proof document, parsed strictly, with values derived from the file alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from mydata_ledger.ledger import typed_data
from mydata_ledger.ledger.commitment.entry import NO_LOCK, Entry
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.ledger.merkle import HASH_SIZE, Head
from mydata_ledger.ledger.party import checksum
from mydata_ledger.ledger.receipt import LOG_OF, Statement
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.typed_data import Domain, numbers, read_domain, read_hex
from mydata_ledger.ledger.typed_data.hashing import NAME, VERSION
from mydata_ledger.scripts.verify.attached import MEMBERS, NO_ATTACHMENTS, Attachments, read_attached
from mydata_ledger.scripts.verify.recovered import recovered_from

KINDS: dict[str, type[Statement]] = {kind.__name__: kind for kind in LOG_OF}
BASIS: dict[str, tuple[str, type[Statement]]] = {
    "Consent": ("delegation", Delegation),
    "Revocation": ("delegation", Delegation),
    "Erasure": ("issue", Issue),
}
"""Document that a statement may depend on, by kind of the statement: its member name and its kind."""
REGISTRIES = {"consents", "records", "access", "parties"}
MAX_PATH, MAX_REGISTRIES = 65, 16
NAME_OF_REGISTRY = re.compile("[a-z]{1,32}")
SHAPE = "the file is incomplete, or another kind of file; fetch one with `mydata receipt` or `mydata consent show`"


@dataclass(frozen=True)
class Document:
    """One statement with signature, salt, lock, position and proof; `checkpoint` is None before it is anchored.

    `attached` has attachments that must agree with the statement. `basis` is the document that entitles the signer: the
    delegation of a person who signed for the data subject, or the issue of an erased record.
    """

    statement: Statement
    domain: Domain
    entry: Entry
    claimed_entry: bytes
    position: int
    checkpoint: Head | None
    path: tuple[bytes, ...]
    registries: dict[str, str]
    attached: Attachments
    basis: Document | None = None

    @property
    def kind(self) -> str:
        """The statement's EIP-712 type."""
        return type(self.statement).__name__

    @property
    def log(self) -> str:
        """The log its kind belongs to."""
        return LOG_OF[type(self.statement)]

    @property
    def lock(self) -> bytes:
        """The signed lock; zeros if the kind has none."""
        return getattr(self.statement, "lock", NO_LOCK)

    @cached_property
    def recovered(self) -> bytes:
        """The 20-byte address whose key signed; empty if no key matches."""
        return recovered_from(self.statement, self.entry)

    @property
    def parts(self) -> tuple[Document, ...]:
        """This document and its basis, if it has one."""
        return (self, self.basis) if self.basis else (self,)


def parse(raw: Any) -> Document:
    """Parse a document from JSON.

    Raises MalformedInput unless the API would write exactly this JSON: no member more or less, and no other spelling of
    the same bytes. So a change of any byte is detected. Older documents have numbers beyond 2^53 - 1 as numbers.
    """
    try:
        document = _parse(raw)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise MalformedInput(SHAPE) from error
    written = _as_json(document)
    if not _is_equal(written, raw) and not _is_equal(numbers.with_text(written), numbers.with_text(raw)):
        raise MalformedInput("a member is spelled as no door spells it, or is none that anything here vouches for")
    return document


def _parse(raw: Mapping[str, Any]) -> Document:
    kind = KINDS[raw["kind"]]
    if raw["log"] != LOG_OF[kind]:
        raise MalformedInput(f"a {raw['kind']} lies in the {LOG_OF[kind]} log")
    statement: Statement = typed_data.parse(kind, raw["message"])
    domain_fields = raw["domain"]
    domain = _domain(
        domain_fields["name"], domain_fields["version"], domain_fields["chainId"], domain_fields["verifyingContract"]
    )
    signature = read_hex(raw["signature"], "signature")
    return Document(
        statement=statement,
        domain=domain,
        entry=Entry(typed_data.digest(statement, domain), signature, _word(raw, "salt"), _word(raw, "lock")),
        claimed_entry=_word(raw, "entry"),
        position=_count(raw["position"]),
        checkpoint=_head(raw["checkpoint"]),
        path=_path(raw["inclusion"]),
        registries=dict(_registries(tuple(raw["registries"].items()))),
        attached=read_attached(kind.__name__, raw),
        basis=_basis(kind.__name__, raw),
    )


def _basis(kind: str, raw: Mapping[str, Any]) -> Document | None:
    name, other = BASIS.get(kind, ("", None))
    if other is None or raw.get(name) is None:
        return None
    document = _parse(raw[name])
    if not isinstance(document.statement, other) or document.attached is not NO_ATTACHMENTS:
        raise MalformedInput(f"the `{name}` of a {kind} is a document of that kind, and nothing more")
    return document


def _as_json(document: Document) -> dict[str, Any]:
    head = document.checkpoint
    return {
        "kind": document.kind,
        "domain": document.domain.describe(),
        "message": typed_data.message(document.statement),
        "signature": _hex(document.entry.signature),
        "salt": _hex(document.entry.salt),
        "lock": _hex(document.entry.lock),
        "entry": _hex(document.claimed_entry),
        "log": document.log,
        "position": document.position,
        "checkpoint": {"size": head.size, "root": _hex(head.root)} if head else None,
        "inclusion": [_hex(hash_) for hash_ in document.path],
        "registries": document.registries,
        **document.attached.written(),
        **({BASIS[document.kind][0]: _as_json(document.basis)} if document.basis else {}),
    }


def _is_equal(written: Mapping[str, Any], raw: Mapping[str, Any]) -> bool:
    """True if both are equal, except for attachments that are explicitly null."""
    kind = str(raw["kind"])
    optional = {*MEMBERS.get(kind, ()), BASIS.get(kind, ("", None))[0]}
    return written == {name: value for name, value in raw.items() if value is not None or name not in optional}


def _hex(raw: bytes) -> str:
    return "0x" + raw.hex()


@lru_cache(maxsize=256, typed=True)
def _domain(name: str, version: str, chain_id: int, contract: str) -> Domain:
    domain = read_domain({"chainId": chain_id, "verifyingContract": contract})
    if domain is None or (name, version) != (NAME, VERSION):
        raise MalformedInput(f"the domain is not that of {NAME} {VERSION}")
    return domain


@lru_cache(maxsize=256)
def _registries(members: tuple[tuple[str, Any], ...]) -> tuple[tuple[str, str], ...]:
    registries = dict(members)
    valid = len(registries) <= MAX_REGISTRIES and all(NAME_OF_REGISTRY.fullmatch(name) for name in registries)
    if not valid or REGISTRIES - set(registries):
        raise MalformedInput(f"`registries` names the contracts {', '.join(sorted(REGISTRIES))}")
    return tuple((name, checksum(read_hex(address, name, 20))) for name, address in registries.items())


def _path(raw: list[str]) -> tuple[bytes, ...]:
    """Read the hashes; their exact spelling is checked later by the comparison with the written document."""
    path = tuple([bytes.fromhex(hash_[2:]) for hash_ in raw])
    if len(path) > MAX_PATH or any(len(hash_) != HASH_SIZE for hash_ in path):
        raise MalformedInput(f"`inclusion` is a list of at most {MAX_PATH} hashes")
    return path


def _word(raw: Mapping[str, Any], name: str) -> bytes:
    return read_hex(raw[name], name, 32)


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise MalformedInput("a position or size is a whole number from 0")
    return value


def _head(raw: Any) -> Head | None:
    return None if raw is None else Head(_count(raw["size"]), _word(raw, "root"))
