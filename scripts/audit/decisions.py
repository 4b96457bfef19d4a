"""Recompute decisions from receipts: check the statements against the logs, then each answer against the facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mydata_ledger.ledger import passkey
from mydata_ledger.ledger.access import Acknowledgement
from mydata_ledger.ledger.commitment.entry import Entry
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.derived_replay import DerivedReplay
from mydata_ledger.ledger.emergency import Incident, IncidentExtension
from mydata_ledger.ledger.errors import SignatureInvalid, UnknownTerm
from mydata_ledger.ledger.party import ADDRESS_SIZE, checksum
from mydata_ledger.ledger.receipt import ACCESS, AccessReceipt, LoggedStatement
from mydata_ledger.ledger.record import Erasure, Issue
from mydata_ledger.ledger.replay import LAG, Replay
from mydata_ledger.ledger.replay_evidence import Evidence, Outcome
from mydata_ledger.ledger.vocabulary import Vocabulary
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
    """Facts of the chain besides the logs.

    `eras` has the accreditations of each account, `revoked` the UTC second of each mark of revocation, by lock or
    digest; `has_code` is true if an address holds a contract.
    """

    eras: Eras
    revoked: Mapping[bytes, int]
    has_code: Callable[[str], bool]


@dataclass
class ReplayCounts:
    """Number of receipts by outcome, and the findings."""

    counts: Counter[str] = field(default_factory=Counter)
    findings: list[AuditFinding] = field(default_factory=list)


def replay_decisions(
    held: HeldStatements,
    entries: Entries,
    chain: ChainHistory,
    vocabulary: Vocabulary,
    step: Step = lambda _done, _of: None,
) -> ReplayCounts:
    """Check the statements against the audited entries, then recompute each receipt among them.

    Args:
        held: The statements of a facts file.
        entries: Audited entries by log and position.
        chain: Facts of the chain.
        vocabulary: The terms of the ledger, with the second from which its emergency access has its scope.
        step: Called with the number of receipts done and their total.

    Raises:
        SourceUnavailable: The chain does not answer.
    """
    result = ReplayCounts()
    for logged in held.statements:
        _check_statement(logged, entries, chain, result)
    facts = (held.statements, chain.eras, vocabulary.path, chain.revoked, held.outdated, held.erased, held.complete)
    evidence = Evidence(*facts, vocabulary.emergency, vocabulary.derived)
    replay = Replay(evidence)
    derived = DerivedReplay(replay, evidence, {record.id: record for record in held.derived})
    receipts = [logged for logged in held.statements if isinstance(logged.signed.statement, AccessReceipt)]
    for done, logged in enumerate(receipts, 1):
        _check_receipt(logged, replay, derived, result)
        step(done, len(receipts))
    return result


def _check_statement(logged: LoggedStatement, entries: Entries, chain: ChainHistory, result: ReplayCounts) -> None:
    log, position = logged.signed.log, logged.position
    entry = entries.get(log, {}).get(position)
    if entry is None:
        result.counts[LATER] += 1
    elif entry != logged.signed.entry.entry:
        text = f"the log has another entry at position {position}"
        result.findings.append(AuditFinding(FindingKind.STATEMENT, log, text))
    signed = _is_signed(logged, chain)
    if signed is None:
        result.counts[UNCHECKED] += 1
    elif not signed:
        text = f"the statement at position {position} is not signed by the one it names"
        result.findings.append(AuditFinding(FindingKind.SIGNATURE, log, text))


def _is_signed(logged: LoggedStatement, chain: ChainHistory) -> bool | None:
    """True if the named signer signed; None for contract wallets and other signers, which `mydata verify` checks."""
    statement, entry = logged.signed.statement, logged.signed.entry
    named = _signer_of(statement)
    if len(named) == passkey.SIGNER_SIZE:
        return _passkey_signed(named, entry)
    if named and len(named) != ADDRESS_SIZE:
        return None
    recovered = recovered_from(statement, entry)
    if isinstance(statement, AccessReceipt):
        return bool(recovered) and _is_operator(checksum(recovered), statement.decided_at, chain.eras)
    return recovered == named or (None if chain.has_code(checksum(named)) else False)


def _passkey_signed(named: bytes, entry: Entry) -> bool:
    try:
        passkey.verify(named[ADDRESS_SIZE:], entry.digest, entry.signature)
    except SignatureInvalid:
        return False
    return True


def _signer_of(statement: object) -> bytes:
    match statement:
        case Consent() | Revocation() | Erasure():
            return statement.signer
        case Delegation():
            return statement.delegator
        case Issue():
            return bytes.fromhex(statement.holder[2:])
        case Incident() | IncidentExtension():
            return bytes.fromhex(statement.responder[2:])
        case Acknowledgement():
            return bytes.fromhex(statement.reader[2:])
        case _:
            return b""


def _is_operator(account: str, at_time: int, eras: Eras) -> bool:
    """True if the account was an accredited operator at that time, since a receipt does not name its gateway."""
    spans = [(since, party) for since, party in eras.get(account, ()) if since <= at_time + LAG]
    return any(party is not None and party.plays(OPERATOR, at_time) for _, party in spans[-2:])


def _check_receipt(logged: LoggedStatement, replay: Replay, derived: DerivedReplay, result: ReplayCounts) -> None:
    statement = logged.signed.statement
    if not isinstance(statement, AccessReceipt):
        return
    try:
        outcome = replay.check(logged, statement)
        outcome = derived.check(logged, statement) if outcome is Outcome.DERIVED else outcome
    except UnknownTerm:
        result.counts[UNKNOWN_TERM] += 1
        return
    result.counts[outcome] += 1
    if outcome is Outcome.OTHER:
        answer = "permitted" if statement.permitted else "refused"
        text = f"the receipt at position {logged.position} says {answer} ({statement.reason}); the facts say otherwise"
        result.findings.append(AuditFinding(FindingKind.DECISION, ACCESS, text))
