"""access, for chosen fields instead of a record: who needs five fields need not be given five hundred."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace

from ledger import envelope
from ledger.access import AccessRequest
from ledger.commitment import disclosure
from ledger.commitment.content import SEED_SIZE, is_json
from ledger.envelope import Content
from ledger.envelope.wrapping import check_public
from ledger.errors import InvalidStatement
from ledger.kernel.answers import RELEASING, Release
from ledger.kernel.computing import Computing

KEY_SIZE = 32
Choose = Callable[[bytes], Sequence[str]]


class Disclosing(Computing):
    """The record is opened inside the operator; the fields leave sealed for the one who asked."""

    def disclose(self, request: AccessRequest, choose: Choose, reader_key: bytes = b"") -> Release:
        """`access`, but what is sealed is a disclosure of the fields that `choose` names in the record's content, as
        JSON Pointers; it verifies against the record's own commitment.

        Raises what `access` raises; MalformedInput for a reader key that is none, before any question is put;
        InvalidStatement after the receipt when the record is no JSON or has no such field.
        """
        if request.action not in RELEASING:
            raise InvalidStatement(f"`{request.action}` releases no field; use one of {', '.join(sorted(RELEASING))}")
        theirs = self._reader_key(request, reader_key)
        check_public(theirs)
        release = self.release(request, self.world.computer.public)
        key = envelope.unwrap(release.wrapped_key, self.world.computer, request.record_id)
        shown = _disclosed(envelope.open_sealed(release.sealed, key, request.record_id), choose)
        fresh = secrets.token_bytes(KEY_SIZE)
        return replace(
            release,
            sealed=envelope.seal(shown, fresh, request.record_id),
            wrapped_key=envelope.wrap(fresh, theirs, request.record_id),
        )


def _disclosed(found: Content, choose: Choose) -> Content:
    if not is_json(found.media_type):
        raise InvalidStatement("only a JSON record has fields to choose from; ask for the whole record")
    shown = disclosure.disclose(found.content, found.seed, choose(found.content))
    return Content(disclosure.MEDIA_TYPE, secrets.token_bytes(SEED_SIZE), disclosure.to_json(shown))
