"""The second from which emergency access has its scope: `keystore/rule.json`, made once in each ledger (ADR 55)."""

from __future__ import annotations

from pathlib import Path

import orjson

from mydata_ledger.anchors.durable import create
from mydata_ledger.ledger.errors import SourceUnavailable

RULE = "rule.json"
LATEST = 2**53
REMEDY = f"{RULE} cannot be read; start the server once, or restore the keystore from its backup"


def rule_since(keystore: Path, now: int) -> int:
    """The UTC second; made at the first start of this version, for the second after `now`.

    Of several processes that make it at the same time one succeeds, and all return its second. A decision of the second
    in which the earlier version ended is one of the earlier rule. Raises SourceUnavailable, StorageFull.
    """
    path = keystore / RULE
    if not path.exists():
        create(path, orjson.dumps({"emergency_since": now + 1}))
    return read_rule_since(keystore)


def read_rule_since(keystore: Path) -> int:
    """The UTC second that the ledger keeps. Raises SourceUnavailable if there is none, or the file is broken."""
    try:
        since = orjson.loads((keystore / RULE).read_bytes())["emergency_since"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceUnavailable(REMEDY) from error
    if type(since) is not int or not 0 <= since <= LATEST:
        raise SourceUnavailable(REMEDY)
    return since
