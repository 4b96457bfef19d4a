"""The Solidity compiler: npm's `solc`, run by Node, behind the command line that py-solc-x expects of a binary.

py-solc-x downloads its compilers, which needs the open internet. npm's package carries the same compiler as
WebAssembly, and its version and digest are in `package-lock.json`. Its own `solcjs --standard-json` prints a banner
before the JSON, so this file stands in for it (docs/adr/0005-compiler-route.md).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from mydata_ledger.scripts.npm import ToolMissing, node, node_modules

PACKAGE = node_modules() / "solc"
ANSWER = """
const solc = require(process.argv[1]);
if (process.argv[2] === "--version") {
  console.log("solc, the solidity compiler\\nVersion: " + solc.version());
} else {
  process.stdout.write(solc.compile(require("fs").readFileSync(0, "utf8")));
}
"""


def package() -> Path:
    """Folder of npm's `solc`. Raises ToolMissing."""
    if not (PACKAGE / "package.json").is_file():
        raise ToolMissing("the solidity compiler is missing: run `npm ci` in the project's folder")
    return PACKAGE


def launcher(folder: Path) -> Path:
    """Write an executable into `folder` that answers `--version` and `--standard-json` as the solc binary does."""
    path = folder / "solc"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{Path(__file__).resolve()}" "$@"\n')
    path.chmod(0o755)
    return path


def main(arguments: list[str]) -> int:
    """Answer as the solc binary does; input and output are standard streams."""
    command = [node(), "-e", ANSWER, str(package()), *arguments]
    return subprocess.run(command, check=False, env={**os.environ, "NODE_NO_WARNINGS": "1"}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
