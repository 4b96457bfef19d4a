"""C2SP signed notes: log checkpoints that tools for other transparency logs can verify, and that witnesses cosign."""

from mydata_ledger.ledger.note.checkpoint import Checkpoint, cosign, cosigned_at, cosigned_message
from mydata_ledger.ledger.note.keys import COSIGNATURE, ED25519, Signer, Verifier
from mydata_ledger.ledger.note.signed import Note, Signature, is_name

__all__ = [
    "COSIGNATURE",
    "ED25519",
    "Checkpoint",
    "Note",
    "Signature",
    "Signer",
    "Verifier",
    "cosign",
    "cosigned_at",
    "cosigned_message",
    "is_name",
]
