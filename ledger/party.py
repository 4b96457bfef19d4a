"""The participants: accredited organisations by name and address, persons by ERC-7913 signer bytes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sha3 import keccak_256

ADDRESS_SIZE = 20
ROLE_PREFIX = "role:"
ANYONE = "*"
"""The grantee of a forbid that applies to everybody."""


def keccak(data: bytes) -> bytes:
    """Keccak-256, 32 bytes."""
    digest: bytes = keccak_256(data).digest()
    return digest


@lru_cache(maxsize=4096)
def checksum(address: bytes) -> str:
    """The EIP-55 text of a 20-byte address."""
    plain = address.hex()
    marks = keccak(plain.encode()).hex()
    return "0x" + "".join(c.upper() if int(mark, 16) > 7 else c for c, mark in zip(plain, marks, strict=False))


NAMES_SEPARATOR = " | "


def name_in(name: str, *, korean: bool) -> str:
    """The part of a name for one language. A name in two languages is `English | 한국어`: both parts stand in the
    registry, so both are accredited, and a consent signs both. Any other name is the same in every language.
    """
    english, separator, local = name.partition(NAMES_SEPARATOR)
    if not separator or not english.strip() or not local.strip():
        return name
    return local if korean else english


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation in PartyRegistry. `name` may be in two languages (`name_in`).

    `account` is an EIP-55 address, `encryption_key` the tagged HPKE public key of `ledger.envelope`; the window
    is UTC seconds, its end exclusive, 0 = open.
    """

    account: str
    name: str
    roles: frozenset[str]
    encryption_key: bytes
    valid_from: int
    valid_until: int

    def accredited(self, at_time: int) -> bool:
        """Whether the accreditation holds at `at_time`."""
        return self.valid_from <= at_time and (self.valid_until == 0 or at_time < self.valid_until)

    def plays(self, role: str, at_time: int) -> bool:
        """Whether the party holds `role` at `at_time`."""
        return role in self.roles and self.accredited(at_time)

    def grantee_names(self, at_time: int) -> frozenset[str]:
        """The grantees that name this party at `at_time`: its account, and each role it holds."""
        return _names(self.account, self.roles) if self.accredited(at_time) else frozenset()


@lru_cache(maxsize=4_096)
def _names(account: str, roles: frozenset[str]) -> frozenset[str]:
    return frozenset({account}) | {ROLE_PREFIX + role for role in roles}


def requester_name(signer: bytes) -> str:
    """The name of a signer as a requester: a wallet by its EIP-55 address, other keys by their bytes in hex."""
    return checksum(signer) if len(signer) == ADDRESS_SIZE else "0x" + signer.hex()
