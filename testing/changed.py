"""Print the test files that a change can reach, one a line: `python -m testing.changed [--against COMMIT]`.

Changed are the files that differ from COMMIT, and new ones that git does not ignore. COMMIT is, unless given, the
newest commit of ours that `origin/main` has too; without an `origin/main` it is HEAD.

A changed file reaches the tests that need it, directly or through others (`testing.reach`). A file in FOLDERS stands
for what is written beside its folder. Any other file that nothing needs, and that is no test, stands for the package
it lies in. A file in EVERYTHING reaches every test. The tests in ALWAYS run after any change.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from testing.reach import Users, reached, users

ROOT = Path(__file__).parents[1]
MAIN = "origin/main"
FOLDERS = {
    "contracts": ("anchors/artifacts/__init__.py", "tests/contracts"),
    "web": ("tests/web", "tests/journeys", "tests/scripts"),
}
EVERYTHING = {"pyproject.toml", "requirements-dev.lock", "package.json", "package-lock.json"}
ALWAYS = {"tests/test_house.py"}


class GitFailed(Exception):
    """Git refused; the message is its own."""


def git(root: Path, *words: str) -> list[str]:
    """The lines that git prints. Raises GitFailed."""
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise GitFailed(done.stderr.strip().partition("\n")[0].removeprefix("fatal: "))
    return done.stdout.splitlines()


def changed(root: Path, against: str | None = None) -> set[str]:
    """The files that differ from a commit. Raises GitFailed."""
    listed = git(root, "diff", "--name-only", "--no-renames", against or _landed(root), "--")
    return {*listed, *git(root, "ls-files", "--others", "--exclude-standard")}


def _landed(root: Path) -> str:
    refs = git(root, "for-each-ref", f"refs/remotes/{MAIN}")
    return git(root, "merge-base", "HEAD", MAIN)[0] if refs else "HEAD"


def files_of_tests(root: Path, folder: str) -> set[str]:
    """The test files below a folder."""
    return {path.relative_to(root).as_posix() for path in (root / folder).rglob("test_*.py")}


def reached_tests(root: Path, files: set[str], needed: Users) -> list[str]:
    """The test files that a change of these files can reach."""
    tests = files_of_tests(root, "tests")
    if not files or files & EVERYTHING:
        return sorted(tests) if files else []
    start = {one for file in files for one in _stands_for(root, file, needed)}
    return sorted(tests & (reached(needed, start) | ALWAYS))


def _stands_for(root: Path, file: str, needed: Users) -> Iterator[str]:
    """The file, and what it stands for."""
    yield file
    top = file.partition("/")[0]
    for place in FOLDERS.get(top, ()):
        yield from files_of_tests(root, place) or {place}
    if top not in FOLDERS and file not in needed and not Path(file).match("tests/**/test_*.py"):
        packages = ((folder / "__init__.py").as_posix() for folder in Path(file).parents)
        yield from [one for one in packages if one != file and (root / one).is_file()][:1]


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m testing.changed", description=__doc__.partition(":")[0])
    parser.add_argument("--against", metavar="COMMIT", help="default: the newest commit that origin/main has too")
    try:
        files = changed(ROOT, parser.parse_args(arguments).against)
        others = {one for one in {*git(ROOT, "ls-files"), *files} if not one.endswith(".py")}
    except GitFailed as error:
        print(f"error: what changed cannot be told: {error}", file=sys.stderr)
        return 2
    sys.stdout.writelines(f"{one}\n" for one in reached_tests(ROOT, files, users(ROOT, others)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
