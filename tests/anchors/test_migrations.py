"""Migrations from the tables of every earlier program: no data is lost, and no migration is half done."""

import contextlib
import sqlite3
import tempfile
import threading
from dataclasses import replace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, sql, text

from mydata_ledger.anchors.store import migrations, schema
from mydata_ledger.anchors.store.db import engine
from mydata_ledger.anchors.store.db.engine import open_engine
from mydata_ledger.anchors.store.rows import codec, statements
from mydata_ledger.anchors.store.schema import APPLIED
from mydata_ledger.ledger.commitment.entry import NO_LOCK, RevocationMark
from mydata_ledger.ledger.errors import SourceUnavailable, StorageFull
from mydata_ledger.ledger.receipt import CONSENTS, LOGS, RECORDS
from testing.stores import open_store
from tests.anchors.sample_statements import (
    ANN,
    EVE,
    HOSPITAL,
    NOW,
    OTHER,
    PARTIES,
    READ,
    TRIAL,
    consent,
    delegation,
    erasure,
    issue,
    name,
    receipt,
    request,
    revocation,
    seal,
)

pytestmark = [
    pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based"),
    pytest.mark.filterwarnings("ignore:Skipped unsupported reflection"),
]
"""Alembic cannot read these indexes of SQLite; their SQL texts are compared instead."""
OUTGROWN = ["past", "common", "consents_entries"]
"""Tables that the first release did not have."""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    return (
        f"sqlite:///{tmp_path / 'ledger.db'}"
        if request.param == "sqlite"
        else request.getfixturevalue("empty_server_database")
    )


def run(url, work):
    opened = open_engine(url, writes=True)
    try:
        with opened.begin() as connection:
            return work(connection)
    finally:
        opened.dispose()


def shape(url):
    """Tables, columns, keys and indexes as the database reports them."""

    def read_shape(connection):
        seen = inspect(connection)
        if connection.dialect.name == "sqlite":
            texts = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")).all()
            words = {label: sorted(sql.replace('"', "").replace(",", " , ").split()) for label, sql in texts}
            return {label: message for label, message in words.items() if label != "alembic_version"}
        return {
            table: (
                sorted((c["name"], str(c["type"]), c["nullable"]) for c in seen.get_columns(table)),
                seen.get_pk_constraint(table)["constrained_columns"],
                sorted(str((i["name"], i.get("expressions") or i["column_names"])) for i in seen.get_indexes(table)),
            )
            for table in seen.get_table_names()
        }

    return run(url, read_shape)


def as_first_released(url):
    """A database of the first release with statements in it."""
    return as_left_by(url, "0001", OUTGROWN)


def as_left_by(url, version, without=()):
    """A database of a program of that version, without the tables that it did not have."""
    with tempfile.TemporaryDirectory() as folder:
        now = f"sqlite:///{folder}/now.db"
        message = with_statements(now)
        rows, extra = run(now, everything), run(now, dropped_values)
        if version < "0006":
            rows = without_locks(rows, extra)
    run(url, lambda connection: migrations.upgrade(connection, version))
    run(url, lambda connection: restore_rows(connection, version, rows, extra, without))
    return message


def with_statements(url):
    store = open_store(url)
    store.directory.set_parties(PARTIES)
    first = consent(ANN, TRIAL)
    again = consent(EVE, TRIAL, grants=(READ, replace(READ, not_before=5, records=(name(1),), conditions=("once",))))
    monthly = consent(ANN, "role:trial", grants=(replace(READ, not_before=5, conditions=("every-days:30",)),))
    store.log.append([issue(1), issue(2), first, again, delegation(ANN, EVE), consent(ANN, OTHER, signer=EVE)], NOW)
    store.log.append([monthly], NOW)
    for requested, (number, at_time, permitted) in enumerate(
        [(1, 7, True), (2, 9, True), (1, 3, True), (1, 20, False)]
    ):
        used(store, request(number, requested=requested), NOW + at_time, permitted)
    store.log.append([erasure(2), revocation(store.log.statement_at(CONSENTS, 0))], NOW)
    for log in LOGS:
        store.anchoring.mark_anchored(log, store.log.head(log), 7)
    store.anchoring.revealed([RevocationMark(name("a consent"), NO_LOCK, 8)])
    store.anchoring.touch(NOW)
    message = store.rebuilding.state_hash(), {log: store.log.head(log) for log in LOGS}
    store.dispose()
    return message


