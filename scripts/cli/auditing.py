"""`mydata audit`: whole logs from their tiles against the chain, and decisions from their receipts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from mydata_ledger.ledger.errors import MalformedInput, SourceUnavailable
from mydata_ledger.ledger.note import Verifier
from mydata_ledger.ledger.receipt import CONSENTS, LOGS
from mydata_ledger.ledger.vocabulary import Vocabulary
from mydata_ledger.scripts.cli.common import URL, Json, Rpc, Url, answer

if TYPE_CHECKING:
    from mydata_ledger.scripts.audit import AuditFinding, HeldStatements, History, LogReport, ReplayCounts

Steps = Callable[[str], Callable[[int, int], None]]


def audit(
    log: Annotated[str, typer.Argument(help="consents, records or access; leave out with --all.")] = "",
    *,
    rpc: Rpc,
    url: Url = URL,
    every: Annotated[bool, typer.Option("--all", help="All three logs.")] = False,
    state: Annotated[Path | None, typer.Option("--state", help="File in which what was found whole is kept.")] = None,
    facts: Annotated[Path | None, typer.Option("--facts", help="File of `mydata facts`: recompute decisions.")] = None,
    vkey: Annotated[list[str] | None, typer.Option("--vkey", help="A log's verifier key (repeat).")] = None,
    from_block: Annotated[int, typer.Option("--from-block", min=0, help="Where the contracts were deployed.")] = 0,
    as_json: Json = False,
) -> None:
    """Replay logs from tiles: every root the contracts ever took is recomputed, and what was seen before is a prefix.

    Whoever holds facts (`mydata facts`) also has every decision recomputed from its receipt. Ends in whole (exit 0),
    broken (1) or unknown (5): what does not answer is unknown.
    """
    from mydata_ledger.scripts.audit import AuditorFile, History, ReplayCounts, TileSource, audit_log, read_facts

    logs = LOGS if every or facts else (log,)
    if not set(logs) <= set(LOGS):
        raise MalformedInput(f"name a log ({', '.join(LOGS)}), or give --all")
    known, held = AuditorFile.read(state), read_facts(facts) if facts else None
    given, source, chain = [Verifier.parse(one) for one in vkey or []], TileSource(url), History(rpc, from_block)
    with _unknown_ends(), _progress(as_json) as steps:
        reports = [
            audit_log(
                name,
                source,
                chain,
                known,
                given=given,
                positions=held.positions(name) if held else frozenset(),
                step=steps(name),
            )
            for name in logs
        ]
        decided = _decide(held, reports, chain, steps) if held else ReplayCounts()
    known.write()
    _tell(reports, decided, as_json)


def _decide(held: HeldStatements, reports: list[LogReport], chain: History, steps: Steps) -> ReplayCounts:
    from mydata_ledger.scripts.audit import ChainHistory, replay_decisions
    from mydata_ledger.scripts.serve import slices

    contracts = {report.log: report.contract for report in reports}
    entries = {report.log: report.entries for report in reports}
    said = ChainHistory(chain.parties(held.parties), chain.revoked(contracts[CONSENTS]), chain.has_code)
    path = Vocabulary(one.catalog for one in slices()).path
    return replay_decisions(held, entries, said, path, steps("decisions"))


def _tell(reports: list[LogReport], decided: ReplayCounts, as_json: bool) -> None:
    from mydata_ledger.scripts.audit import EXIT, result_of

    findings = [finding for report in reports for finding in report.findings] + decided.findings
    result = result_of(findings)
    value = {
        "result": result,
        "logs": [_log_value(report) for report in reports],
        "decisions": {str(name): count for name, count in decided.counts.items()},
        "findings": [finding.as_json() for finding in findings],
    }
    lines = [_log_line(report) for report in reports]
    lines += [f"decisions: {', '.join(f'{n} {name}' for name, n in sorted(decided.counts.items()))}"] * bool(
        decided.counts
    )
    lines += [_finding_line(finding) for finding in findings]
    answer(value, "\n".join([*lines, f"result: {result}"]), as_json)
    raise typer.Exit(EXIT[result])


def _log_value(report: LogReport) -> dict[str, Any]:
    head = report.checkpoint.head
    return {
        "log": report.log,
        "origin": report.checkpoint.origin,
        "contract": report.contract,
        "size": head.size,
        "root": "0x" + head.root.hex(),
        "key": report.trust,
        "heads_recomputed": report.heads,
        "heads_ahead": report.ahead,
    }


def _log_line(report: LogReport) -> str:
    head, mark = report.checkpoint.head, "✗" if report.findings else "✓"
    told = f"{mark} {report.log}: {head.size} entries, {report.heads} heads of {report.contract} recomputed"
    ahead = f", {report.ahead} newer than the checkpoint" if report.ahead else ""
    return f"{told}{ahead}; key {report.trust}"


def _finding_line(finding: AuditFinding) -> str:
    return f"✗ {finding.kind} ({finding.log}): {finding.text}"


@contextmanager
def _unknown_ends() -> Iterator[None]:
    """What does not answer is neither whole nor broken."""
    from mydata_ledger.scripts.audit import EXIT, AuditResult

    try:
        yield
    except SourceUnavailable as error:
        Console(stderr=True).print(f"unknown: {error}", style="yellow", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(EXIT[AuditResult.UNKNOWN]) from error


@contextmanager
def _progress(quiet: bool) -> Iterator[Steps]:
    """A bar a log, on the error stream, so that the answer stays an answer."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=quiet) as bars:

        def steps(name: str) -> Callable[[int, int], None]:
            bar = bars.add_task(name, total=None)
            return lambda done, of: bars.update(bar, completed=done, total=of)

        yield steps
