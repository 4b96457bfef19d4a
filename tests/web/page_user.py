"""A person at a page, who clicks, types and reads; and a server whose answers can be forged."""

import json

FORGE_SCRIPT = """
(() => {
  const honest = window.fetch;
  const forged = async (text) => {
    const { statementDigest } = await import("/portal/statements.js");
    const draft = JSON.parse(text), { message, domain } = draft.typed_data;
    if (message.grants) message.grants[0].categories = ["health.genetic"];
    else message.consent = "0x" + "11".repeat(32);
    const digest = statementDigest(draft.typed_data.primaryType, JSON.stringify(message), JSON.stringify(domain));
    return JSON.stringify({ ...draft, digest });
  };
  window.forgeries = [];
  window.fetch = async (path, form) => {
    const answer = await honest(path, form);
    const forgery = window.forgeries.find(([place]) => String(path).endsWith(place));
    if (!forgery) return answer;
    const text = await answer.text(), [, pattern, instead] = forgery;
    const forgedText = pattern ? text.replace(new RegExp(pattern), instead) : await forged(text);
    return new Response(forgedText, { status: answer.status });
  };
})();
"""


class PageUser:
    """A person in front of a tab."""

    def __init__(self, tab):
        self.tab = tab
        tab.send("Page.addScriptToEvaluateOnNewDocument", source=FORGE_SCRIPT)

    def forge(self, place, pattern="", instead=""):
        """Forge the server's answers at `place` from now on: replace `pattern` by `instead`. Without a pattern, a draft
        is for other data, or ends another consent, with the matching digest.
        """
        self.run(f"window.forgeries.push({json.dumps([place, pattern, instead])})")

    def stop_forging(self):
        """Stop forging the server's answers."""
        self.run("window.forgeries.length = 0")

    def run(self, script):
        """The value of an expression, awaited."""
        return self.tab.run(script)

    def until(self, script):
        """Wait as the tab does, with this person's `run`."""
        return type(self.tab).until(self, script)

    def click(self, selector):
        """Click an element."""
        self.until(f"!!document.querySelector({selector!r}) && !document.querySelector({selector!r}).disabled")
        self.run(f"document.querySelector({selector!r}).click()")

    def press(self, text, within="body"):
        """Click the only visible button with that text."""
        find = (
            f"[...(document.querySelector({within!r})?.querySelectorAll('button') ?? [])]"
            f".filter((b) => b.getClientRects().length && !b.disabled && (b.firstChild?.textContent === {text!r}"
            f" || b.innerText.trim() === {text!r}))"
        )
        self.until(f"{find}.length > 0")
        self.run(f"{find}[0].click()")

    def text(self, selector="main"):
        """The text of an element."""
        return self.run(f"document.querySelector({selector!r}).innerText")

    def reads(self, text, selector="main"):
        """Wait until an element contains that text."""
        self.until(f"document.querySelector({selector!r})?.innerText.includes({text!r})")