def used(store, question, at_time, permitted):
    def respond(facts):
        return seal(replace(receipt(question, facts, permitted).statement, decided_at=at_time))

    store.log.answer(question, respond, NOW)


def everything(connection):
    tables = schema.METADATA.sorted_tables
    return {table.name: [dict(row._mapping) for row in connection.execute(select(table))] for table in tables}


def dropped_values(connection):
    """Values of columns that newer tables do not have."""
    consents = map(statements.logged_of, connection.execute(statements.select_statements(CONSENTS)))
    return {
        one.position: {
            "entry": one.signed.entry.entry,
            "body": codec.encode(one.signed.statement),
            "own_lock": one.signed.entry.lock,
        }
        for one in consents
    }


def without_locks(rows, extra):
    """Rows of a program that marked entries and did not index locks."""
    entries = {values["own_lock"]: values["entry"] for values in extra.values()}
    reveals = [row | {"entry": entries.get(row["key"], row["key"])} for row in rows["marks"]]
    places = [row for row in rows["consents_entries"] if row["entry"] >= 0]
    return {table: kept for table, kept in rows.items() if table != "marks"} | {
        "reveals": reveals,
        "consents_entries": places,
    }


def restore_rows(connection, version, kept, extra, without):
    connection.execute(text("DELETE FROM chain")), connection.execute(text("DELETE FROM heads"))
    for table, found in kept.items():
        if table not in without and found:
            expected_facts = {column["name"] for column in inspect(connection).get_columns(table)}
            more = extra if table == "consents_log" and version == "0001" else {}
            whole = [row | more.get(row.get("position"), {}) for row in found]
            these = [{name: value for name, value in row.items() if name in expected_facts} for row in whole]
            connection.execute(sql.table(table, *map(sql.column, these[0])).insert(), these)
    connection.execute(APPLIED.delete())
    connection.execute(APPLIED.insert().values(version_num=version))


def test_the_last_step_is_the_version_of_this_program():
    newest_first = [step.revision for step in ScriptDirectory(str(migrations.FOLDER)).walk_revisions()]
    assert newest_first[0] == schema.VERSION
    assert newest_first == sorted(newest_first, reverse=True)


def test_the_steps_from_nothing_lead_to_the_tables_a_new_database_gets(url, request, tmp_path):
    run(url, migrations.upgrade)
    assert run(url, lambda c: compare_metadata(MigrationContext.configure(c), schema.METADATA)) == []
    stepped = shape(url)
    run(url, lambda c: [c.execute(text(f"DROP TABLE {table}")) for table in inspect(c).get_table_names()])
    open_store(url).dispose()
    made = shape(url)
    assert stepped.keys() == made.keys()
    assert [table for table in made if made[table] != stepped[table]] == []


def test_a_database_of_the_first_release_is_migrated_with_all_it_holds(url):
    message = as_first_released(url)
    store = open_store(url)
    assert (store.rebuilding.state_hash(), {log: store.log.head(log) for log in LOGS}) == message
    assert store.past.sizes_at(RECORDS, NOW - 1) is None
    assert (store.past.sizes_at(RECORDS, NOW).size, store.past.sizes_at(CONSENTS, NOW).block) == (3, 7)
    assert store.past.party_at(HOSPITAL, NOW) == store.directory.party(HOSPITAL)
    assert store.past.revealed_at([name("a consent"), name("another")], NOW) == {name("a consent")}
    store.log.append([issue(3)], NOW)
    store.dispose()
    assert run(url, lambda c: compare_metadata(MigrationContext.configure(c), schema.METADATA)) == []


PERIODIC_BEFORE = """UPDATE consents SET opens = 5,
alike = (SELECT common FROM consents_log WHERE consents_log.position = consents.position)
WHERE alike IS NULL AND person = :person AND grantee = :grantee"""
LAST_USES = "SELECT record, times, latest FROM uses WHERE consent = :consent ORDER BY times"


