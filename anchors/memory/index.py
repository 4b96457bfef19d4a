"""The Index port, read off the logs at each question: slow, and hard to get wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from mydata_ledger.anchors.memory.state import State
from mydata_ledger.ledger.access import (
    EVERYTHING,
    AccessRequest,
    ConsentState,
    Facts,
    Found,
    Incident,
    SearchPosition,
    search_position,
)
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.delegation import Delegation, DelegationState, stands_by, with_ends
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.party import ANYONE
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, RECORDS, AccessReceipt, LoggedStatement
from mydata_ledger.ledger.record import Issue, Record


class MemoryIndex:
    """What the logs say now, by person, party and record."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._drafts: dict[bytes, Issue] = {}

    def facts(self, request: AccessRequest, at: int) -> Facts:
        """Everything the rule may consider. Raises SourceUnavailable while the chain contradicts this log."""
        if self._state.distrust:
            raise SourceUnavailable(self._state.distrust)
        with self._state.lock:
            record, requester = self.record(request.record_id), self._state.parties.get(request.requester)
            names = {ANYONE} | (requester.grantee_names(at) if requester else frozenset())
            said = self._consents_of(record.issue.data_subject) if record else []
            states = [self._state_of(logged, request.record_id) for logged in said]
            meant = [state for state in states if state.consent.grantee in names]
            consents, records = self._state.anchored[CONSENTS], self._state.anchored[RECORDS]
            known = Facts(
                record=None,
                requester=requester,
                incident=self.incident(request.incident),
                consents_size=consents.head.size,
                records_size=records.head.size,
                block=max(consents.block, records.block),
                followed_at=consents.followed_at,
            )
            return known.about(record, meant, at)

    def _state_of(self, logged: LoggedStatement, record_id: bytes | None = None) -> ConsentState:
        """A consent's state; for an answer about a record its uses are told only where a grant counts them."""
        entry, consent = logged.signed.entry.entry, logged.signed.statement
        if not isinstance(consent, Consent):
            raise TypeError("only a consent has a state")
        notice = self._state.notices.get(consent.notice_hash)
        used = self._state.resting.get(entry, []) if record_id is None or consent.counts_uses else []
        of_record = [at for at, record in used if record == record_id]
        return ConsentState(
            entry=entry,
            position=logged.position,
            consent=consent,
            anchored=self._state.is_anchored(CONSENTS, logged.position),
            revoked=entry in self._state.ended
            or entry in self._state.reveals
            or not self._has_a_say(consent, logged.position),
            superseded=entry in self._state.replaced,
            notice_outdated=notice is not None and notice.outdated,
            uses=len(used),
            uses_of_record=len(of_record),
            last_use=max(of_record, default=None),
        )

    def _has_a_say(self, consent: Consent, position: int) -> bool:
        """Whether the data subject signed, or a delegate whose delegation nobody ended."""
        if consent.signer == consent.data_subject:
            return True
        return stands_by(consent.signer, consent.signed_at, position, self.delegations_of(consent.data_subject))

    def newest(self, data_subject: bytes, grantee: str) -> LoggedStatement | None:
        """The newest Consent or Revocation between the two."""
        return self._state.newest.get((data_subject, grantee))

    def consents_of(self, data_subject: bytes) -> list[ConsentState]:
        """All versions to all grantees, oldest first."""
        return [self._state_of(logged) for logged in self._consents_of(data_subject)]

    def _consents_of(self, data_subject: bytes) -> list[LoggedStatement]:
        return [x for x in self._state.about.get(data_subject, []) if isinstance(x.signed.statement, Consent)]

    def delegations_of(self, data_subject: bytes) -> list[DelegationState]:
        """Everyone who was ever named to sign for a person, oldest first."""
        about = self._state.about.get(data_subject, [])
        return with_ends(self._delegation(x) for x in about if isinstance(_said(x), Delegation))

    def _delegation(self, logged: LoggedStatement) -> DelegationState:
        entry, said = logged.signed.entry.entry, _said(logged)
        if not isinstance(said, Delegation):
            raise TypeError("only a delegation has this state")
        ended, replaced = entry in self._state.ended or entry in self._state.reveals, entry in self._state.replaced
        return DelegationState(
            entry, logged.position, said, self._state.is_anchored(CONSENTS, logged.position), ended, replaced
        )

    def consent(self, entry: bytes) -> ConsentState | None:
        """One consent by its entry, without its uses."""
        logged = self._state.by_entry.get((CONSENTS, entry))
        if logged is None or not isinstance(logged.signed.statement, Consent):
            return None
        return replace(self._state_of(logged), uses=0)

    def record(self, record_id: bytes) -> Record | None:
        """One record."""
        logged, issue = self._state.record_logged.get(record_id), self._state.issue(record_id)
        if logged is None or issue is None:
            return None
        return Record(
            issue=issue,
            position=logged.position,
            entry=logged.signed.entry.entry,
            anchored=self._state.is_anchored(RECORDS, logged.position),
            superseded_by=self._state.corrected_by.get(record_id, b""),
            erased=record_id in self._state.erased,
        )

    def records_of(self, data_subject: bytes) -> list[Record]:
        """A person's records, oldest first."""
        said = [logged.signed.statement for logged in self._state.about.get(data_subject, [])]
        return [record for s in said if isinstance(s, Issue) and (record := self.record(s.record_id))]

    def records_named(self, ids: Sequence[bytes]) -> list[Record]:
        """Those records that there are, in the order of their ids."""
        return [record for record_id in ids if (record := self.record(record_id))]

    def page_facts(
        self, question: AccessRequest, at: int, after: SearchPosition, limit: int, permits: Callable[[Facts], bool]
    ) -> list[Found]:
        """The first `limit` records behind a place whose person named the requester and that the rule permits."""
        with self._state.lock:
            party = self._state.parties.get(question.requester)
            names = party.grantee_names(at) if party else frozenset()
            issues = (logged.signed.statement for logged in self._state.trees[RECORDS].statements)
            ids = [i.record_id for i in issues if isinstance(i, Issue) and self._is_meant(i, question, names)]
            asked = [self.facts(replace(question, record_id=record_id), at) for record_id in ids]
            found = [
                (search_position(one.record), one.record.issue.record_id)
                for one in asked
                if one.record and permits(one)
            ]
            return sorted(each for each in found if each[0] > after)[:limit]

    def person_facts(self, question: AccessRequest, data_subject: bytes, at: int) -> list[Facts]:
        """The facts about each record of one person, oldest first."""
        with self._state.lock:
            ids = [record.issue.record_id for record in self.records_of(data_subject)]
            return [self.facts(replace(question, record_id=record_id), at) for record_id in ids]

    def _is_meant(self, issue: Issue, question: AccessRequest, names: frozenset[str]) -> bool:
        return question.category in {EVERYTHING, issue.category} and self._is_named(issue.data_subject, names)

    def _is_named(self, data_subject: bytes, names: frozenset[str]) -> bool:
        said = (logged.signed.statement for logged in self._state.about.get(data_subject, []))
        return any(isinstance(s, Consent) and s.grantee in names for s in said)

    def receipts_of(self, data_subject: bytes, after: int, limit: int) -> list[LoggedStatement]:
        """Receipts and incidents about a person, by position above `after`."""
        about = self._state.about.get(data_subject, [])
        kinds = AccessReceipt | Incident
        return [r for r in about if isinstance(r.signed.statement, kinds) and r.position > after][:limit]

    def statements_about(self, log: str, data_subject: bytes, after: int, limit: int) -> list[LoggedStatement]:
        """Statements that name the person as their data subject, by position above `after`."""
        about = self._state.about.get(data_subject, [])
        return [each for each in about if each.signed.log == log and each.position > after][:limit]

    def receipts_by(self, requester: str, after: int, limit: int) -> list[LoggedStatement]:
        """Receipts of a requester's questions, by position above `after`."""
        return list(self._asked_by(requester, after))[:limit]

    def _asked_by(self, requester: str, after: int) -> Iterator[LoggedStatement]:
        for logged in self._state.trees[ACCESS].statements[after + 1 :]:
            statement = logged.signed.statement
            if isinstance(statement, AccessReceipt) and statement.requester == requester:
                yield logged

    def incident(self, entry: bytes) -> Incident | None:
        """A declared incident by its entry."""
        logged = self._state.by_entry.get((ACCESS, entry))
        return logged.signed.statement if logged and isinstance(logged.signed.statement, Incident) else None

    def remember_drafts(self, drafts: Sequence[Issue]) -> None:
        """Keep what was sealed for a holder until the signed Issue comes."""
        self._drafts.update({draft.record_id: draft for draft in drafts})

    def drafted(self, record_id: bytes) -> Issue | None:
        """The draft of that record."""
        return self._drafts.get(record_id)


def _said(logged: LoggedStatement) -> object:
    return logged.signed.statement
