"""Releases: a permitted record under the reader's key, or the fields of it that were chosen and are not withheld."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.access import AccessRequest
from mydata_ledger.ledger.commitment import disclosure
from mydata_ledger.ledger.commitment.content import SEED_SIZE, is_json
from mydata_ledger.ledger.envelope import Content
from mydata_ledger.ledger.envelope.wrapping import check_public
from mydata_ledger.ledger.errors import AccessDenied, InvalidStatement
from mydata_ledger.ledger.kernel.consents.paper_marks import PaperMarks
from mydata_ledger.ledger.kernel.decisions.evaluate import Evaluation, RecordDecision, answered, check_permitted
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.receipt import AccessReceipt, LoggedStatement
from mydata_ledger.ledger.record import Record
from mydata_ledger.ledger.visibility import Choose, MemberVisibility

RELEASING = frozenset({"view", "copy", "transfer"})
KEY_SIZE = 32


@dataclass(frozen=True, slots=True)
class Permit:
    """A yes about one record, with its durable receipt; nothing has left yet."""

    record: Record
    receipt: LoggedStatement
    obligations: frozenset[str]


@dataclass(frozen=True, slots=True)
class Release:
    """What a permitted requester gets: the sealed payload, its data key wrapped for them, the receipt, the record, and
    what the consents oblige them to; `pseudonym` stands for the person where they may not know who it is. `sealed` is
    None for a record that is handed out in pieces (`LargeRecords.sealed`).
    """

    sealed: bytes | None
    wrapped_key: bytes
    receipt: LoggedStatement
    record: Record
    obligations: frozenset[str]
    on_paper: tuple[bytes, ...] = ()
    pseudonym: bytes = b""


class Releases:
    """What leaves whole is wrapped for the reader; what does not is opened inside the operator and sealed anew."""

    def __init__(self, world: World, evaluation: Evaluation, paper_marks: PaperMarks) -> None:
        self._world, self._evaluation, self._paper_marks = world, evaluation, paper_marks

    def access(self, request: AccessRequest, reader_key: bytes = b"") -> Release:
        """Release the record, or raise AccessDenied. A receipt is written either way, first.

        Where the consent withholds parts of it, what is sealed is a disclosure of all the rest. `reader_key` is for
        those who have no accredited key: a person's own view. Raises ChainBehind, IntegrityFailure, KeyDestroyed,
        SourceUnavailable after the receipt; InvalidStatement for an action that hands out no record (who may compute
        gets a result, never a row), and after the receipt where there is no key or nothing is left to be shown.
        """
        check_hands_out(request)
        return self.access_answered(request, reader_key, *self._evaluation.answer(request, answered))

    def access_answered(
        self, request: AccessRequest, reader_key: bytes, answer: RecordDecision, receipt: LoggedStatement
    ) -> Release:
        """The second half of `access`, once its question is answered: all that waits for payload and key."""
        permit = permit_of(answer, receipt)
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

    def names_asker(self, logged: LoggedStatement) -> bool:
        """Whether a receipt may be shown to who asked: not where it names a person whom a consent hides from them."""
        said = logged.signed.statement
        entries = said.consents if isinstance(said, AccessReceipt) else ()
        states = [self._world.index.consent(entry) for entry in entries]
        return not any("pseudonymise" in grant.conditions for one in states if one for grant in one.consent.grants)

    def permit(self, request: AccessRequest) -> Permit:
        """Ask, for a record itself. Raises AccessDenied, ChainBehind, SourceUnavailable."""
        return permit_of(*self._evaluation.answer(request, answered))

    def hand_out(self, permit: Permit, wrap_for: bytes) -> Release:
        """The whole record, its key wrapped for an HPKE public key.

        Raises MalformedInput for what is no key, IntegrityFailure, KeyDestroyed, SourceUnavailable.
        """
        sealed = self._world.sealed(permit.record.issue.cid)
        key = self._world.keys.rewrap(permit.record.issue.record_id, wrap_for, permit.receipt)
        said = permit.receipt.signed.statement
        paper = self._paper_marks.for_consents(said.consents) if isinstance(said, AccessReceipt) else ()
        return Release(sealed, key, permit.receipt, permit.record, permit.obligations, paper)

    def open_in_process(self, release: Release) -> Content:
        """What was handed out to the operator itself: it must not leave the process as it is.

        Raises InvalidStatement for a record that is handed out in pieces.
        """
        if release.sealed is None:
            raise InvalidStatement("a record of this size is handed out in pieces and not opened here")
        record_id = release.record.issue.record_id
        key = envelope.unwrap(release.wrapped_key, self._world.computer, record_id)
        return envelope.open_sealed(release.sealed, key, record_id)

    def _cut(self, permit: Permit) -> MemberVisibility:
        return MemberVisibility.of(permit.obligations, self._world.vocabulary.identifying)

    def _show(self, permit: Permit, cut: MemberVisibility, choose: Choose, theirs: bytes) -> Release:
        release = self.hand_out(permit, self._world.computer.public)
        if release.sealed is None:
            raise _no_fields(cut)
        record_id = permit.record.issue.record_id
        shown, fresh = _disclosed(self.open_in_process(release), cut, choose), secrets.token_bytes(KEY_SIZE)
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
        key, person = self._world.gateway.derive("pseudonyms"), permit.record.issue.data_subject
        return hmac.digest(key, len(asker).to_bytes(2, "big") + asker.encode() + person, sha256)

    def _reader_key(self, request: AccessRequest, own_key: bytes) -> bytes:
        party = self._world.directory.party(request.requester)
        return party.encryption_key if party is not None and party.encryption_key else own_key


def permit_of(answer: RecordDecision, receipt: LoggedStatement) -> Permit:
    """What was answered, as a permit. Raises AccessDenied."""
    check_permitted(answer.decision, receipt)
    if answer.record is None:
        raise AccessDenied(receipt.position)
    return Permit(answer.record, receipt, answer.decision.obligations)


def check_hands_out(request: AccessRequest) -> None:
    """Raise InvalidStatement for an action that hands out no record."""
    if request.action not in RELEASING:
        raise InvalidStatement(f"`{request.action}` releases no record; use one of {', '.join(sorted(RELEASING))}")


def _everything(_: bytes) -> Sequence[str]:
    return [""]


def _no_fields(cut: MemberVisibility) -> InvalidStatement:
    why = "the consent withholds parts of this record, and" if cut else "only a JSON record has fields;"
    return InvalidStatement(f"{why} it has none to choose from; ask the person, or for the whole record")


def _disclosed(found: Content, cut: MemberVisibility, choose: Choose) -> Content:
    if not is_json(found.media_type):
        raise _no_fields(cut)
    shown = cut.disclose(found.content, found.seed, choose)
    return Content(disclosure.MEDIA_TYPE, secrets.token_bytes(SEED_SIZE), disclosure.to_json(shown))
