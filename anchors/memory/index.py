"""The Index port in memory: each call reads the logs again, which is slow but simple."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence, Set
from dataclasses import replace

from mydata_ledger.anchors.memory.grantors import grantors
from mydata_ledger.anchors.memory.naming import is_by, naming
from mydata_ledger.anchors.memory.state import State
from mydata_ledger.ledger.access import (
    EVERYTHING,
    SELF_VIEW,
    AccessRequest,
    ConsentState,
    Facts,
    Found,
    Grantor,
    SearchPosition,
    search_position,
)
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.content_digest import DraftedContent
from mydata_ledger.ledger.delegation import Delegation, DelegationState, stands_by, with_ends
from mydata_ledger.ledger.emergency import Emergency
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.party import ANYONE
from mydata_ledger.ledger.ports import KnownMarks
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, RECORDS, LoggedStatement, emergency_of
from mydata_ledger.ledger.record import CategoryCount, Issue, Record, counts_of
from mydata_ledger.ledger.search import searched_categories


class MemoryIndex:
    """Reads the current state of the logs by person, party and record."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._drafts: dict[bytes, Issue] = {}

    def facts(self, request: AccessRequest, at_time: int) -> Facts:
        """Everything the access rule may consider. Raises SourceUnavailable while the chain contradicts this log."""
        if self._state.distrust:
            raise SourceUnavailable(self._state.distrust)
        with self._state.lock:
            planned, requester = request.planned, self._state.parties.get(request.requester)
            record = planned.record() if planned else self.record(request.record_id)
            names = {ANYONE} | (requester.grantee_names(at_time) if requester else frozenset())
            consents_of_person = self._consents_of(record.issue.data_subject) if record else []
            states = [self._state_of(logged, request.record_id) for logged in consents_of_person]
            consents_to_requester = [state for state in states if state.consent.grantee in names]
            consents, records = self._state.anchored[CONSENTS], self._state.anchored[RECORDS]
            shared_facts = Facts(
                record=None,
                requester=requester,
                incident=self.incident(request.incident),
                consents_size=consents.head.size,
                records_size=records.head.size,
                block=max(consents.block, records.block),
                followed_at=consents.followed_at,
            )
            delegations = self._delegations_to(request, record)
            return shared_facts.about(record, consents_to_requester, at_time, delegations)

    def _delegations_to(self, request: AccessRequest, record: Record | None) -> tuple[DelegationState, ...]:
        """The delegations of the data subject to the requester, if the question is in the person's own view."""
        if record is None or request.purpose != SELF_VIEW:
            return ()
        signer, person = bytes.fromhex(request.requester[2:]), record.issue.data_subject
        return tuple(state for state in self.delegations_of(person) if state.delegation.delegate == signer != person)

    def _state_of(self, logged: LoggedStatement, record_id: bytes | None = None) -> ConsentState:
        """The state of a consent; for an answer about a record it has use counts only if a grant limits uses."""
        entry, consent = logged.signed.entry.entry, logged.signed.statement
        if not isinstance(consent, Consent):
            raise TypeError("only a consent has a state")
        notice = self._state.notices.get(consent.notice_hash)
        uses = self._state.uses.get(entry, []) if record_id is None or consent.counts_uses else []
        times_for_record = [used_at for used_at, record in uses if record == record_id]
        return ConsentState(
            entry=entry,
            position=logged.position,
            consent=consent,
            anchored=self._state.is_anchored(CONSENTS, logged.position),
            revoked=self._state.is_ended(logged.signed.entry) or not self._is_signer_entitled(consent, logged.position),
            superseded=entry in self._state.superseded,
            notice_outdated=notice is not None and notice.outdated,
            uses=len(uses),
            uses_of_record=len(times_for_record),
            last_use=max(times_for_record, default=None),
        )

    def _is_signer_entitled(self, consent: Consent, position: int) -> bool:
        """True if the data subject signed, or a delegate whose delegation is not ended."""
        if consent.signer == consent.data_subject:
            return True
        return stands_by(consent.signer, consent.signed_at, position, self.delegations_of(consent.data_subject))

    def newest(self, data_subject: bytes, grantee: str) -> LoggedStatement | None:
        """The newest Consent, Delegation or Revocation of a data subject and a grantee."""
        return self._state.newest.get((data_subject, grantee))

    def consents_of(self, data_subject: bytes) -> list[ConsentState]:
        """All versions of a person's consents to all grantees, oldest first."""
        return [self._state_of(logged) for logged in self._consents_of(data_subject)]

    def _consents_of(self, data_subject: bytes) -> list[LoggedStatement]:
        return [x for x in self._state.about.get(data_subject, []) if isinstance(x.signed.statement, Consent)]

    def delegations_of(self, data_subject: bytes) -> list[DelegationState]:
        """All delegations of a person, ended ones too, oldest first."""
        about = self._state.about.get(data_subject, [])
        return with_ends(self._delegation(x) for x in about if isinstance(x.signed.statement, Delegation))

    def delegations_to(self, delegate: bytes, after: int, limit: int) -> list[DelegationState]:
        """Delegations to a delegate, ended ones too, by position above `after`."""
        logged = (x.signed.statement for x in self._state.trees[CONSENTS].statements[after + 1 :])
        persons = {s.data_subject for s in logged if isinstance(s, Delegation) and s.delegate == delegate}
        states = (state for person in persons for state in self.delegations_of(person))
        found = (s for s in states if s.delegation.delegate == delegate and s.position > after)
        return sorted(found, key=lambda state: state.position)[:limit]

    def _delegation(self, logged: LoggedStatement) -> DelegationState:
        entry, delegation = logged.signed.entry.entry, logged.signed.statement
        if not isinstance(delegation, Delegation):
            raise TypeError("only a delegation has this state")
        is_revoked, is_superseded = self._state.is_ended(logged.signed.entry), entry in self._state.superseded
        is_anchored = self._state.is_anchored(CONSENTS, logged.position)
        return DelegationState(entry, logged.position, delegation, is_anchored, is_revoked, is_superseded)

    def consent(self, entry: bytes) -> ConsentState | None:
        """One consent by its entry, without use counts."""
        logged = self._state.by_entry.get((CONSENTS, entry))
        if logged is None or not isinstance(logged.signed.statement, Consent):
            return None
        return replace(self._state_of(logged), uses=0)

    def record(self, record_id: bytes) -> Record | None:
        """One record by its id."""
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
        statements = [logged.signed.statement for logged in self._state.about.get(data_subject, [])]
        return [record for s in statements if isinstance(s, Issue) and (record := self.record(s.record_id))]

    def record_counts(self, data_subject: bytes) -> list[CategoryCount]:
        """For each category the records of a person that are neither erased nor superseded, by category."""
        return counts_of(self.records_of(data_subject))

    def records_named(self, ids: Sequence[bytes]) -> list[Record]:
        """The records that exist, in the order of the given ids."""
        return [record for record_id in ids if (record := self.record(record_id))]

    def page_facts(
        self, request: AccessRequest, at_time: int, after: SearchPosition, limit: int, permits: Callable[[Facts], bool]
    ) -> list[Found]:
        """The first `limit` permitted records after a position, of persons with a consent to the requester."""
        with self._state.lock:
            party = self._state.parties.get(request.requester)
            names = party.grantee_names(at_time) if party else frozenset()
            issues = (logged.signed.statement for logged in self._state.trees[RECORDS].statements)
            ids = [i.record_id for i in issues if isinstance(i, Issue) and self._is_candidate(i, request, names)]
            every = (self.facts(replace(request, record_id=record_id), at_time) for record_id in ids)
            facts_list = [replace(facts, delegations=()) for facts in every]
            page = [
                (search_position(facts.record), facts.record.issue.record_id)
                for facts in facts_list
                if facts.record and permits(facts)
            ]
            return sorted(found for found in page if found[0] > after)[:limit]

    def person_facts(self, request: AccessRequest, data_subject: bytes, at_time: int) -> list[Facts]:
        """The facts about each record of one person, oldest first."""
        with self._state.lock:
            ids = [record.issue.record_id for record in self.records_of(data_subject)]
            return [self.facts(replace(request, record_id=record_id), at_time) for record_id in ids]

    def grantors(self, names: Set[str], after: Grantor, limit: int) -> list[tuple[Grantor, bytes]]:
        """Persons with a consent to one of the names that stands, in the order of their hash."""
        with self._state.lock:
            return grantors(self._state, names, after, limit)

    def _is_candidate(self, issue: Issue, request: AccessRequest, names: frozenset[str]) -> bool:
        is_included = request.category == EVERYTHING or issue.category in searched_categories(request)
        about = (logged.signed.statement for logged in self._state.about.get(issue.data_subject, []))
        return is_included and any(isinstance(s, Consent) and s.grantee in names for s in about)

    def receipts_of(self, data_subject: bytes, after: int, limit: int) -> list[LoggedStatement]:
        """Receipts and incidents about a person, by position above `after`."""
        return self.statements_about(ACCESS, data_subject, after, limit)

    def receipts_naming(self, signers: Collection[bytes], after: int, limit: int) -> tuple[int, list[LoggedStatement]]:
        """The newest position reached, and receipts that name one of the signers above `after`."""
        added = self._state.trees[ACCESS].statements[after + 1 :][:limit]
        return after + len(added), naming(signers, added)

    def statements_about(self, log: str, data_subject: bytes, after: int, limit: int) -> list[LoggedStatement]:
        """Statements that name the person as their data subject, by position above `after`."""
        about = self._state.about.get(data_subject, [])
        return [logged for logged in about if logged.signed.log == log and logged.position > after][:limit]

    def statements_before(self, log: str, data_subject: bytes, before: int, limit: int) -> list[LoggedStatement]:
        """Statements that name the person as their data subject, newest first, by position below `before`."""
        about = reversed(self._state.about.get(data_subject, []))
        return [logged for logged in about if logged.signed.log == log and logged.position < before][:limit]

    def receipts_by(self, requester: str, after: int, limit: int) -> list[LoggedStatement]:
        """Receipts of a requester's questions, by position above `after`."""
        added = self._state.trees[ACCESS].statements[after + 1 :]
        return [logged for logged in added if is_by(logged, {requester})][:limit]

    def newest_receipts_by(self, requester: str, before: int, limit: int) -> list[LoggedStatement]:
        """Receipts of a requester's questions, newest first, by position below `before`."""
        earlier = self._state.trees[ACCESS].statements[:before][::-1]
        return [logged for logged in earlier if is_by(logged, {requester})][:limit]

    def marks(self, after: bytes, limit: int) -> KnownMarks:
        """Marks of revocation on chain, by key above `after`."""
        on_chain = {key: block for key, block in self._state.marks.items() if block is not None and key > after}
        return KnownMarks(max(self._state.blocks, default=0), dict(sorted(on_chain.items())[:limit]))

    def incident(self, entry: bytes) -> Emergency | None:
        """An incident by its entry, or an extended one by the entry of its extension."""
        return emergency_of(entry, lambda each: self._state.by_entry.get((ACCESS, each)))

    def remember_drafts(
        self, drafts: Sequence[Issue], digests: Sequence[DraftedContent] = (), drafted_at: int = 0
    ) -> None:
        """Store drafts of records, with their digests, until the holder submits the signed Issue."""
        self._drafts.update({draft.record_id: draft for draft in drafts})
        self._state.drafted_contents.update({each.record_id: (each, drafted_at) for each in digests})

    def forget_draft(self, record_id: bytes) -> None:
        """Delete the draft of a record."""
        self._drafts.pop(record_id, None)

    def drafted(self, record_id: bytes) -> Issue | None:
        """The draft of a record; None if there is none."""
        return self._drafts.get(record_id)
