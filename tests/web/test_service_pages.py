"""The pages of the services, in real Chromium: both languages, light and dark, at two widths."""

import json
from pathlib import Path

import pytest

from tests.web.axe import faults, needs_axe
from tests.web.browser import chromium, require_chromium

require_chromium()
SERVICES = Path(__file__).parents[2] / "services"
NAMES = sorted(page.parent.name for page in SERVICES.glob("*/page"))
SCREENS = pytest.mark.parametrize("screen", [(390, True), (1200, False)])
"""Width in pixels, and whether it is dark."""
TEXTS = "[document.title, ...[...document.querySelectorAll('[data-text]')].map((one) => one.textContent)]"


@pytest.fixture(scope="module")
def url(running):
    return running.url


@pytest.fixture
def tab(tmp_path):
    with chromium(tmp_path) as opened:
        yield opened


@needs_axe
@SCREENS
@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("name", NAMES)
def test_each_page_is_in_the_language_of_the_browser_and_nothing_is_wrong_with_it(url, tab, name, language, screen):
    tab.read_page(screen[0], dark=screen[1])
    agent = tab.run("navigator.userAgent")
    tab.send("Emulation.setUserAgentOverride", userAgent=agent, acceptLanguage={"en": "en-GB", "ko": "ko-KR"}[language])
    texts = json.loads((SERVICES / name / "messages" / f"{language}.json").read_text(encoding="utf-8"))
    tab.open(f"{url}/services/{name}/")
    tab.until(f"document.documentElement.lang === {language!r} && document.title === {json.dumps(texts['name'])}")
    assert tab.run(TEXTS) == list(texts.values())
    assert faults(tab) == {}
    assert tab.problems == []
    assert tab.run("document.documentElement.scrollWidth <= innerWidth")
    assert [request for request in tab.requests if not request.startswith(url)] == []


def test_what_the_pages_name_is_there(url, tab):
    links = "[...document.querySelectorAll('a')].map((one) => one.pathname)"
    for name in NAMES:
        tab.open(f"{url}/services/{name}/")
        for path in tab.run(links):
            assert tab.run(f"fetch({path!r}).then((answer) => answer.status)") == 200
