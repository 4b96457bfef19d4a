"""Commands `mydata verify` and `mydata verifier`: check proof documents, or write the page that checks them."""

from __future__ import annotations

import itertools
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from mydata_ledger.ledger.canonical import read
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.scripts.cli.common import STATE, Json, Rpc, State, answer, console

if TYPE_CHECKING:
    from mydata_ledger.scripts.verify import Document, RegistryReader, Verdict, VerificationResult

    NamedDocument = tuple[str, Document | MalformedInput]

SELF_DECLARED = {
    "en": "self-declared: the person submitted this document; nobody else confirms what it says",
    "ko": "본인 제출: 본인이 낸 문서이며 다른 곳에서 내용을 확인하지 않았습니다",
}
MARKS = {True: "✓", False: "✗", None: "?"}
ENDED = "⊘"
"""The mark of a check that did not hold because what is genuine has ended."""
MAX_DETAILED = 3
"""Up to this number of documents each check is printed; for more, one line for each invalid document and a count."""


def verify_files(
    files: Annotated[list[Path], typer.Argument(help="Proof documents, or bundles: a JSON array, or one a line.")],
    rpc: Rpc,
    state: State = STATE,
    language: Annotated[str, typer.Option("--language", help="en or ko.")] = "en",
    content: Annotated[
        Path | None, typer.Option("--content", help="File with the content of the record, if its document has none.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check proof documents from the files and a chain alone, without the API.

    Documents: consents, access receipts, records (with content), disclosed fields, erasure certificates. The result is
    valid (exit code 0), invalid (1), revoked (3), expired (4) or unknown (5); without a chain it is unknown. For many
    documents the exit code is the worst result: invalid, unknown, revoked, expired, valid, in this order.
    """
    from mydata_ledger.scripts.verify import EXIT, RegistryReader, worst

    if language not in {"en", "ko"}:
        raise MalformedInput("`--language` is en or ko")
    every: Iterator[NamedDocument] = (named for file in files for named in _named_documents(file))
    if content:
        every = _with_content(list(islice(every, 2)), content)
    first, chain = list(islice(every, MAX_DETAILED + 1)), RegistryReader(rpc)
    if len(first) <= MAX_DETAILED:
        results = _print_each(first, chain, state, language, as_json)
    else:
        results = _print_counts(itertools.chain(first, every), chain, language, as_json)
    raise typer.Exit(EXIT[worst(results)])


def _named_documents(file: Path) -> Iterator[NamedDocument]:
    from mydata_ledger.scripts.verify import load_all

    for number, document in enumerate(load_all(file)):
        yield f"{file.name}:{number + 1}" if number else file.name, document


def _with_content(documents: list[NamedDocument], content: Path) -> Iterator[NamedDocument]:
    """The only document, joined with its separate content file.

    Raises MalformedInput for more than one document, or for a document without separate content.
    """
    from mydata_ledger.scripts.verify import Document
    from mydata_ledger.scripts.verify.attached import SeparateContent

    (name, document), *more = documents
    attached = document.attached if isinstance(document, Document) else None
    if more or not (isinstance(document, Document) and attached and isinstance(attached.content, SeparateContent)):
        raise MalformedInput("--content needs exactly one document, of a record whose content is a separate file")
    with_content = replace(attached, content=replace(attached.content, file=content))
    yield name, replace(document, attached=with_content)


def _print_each(
    first: list[NamedDocument], chain: RegistryReader, state: Path, language: str, as_json: bool
) -> set[VerificationResult]:
    from mydata_ledger.scripts.verify import verify_all
    from mydata_ledger.scripts.verify.words import zone_sentence

    verdicts = list(verify_all([document for _, document in first], chain))
    values, lines = [], []
    for (name, document), verdict in zip(first, verdicts, strict=True):
        registries = _registries(document, state)
        declared = {"declared_by": "self"} if _is_self_declared(document) else {}
        values.append({"file": name, **verdict.as_json(language), **declared, **registries})
        lines += [f"{name}:"] if len(first) > 1 else []
        lines += [_verdict_text(verdict, language), *([registries["note"]] if registries["note"] else [])]
        lines += [SELF_DECLARED.get(language, SELF_DECLARED["en"])] if declared else []
    lines += [zone_sentence(language)] if any(step.times for verdict in verdicts for step in verdict.steps) else []
    answer(values[0] if len(values) == 1 else {"documents": values}, "\n".join(lines), as_json)
    return {verdict.result for verdict in verdicts}


def _is_self_declared(document: Document | MalformedInput) -> bool:
    from mydata_ledger.ledger.record import Issue
    from mydata_ledger.ledger.self_declared import is_self_declared
    from mydata_ledger.scripts.verify import Document

    statement = document.statement if isinstance(document, Document) else None
    return isinstance(statement, Issue) and is_self_declared(statement)


def _verdict_text(verdict: Verdict, language: str) -> str:
    steps = [f"{_mark(step.held, verdict)} ({step.number}) {step.value_text(language)}" for step in verdict.steps]
    return "\n".join([*steps, f"result: {_result(verdict, language)}"])


def _mark(held: bool | None, verdict: Verdict) -> str:
    from mydata_ledger.scripts.verify.verdict import PERMITTED_THEN, VerificationResult

    if held is not False or verdict.result is VerificationResult.INVALID:
        return MARKS[held]
    return MARKS[True] if verdict.standing == PERMITTED_THEN else ENDED


def _result(verdict: Verdict, language: str) -> str:
    named = verdict.named(language)
    return named if language != "en" or named == verdict.result else f"{verdict.result} ({named})"


def _print_counts(
    every: Iterator[NamedDocument], chain: RegistryReader, language: str, as_json: bool
) -> set[VerificationResult]:
    from mydata_ledger.scripts.verify import VerificationResult, worst

    counts, values = Counter[VerificationResult](), []
    for name, verdict in _with_progress(every, chain, quiet=as_json):
        counts[verdict.result] += 1
        if as_json:
            values.append({"file": name, **verdict.as_json(language)})
        elif verdict.result is not VerificationResult.VALID:
            last = verdict.steps[-1]
            text = f"{name}: {_result(verdict, language)} ({last.number}) {last.value_text(language)}"
            console.print(text, markup=False, soft_wrap=True)
    summary = ", ".join(f"{counts[result]:,} {result}" for result in VerificationResult if counts[result])
    counted = {str(result): count for result, count in counts.items()}
    value = {"documents": values, "counts": counted, "result": worst(set(counts))}
    answer(value, f"{counts.total():,} checked: {summary}", as_json)
    return set(counts)


def _with_progress(
    every: Iterator[NamedDocument], chain: RegistryReader, *, quiet: bool
) -> Iterator[tuple[str, Verdict]]:
    """Names and verdicts in order, with a progress line on a terminal."""
    from mydata_ledger.scripts.verify import verify_all

    names: deque[str] = deque()

    def documents() -> Iterator[Document | MalformedInput]:
        for name, document in every:
            names.append(name)
            yield document

    columns = (SpinnerColumn(), TextColumn("{task.completed:,} documents checked"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task("checking", total=None)
        for verdict in verify_all(documents(), chain):
            progress.advance(task)
            yield names.popleft(), verdict


def _registries(document: Document | MalformedInput, state: Path) -> dict[str, Any]:
    """Registries of a document, with a note unless a local deployment file names the same ones."""
    from mydata_ledger.scripts.verify import Document

    if not isinstance(document, Document):
        return {"registries": {}, "registries_known": False, "note": ""}
    note = _registry_note(document.registries, document.domain.chain_id, state)
    return {"registries": document.registries, "registries_known": note == "", "note": note}


def _registry_note(registries: dict[str, str], chain_id: int, state: Path) -> str:
    for folder in (state / "deployments", Path("deployments")):
        path = folder / f"{chain_id}.json"
        if path.exists():
            deployed = read(path.read_bytes())
            wrong = [name for name, address in registries.items() if deployed.get(name) != address]
            return f"NOT the registries of {path}: {', '.join(wrong)}" if wrong else ""
    return f"compare the registries with the operator's published ones: {', '.join(registries.values())}"


def verifier(
    out: Annotated[Path, typer.Option("--out", "-o", help="Write the page to this file.")] = Path("verify.html"),
    as_json: Json = False,
) -> None:
    """Write the verifier as one web page: a single file that works from disk and calls only the RPC that you name."""
    from mydata_ledger.scripts.verify.page import build

    page = build()
    out.write_bytes(page.html)
    text = f"written to {out}: {len(page.html):,} bytes, SHA-256 {page.digest}; open it in a browser"
    answer({"file": str(out), "bytes": len(page.html), "sha256": page.digest}, text, as_json)
