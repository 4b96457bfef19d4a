"""Receipts and incidents that name a signer."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.receipt import AccessReceipt, LoggedStatement


def is_by(logged: LoggedStatement, names: Collection[str]) -> bool:
    """True for a receipt of a question by one of these names."""
    statement = logged.signed.statement
    return isinstance(statement, AccessReceipt) and statement.requester in names


def naming(signers: Collection[bytes], receipts: Sequence[LoggedStatement]) -> list[LoggedStatement]:
    """Those of the receipts and incidents that are about one of the signers, or of a question by one."""
    names = {requester_name(signer) for signer in signers}
    return [logged for logged in receipts if _person(logged) in signers or is_by(logged, names)]


def _person(logged: LoggedStatement) -> object:
    return getattr(logged.signed.statement, "data_subject", None)
