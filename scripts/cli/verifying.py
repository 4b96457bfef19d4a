"""`mydata verify` and `mydata verifier`: check proof documents here, or hand on the page that does it in a browser."""

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

    Named = tuple[str, Document | MalformedInput]

MARKS = {True: "✓", False: "✗", None: "?"}
SHOWN = 3
"""Up to so many documents are told check by check; of more, a line for each that is not valid, and a count."""


def verify_files(
    files: Annotated[list[Path], typer.Argument(help="Proof documents, or bundles: a JSON array, or one a line.")],
    rpc: Rpc,
    state: State = STATE,
    language: Annotated[str, typer.Option("--language", help="en or ko.")] = "en",
    content: Annotated[
        Path | None, typer.Option("--content", help="The file with a record's content, where its document has none.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check proof documents with nothing but the files and a chain; our API is not asked.

    Consents, access receipts, records (with content), disclosed fields, erasure certificates. Ends in valid (exit 0),
    invalid (1), revoked (3), expired (4) or unknown (5): an unreachable chain is unknown. Of many, the worst is the
    exit: invalid, unknown, revoked, expired, valid.
    """
    from mydata_ledger.scripts.verify import EXIT, RegistryReader, worst

    if language not in {"en", "ko"}:
        raise MalformedInput("`--language` is en or ko")
    every: Iterator[Named] = (one for file in files for one in _found(file))
    if content:
        every = _joined(list(islice(every, 2)), content)
    few, chain = list(islice(every, SHOWN + 1)), RegistryReader(rpc)
    if len(few) <= SHOWN:
        results = _tell_each(few, chain, state, language, as_json)
    else:
        results = _tell_many(itertools.chain(few, every), chain, language, as_json)
    raise typer.Exit(EXIT[worst(results)])


def _found(file: Path) -> Iterator[Named]:
    from mydata_ledger.scripts.verify import load_all

    for number, found in enumerate(load_all(file)):
        yield f"{file.name}:{number + 1}" if number else file.name, found


def _joined(found: list[Named], content: Path) -> Iterator[Named]:
    """The one document with the content that is kept apart from it. Raises MalformedInput for another, or many."""
    from mydata_ledger.scripts.verify import Document
    from mydata_ledger.scripts.verify.attached import SeparateContent

    (name, document), *more = found
    attached = document.attached if isinstance(document, Document) else None
    if more or not (isinstance(document, Document) and attached and isinstance(attached.content, SeparateContent)):
        raise MalformedInput("--content goes with one document of a record whose content is kept apart from it")
    joined = replace(attached, content=replace(attached.content, file=content))
    yield name, replace(document, attached=joined)


def _tell_each(
    few: list[Named], chain: RegistryReader, state: Path, language: str, as_json: bool
) -> set[VerificationResult]:
    from mydata_ledger.scripts.verify import verify_all

    verdicts = list(verify_all([found for _, found in few], chain))
    values, lines = [], []
    for (name, found), verdict in zip(few, verdicts, strict=True):
        registries = _registries(found, state)
        values.append({"file": name, **verdict.as_json(language), **registries})
        lines += [f"{name}:"] if len(few) > 1 else []
        lines += [_told(verdict, language), *([registries["note"]] if registries["note"] else [])]
    answer(values[0] if len(values) == 1 else {"documents": values}, "\n".join(lines), as_json)
    return {verdict.result for verdict in verdicts}


def _told(verdict: Verdict, language: str) -> str:
    steps = [f"{MARKS[step.held]} ({step.number}) {step.value_text(language)}" for step in verdict.steps]
    return "\n".join([*steps, f"result: {_result(verdict, language)}"])


def _result(verdict: Verdict, language: str) -> str:
    named = verdict.named(language)
    return named if language != "en" or named == verdict.result else f"{verdict.result} ({named})"


def _tell_many(every: Iterator[Named], chain: RegistryReader, language: str, as_json: bool) -> set[VerificationResult]:
    from mydata_ledger.scripts.verify import VerificationResult, worst

    counts, values = Counter[VerificationResult](), []
    for name, verdict in _watched(every, chain, quiet=as_json):
        counts[verdict.result] += 1
        if as_json:
            values.append({"file": name, **verdict.as_json(language)})
        elif verdict.result is not VerificationResult.VALID:
            last = verdict.steps[-1]
            text = f"{name}: {_result(verdict, language)} ({last.number}) {last.value_text(language)}"
            console.print(text, markup=False, soft_wrap=True)
    said = ", ".join(f"{counts[result]:,} {result}" for result in VerificationResult if counts[result])
    counted = {str(result): count for result, count in counts.items()}
    value = {"documents": values, "counts": counted, "result": worst(set(counts))}
    answer(value, f"{counts.total():,} checked: {said}", as_json)
    return set(counts)


def _watched(every: Iterator[Named], chain: RegistryReader, *, quiet: bool) -> Iterator[tuple[str, Verdict]]:
    """Names and verdicts in order, under a progress line where somebody is looking."""
    from mydata_ledger.scripts.verify import verify_all

    names: deque[str] = deque()

    def documents() -> Iterator[Document | MalformedInput]:
        for name, found in every:
            names.append(name)
            yield found

    columns = (SpinnerColumn(), TextColumn("{task.completed:,} documents checked"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task("checking", total=None)
        for verdict in verify_all(documents(), chain):
            progress.advance(task)
            yield names.popleft(), verdict


def _registries(found: Document | MalformedInput, state: Path) -> dict[str, Any]:
    """What the caller still owes: nothing when a deployment file at hand names the same registries."""
    from mydata_ledger.scripts.verify import Document

    if not isinstance(found, Document):
        return {"registries": {}, "registries_known": False, "note": ""}
    note = _known(found.registries, found.domain.chain_id, state)
    return {"registries": found.registries, "registries_known": note == "", "note": note}


def _known(registries: dict[str, str], chain_id: int, state: Path) -> str:
    for folder in (state / "deployments", Path("deployments")):
        path = folder / f"{chain_id}.json"
        if path.exists():
            known = read(path.read_bytes())
            wrong = [name for name, at in registries.items() if known.get(name) != at]
            return f"NOT the registries of {path}: {', '.join(wrong)}" if wrong else ""
    return f"compare the registries with the operator's published ones: {', '.join(registries.values())}"


def verifier(
    out: Annotated[Path, typer.Option("--out", "-o", help="Write the page to this file.")] = Path("verify.html"),
    as_json: Json = False,
) -> None:
    """The same checks as one web page: a single file that works from disk and calls nothing but the RPC you give it."""
    from mydata_ledger.scripts.verify.page import build

    page = build()
    out.write_bytes(page.html)
    told = f"written to {out}: {len(page.html):,} bytes, SHA-256 {page.digest}; open it in a browser"
    answer({"file": str(out), "bytes": len(page.html), "sha256": page.digest}, told, as_json)
