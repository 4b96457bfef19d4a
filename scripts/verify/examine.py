"""The checks in order, numbered; the first that fails decides, and what the file alone shows comes before the chain."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from mydata_ledger.ledger.errors import MalformedInput, SourceUnavailable
from mydata_ledger.scripts.verify import anchoring, offline, signing
from mydata_ledger.scripts.verify.document import Document
from mydata_ledger.scripts.verify.offline import Found
from mydata_ledger.scripts.verify.onchain import MalformedResult, RegistryReader, Snapshot
from mydata_ledger.scripts.verify.verdict import Step, Verdict, VerificationEnded, VerificationResult

CHUNK = 500


def verify(document: Document, chain: RegistryReader) -> Verdict:
    """Check everything, as of the newest block.

    (1) the document is well formed (the caller did that by loading it) and (2) its digest follows from its own fields,
    (3) the named signer signed it, (4) entry and leaf follow from it, (5) the leaf lies under the checkpoint, (6) what
    came with it agrees and entitles: the notice, the content, chosen fields, the erased record's older issue, the
    delegation of one who signed for another; (7) the contracts stand on that chain and hold that checkpoint, (8) who
    signed for an organisation was accredited, (9) nothing it rests on was ended on chain, (10) its window is open.

    Only (3) of a contract wallet, and (7) to (10), ask the chain; when it is silent, 4 to 6 are still checked, so that
    what is altered is invalid and not unknown. The caller MUST know that the registries named are the right ones:
    compare them with the operator's published ones.
    """
    return _examine(document, chain.now())


def verify_all(found: Iterable[Document | MalformedInput], chain: RegistryReader) -> Iterator[Verdict]:
    """The same for many, as of one block; in the order given. Constant memory."""
    snapshot = chain.now()
    for chunk in _chunks(found):
        _prefetch([one for one in chunk if isinstance(one, Document)], snapshot)
        for one in chunk:
            yield _examine(one, snapshot) if isinstance(one, Document) else malformed(one)


def malformed(error: Exception) -> Verdict:
    """What is no document fails check 1."""
    return Verdict(VerificationResult.INVALID, [Step(1, "malformed", {"detail": str(error)}, held=False)])


def _chunks(found: Iterable[Document | MalformedInput]) -> Iterator[list[Document | MalformedInput]]:
    chunk: list[Document | MalformedInput] = []
    for one in found:
        chunk.append(one)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    yield chunk


def _prefetch(documents: Sequence[Document], snapshot: Snapshot) -> None:
    """Ask everything at once; what fails here is asked again, and said, where it is needed."""
    try:
        snapshot.prefetch(question for one in documents for question in anchoring.questions(one))
    except SourceUnavailable:
        return


def _examine(document: Document, chain: Snapshot) -> Verdict:
    verdict = Verdict(VerificationResult.VALID)
    verdict.steps.append(Step(1, "well_formed", {"kind": document.kind, "log": document.log}, held=True))
    for number, check in _checks(document, chain):
        if verdict.result is VerificationResult.UNKNOWN and number > 6:
            break
        _take(verdict, number, check)
        if verdict.result not in {VerificationResult.VALID, VerificationResult.UNKNOWN}:
            break
    return verdict


def _checks(document: Document, chain: Snapshot) -> Iterator[tuple[int, Callable[[], Found]]]:
    yield 2, lambda: offline.digest(document)
    yield 3, lambda: signing.signed(document, chain)
    yield 4, lambda: offline.entry(document)
    yield 5, lambda: offline.included(document)
    yield 6, lambda: offline.attached(document)
    yield 7, lambda: anchoring.anchored(document, chain)
    yield 8, lambda: anchoring.accredited(document, chain)
    yield 9, lambda: anchoring.standing(document, chain)
    yield 10, lambda: anchoring.window(document, chain)


def _take(verdict: Verdict, number: int, check: Callable[[], Found]) -> None:
    """Run a check and note what it found; what is unavailable is unknown."""
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
