"""docs/architecture.md: every hop of the four flows exists, and stands in the source of the hop that calls it."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
FLOWS = dict(re.findall(r"^## Flow: (\w+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
HOP = re.compile(r"^\| (\d+) \| `([\w/]+\.py):([\w.]+)` \| (request|thread|(\d+)(?:, through `(\w+)`)?) \| .+ \|$")
NOT_HOPS = ("| no. |", "|---")
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


def hops(flow):
    """The rows of a flow: number, file, function, how it is called, by which number, through what."""
    lines = [line for line in FLOWS[flow].splitlines() if line.startswith("|") and not line.startswith(NOT_HOPS)]
    found = [HOP.match(line) for line in lines]
    assert all(found), [line for line, match in zip(lines, found, strict=True) if not match]
    return [match.groups() for match in found]


@cache
def defined(file):
    """The functions of a file by name and by `Class.name`, each with the constructor of its class."""
    tree, found = ast.parse((ROOT / file).read_text(encoding="utf-8")), {}
    for owner in [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))]:
        inside = [node for node in owner.body if isinstance(node, FUNCTIONS)]
        made = [node for node in inside if node.name == "__init__"]
        for node in inside:
            for name in {node.name, f"{getattr(owner, 'name', '')}.{node.name}"}:
                found.setdefault(name, []).append([node, *made])
    return found


def names_in(nodes):
    """Every name and attribute that functions use."""
    walked = [one for node in nodes for one in ast.walk(node)]
    return {one.id for one in walked if isinstance(one, ast.Name)} | {
        one.attr for one in walked if isinstance(one, ast.Attribute)
    }


def test_there_are_the_four_flows_each_with_one_diagram_and_its_hops():
    assert list(FLOWS) == ["consent", "question", "record", "withdrawal"]
    for flow, text in FLOWS.items():
        assert text.count("```mermaid\nsequenceDiagram\n") == text.count("```mermaid") == 1, flow
        assert [int(number) for number, *_ in hops(flow)] == list(range(1, len(hops(flow)) + 1)), flow
        assert len(hops(flow)) > 15


@pytest.mark.parametrize("flow", FLOWS)
def test_every_hop_is_one_function_that_exists(flow):
    wrong = [
        f"{file}:{name}"
        for _, file, name, *_ in hops(flow)
        if not (ROOT / file).is_file() or len(defined(file).get(name, [])) != 1
    ]
    assert wrong == [], "renamed or moved? write the new name into docs/architecture.md"


@pytest.mark.parametrize("flow", FLOWS)
def test_every_hop_stands_in_the_source_of_an_earlier_one(flow):
    rows = hops(flow)
    assert rows[0][3] == "request"
    for number, file, name, _, by, through in rows:
        if by is None:
            continue
        assert int(by) < int(number), f"hop {number} is called by a later one"
        _, caller_file, caller, *_ = rows[int(by) - 1]
        (nodes,) = defined(caller_file)[caller]
        wanted = through or name.rpartition(".")[2]
        assert wanted in names_in(nodes), f"{caller_file}:{caller} names no `{wanted}` (hop {number}: {file}:{name})"


def test_the_flows_begin_at_routes_that_the_api_has():
    routes = set(re.findall(r"(?:POST|GET) (/[\w/{}]+)", "".join(FLOWS.values())))
    sources = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "api/routes").glob("*.py")))
    expected_facts = {re.sub(r"{\w+}", "{id}", path) for path in re.findall(r'@router\.\w+\("([^"]+)"', sources)}
    assert routes
    assert routes - expected_facts == set()


def test_every_file_that_the_page_names_exists():
    names = set(re.findall(r"`((?:\w+/)+(?:[\w.]+\.\w+)?)`", PAGE))
    assert len(names) > 20
    assert [name for name in names if not (ROOT / name).exists()] == []
