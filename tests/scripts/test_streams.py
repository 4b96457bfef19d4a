"""A process that serves streams: how many files it may open, and what happens on a signal to end."""

import asyncio
import os
import resource
import signal
import subprocess
import sys
from contextlib import asynccontextmanager
from types import SimpleNamespace

from fastapi import FastAPI

from mydata_ledger.scripts.streams import ending_streams

RAISED = """
import resource
from mydata_ledger.scripts.streams import raise_descriptor_limit
resource.setrlimit(resource.RLIMIT_NOFILE, (256, {hard}))
raise_descriptor_limit()
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


def test_the_limit_of_open_files_is_raised_to_what_the_system_permits():
    hard = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 1_000)
    done = subprocess.run([sys.executable, "-c", RAISED.format(hard=hard)], capture_output=True, text=True, check=True)
    assert int(done.stdout) == hard


def test_a_signal_closes_the_streams_and_then_reaches_the_handler_before():
    order, app = [], FastAPI()
    app.state.live = SimpleNamespace(close=lambda: order.append("closed"))

    @asynccontextmanager
    async def inner(_):
        yield

    async def serve():
        async with ending_streams(inner)(app):
            os.kill(os.getpid(), signal.SIGTERM)
            while len(order) < 2:
                await asyncio.sleep(0.01)

    earlier = signal.signal(signal.SIGTERM, lambda number, _: order.append(number))
    handler = signal.getsignal(signal.SIGTERM)
    try:
        asyncio.run(serve())
        assert sorted(map(str, order)) == sorted(["closed", str(signal.SIGTERM)])
        assert signal.getsignal(signal.SIGTERM) is handler
    finally:
        signal.signal(signal.SIGTERM, earlier)
