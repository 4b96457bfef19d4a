"""docs/services.md: the 92 capabilities of the specification, each with a state that tests show."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from testing.capabilities.page import page
from testing.capabilities.rows import BadRow, capabilities, named_tests

ROOT = Path(__file__).parents[2]
ROWS = capabilities()
EVERY = [f"1.{row}" for row in range(1, 13)] + [f"{section}.{row}" for section in range(2, 10) for row in range(1, 11)]
LEFT_OUT = {"skip", "skipif", "xfail"}
NODE = "tests/test_small.py::test_"
SMALL = """
import pytest

def test_passes(): ...

@pytest.mark.parametrize("case", [1, pytest.param(2, marks=pytest.mark.skipif(True, reason="no"))])
def test_skips_a_case(case): ...

@pytest.fixture
def absent(): pytest.skip("not here")

def test_skips_by_fixture(absent): ...

@pytest.mark.xfail
def test_expects_to_fail(): assert False

@pytest.mark.xfail(strict=False)
def test_expects_to_fail_and_passes(): ...

@pytest.mark.skip
class TestAll:
    def test_inside(self): ...
"""


def test_the_page_is_made_from_the_rows():
    assert (ROOT / "docs/services.md").read_text(encoding="utf-8") == page(ROWS), "run `make docs`"


def test_all_92_capabilities_are_there_once_in_order():
    assert len(EVERY) == 92
    assert [row.number for row in ROWS] == EVERY
    lines = [line for line in page(ROWS).splitlines() if line.startswith("| ") and line[2].isdigit()]
    assert [line.split(" | ")[0] for line in lines] == [f"| {number}" for number in EVERY]
    assert len({row.name for row in ROWS}) == 92


def collected(arguments, output, folder=ROOT):
    """The marks of each function that pytest collects, in a process of its own."""
    command = [sys.executable, "-m", "testing.capabilities.collected", str(output), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    return json.loads(output.read_text())


def left_out(tests, marks):
    """The tests that pytest does not collect, or that bear a mark by which they may not run or may fail."""
    return [test for test in tests if test not in marks or LEFT_OUT & set(marks[test])]


def test_every_named_test_is_collected_and_cannot_be_left_out(tmp_path):
    tests = named_tests(ROWS)
    assert len(tests) >= len([row for row in ROWS if row.state == "works"]) > 0
    marks = collected(sorted({test.partition("::")[0] for test in tests}), tmp_path / "marks")
    assert left_out(tests, marks) == []


@pytest.fixture
def small(tmp_path):
    """A suite of its own. `named` are the tests that its page names."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_small.py").write_text(SMALL)
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = tests\n")
    (tmp_path / "conftest.py").write_text(
        "import os\nfrom testing.capabilities.named import NamedTests\n"
        "def pytest_configure(config):\n"
        "    if not hasattr(config, 'workerinput'):\n"
        "        named = dict.fromkeys(os.environ.get('NAMED', '').split(), '1.1')\n"
        "        config.pluginmanager.register(NamedTests(named))\n"
    )
    return tmp_path


def run(folder, named, *arguments):
    """Exit status and output of a run in which these tests are named."""
    names = " ".join(NODE + name for name in named)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NAMED": names, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_what_is_marked_or_does_not_exist_is_found_where_tests_are_collected(small):
    marks = collected(["tests"], small / "marks", small)
    names = ("passes", "skips_a_case", "expects_to_fail", "expects_to_fail_and_passes", "nowhere")
    assert left_out([NODE + name for name in names], marks) == [NODE + name for name in names[1:]]
    assert "skip" in marks["tests/test_small.py::TestAll::test_inside"], "the mark of a class counts"


