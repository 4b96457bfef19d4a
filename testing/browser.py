"""Real Chromium, driven over its DevTools protocol: choose files, type text, read the page."""

from __future__ import annotations

import atexit
import contextlib
import itertools
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

CHROMIUM = (
    shutil.which("chromium-headless-shell")
    or shutil.which("chromium")
    or shutil.which("chromium-browser")
    or shutil.which("google-chrome")
)
QUIET: tuple[str, ...] = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
)
QUIET += ("--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0")
PATIENCE = 60


def require_chromium() -> None:
    """Skip the module where Chromium is not installed."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine; CI installs Debian's", allow_module_level=True)


class NavigatedError(Exception):
    """The page was left while the browser worked on a command."""


class Tab:
    """One page; `requests` has its network requests. Each event of the protocol is given to `listeners`."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket, self._numbers = socket, itertools.count(1)
        self.listeners: list[Callable[[dict[str, Any]], object]] = []
        self.requests: list[str] = []
        self.problems: list[str] = []
        for domain in ("Page", "DOM", "Network", "Runtime", "Log"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **params: Any) -> Any:
        """Send one command, and return its result."""
        return _sent(self._socket, next(self._numbers), method, params, self._hear)

    def _hear(self, reported: dict[str, Any]) -> None:
        for listener in self.listeners:
            listener(reported)
        method, params = reported.get("method"), reported.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        if method == "Runtime.exceptionThrown":
            self.problems.append(params["exceptionDetails"]["exception"]["description"])
        if method == "Log.entryAdded" and params["entry"]["source"] == "security":
            self.problems.append(params["entry"]["text"])

    def open(self, url: str) -> None:
        """Open a URL and wait until it is loaded."""
        self.send("Page.navigate", url=url)
        self.until("document.readyState === 'complete'")

    def run(self, script: str) -> Any:
        """The value of an expression, awaited. Raises `NavigatedError` if the page was left meanwhile."""
        reported = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in reported, reported
        return reported["result"].get("value")

    def until(self, script: str) -> Any:
        """Wait until an expression is true, and return its value."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(NavigatedError):
                if value := self.run(script):
                    return value
            time.sleep(0.05)
        raise TimeoutError(script)

    def type(self, selector: str, text: str) -> None:
        """Focus an element and type, replacing its value."""
        self.run(f"(() => {{ const e = document.querySelector({selector!r}); e.focus(); e.select(); }})()")
        self.send("Input.insertText", text=text)

    def press(self, key: str, code: int) -> None:
        """Press one key."""
        for kind in ("keyDown", "keyUp"):
            self.send(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code=key,
                windowsVirtualKeyCode=code,
                text="\r" * (code == 13),
            )

    def choose(self, selector: str, *paths: Path | str) -> None:
        """Choose files, as in the file dialogue."""
        root = self.send("DOM.getDocument")["root"]["nodeId"]
        node = self.send("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.send("DOM.setFileInputFiles", nodeId=node, files=[str(path) for path in paths])

    def read_page(self, width: int, *, dark: bool = False) -> None:
        """Set the width of the screen, and a light or dark colour scheme."""
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])


@contextlib.contextmanager
def chromium(folder: Path) -> Iterator[Tab]:
    """A tab with cookies, storage and cache of its own; what the page saves goes into `folder`.

    The browser is started once for a process, since starting one takes as long as most tests.
    """
    browser = _browser()
    context = browser.send("Target.createBrowserContext", disposeOnDetach=True)["browserContextId"]
    browser.send("Browser.setDownloadBehavior", behavior="allow", browserContextId=context, downloadPath=str(folder))
    target = browser.send("Target.createTarget", url="about:blank", newWindow=True, browserContextId=context)[
        "targetId"
    ]
    try:
        with connect(f"{browser.address}/devtools/page/{target}", max_size=None, max_queue=None) as socket:
            tab = Tab(socket)
            tab.send("Page.bringToFront")
            tab.send("Emulation.setFocusEmulationEnabled", enabled=True)
            yield tab
    finally:
        browser.send("Target.disposeBrowserContext", browserContextId=context)


class Browser:
    """The browser of this process; it ends with the process."""

    def __init__(self, profile: Path) -> None:
        log = (profile / "chromium.log").open("w")
        command = [CHROMIUM or "chromium", *QUIET, f"--user-data-dir={profile}", "about:blank"]
        self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        atexit.register(self._end)
        port, path = _listens(profile, self._process)
        self.address = f"ws://127.0.0.1:{port}"
        self._socket, self._numbers = connect(self.address + path, max_size=None, legacy=True), itertools.count(1)

    def send(self, method: str, **params: Any) -> Any:
        """Send one command, and return its result."""
        return _sent(self._socket, next(self._numbers), method, params, lambda _: None)

    def _end(self) -> None:
        with contextlib.suppress(OSError, WebSocketException):
            self._socket.send(json.dumps({"id": 0, "method": "Browser.close"}))
            self._process.wait(timeout=5)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


@cache
def _browser() -> Browser:
    profile = tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True)
    atexit.register(profile.cleanup)
    return Browser(Path(profile.name))


def _sent(
    socket: ClientConnection, number: int, method: str, params: dict[str, Any], hear: Callable[[dict[str, Any]], object]
) -> Any:
    """The result of one command; what comes before it is given to `hear`."""
    socket.send(json.dumps({"id": number, "method": method, "params": params}))
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        reported = json.loads(socket.recv(timeout=PATIENCE))
        hear(reported)
        if reported.get("id") == number:
            if "navigated" in reported.get("error", {}).get("message", ""):
                raise NavigatedError(method)
            assert "error" not in reported, reported
            return reported["result"]
    raise TimeoutError(method)


def _listens(profile: Path, process: subprocess.Popen[bytes]) -> tuple[str, str]:
    """Port and path of the browser's own connection."""
    deadline, reported = time.monotonic() + PATIENCE, profile / "DevToolsActivePort"
    while time.monotonic() < deadline and process.poll() is None:
        if reported.exists() and len(lines := reported.read_text().splitlines()) == 2:
            return lines[0], lines[1]
        time.sleep(0.05)
    raise TimeoutError("Chromium did not start: " + (profile / "chromium.log").read_text()[-400:])
