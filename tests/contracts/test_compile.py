"""The artifacts in the package are byte for byte what the sources and lock files compile to."""

import json
import re
import shutil

import orjson
import pytest

from mydata_ledger.anchors.artifacts import artifact, names
from mydata_ledger.scripts import compile as compiling
from mydata_ledger.scripts.paths import ROOT


@pytest.fixture
def built(tmp_path):
    """The shipped artifacts, which recompiling gives."""
    for path in compiling.ARTIFACTS.glob("*.json"):
        shutil.copy2(path, tmp_path)
    return tmp_path


@pytest.mark.slow
def test_recompiling_gives_the_shipped_bytes(tmp_path):
    assert compiling.build(tmp_path) is True
    shipped = {path.name: path.read_bytes() for path in compiling.ARTIFACTS.glob("*.json")}
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.json")} == shipped


def test_a_second_run_does_nothing(built):
    before = {path: path.stat().st_mtime_ns for path in built.glob("*.json")}
    assert compiling.build(built) is False
    assert {path: path.stat().st_mtime_ns for path in built.glob("*.json")} == before


def test_a_changed_or_missing_artifact_is_stale(built):
    fingerprint = compiling.fingerprint(compiling.sources())
    assert compiling.is_fresh(fingerprint, built)
    assert not compiling.is_fresh("0" * 64, built)
    assert not compiling.is_fresh(fingerprint, built / "nowhere")


def test_the_fingerprint_depends_on_every_character():
    texts = compiling.sources()
    name = next(iter(texts))
    assert compiling.fingerprint({**texts, name: texts[name] + " "}) != compiling.fingerprint(texts)


def test_hardhat_compiles_with_the_same_settings():
    config = (ROOT / "hardhat.config.js").read_text()
    package = orjson.loads((ROOT / "package.json").read_bytes())
    assert package["devDependencies"]["solc"] == re.search(r'version: "([^"]+)"', config)[1]
    assert compiling.SETTINGS["evmVersion"] == re.search(r'evmVersion: "(\w+)"', config)[1]
    assert "viaIR: true" in config
    assert "runs: 1_000_000" in config
    assert compiling.SETTINGS["optimizer"] == {"enabled": True, "runs": 1_000_000}


def test_a_syntax_error_is_named(monkeypatch):
    with pytest.raises(compiling.CompilationFailed, match="ParserError"):
        compiling.compile_sources({**compiling.sources(), "contracts/AccessRegistry.sol": "contract {"})


def test_warnings_in_our_sources_are_refused():
    warning = {"sourceLocation": {"file": "contracts/X.sol"}, "formattedMessage": "Warning: unused"}
    theirs = {"sourceLocation": {"file": "@openzeppelin/X.sol"}, "formattedMessage": "Warning: unused"}
    compiling._refuse_warnings({"errors": [theirs]})
    with pytest.raises(compiling.CompilationFailed, match="unused"):
        compiling._refuse_warnings({"errors": [theirs, warning]})


def test_every_artifact_is_whole():
    assert set(names()) == set(compiling.SHIPPED.values())
    for name in names():
        contract = artifact(name)
        assert contract.abi
        assert 1_000 < len(contract.bytecode) < 49_152, "EIP-3860"
    with pytest.raises(KeyError, match="ConsentRegistry"):
        artifact("Nothing")


def test_contracts_keep_their_size():
    for path in (ROOT / "contracts").glob("*.sol"):
        assert len(path.read_text().splitlines()) <= 200, path.name


def test_the_lock_file_names_no_registry():
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert all("resolved" not in package for package in lock["packages"].values())
    loose = [package for name, package in lock["packages"].items() if name and "integrity" not in package]
    assert all(package["optional"] and package["os"] for package in loose), "only other platforms' go unchecked"
