"""access · disclose: the record, or the fields of it that were chosen and that the consent does not withhold."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.abridge import Choose, Cut
from mydata_ledger.ledger.access import AccessRequest, Decision
from mydata_ledger.ledger.commitment import disclosure
from mydata_ledger.ledger.commitment.content import SEED_SIZE, is_json
from mydata_ledger.ledger.envelope import Content
from mydata_ledger.ledger.envelope.wrapping import check_public
from mydata_ledger.ledger.errors import InvalidStatement
from mydata_ledger.ledger.kernel.answers import RELEASING, Permit, Release
from mydata_ledger.ledger.kernel.figures import Figures
from mydata_ledger.ledger.receipt import AccessReceipt, Logged

KEY_SIZE = 32


class Disclosing(Figures):
    """What does not leave whole is opened inside the operator, and leaves sealed for the one who asked."""

    def access(self, request: AccessRequest, reader_key: bytes = b"") -> Release:
        """Release the record, or raise AccessDenied. A receipt is written either way, first.

        Where the consent withholds parts of it, what is sealed is a disclosure of all the rest. `reader_key` is for
        those who have no accredited key: a person's own view. Raises ChainBehind, IntegrityFailure, KeyDestroyed,
        SourceUnavailable after the receipt; InvalidStatement for an action that hands out no record (who may compute
        gets a result, never a row), and after the receipt where there is no key or nothing is left to be shown.
        """
        check_hands_out(request)
        return self.access_answered(request, reader_key, self.ask(request))

    def access_answered(self, request: AccessRequest, reader_key: bytes, answered: tuple[Decision, Logged]) -> Release:
        """The second half of `access`, once its question is answered: all that waits for payload and key."""
        permit = self.permitted(request, answered)
        theirs = self._reader_key(request, reader_key)
        if not theirs:
            raise InvalidStatement("say under which public key the record should be wrapped: give `reader_key`")
        if cut := self._cut(permit):
            return self._show(permit, cut, _everything, theirs)
        return self.hand_out(permit, theirs)

    def disclose(self, request: AccessRequest, choose: Choose, reader_key: bytes = b"") -> Release:
        """`access`, but what is sealed is a disclosure of the fields that `choose` names in what may be seen of the
        record's content, as JSON Pointers; it verifies against the record's own commitment.

        Raises what `access` raises; MalformedInput for a reader key that is none, before any question is put;
        InvalidStatement after the receipt when the record is no JSON or has no such field.
        """
        check_hands_out(request)
        theirs = self._reader_key(request, reader_key)
        check_public(theirs)
        permit = self.permit(request)
        return self._show(permit, self._cut(permit), choose, theirs)

    def tells_asker(self, logged: Logged) -> bool:
        """Whether a receipt may be shown to who asked: not where it names a person whom a consent hides from them."""
        said = logged.signed.statement
        entries = said.consents if isinstance(said, AccessReceipt) else ()
        states = [self.world.store.consent(entry) for entry in entries]
        return not any("pseudonymise" in grant.conditions for one in states if one for grant in one.consent.grants)

    def _cut(self, permit: Permit) -> Cut:
        return Cut.of(permit.obligations, self.world.vocabulary.identifying)

    def _show(self, permit: Permit, cut: Cut, choose: Choose, theirs: bytes) -> Release:
        release = self.hand_out(permit, self.world.computer.public)
        if release.sealed is None:
            raise _no_fields(cut)
        record_id = permit.record.issue.record_id
        shown, fresh = _disclosed(self.open_here(release), cut, choose), secrets.token_bytes(KEY_SIZE)
        return replace(
            release,
            sealed=envelope.seal(shown, fresh, record_id),
            wrapped_key=envelope.wrap(fresh, theirs, record_id),
            pseudonym=self._pseudonym(permit) if cut.hides_person else b"",
        )

    def _pseudonym(self, permit: Permit) -> bytes:
        """The same for a requester and a person, and nothing that two requesters could compare (32 bytes)."""
        said = permit.receipt.signed.statement
        asker = said.requester if isinstance(said, AccessReceipt) else ""
        key, person = self.world.gateway.derive("pseudonyms"), permit.record.issue.data_subject
        return hmac.digest(key, len(asker).to_bytes(2, "big") + asker.encode() + person, sha256)

    def _reader_key(self, request: AccessRequest, own_key: bytes) -> bytes:
        party = self.world.store.party(request.requester)
        return party.encryption_key if party is not None and party.encryption_key else own_key


def check_hands_out(request: AccessRequest) -> None:
    """Raise InvalidStatement for an action that hands out no record."""
    if request.action not in RELEASING:
        raise InvalidStatement(f"`{request.action}` releases no record; use one of {', '.join(sorted(RELEASING))}")


def _everything(_: bytes) -> Sequence[str]:
    return [""]


def _no_fields(cut: Cut) -> InvalidStatement:
    why = "the consent withholds parts of this record, and" if cut else "only a JSON record has fields;"
    return InvalidStatement(f"{why} it has none to choose from; ask the person, or for the whole record")


def _disclosed(found: Content, cut: Cut, choose: Choose) -> Content:
    if not is_json(found.media_type):
        raise _no_fields(cut)
    shown = cut.disclose(found.content, found.seed, choose)
    return Content(disclosure.MEDIA_TYPE, secrets.token_bytes(SEED_SIZE), disclosure.to_json(shown))
