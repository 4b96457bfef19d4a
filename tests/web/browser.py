"""Real Chromium; see testing/browser.py."""

from testing.browser import CHROMIUM, Tab, chromium, require_chromium

__all__ = ["CHROMIUM", "Tab", "chromium", "require_chromium"]
