"""Rows of one worker on PostgreSQL, if Debian's package is installed: ten million people, and checked routes.

SQL makes the statements and indexes from the formulas of `population`, since ten million of each would take an hour in
Python. There are no trees, since no answer reads them.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, create_engine, text

from bench.decide import population, request_supply
from bench.decide.bulk import most_row, ratio_row
from bench.decide.population import CATEGORY, NOW, PARTIES, TRIAL
from bench.decide.serving import TOKEN, Served, in_turns
from bench.report import Row, StatusCallback
from mydata_ledger.anchors.store.rows import codec, consent_dedup
from mydata_ledger.anchors.store.schema import HEADS, METADATA
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.receipt import CONSENTS, RECORDS
from mydata_ledger.ledger.record import Issue
from testing.cluster import MISSING, Cluster, programs
from testing.stores import open_store

SETTINGS = ("max_connections=300", "shared_buffers=2GB", "maintenance_work_mem=1GB", "max_wal_size=8GB", "jit=off")
LOAD = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
FEW = 10_000
CID = "convert_to('bafkrei' || left(encode(content, 'hex'), 52), 'UTF8')"
PERSONAL_VALUES = {
    "person": "substr(sha256(convert_to('person ' || n, 'UTF8')), 1, 20)",
    "record_id": "sha256(convert_to('record ' || n, 'UTF8'))",
    "content": "sha256(convert_to('content ' || n, 'UTF8'))",
    "secret": "convert_to(lpad(n::text, 32, '0'), 'UTF8')",
}
"""SQL of the values that differ between people."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A filled database on a server, in the form that `Served` needs."""

    people: int
    url: str


def key(hashed: str, start: int = 1) -> str:
    """`codec.keys` in SQL: 63 bits of a hash, beginning at byte `start`."""
    return f"(('x' || encode(substr({hashed}, {start}, 8), 'hex'))::bit(64)::bigint >> 1) & 9223372036854775807"


def pattern(body: bytes, parts: dict[str, bytes]) -> str:
    """Body of a statement in SQL: the common bytes, with the personal parts between them."""
    parts_in_order = sorted((body.index(value), name, len(value)) for name, value in parts.items())
    terms, offset = [], 0
    for start, name, size in parts_in_order:
        terms += [f"'\\x{body[offset:start].hex()}'::bytea", name]
        offset = start + size
    return " || ".join([*terms, f"'\\x{body[offset:].hex()}'::bytea"])


def load(url: str, people: int) -> Loaded:
    """Fill a fresh database and anchor it."""
    store = open_store(url)
    store.directory.set_parties(PARTIES)
    store.directory.publish(population.NOTICE)
    store.log.append([population.consent(0), population.issue(0)], NOW)
    store.sessions.open(sha256(TOKEN.encode()).digest(), TRIAL.signer, NOW + 10**7)
    population.anchor(store)
    store.dispose()
    engine = create_engine(url)
    with engine.begin() as connection:
        _fill(connection, people)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()
    return Loaded(people, url)


def _fill(connection: Connection, people: int) -> None:
    """Insert everybody but the first person, whom the store inserted; keys and indexes are made at the end."""
    tables = ("consents_log", "records_log", "consents", "records")
    for table in tables:
        connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey"))
        for index in METADATA.tables[table].indexes:
            index.drop(connection)
    for statement in _statements(people):
        connection.exec_driver_sql(statement)
    for table in tables:
        columns = ", ".join(METADATA.tables[table].primary_key.columns.keys())
        connection.execute(text(f"ALTER TABLE {table} ADD CONSTRAINT {table}_pkey PRIMARY KEY ({columns})"))
        for index in METADATA.tables[table].indexes:
            index.create(connection)
    heads = HEADS.update().where(HEADS.c.log.in_((CONSENTS, RECORDS)))
    connection.execute(heads.values(size=people, anchored_size=people))


def _statements(people: int) -> list[str]:
    """One INSERT … SELECT over all people for each table."""
    columns = ", ".join(f"{sql} AS {name}" for name, sql in PERSONAL_VALUES.items())
    everybody = f"(SELECT n AS place, {columns} FROM generate_series(1, {people - 1}) n) AS everybody"  # noqa: S608
    return [
        f"INSERT INTO {table} ({', '.join(values)}) SELECT {', '.join(values.values())} FROM {everybody}"  # noqa: S608
        for table, values in _values().items()
    ]