def test_a_database_without_last_uses_gets_them_from_its_receipts(url, monkeypatch):
    monkeypatch.setattr("mydata_ledger.anchors.store.migrations.versions.v0004_last_use.AT_ONCE", 2)
    message = as_left_by(url, "0003")
    names = {"person": codec.key(ANN), "grantee": codec.key("role:trial")}
    assert run(url, lambda c: c.execute(text(PERIODIC_BEFORE), names).rowcount) == 1
    store = open_store(url)
    assert (store.rebuilding.state_hash(), {log: store.log.head(log) for log in LOGS}) == message
    (monthly,) = (state for state in store.index.consents_of(ANN) if state.consent.grantee == "role:trial")
    store.dispose()
    found = run(url, lambda c: c.execute(text(LAST_USES), {"consent": codec.key(monthly.entry)}).all())
    assert found == [(codec.key(name(2)), 1, NOW + 9), (codec.key(name(1)), 2, NOW + 7), (-1, 3, NOW + 9)]


def test_i3_a_database_that_marked_entries_marks_locks_and_ends_what_carries_them(url, monkeypatch):
    monkeypatch.setattr("mydata_ledger.anchors.store.migrations.versions.v0006_marks.AT_ONCE", 2)
    message = as_left_by(url, "0005", ["past"])
    run(url, lambda c: c.execute(text("UPDATE consents SET revoked = :no"), {"no": False}))
    store = open_store(url)
    assert (store.rebuilding.state_hash(), {log: store.log.head(log) for log in LOGS}) == message
    given = store.log.statement_at(CONSENTS, 0).signed
    assert store.index.consent(given.entry.entry).revoked
    assert len(store.anchoring.pending_secrets(9)) == 1
    late = seal(replace(consent(EVE, OTHER).statement, lock=given.entry.lock))
    store.log.append([late], NOW)
    assert store.index.consent(late.entry.entry).revoked
    store.anchoring.revealed([RevocationMark(name("any"), store.log.statement_at(CONSENTS, 1).signed.entry.lock, 9)])
    assert store.index.consent(store.log.statement_at(CONSENTS, 1).signed.entry.entry).revoked
    store.dispose()


def test_many_workers_that_start_at_once_migrate_it_once(url):
    as_first_released(url)
    failed = []

    def start():
        try:
            open_store(url).dispose()
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert run(url, lambda c: c.execute(text("SELECT count(*) FROM past WHERE kind = 'head'")).scalar()) == len(LOGS)


def test_a_database_of_a_newer_program_is_not_touched(url):
    open_store(url).dispose()
    run(url, lambda c: c.execute(text("UPDATE alembic_version SET version_num = '0999'")))
    before = shape(url)
    with pytest.raises(
        SourceUnavailable, match=f"has version 0999, this program {schema.VERSION}; start the newer one"
    ):
        open_store(url)
    assert shape(url) == before


def test_a_database_from_before_there_were_versions_is_to_be_rebuilt(url):
    open_store(url).dispose()
    run(url, lambda c: c.execute(text("DROP TABLE alembic_version")))
    with pytest.raises(SourceUnavailable, match="rebuild it with `mydata recover`"):
        open_store(url)


def test_a_step_that_fails_leaves_the_version_before(url, monkeypatch):
    as_first_released(url)
    before = shape(url)

    def upgrade(connection, **_):
        connection.execute(text("CREATE TABLE past (half INTEGER)"))
        raise SourceUnavailable("the power went")

    monkeypatch.setattr(migrations, "upgrade", upgrade)
    with pytest.raises(SourceUnavailable, match="the power went"):
        open_store(url)
    monkeypatch.undo()
    assert shape(url) == before
    open_store(url).dispose()


def test_a_full_disk_stops_a_step_and_loses_nothing(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'full.db'}"
    message, before = as_first_released(url), shape(url)
    with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
        file.execute("VACUUM")
        pages = file.execute("PRAGMA page_count").fetchone()[0]
    monkeypatch.setattr(engine, "PRAGMAS", (*engine.PRAGMAS, f"max_page_count = {pages}"))
    with pytest.raises(StorageFull, match="free some room"):
        open_store(url)
    monkeypatch.undo()
    assert shape(url) == before
    store = open_store(url)
    assert (store.rebuilding.state_hash(), {log: store.log.head(log) for log in LOGS}) == message
    store.dispose()
