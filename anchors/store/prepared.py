"""Queries compiled once and run on the driver's own connection: SQLAlchemy takes ten times as long as the look-up."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect, Select
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.engine import Connection

from anchors.store.engine import DRIVER_ERRORS, refusal

DIALECTS: dict[str, Dialect] = {
    "sqlite": sqlite.dialect(paramstyle="named"),
    "postgresql": psycopg.dialect(),  # type: ignore[no-untyped-call]
}


@dataclass(frozen=True, slots=True)
class Driver:
    """The driver's connection inside a transaction of ours."""

    connection: Any
    dialect: str

    @classmethod
    def of(cls, connection: Connection) -> Driver:
        """The same transaction, without SQLAlchemy."""
        return cls(connection.connection.driver_connection, connection.dialect.name)


class Prepared:
    """A query for both databases; its rows are named tuples."""

    def __init__(self, query: Select[Any]) -> None:
        compiled = {name: query.compile(dialect=dialect) for name, dialect in DIALECTS.items()}
        self._texts = {name: str(made) for name, made in compiled.items()}
        constants = {name: value for made in compiled.values() for name, value in made.params.items()}
        self._constants = {name: value for name, value in constants.items() if value is not None}
        row: Any = namedtuple("Row", [column.key for column in query.selected_columns])  # type: ignore[misc]
        self._row = row._make

    def all(self, driver: Driver, values: Mapping[str, Any]) -> list[Any]:
        """Every row. Raises SourceUnavailable."""
        if self._constants:
            values = {**self._constants, **values}
        try:
            found = driver.connection.execute(self._texts[driver.dialect], values).fetchall()
        except DRIVER_ERRORS as error:
            raise refusal(error) from error
        return [self._row(row) for row in found]
