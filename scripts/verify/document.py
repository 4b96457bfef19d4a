"""A proof document, read strictly: what the file says, and what follows from it without asking anyone."""

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
from mydata_ledger.ledger.typed_data import Domain, read_domain, read_hex
from mydata_ledger.ledger.typed_data.hashing import NAME, VERSION
from mydata_ledger.scripts.verify.attached import MEMBERS, NOTHING, Attachments, read_attached
from mydata_ledger.scripts.verify.recovered import recovered_from

KINDS: dict[str, type[Statement]] = {kind.__name__: kind for kind in LOG_OF}
BASIS: dict[str, tuple[str, type[Statement]]] = {
    "Consent": ("delegation", Delegation),
    "Revocation": ("delegation", Delegation),
    "Erasure": ("issue", Issue),
}
"""What a statement may rest on, by its kind: the member that carries it, and its own kind."""
REGISTRIES = {"consents", "records", "access", "parties"}
MAX_PATH, MAX_REGISTRIES = 65, 16
NAME_OF_REGISTRY = re.compile("[a-z]{1,32}")
SHAPE = "the file is incomplete, or another kind of file; fetch one with `mydata receipt` or `mydata consent show`"


@dataclass(frozen=True)
class Document:
    """One statement with signature, salt, lock, place and proof; `checkpoint` is None before it was anchored.

    `attached` is what came with it and must agree with it; `basis` the document that entitled its signer: of the
    delegation under which somebody signed for the data subject, of the issue of an erased record.
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
        """The lock that was signed; zeros where the kind has none."""
        return getattr(self.statement, "lock", NO_LOCK)

    @cached_property
    def recovered(self) -> bytes:
        """The 20-byte address whose key signed; empty when no key did."""
        return recovered_from(self.statement, self.entry)

    @property
    def parts(self) -> tuple[Document, ...]:
        """This document, and the one it rests on."""
        return (self, self.basis) if self.basis else (self,)


def parse(raw: Any) -> Document:
    """The document in JSON. Raises MalformedInput for whatever a door would not have written exactly so: a member more
    or less, other spelling of the same bytes; so no byte of it can be changed without being noticed.
    """
    try:
        found = _parse(raw)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise MalformedInput(SHAPE) from error
    if not _same(_written(found), raw):
        raise MalformedInput("a member is spelled as no door spells it, or is none that anything here vouches for")
    return found


def _parse(raw: Mapping[str, Any]) -> Document:
    kind = KINDS[raw["kind"]]
    if raw["log"] != LOG_OF[kind]:
        raise MalformedInput(f"a {raw['kind']} lies in the {LOG_OF[kind]} log")
    statement: Statement = typed_data.parse(kind, raw["message"])
    place = raw["domain"]
    domain = _domain(place["name"], place["version"], place["chainId"], place["verifyingContract"])
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
    found = _parse(raw[name])
    if not isinstance(found.statement, other) or found.attached is not NOTHING:
        raise MalformedInput(f"the `{name}` of a {kind} is a document of that kind, and nothing more")
    return found


def _written(document: Document) -> dict[str, Any]:
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
        **({BASIS[document.kind][0]: _written(document.basis)} if document.basis else {}),
    }


def _same(written: Mapping[str, Any], raw: Mapping[str, Any]) -> bool:
    """Whether they are equal, but for attachments that are absent and said to be."""
    kind = str(raw["kind"])
    optional = {*MEMBERS.get(kind, ()), BASIS.get(kind, ("", None))[0]}
    return written == {name: one for name, one in raw.items() if one is not None or name not in optional}


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
    named = dict(members)
    known = len(named) <= MAX_REGISTRIES and all(NAME_OF_REGISTRY.fullmatch(name) for name in named)
    if not known or REGISTRIES - set(named):
        raise MalformedInput(f"`registries` names the contracts {', '.join(sorted(REGISTRIES))}")
    return tuple((name, checksum(read_hex(at, name, 20))) for name, at in named.items())


def _path(raw: list[str]) -> tuple[bytes, ...]:
    """Read without ceremony: that every hash is spelled as it should be, the comparison with what was written shows."""
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
