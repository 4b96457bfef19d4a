"""Pages agree with the repository: links lead somewhere, every decision record is in the index, words are today's."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ADRS = ROOT / "docs/adr"
INDEX = (ADRS / "README.md").read_text(encoding="utf-8")
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
STATUS = re.compile(r"accepted\b|Changed in part: |Superseded by ADR \d+|no record$")
SOURCES = ("anchors", "api", "client", "formats", "ledger", "scripts", "services", "web", "testing")


def anchors_of(page):
    """The fragments that GitHub makes of a page's headings."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_and_to_a_heading_leads_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"\w+:", link)]
    for link in links:
        path, _, fragment = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not fragment or fragment in anchors_of(target), link


def test_every_decision_record_is_in_the_index_with_its_status():
    rows = {
        int(number): (link, status)
        for number, link, status in re.findall(
            r"^\| (?:\[)?(\d+)(?:\]\(([\w.-]+)\))? \| .+ \| (.+) \|$", INDEX, re.MULTILINE
        )
    }
    files = {int(path.name[:4]): path.name for path in ADRS.glob("0*.md")}
    assert {number: link for number, (link, _) in rows.items() if link} == files
    assert sorted(rows) == list(range(1, max(files) + 1)), "a number that is left out is said to be"
    assert [status for _, status in rows.values() if not STATUS.match(status)] == []
    assert {number for _, status in rows.values() for number in numbers(status)} <= files.keys()


def numbers(status):
    """The decision records that a status names."""
    return {int(one) for some in re.findall(r"ADR ([\d, ]+)", status) for one in re.findall(r"\d+", some)}


def test_what_a_record_says_of_its_own_status_agrees_with_the_index():
    for path in ADRS.glob("0*.md"):
        statement = re.findall(r"^\*\*(?:Status:|Went on by)\*\* (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        row = next(line for line in INDEX.splitlines() if f"({path.name})" in line)
        assert {one for status in statement for one in numbers(status.partition("Adds to")[0])} <= numbers(row), (
            path.name
        )


def test_names_of_today_stand_in_the_sources():
    table = INDEX.partition("| old word | today |")[2].partition("<!--")[0]
    names = {name for row in table.splitlines() for name in re.findall(r"`(\w+)`", "|".join(row.split("|")[2:3]))}
    assert len(names) > 15
    words = {word for path in code() for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))}
    assert names - words == set()


def code():
    return [path for folder in SOURCES for path in (ROOT / folder).rglob("*.py")]


def test_no_page_names_a_path_of_a_machine():
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=False)
    pages = [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).exists()] or PAGES
    wrong = {
        str(page.relative_to(ROOT)): found
        for page in pages
        if (found := re.findall(r"/(?:home|root|tmp|Users)/\S+", page.read_text()))
    }
    assert wrong == {}


def test_the_changelog_has_one_line_for_each_entry():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE)[0] == "Unreleased"
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)[1]
    assert version in re.findall(r"^## (\d\S+)", text, re.MULTILINE)
    body = text.partition("## Unreleased")[2]
    assert [line for line in body.splitlines() if line and not re.match(r"(##+ \S|- .{1,190}$)", line)] == []


def test_the_demo_has_the_parts_that_its_page_lists():
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "scripts/demonstration/steps").glob("*.py"))
    page = (ROOT / "docs/demo.md").read_text(encoding="utf-8")
    printed = {int(number): part for number, part in re.findall(r'title\("(\d+) · ([^"]+)"\)', source)}
    listed = {int(number): part for number, part in re.findall(r"^(\d+)\. \*([^*]+)\*", page, re.MULTILINE)}
    assert printed == listed
