"""A plugin of pytest: a run fails if a test that shows a capability was skipped, or did not run in a whole run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

NARROWING = ("keyword", "markexpr", "deselect", "ignore", "ignore_glob", "collectonly")
"""Options of pytest that leave tests out."""


def function_of(node_id: str) -> str:
    """The node id of the function, without the case of its parameters."""
    return node_id.partition("[")[0]


def is_whole(config: pytest.Config) -> bool:
    """Whether the run is of all tests: no path is given, and no option leaves tests out."""
    given = config.args_source is not pytest.Config.ArgsSource.TESTPATHS
    return not given and not any(config.getoption(option) for option in NARROWING)


class NamedTests:
    """Sees the reports of a run, those of its workers too. `named` has the numbers of capabilities by node id."""

    def __init__(self, named: Mapping[str, str]) -> None:
        self._named = named
        self._skipped: set[str] = set()
        self._passed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        function = function_of(report.nodeid)
        if report.skipped or hasattr(report, "wasxfail"):
            self._skipped.add(function)
        elif report.when == "call" and report.passed:
            self._passed.add(function)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if session.exitstatus == pytest.ExitCode.OK and any(self._wrong(session.config)):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
        for line in self._wrong(config):
            terminalreporter.write_line(f"FAILED {line}", red=True)

    def _wrong(self, config: pytest.Config) -> Iterator[str]:
        whole = is_whole(config)
        for test, number in self._named.items():
            if test in self._skipped:
                yield f"capability {number} is shown by {test}, which was skipped or expected to fail"
            elif whole and test not in self._passed:
                yield f"capability {number} is shown by {test}, which did not run and pass"
