"""Selected fields of a record, as a document that anybody can verify against the record's anchored commitment.

The rest of the record stays hidden: beside the fields the document has only salted hashes.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import orjson

from mydata_ledger.ledger import canonical
from mydata_ledger.ledger.commitment import fields
from mydata_ledger.ledger.commitment.content import bytes_commitment
from mydata_ledger.ledger.commitment.fields import Field
from mydata_ledger.ledger.errors import MalformedInput, ProofInvalid

KIND = "mydata-disclosure-1"
MEDIA_TYPE = "application/vnd.mydata.disclosure+json"
MAX_BYTES, HASH_HEX = 16 * 1024 * 1024, 64
SHAPE = "not a disclosure: the file is incomplete, or another kind of document"


@dataclass(frozen=True, slots=True)
class Disclosure:
    """The disclosed fields, and the 32-byte commitment to the exact bytes of their record.

    `masked` gives by JSON Pointer the masked value (JSON text) of fields that a consent lets nobody see whole; these
    values are stated, not proved.
    """

    content: bytes
    fields: tuple[Field, ...]
    masked: Mapping[str, str] = field(default_factory=dict)


def disclose(
    document: bytes, seed: bytes, pointers: Sequence[str], masked: Mapping[str, str] | None = None
) -> Disclosure:
    """A disclosure of the fields at and below JSON Pointers. Raises MalformedInput, InvalidStatement."""
    return Disclosure(bytes_commitment(document, seed), tuple(fields.disclose(document, seed, pointers)), masked or {})


def verify(disclosure: Disclosure, commitment: bytes) -> dict[str, Any]:
    """Values by JSON Pointer, numbers as `Digits`. Raises ProofInvalid unless all fields belong to the committed
    record.
    """
    if not disclosure.fields:
        raise ProofInvalid("the disclosure shows no field")
    root = disclosure.fields[0].root
    if not hmac.compare_digest(sha256(disclosure.content + root).digest(), commitment):
        raise ProofInvalid("the disclosed fields are not of the record that was committed to")
    shown = fields.verify(disclosure.fields, root)
    return {pointer: canonical.read(value, exact=True) for pointer, value in shown.items()}


def to_json(disclosure: Disclosure) -> bytes:
    """The disclosure as a JSON document; bytes in hex, values as their original JSON text."""
    shown = [
        {
            "pointer": disclosed.pointer,
            "value": disclosed.value.decode(),
            "salt": disclosed.salt.hex(),
            "index": disclosed.index,
            "proof": [hash_.hex() for hash_ in disclosed.proof],
        }
        for disclosed in disclosure.fields
    ]
    size = disclosure.fields[0].size if disclosure.fields else 0
    masked = {"masked": dict(disclosure.masked)} if disclosure.masked else {}
    return orjson.dumps({"kind": KIND, "content": disclosure.content.hex(), "size": size, "fields": shown, **masked})


def from_json(raw: bytes) -> Disclosure:
    """Read the document of `to_json`. Raises MalformedInput for anything else; it verifies nothing."""
    if len(raw) > MAX_BYTES:
        raise MalformedInput(f"a disclosure has at most {MAX_BYTES} bytes")
    document = canonical.read(raw)
    try:
        if document["kind"] != KIND:
            raise MalformedInput(SHAPE)
        size = _count(document["size"])
        shown = tuple(_field(item, size) for item in document["fields"])
        return Disclosure(_hash(document["content"]), shown, _masked(document.get("masked", {})))
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise MalformedInput(SHAPE) from error


def _field(item: dict[str, Any], size: int) -> Field:
    return Field(
        pointer=item["pointer"].encode().decode(),
        value=item["value"].encode(),
        salt=_hash(item["salt"]),
        index=_count(item["index"]),
        size=size,
        proof=tuple(_hash(hash_) for hash_ in item["proof"]),
    )


def _masked(members: Any) -> dict[str, str]:
    if not isinstance(members, dict) or not all(isinstance(text, str) for text in members.values()):
        raise ValueError(SHAPE)
    return members


def _hash(text: str) -> bytes:
    if len(text) != HASH_HEX:
        raise ValueError(SHAPE)
    return bytes.fromhex(text)


def _count(number: Any) -> int:
    if type(number) is not int or not 0 <= number < 1 << 40:
        raise ValueError(SHAPE)
    return number
