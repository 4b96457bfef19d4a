"""A person at a page: what they click, what they press, what they read."""


class Hands:
    """Somebody before a tab."""

    def __init__(self, tab):
        self.tab = tab

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
        self.until(f"document.querySelector({selector!r}).innerText.includes({text!r})")
