"""`python -m bench.fuzz.run NAME FOLDER [libFuzzer options]`: fuzz one parser until a limit is reached."""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module


def main() -> None:
    """Instrument the parser, then fuzz it."""
    atheris = import_module("atheris")
    with atheris.instrument_imports(include=["mydata_ledger", "json"]):
        target = import_module("bench.fuzz.targets").TARGETS[sys.argv[1]]
    refusal = import_module("mydata_ledger.ledger.errors").LedgerError

    def once(raw: bytes) -> None:
        with suppress(refusal):
            target(raw)

    atheris.Setup([sys.argv[0], *sys.argv[2:]], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
