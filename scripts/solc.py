"""The Solidity compiler: the npm package `solc`, run by Node, with the command line that py-solc-x expects.

py-solc-x downloads its compilers, which needs internet access. The npm package contains the same compiler as
WebAssembly, and `package-lock.json` pins its version and digest. Its own `solcjs --standard-json` prints a banner
before the JSON, so this file replaces it (docs/adr/0005-compiler-route.md).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from mydata_ledger.scripts.npm import ToolMissing, node, node_modules

PACKAGE = node_modules() / "solc"
SOLC_JS = """
const solc = require(process.argv[1]);
if (process.argv[2] === "--version") {
  console.log("solc, the solidity compiler\\nVersion: " + solc.version());
} else {
  process.stdout.write(solc.compile(require("fs").readFileSync(0, "utf8")));
}
"""


def package() -> Path:
    """Folder of the npm package `solc`. Raises ToolMissing."""
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
    """Behave like the solc binary on the standard streams."""
    command = [node(), "-e", SOLC_JS, str(package()), *arguments]
    return subprocess.run(command, check=False, env={**os.environ, "NODE_NO_WARNINGS": "1"}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
