"""Releases: a permitted record under the reader's key, or those selected fields of it that are not withheld."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.access import AccessRequest
from mydata_ledger.ledger.commitment import disclosure
from mydata_ledger.ledger.commitment.content import SEED_SIZE, is_json
from mydata_ledger.ledger.envelope import Content
from mydata_ledger.ledger.envelope.wrapping import check_public
from mydata_ledger.ledger.errors import AccessDenied, InvalidStatement
from mydata_ledger.ledger.kernel.consents.paper_marks import PaperMarks
from mydata_ledger.ledger.kernel.decisions.evaluate import Evaluation, RecordDecision, answered, check_permitted
from mydata_ledger.ledger.kernel.decisions.pseudonyms import Pseudonyms
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.receipt import AccessReceipt, LoggedStatement
from mydata_ledger.ledger.record import Record
from mydata_ledger.ledger.self_declared import has_members
from mydata_ledger.ledger.visibility import Choose, MemberVisibility

RELEASING = frozenset({"view", "copy", "transfer"})
KEY_SIZE = 32


@dataclass(frozen=True, slots=True)
class RequestedKey:
    """The HPKE public key that a reader wants a record sealed for; empty if they name none.

    `is_signed` says that their sign-in message names it. Only then it goes before the key that the registry has of
    them: who finds a session's token cannot have records sealed for a key of their own.
    """

    public: bytes = b""
    is_signed: bool = False


ACCREDITED_KEY = RequestedKey()


@dataclass(frozen=True, slots=True)
class Permit:
    """A positive decision about one record, with its durable receipt; nothing is released yet."""

    record: Record
    receipt: LoggedStatement
    obligations: frozenset[str]


@dataclass(frozen=True, slots=True)
class Release:
    """What a permitted requester gets: the sealed payload, its data key wrapped for them, the receipt, the record, and
    the obligations of the consents.

    `pseudonym` replaces the person where the reader may not know who it is. `sealed` is None for a record that is
    released as a stream (`LargeRecords.sealed`).
    """

    sealed: bytes | None
    wrapped_key: bytes
    receipt: LoggedStatement
    record: Record
    obligations: frozenset[str]
    on_paper: tuple[bytes, ...] = ()
    pseudonym: bytes = b""


class Releases:
    """A whole record is wrapped for the reader; a record with withheld parts is opened inside the operator's process
    and sealed anew.
    """

    def __init__(self, world: World, evaluation: Evaluation, paper_marks: PaperMarks) -> None:
        self._world, self._evaluation, self._paper_marks = world, evaluation, paper_marks
        self._pseudonyms = Pseudonyms(world)

    def access(self, request: AccessRequest, reader_key: RequestedKey = ACCREDITED_KEY) -> Release:
        """Release the record, or raise AccessDenied. The receipt is written first in both cases.

        If the consent withholds parts of the record, the sealed content is a disclosure of the rest. `reader_key` is
        for readers without an accredited key (a person's own view), and for sessions whose sign-in names a key.

        Raises ChainBehind, IntegrityFailure, KeyDestroyed, SourceUnavailable after the receipt; InvalidStatement for an
        action that releases no record (a computation gets a result, never a row), and after the receipt if there is no
        key or nothing is left to disclose.
        """
        check_hands_out(request)
        return self.access_answered(request, reader_key, *self._evaluation.answer(request, answered))

    def access_answered(
        self,
        request: AccessRequest,
        reader_key: RequestedKey,
        answer: RecordDecision,
        receipt: LoggedStatement,
        study: str = "",
    ) -> Release:
        """The second half of `access`, after its question is answered: it reads payload and key. Pseudonyms are those
        of the study, if one is given.
        """
        permit = permit_from(answer, receipt)
        public_key = self.reader_key(request.requester, reader_key)
        if visibility := self._visibility(permit):
            return self._disclosure_release(permit, visibility, _everything, public_key, study)
        return self.hand_out(permit, public_key)

    def disclose(self, request: AccessRequest, choose: Choose, reader_key: RequestedKey = ACCREDITED_KEY) -> Release:
        """`access`, but the sealed content is a disclosure of the fields that `choose` names, as JSON Pointers, among
        the visible content of the record; it verifies against the record's own commitment.

        Raises what `access` raises; MalformedInput for an invalid reader key, before the question is asked;
        InvalidStatement after the receipt if the record is not JSON or has no such field.
        """
        check_hands_out(request)
        public_key = self.reader_key(request.requester, reader_key)
        check_public(public_key)
        permit = self.permit(request)
        return self._disclosure_release(permit, self._visibility(permit), choose, public_key)

    def names_asker(self, logged: LoggedStatement) -> bool:
        """Whether a receipt may be shown to its requester: not if it names a person whom a consent hides from them, or
        whom a message reached.
        """
        statement = logged.signed.statement
        if isinstance(statement, AccessReceipt) and statement.is_about_contact:
            return False
        entries = statement.consents if isinstance(statement, AccessReceipt) else ()
        states = [self._world.index.consent(entry) for entry in entries]
        return not any(
            "pseudonymise" in grant.conditions for state in states if state for grant in state.consent.grants
        )

    def permit(self, request: AccessRequest) -> Permit:
        """Ask the question for a record. Raises AccessDenied, ChainBehind, SourceUnavailable."""
        return permit_from(*self._evaluation.answer(request, answered))

    def reader_key(self, requester: str, requested: RequestedKey) -> bytes:
        """The public key that records are wrapped for: the one that the sign-in message names, else the accredited one,
        else the requested one. Raises InvalidStatement if there is none.
        """
        party = self._world.directory.party(requester)
        accredited = party.encryption_key if party is not None else b""
        public_key = requested.public if requested.is_signed else accredited or requested.public
        if not public_key:
            raise InvalidStatement("say under which public key the record should be wrapped: give `reader_key`")
        return public_key

    def hand_out(self, permit: Permit, wrap_for: bytes) -> Release:
        """The whole record, its key wrapped for an HPKE public key.

        Raises MalformedInput for an invalid key, IntegrityFailure, KeyDestroyed, SourceUnavailable.
        """
        sealed = self._world.sealed(permit.record.issue.cid)
        key = self._world.keys.rewrap(permit.record.issue.record_id, wrap_for, permit.receipt)
        receipt = permit.receipt.signed.statement
        on_paper = self._paper_marks.for_consents(receipt.consents) if isinstance(receipt, AccessReceipt) else ()
        return Release(sealed, key, permit.receipt, permit.record, permit.obligations, on_paper)

    def open_in_process(self, release: Release) -> Content:
        """Open what was released to the operator itself; the content must not leave the process unchanged.

        Raises:
            InvalidStatement: the record is released as a stream.
        """
        if release.sealed is None:
            raise InvalidStatement("a record of this size is handed out in pieces and not opened here")
        record_id = release.record.issue.record_id
        key = envelope.unwrap(release.wrapped_key, self._world.computer, record_id)
        return envelope.open_sealed(release.sealed, key, record_id)

    def _visibility(self, permit: Permit) -> MemberVisibility:
        return MemberVisibility.of(permit.obligations, self._world.vocabulary.identifying)

    def _disclosure_release(
        self, permit: Permit, visibility: MemberVisibility, choose: Choose, public_key: bytes, study: str = ""
    ) -> Release:
        release = self.hand_out(permit, self._world.computer.public)
        if release.sealed is None:
            raise _no_fields(visibility)
        record_id = permit.record.issue.record_id
        disclosed, data_key = (
            _disclosed(self.open_in_process(release), visibility, choose),
            secrets.token_bytes(KEY_SIZE),
        )
        return replace(
            release,
            sealed=envelope.seal(disclosed, data_key, record_id),
            wrapped_key=envelope.wrap(data_key, public_key, record_id),
            pseudonym=self._pseudonym(permit, study) if visibility.hides_person else b"",
        )

    def _pseudonym(self, permit: Permit, study: str) -> bytes:
        receipt = permit.receipt.signed.statement
        requester = receipt.requester if isinstance(receipt, AccessReceipt) else ""
        return self._pseudonyms.of(requester, permit.record.issue.data_subject, study)


def permit_from(answer: RecordDecision, receipt: LoggedStatement) -> Permit:
    """The answer as a permit. Raises AccessDenied."""
    check_permitted(answer.decision, receipt)
    if answer.record is None:
        raise AccessDenied(receipt.position)
    return Permit(answer.record, receipt, answer.decision.obligations)


def check_hands_out(request: AccessRequest) -> None:
    """Raise InvalidStatement for a question whose action releases no record."""
    check_releases(request.action)


def check_releases(action: str) -> None:
    """Raise InvalidStatement for an action that releases no record."""
    if action not in RELEASING:
        raise InvalidStatement(f"`{action}` releases no record; use one of {', '.join(sorted(RELEASING))}")


def _everything(_: bytes) -> Sequence[str]:
    return [""]


def _no_fields(visibility: MemberVisibility) -> InvalidStatement:
    why = "the consent withholds parts of this record, and" if visibility else "only a JSON record has fields;"
    return InvalidStatement(f"{why} it has none to choose from; ask the person, or for the whole record")


def _disclosed(content: Content, visibility: MemberVisibility, choose: Choose) -> Content:
    if not (has_members(content.media_type) if visibility else is_json(content.media_type)):
        raise _no_fields(visibility)
    disclosed = visibility.disclose(content.content, content.seed, choose)
    return Content(disclosure.MEDIA_TYPE, secrets.token_bytes(SEED_SIZE), disclosure.to_json(disclosed))
