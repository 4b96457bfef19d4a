"""Rules of structure that no other tool checks: sizes, inheritance, import levels, package docstrings."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from mydata_ledger.scripts.cli import app
from mydata_ledger.scripts.slices.finding import slices
from testing.structure import Sources, attributes, levels

ROOT = Path(__file__).parents[1]
PACKAGES = ("ledger", "anchors", "client", "api", "formats", "services", "scripts")
NOT_SHIPPED = {"tests", "testing", "bench"}
FILE_CEILING, FUNCTION_CEILING, CONTRACT_CEILING, LIBRARY_CEILING = 250, 30, 200, 250
DEPTH_CEILING, LEVEL_CEILING = 2, 9


def sources(*packages):
    found = [path for package in packages for path in sorted((ROOT / package).rglob("*.py"))]
    assert found, "a check that looked at nothing is not a check"
    return found


def functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def named(path):
    return str(path.relative_to(ROOT))


def body_lines(function):
    """Lines of a function without its signature and docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno - body[0].lineno + 1) if body else 0


def test_no_file_outgrows_its_room():
    long = {
        named(p): n for p in sources(*PACKAGES) if (n := len(p.read_text(encoding="utf-8").splitlines())) > FILE_CEILING
    }
    assert long == {}


def test_no_function_outgrows_a_screen():
    long = {
        f"{named(path)}:{function.name}": body_lines(function)
        for path in sources(*PACKAGES)
        for function in functions(path)
        if body_lines(function) > FUNCTION_CEILING
    }
    assert long == {}


def test_contracts_stay_readable():
    sizes = {p: len(p.read_text().splitlines()) for p in (ROOT / "contracts").rglob("*.sol") if "test" not in p.parts}
    assert sizes
    assert [named(p) for p, size in sizes.items() if size > LIBRARY_CEILING] == []
    assert [named(p) for p, size in sizes.items() if size > CONTRACT_CEILING and "libraries" not in p.parts] == []


