"""`python -m mydata_ledger.scripts.settings` writes docs/settings.md of a checkout."""

from mydata_ledger.scripts.paths import ROOT
from mydata_ledger.scripts.settings.page import page

if __name__ == "__main__":
    (ROOT / "docs/settings.md").write_text(page(), encoding="utf-8")
