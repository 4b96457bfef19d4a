"""A person on their own pages: signing in, going to an address, and filling in forms."""

import base64
import os
from pathlib import Path

from tests.web.axe import ENGINE, faults
from tests.web.passkey_tab import PasskeyTab
from tests.web.wallets import WalletTab

SHOTS = os.environ.get("SCREENSHOTS")
"""A folder for screenshots, for people who look at them."""
PHONE = 390


def with_wallet(tab, stack, wallet, language, path):
    """A person who signed in with a wallet and is on a page."""
    page = WalletTab(tab, wallet)
    tab.open(stack.url + "/portal")
    page.click(f"[data-language={language}]")
    page.click("#sign-in")
    page.until("!!document.querySelector('#signed-in')")
    go(page, path)
    return page


def with_passkey(tab, stack, language, path, *, derives=True):
    """A person who made a passkey and is on a page."""
    page = PasskeyTab(tab, derives=derives)
    tab.open(stack.url + "/portal")
    page.click(f"[data-language={language}]")
    page.click("#start")
    page.click("#passkey-new")
    page.until("!!document.querySelector('#signed-in')")
    go(page, path)
    return page


def go(page, path):
    """Follow a link of the page to an address of the portal."""
    page.run(f"history.pushState(null, '', {path!r}); dispatchEvent(new PopStateEvent('popstate'))")
    page.until(f"location.pathname === {path!r} && !document.querySelector('.waiting')")


SET_SCRIPT = """
((one, value) => {
  const kinds = { SELECT: HTMLSelectElement, TEXTAREA: HTMLTextAreaElement };
  const kind = kinds[one.tagName] ?? HTMLInputElement;
  one.focus();
  Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(one, value);
  for (const name of ["input", "change"]) one.dispatchEvent(new Event(name, { bubbles: true }));
})
"""


def labelled(page, test):
    """JavaScript for the control of the visible label whose text, as `text`, passes a test."""
    labels = "[...document.querySelectorAll('label')].filter((one) => one.getClientRects().length)"
    find = f"{labels}.find((one) => {{ const text = one.innerText.trim(); return {test}; }})"
    page.until(f"!!({find})")
    return f"{find}.control"


def field(page, label, value):
    """Type into the field whose label begins so, or choose there."""
    page.run(f"{SET_SCRIPT}({labelled(page, f'text.startsWith({label!r})')}, {value!r})")


def tick(page, label):
    """Tick or untick the check box or choice with that label."""
    page.run(f"{labelled(page, f'text === {label!r}')}.click()")


def trouble(page):
    """The sentence of an error, once there is one."""
    page.until("!document.getElementById('problem').hidden")
    return page.text("#problem")


def check_page(page, name):
    """Nothing is wider than the screen, nothing is inaccessible, and the page reported no error."""
    assert page.run("document.documentElement.scrollWidth <= window.innerWidth"), name
    if SHOTS:
        shot = page.tab.send("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        Path(SHOTS, f"{name}.png").write_bytes(base64.b64decode(shot))
    assert not ENGINE.exists() or faults(page.tab) == {}, name
    assert page.tab.problems == [], name


def press_ticks(page, *values):
    """Click the check boxes with these values."""
    for value in values:
        page.click(f"input[type=checkbox][value={value!r}]")
