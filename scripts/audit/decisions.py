"""Decisions from receipts: the facts must be what the logs hold, and the answers what follows from the facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mydata_ledger.ledger import passkey
from mydata_ledger.ledger.access import Acknowledgement, Incident
from mydata_ledger.ledger.commitment.entry import Entry
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.errors import SignatureInvalid, UnknownTerm
from mydata_ledger.ledger.party import ADDRESS_SIZE, checksum
from mydata_ledger.ledger.receipt import ACCESS, AccessReceipt, LoggedStatement
from mydata_ledger.ledger.record import Erasure, Issue
from mydata_ledger.ledger.replay import LAG, Evidence, Outcome, Replay
from mydata_ledger.scripts.audit.findings import AuditFinding, FindingKind
from mydata_ledger.scripts.audit.held_statements import HeldStatements
from mydata_ledger.scripts.audit.history import Eras
from mydata_ledger.scripts.verify.recovered import recovered_from

OPERATOR = "operator"
UNCHECKED, LATER, UNKNOWN_TERM = "signature_not_checked", "not_in_checkpoint_yet", "unknown_term"
Entries = Mapping[str, Mapping[int, bytes]]
Step = Callable[[int, int], None]


@dataclass(frozen=True)
class ChainHistory:
    """What the chain says beside the logs: who was accredited when, which consents it ended in which UTC second, and
    whether a contract stands at an address.
    """

    eras: Eras
    revoked: Mapping[bytes, int]
    has_code: Callable[[str], bool]


@dataclass
class ReplayCounts:
    """How many receipts came out how, and what is wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    findings: list[AuditFinding] = field(default_factory=list)


def replay_decisions(
    held: HeldStatements,
    entries: Entries,
    chain: ChainHistory,
    path: Callable[[str], tuple[str, ...]],
    step: Step = lambda _done, _of: None,
) -> ReplayCounts:
    """Check statements against `entries` (by log and position, as audited), then recompute each receipt among them.

    `path` gives a purpose and all above it. Raises SourceUnavailable.
    """
    found = ReplayCounts()
    for logged in held.statements:
        _check_statement(logged, entries, chain, found)
    known = (held.statements, chain.eras, path, chain.revoked, held.outdated, held.erased, held.complete)
    replay = Replay(Evidence(*known))
    receipts = [each for each in held.statements if isinstance(each.signed.statement, AccessReceipt)]
    for done, logged in enumerate(receipts, 1):
        _check_receipt(logged, replay, found)
        step(done, len(receipts))
    return found


def _check_statement(logged: LoggedStatement, entries: Entries, chain: ChainHistory, found: ReplayCounts) -> None:
    log, position = logged.signed.log, logged.position
    entry = entries.get(log, {}).get(position)
    if entry is None:
        found.counts[LATER] += 1
    elif entry != logged.signed.entry.entry:
        text = f"what is said to lie at position {position} does not"
        found.findings.append(AuditFinding(FindingKind.STATEMENT, log, text))
    signed = _is_signed(logged, chain)
    if signed is None:
        found.counts[UNCHECKED] += 1
    elif not signed:
        text = f"the statement at position {position} is not signed by the one it names"
        found.findings.append(AuditFinding(FindingKind.SIGNATURE, log, text))


def _is_signed(logged: LoggedStatement, chain: ChainHistory) -> bool | None:
    """None for contract wallets and signers of other kinds: `mydata verify` asks the chain about those."""
    said, entry = logged.signed.statement, logged.signed.entry
    named = _named(said)
    if len(named) == passkey.SIGNER_SIZE:
        return _touched(named, entry)
    if named and len(named) != ADDRESS_SIZE:
        return None
    recovered = recovered_from(said, entry)
    if isinstance(said, AccessReceipt):
        return bool(recovered) and _is_operator(checksum(recovered), said.decided_at, chain.eras)
    return recovered == named or (None if chain.has_code(checksum(named)) else False)


def _touched(named: bytes, entry: Entry) -> bool:
    try:
        passkey.verify(named[ADDRESS_SIZE:], entry.digest, entry.signature)
    except SignatureInvalid:
        return False
    return True


def _named(said: object) -> bytes:
    match said:
        case Consent() | Revocation() | Erasure():
            return said.signer
        case Delegation():
            return said.delegator
        case Issue():
            return bytes.fromhex(said.holder[2:])
        case Incident():
            return bytes.fromhex(said.responder[2:])
        case Acknowledgement():
            return bytes.fromhex(said.reader[2:])
        case _:
            return b""


def _is_operator(account: str, at: int, eras: Eras) -> bool:
    """A receipt's gateway names itself nowhere: the directory must, at that time."""
    spans = [(since, party) for since, party in eras.get(account, ()) if since <= at + LAG]
    return any(party is not None and party.plays(OPERATOR, at) for _, party in spans[-2:])


def _check_receipt(logged: LoggedStatement, replay: Replay, found: ReplayCounts) -> None:
    said = logged.signed.statement
    if not isinstance(said, AccessReceipt):
        return
    try:
        outcome = replay.check(logged, said)
    except UnknownTerm:
        found.counts[UNKNOWN_TERM] += 1
        return
    found.counts[outcome] += 1
    if outcome is Outcome.OTHER:
        answer = "permitted" if said.permitted else "refused"
        text = f"the receipt at position {logged.position} says {answer} ({said.reason}); the facts say otherwise"
        found.findings.append(AuditFinding(FindingKind.DECISION, ACCESS, text))
