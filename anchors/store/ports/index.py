"""The Index port over a database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Select, bindparam, select

from mydata_ledger.anchors.store import schema
from mydata_ledger.anchors.store.database import Database
from mydata_ledger.anchors.store.db.prepared import Driver, Upsert
from mydata_ledger.anchors.store.facts import facts
from mydata_ledger.anchors.store.facts.batch import FactBatch
from mydata_ledger.anchors.store.facts.facts import UsesMatter, UsesOf, uses_unknown
from mydata_ledger.anchors.store.facts.records import RecordFacts
from mydata_ledger.anchors.store.facts.search import ResourceSearch, SearchSnapshot
from mydata_ledger.anchors.store.log import versions
from mydata_ledger.anchors.store.rows import records
from mydata_ledger.anchors.store.rows.codec import decode, encode, key
from mydata_ledger.anchors.store.rows.statements import logged_of, whole
from mydata_ledger.anchors.store.schema import DRAFTS, RECEIPTS, STATEMENTS
from mydata_ledger.ledger.access import AccessRequest, ConsentState, Facts, Found, Incident, SearchPosition
from mydata_ledger.ledger.delegation import DelegationState
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, RECORDS, AccessReceipt, LoggedStatement
from mydata_ledger.ledger.record import Issue, Record

T = TypeVar("T")
LOG = STATEMENTS[ACCESS]
KEPT = (
    select(LOG)
    .join(RECEIPTS, RECEIPTS.c.position == LOG.c.position)
    .where(RECEIPTS.c.position > bindparam("after"))
    .order_by(RECEIPTS.c.position)
    .limit(bindparam("most"))
)
ASKED_BY = KEPT.where(RECEIPTS.c.requester == bindparam("key"))
NAMING = {CONSENTS: schema.CONSENTS, RECORDS: schema.RECORDS, ACCESS: RECEIPTS}
SAID_ABOUT = {
    log: whole(log)
    .join(index, index.c.position == STATEMENTS[log].c.position)
    .where(index.c.person == bindparam("key"), index.c.position > bindparam("after"))
    .order_by(index.c.position)
    .limit(bindparam("most"))
    for log, index in NAMING.items()
}
KEEP_DRAFTS = Upsert(DRAFTS, lambda new: {"body": new.body})
ISSUE = 2
"""The kind number of Issue."""


class IndexStore:
    """What the logs say now, by person, party and record."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def facts(self, request: AccessRequest, at: int) -> Facts:
        """Everything the rule may consider about the question."""
        return self._surveyed(lambda driver, used_of: FactBatch(driver, at, used_of).one(request))

    def newest(self, data_subject: bytes, grantee: str) -> LoggedStatement | None:
        """The newest Consent or Revocation between the two."""
        with self._database.autocommit() as driver:
            return versions.newest(driver, data_subject, grantee)

    def consents_of(self, data_subject: bytes) -> list[ConsentState]:
        """All versions to all grantees, oldest first."""
        with self._database.session(ACCESS) as connection:
            return facts.consents_of(connection, data_subject)

    def delegations_of(self, data_subject: bytes) -> list[DelegationState]:
        """Everyone who was ever named to sign for a person, oldest first."""
        with self._database.snapshot() as driver:
            return facts.delegations_of(driver, data_subject)

    def consent(self, entry: bytes) -> ConsentState | None:
        """One consent by its entry, without its uses: a status waits for no receipt to be indexed."""
        with self._database.snapshot() as driver:
            return facts.consent(driver, entry)

    def record(self, record_id: bytes) -> Record | None:
        """One record."""
        with self._database.snapshot() as driver:
            return records.record(driver, record_id, facts.heads(driver)[RECORDS].anchored_size)

    def records_of(self, data_subject: bytes) -> list[Record]:
        """A person's records, oldest first."""
        with self._database.snapshot() as driver:
            return records.records_of(driver, data_subject, facts.heads(driver)[RECORDS].anchored_size)

    def records_named(self, ids: Sequence[bytes]) -> list[Record]:
        """Those records that there are, in the order of their ids."""
        with self._database.snapshot() as driver:
            return records.named(driver, ids, facts.heads(driver)[RECORDS].anchored_size)

    def page_facts(
        self, question: AccessRequest, at: int, after: SearchPosition, limit: int, permits: Callable[[Facts], bool]
    ) -> list[Found]:
        """The first `limit` records behind a place whose person named the requester and that the rule permits."""
        survey = _surveys(question, at)

        def sift(driver: Driver, used_of: UsesOf) -> list[Found]:
            return ResourceSearch(SearchSnapshot(driver), question, permits, survey(driver, used_of)).found(
                after, limit
            )

        return self._surveyed(sift)

    def person_facts(self, question: AccessRequest, data_subject: bytes, at: int) -> list[Facts]:
        """The facts about each record of one person, oldest first."""
        survey = _surveys(question, at)
        return self._surveyed(lambda driver, used_of: survey(driver, used_of).of_person(data_subject))

    def _surveyed(self, work: Callable[[Driver, UsesOf], T]) -> T:
        """What is read in one state; where uses count, in one in which every receipt is in its place."""
        with self._database.snapshot() as driver, suppress(UsesMatter):
            return work(driver, uses_unknown)
        self._database.settle_receipts()
        with self._database.snapshot() as driver:
            return work(driver, partial(facts.used_of, driver))

    def receipts_of(self, data_subject: bytes, after: int, limit: int) -> list[LoggedStatement]:
        """Receipts and incidents about a person, by position above `after`."""
        return self.statements_about(ACCESS, data_subject, after, limit)

    def statements_about(self, log: str, data_subject: bytes, after: int, limit: int) -> list[LoggedStatement]:
        """Statements that name the person as their data subject, by position above `after`."""
        found = self._receipts(SAID_ABOUT[log], key(data_subject), after, limit)
        return [each for each in found if getattr(each.signed.statement, "data_subject", None) == data_subject]

    def receipts_by(self, requester: str, after: int, limit: int) -> list[LoggedStatement]:
        """Receipts of a requester's questions, by position above `after`."""
        found = self._receipts(ASKED_BY, key(requester), after, limit)
        return [each for each in found if _asked(each) == requester]

    def _receipts(self, query: Select[Any], whose: int, after: int, limit: int) -> list[LoggedStatement]:
        with self._database.session(ACCESS) as connection:
            found = connection.execute(query, {"key": whose, "after": after, "most": limit})
            return [logged_of(row) for row in found]

    def incident(self, entry: bytes) -> Incident | None:
        """A declared incident by its entry."""
        with self._database.snapshot() as driver:
            return facts.incident(driver, entry)

    def remember_drafts(self, drafts: Sequence[Issue]) -> None:
        """Keep what was sealed for a holder until the signed Issue comes."""
        rows = [{"record_id": draft.record_id, "body": encode(draft)} for draft in drafts]
        self._database.write_uncounted(lambda connection: KEEP_DRAFTS.run(connection, rows))

    def drafted(self, record_id: bytes) -> Issue | None:
        """The draft of that record."""
        with self._database.session() as connection:
            body = connection.execute(select(DRAFTS.c.body).where(DRAFTS.c.record_id == record_id)).scalar()
            draft = decode(ISSUE, body) if body else None
            return draft if isinstance(draft, Issue) else None


def _surveys(question: AccessRequest, at: int) -> Callable[[Driver, UsesOf], RecordFacts]:
    return lambda driver, used_of: RecordFacts(driver, facts.shared(driver, question, at), at, used_of)


def _asked(logged: LoggedStatement) -> str | None:
    said = logged.signed.statement
    return said.requester if isinstance(said, AccessReceipt) else None
