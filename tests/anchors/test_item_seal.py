"""Work items are sealed at rest: what is altered, moved or under another key does not open, and old rows are sealed."""

import secrets
import sqlite3
from contextlib import closing
from dataclasses import replace

import orjson
import pytest
from sqlalchemy import text

from mydata_ledger.anchors.item_seal import NAMES_PEOPLE, SEALED, ItemSeal
from mydata_ledger.anchors.store import Store, migrations
from mydata_ledger.anchors.store.db.engine import open_engine
from mydata_ledger.anchors.store.rows.codec import key
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.work_item import WorkItem, new_id
from testing.stores import SEAL, open_store
from tests.anchors.sample_statements import ANN, EVE, NOW, TRIAL

WORD = "당뇨병-diabetes"


def item(kind="request", number=1, **more):
    given = {"person": ANN, "party": TRIAL, "state": "open", "due": NOW, "body": {"benefit": WORD}} | more
    return WorkItem(kind, number.to_bytes(32, "big"), **given)


def execute(url, statement, **values):
    opened = open_engine(url, writes=True)
    try:
        with opened.begin() as connection:
            result = connection.execute(text(statement), values)
            return result.all() if result.returns_rows else result.rowcount
    finally:
        opened.dispose()


def file_bytes(folder):
    return b"\n".join(path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file())


@pytest.fixture
def opened(database):
    store = open_store(database)
    yield store
    store.dispose()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE papers SET body = CAST(substr(body, 1, 20) || x'00' || substr(body, 22) AS BLOB)",
        "UPDATE papers SET version = 2",
        "UPDATE papers SET kind = 'question'",
        "UPDATE papers SET id = x'02'",
        "UPDATE papers SET body = x'01'",
        """UPDATE papers SET body = CAST('{"person":"","party":"","body":{}}' AS BLOB)""",
    ],
)
def test_a_row_that_was_altered_or_moved_does_not_open(database, opened, change):
    opened.work_items.file(item())
    execute(database, change)
    with pytest.raises(SourceUnavailable, match="do not open"):
        list(opened.rebuilding.all_work_items(("", b""), 9))


def test_another_key_does_not_open_the_database_and_changes_nothing(database, opened):
    kept = opened.work_items.file(item())
    with pytest.raises(SourceUnavailable, match="keystore folder"):
        Store(database, seal=ItemSeal(secrets.token_bytes(32)))
    assert opened.work_items.item("request", kept.id) == kept


def test_without_a_key_all_but_work_items_can_be_used(database, opened):
    opened.work_items.file(item())
    plain = Store(database)
    assert plain.log.head("consents").size == 0
    for use in (
        lambda: plain.work_items.items("request"),
        lambda: plain.work_items.file(item(number=2)),
        lambda: plain.work_items.discard("request", b""),
        lambda: plain.rebuilding.restore_work_items([item()]),
    ):
        with pytest.raises(SourceUnavailable, match="key of its keystore"):
            use()
    plain.dispose()


def test_equal_items_are_sealed_differently_and_the_state_is_equal(database, tmp_path, opened):
    other = open_store(f"sqlite:///{tmp_path / 'other.db'}", opened.database.now)
    for store in (opened, other):
        store.work_items.file(item())
    (first,), (second,) = (
        execute(url, "SELECT body FROM papers") for url in (database, f"sqlite:///{tmp_path / 'other.db'}")
    )
    assert first.body != second.body
    rebuilt = [store.rebuilding.all_work_items(("", b""), 9) for store in (opened, other)]
    assert rebuilt[0] == rebuilt[1]
    before = opened.rebuilding.state_hash()
    opened.rebuilding.restore_work_items(rebuilt[0])
    assert opened.rebuilding.state_hash() == before
    opened.work_items.file(replace(rebuilt[0][0], state="closed"))
    assert opened.rebuilding.state_hash() != before
    other.dispose()


@pytest.mark.parametrize("kind", [*NAMES_PEOPLE, "request"])
def test_ids_that_name_people_are_hashed_and_keep_the_order_of_time(opened, database, kind):
    ids = [new_id(NOW + number) for number in range(5)] if NAMES_PEOPLE.get(kind, 8) else [ANN, EVE]
    for one in ids:
        opened.work_items.file(replace(item(kind), id=one))
    found = opened.work_items.items(kind)
    assert {one.id for one in found} == set(ids)
    if NAMES_PEOPLE.get(kind, 8):
        assert [one.id for one in found] == ids
    rest = opened.work_items.items(kind, after=found[0].id)
    assert rest == found[1:]
    assert opened.work_items.item(kind, ids[1]).id == ids[1]
    assert opened.rebuilding.all_work_items((kind, found[0].id), 9) == found[1:]
    stored = {bytes(row.id) for row in execute(database, "SELECT id FROM papers")}
    assert stored.isdisjoint(ids) is (kind in NAMES_PEOPLE)
    opened.work_items.discard(kind, ids[0])
    assert opened.work_items.item(kind, ids[0]) is None


