"""A temporary Kubo node for tests: offline, on loopback, in a temporary folder."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
CANDIDATES = (os.environ.get("MYDATA_KUBO", ""), str(ROOT / ".kubo/ipfs"), shutil.which("ipfs") or "")
BINARY = next((candidate for candidate in CANDIDATES if candidate and Path(candidate).is_file()), None)
REASON = "no Kubo here: scripts/kubo builds it where Go is installed"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Kubo:
    """A Kubo node; `api` is the multiaddr of its RPC."""

    def __init__(self, folder: Path) -> None:
        self.environment = os.environ | {"IPFS_PATH": str(folder), "IPFS_TELEMETRY": "off"}
        self.run("init", "--profile=test")
        config = json.loads((folder / "config").read_text())
        port, self.gateway_port = free_port(), free_port()
        config["Addresses"] = {
            "API": f"/ip4/127.0.0.1/tcp/{port}",
            "Gateway": f"/ip4/127.0.0.1/tcp/{self.gateway_port}",
            "Swarm": [],
        }
        for mount in config["Datastore"]["Spec"]["mounts"]:
            if (child := mount.get("child", mount))["type"] == "flatfs":
                child["sync"] = True
        (folder / "config").write_text(json.dumps(config))
        self.api, self.folder = f"/ip4/127.0.0.1/tcp/{port}", folder
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, *arguments: str, given: bytes | None = None) -> bytes:
        done = subprocess.run(
            [str(BINARY), *arguments], env=self.environment, input=given, capture_output=True, check=True
        )
        return done.stdout

    def start(self, *arguments: str) -> Kubo:
        log = (self.folder / "daemon.log").open("wb")
        self.process = subprocess.Popen(
            [str(BINARY), "daemon", *(arguments or ("--offline",))], env=self.environment, stdout=log, stderr=log
        )
        for _ in range(300):
            if b"Daemon is ready" in (self.folder / "daemon.log").read_bytes():
                return self
            time.sleep(0.1)
        self.stop()
        raise RuntimeError((self.folder / "daemon.log").read_text())

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(20)
            self.process = None
