"""`python -m testing.capabilities` writes docs/services.md."""

from testing.capabilities.page import page
from testing.capabilities.rows import ROOT, capabilities

if __name__ == "__main__":
    (ROOT / "docs/services.md").write_text(page(capabilities()), encoding="utf-8")
