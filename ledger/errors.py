"""Every error of the kernel, as one closed tree; `api.errors` maps each branch to an HTTP status.

Messages are lower case, without a full stop. They name ids but never personal data, and give the next valid step where
there is one.
"""

from __future__ import annotations

from typing import ClassVar


class LedgerError(Exception):
    """The root class: catch it to catch every error of the kernel and of its ports."""

    code: ClassVar[str] = "ledger_error"


class AccessDenied(LedgerError):
    """The rule answered no. The caller learns nothing more; the receipt at `position` has the reason."""

    code = "access_denied"

    def __init__(self, position: int | None = None) -> None:
        super().__init__("access denied")
        self.position = position


class NotFound(LedgerError):
    """Nothing of that name is visible to the caller; absent and forbidden are indistinguishable."""

    code = "access_denied"


class SessionRequired(LedgerError):
    """The request has no valid session."""

    code = "session_required"


class PasscodeInvalid(LedgerError):
    """The passcode of a link is wrong or missing; after `remaining` more wrong passcodes the link is over."""

    code = "passcode_invalid"

    def __init__(self, remaining: int) -> None:
        super().__init__(f"the passcode is wrong or missing; {remaining} tries remain")
        self.remaining = remaining


class SignatureInvalid(LedgerError):
    """The signature is not the named signer's over exactly this statement."""

    code = "signature_invalid"


class OtherSite(SignatureInvalid):
    """A passkey signed for another site than this ledger's."""

    code = "signature_invalid"


class WrongChain(SignatureInvalid):
    """The statement was signed for another chain or another contract."""

    code = "wrong_chain"


class NotEntitled(LedgerError):
    """The signer or caller is known, but may not make this statement."""

    code = "not_entitled"


class StaleConsent(LedgerError):
    """The statement does not follow the newest accepted one; the caller needs a new draft."""

    code = "stale_consent"


class InvalidStatement(LedgerError):
    """The statement contradicts itself or the current time: an unknown term, a past window, an empty grant."""

    code = "invalid_statement"


class UnknownTerm(InvalidStatement):
    """A category, purpose, action or condition that no catalog declares."""

    code = "unknown_term"


class MalformedInput(LedgerError):
    """The bytes do not have the required format."""

    code = "malformed_input"


class TooLarge(LedgerError):
    """The input exceeds its stated bound in bytes or items."""

    code = "too_large"


class TooManyPeople(LedgerError):
    """The question is about more people than are looked at while the caller waits; it can be asked in the background.

    It is raised before anybody is looked at, and does not give the number.
    """

    code = "too_many_people"


class ProofInvalid(LedgerError):
    """A Merkle proof does not lead to the root it claims."""

    code = "proof_invalid"


class ReceiptRequired(LedgerError):
    """A key was requested without the durable, permitting receipt that releases it."""

    code = "receipt_required"


class IntegrityFailure(LedgerError):
    """Stored bytes are not the bytes that were anchored; no data is returned."""

    code = "integrity_failure"


class PayloadMissing(IntegrityFailure):
    """The payload store answers and has no such payload."""

    code = "integrity_failure"


class PayloadAltered(IntegrityFailure):
    """A stored block does not hash to its name."""

    code = "integrity_failure"


class KeyDestroyed(LedgerError):
    """The record was erased: its key no longer exists."""

    code = "key_destroyed"


class TooManyRequests(LedgerError):
    """The caller exceeded a limit; the error states when to try again."""

    code = "too_many_requests"


class SourceUnavailable(LedgerError):
    """Chain, store or key service cannot answer now: the answer is unknown, neither yes nor revoked."""

    code = "source_unavailable"


class StorageFull(SourceUnavailable):
    """The disk is full; nothing was accepted."""

    code = "storage_full"


class ChainBehind(SourceUnavailable):
    """The index lags behind the chain by more than the configured bound."""

    code = "chain_behind"
