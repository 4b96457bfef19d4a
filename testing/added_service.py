"""A copy of the source tree in a temporary folder, and a service that brings everything a service can bring."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOREIGN = ("node_modules", ".git", ".venv", ".setup", ".mydata", ".*_cache", ".hypothesis", ".coverage*")
LEFT_OUT = shutil.ignore_patterns(*FOREIGN, "__pycache__", "build", "dist", "*.egg-info", "coverage")
NOTES = "SLEEP_NOTES"
"""Variable that names the file to which jobs of the service append a line each time they run."""
FILES = {
    "__init__.py": '"""Sleep service: nights."""\n',
    "catalog.py": '''"""The words of the sleep service."""

from mydata_ledger.ledger.vocabulary import Catalog, Term

CATALOG = Catalog(
    name="sleep",
    categories={"sleep.night": Term("Nights", "수면 기록")},
    purposes={"mydata:SLEEP_COACHING": Term("Coaching of sleep", "수면 코칭")},
)
''',
    "logic.py": '''"""Notes of what ran."""

from __future__ import annotations

import os
from pathlib import Path


def note(*words: object) -> None:
    """Append a line to the notes, in one write."""
    with Path(os.environ["SLEEP_NOTES"]).open("a", encoding="utf-8") as file:
        file.write(" ".join(map(str, (*words, os.getpid()))) + "\\n")
''',
    "routes.py": '''"""Routes of the sleep service."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(prefix="/sleep", tags=["sleep service"])


@router.get("/hours")
def get_hours() -> dict[str, int]:
    """How long to sleep."""
    return {"hours": 8}
''',
    "jobs.py": '''"""Jobs of the sleep service."""

from __future__ import annotations

import os
import time

from mydata_ledger.api.slices import Job
from mydata_ledger.ledger.kernel import Kernel
from mydata_ledger.services.sleep.logic import note


def count(kernel: Kernel, at_time: int) -> int:
    """Note the due time."""
    note("count", at_time)
    return len(kernel.queries.parties())


def long(_: Kernel, at_time: int) -> int:
    """Note the begin and, a little later, the end."""
    note("begin", at_time)
    time.sleep(float(os.environ.get("SLEEP_SECONDS", "0.2")))
    note("end", at_time)
    return 1


def broken(_: Kernel, at_time: int) -> int:
    """Fail."""
    note("broken", at_time)
    raise ValueError("Ann Example")


JOBS = {"count": Job(10, count), "long": Job(10, long), "broken": Job(10, broken)}
''',
    "statements.py": '''"""What the sleep service does with statements."""

from __future__ import annotations

from mydata_ledger.ledger.kernel import Kernel
from mydata_ledger.ledger.receipt import LoggedStatement
from mydata_ledger.services.sleep.logic import note


def on_statement(_: Kernel, logged: LoggedStatement) -> None:
    """Note the position of a statement."""
    note("statement", logged.signed.log, logged.position)
''',
    "commands.py": '''"""Commands of the sleep service."""

from __future__ import annotations

from typing import Annotated

import typer

from mydata_ledger.client import Client


def good_night(url: Annotated[str, typer.Option("--url", help="Base URL of the API.")]) -> None:
    """Say how long to sleep."""
    typer.echo(f"sleep {Client.anonymous(url).call('GET', '/sleep/hours')['hours']} hours")
''',
    "demo.py": '''"""Steps of the demonstration."""

from __future__ import annotations

from mydata_ledger.api.slices import StepContext


def sleeps(context: StepContext) -> None:
    """The trial team learns how long to sleep."""
    context.title("Sleep")
    hours = context.clients["trial"].call("GET", "/sleep/hours")["hours"]
    context.show("sleep", f"{hours} hours", hours == 8)
''',
    "readers.py": '''"""Readers of the sleep service."""


def nights(raw: bytes) -> list[bytes]:
    """One line a night."""
    return raw.splitlines()
''',
    "page/index.html": '<!doctype html><title>Sleep</title><script type="module" src="page.js"></script>\n',
    "page/roles.json": '["researcher"]\n',
    "page/page.js": "export const hours = 8;\n",
    "messages/en.json": '{"title": "Sleep"}\n',
    "messages/ko.json": '{"title": "수면"}\n',
    "mappings/band.json": "{}\n",
    "dictionary.json": "{}\n",
}


class SourceTree:
    """A copy of the sources; programs that run in it use its files and nothing of this checkout."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        shutil.copytree(ROOT, folder, symlinks=True, ignore=LEFT_OUT)
        (folder / "node_modules").symlink_to(ROOT / "node_modules")

    def add_service(self, name: str = "sleep") -> Path:
        """Add the service; returns its folder."""
        service = self.root / "services" / name
        for path, text in FILES.items():
            (service / path).parent.mkdir(parents=True, exist_ok=True)
            (service / path).write_text(text, encoding="utf-8")
        return service

    def variables(self, **more: str) -> dict[str, str]:
        """The environment of a program that runs in the tree."""
        return {**os.environ, "PYTHONPATH": str(self.root), **more}

    def python(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run Python in the tree until it ends."""
        command = [sys.executable, *arguments]
        variables = self.variables(**more)
        return subprocess.run(command, cwd=self.root, env=variables, capture_output=True, text=True, check=False)

    def mydata(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the tree."""
        return self.python("-c", "from mydata_ledger.scripts.cli import main; main()", *arguments)
