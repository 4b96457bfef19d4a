"""Serves tiles from the database, and a signed checkpoint whose size never gets smaller."""

from __future__ import annotations

from collections.abc import Mapping

from mydata_ledger.anchors.durable import locked
from mydata_ledger.anchors.ports import AnchoredStore
from mydata_ledger.anchors.tiles.checkpoint_store import COSIGNED, CheckpointStore
from mydata_ledger.anchors.tiles.keys import NoteKeys
from mydata_ledger.ledger import tiles
from mydata_ledger.ledger.errors import NotEntitled, NotFound, SourceUnavailable
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.note import Checkpoint, Note, Signature, cosigned_at
from mydata_ledger.ledger.tiles import TilePosition
from mydata_ledger.ledger.typed_data import Domain

StoredCheckpoint = tuple[Note, Checkpoint]


def origin_of(log: str, domain: Domain) -> str:
    """Return the origin of a log: its name in checkpoints. It contains the address of the log's contract (CAIP-10)."""
    return f"mydata-ledger/eip155:{domain.chain_id}:{domain.contract}/{log}"


class LogTiles:
    """Implements the port `Tiles`. `domains` are the EIP-712 domains of the registries whose logs are served."""

    def __init__(
        self, store: AnchoredStore, keys: NoteKeys, checkpoints: CheckpointStore, domains: Mapping[str, Domain]
    ) -> None:
        self._log, self._anchoring, self._keys, self._checkpoints = store.log, store.anchoring, keys, checkpoints
        self._origins = {log: origin_of(log, domain) for log, domain in domains.items()}

    def checkpoint(self, log: str) -> bytes:
        """Return the newest signed checkpoint, of the largest head that was ever anchored as deep as configured.

        A checkpoint is stored durably before it is returned. It is returned until a larger head is anchored, even if
        the chain is reorganised in between, since the log itself only grows. Raises SourceUnavailable.
        """
        return bytes(self._newest(log)[0])

    def _newest(self, log: str) -> StoredCheckpoint:
        stored = self._checkpoints.newest(self._origins[log])
        if stored and not self._is_outdated(log, stored):
            return stored
        with locked(self._checkpoints.folder):
            return self._sign(log, self._checkpoints.newest(self._origins[log]))

    def _is_outdated(self, log: str, stored: StoredCheckpoint) -> bool:
        note, checkpoint = stored
        live_keys = {(signer.name, signer.verifier.key_id) for signer in self._keys.signers(self._origins[log])}
        signing_keys = {(signature.name, signature.key_id) for signature in note.signatures}
        return live_keys != signing_keys or self._anchored(log, checkpoint.head).size > checkpoint.head.size

    def _sign(self, log: str, stored: StoredCheckpoint | None) -> StoredCheckpoint:
        head = self._anchored(log, stored[1].head if stored else None)
        if stored:
            self._check_continues(log, stored[1].head)
            head = max(head, stored[1].head, key=lambda candidate: candidate.size)
        origin = self._origins[log]
        checkpoint = Checkpoint(origin, head)
        text = str(checkpoint)
        note = Note(text, tuple(key.sign(text) for key in self._keys.signers(origin)))
        self._checkpoints.keep(origin, note)
        return note, checkpoint

    def _anchored(self, log: str, signed: Head | None) -> Head:
        """Return the anchored head, or the signed one while the chain contradicts the database."""
        try:
            return self._log.anchored(log).head
        except SourceUnavailable:
            if signed is None:
                raise
            return signed

    def _check_continues(self, log: str, signed: Head) -> None:
        if self._log.head_at(log, signed.size) != signed:
            raise SourceUnavailable(
                f"the {log} log no longer holds the {signed.size} entries it signed for; restore the newest backup"
            )

    def cosigned(self, log: str) -> bytes:
        """Return the newest checkpoint that a witness cosigned. Raises NotFound."""
        stored = self._checkpoints.newest(self._origins[log], COSIGNED)
        if stored is None:
            raise NotFound
        return bytes(stored[0])

    def cosign(self, log: str, note: bytes) -> bytes:
        """Store cosignatures of witnesses on a checkpoint that this log signed.

        Returns:
            The note with all cosignatures that are stored for it. A note of a smaller head than the newest cosigned one
            is checked, but not stored.

        Raises:
            MalformedInput, TooLarge, SignatureInvalid: The note is none, or a signature is wrong.
            NotEntitled: The note is of another log, or no witness of it is known.
        """
        submitted = Note.parse(note)
        checkpoint, origin = Checkpoint.parse(submitted.text), self._origins[log]
        own = self._own_signatures(submitted, origin)
        cosignatures = self._cosignatures(submitted)
        if checkpoint.origin != origin or not own:
            raise NotEntitled(f"the note is no checkpoint that this {log} log signed; fetch the newest and cosign that")
        if not cosignatures:
            raise NotEntitled("no witness of the note is known here; ask the operator to add its verifier key")
        return self._keep_cosigned(origin, Note(submitted.text, (*own, *cosignatures)), checkpoint.head.size)

    def _keep_cosigned(self, origin: str, note: Note, size: int) -> bytes:
        with locked(self._checkpoints.folder):
            stored = self._checkpoints.newest(origin, COSIGNED)
            if stored and stored[0].text == note.text:
                note = stored[0].with_signatures(note.signatures)
            if stored is None or size >= stored[1].head.size:
                self._checkpoints.keep(origin, note, COSIGNED)
        return bytes(note)

    def _own_signatures(self, note: Note, origin: str) -> list[Signature]:
        """Return the signatures of our own keys under the note. Each is checked."""
        signatures = []
        for signer in self._keys.signers(origin):
            if signature := signer.verifier.own(note):
                signer.verifier.check(note)
                signatures.append(signature)
        return signatures

    def _cosignatures(self, note: Note) -> list[Signature]:
        """Return the cosignatures of known witnesses under the note. Each is checked."""
        signatures = []
        for witness in self._checkpoints.witnesses():
            if signature := witness.own(note):
                cosigned_at(note, witness)
                signatures.append(signature)
        return signatures

    def tile(self, log: str, level: int, position: TilePosition) -> bytes:
        """Return the hashes of complete subtrees, one after another.

        Raises NotFound beyond the checkpoint, SourceUnavailable.
        """
        self._check_exists(log, level, position)
        hashes = self._anchoring.subtrees(log, tiles.HEIGHT * level, position.start, position.entries)
        return b"".join(self._checked_length(position, hashes))

    def entries(self, log: str, position: TilePosition) -> bytes:
        """Return the entries of a level-0 tile, each after its length. Raises NotFound beyond the checkpoint."""
        self._check_exists(log, 0, position)
        return tiles.bundle(
            self._checked_length(position, self._anchoring.entries(log, position.start, position.entries))
        )

    def _check_exists(self, log: str, level: int, position: TilePosition) -> None:
        stored = self._checkpoints.newest(self._origins[log])
        if stored is None or not position.exists(level, stored[1].head.size):
            raise NotFound

    @staticmethod
    def _checked_length(position: TilePosition, hashes: list[bytes]) -> list[bytes]:
        if len(hashes) != position.entries:
            raise SourceUnavailable("the log has lost what it signed for; restore the newest backup")
        return hashes

    def verifiers(self, log: str) -> list[str]:
        """Return the verifier keys of the signers of the log, newest first."""
        return [str(signer.verifier) for signer in self._keys.signers(self._origins[log])]
