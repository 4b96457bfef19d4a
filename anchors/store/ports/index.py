"""The Index port over a database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence, Set
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store import schema
from mydata_ledger.anchors.store.database import Database
from mydata_ledger.anchors.store.db.prepared import Driver, PreparedQuery, Upsert
from mydata_ledger.anchors.store.facts import delegations, facts, grantors
from mydata_ledger.anchors.store.facts.batch import FactBatch
from mydata_ledger.anchors.store.facts.facts import CountUses, UsesMatter, refuse_to_count
from mydata_ledger.anchors.store.facts.records import RecordFacts
from mydata_ledger.anchors.store.facts.search import ResourceSearch, SearchSnapshot
from mydata_ledger.anchors.store.log import versions
from mydata_ledger.anchors.store.rows import content_digests, records
from mydata_ledger.anchors.store.rows.codec import decode, encode, key
from mydata_ledger.anchors.store.rows.statements import logged_of, select_statements, statements_at
from mydata_ledger.anchors.store.schema import BLOCKS, DRAFTS, MARKS, RECEIPTS, STATEMENTS
from mydata_ledger.ledger.access import AccessRequest, ConsentState, Facts, Found, Grantor, SearchPosition
from mydata_ledger.ledger.content_digest import DraftedContent
from mydata_ledger.ledger.delegation import DelegationState
from mydata_ledger.ledger.emergency import Emergency
from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.ports import KnownMarks
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, RECORDS, LoggedStatement
from mydata_ledger.ledger.record import CategoryCount, Issue, Record

T = TypeVar("T")
LOG = STATEMENTS[ACCESS]
OF_REQUESTER = (
    select(LOG)
    .join(RECEIPTS, RECEIPTS.c.position == LOG.c.position)
    .where(RECEIPTS.c.requester == bindparam("key"))
    .limit(bindparam("most"))
)
RECEIPTS_BY_REQUESTER = OF_REQUESTER.where(RECEIPTS.c.position > bindparam("after")).order_by(RECEIPTS.c.position)
NEWEST_BY_REQUESTER = OF_REQUESTER.where(RECEIPTS.c.position < bindparam("after")).order_by(RECEIPTS.c.position.desc())
NEW_RECEIPTS = PreparedQuery(
    select(RECEIPTS)
    .where(RECEIPTS.c.position > bindparam("after"))
    .order_by(RECEIPTS.c.position)
    .limit(bindparam("most"))
)
INDEXES = {CONSENTS: schema.CONSENTS, RECORDS: schema.RECORDS, ACCESS: RECEIPTS}
OF_PERSON = {
    log: select_statements(log)
    .join(index, index.c.position == STATEMENTS[log].c.position)
    .where(index.c.person == bindparam("key"))
    .limit(bindparam("most"))
    for log, index in INDEXES.items()
}
STATEMENTS_ABOUT = {
    log: query.where(INDEXES[log].c.position > bindparam("after")).order_by(INDEXES[log].c.position)
    for log, query in OF_PERSON.items()
}
STATEMENTS_BEFORE = {
    log: query.where(INDEXES[log].c.position < bindparam("after")).order_by(INDEXES[log].c.position.desc())
    for log, query in OF_PERSON.items()
}
SAVE_DRAFTS = Upsert(DRAFTS, lambda new: {"body": new.body})
MOST_OF_EACH = 100
ISSUE_KIND = 2
"""The kind number of Issue."""


class IndexStore:
    """Reads the current state of the logs by person, party and record."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def facts(self, request: AccessRequest, at_time: int) -> Facts:
        """Everything the access rule may consider about a question."""
        return self._read_facts(lambda driver, count_uses: FactBatch(driver, at_time, count_uses).of_one(request))

    def newest(self, data_subject: bytes, grantee: str) -> LoggedStatement | None:
        """The newest Consent, Delegation or Revocation of a data subject and a grantee."""
        with self._database.autocommit() as driver:
            return versions.newest(driver, data_subject, grantee)

    def consents_of(self, data_subject: bytes) -> list[ConsentState]:
        """All versions of a person's consents to all grantees, oldest first."""
        with self._database.session(ACCESS) as connection:
            return facts.consents_of(connection, data_subject)

    def delegations_of(self, data_subject: bytes) -> list[DelegationState]:
        """All delegations of a person, ended ones too, oldest first."""
        with self._database.snapshot() as driver:
            return facts.delegations_of(driver, data_subject)

    def delegations_to(self, delegate: bytes, after: int, limit: int) -> list[DelegationState]:
        """Delegations to a delegate, ended ones too, by position above `after`."""
        with self._database.snapshot() as driver:
            return delegations.delegations_to(driver, delegate, after, limit)

    def consent(self, entry: bytes) -> ConsentState | None:
        """One consent by its entry, without use counts, so that a status does not wait for pending receipts."""
        with self._database.snapshot() as driver:
            return facts.consent(driver, entry)

    def record(self, record_id: bytes) -> Record | None:
        """One record by its id."""
        with self._database.snapshot() as driver:
            return records.record(driver, record_id, facts.heads(driver)[RECORDS].anchored_size)

    def records_of(self, data_subject: bytes) -> list[Record]:
        """A person's records, oldest first."""
        with self._database.snapshot() as driver:
            return records.records_of(driver, data_subject, facts.heads(driver)[RECORDS].anchored_size)

    def record_counts(self, data_subject: bytes) -> list[CategoryCount]:
        """For each category the records of a person that are neither erased nor superseded, by category."""
        with self._database.snapshot() as driver:
            return records.record_counts(driver, data_subject, facts.heads(driver)[RECORDS].anchored_size)

    def records_named(self, ids: Sequence[bytes]) -> list[Record]:
        """The records that exist, in the order of the given ids."""
        with self._database.snapshot() as driver:
            return records.records_by_ids(driver, ids, facts.heads(driver)[RECORDS].anchored_size)

    def page_facts(
        self, request: AccessRequest, at_time: int, after: SearchPosition, limit: int, permits: Callable[[Facts], bool]
    ) -> list[Found]:
        """The first `limit` permitted records after a position, of persons with a consent to the requester."""
        record_facts = _record_facts(request, at_time)

        def search(driver: Driver, count_uses: CountUses) -> list[Found]:
            return ResourceSearch(SearchSnapshot(driver), request, permits, record_facts(driver, count_uses)).page(
                after, limit
            )

        return self._read_facts(search)

    def person_facts(self, request: AccessRequest, data_subject: bytes, at_time: int) -> list[Facts]:
        """The facts about each record of one person, oldest first."""
        record_facts = _record_facts(request, at_time)
        return self._read_facts(
            lambda driver, count_uses: record_facts(driver, count_uses).of_person(request, data_subject)
        )

    def grantors(self, names: Set[str], after: Grantor, limit: int) -> list[tuple[Grantor, bytes]]:
        """Persons with a consent to one of the names that stands, in the order of their hash."""
        with self._database.snapshot() as driver:
            return grantors.grantors(driver, names, after, limit)

    def _read_facts(self, work: Callable[[Driver, CountUses], T]) -> T:
        """Read facts in one state of the database; if use counts matter, index the pending receipts and read again."""
        with self._database.snapshot() as driver, suppress(UsesMatter):
            return work(driver, refuse_to_count)
        self._database.settle_receipts()
        with self._database.snapshot() as driver:
            return work(driver, partial(facts.count_uses, driver))

    def receipts_of(self, data_subject: bytes, after: int, limit: int) -> list[LoggedStatement]:
        """Receipts and incidents about a person, by position above `after`."""
        return self.statements_about(ACCESS, data_subject, after, limit)

    def receipts_naming(self, signers: Collection[bytes], after: int, limit: int) -> tuple[int, list[LoggedStatement]]:
        """The newest position reached, and receipts that name one of the signers among the first `limit` above
        `after`: for each the newest ones.
        """
        with self._database.snapshot() as driver:
            rows = NEW_RECEIPTS.all(driver, {"after": after, "most": limit})
            found = statements_at(driver, ACCESS, _newest_of_each(rows, signers)) if rows else {}
        return (rows[-1].position if rows else after), list(found.values())

    def statements_about(self, log: str, data_subject: bytes, after: int, limit: int) -> list[LoggedStatement]:
        """Statements that name the person as their data subject, by position above `after`."""
        return self._about(STATEMENTS_ABOUT[log], data_subject, after, limit)

    def statements_before(self, log: str, data_subject: bytes, before: int, limit: int) -> list[LoggedStatement]:
        """Statements that name the person as their data subject, newest first, by position below `before`."""
        return self._about(STATEMENTS_BEFORE[log], data_subject, before, limit)

    def _about(self, query: Select[Any], data_subject: bytes, position: int, limit: int) -> list[LoggedStatement]:
        statements = self._logged(query, key(data_subject), position, limit)
        return [
            logged for logged in statements if getattr(logged.signed.statement, "data_subject", None) == data_subject
        ]

    def receipts_by(self, requester: str, after: int, limit: int) -> list[LoggedStatement]:
        """Receipts of a requester's questions, by position above `after`."""
        receipts = self._logged(RECEIPTS_BY_REQUESTER, key(requester), after, limit)
        return [logged for logged in receipts if getattr(logged.signed.statement, "requester", None) == requester]

    def newest_receipts_by(self, requester: str, before: int, limit: int) -> list[LoggedStatement]:
        """Receipts of a requester's questions, newest first, by position below `before`."""
        receipts = self._logged(NEWEST_BY_REQUESTER, key(requester), before, limit)
        return [logged for logged in receipts if getattr(logged.signed.statement, "requester", None) == requester]

    def _logged(self, query: Select[Any], name_key: int, after: int, limit: int) -> list[LoggedStatement]:
        with self._database.session(ACCESS) as connection:
            rows = connection.execute(query, {"key": name_key, "after": after, "most": limit})
            return [logged_of(row) for row in rows]

    def incident(self, entry: bytes) -> Emergency | None:
        """An incident by its entry, or an extended one by the entry of its extension."""
        with self._database.snapshot() as driver:
            return facts.incident(driver, entry)

    def marks(self, after: bytes, limit: int) -> KnownMarks:
        """Marks of revocation on chain, by key above `after`."""
        query = select(MARKS).where(MARKS.c.block.is_not(None), MARKS.c.key > after).order_by(MARKS.c.key).limit(limit)
        with self._database.session() as connection:
            block = connection.execute(select(func.max(BLOCKS.c.number))).scalar()
            return KnownMarks(block or 0, {row.key: row.block for row in connection.execute(query)})

    def remember_drafts(
        self, drafts: Sequence[Issue], digests: Sequence[DraftedContent] = (), drafted_at: int = 0
    ) -> None:
        """Store drafts of records, with their digests, until the holder submits the signed Issue."""
        rows = [{"record_id": draft.record_id, "body": encode(draft)} for draft in drafts]
        digest_rows = content_digests.rows_of(digests, drafted_at)

        def work(connection: Connection) -> None:
            SAVE_DRAFTS.run(connection, rows)
            content_digests.ADD.run(connection, digest_rows)

        self._database.write_uncounted(work)

    def drafted(self, record_id: bytes) -> Issue | None:
        """The draft of a record; None if there is none."""
        with self._database.session() as connection:
            body = connection.execute(select(DRAFTS.c.body).where(DRAFTS.c.record_id == record_id)).scalar()
            draft = decode(ISSUE_KIND, body) if body else None
            return draft if isinstance(draft, Issue) else None


def _record_facts(request: AccessRequest, at_time: int) -> Callable[[Driver, CountUses], RecordFacts]:
    return lambda driver, count_uses: RecordFacts(driver, facts.shared(driver, request, at_time), at_time, count_uses)


def _newest_of_each(rows: Sequence[Any], signers: Collection[bytes]) -> set[int]:
    """Positions of the newest receipts about each signer, and of a question by each."""
    about: dict[int, list[int]] = {key(signer): [] for signer in signers}
    by: dict[int, list[int]] = {key(requester_name(signer)): [] for signer in signers}
    for row in rows:
        for found in (about.get(row.person), by.get(row.requester)):
            if found is not None:
                found.append(row.position)
    return {position for found in (*about.values(), *by.values()) for position in found[-MOST_OF_EACH:]}
