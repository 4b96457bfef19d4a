"""Command `mydata audit`: check whole logs against the chain, and recompute decisions from receipts."""

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
    from mydata_ledger.scripts.audit import (
        AuditFinding,
        AuditorFile,
        HeldStatements,
        History,
        LedgerState,
        LogReport,
        ReplayCounts,
    )

CurrentReport = tuple["LedgerState", "list[AuditFinding]"]
ProgressBars = Callable[[str], Callable[[int, int], None]]


def audit(
    log: Annotated[str, typer.Argument(help="consents, records or access; none with --all.")] = "",
    *,
    rpc: Rpc,
    url: Url = URL,
    every: Annotated[bool, typer.Option("--all", help="Audit all three logs.")] = False,
    state: Annotated[
        Path | None, typer.Option("--state", help="File that keeps the checked heads for the next audit.")
    ] = None,
    facts: Annotated[
        Path | None, typer.Option("--facts", help="File written by `mydata facts`: recompute its decisions.")
    ] = None,
    vkey: Annotated[list[str] | None, typer.Option("--vkey", help="Verifier key of a log (repeat).")] = None,
    from_block: Annotated[
        int, typer.Option("--from-block", min=0, help="Block in which the contracts were deployed.")
    ] = 0,
    as_json: Json = False,
) -> None:
    """Replay logs from their tiles: recompute every root on chain, and check that an earlier audit is a prefix.

    With the consents log, the revocations and parties that the ledger knows are compared with the contracts. With a
    facts file (`mydata facts`) each decision is recomputed from its receipt too. The result is whole (exit
    code 0), broken (1) or unknown (5). A source that does not answer gives unknown.
    """
    from mydata_ledger.scripts.audit import AuditorFile, History, ReplayCounts, TileSource, audit_log, read_facts

    logs = LOGS if every or facts else (log,)
    if not set(logs) <= set(LOGS):
        raise MalformedInput(f"name a log ({', '.join(LOGS)}), or give --all")
    auditor_file, statements = AuditorFile.read(state), read_facts(facts) if facts else None
    verifiers, source, chain = [Verifier.parse(text) for text in vkey or []], TileSource(url), History(rpc, from_block)
    with _unavailable_is_unknown(), _progress(as_json) as steps:
        reports = [
            audit_log(
                name,
                source,
                chain,
                auditor_file,
                given=verifiers,
                positions=statements.positions(name) if statements else frozenset(),
                step=steps(name),
            )
            for name in logs
        ]
        replayed = _replay(statements, reports, chain, steps) if statements else ReplayCounts()
        current = _check_current(url, History(rpc, from_block), reports, statements)
        replayed.findings += _check_rule(auditor_file, current, statements)
    auditor_file.write()
    _print_reports(reports, replayed, current, as_json)


def _check_rule(
    auditor_file: AuditorFile, current: CurrentReport | None, statements: HeldStatements | None
) -> list[AuditFinding]:
    """Compare since when the rule holds, as the ledger and the facts file say, with what was noted before."""
    from mydata_ledger.scripts.audit import check_rule_second

    sources = (current[0] if current else None, statements)
    return check_rule_second(auditor_file, [source.emergency_since for source in sources if source])


def _check_current(
    url: str, chain: History, reports: list[LogReport], statements: HeldStatements | None
) -> CurrentReport | None:
    """Compare what the ledger knows of revocations and parties with the contracts, if the consents log is audited."""
    from mydata_ledger.scripts.audit import check_current, read_state

    contract = next((report.contract for report in reports if report.log == CONSENTS), None)
    if contract is None:
        return None
    state = read_state(url)
    return state, check_current(state, chain, contract, statements.statements if statements else ())


def _replay(statements: HeldStatements, reports: list[LogReport], chain: History, steps: ProgressBars) -> ReplayCounts:
    from mydata_ledger.scripts.audit import ChainHistory, replay_decisions
    from mydata_ledger.scripts.slices.finding import slices

    contracts = {report.log: report.contract for report in reports}
    entries = {report.log: report.entries for report in reports}
    chain_history = ChainHistory(chain.parties(statements.parties), chain.revoked(contracts[CONSENTS]), chain.has_code)
    vocabulary = Vocabulary((service.catalog for service in slices()), statements.emergency_since)
    return replay_decisions(statements, entries, chain_history, vocabulary, steps("decisions"))


def _print_reports(
    reports: list[LogReport], replayed: ReplayCounts, current: CurrentReport | None, as_json: bool
) -> None:
    from mydata_ledger.scripts.audit import EXIT, result_of

    findings = [finding for report in reports for finding in report.findings] + replayed.findings
    findings += current[1] if current else []
    result = result_of(findings)
    value = {
        "result": result,
        "logs": [_log_value(report) for report in reports],
        "decisions": {str(name): count for name, count in replayed.counts.items()},
        "current": _current_value(current[0]) if current else None,
        "findings": [finding.as_json() for finding in findings],
    }
    lines = [_log_line(report) for report in reports]
    lines += [_current_line(*current)] if current else []
    lines += [f"decisions: {', '.join(f'{n} {name}' for name, n in sorted(replayed.counts.items()))}"] * bool(
        replayed.counts
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
    text = f"{mark} {report.log}: {head.size} entries, {report.heads} heads of {report.contract} recomputed"
    ahead = f", {report.ahead} newer than the checkpoint" if report.ahead else ""
    return f"{text}{ahead}; key {report.trust}"


def _current_value(state: LedgerState) -> dict[str, Any]:
    counts = {"revocations": len(state.marks), "parties": len(state.parties)}
    return {"block": state.block, "registry": state.registry, **counts}


def _current_line(state: LedgerState, findings: list[AuditFinding]) -> str:
    compared = f"{len(state.marks)} revocations and {len(state.parties)} parties of {state.registry}"
    return f"{'✗' if findings else '✓'} now: {compared} compared with the contracts at block {state.block}"


def _finding_line(finding: AuditFinding) -> str:
    return f"✗ {finding.kind} ({finding.log}): {finding.text}"


@contextmanager
def _unavailable_is_unknown() -> Iterator[None]:
    """End with exit code unknown if a source does not answer: the log is then neither whole nor broken."""
    from mydata_ledger.scripts.audit import EXIT, AuditResult

    try:
        yield
    except SourceUnavailable as error:
        Console(stderr=True, emoji=False, highlight=False).print(
            f"unknown: {error}", style="yellow", markup=False, soft_wrap=True
        )
        raise typer.Exit(EXIT[AuditResult.UNKNOWN]) from error


@contextmanager
def _progress(quiet: bool) -> Iterator[ProgressBars]:
    """A progress bar for each log, on stderr, so that stdout holds the result only."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=quiet) as bars:

        def steps(name: str) -> Callable[[int, int], None]:
            bar = bars.add_task(name, total=None)
            return lambda done, of: bars.update(bar, completed=done, total=of)

        yield steps
