"""Self-declared records: a person's own document. The operator is the holder, and the document has the signature of the
person, or of who acts for them, over its digest.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from mydata_ledger.ledger.canonical import canonical, read
from mydata_ledger.ledger.commitment.content import is_json
from mydata_ledger.ledger.content_digest import CanonicalForm, CanonicalForms, canonical_form
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.signers import personal_digest

MEDIA_TYPE = "application/vnd.mydata.self-declared+json"
RAW = frozenset({"data_subject", "signer", "document", "supersedes"})
"""Members of a declaration that are bytes, in 0x-hex."""
ID_OF = b"mydata self-declared record\n"


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is signed about a document. `signer` is the data subject, or who acts for them; `document` is its SHA-256.

    The data period is in UTC seconds, end exclusive, (0, 0) if unknown; `supersedes` is a record id or zero.
    """

    data_subject: bytes
    signer: bytes
    category: str
    media_type: str
    document: bytes
    data_from: int
    data_until: int
    supersedes: bytes
    declared_at: int

    @property
    def text(self) -> str:
        """The text that a wallet signs by EIP-191. A line is left out where there is nothing to say."""
        period = f"{_date(self.data_from)} to {_date(self.data_until)}" if self.data_from or self.data_until else ""
        lines = {
            "Person": "0x" + self.data_subject.hex(),
            "Signer": "0x" + self.signer.hex() if self.signer != self.data_subject else "",
            "Category": self.category,
            "Media type": self.media_type,
            "Period": period,
            "Supersedes": "0x" + self.supersedes.hex() if any(self.supersedes) else "",
            "SHA-256": "0x" + self.document.hex(),
            "Declared at": _date(self.declared_at),
        }
        listed = "\n".join(f"{name}: {value}" for name, value in lines.items() if value)
        return f"I declare this document myself. Nobody else confirms it.\n\n{listed}"

    @property
    def digest(self) -> bytes:
        """The digest that is signed (32 bytes); for a passkey it is the challenge."""
        return personal_digest(self.text)


def _date(seconds: int) -> str:
    """A time in UTC to the second, or the number of seconds beyond the year 9999."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return f"{seconds} s"


def document_of(declaration: Declaration, content: bytes, signature: bytes) -> bytes:
    """The content of the record: RFC 8785 of the declaration, the signature and the document in base64."""
    members = {name: getattr(declaration, name) for name in Declaration.__slots__}
    shown = {name: "0x" + value.hex() if name in RAW else value for name, value in members.items()}
    signed = {"declaration": shown, "signature": "0x" + signature.hex()}
    return canonical(signed | {"content": base64.b64encode(content).decode()})


def has_members(media_type: str) -> bool:
    """Whether a consent can withhold members of a record of this type: of JSON, but not of a self-declared document,
    which names people in its declaration and has the content as one text in base64.
    """
    return is_json(media_type) and media_type.partition(";")[0].strip().lower() != MEDIA_TYPE


def open_document(record: bytes) -> tuple[Declaration, bytes, bytes]:
    """The declaration, its signature and the document. Whoever has these verifies the signature over
    `Declaration.digest`. Raises MalformedInput, also if the document is not the one that was signed.
    """
    try:
        value = read(record)
        shown, content = value["declaration"], base64.b64decode(value["content"], validate=True)
        members: dict[str, Any] = {n: bytes.fromhex(v[2:]) if n in RAW else v for n, v in shown.items()}
        declaration, signature = Declaration(**members), bytes.fromhex(value["signature"][2:])
        if not all(type(members[name]).__name__ == kind for name, kind in Declaration.__annotations__.items()):
            raise TypeError
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MalformedInput("not a self-declared document") from error
    if sha256(content).digest() != declaration.document:
        raise MalformedInput("the document is not the one that was signed")
    return declaration, signature, content


def record_id_of(commitment: bytes) -> bytes:
    """The id of a self-declared record: 32 bytes from its commitment, which is salted."""
    return sha256(ID_OF + commitment).digest()


def is_self_declared(issue: Issue) -> bool:
    """Whether a record is self-declared. It follows from the Issue alone, without opening it: ids of all other records
    are random, and this ledger makes every id.
    """
    return issue.record_id == record_id_of(issue.commitment)


def source_of(issue: Issue) -> str:
    """Among whose records the content of a record is known again: its holder's; for a self-declared one those that were
    declared in the same category. The operator may be a holder too, and a delegate sees some categories only.
    """
    return declared_in(issue.holder, issue.category) if is_self_declared(issue) else issue.holder


def declared_in(holder: str, category: str) -> str:
    """`source_of` a record that is declared in a category."""
    return f"{holder} {category}"


def inner_form(forms: CanonicalForms) -> CanonicalForm:
    """The form of a self-declared record: that of its document, so that it equals the same document of a holder."""

    def form(record: bytes) -> tuple[str, bytes]:
        declaration, _, content = open_document(record)
        return canonical_form(content, declaration.media_type, forms)

    return form