def _values() -> dict[str, dict[str, str]]:
    """SQL of each column of a person's rows, by table."""
    hashed, witness = key("sha256(person)"), key("sha256(person)", 9)
    sealed = {"digest": "record_id", "salt": "content", "signature": "content || record_id || '\\x1b'::bytea"}
    logged = {"position": "place", "accepted_at": f"{NOW}", **sealed}
    index = {"person": hashed, "position": "place", "witness": witness}
    state = {"is_consent": "true", "superseded": "false", "revoked": "false", "alike": "1", "opens": "0"}
    record = {"record": key("sha256(record_id)"), "record_id": "record_id", "erased": "false"}
    return {
        "consents_log": logged | {"kind": "0", "common": "1", "body": _consent()},
        "records_log": logged | {"kind": "2", "entry": "sha256(record_id)", "body": _issue()},
        "consents": index | state | {"grantee": f"{codec.key(TRIAL.address)}"},
        "records": index | record | {"category": f"{codec.key(CATEGORY)}"},
    }


def _consent() -> str:
    statement = population.consent(0).statement
    assert isinstance(statement, Consent)
    return pattern(
        consent_dedup.split(statement)[1], {"person": statement.data_subject, "sha256(secret)": statement.lock}
    )


def _issue() -> str:
    statement = population.issue(0).statement
    assert isinstance(statement, Issue)
    parts = {"record_id": statement.record_id, "person": statement.data_subject, "content": statement.commitment}
    parts |= {CID: statement.cid.encode(), "sha256(content)": statement.lock}
    return pattern(codec.encode(statement), parts)


def postgres_rows(folder: Path, people: int, rounds: int, seconds: float, on_status: StatusCallback) -> list[Row]:
    """Rows of one worker on a temporary server; without PostgreSQL one row with the reason."""
    name = f"flat to {people:,} on PostgreSQL"
    if (installed := programs()) is None:
        return [{"name": name, "note": f"not measured: {MISSING}"}]
    ports = folder / "postgresql"
    ports.mkdir()
    with ExitStack() as stack:
        cluster = stack.enter_context(Cluster(installed, (*SETTINGS, *LOAD)))
        on_status(f"PostgreSQL: loading {people:,}")
        started = time.perf_counter()
        small, large = (load(stack.enter_context(cluster.database()), count) for count in (FEW, people))
        loaded = time.perf_counter() - started
        few, many = (stack.enter_context(Served(database, ports)) for database in (small, large))
        on_status("PostgreSQL: asking")
        return [_flat(few, many, rounds, seconds, loaded), *_routes(many, rounds, seconds)]


def _flat(few: Served, many: Served, rounds: int, seconds: float, loaded: float) -> Row:
    few_requests, many_requests = request_supply.evaluations(few.people), request_supply.evaluations(many.people)
    tasks = {"few": lambda: few.load(few_requests, 32, seconds), "many": lambda: many.load(many_requests, 32, seconds)}
    results = in_turns(tasks, rounds)
    slower = results["few"]["rate"] / results["many"]["rate"]
    row = most_row(f"flat to {many.people:,} on PostgreSQL, against {few.people:,}", "times slower", slower, 1.3)
    return row | {"floor": results["few"]["rate"], "note": f"loaded in {loaded:.0f} s; the server does not sync"}


def _routes(many: Served, rounds: int, seconds: float) -> list[Row]:
    rows = []
    for name, make in (("action search", request_supply.actions), ("refused access", request_supply.refusals)):
        ours, twin = make(many.people), make(many.people, "/twin")
        tasks = {
            "ours": lambda ours=ours: many.load(ours, 32, seconds),
            "twin": lambda twin=twin: many.load(twin, 32, seconds),
        }
        results = in_turns(tasks, rounds)
        row = ratio_row(f"{name} on PostgreSQL", "answers/s", results["ours"]["rate"], results["twin"]["rate"], 0.5)
        rows.append(row | {"peer": "its constant twin"})
    return rows
