"""Names of environment variables that begin with `MYDATA_`: an unknown one is refused, not passed over."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping

from mydata_ledger.scripts.settings.values import BadSetting, nearest

PREFIX = "MYDATA_"
OF_COMMANDS = {
    "MYDATA_URL": "Base URL of the API that a command of `mydata` calls, as its option `--url`.",
    "MYDATA_KEY": "Key file that a command of `mydata` signs with, as its option `--key`.",
    "MYDATA_KEY_PASSPHRASE": "Passphrase of that key file, if it has one; without it the command asks.",
}
OF_TOOLS = {
    "MYDATA_PYTHON": "Python program that `bench/run` uses instead of the one in `.venv`.",
    "MYDATA_CORPORA": "Folder where the fuzzer keeps its inputs.",
    "MYDATA_KUBO": "IPFS node (Kubo) that the tests start.",
    "MYDATA_KUBO_BUILD_SECONDS": "Seconds that `scripts/kubo` may take to build that node.",
    "MYDATA_TEST_ENVIRONMENT": "Set by the tests of the wheel on the processes that they start.",
}


def key_passphrase() -> str:
    """Passphrase of the key file that a command signs with; empty if it is not set."""
    return os.environ.get("MYDATA_KEY_PASSPHRASE", "")


def refuse_unknown(environ: Mapping[str, str], settings: Collection[str]) -> None:
    """Raise BadSetting for a `MYDATA_` variable that neither a setting, a command nor a tool reads."""
    valid_names = sorted({*settings, *OF_COMMANDS, *OF_TOOLS})
    if unknown := sorted(name for name in environ if name.startswith(PREFIX) and name not in valid_names):
        raise BadSetting(f"no setting is named {unknown[0]}; the nearest name is {nearest(unknown[0], valid_names)}")
