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


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in message: times are UTC seconds, 0 where not given; `address` is EIP-55; `scheme` is empty if absent."""

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

    def text(self) -> str:
        """The message as a wallet shows and signs it."""
        statement = f"{self.statement}\n" if self.statement else ""
        scheme = f"{self.scheme}://" if self.scheme else ""
        return (
            f"{scheme}{self.domain} wants you to sign in with your Ethereum account:\n{self.address}\n\n{statement}\n"
            f"URI: {self.uri}\nVersion: 1\nChain ID: {self.chain_id}\nNonce: {self.nonce}\n"
            f"Issued At: {_stamp(self.issued_at)}\nExpiration Time: {_stamp(self.expires)}"
        )

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
        )


def _stamp(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _seconds(stamp: str | None) -> int:
    if stamp is None:
        return 0
    try:
        return int(datetime.fromisoformat(stamp).timestamp())
    except (ValueError, OverflowError) as error:
        raise SessionRequired("the message names a date that does not exist") from error
