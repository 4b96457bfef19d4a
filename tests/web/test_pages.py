"""The pages that a newcomer sees, in real Chromium against the running stack."""

import re
import shutil
import subprocess

import pytest

from mydata_ledger.scripts.stack import Stack

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=6000",
)
if CHROMIUM is None:
    pytest.skip("no Chromium on this machine; CI installs Debian's", allow_module_level=True)


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    with Stack(tmp_path_factory.mktemp("web") / "state", on_status=lambda _: None) as running:
        running.register_party("0x" + "11" * 20, "Hangang <b>Hospital</b>", ["holder", "hospital"], b"")
        yield running


@pytest.fixture
def seen(stack, tmp_path):
    def read_page(path):
        command = [CHROMIUM, *QUIET, f"--user-data-dir={tmp_path}", "--dump-dom", stack.url + path]
        return subprocess.run(command, capture_output=True, text=True, timeout=90, check=True).stdout

    return read_page


def words(dom):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", dom))


def test_the_status_page_shows_the_ledger_as_it_is(seen):
    page = words(seen("/"))
    assert "Serving. Chain 31337 followed to block" in page
    assert re.search(r"Consents and withdrawals 0 all on chain", page)
    assert "MyData Ledger gateway collector holder operator" in page


def test_a_party_s_name_is_text_and_never_markup(seen):
    assert "Hangang &lt;b&gt;Hospital&lt;/b&gt;" in seen("/")


def test_the_interface_is_described_without_calling_home(seen, stack):
    dom = seen("/docs")
    assert "trials service" in words(dom)
    sources = re.findall(r'(?:src|href)="(https?://[^"]+)"', dom)
    assert [source for source in sources if not source.startswith(stack.url)] == []
