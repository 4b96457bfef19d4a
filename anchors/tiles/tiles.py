"""Tiles read off the database, and a checkpoint that only ever goes forward."""

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

Kept = tuple[Note, Checkpoint]


def origin_of(log: str, domain: Domain) -> str:
    """A log's name in the world: its registry as CAIP-10 has it, so that a checkpoint says which contract to ask."""
    return f"mydata-ledger/eip155:{domain.chain_id}:{domain.contract}/{log}"


class LogTiles:
    """The Tiles port; `domains` are the registries of the logs served."""

    def __init__(
        self, store: AnchoredStore, keys: NoteKeys, shelf: CheckpointStore, domains: Mapping[str, Domain]
    ) -> None:
        self._log, self._anchoring, self._keys, self._shelf = store.log, store.anchoring, keys, shelf
        self._origins = {log: origin_of(log, domain) for log, domain in domains.items()}

    def checkpoint(self, log: str) -> bytes:
        """The newest checkpoint: of the largest head that was ever on chain as deep as configured.

        What was signed is kept durably before it is shown, and its head is shown until a larger one is on chain, also
        when the chain goes back meanwhile: the log itself does not. Raises SourceUnavailable.
        """
        return bytes(self._newest(log)[0])

    def _newest(self, log: str) -> Kept:
        kept = self._shelf.newest(self._origins[log])
        if kept and not self._is_outdated(log, kept):
            return kept
        with locked(self._shelf.folder):
            return self._sign(log, self._shelf.newest(self._origins[log]))

    def _is_outdated(self, log: str, kept: Kept) -> bool:
        wanted = {(one.name, one.verifier.key_id) for one in self._keys.signers(self._origins[log])}
        signed = {(one.name, one.key_id) for one in kept[0].signatures}
        return wanted != signed or self._anchored(log, kept[1].head).size > kept[1].head.size

    def _sign(self, log: str, kept: Kept | None) -> Kept:
        head = self._anchored(log, kept[1].head if kept else None)
        if kept:
            self._check_continues(log, kept[1].head)
            head = max(head, kept[1].head, key=lambda each: each.size)
        origin = self._origins[log]
        checkpoint = Checkpoint(origin, head)
        text = str(checkpoint)
        note = Note(text, tuple(key.sign(text) for key in self._keys.signers(origin)))
        self._shelf.keep(origin, note)
        return note, checkpoint

    def _anchored(self, log: str, known: Head | None) -> Head:
        """What is on chain; while the chain contradicts the database, what was signed before."""
        try:
            return self._log.anchored(log).head
        except SourceUnavailable:
            if known is None:
                raise
            return known

    def _check_continues(self, log: str, signed: Head) -> None:
        if self._log.head_at(log, signed.size) != signed:
            raise SourceUnavailable(
                f"the {log} log no longer holds the {signed.size} entries it signed for; restore the newest backup"
            )

    def cosigned(self, log: str) -> bytes:
        """The newest checkpoint that a witness cosigned. Raises NotFound."""
        kept = self._shelf.newest(self._origins[log], COSIGNED)
        if kept is None:
            raise NotFound
        return bytes(kept[0])

    def cosign(self, log: str, note: bytes) -> bytes:
        """Keep witnesses' cosignatures on a checkpoint that we signed; the note with all that are known for it.

        One of a smaller head than the newest cosigned is checked and let go. Raises MalformedInput, TooLarge,
        SignatureInvalid, NotEntitled when no witness of the note is known here.
        """
        given = Note.parse(note)
        checkpoint, origin = Checkpoint.parse(given.text), self._origins[log]
        ours = self._ours(given, origin)
        theirs = self._theirs(given)
        if checkpoint.origin != origin or not ours:
            raise NotEntitled(f"the note is no checkpoint that this {log} log signed; fetch the newest and cosign that")
        if not theirs:
            raise NotEntitled("no witness of the note is known here; ask the operator to add its verifier key")
        return self._keep_cosigned(origin, Note(given.text, (*ours, *theirs)), checkpoint.head.size)

    def _keep_cosigned(self, origin: str, note: Note, size: int) -> bytes:
        with locked(self._shelf.folder):
            kept = self._shelf.newest(origin, COSIGNED)
            if kept and kept[0].text == note.text:
                note = kept[0].with_signatures(note.signatures)
            if kept is None or size >= kept[1].head.size:
                self._shelf.keep(origin, note, COSIGNED)
        return bytes(note)

    def _ours(self, note: Note, origin: str) -> list[Signature]:
        """Our own signatures under the note, checked."""
        found = []
        for signer in self._keys.signers(origin):
            if one := signer.verifier.own(note):
                signer.verifier.check(note)
                found.append(one)
        return found

    def _theirs(self, note: Note) -> list[Signature]:
        """The cosignatures of known witnesses, checked."""
        found = []
        for witness in self._shelf.witnesses():
            if one := witness.own(note):
                cosigned_at(note, witness)
                found.append(one)
        return found

    def tile(self, log: str, level: int, place: TilePosition) -> bytes:
        """Hashes of complete subtrees, end to end. Raises NotFound beyond the checkpoint, SourceUnavailable."""
        self._check_exists(log, level, place)
        return b"".join(
            self._whole(place, self._anchoring.subtrees(log, tiles.HEIGHT * level, place.start, place.entries))
        )

    def entries(self, log: str, place: TilePosition) -> bytes:
        """The entries of a level-0 tile, each after its length. Raises NotFound beyond the checkpoint."""
        self._check_exists(log, 0, place)
        return tiles.bundle(self._whole(place, self._anchoring.entries(log, place.start, place.entries)))

    def _check_exists(self, log: str, level: int, place: TilePosition) -> None:
        kept = self._shelf.newest(self._origins[log])
        if kept is None or not place.exists(level, kept[1].head.size):
            raise NotFound

    @staticmethod
    def _whole(place: TilePosition, found: list[bytes]) -> list[bytes]:
        if len(found) != place.entries:
            raise SourceUnavailable("the log has lost what it signed for; restore the newest backup")
        return found

    def verifiers(self, log: str) -> list[str]:
        """The verifier keys that sign now, newest first."""
        return [str(signer.verifier) for signer in self._keys.signers(self._origins[log])]
