"""A service that is added as a folder, with nothing changed outside it: checked, served, and run by two workers."""

import json
import shutil
import time
import zipfile
from collections import Counter

import httpx
import pytest

from mydata_ledger.client import Client, RequestRefused
from mydata_ledger.scripts import api_process
from mydata_ledger.scripts.stack import Stack
from testing.added_service import FILES, NOTES, SourceTree
from tests.journeys.test_many_workers import Workers, wait_for
from tests.scripts.environments import build_wheel

PATIENCE = 60
CHECKS = ("tests/test_house.py", "tests/test_names.py", "tests/test_structure.py", "tests/docs")
STEPS = """
from mydata_ledger.scripts.demonstration.steps import all_steps
print(*(f"{step.__module__}:{step.__name__}" for step in all_steps()))
"""
STEP = """
import sys
from types import SimpleNamespace
from mydata_ledger.client import Client
from mydata_ledger.scripts.demonstration.context import DemoContext
from mydata_ledger.scripts.demonstration.output import DemoOutput
from mydata_ledger.scripts.demonstration.steps import all_steps
context = DemoContext.__new__(DemoContext)
context.output, context.clients, context.patients = DemoOutput(), {"trial": Client.anonymous(sys.argv[1])}, []
(step,) = [one for one in all_steps() if one.__module__.startswith("mydata_ledger.services.sleep")]
step(context)
sys.exit(not context.output.summary())
"""
FOUND = """
import json
from mydata_ledger.scripts.slices.finding import slices
(one,) = [one for one in slices() if one.catalog.name == "sleep"]
print(json.dumps([one.commands, one.demo_steps, one.readers, [p.name for p in one.mappings], one.dictionary.name]))
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    made = SourceTree(tmp_path_factory.mktemp("tree") / "source")
    made.add_service()
    return made


@pytest.fixture(scope="module")
def notes(tmp_path_factory):
    return tmp_path_factory.mktemp("notes") / "notes.txt"


@pytest.fixture(scope="module")
def stack(tree, notes, tmp_path_factory):
    """A ledger that is served from the tree."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(api_process, "ROOT", tree.root)
        patch.setenv(NOTES, str(notes))
        with Stack(tmp_path_factory.mktemp("added") / "state", on_status=lambda _: None) as running:
            yield running


def lines(path):
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []


def job(url, name):
    return {one["name"]: one for one in httpx.get(f"{url}/health").json()["jobs"]}.get(f"sleep: {name}")


