"""A temporary PostgreSQL server for tests, from the Debian package: on loopback, in a temporary folder."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from mydata_ledger.scripts.devnet import free_port

FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300", "shared_buffers=64MB")
MISSING = "PostgreSQL is not installed here (Debian: apt-get install postgresql)"


def programs() -> Path | None:
    """Program folder of the newest installed server, or None."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    initdb = shutil.which("initdb")
    folders += [Path(initdb).parent] if initdb else []
    return max(folders, key=lambda path: [int(part) for part in path.parts if part.isdigit()], default=None)


class Cluster:
    """One server; `url` names its `postgres` database. Since initdb refuses root, root runs it as another user."""

    def __init__(self, programs: Path, settings: tuple[str, ...] = FAST) -> None:
        self._bin, self.port, self._settings = programs, free_port(), settings
        self._folder = Path(tempfile.mkdtemp(prefix="mydata-pg-"))
        self._user = _unprivileged() if os.geteuid() == 0 else None
        if self._user:
            os.chown(self._folder, self._user.pw_uid, self._user.pw_gid)
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """SQLAlchemy URL."""
        return self._url("postgres")

    def _url(self, database: str) -> str:
        return f"postgresql+psycopg://mydata@127.0.0.1:{self.port}/{database}"

    def __enter__(self) -> Cluster:
        data = self._folder / "data"
        self._run("initdb", "-D", data, "-U", "mydata", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C")
        settings = [part for setting in self._settings for part in ("-c", setting)]
        options = ["-h", "127.0.0.1", "-p", self.port, "-k", self._folder, *settings]
        self._server = self._start("postgres", "-D", data, *options)
        self._run("pg_isready", "-h", "127.0.0.1", "-p", self.port, "-t", 20, tries=40)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server:
            self._server.terminate()
            try:
                self._server.wait(20)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    @contextlib.contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """Create a database, a copy of another, and yield its URL; drop it afterwards."""
        name = f"mydata_{secrets.token_hex(6)}"
        server = ("-h", "127.0.0.1", "-p", self.port, "-U", "mydata")
        self._run("createdb", *server, "-T", template, name)
        yield self._url(name)
        self._run("dropdb", *server, "--force", name)

    def _run(self, program: str, *arguments: object, tries: int = 1) -> None:
        for remaining in reversed(range(tries)):
            done = self._start(program, *arguments)
            if done.wait(60) == 0:
                return
            assert remaining, f"{program} failed: {done.args!r}"

    def _start(self, program: str, *arguments: object) -> subprocess.Popen[bytes]:
        command = [str(self._bin / program), *map(str, arguments)]
        user, group = (self._user.pw_uid, self._user.pw_gid) if self._user else (None, None)
        discard = subprocess.DEVNULL
        return subprocess.Popen(command, stdout=discard, stderr=discard, cwd=self._folder, user=user, group=group)


def _unprivileged() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise LookupError("no user that could run the server")
