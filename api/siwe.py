"""ERC-4361 messages (Sign-In with Ethereum): written for a wallet to sign, and parsed strictly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from mydata_ledger.ledger.errors import SessionRequired
from mydata_ledger.ledger.party import checksum

MAX_TEXT = 4_000
STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)"
URI = r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x1f<>\"{}|\\^`]*"
MESSAGE = re.compile(
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://)?"
    r"(?P<domain>[^\s/?#]+) wants you to sign in with your Ethereum account:\n"
    r"(?P<address>0x[0-9a-fA-F]{40})\n\n"
    r"(?:(?P<statement>[^\n]+)\n)?\n"
    rf"URI: (?P<uri>{URI})\n"
    r"Version: (?P<version>1)\n"
    r"Chain ID: (?P<chain_id>\d{1,20})\n"
    r"Nonce: (?P<nonce>[A-Za-z0-9]{8,128})\n"
    rf"Issued At: (?P<issued_at>{STAMP})"
    rf"(?:\nExpiration Time: (?P<expires>{STAMP}))?"
    rf"(?:\nNot Before: (?P<not_before>{STAMP}))?"
    r"(?:\nRequest ID: (?P<request_id>[^\s]*))?"
    rf"(?P<resources>\nResources:(?:\n- {URI})*)?",
    re.ASCII,
)
NAMESPACE = "urn:mydata-ledger:"
READER_KEY = NAMESPACE + "reader-key:sha256:"
"""The start of the resource that names a reader key; the SHA-256 of the encoded public key follows, in hex."""
READER_KEY_RESOURCE = re.compile(rf"{READER_KEY}([0-9a-f]{{64}})")


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in message: times are UTC seconds, 0 where not given; `address` is EIP-55; `scheme` is empty if absent.

    `reader_key` is the SHA-256 (32 bytes) of the HPKE public key that the session may open records with, or empty.
    """

    domain: str
    address: str
    uri: str
    chain_id: int
    nonce: str
    issued_at: int
    expires: int = 0
    not_before: int = 0
    statement: str = ""
    scheme: str = ""
    reader_key: bytes = b""

    def text(self) -> str:
        """The message as a wallet shows and signs it."""
        statement = f"{self.statement}\n" if self.statement else ""
        scheme = f"{self.scheme}://" if self.scheme else ""
        return (
            f"{scheme}{self.domain} wants you to sign in with your Ethereum account:\n{self.address}\n\n{statement}\n"
            f"URI: {self.uri}\nVersion: 1\nChain ID: {self.chain_id}\nNonce: {self.nonce}\n"
            f"Issued At: {_stamp(self.issued_at)}\nExpiration Time: {_stamp(self.expires)}{self._resources()}"
        )

    def _resources(self) -> str:
        return f"\nResources:\n- {READER_KEY}{self.reader_key.hex()}" if self.reader_key else ""

    @classmethod
    def parse(cls, text: str) -> SignIn:
        """Parse any message of the ERC's grammar. Raises SessionRequired."""
        matched = MESSAGE.fullmatch(text) if len(text) <= MAX_TEXT else None
        if not matched or checksum(bytes.fromhex(matched["address"][2:])) != matched["address"]:
            raise SessionRequired("not an ERC-4361 message with an EIP-55 address; ask for a challenge and sign that")
        return cls(
            domain=matched["domain"],
            address=matched["address"],
            uri=matched["uri"],
            chain_id=int(matched["chain_id"]),
            nonce=matched["nonce"],
            issued_at=_seconds(matched["issued_at"]),
            expires=_seconds(matched["expires"]),
            not_before=_seconds(matched["not_before"]),
            statement=matched["statement"] or "",
            scheme=matched["scheme"] or "",
            reader_key=_reader_key(matched["resources"] or ""),
        )


def _reader_key(resources: str) -> bytes:
    """The digest of the reader key that the resources name; empty if they name none."""
    ours = [uri for uri in resources.split("\n- ") if uri.lower().startswith(NAMESPACE)]
    if not ours:
        return b""
    named = READER_KEY_RESOURCE.fullmatch(ours[0])
    if len(ours) > 1 or named is None:
        raise SessionRequired("the message names a reader key twice or wrongly; ask for a challenge and sign that")
    return bytes.fromhex(named[1])


def _stamp(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _seconds(stamp: str | None) -> int:
    if stamp is None:
        return 0
    try:
        return int(datetime.fromisoformat(stamp).timestamp())
    except (ValueError, OverflowError) as error:
        raise SessionRequired("the message names a date that does not exist") from error