def until(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_no_list_has_to_name_it(tree):
    checks = tree.python("-m", "pytest", "-q", "-n", "0", *CHECKS)
    assert checks.returncode == 0, checks.stdout
    imports = tree.python("-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-logo")
    assert imports.returncode == 0, imports.stdout
    assert "sleep" not in (tree.root / "pyproject.toml").read_text()


def test_an_import_that_goes_up_inside_it_is_refused(tree):
    logic = tree.root / "services/sleep/logic.py"
    text = logic.read_text()
    try:
        logic.write_text(text + "\nfrom mydata_ledger.services.sleep import jobs\n__all__ = ['jobs']\n")
        imports = tree.python("-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-logo")
        assert "mydata_ledger.services.sleep.logic -> mydata_ledger.services.sleep.jobs" in imports.stdout
        assert imports.returncode == 1
    finally:
        logic.write_text(text)


def test_its_files_are_packed(tree, tmp_path):
    with zipfile.ZipFile(build_wheel(tmp_path, tree.root)) as wheel:
        packed = {name.removeprefix("mydata_ledger/services/sleep/") for name in wheel.namelist()}
    assert set(FILES) <= packed


def test_what_it_brings_is_found_by_name(tree):
    module = "mydata_ledger.services.sleep"
    assert json.loads(tree.python("-c", FOUND).stdout) == [
        {"good_night": f"{module}.commands:good_night"},
        [f"{module}.demo:sleeps"],
        {"nights": f"{module}.readers:nights"},
        ["band.json"],
        "dictionary.json",
    ]


def test_its_page_its_messages_and_its_route_are_served(stack):
    page = httpx.get(f"{stack.url}/services/sleep/")
    assert "<title>Sleep</title>" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert httpx.get(f"{stack.url}/services/sleep/page.js").text == "export const hours = 8;\n"
    listed = {one["name"]: one for one in httpx.get(f"{stack.url}/services").json()["pages"]}
    names = {"en": "Sleep", "ko": "수면"}
    assert listed["sleep"] == {"name": "sleep", "path": "/services/sleep/", "roles": ["researcher"], "names": names}
    assert httpx.get(f"{stack.url}/services/sleep/messages/ko.json").json() == {"title": "수면"}
    assert httpx.get(f"{stack.url}/services/sleep/../jobs.py").status_code == 404
    assert httpx.get(f"{stack.url}/sleep/hours").json() == {"hours": 8}
    assert "/sleep/hours" in httpx.get(f"{stack.url}/openapi.json", timeout=60).json()["paths"]
    assert "sleep.night" in httpx.get(f"{stack.url}/vocabulary").text


def test_its_command_is_run(tree, stack):
    assert "Say how long to sleep." in tree.mydata("sleep", "--help").stdout
    assert tree.mydata("sleep", "good-night", "--url", stack.url).stdout == "sleep 8 hours\n"


def test_no_command_is_loaded_before_it_is_called(tree):
    script = "import sys, mydata_ledger.scripts.cli; print([m for m in sys.modules if '.services.sleep' in m])"
    assert tree.python("-c", script).stdout == "[]\n"


def test_its_step_is_part_of_the_demonstration(tree, stack):
    steps = tree.python("-c", STEPS).stdout.split()
    own = "mydata_ledger.services.sleep.demo:sleeps"
    steps = [step for step in steps if step == own or not step.startswith("mydata_ledger.services.")]
    place = steps.index(own)
    assert [step.rpartition(":")[2] for step in (steps[place - 1], steps[place + 1])] == ["stranger", "narrows"]
    done = tree.python("-c", STEP, stack.url)
    assert (done.returncode, "sleep: 8 hours" in done.stdout) == (0, True), done.stderr


def test_its_jobs_are_run_and_what_fails_is_seen(stack, notes):
    until(lambda: job(stack.url, "count") and job(stack.url, "count")["done"] >= 2)
    until(lambda: job(stack.url, "broken")["tries"] >= 2)
    broken = job(stack.url, "broken")
    assert broken["why"].startswith("ValueError in mydata_ledger.services.sleep.jobs, line ")
    assert "Ann" not in httpx.get(f"{stack.url}/health").text
    assert "Ann" not in (stack.state / "api.log").read_text()
    ran = [line[1] for line in lines(notes) if line[0] == "count"]
    assert len(ran) == len(set(ran)) >= 2


def test_it_processes_each_statement_in_order(stack, notes):
    client = Client.anonymous(stack.url).sign_in()
    for _ in range(3):
        with pytest.raises(RequestRefused):
            client.ask("0x" + "ab" * 32, category="sleep.night", purpose="mydata:SLEEP_COACHING")
    size = httpx.get(f"{stack.url}/log/access/heads").json()["accepted"]["size"]
    until(lambda: sum(line[:2] == ["statement", "access"] for line in lines(notes)) >= size)
    assert size == 3
    positions = [int(line[2]) for line in lines(notes) if line[:2] == ["statement", "access"]]
    assert positions == list(range(size))


@pytest.mark.parametrize(
    ("lost", "sentence"),
    [
        ("messages/ko.json", "services/sleep has a page but lacks messages/ko.json"),
        ("messages", "services/sleep has a page but lacks messages/en.json"),
        ("page/index.html", "services/sleep has a page but lacks page/index.html"),
    ],
)
def test_a_page_without_its_messages_ends_the_start_with_a_sentence(tree, tmp_path, lost, sentence):
    path, aside = tree.root / "services/sleep" / lost, tmp_path / "aside"
    shutil.move(path, aside)
    try:
        done = tree.python("-c", "from mydata_ledger.scripts.slices.finding import slices; slices()")
        assert done.stderr.strip().endswith(f"Failure: {sentence}")
        (tmp_path / "state").mkdir()
        options = ("--rpc", "http://127.0.0.1:9", "--port", "0", "--state", str(tmp_path / "state"))
        served = tree.python("-m", "mydata_ledger.scripts.serve", *options)
        assert served.returncode == 1
        assert served.stderr.splitlines()[-1] == f"error: {sentence}"
    finally:
        shutil.move(aside, path)


@pytest.fixture
def workers(tree, tmp_path, monkeypatch, server_database):
    """Two API processes of the tree on one PostgreSQL database."""
    monkeypatch.chdir(tree.root)
    monkeypatch.setenv("PYTHONPATH", str(tree.root))
    monkeypatch.setenv(NOTES, str(tmp_path / "notes.txt"))
    monkeypatch.setattr(Stack, "start_api", lambda _: None)
    with Stack(tmp_path / "state", on_status=lambda _: None) as stack:
        running = Workers(stack, server_database)
        try:
            yield running
        finally:
            running.stop()


def test_of_two_workers_each_due_time_is_done_by_one(workers, tmp_path):
    notes = tmp_path / "notes.txt"
    wait_for(lambda: sum(line[0] == "end" for line in lines(notes)) >= 4, "too few jobs were run")
    for name in ("count", "begin", "end"):
        ran = Counter(line[1] for line in lines(notes) if line[0] == name)
        assert set(ran.values()) == {1}, (name, ran)
    assert {job(url, "count")["given_up"] for url in workers.urls} == {0}


@pytest.mark.slow
def test_a_job_of_a_worker_that_is_killed_is_done_by_the_other(workers, tmp_path, monkeypatch):
    notes = tmp_path / "notes.txt"
    workers.stop()
    monkeypatch.setenv("SLEEP_SECONDS", "1000")
    begun = len(lines(notes))
    workers.start(0)
    wait_for(lambda: any(line[0] == "begin" for line in lines(notes)[begun:]), "the job was not begun")
    at_time = next(line[1] for line in lines(notes)[begun:] if line[0] == "begin")
    monkeypatch.setenv("SLEEP_SECONDS", "0")
    workers.start(1)
    time.sleep(5)
    assert not any(line[:2] == ["end", at_time] for line in lines(notes)), "the first worker still runs it"
    workers.kill(0)
    wait_for(lambda: any(line[:2] == ["end", at_time] for line in lines(notes)), "the other worker did not do it")
    wait_for(lambda: job(workers.urls[1], "long")["state"] == "idle", "the outcome was not stored")
