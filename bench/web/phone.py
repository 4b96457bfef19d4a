"""A visit to a page with the speed of a slow phone, over Chromium's DevTools protocol."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from testing.browser import Tab

LATENCY_MS, BYTES_A_SECOND, SLOWER = 150, 1_600_000 // 8, 4
"""The phone of Lighthouse: 150 ms a round trip, 1.6 Mbit/s, a processor four times slower than a desktop's."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What one visit took; bytes are those on the line, compressed, with headers."""

    milliseconds: float
    requests: int
    bytes: int
    script_bytes: int


def visit(tab: Tab, url: str, ready: str) -> Visit:
    """Open a page and wait until the expression is true."""
    tab.send(
        "Network.emulateNetworkConditions",
        offline=False,
        latency=LATENCY_MS,
        downloadThroughput=BYTES_A_SECOND,
        uploadThroughput=BYTES_A_SECOND,
    )
    tab.send("Emulation.setCPUThrottlingRate", rate=SLOWER)
    heard: list[dict[str, Any]] = []
    tab.listeners.append(heard.append)
    try:
        started = time.perf_counter()
        tab.open(url)
        tab.until(ready)
        return _visit(heard, (time.perf_counter() - started) * 1000)
    finally:
        tab.listeners.remove(heard.append)
        tab.open("about:blank")


def _visit(heard: list[dict[str, Any]], milliseconds: float) -> Visit:
    kinds = {
        one["params"]["requestId"]: one["params"]["type"]
        for one in heard
        if one.get("method") == "Network.responseReceived"
    }
    sizes = {
        one["params"]["requestId"]: int(one["params"]["encodedDataLength"])
        for one in heard
        if one.get("method") == "Network.loadingFinished"
    }
    script = sum(size for name, size in sizes.items() if kinds.get(name) == "Script")
    return Visit(milliseconds, len(sizes), sum(sizes.values()), script)
