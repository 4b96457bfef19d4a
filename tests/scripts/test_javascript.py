"""The JavaScript of the pages: its types, as the TypeScript compiler checks them, and a sentence for each export."""

import re
import shutil
import subprocess

import pytest

from mydata_ledger.ledger.consent import Effect
from mydata_ledger.ledger.consent_request import RequestState, WishKind
from mydata_ledger.ledger.message import Event
from mydata_ledger.ledger.status import Status
from mydata_ledger.ledger.typed_data.types import MEMBERS
from mydata_ledger.scripts.npm import ToolMissing, node, node_modules
from mydata_ledger.scripts.paths import ROOT, WEB

TSC = node_modules() / "typescript" / "bin" / "tsc"
SOURCES = sorted(path for path in [*WEB.rglob("*.js"), *WEB.rglob("*.jsx")] if path.parent.name != "built")
INTERFACE = re.compile(r"^export interface (\w+) \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
MEMBER = re.compile(r"^  (\w+): (.+);$", re.MULTILINE)
EXPORTED = re.compile(r"export (?:async )?(?:function|class) |export const \w+ = (?:async )?\(")
TYPE_OF = {"string": "string", "uint64": "bigint", "bool": "boolean", "bytes": "Uint8Array", "bytes32": "Uint8Array"}
TYPE_OF |= {"address": "string", "Grant": "Grant"}
CODES = {
    ("Message", "event"): Event,
    ("ConsentRequest", "state"): RequestState,
    ("Consent", "status"): Status,
    ("Wish", "kind"): WishKind,
    ("Grant", "effect"): Effect,
}
FAULTS = {
    "a number for text": ("web/portal/bytes.js", "utf8(1);"),
    "a text that no language has": ("web/portal/words.js", 'translate("nowhere");'),
    "a missing member": ("web/verify/merkle.js", "leafHash(new Uint8Array()).size;"),
}


def errors(project):
    try:
        command = [node(), str(TSC), "--project", str(project), "--pretty", "false"]
    except ToolMissing as missing:
        pytest.skip(str(missing))
    done = subprocess.run(command, capture_output=True, text=True, cwd=project, timeout=120, check=False)
    lines = [line for line in done.stdout.splitlines() if "error TS" in line]
    assert (done.returncode == 0) == (not lines), done.stdout + done.stderr
    return lines


def test_the_types_of_every_page_agree():
    assert errors(ROOT) == []


def test_every_script_is_checked(tmp_path):
    copy_to(tmp_path)
    for path in SOURCES:
        with (tmp_path / path.relative_to(ROOT)).open("a", encoding="utf-8") as file:
            file.write('\n/** @type {number} */\nexport const planted = "text";\n')
    found = {line.partition("(")[0] for line in errors(tmp_path)}
    assert found >= {str(path.relative_to(ROOT)) for path in SOURCES}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_type_error_is_found(tmp_path, fault):
    copy_to(tmp_path)
    name, line = FAULTS[fault]
    with (tmp_path / name).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    assert [one.partition("(")[0] for one in errors(tmp_path)] == [name]


def copy_to(folder):
    shutil.copyfile(ROOT / "tsconfig.json", folder / "tsconfig.json")
    shutil.copytree(ROOT / "web", folder / "web")
    (folder / "node_modules").symlink_to(node_modules(), target_is_directory=True)


def test_declared_statements_are_those_that_are_signed():
    declared = dict(INTERFACE.findall((WEB / "verify" / "statements.d.ts").read_text(encoding="utf-8")))
    for kind, members in MEMBERS.items():
        expected = [
            (name, TYPE_OF[type_.removesuffix("[]")] + "[]" * type_.endswith("[]")) for type_, name, _ in members
        ]
        assert MEMBER.findall(declared[kind]) == expected, kind


@pytest.mark.parametrize(("interface", "member"), CODES)
def test_declared_codes_are_those_of_the_ledger(interface, member):
    """Each needs a text in English and Korean, without which the types do not agree."""
    declared = dict(INTERFACE.findall((WEB / "portal" / "answers.d.ts").read_text(encoding="utf-8")))
    union = re.search(rf"^  {member}:([^;]+);", declared[interface], re.MULTILINE)
    assert set(re.findall(r'"([^"]+)"', union[1])) == set(CODES[interface, member])


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(WEB)))
def test_every_exported_function_says_what_it_does(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    exported = [(before, line) for before, line in zip(["", *lines], lines, strict=False) if EXPORTED.match(line)]
    assert [line for before, line in exported if not before.endswith("*/")] == []
