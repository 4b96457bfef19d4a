"""The Index port, read off the logs at each question: slow, and hard to get wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from mydata_ledger.anchors.memory.log import MemoryLog
from mydata_ledger.ledger.access import EVERYTHING, AccessRequest, ConsentState, Facts, Found, Incident, Place, place_of
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation, DelegationState, stands_by
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.notice import Notice
from mydata_ledger.ledger.party import ANYONE, Party
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, RECORDS, AccessReceipt, Logged
from mydata_ledger.ledger.record import Erasure, Issue, Record


class MemoryIndex(MemoryLog):
    """What the logs say now, by person, party and record."""

    def __init__(self) -> None:
        super().__init__()
        self._parties: dict[str, Party] = {}
        self._notices: dict[bytes, Notice] = {}
        self._drafts: dict[bytes, Issue] = {}
        self._reveals: dict[bytes, int | None] = {}
        self._about: dict[bytes, list[Logged]] = defaultdict(list)
        self._resting: dict[bytes, list[tuple[int, bytes]]] = defaultdict(list)
        self._ended: set[bytes] = set()
        self._replaced: set[bytes] = set()
        self._corrected_by: dict[bytes, bytes] = {}
        self._erased: set[bytes] = set()

    def _clear(self) -> None:
        super()._clear()
        for index in (self._about, self._resting, self._ended, self._replaced, self._corrected_by, self._erased):
            index.clear()

    def _remember(self, logged: Logged) -> None:
        super()._remember(logged)
        statement = logged.signed.statement
        if hasattr(statement, "data_subject"):
            self._about[statement.data_subject].append(logged)
        match statement:
            case Consent():
                self._replaced.add(statement.previous)
            case Delegation():
                earlier = {x.signed.entry.entry for x in self._delegated(statement)} - {logged.signed.entry.entry}
                self._replaced |= earlier - self._ended
            case Revocation():
                self._ended.add(statement.consent)
            case Issue():
                self._correct(statement)
            case Erasure():
                self._erased.add(statement.record_id)
            case AccessReceipt(permitted=True):
                for entry in statement.consents:
                    self._resting[entry].append((statement.decided_at, statement.record_id))

    def _correct(self, issue: Issue) -> None:
        """A record is superseded by its own holder, about the same person, or not at all."""
        earlier = self._issue(issue.supersedes)
        if (
            issue.supersedes != issue.record_id
            and earlier
            and (earlier.holder, earlier.data_subject) == (issue.holder, issue.data_subject)
        ):
            self._corrected_by[issue.supersedes] = issue.record_id

    def _issue(self, record_id: bytes) -> Issue | None:
        logged = self._record_logged.get(record_id)
        return logged.signed.statement if logged and isinstance(logged.signed.statement, Issue) else None

    def facts(self, request: AccessRequest, at: int) -> Facts:
        """Everything the rule may consider. Raises SourceUnavailable while the chain contradicts this log."""
        if self._distrust:
            raise SourceUnavailable(self._distrust)
        with self._lock:
            record, requester = self.record(request.record_id), self._parties.get(request.requester)
            names = {ANYONE} | (requester.grantee_names(at) if requester else frozenset())
            subject = record.issue.data_subject if record else b""
            said = (
                [s for s in self._about.get(subject, []) if isinstance(s.signed.statement, Consent)] if record else []
            )
            states = [self._state(logged, request.record_id) for logged in said]
            meant = tuple(state for state in states if state.consent.grantee in names)
            consents, records = self._anchored[CONSENTS], self._anchored[RECORDS]
            return Facts(
                record=record,
                consents=meant,
                requester=requester,
                blocked=any(state.blocks(at) for state in meant),
                incident=self.incident(request.incident),
                consents_size=consents.head.size,
                records_size=records.head.size,
                block=max(consents.block, records.block),
                followed_at=consents.followed_at,
            )

    def _state(self, logged: Logged, record_id: bytes | None = None) -> ConsentState:
        entry, consent = logged.signed.entry.entry, logged.signed.statement
        if not isinstance(consent, Consent):
            raise TypeError("only a consent has a state")
        notice = self._notices.get(consent.notice_hash)
        used = self._resting.get(entry, [])
        of_record = [at for at, record in used if record == record_id]
        return ConsentState(
            entry=entry,
            position=logged.position,
            consent=consent,
            anchored=self._is_anchored(CONSENTS, logged.position),
            revoked=entry in self._ended or entry in self._reveals or not self._has_a_say(consent),
            superseded=entry in self._replaced,
            notice_outdated=notice is not None and notice.outdated,
            uses=len(used),
            uses_of_record=len(of_record),
            last_use=max(of_record, default=None),
        )

    def _has_a_say(self, consent: Consent) -> bool:
        """Whether the data subject signed, or a delegate whose delegation nobody ended."""
        if consent.signer == consent.data_subject:
            return True
        return stands_by(consent.signer, consent.signed_at, self.delegations_of(consent.data_subject))

    def newest(self, data_subject: bytes, grantee: str) -> Logged | None:
        """The newest Consent or Revocation between the two."""
        return self._newest.get((data_subject, grantee))

    def consents_of(self, data_subject: bytes) -> list[ConsentState]:
        """All versions to all grantees, oldest first."""
        return [self._state(logged) for logged in self._consents_of(data_subject)]

    def _consents_of(self, data_subject: bytes) -> list[Logged]:
        return [x for x in self._about.get(data_subject, []) if isinstance(x.signed.statement, Consent)]

    def delegations_of(self, data_subject: bytes) -> list[DelegationState]:
        """Everyone who was ever named to sign for a person, oldest first."""
        return [self._delegation(x) for x in self._about.get(data_subject, []) if isinstance(_said(x), Delegation)]

    def _delegation(self, logged: Logged) -> DelegationState:
        entry, said = logged.signed.entry.entry, _said(logged)
        if not isinstance(said, Delegation):
            raise TypeError("only a delegation has this state")
        ended, replaced = entry in self._ended or entry in self._reveals, entry in self._replaced
        return DelegationState(
            entry, logged.position, said, self._is_anchored(CONSENTS, logged.position), ended, replaced
        )

    def _delegated(self, like: Delegation) -> list[Logged]:
        """Every delegation between the same two."""
        found = [x for x in self._about[like.data_subject] if isinstance(_said(x), Delegation)]
        return [x for x in found if getattr(_said(x), "grantee", None) == like.grantee]

    def consent(self, entry: bytes) -> ConsentState | None:
        """One consent by its entry."""
        logged = self.find(CONSENTS, entry)
        return self._state(logged) if logged and isinstance(logged.signed.statement, Consent) else None

    def record(self, record_id: bytes) -> Record | None:
        """One record."""
        logged, issue = self._record_logged.get(record_id), self._issue(record_id)
        if logged is None or issue is None:
            return None
        return Record(
            issue=issue,
            position=logged.position,
            entry=logged.signed.entry.entry,
            anchored=self._is_anchored(RECORDS, logged.position),
            superseded_by=self._corrected_by.get(record_id, b""),
            erased=record_id in self._erased,
        )

    def records_of(self, data_subject: bytes) -> list[Record]:
        """A person's records, oldest first."""
        said = [logged.signed.statement for logged in self._about.get(data_subject, [])]
        return [record for s in said if isinstance(s, Issue) and (record := self.record(s.record_id))]

    def records_named(self, ids: Sequence[bytes]) -> list[Record]:
        """Those records that there are, in the order of their ids."""
        return [record for record_id in ids if (record := self.record(record_id))]

    def sift(
        self, question: AccessRequest, at: int, after: Place, limit: int, permits: Callable[[Facts], bool]
    ) -> list[Found]:
        """The first `limit` records behind a place whose person named the requester and that the rule permits."""
        with self._lock:
            party = self._parties.get(question.requester)
            names = party.grantee_names(at) if party else frozenset()
            issues = (logged.signed.statement for logged in self._trees[RECORDS].statements)
            ids = [i.record_id for i in issues if isinstance(i, Issue) and self._is_meant(i, question, names)]
            asked = [self.facts(replace(question, record_id=record_id), at) for record_id in ids]
            found = [(place_of(one.record), one.record.issue.record_id) for one in asked if one.record and permits(one)]
            return sorted(each for each in found if each[0] > after)[:limit]

    def survey_person(self, question: AccessRequest, data_subject: bytes, at: int) -> list[Facts]:
        """The facts about each record of one person, oldest first."""
        with self._lock:
            ids = [record.issue.record_id for record in self.records_of(data_subject)]
            return [self.facts(replace(question, record_id=record_id), at) for record_id in ids]

    def _is_meant(self, issue: Issue, question: AccessRequest, names: frozenset[str]) -> bool:
        return question.category in {EVERYTHING, issue.category} and self._is_named(issue.data_subject, names)

    def _is_named(self, data_subject: bytes, names: frozenset[str]) -> bool:
        said = (logged.signed.statement for logged in self._about.get(data_subject, []))
        return any(isinstance(s, Consent) and s.grantee in names for s in said)

    def receipts_of(self, data_subject: bytes, after: int, limit: int) -> list[Logged]:
        """Receipts and incidents about a person, by position above `after`."""
        about = self._about.get(data_subject, [])
        kinds = AccessReceipt | Incident
        return [r for r in about if isinstance(r.signed.statement, kinds) and r.position > after][:limit]

    def said_about(self, log: str, data_subject: bytes, after: int, limit: int) -> list[Logged]:
        """Statements that name the person as their data subject, by position above `after`."""
        about = self._about.get(data_subject, [])
        return [each for each in about if each.signed.log == log and each.position > after][:limit]

    def receipts_by(self, requester: str, after: int, limit: int) -> list[Logged]:
        """Receipts of a requester's questions, by position above `after`."""
        return list(self._asked_by(requester, after))[:limit]

    def _asked_by(self, requester: str, after: int) -> Iterator[Logged]:
        for logged in self._trees[ACCESS].statements[after + 1 :]:
            statement = logged.signed.statement
            if isinstance(statement, AccessReceipt) and statement.requester == requester:
                yield logged

    def incident(self, entry: bytes) -> Incident | None:
        """A declared incident by its entry."""
        logged = self.find(ACCESS, entry)
        return logged.signed.statement if logged and isinstance(logged.signed.statement, Incident) else None

    def remember_drafts(self, drafts: Sequence[Issue]) -> None:
        """Keep what was sealed for a holder until the signed Issue comes."""
        self._drafts.update({draft.record_id: draft for draft in drafts})

    def drafted(self, record_id: bytes) -> Issue | None:
        """The draft of that record."""
        return self._drafts.get(record_id)


def _said(logged: Logged) -> object:
    return logged.signed.statement
