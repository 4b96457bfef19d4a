"""Compile the contracts into `anchors/artifacts`: `python -m mydata_ledger.scripts.compile [--check | --force]`.

Each contract that is deployed or called by others gives one JSON file with its ABI and bytecode. The package ships
these files, so an installation needs no compiler. Equal sources and equal lock files give equal bytes.
"""

from __future__ import annotations

import argparse
import posixpath
import re
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import solcx
from rich.console import Console

from mydata_ledger.scripts.npm import ToolMissing, node_modules
from mydata_ledger.scripts.paths import ROOT
from mydata_ledger.scripts.solc import PACKAGE, launcher

CONTRACTS = ROOT / "contracts"
ARTIFACTS = ROOT / "anchors" / "artifacts"
SHIPPED = {
    "contracts/AccessRegistry.sol": "AccessRegistry",
    "contracts/ConsentRegistry.sol": "ConsentRegistry",
    "contracts/PartyRegistry.sol": "PartyRegistry",
    "contracts/PasskeyVerifier.sol": "PasskeyVerifier",
    "contracts/RecordRegistry.sol": "RecordRegistry",
    "contracts/WalletPreparer.sol": "WalletPreparer",
    "contracts/examples/TrialEnrolment.sol": "TrialEnrolment",
}
SETTINGS: dict[str, Any] = {
    "evmVersion": "cancun",
    "viaIR": True,
    "optimizer": {"enabled": True, "runs": 1_000_000},
    "metadata": {"bytecodeHash": "none"},
    "outputSelection": {"*": {"*": ["abi", "evm.bytecode.object"]}},
}
IMPORT = re.compile(r'^\s*import\b[^;]*?"([^"]+)"\s*;', re.MULTILINE)


class CompilationFailed(RuntimeError):
    """The compiler reported errors, or warnings in our own sources; the message is the output of the compiler."""


def sources() -> dict[str, str]:
    """Every source that the shipped contracts need, by import name: ours, and those of OpenZeppelin from npm."""
    texts: dict[str, str] = {}
    pending = list(SHIPPED)
    while pending:
        name = pending.pop()
        if name in texts:
            continue
        texts[name] = _locate(name).read_text()
        pending += [_resolve(name, path) for path in IMPORT.findall(texts[name])]
    return dict(sorted(texts.items()))


def _locate(name: str) -> Path:
    path = ROOT / name if name.startswith("contracts/") else node_modules() / name
    if not path.is_file():
        raise ToolMissing(f"source {name} is missing: run `npm ci` in the project's folder")
    return path


def _resolve(importer: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(importer), path)) if path.startswith(".") else path


def fingerprint(texts: dict[str, str]) -> str:
    """SHA-256 over sources, settings and compiler version in hex; it identifies the inputs of the artifacts."""
    version = orjson.loads((PACKAGE / "package.json").read_bytes())["version"]
    inputs = {"sources": texts, "settings": SETTINGS, "solc": version}
    return sha256(orjson.dumps(inputs, option=orjson.OPT_SORT_KEYS)).hexdigest()


def compile_sources(texts: dict[str, str]) -> dict[str, dict[str, Any]]:
    """ABI and creation bytecode of each shipped contract. Raises CompilationFailed."""
    job = {
        "language": "Solidity",
        "sources": {name: {"content": text} for name, text in texts.items()},
        "settings": SETTINGS,
    }
    with tempfile.TemporaryDirectory() as folder:
        try:
            output = solcx.compile_standard(job, solc_binary=launcher(Path(folder)))
        except solcx.exceptions.SolcError as error:
            raise CompilationFailed(error.message) from error
    _refuse_warnings(output)
    return {contract: _artifact(output["contracts"][name][contract]) for name, contract in sorted(SHIPPED.items())}


def _refuse_warnings(output: dict[str, Any]) -> None:
    ours = [e for e in output.get("errors", []) if e.get("sourceLocation", {}).get("file", "").startswith("contracts/")]
    if ours:
        raise CompilationFailed("\n".join(str(e["formattedMessage"]) for e in ours))


def _artifact(compiled: dict[str, Any]) -> dict[str, Any]:
    return {"abi": compiled["abi"], "bytecode": "0x" + compiled["evm"]["bytecode"]["object"]}


def render(artifact: dict[str, Any], made_of: str) -> bytes:
    """The bytes of an artifact file; keys are sorted, so that equal contracts give equal files."""
    options = orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps({**artifact, "madeOf": made_of}, option=options)


def is_fresh(made_of: str, folder: Path = ARTIFACTS) -> bool:
    """True if every artifact exists and was made from inputs with this fingerprint."""
    files = [folder / f"{name}.json" for name in SHIPPED.values()]
    return all(file.is_file() and orjson.loads(file.read_bytes()).get("madeOf") == made_of for file in files)


def build(folder: Path = ARTIFACTS, *, force: bool = False) -> bool:
    """Write the artifacts; return False if they were fresh. Raises CompilationFailed or ToolMissing."""
    texts = sources()
    made_of = fingerprint(texts)
    if not force and is_fresh(made_of, folder):
        return False
    for name, artifact in compile_sources(texts).items():
        (folder / f"{name}.json").write_bytes(render(artifact, made_of))
    return True


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(
        prog="python -m mydata_ledger.scripts.compile", description=__doc__.partition(":")[0]
    )
    parser.add_argument("--force", action="store_true", help="compile even if nothing changed")
    parser.add_argument("--check", action="store_true", help="compile nothing; fail if the artifacts are stale")
    arguments = parser.parse_args()
    console = Console(stderr=True)
    try:
        if arguments.check:
            fresh = is_fresh(fingerprint(sources()))
            console.print(
                "artifacts are fresh" if fresh else "artifacts are stale: run `python -m mydata_ledger.scripts.compile`"
            )
            return 0 if fresh else 1
        with console.status("compiling contracts (about half a minute)"):
            built = build(force=arguments.force)
        console.print("contracts compiled" if built else "contracts unchanged")
    except (CompilationFailed, ToolMissing) as error:
        console.print(str(error), style="red", markup=False)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
