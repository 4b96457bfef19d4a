"""Every refusal the kernel knows, as one closed tree; `api.errors` gives each branch its HTTP face.

Messages are lower case, without a full stop, name ids but never personal data, and say the next valid step where there
is one.
"""

from __future__ import annotations

from typing import ClassVar


class LedgerError(Exception):
    """The root: catch this to catch whatever the kernel or an anchor may refuse."""

    code: ClassVar[str] = "ledger_error"


class AccessDenied(LedgerError):
    """The rule said no; the caller learns nothing more, the receipt at `position` knows why."""

    code = "access_denied"

    def __init__(self, position: int | None = None) -> None:
        super().__init__("access denied")
        self.position = position


class NotFound(LedgerError):
    """Nothing of that name is visible to the caller; absent and forbidden look the same."""

    code = "access_denied"


class SessionRequired(LedgerError):
    """No valid signed session came with the request."""

    code = "session_required"


class PasscodeInvalid(LedgerError):
    """A link asks for a passcode, and this is not it; after `remaining` more wrong ones the link is over."""

    code = "passcode_invalid"

    def __init__(self, remaining: int) -> None:
        super().__init__(f"the passcode is wrong or missing; {remaining} tries remain")
        self.remaining = remaining


class SignatureInvalid(LedgerError):
    """The signature is not the named signer's over exactly this statement."""

    code = "signature_invalid"


class WrongChain(SignatureInvalid):
    """The statement was signed for another chain or another contract."""

    code = "wrong_chain"


class NotEntitled(LedgerError):
    """The signer or caller is known, but may not make this statement."""

    code = "not_entitled"


class StaleConsent(LedgerError):
    """The statement does not follow the newest accepted one; ask for a new draft."""

    code = "stale_consent"


class InvalidStatement(LedgerError):
    """The statement contradicts itself or the time of day: an unknown term, a past window, an empty grant."""

    code = "invalid_statement"


class UnknownTerm(InvalidStatement):
    """A category, purpose, action or condition that no catalog declares."""

    code = "unknown_term"


class MalformedInput(LedgerError):
    """The bytes are not what the format says they should be."""

    code = "malformed_input"


class TooLarge(LedgerError):
    """The input is over its stated bound in bytes or items."""

    code = "too_large"


class ProofInvalid(LedgerError):
    """A Merkle proof does not lead to the root it claims."""

    code = "proof_invalid"


class ReceiptRequired(LedgerError):
    """A key was asked for without the durable, permitting receipt that releases it."""

    code = "receipt_required"


class IntegrityFailure(LedgerError):
    """Stored bytes are not the bytes that were anchored; no data is given."""

    code = "integrity_failure"


class PayloadMissing(IntegrityFailure):
    """The payload store answers, and has no such payload."""

    code = "integrity_failure"


class PayloadAltered(IntegrityFailure):
    """A stored block does not hash to its name."""

    code = "integrity_failure"


class KeyDestroyed(LedgerError):
    """The record was erased: its key no longer exists."""

    code = "key_destroyed"


class TooManyRequests(LedgerError):
    """The caller asks more often than anyone should be asked; it says when to come back."""

    code = "too_many_requests"


class SourceUnavailable(LedgerError):
    """Chain, store or key service cannot answer now: the answer is unknown, never yes and never revoked."""

    code = "source_unavailable"


class StorageFull(SourceUnavailable):
    """The disk has no room; nothing was accepted."""

    code = "storage_full"


class ChainBehind(SourceUnavailable):
    """The index lags behind the chain by more than the configured bound."""

    code = "chain_behind"
