"""A wheel of this checkout, and new environments that hold it with what its metadata asks for and nothing else."""

import importlib.metadata
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
NOT_SOURCES = shutil.ignore_patterns(".*", "node_modules", "__pycache__", "build", "dist", "*.egg-info")
MARK = "MYDATA_TEST_ENVIRONMENT"
"""Names in a process's environment the folder that it was started in."""


def build_wheel(folder):
    """The wheel, built from a copy of the checkout so that nothing of an earlier build is in it."""
    source = folder / "source"
    shutil.copytree(ROOT, source, symlinks=True, ignore=NOT_SOURCES)
    command = [sys.executable, "-m", "pip", "wheel", ".", "--no-deps", "--no-build-isolation", "--quiet"]
    subprocess.run([*command, "--wheel-dir", folder], cwd=source, check=True, capture_output=True, text=True)
    shutil.rmtree(source)
    [wheel] = folder.glob("*.whl")
    return wheel


@dataclass(frozen=True)
class Environment:
    """A virtual environment; its commands run in `work`, a folder outside every checkout, with no Node on the path."""

    folder: Path
    work: Path

    @property
    def site(self):
        return next((self.folder / "lib").glob("python*/site-packages"))

    def variables(self, **given):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MYDATA_"))}
        own = {"PATH": str(self.folder / "bin"), "XDG_CACHE_HOME": str(self.work / "cache"), MARK: str(self.folder)}
        return kept | own | given

    def start(self, *command, **given):
        """The started `mydata` command."""
        return subprocess.Popen(
            [self.folder / "bin" / "mydata", *command],
            cwd=self.work,
            env=self.variables(**given),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *command, **given):
        """A finished `mydata` command."""
        return self._finished(self.folder / "bin" / "mydata", *command, **given)

    def python(self, *command, **given):
        """A finished Python command."""
        return self._finished(self.folder / "bin" / "python", *command, **given)

    def _finished(self, *command, **given):
        variables = self.variables(**given)
        return subprocess.run(command, cwd=self.work, env=variables, capture_output=True, text=True, check=False)

    def left_running(self):
        """Ids of processes that were started in this environment and still run."""
        mark = f"{MARK}={self.folder}".encode()
        return [path.name for path in Path("/proc").glob("[0-9]*") if mark in _variables_of(path).split(b"\0")]


def _variables_of(process):
    try:
        return (process / "environ").read_bytes()
    except OSError:
        return b""


def new_environment(folder, wheel, *extras):
    """An environment with the wheel; what it asks for is linked from the environment of this test, not downloaded."""
    made = Environment(folder / "environment", folder / "work")
    made.work.mkdir(parents=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", made.folder], check=True)
    pip = [sys.executable, "-m", "pip", "--python", made.folder / "bin" / "python"]
    subprocess.run([*pip, "install", "--no-deps", "--no-index", "--quiet", wheel], check=True, capture_output=True)
    [ours] = made.site.glob("mydata_ledger-*.dist-info")
    for found in _needed(importlib.metadata.Distribution.at(ours), set(extras)):
        for name in {Path(file).parts[0] for file in found.files or []} - {"..", "__pycache__"}:
            if not (made.site / name).exists():
                (made.site / name).symlink_to(found.locate_file(name))
    return made


def _needed(distribution, extras):
    """The distributions that one asks for, all the way down."""
    found, waiting = {}, _asked_by(distribution, extras)
    while waiting:
        asked = waiting.pop()
        key = (asked.name.lower().replace("_", "-"), *sorted(asked.extras))
        if key not in found:
            found[key] = importlib.metadata.distribution(asked.name)
            waiting += _asked_by(found[key], asked.extras)
    return list(found.values())


def _asked_by(distribution, extras):
    asked = map(Requirement, distribution.requires or [])
    return [one for one in asked if not one.marker or any(one.marker.evaluate({"extra": e}) for e in extras or {""})]
