"""CIDs of the embedded store and of Kubo, from 0 bytes to 1 GB, around every size at which the DAG changes its shape.

The last rows use leaves of 256 bytes, so that eight megabytes need three levels of nodes.
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
    """One row for each size: both CIDs, whether they are equal, and the duration in seconds."""
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
    """`size` pseudo-random bytes in pieces, equal on every machine."""
    generator = random.Random(size)
    for start in range(0, size, PIECE):
        yield generator.randbytes(min(PIECE, size - start))


def ours(size: int, leaf: int = CHUNK) -> str:
    """Root CID of the embedded store."""
    if leaf == CHUNK:
        *_, (cid, _) = blocks_of_stream(content(size))
        return str(cid)
    whole = b"".join(content(size))
    *_, (cid, _) = dag_of(whole[start : start + leaf] for start in range(0, size, leaf))
    return str(cid)


def kubos(node: Kubo, size: int, leaf: int = CHUNK) -> str:
    """Root CID of Kubo."""
    words = ["add", "-Q", "--only-hash", "--cid-version=1", "--raw-leaves", f"--max-file-links={WIDTH}"]
    command = [str(BINARY), *words, f"--chunker=size-{leaf}"]
    with subprocess.Popen(command, env=node.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        for piece in content(size):
            process.stdin.write(piece)
        process.stdin.close()
        return process.stdout.read().decode().strip()


def _row(node: Kubo, size: int, leaf: int) -> Row:
    started = time.perf_counter()
    our_cid = ours(size, leaf)
    middle = time.perf_counter()
    kubo_cid = kubos(node, size, leaf)
    seconds = {"ours_s": round(middle - started, 3), "kubo_s": round(time.perf_counter() - middle, 3)}
    return {"bytes": size, "leaf": leaf, "cid": our_cid, "kubo": kubo_cid, "equal": our_cid == kubo_cid, **seconds}