@pytest.mark.parametrize(
    ("named", "arguments", "status", "says"),
    [
        (["passes"], [], 0, ""),
        (["passes", "skips_a_case"], [], 1, "test_skips_a_case, which was skipped"),
        (["skips_by_fixture"], ["tests/test_small.py"], 1, "test_skips_by_fixture, which was skipped"),
        (["expects_to_fail"], [], 1, "test_expects_to_fail, which was skipped or expected to fail"),
        (["expects_to_fail_and_passes"], [], 1, "_and_passes, which was skipped or expected to fail"),
        (["passes", "nowhere"], [], 1, "test_nowhere, which did not run"),
        (["passes", "nowhere"], ["tests/test_small.py"], 0, ""),
        (["passes", "nowhere"], ["-k", "passes"], 0, ""),
        (["passes", "skips_by_fixture"], ["-p", "xdist", "-n", "2"], 1, "test_skips_by_fixture, which was skipped"),
        (["passes", "nowhere"], ["-p", "xdist", "-n", "2"], 1, "test_nowhere, which did not run"),
        (["passes"], ["-p", "xdist", "-n", "2"], 0, ""),
    ],
)
def test_a_run_fails_if_a_named_test_was_skipped_or_a_whole_run_lacks_it(small, named, arguments, status, says):
    code, output = run(small, named, *arguments)
    assert code == status, output
    assert says in output
    assert ("FAILED capability 1.1" in output) is bool(status)


def test_this_run_is_checked(pytestconfig):
    """The plugin is registered where the reports arrive: here, or in the process that started this worker."""
    is_worker = hasattr(pytestconfig, "workerinput")
    plugins = [type(plugin).__name__ for plugin in pytestconfig.pluginmanager.get_plugins()]
    assert ("NamedTests" in plugins) is not is_worker


ROW = '["1.3"]\nname = "A"\nstate = "works"\ntests = ["tests/a/test_b.py::test_c"]\n'


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (ROW.replace("1.3", "1.13"), "1.13 must be"),
        (ROW.replace("1.3", "2.1"), "2.1 must be"),
        ("", "1.3 must be"),
        (ROW.replace('"]\n', '"\n'), "not TOML"),
        ('"1.3" = 1\n', "nothing else"),
        (ROW + 'note = "x"\n', "nothing else"),
        (ROW.replace('"A"', '"a | b"'), "one line"),
        (ROW.replace('"A"', "3"), "one line"),
        (ROW.replace('"works"', '"done"'), "must be `works`"),
        (ROW.replace('"works"', "[]"), "must be `works`"),
        (ROW + 'missing = "All of it."\n', "one sentence"),
        (ROW.replace('"works"', '"partly"'), "one sentence"),
        (ROW.replace('"works"', '"partly"\nmissing = "One. Two."'), "one sentence"),
        (ROW.replace('"works"', '"partly"\nmissing = "no end"'), "one sentence"),
        (ROW.replace('"works"', '"not yet"'), "names none"),
        (ROW.replace('"tests/a/test_b.py::test_c"', ""), "names a test"),
        (ROW.replace("tests = ", "#"), "names a test"),
        (ROW.replace("::test_c", ""), "different functions"),
        (ROW.replace("::test_c", "::test_c[1]"), "different functions"),
        (ROW.replace("::test_c", "::TestC::test_c"), "different functions"),
        (ROW.replace("tests/a", "../tests/a"), "different functions"),
        (ROW.replace('["tests', '["tests/a/test_b.py::test_c", "tests'), "different functions"),
        (ROW.replace('["tests/a/test_b.py::test_c"]', '"tests/a/test_b.py::test_c"'), "different functions"),
    ],
)
def test_a_row_that_says_too_little_or_too_much_is_refused(tmp_path, row, says):
    for path in (ROOT / "services").rglob("capabilities.toml"):
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    health = tmp_path / "services/health/capabilities.toml"
    before, found, _ = health.read_text(encoding="utf-8").partition('["1.3"]')
    assert found
    health.write_text(before + ROW, encoding="utf-8")
    assert [one.tests for one in capabilities(tmp_path) if one.number == "1.3"] == [("tests/a/test_b.py::test_c",)]
    health.write_text(before + row, encoding="utf-8")
    with pytest.raises(BadRow, match=says.replace("|", r"\|")):
        capabilities(tmp_path)
