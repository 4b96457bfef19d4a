"""A person at a page: what they click, what they press, what they read; and a server that can be made to lie to it."""

import json

LIES = """
(() => {
  const honest = window.fetch;
  const forged = async (text) => {
    const { read, write } = await import("/web/portal/api.js");
    const { statementDigest } = await import("/portal/statements.js");
    const draft = read(text), { message, domain } = draft.typed_data;
    if (message.grants) message.grants[0].categories = ["health.genetic"];
    else message.consent = "0x" + "11".repeat(32);
    const digest = statementDigest(draft.typed_data.primaryType, write(message), write(domain));
    return write({ ...draft, digest });
  };
  window.lies = [];
  window.fetch = async (path, form) => {
    const answer = await honest(path, form);
    const lie = window.lies.find(([place]) => String(path).endsWith(place));
    if (!lie) return answer;
    const text = await answer.text(), [, pattern, instead] = lie;
    const lied = pattern ? text.replace(new RegExp(pattern), instead) : await forged(text);
    return new Response(lied, { status: answer.status });
  };
})();
"""


class Hands:
    """Somebody before a tab."""

    def __init__(self, tab):
        self.tab = tab
        tab.send("Page.addScriptToEvaluateOnNewDocument", source=LIES)

    def lie(self, place, pattern="", instead=""):
        """From now on, what the server answers at `place` is changed on its way to the page; without a pattern a draft
        comes for other data, or to end another consent, with the digest that belongs to it.
        """
        self.run(f"window.lies.push({json.dumps([place, pattern, instead])})")

    def stop_lying(self):
        """The server is honest again."""
        self.run("window.lies.length = 0")

    def run(self, script):
        """The value of an expression, awaited."""
        return self.tab.run(script)

    def until(self, script):
        """As the tab does, by this person's `run`."""
        return type(self.tab).until(self, script)

    def click(self, selector):
        """A person's click."""
        self.until(f"!!document.querySelector({selector!r}) && !document.querySelector({selector!r}).disabled")
        self.run(f"document.querySelector({selector!r}).click()")

    def press(self, text, within="body"):
        """Click the one visible button that says so."""
        find = (
            f"[...document.querySelector({within!r}).querySelectorAll('button')]"
            f".filter((b) => b.offsetParent && !b.disabled && b.firstChild?.textContent === {text!r})"
        )
        self.until(f"{find}.length > 0")
        self.run(f"{find}[0].click()")

    def text(self, selector="main"):
        """What stands there."""
        return self.run(f"document.querySelector({selector!r}).innerText")

    def reads(self, text, selector="main"):
        """Wait until it stands there."""
        self.until(f"document.querySelector({selector!r})?.innerText.includes({text!r})")
