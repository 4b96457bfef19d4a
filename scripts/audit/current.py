"""Compare what a ledger knows of the chain with the contracts: no revocation is missed, and every party is as there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256

from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.receipt import CONSENTS, LoggedStatement
from mydata_ledger.scripts.audit.findings import AuditFinding, FindingKind
from mydata_ledger.scripts.audit.history import History, RegisteredParty
from mydata_ledger.scripts.audit.ledger_state import LedgerState

MAX_LISTED = 5
"""Most findings of one kind that are listed one by one."""


def check_current(
    state: LedgerState, history: History, contract: str, held: Iterable[LoggedStatement] = ()
) -> list[AuditFinding]:
    """Check what a ledger knows as of its block.

    (1) Every mark that the consents contract announced up to that block is known. (2) No mark is known that the
    contract does not have. (3) No consent or delegation in `held` is marked by the contract and not known as marked.
    (4) Every party of the registry is known as it is registered, and no other.

    Raises:
        SourceUnavailable: The chain does not answer.
    """
    block = min(state.block, history.block)
    return [
        *_limited(_missed_events(state, history, contract, block)),
        *_limited(_unfounded(state, history, contract)),
        *_limited(_missed_statements(state, history, contract, block, held)),
        *_limited(_parties(state, history, block)),
    ]


def _limited(findings: Iterator[AuditFinding]) -> list[AuditFinding]:
    return [finding for finding, _ in zip(findings, range(MAX_LISTED), strict=False)]


def _missed_events(state: LedgerState, history: History, contract: str, block: int) -> Iterator[AuditFinding]:
    for mark in history.marks(contract):
        if mark.block <= block and mark.key not in state.marks:
            text = f"the mark 0x{mark.key.hex()} of block {mark.block} is not known to the ledger"
            yield AuditFinding(FindingKind.REVOCATION, CONSENTS, text)


def _unfounded(state: LedgerState, history: History, contract: str) -> Iterator[AuditFinding]:
    keys = sorted(state.marks)
    for key, at_time in zip(keys, history.revoked_at(contract, [(key, key) for key in keys]), strict=True):
        if not at_time and state.block <= history.block:
            yield AuditFinding(FindingKind.UNFOUNDED, CONSENTS, f"the contract does not have the mark 0x{key.hex()}")


def _missed_statements(
    state: LedgerState, history: History, contract: str, block: int, held: Iterable[LoggedStatement]
) -> Iterator[AuditFinding]:
    entries = [each.signed.entry for each in held if isinstance(each.signed.statement, Consent | Delegation)]
    times = history.revoked_at(contract, [(entry.digest, entry.lock) for entry in entries], block)
    for entry, at_time in zip(entries, times, strict=True):
        if at_time and not {entry.lock, entry.digest, entry.entry} & state.marks:
            text = f"the contract ended the entry 0x{entry.entry.hex()}, and the ledger does not know it"
            yield AuditFinding(FindingKind.REVOCATION, CONSENTS, text)


def _parties(state: LedgerState, history: History, block: int) -> Iterator[AuditFinding]:
    """A party that changes while it is read may be as at the ledger's block, or as it is now."""
    accounts = sorted({*state.parties, *history.accounts(state.registry)})
    states = (history.registered(state.registry, accounts, number) for number in (block, history.block))
    for account, *registered in zip(accounts, *states, strict=True):
        if _as_registered(state.parties.get(account)) not in registered:
            text = f"the party {account} is not in the ledger as it is registered at {state.registry}"
            yield AuditFinding(FindingKind.PARTY, CONSENTS, text)


def _as_registered(party: Party | None) -> RegisteredParty | None:
    if party is None:
        return None
    digest = sha256(party.encryption_key).digest()
    return RegisteredParty(party.name, party.roles, digest, party.valid_from, party.valid_until)
