"""Names are the field's words, and each class name means one thing (docs/glossary.md, docs/adr/README.md)."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PRODUCT = ("ledger", "anchors", "api", "client", "formats", "services", "scripts")
PYTHON = (*PRODUCT, "testing", "bench", "tests")
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")
QUOTED = re.compile(r"`(?:\\.|[^`\\])*`|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|//[^\n]*|/\*.*?\*/", re.DOTALL)

METAPHORS = {
    *("wicket", "lane", "pen", "shelf", "shelves", "sift", "sifted", "sifting", "widening", "gathering", "survey"),
    *("surveyed", "glance", "wondering", "restraint", "foresight", "premises", "verbs", "house", "courier", "couriers"),
    *(
        "parcel",
        "parcels",
        "tellable",
        "teller",
        "desk",
        "curtain",
        "scene",
        "stage",
        "fronted",
        "said",
        "told",
        "meant",
    ),
}
"""No part of an identifier, and no word of a docstring."""
IDENTIFIERS = {
    *("Groups", "Together", "together", "Asked", "asked", "Callers", "Intake", "intake", "Busy", "Place", "Ground"),
    *("ground", "Kind", "alike", "gather", "Looks", "ServerLooks", "look", "Witnessing", "witness", "Paper", "Papers"),
    *(
        "papers",
        "Behind",
        "behind",
        "AboutPerson",
        "LookingBack",
        "Known",
        "known",
        "Change",
        "Question",
        "Answer",
        "at",
    ),
    *("CAREFUL", "Pace", "pace", "Paced", "paced", "BoundedBodies", "Headers", "story", "acts", "Safe", "safe"),
    *("Contents", "contents", "Sheet", "sheet", "set_aside", "is_quick", "here"),
}
"""Ordinary words that stood for something else: not as a whole identifier."""
FUNCTIONS = {"then", "now"}
"""A time is called `now`, so nothing that makes a future is."""
COSIGNER = (
    "ledger/note/",
    "anchors/tiles/",
    "scripts/cli/notes.py",
    "tests/ledger/test_note.py",
    "tests/anchors/test_tiles",
)
FILES = ("anchors/ipld/", "formats/")
ALLOWED = {
    "witness": (*COSIGNER, "ledger/kernel/consents/paper_consent.py", "bench/decide/postgres.py"),
    "contents": FILES,
    "at": ("scripts/cli/explaining.py",),
    "pace": ("scripts/settings/",),
    "said": ("web/",),
    "House": ("web/portal/shell.jsx",),
    "lane": ("web/open.js",),
    "HOUSE": ("tests/",),
    "test_house": ("tests/",),
}
"""Identifiers that may stay, and where: a C2SP cosigner, the witness of a consent on paper, and a column on disk; the
plain English contents of files; the option `--at`; the setting MYDATA_PACE; a JSON member that pages read; an icon; the
word of FIPS 202 for 64 bits of SHA-3; the test file that CONTRIBUTING names.
"""
HOMONYMS = {}
"""Class names that stand in several packages, with the reason."""


def files(*folders):
    found = [
        path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")) if "node_modules" not in path.parts
    ]
    assert found, "a check that looked at nothing is not a check"
    return found


def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def is_form(node):
    """A form or view of the API: its fields are JSON members, which never change."""
    return isinstance(node, ast.ClassDef) and any(
        "Form" in ast.unparse(base) or "Model" in ast.unparse(base) or "View" in ast.unparse(base)
        for base in node.bases
    )


def identifiers(path):
    """Every name that a file gives to a class, function, argument, variable, attribute or import."""
    nodes = list(ast.walk(tree(path)))
    forms = [node for node in nodes if is_form(node)]
    members = {id(one.target) for form in forms for one in form.body if isinstance(one, ast.AnnAssign)}
    for node in nodes:
        match node:
            case (
                ast.ClassDef(name=name)
                | ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.arg(arg=name)
            ):
                yield name, node
            case ast.Name(id=name, ctx=ast.Store()) if id(node) not in members:
                yield name, node
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield name, node
            case ast.alias(asname=str(name)):
                yield name, node
    yield path.stem, None


def is_allowed(name, path):
    return path.relative_to(ROOT).as_posix().startswith(ALLOWED.get(name.strip("_"), ("-",)))


def is_retired(name, node):
    bare = name.strip("_")
    if bare in FUNCTIONS and isinstance(node, ast.FunctionDef) and not any(one.arg == "self" for one in node.args.args):
        return True
    return bare in IDENTIFIERS or any(word.lower() in METAPHORS for word in WORD.findall(bare))


@pytest.mark.parametrize("folder", PYTHON)
def test_no_identifier_is_a_retired_word(folder):
    found = defaultdict(set)
    for path in files(folder):
        for name, node in identifiers(path):
            if not is_allowed(name, path) and is_retired(name, node):
                found[str(path.relative_to(ROOT))].add(name)
    assert {path: sorted(names) for path, names in found.items()} == {}


@pytest.mark.parametrize("folder", PYTHON)
def test_no_docstring_speaks_in_retired_words(folder):
    found = {}
    for path in files(folder):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                words = set(re.findall(r"[a-z]+", (ast.get_docstring(node) or "").lower())) & METAPHORS
                if words:
                    found[f"{path.relative_to(ROOT)}:{getattr(node, 'name', '')}"] = sorted(words)
    assert found == {}


@pytest.mark.parametrize("folder", PRODUCT)
def test_a_docstring_can_be_read_alone(folder):
    found = []
    for path in files(folder):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                text = ast.get_docstring(node) or ""
                if text.startswith("The same") or re.fullmatch(
                    r"(What|Who|Which|It|One) (is|was|are|were|has been) \w+ed\.?", text
                ):
                    found.append(f"{path.relative_to(ROOT)}:{getattr(node, 'name', '')}: {text[:60]}")
    assert found == []


def test_no_name_in_the_pages_scripts_is_a_retired_word():
    found = defaultdict(set)
    scripts = [path for path in sorted((ROOT / "web").rglob("*.js*")) if path.suffix in {".js", ".jsx"}]
    scripts = [path for path in scripts if "built" not in path.parts]
    assert scripts
    for path in scripts:
        for name in IDENTIFIER.findall(QUOTED.sub(" ", path.read_text(encoding="utf-8"))):
            if not is_allowed(name, path) and any(word.lower() in METAPHORS for word in WORD.findall(name)):
                found[str(path.relative_to(ROOT))].add(name)
    assert {path: sorted(names) for path, names in found.items()} == {}


def test_a_class_name_means_one_thing():
    where = defaultdict(set)
    for path in files(*PRODUCT, "testing", "bench"):
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                where[node.name].add(str(path.parent.relative_to(ROOT)))
    assert {name: sorted(packages) for name, packages in where.items() if len(packages) > 1} == HOMONYMS


def test_every_exception_is_still_needed():
    python = [
        (path, name.strip("_")) for path in files(*PYTHON) for name, node in identifiers(path) if is_retired(name, node)
    ]
    used = {(name, where) for path, name in python for where in ALLOWED.get(name, ()) if is_below(path, where)}
    assert {
        (name, where) for name, places in ALLOWED.items() for where in places if not where.startswith("web/")
    } == used


def is_below(path, where):
    return path.relative_to(ROOT).as_posix().startswith(where)
