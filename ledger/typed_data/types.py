"""The EIP-712 types of all statements, equal to `contracts/types/Statements.sol`."""

from __future__ import annotations

import re

GRANT = (
    "Grant(string effect,string[] categories,string[] purposes,string[] actions,uint64 notBefore,uint64 expires,"
    "uint64 dataFrom,uint64 dataUntil,bytes32[] records,string[] conditions)"
)
TYPES: dict[str, str] = {
    "Grant": GRANT,
    "Consent": (
        "Consent(bytes dataSubject,bytes signer,string grantee,string granteeName,uint64 version,bytes32 previous,"
        "Grant[] grants,bytes32 noticeHash,string noticeLanguage,uint64 signedAt,bytes32 lock)"
    ),
    "Revocation": (
        "Revocation(bytes dataSubject,bytes signer,string grantee,string granteeName,uint64 version,bytes32 consent,"
        "bytes32 secret,uint64 signedAt)"
    ),
    "Delegation": (
        "Delegation(bytes dataSubject,bytes delegator,bytes delegate,string delegateName,string relation,"
        "string[] categories,uint64 notBefore,uint64 expires,bytes32 proof,uint64 signedAt,bytes32 lock)"
    ),
    "Issue": (
        "Issue(bytes32 recordId,bytes dataSubject,address holder,string category,uint64 dataFrom,uint64 dataUntil,"
        "bytes32 commitment,string cid,bytes32 supersedes,uint64 issuedAt,bytes32 lock)"
    ),
    "Erasure": "Erasure(bytes32 recordId,bytes signer,string cid,bytes32 keyId,uint64 erasedAt)",
    "AccessReceipt": (
        "AccessReceipt(bytes32 requestId,address requester,bytes dataSubject,bytes32 recordId,string category,"
        "string purpose,string action,bytes32 justification,bool permitted,string reason,bytes32[] consents,"
        "uint64 consentsSize,uint64 recordsSize,uint64 block,uint64 decidedAt)"
    ),
    "Incident": (
        "Incident(address responder,bytes dataSubject,string incidentNumber,string reason,uint64 notBefore,"
        "uint64 expires)"
    ),
    "Acknowledgement": ("Acknowledgement(address reader,bytes32 recordId,bytes32 receipt,uint64 openedAt)"),
    "IncidentExtension": (
        "IncidentExtension(address responder,bytes dataSubject,bytes32 incident,string reason,uint64 notBefore,"
        "uint64 until)"
    ),
}
DOMAIN = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"


def _members(kind: str) -> list[tuple[str, str]]:
    body = TYPES[kind].partition("(")[2].rstrip(")")
    return [(type_, name) for type_, name in (member.split(" ") for member in body.split(","))]


def _snake(name: str) -> str:
    return re.sub(r"[A-Z]", lambda capital: "_" + capital.group().lower(), name)


MEMBERS = {kind: [(type_, name, _snake(name)) for type_, name in _members(kind)] for kind in TYPES}