def clear_rows(count=2_300):
    """Rows as version 0005 stored them; one in three is a request that came from an offer."""
    for number in range(count):
        body = {"asked_at": NOW, "benefit": WORD, "number": number}
        kind, item_id = [
            ("request", NOW.to_bytes(8, "big") + number.to_bytes(24, "big")),
            ("request", b"\xee" * 8 + number.to_bytes(24, "big")),
            ("wishes", number.to_bytes(20, "big")),
        ][number % 3]
        raw = {"person": ANN.hex(), "party": TRIAL, "body": body}
        yield {
            "kind": kind, "id": item_id, "person": key(ANN), "party": key(TRIAL), "state": "open", "due": 0,
            "version": 1 + number % 2, "body": orjson.dumps(raw),
        }  # fmt: skip


INSERT = """INSERT INTO papers (kind, id, person, party, state, due, version, body)
VALUES (:kind, :id, :person, :party, :state, :due, :version, :body)"""


def with_clear_rows(url):
    opened = open_engine(url, writes=True)
    with opened.begin() as connection:
        migrations.upgrade(connection, "0005")
        connection.execute(text(INSERT), list(clear_rows()))
    opened.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def old_database(request, tmp_path):
    url = (
        f"sqlite:///{tmp_path / 'ledger.db'}"
        if request.param == "sqlite"
        else request.getfixturevalue("empty_server_database")
    )
    with_clear_rows(url)
    return url


def test_rows_of_an_earlier_version_are_sealed(old_database):
    store = open_store(old_database)
    kinds = ("request", "invitation", "wishes")
    read = [one for kind in kinds for one in store.work_items.items(kind, person=ANN, limit=9_999)]
    assert sorted(one.body["number"] for one in read) == list(range(2_300))
    assert {one.kind for one in read if one.body["number"] % 3 == 1} == {"invitation"}
    assert {(one.person, one.party, one.version) for one in read} == {(ANN, TRIAL, 1), (ANN, TRIAL, 2)}
    assert store.work_items.item("wishes", (2).to_bytes(20, "big")).body["number"] == 2
    store.dispose()
    rows = execute(old_database, "SELECT body FROM papers")
    assert {bytes(row.body[:1]) for row in rows} == {SEALED}


def test_after_the_migration_no_word_is_left_in_the_files(tmp_path):
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with_clear_rows(url)
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as file:
        file.execute("DELETE FROM papers WHERE rowid IN (SELECT rowid FROM papers LIMIT 500)")
        file.commit()
    assert WORD.encode() in file_bytes(tmp_path)
    store = open_store(url)
    assert WORD.encode() not in file_bytes(tmp_path), "neither in the log that is written ahead, nor in freed pages"
    store.dispose()
    assert WORD.encode() not in file_bytes(tmp_path)


def test_a_migration_without_the_key_or_interrupted_changes_nothing(old_database, monkeypatch):
    before = execute(old_database, "SELECT * FROM papers ORDER BY kind, id")
    with pytest.raises(SourceUnavailable, match="start the server once"):
        Store(old_database)
    sealed = []

    def stops(self, *arguments):
        sealed.append(arguments)
        if len(sealed) > 1_500:
            raise SourceUnavailable("the power went")
        return original(self, *arguments)

    original = ItemSeal.seal
    monkeypatch.setattr(ItemSeal, "seal", stops)
    with pytest.raises(SourceUnavailable, match="power"):
        open_store(old_database)
    monkeypatch.undo()
    assert execute(old_database, "SELECT * FROM papers ORDER BY kind, id") == before
    assert execute(old_database, "SELECT version_num FROM alembic_version") == [("0005",)]
    open_store(old_database).dispose()


def test_a_seal_never_makes_equal_bytes_and_opens_only_its_own():
    bodies = [SEAL.seal(b"{}", "request", b"1", 1) for _ in range(50)]
    assert len(set(bodies)) == 50
    assert SEAL.open(bodies[0], "request", b"1", 1) == b"{}"
    with pytest.raises(SourceUnavailable):
        SEAL.open(bodies[0], "request", b"2", 1)
