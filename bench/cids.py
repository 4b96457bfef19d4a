"""CIDs of the embedded store beside Kubo's, from nothing to 1 GB, around every size where a DAG changes its shape.

The last rows cut files into leaves of 256 bytes, so that three levels of nodes fit into eight megabytes.
"""

from __future__ import annotations

import random
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.report import BenchReport, Row, StatusCallback
from mydata_ledger.anchors.ipld.unixfs import CHUNK, WIDTH, blocks_of_stream, dag_of
from testing.kubo import BINARY, REASON, Kubo

PIECE, SMALL = 1 << 20, 256
LEVEL = WIDTH * CHUNK
SIZES = [
    *(0, 1, 1_000, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 1, 1_000_003),
    *(LEVEL - CHUNK, LEVEL - 1, LEVEL, LEVEL + 1, LEVEL + CHUNK, 2 * LEVEL, 2 * LEVEL + 1, 100_000_000),
]
HUGE = [1 << 30]
SMALL_SIZES = [size for level in (WIDTH, WIDTH**2) for size in (level * SMALL - 1, level * SMALL, level * SMALL + 1)]


def measure(*, quick: bool, on_status: StatusCallback) -> BenchReport:
    """A row a size: both CIDs, whether they are equal, and seconds taken."""
    if BINARY is None:
        return BenchReport([], [f"nothing to compare with: {REASON}"])
    with tempfile.TemporaryDirectory() as folder:
        node = Kubo(Path(folder) / "kubo")
        cases = [(size, CHUNK) for size in SIZES + ([] if quick else HUGE)] + [(size, SMALL) for size in SMALL_SIZES]
        rows = []
        for size, leaf in cases:
            on_status(f"{size:,} B in leaves of {leaf:,}")
            rows.append(_row(node, size, leaf))
    equal = sum(row["equal"] for row in rows)
    return BenchReport(
        rows, [f"{equal} of {len(rows)} CIDs are equal"], {"kubo": node.run("version", "-n").decode().strip()}
    )


def content(size: int) -> Iterator[bytes]:
    """As many bytes, in pieces, the same on every machine."""
    chance = random.Random(size)
    for start in range(0, size, PIECE):
        yield chance.randbytes(min(PIECE, size - start))


def ours(size: int, leaf: int = CHUNK) -> str:
    """The root's CID as the embedded store makes it."""
    if leaf == CHUNK:
        *_, (cid, _) = blocks_of_stream(content(size))
        return str(cid)
    whole = b"".join(content(size))
    *_, (cid, _) = dag_of(whole[at : at + leaf] for at in range(0, size, leaf))
    return str(cid)


def kubos(node: Kubo, size: int, leaf: int = CHUNK) -> str:
    """The root's CID as Kubo makes it."""
    words = ["add", "-Q", "--only-hash", "--cid-version=1", "--raw-leaves", f"--max-file-links={WIDTH}"]
    command = [str(BINARY), *words, f"--chunker=size-{leaf}"]
    with subprocess.Popen(command, env=node.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as adding:
        assert adding.stdin
        assert adding.stdout
        for piece in content(size):
            adding.stdin.write(piece)
        adding.stdin.close()
        return adding.stdout.read().decode().strip()


def _row(node: Kubo, size: int, leaf: int) -> Row:
    started = time.perf_counter()
    mine = ours(size, leaf)
    between = time.perf_counter()
    theirs = kubos(node, size, leaf)
    taken = {"ours_s": round(between - started, 3), "kubo_s": round(time.perf_counter() - between, 3)}
    return {"bytes": size, "leaf": leaf, "cid": mine, "kubo": theirs, "equal": mine == theirs, **taken}
