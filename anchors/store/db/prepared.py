"""Queries compiled once and run on the driver's own connection; SQLAlchemy takes ten times as long."""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, Dialect, Insert, Select, Table, Update, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

DIALECTS: dict[str, Dialect] = {
    "sqlite": sqlite.dialect(paramstyle="named"),
    "postgresql": psycopg.dialect(),  # type: ignore[no-untyped-call]
}

CHUNK_SIZE = 500
"""The most values in one SQL `IN (…)`."""
POSITIONAL_SQLITE: Dialect = sqlite.dialect(paramstyle="qmark")
NewValues = Callable[[Any], dict[str, Any]]
"""From the columns of the row to insert to the new values of the existing row."""


def _driver_errors() -> tuple[type[Exception], ...]:
    """The base errors of the installed drivers."""
    try:
        import psycopg  # noqa: PLC0415 - only where PostgreSQL is used
    except ImportError:
        return (sqlite3.Error,)
    return sqlite3.Error, psycopg.Error


DRIVER_ERRORS = _driver_errors()


@contextmanager
def translated_driver_errors(operation: str) -> Iterator[None]:
    """Turn errors of the driver into SQLAlchemy's DBAPIError."""
    try:
        yield
    except DRIVER_ERRORS as error:
        raise DBAPIError(operation, None, error) from error


@dataclass(frozen=True, slots=True)
class Driver:
    """The driver's own connection, and the name of the SQL dialect."""

    connection: Any
    dialect: str

    @classmethod
    def of(cls, connection: Connection | Driver) -> Driver:
        """The driver's connection of a SQLAlchemy connection, in the same transaction."""
        if isinstance(connection, Driver):
            return connection
        return cls(connection.connection.driver_connection, connection.dialect.name)


ReadConnection = Connection | Driver
"""A connection that can be read from."""


class PreparedQuery:
    """A query compiled for SQLite and PostgreSQL; its rows are named tuples."""

    def __init__(self, query: Select[Any]) -> None:
        self._texts, self._constants = _compiled(query)
        row: Any = namedtuple("Row", [column.key for column in query.selected_columns])  # type: ignore[misc]
        self._make_row = row._make

    def all(self, driver: Driver, values: Mapping[str, Any]) -> list[Any]:
        """Every row. Raises DBAPIError."""
        return [self._make_row(row) for row in self.tuples(driver, values)]

    def tuples(self, driver: Driver, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Every row as a tuple. Raises DBAPIError."""
        if self._constants:
            values = {**self._constants, **values}
        text = self._texts[driver.dialect]
        try:
            rows: list[tuple[Any, ...]] = driver.connection.execute(text, values).fetchall()
        except DRIVER_ERRORS as error:
            raise DBAPIError(text, None, error) from error
        return rows


class ListQuery:
    """A query with `IN` conditions: each named list gives the allowed values of one column.

    It is compiled once for each combination of list sizes; lists are padded to a power of two.
    """

    def __init__(self, query: Select[Any], **columns: Column[Any]) -> None:
        self._query, self._columns = query, columns
        self._queries: dict[tuple[int, ...], PreparedQuery] = {}

    def all(self, driver: Driver, values: Mapping[str, Any], **lists: Iterable[Any]) -> list[Any]:
        """Every row; no list may be empty. Raises DBAPIError."""
        query, bound = self.prepared(**lists)
        return query.all(driver, {**values, **bound})

    def prepared(self, **lists: Iterable[Any]) -> tuple[PreparedQuery, dict[str, Any]]:
        """The query for lists of these sizes, and the lists as values that it takes; no list may be empty."""
        padded = {name: _padded(list(lists[name])) for name in self._columns}
        bound = {f"{name}{n}": value for name, list_values in padded.items() for n, value in enumerate(list_values)}
        return self._for_sizes(tuple(map(len, padded.values()))), bound

    def _for_sizes(self, sizes: tuple[int, ...]) -> PreparedQuery:
        if sizes not in self._queries:
            query = self._query
            for (name, column), size in zip(self._columns.items(), sizes, strict=True):
                query = query.where(column.in_([bindparam(f"{name}{n}") for n in range(size)]))
            self._queries[sizes] = PreparedQuery(query)
        return self._queries[sizes]


def _padded(values: list[Any]) -> list[Any]:
    size = 1 << (len(values) - 1).bit_length()
    return values + values[-1:] * (size - len(values))


class BulkChange:
    """An INSERT or UPDATE for SQLite and PostgreSQL, run for many rows; each row gives every column that it writes."""

    def __init__(self, change: Insert | Update | Mapping[str, Insert]) -> None:
        self._change = change

    @cached_property
    def _compiled_change(self) -> tuple[dict[str, str], dict[str, Any]]:
        return _compiled(self._change)

    @cached_property
    def _positional(self) -> tuple[str, Callable[[Mapping[str, Any]], tuple[Any, ...]]]:
        """SQL for SQLite with positional values, which are faster, and a function that orders the values of a row."""
        change = self._change["sqlite"] if isinstance(self._change, Mapping) else self._change
        compiled = change.compile(dialect=POSITIONAL_SQLITE)
        names = compiled.positiontup or []
        return str(compiled), itemgetter(*names) if len(names) > 1 else lambda row: tuple(row[name] for name in names)

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run the statement for each row. Raises DBAPIError."""
        if not rows:
            return
        driver, (texts, constants) = Driver.of(connection), self._compiled_change
        text, values = texts[driver.dialect], list[Any](rows)
        if constants:
            values = [{**constants, **row} for row in rows]
        if driver.dialect == "sqlite":
            text, values_of = self._positional
            values = list(map(values_of, values))
        try:
            driver.connection.cursor().executemany(text, values)
        except DRIVER_ERRORS as error:
            raise DBAPIError(text, None, error) from error


class Upsert(BulkChange):
    """Insert rows; where the primary key exists already, update the existing row with `new_values`.

    Each row gives the primary key and the named columns, or all columns.
    """

    def __init__(self, table: Table, new_values: NewValues, *columns: str) -> None:
        keys = list(table.primary_key.columns)
        names = {*columns, *(key.name for key in keys)} if columns else {column.name for column in table.columns}
        values: dict[str, Any] = {name: bindparam(name) for name in names}
        lite, full = sqlite.insert(table).values(values), postgresql.insert(table).values(values)
        super().__init__(
            {
                "sqlite": lite.on_conflict_do_update(index_elements=keys, set_=new_values(lite.excluded)),
                "postgresql": full.on_conflict_do_update(index_elements=keys, set_=new_values(full.excluded)),
            }
        )


def _compiled(statement: Any) -> tuple[dict[str, str], dict[str, Any]]:
    """The SQL text for each dialect, and its constants."""
    by_dialect = statement if isinstance(statement, Mapping) else dict.fromkeys(DIALECTS, statement)
    compiled = {name: by_dialect[name].compile(dialect=dialect) for name, dialect in DIALECTS.items()}
    texts = {name: str(made) for name, made in compiled.items()}
    constants = {name: value for made in compiled.values() for name, value in made.params.items()}
    return texts, {name: value for name, value in constants.items() if value is not None}


def chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    """The values in lists of at most `CHUNK_SIZE`."""
    items = list(values)
    for start in range(0, len(items), CHUNK_SIZE):
        yield items[start : start + CHUNK_SIZE]
