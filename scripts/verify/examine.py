"""Run the numbered checks in order: first those on the file alone, then those on chain; the first failure decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from mydata_ledger.ledger.errors import MalformedInput, SourceUnavailable
from mydata_ledger.scripts.verify import anchoring, offline, signing
from mydata_ledger.scripts.verify.document import Document
from mydata_ledger.scripts.verify.offline import CheckResult
from mydata_ledger.scripts.verify.onchain import MalformedResult, RegistryReader, Snapshot
from mydata_ledger.scripts.verify.verdict import Step, Verdict, VerificationEnded, VerificationResult

CHUNK = 500


def verify(document: Document, chain: RegistryReader) -> Verdict:
    """Run all checks as of the newest block.

    (1) The document is well formed (the caller checked this by loading it). (2) Its digest follows from its fields. (3)
    The named signer signed it. (4) Entry and leaf follow from it. (5) The checkpoint includes the leaf. (6) Attachments
    agree with it and entitle its signer: the notice, the content, chosen fields, the older issue of an erased record,
    the delegation of a person who signed for another. (7) The contracts exist on that chain and have that checkpoint.
    (8) An organisation that signed was accredited. (9) Nothing that it depends on was ended on chain. (10) Its window
    is open.

    Only (3) for a contract wallet and (7) to (10) use the chain. If it does not answer, 4 to 6 are still checked,
    so that an altered document is invalid and not unknown. The caller MUST know that the named registries are the right
    ones: compare them with those that the operator published.
    """
    return _examine(document, chain.now())


def verify_all(items: Iterable[Document | MalformedInput], chain: RegistryReader) -> Iterator[Verdict]:
    """Verify many documents as of one block, in the given order and in constant memory."""
    snapshot = chain.now()
    for chunk in _chunks(items):
        _prefetch([item for item in chunk if isinstance(item, Document)], snapshot)
        for item in chunk:
            yield _examine(item, snapshot) if isinstance(item, Document) else malformed(item)


def malformed(error: Exception) -> Verdict:
    """The verdict of an input that is no document: check 1 fails."""
    return Verdict(VerificationResult.INVALID, [Step(1, "malformed", {"detail": str(error)}, held=False)])


def _chunks(items: Iterable[Document | MalformedInput]) -> Iterator[list[Document | MalformedInput]]:
    chunk: list[Document | MalformedInput] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    yield chunk


def _prefetch(documents: Sequence[Document], snapshot: Snapshot) -> None:
    """Fetch all view calls at once; a call that fails here is repeated and reported where it is needed."""
    try:
        snapshot.prefetch(call for document in documents for call in anchoring.view_calls(document))
    except SourceUnavailable:
        return


def _examine(document: Document, chain: Snapshot) -> Verdict:
    verdict = Verdict(VerificationResult.VALID)
    verdict.steps.append(Step(1, "well_formed", {"kind": document.kind, "log": document.log}, held=True))
    for number, check in _checks(document, chain):
        if verdict.result is VerificationResult.UNKNOWN and number > 6:
            break
        _run_check(verdict, number, check)
        if verdict.result not in {VerificationResult.VALID, VerificationResult.UNKNOWN}:
            break
    return verdict


def _checks(document: Document, chain: Snapshot) -> Iterator[tuple[int, Callable[[], CheckResult]]]:
    yield 2, lambda: offline.digest(document)
    yield 3, lambda: signing.signed(document, chain)
    yield 4, lambda: offline.entry(document)
    yield 5, lambda: offline.included(document)
    yield 6, lambda: offline.attached(document)
    yield 7, lambda: anchoring.anchored(document, chain)
    yield 8, lambda: anchoring.accredited(document, chain)
    yield 9, lambda: anchoring.standing(document, chain)
    yield 10, lambda: anchoring.window(document, chain)


def _run_check(verdict: Verdict, number: int, check: Callable[[], CheckResult]) -> None:
    """Run a check and add its result to the verdict; an unavailable source gives unknown."""
    try:
        code, values = check()
        verdict.steps.append(Step(number, code, values, held=True))
    except MalformedResult as error:
        _end(verdict, number, VerificationEnded(VerificationResult.UNKNOWN, "chain_nonsense", contract=error.contract))
    except SourceUnavailable:
        _end(verdict, number, VerificationEnded(VerificationResult.UNKNOWN, "chain_silent"))
    except VerificationEnded as end:
        _end(verdict, number, end)


def _end(verdict: Verdict, number: int, end: VerificationEnded) -> None:
    held = None if end.result is VerificationResult.UNKNOWN else False
    verdict.steps.append(Step(number, end.code, end.values, held))
    verdict.result, verdict.standing = end.result, end.standing