def test_every_package_says_in_one_sentence_what_it_is_for():
    packages = [path for path in sources(*PACKAGES) if path.name == "__init__.py"]
    silent = [named(path) for path in packages if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert silent == []


PARTS = {"catalog", "routes", "statements", "jobs", "commands", "demo", "readers", "logic", "formats", "schemas"}
FILES_ALONE = {"commands", "demo", "readers"}
DATA = {"page", "messages", "mappings", "dictionary.json", "capabilities.toml"}
"""What may lie in the folder of a service: modules, of which all but FILES_ALONE may be packages, and data."""


def services():
    found = [path for path in (ROOT / "services").iterdir() if path.is_dir() and path.name != "__pycache__"]
    assert found, "a check that looked at nothing is not a check"
    return found


def test_every_service_is_a_slice_with_a_catalog_and_known_files():
    allowed = {"__init__.py", "__pycache__"} | (PARTS - FILES_ALONE) | {f"{part}.py" for part in PARTS} | DATA
    for folder in services():
        names = {path.name for path in folder.iterdir()}
        assert {"__init__.py", "catalog.py"} <= names, folder.name
        assert names <= allowed, (folder.name, names - allowed)


def test_the_import_contracts_reach_every_slice_without_naming_one():
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert len(rules) >= 8
    inside = [rule for rule in rules if rule.get("containers") == ["mydata_ledger.services.*"]]
    assert {part for layer in inside[0]["layers"] for part in re.findall(r"\w+", layer)} == PARTS
    for name in {path.name for path in services()}:
        assert f"services.{name}" not in (ROOT / "pyproject.toml").read_text(), "folders are found by themselves"


def test_every_service_is_served_by_the_name_of_its_folder():
    assert [one.catalog.name for one in slices()] == sorted(path.name for path in services())


def test_no_service_has_the_name_of_a_command():
    groups = [group.typer_instance.info.name or group.name for group in app.registered_groups]
    commands = [command.name for command in app.registered_commands]
    assert len(groups + commands) == len({*groups, *commands}) > 20


def test_every_file_of_routes_is_served():
    files = {path.stem for path in (ROOT / "api/routes").glob("*.py")} - {"__init__"}
    nodes = ast.walk(ast.parse((ROOT / "api/app.py").read_text(encoding="utf-8")))
    imported = {alias.name for node in nodes for alias in names_of(node)}
    assert files <= imported, "add the router to ROUTERS in api/app.py"


def names_of(node):
    return node.names if isinstance(node, ast.ImportFrom) and node.module == "mydata_ledger.api.routes" else []


def test_the_import_package_links_every_shipped_folder_and_nothing_else():
    inside = [path for path in (ROOT / "mydata_ledger").iterdir() if path.name != "__pycache__"]
    links = {path.name: str(path.readlink()) for path in inside if path.is_symlink()}
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")} - NOT_SHIPPED - {"mydata_ledger"}
    assert folders == {*PACKAGES, "web"}
    assert links == {name: f"../{name}" for name in folders | {"package.json", "package-lock.json"}}
    assert {path.name for path in inside} - links.keys() == {"__init__.py", "py.typed"}


def imported(path):
    """First names of everything that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.partition(".")[0]


def test_every_import_of_ours_names_the_import_package():
    everywhere = sources(*PACKAGES, "web", *(name for name in NOT_SHIPPED if (ROOT / name).is_dir()))
    bare = {named(path): names for path in everywhere if (names := {*PACKAGES, "web"}.intersection(imported(path)))}
    assert bare == {}


def test_each_invariant_is_named_by_a_test():
    text = (ROOT / "docs/invariants.md").read_text(encoding="utf-8")
    numbers = {int(n) for n in re.findall(r"^\| I(\d+) ", text, re.MULTILINE)}
    assert numbers == set(range(1, 13))
    tests = "\n".join(p.read_text(encoding="utf-8") for p in sources("tests"))
    open_ones = {int(n) for n in re.findall(r"^\| I(\d+) .*\| not yet \|", text, re.MULTILINE)}
    named_ones = {int(n) for n in re.findall(r"def (?:test_)?i(\d+)_", tests)}
    assert numbers - open_ones <= named_ones
    assert not open_ones & named_ones, "an invariant with a test is not `not yet`"


def test_trees_of_cases_have_a_test_for_each_leaf():
    trees = sorted(ROOT.glob("contracts/**/*.tree"))
    assert trees
    for tree in trees:
        promises = len(re.findall(r"[└├]── it should", tree.read_text(encoding="utf-8")))
        names = [tree.with_suffix(".t.sol"), tree.with_name(tree.stem + ".t.sol")]
        source = next((p for p in names if p.exists()), None)
        assert source, f"{tree.name} has no test file beside it"
        assert len(re.findall(r"function test", source.read_text(encoding="utf-8"))) >= promises, tree.name


def test_a_command_loads_only_what_it_needs():
    """What each of them costs at its start; a command that needs one of these loads it itself."""
    heavy = {"web3", "eth_account", "eth_abi", "fastapi", "pydantic", "sqlalchemy", "fhirpathpy", "solcx"}
    script = f"import sys, mydata_ledger.scripts.cli; print(*sorted(sys.modules.keys() & {heavy}))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def tracked():
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / line for line in listing.stdout.splitlines()]


def test_locks_name_no_index_and_no_host():
    for name in ("requirements.lock", "requirements-dev.lock", "package-lock.json", "tests/helia/package-lock.json"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert '"resolved"' not in text
        assert not re.search(r"^\s*(--|-i |-f )(index|extra|find)", text, re.MULTILINE)
    assert not re.search(r"https?://", (ROOT / "requirements.lock").read_text(encoding="utf-8"))


def test_no_secret_and_no_data_of_others_is_tracked():
    files = tracked()
    assert files
    assert not [p for p in files if p.suffix in {".pem", ".key", ".db"} or "shared" in p.relative_to(ROOT).parts]


@pytest.mark.parametrize("command", ["scripts/demo", "scripts/test", "bench/run", ".ci/run"])
def test_what_a_user_runs_is_executable(command):
    assert (ROOT / command).stat().st_mode & 0o111


def test_the_rule_has_no_try():
    assert not [n for n in ast.walk(ast.parse((ROOT / "ledger/decide.py").read_text())) if isinstance(n, ast.Try)]


def test_whether_a_requester_is_blocked_is_found_out_in_one_place():
    texts = {named(path): path.read_text(encoding="utf-8") for path in sources(*PACKAGES)}
    assert {name for name, text in texts.items() if re.search(r"\bblocked *=[^=]", text)} == {"ledger/access.py"}


def test_danger_wears_its_name_only_in_tests():
    callers = [named(p) for p in sources(*PACKAGES) if re.search(r"\bunsafe_\w+\(", p.read_text(encoding="utf-8"))]
    assert callers == []


def test_api_and_services_read_through_queries_and_name_neither_world_nor_store():
    assert list(attributes(ROOT, ("api", "services"), {"world", "store"})) == []


@pytest.fixture(scope="module")
def structure():
    return Sources(ROOT, PACKAGES)


def test_no_class_is_put_together_out_of_several(structure):
    """Errors and protocols may be; what else needs several has them as its parts."""
    assert len(structure.bases) > 400
    many = {name: parents for name in structure.bases if len(parents := structure.parents(name)) > 1}
    assert {name: parents for name, parents in many.items() if not structure.is_excluded(name)} == {}


def test_no_class_stands_on_a_tower(structure):
    deep = {name: depth for name in structure.bases if (depth := structure.depth(name)) > DEPTH_CEILING}
    assert {name: depth for name, depth in deep.items() if not structure.is_excluded(name)} == {}


def test_what_lies_in_a_package_imports_downwards_in_few_levels(structure):
    """What lies directly in a package, each package in it being one: no circle, and no long way down."""
    found = {package: levels(structure.children(package)) for package in sorted(structure.packages)}
    assert len(found) > 40
    assert {package: count for package, count in found.items() if count > LEVEL_CEILING} == {}
