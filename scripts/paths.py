"""Folders of the program files: in a checkout of the repository, or in an installed wheel."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

PACKAGE = Path(str(files("mydata_ledger")))
"""Folder of the import package."""
ROOT = (PACKAGE / "package.json").resolve().parent
"""Root of the checkout; in an installed wheel the folder of the package."""
IS_CHECKOUT = (ROOT / "pyproject.toml").is_file()
WEB = Path(str(files("mydata_ledger.web"))).resolve()
"""Folder of the pages."""
SERVICES = Path(str(files("mydata_ledger.services"))).resolve()
"""Folder of the services."""
