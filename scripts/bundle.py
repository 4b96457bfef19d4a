"""Build the scripts that browsers load: `python -m mydata_ledger.scripts.bundle [--check]`.

esbuild bundles our modules with the audited hash and curve packages of npm, one file for each script, in `web/built`.
The package ships these files, so an installation needs neither Node nor npm. Equal sources and an equal lock file give
equal bytes.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import orjson
from rich.console import Console

from mydata_ledger.ledger.typed_data.types import TYPES
from mydata_ledger.scripts.failure import Failure
from mydata_ledger.scripts.npm import ToolMissing, node, node_modules
from mydata_ledger.scripts.paths import ROOT, WEB
from mydata_ledger.scripts.verify.words import words

ESBUILD = node_modules() / "esbuild" / "bin" / "esbuild"
BUILT = WEB / "built"
MODULES = {
    "statements.js": "statements.js",
    "demo_wallet.js": "demo/wallet.js",
    "portal.js": "portal/main.jsx",
    "plot.js": "kit/plot.js",
    "proof.js": "proof.js",
    "public.js": "pages/public.jsx",
    "portal.css": "portal/portal.css",
    "public.css": "pages/public.css",
    "workspace.js": "workspace/main.jsx",
    "workspace.css": "workspace/workspace.css",
}
"""Each file in BUILT with its entry, below WEB."""
PACKAGES = ("preact", "preact-iso", "intl-messageformat", "es-hangul", "lucide", "lean-qr", "uplot")
"""npm packages in the scripts that bring their licence as a file of its own."""
BUILD_SECONDS = 60
JSX = ("--jsx=automatic", "--jsx-import-source=preact")
FROM_SITE = ("--external:/portal/*", "--external:/web/*")
"""Addresses that a script loads when it needs them, as they are."""


def bundle(
    entry: Path, values: Mapping[str, object], shape: Literal["iife", "esm"], options: tuple[str, ...] = ()
) -> str:
    """Bundle a script or a style sheet with esbuild.

    Args:
        entry: Path of the entry module or style sheet.
        values: Values that modules import as `mydata:<name>`, by name.
        shape: Format of the output.
        options: Further options of esbuild.

    Returns:
        The text of the bundled file.

    Raises:
        ToolMissing: The npm packages are not installed.
        Failure: esbuild reported an error.
    """
    if not ESBUILD.is_file():
        raise ToolMissing("the npm packages of the page are missing: run `npm ci` in the project's folder")
    with tempfile.TemporaryDirectory() as folder:
        for name, value in values.items():
            (Path(folder) / f"{name}.json").write_bytes(orjson.dumps(value))
        command = [node(), str(ESBUILD), str(entry), "--bundle", f"--format={shape}", "--minify", "--target=es2022"]
        command += ["--charset=utf8", "--legal-comments=inline", "--log-level=error", *FROM_SITE, *JSX, *options]
        command += [f"--alias:mydata:{name}={folder}/{name}.json" for name in values]
        done = subprocess.run(
            command, capture_output=True, cwd=ROOT, timeout=BUILD_SECONDS, check=False, env=dict(os.environ)
        )
    if done.returncode:
        raise Failure(f"esbuild could not put the page together: {done.stderr.decode(errors='replace')[:400]}")
    return done.stdout.decode()


def scripts() -> dict[str, str]:
    """The text of every file of MODULES, and the verifier. Raises as `bundle`."""
    page_words = {**words(), "page": orjson.loads((WEB / "verify" / "page.json").read_bytes())}
    verifier = bundle(WEB / "verify" / "page.js", {"types": TYPES, "words": page_words}, "iife")
    if "</script" in verifier.lower():
        raise Failure("the verifier's script holds a closing tag, which would end it early")
    values = {"types": TYPES, "words": page_words}
    built = {name: bundle(WEB / path, values, "esm") for name, path in MODULES.items()}
    return built | {"verifier.js": verifier, "licences.txt": licences()}


def licences() -> str:
    """The licences of PACKAGES, one after the other. Raises ToolMissing."""
    texts = [next((node_modules() / name).glob("[Ll][Ii][Cc][Ee][Nn]*"), None) for name in PACKAGES]
    if None in texts:
        raise ToolMissing("the npm packages of the page are missing: run `npm ci` in the project's folder")
    found = zip(PACKAGES, filter(None, texts), strict=True)
    return "\n\n".join(f"{name}\n\n{path.read_text(encoding='utf-8').strip()}" for name, path in found) + "\n"


def stale(scripts_by_name: Mapping[str, str], folder: Path = BUILT) -> list[str]:
    """Names of the files in the folder that are missing or differ."""
    return [name for name, text in scripts_by_name.items() if not _has_text(folder / name, text)]


def _has_text(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode()


def build(folder: Path = BUILT) -> list[str]:
    """Write the stale files; return their names. Raises as `bundle`."""
    scripts_by_name = scripts()
    changed = stale(scripts_by_name, folder)
    folder.mkdir(exist_ok=True)
    for name in changed:
        (folder / name).write_bytes(scripts_by_name[name].encode())
    return changed


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(
        prog="python -m mydata_ledger.scripts.bundle", description=__doc__.partition(":")[0]
    )
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the scripts are stale")
    check, console = parser.parse_args().check, Console(stderr=True)
    try:
        changed = stale(scripts()) if check else build()
    except Failure as error:
        console.print(str(error), style="red", markup=False)
        return 1
    if check and changed:
        console.print(f"stale: {', '.join(changed)}; run `python -m mydata_ledger.scripts.bundle`", markup=False)
        return 1
    console.print(f"pages' scripts built: {', '.join(changed)}" if changed else "pages' scripts unchanged")
    return 0


if __name__ == "__main__":
    sys.exit(main())
