"""The checks, in order and numbered; the first that fails decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from ledger.access import Incident
from ledger.consent import Consent, Revocation
from ledger.errors import LedgerError, SourceUnavailable
from ledger.party import ADDRESS_SIZE, checksum
from ledger.receipt import CONSENTS, AccessReceipt
from ledger.record import Erasure, Issue
from scripts.verify.document import Document
from scripts.verify.onchain import OnChain

OPERATOR = "operator"


class Result(StrEnum):
    """What a verification may end in."""

    VALID = "valid"
    INVALID = "invalid"
    REVOKED = "revoked"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


EXIT = {Result.VALID: 0, Result.INVALID: 1, Result.REVOKED: 3, Result.EXPIRED: 4, Result.UNKNOWN: 5}


@dataclass(frozen=True, slots=True)
class Step:
    """One check: its number, what it found, and whether it held (None: could not be told)."""

    number: int
    text: str
    held: bool | None


@dataclass
class Verdict:
    """The result and the steps that led to it."""

    result: Result = Result.UNKNOWN
    steps: list[Step] = field(default_factory=list)

    def note(self, number: int, text: str, held: bool | None = True) -> None:
        """Add a step."""
        self.steps.append(Step(number, text, held))


class _Ends(Exception):
    def __init__(self, result: Result, number: int, text: str) -> None:
        super().__init__(text)
        self.result, self.number = result, number


def verify(document: Document, chain: OnChain) -> Verdict:
    """Check everything.

    (1) the document is well formed (the caller did that by loading it) and (2) its digest follows from its own fields,
    (3) the named signer signed it, (4) entry and leaf follow from it, (5) the leaf lies under the checkpoint, (6) the
    contracts stand on that chain and hold that checkpoint, and a receipt's gateway is an accredited operator,
    (7) nothing it rests on is revoked on chain, (8) its window is open.
    The caller must know that the registries named are the right ones: compare them with the operator's deployment.
    """
    verdict = Verdict()
    try:
        for number, text in _steps(document, chain):
            verdict.note(number, text)
        verdict.result = Result.VALID
    except _Ends as end:
        verdict.note(end.number, str(end), None if end.result is Result.UNKNOWN else False)
        verdict.result = end.result
    return verdict


def _steps(document: Document, chain: OnChain) -> Iterator[tuple[int, str]]:
    yield 1, f"well formed: {type(document.statement).__name__}, of the {document.log} log"
    yield 2, f"digest 0x{document.entry.digest.hex()} follows from its fields"
    yield 3, _guard(3, lambda: _signed(document))
    yield 4, _guard(4, lambda: _entry(document))
    yield 5, _guard(5, lambda: _included(document))
    yield 6, _guard(6, lambda: _anchored(document, chain))
    yield 7, _guard(7, lambda: _standing(document, chain))
    yield 8, _guard(8, lambda: _window(document, chain))


def _guard(number: int, check: Callable[[], str]) -> str:
    """Run a check; what is unavailable ends as unknown, what is wrong as invalid."""
    try:
        return check()
    except SourceUnavailable as error:
        raise _Ends(Result.UNKNOWN, number, str(error)) from error
    except LedgerError as error:
        raise _Ends(Result.INVALID, number, str(error)) from error


def _signed(document: Document) -> str:
    recovered, named = document.recovered(), _named_signer(document)
    if named and recovered != named:
        raise _Ends(Result.INVALID, 3, f"signed by {recovered}, not by the named signer {named}")
    return f"signed by {recovered}" + ("" if named else ", the gateway")


def _named_signer(document: Document) -> str:
    """The signer the statement itself names; a receipt names none, its gateway is checked on chain."""
    said = document.statement
    if isinstance(said, Consent | Revocation | Erasure):
        if len(said.signer) != ADDRESS_SIZE:
            raise _Ends(Result.UNKNOWN, 3, "signed by a passkey or contract wallet: ask the contract's `verify`")
        return checksum(said.signer)
    if isinstance(said, Issue):
        return said.holder
    return said.responder if isinstance(said, Incident) else ""


def _entry(document: Document) -> str:
    document.check_entry()
    return f"entry 0x{document.entry.entry.hex()}"


def _included(document: Document) -> str:
    if document.checkpoint is None:
        raise _Ends(Result.UNKNOWN, 5, "not anchored yet when the document was fetched; fetch it again")
    head = document.checkpoint
    document.check_inclusion(head)
    return f"position {document.position} lies under the checkpoint of size {head.size}"


def _anchored(document: Document, chain: OnChain) -> str:
    if chain.chain_id() != document.domain.chain_id:
        raise _Ends(Result.UNKNOWN, 6, f"the RPC is another chain; the document is for {document.domain.chain_id}")
    contract = document.domain.contract
    if document.registries.get(document.log) != contract:
        raise _Ends(Result.INVALID, 6, "the registry named for this log is not the one that was signed for")
    if not chain.has_code(contract):
        raise _Ends(Result.UNKNOWN, 6, f"no contract stands at {contract}: the chain restarted empty, or is another")
    head = document.checkpoint
    size = chain.checkpoint_size(contract, head.root) if head else 0
    if head is None or size == 0:
        raise _Ends(Result.UNKNOWN, 6, "the contract does not know this checkpoint: a reorganised or restarted chain")
    if size != head.size:
        raise _Ends(Result.INVALID, 6, f"the contract holds that root with size {size}, not {head.size}")
    _operator(document, chain)
    return f"{contract} on chain {document.domain.chain_id} holds that checkpoint"


def _operator(document: Document, chain: OnChain) -> None:
    """A receipt names no signer of its own, so the chain must: an operator when the receipt was written."""
    said, parties = document.statement, document.registries.get("parties", "")
    if isinstance(said, AccessReceipt) and not (
        chain.has_code(parties) and chain.is_accredited(parties, document.recovered(), OPERATOR, chain.now())
    ):
        raise _Ends(Result.INVALID, 6, f"{document.recovered()} is not accredited as an operator")


def _standing(document: Document, chain: OnChain) -> str:
    registry = document.registries.get(CONSENTS, "")
    said = document.statement
    if isinstance(said, Consent) and (at := chain.revoked_at(registry, document.entry.entry)):
        raise _Ends(Result.REVOKED, 7, f"withdrawn on chain at {at} (UTC seconds)")
    if isinstance(said, AccessReceipt):
        return _rests_on(said, registry, chain)
    if isinstance(said, Issue) and (at := chain.withdrawn_at(document.domain.contract, document.entry.entry)):
        raise _Ends(Result.REVOKED, 7, f"withdrawn by its holder at {at} (UTC seconds)")
    if isinstance(said, Consent):
        return "not withdrawn on chain; whether a later version replaced it, only its data subject can tell"
    return "not withdrawn on chain"


def _rests_on(said: AccessReceipt, registry: str, chain: OnChain) -> str:
    for consent in said.consents if said.permitted else ():
        if at := chain.revoked_at(registry, consent):
            when = "before" if said.decided_at <= at else "AFTER"
            text = f"the consent it rests on was withdrawn at {at}; the access at {said.decided_at} came {when} that"
            raise _Ends(Result.REVOKED, 7, text)
    count = len(said.consents)
    return f"{'permitted' if said.permitted else 'refused'} ({said.reason}); {count} consents, none withdrawn"


def _window(document: Document, chain: OnChain) -> str:
    said = document.statement
    if isinstance(said, Consent):
        now = chain.now()
        if all(grant.expires <= now for grant in said.grants):
            raise _Ends(Result.EXPIRED, 8, "every grant of the consent is over")
        if all(grant.not_before > now for grant in said.grants):
            return "no grant has begun yet; the consent stands"
        return "its window is open"
    return "has no window of its own"
