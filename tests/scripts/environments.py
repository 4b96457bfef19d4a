"""A wheel of this checkout, and new environments with the wheel and its declared dependencies only."""

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
"""Variable that marks the processes started in an environment by its folder."""


def build_wheel(folder, root=ROOT):
    """Build the wheel from a copy of the checkout, so that it contains nothing of an earlier build."""
    source = folder / "source"
    shutil.copytree(root, source, symlinks=True, ignore=NOT_SOURCES)
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

    def variables(self, **variables):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MYDATA_"))}
        own = {"PATH": str(self.folder / "bin"), "XDG_CACHE_HOME": str(self.work / "cache"), MARK: str(self.folder)}
        return kept | own | variables

    def start(self, *command, **variables):
        """The started `mydata` command."""
        return subprocess.Popen(
            [self.folder / "bin" / "mydata", *command],
            cwd=self.work,
            env=self.variables(**variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *command, **variables):
        """A finished `mydata` command."""
        return self._finished(self.folder / "bin" / "mydata", *command, **variables)

    def python(self, *command, **variables):
        """A finished Python command."""
        return self._finished(self.folder / "bin" / "python", *command, **variables)

    def _finished(self, *command, **variables):
        environment = self.variables(**variables)
        return subprocess.run(command, cwd=self.work, env=environment, capture_output=True, text=True, check=False)

    def left_running(self):
        """Ids of running processes that were started in this environment."""
        mark = f"{MARK}={self.folder}".encode()
        return [path.name for path in Path("/proc").glob("[0-9]*") if mark in _variables_of(path).split(b"\0")]


def _variables_of(process):
    try:
        return (process / "environ").read_bytes()
    except OSError:
        return b""


def new_environment(folder, wheel, *extras):
    """Make an environment with the wheel; dependencies are links to the current environment, without a download."""
    made = Environment(folder / "environment", folder / "work")
    made.work.mkdir(parents=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", made.folder], check=True)
    pip = [sys.executable, "-m", "pip", "--python", made.folder / "bin" / "python"]
    subprocess.run([*pip, "install", "--no-deps", "--no-index", "--quiet", wheel], check=True, capture_output=True)
    [ours] = made.site.glob("mydata_ledger-*.dist-info")
    for needed in _needed(importlib.metadata.Distribution.at(ours), set(extras)):
        for name in {Path(file).parts[0] for file in needed.files or []} - {"..", "__pycache__"}:
            if not (made.site / name).exists():
                (made.site / name).symlink_to(needed.locate_file(name))
    return made


def _needed(distribution, extras):
    """All direct and indirect dependencies of a distribution."""
    distributions, pending = {}, _requirements(distribution, extras)
    while pending:
        requirement = pending.pop()
        key = (requirement.name.lower().replace("_", "-"), *sorted(requirement.extras))
        if key not in distributions:
            distributions[key] = importlib.metadata.distribution(requirement.name)
            pending += _requirements(distributions[key], requirement.extras)
    return list(distributions.values())


def _requirements(distribution, extras):
    parsed = map(Requirement, distribution.requires or [])
    return [r for r in parsed if not r.marker or any(r.marker.evaluate({"extra": e}) for e in extras or {""})]
