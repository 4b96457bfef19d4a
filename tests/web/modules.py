"""Modules of the pages, bundled as in the built scripts, so that a test can call their exports."""

import json
from functools import cache

from mydata_ledger.ledger.typed_data.types import TYPES
from mydata_ledger.scripts.bundle import bundle
from mydata_ledger.scripts.paths import WEB


@cache
def bundled(name, folder):
    """The script that gives the exports of a module below `web` to `globalThis.exports`."""
    entry = folder / "entry.js"
    entry.write_text(f"import * as all from {json.dumps(str((WEB / name).resolve()))};\nglobalThis.exports = all;\n")
    return bundle(entry, {"types": TYPES}, "iife")


def load(tab, name, folder):
    """Give a tab the exports of a module as `exports`."""
    tab.run(bundled(name, folder) + ";0")
