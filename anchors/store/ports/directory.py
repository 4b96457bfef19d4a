"""The Directory port over a database: parties, copied from the chain, and published notices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.database import Database
from mydata_ledger.anchors.store.db.prepared import Upsert
from mydata_ledger.anchors.store.facts import facts
from mydata_ledger.anchors.store.facts.published import NOTICE_COLUMNS, PublishedReader, notice_of
from mydata_ledger.anchors.store.rows import past
from mydata_ledger.anchors.store.schema import NOTICES, PARTIES
from mydata_ledger.ledger.notice import Notice
from mydata_ledger.ledger.party import Party

Bodies = dict[str, bytes | None]
"""Stored form of parties by account; None for one that is removed."""
PUBLISH = Upsert(NOTICES, lambda new: {"outdated": new.outdated})


class DirectoryStore:
    """Stores parties and notices, with their history."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def party(self, account: str) -> Party | None:
        """One party by its EIP-55 address."""
        with self._database.autocommit() as driver:
            return PublishedReader(driver).party(account)

    def parties(self) -> list[Party]:
        """All of them, by name."""
        with self._database.session() as connection:
            parties = [facts.read_party(body) for body in connection.execute(select(PARTIES.c.body)).scalars()]
        return sorted(parties, key=lambda party: (party.name, party.account))

    def set_parties(self, parties: Iterable[Party]) -> None:
        """Replace the whole directory."""
        after = {party.account: facts.write_party(party) for party in parties}
        with self._database.session() as connection:
            gone = dict.fromkeys(_bodies(connection).keys() - after.keys())
        self._write(gone | after)

    def change_parties(self, changes: Mapping[str, Party | None]) -> None:
        """Replace the parties of these accounts; None removes one. Without a difference nothing is written."""
        self._write({account: facts.write_party(party) if party else None for account, party in changes.items()})

    def _write(self, after: Bodies) -> None:
        with self._database.session() as connection:
            before = _bodies(connection)
        changed = {account: after[account] for account in sorted(after) if before.get(account) != after[account]}
        rows = [{"account": account, "body": body} for account, body in changed.items() if body is not None]

        def work(connection: Connection) -> None:
            history = [(account.encode(), body) for account, body in changed.items()]
            past.record_changes(connection, self._database.now(), past.PARTY, history)
            connection.execute(PARTIES.delete().where(PARTIES.c.account.in_(changed)))
            if rows:
                connection.execute(PARTIES.insert(), rows)

        if changed:
            self._database.write(work)

    def publish(self, notice: Notice) -> None:
        """Store a notice. Publishing it again can only change whether it is outdated."""
        row = {name: getattr(notice, name) for name in ("digest", "name", "version", "language", "text", "outdated")}
        change = (notice.digest, past.OUTDATED if notice.outdated else None)

        def work(connection: Connection) -> None:
            past.record_changes(connection, self._database.now(), past.NOTICE, [change])
            PUBLISH.run(connection, [row])

        self._database.write(work)

    def notice(self, digest: bytes) -> Notice | None:
        """One notice by its digest, which consents sign."""
        with self._database.autocommit() as driver:
            return PublishedReader(driver).notice(digest)

    def notices(self) -> list[Notice]:
        """All versions of all notices in all languages."""
        with self._database.session() as connection:
            return [
                notice_of(row) for row in connection.execute(NOTICE_COLUMNS.order_by("name", "version", "language"))
            ]


def _bodies(connection: Connection) -> Bodies:
    return {row.account: row.body for row in connection.execute(select(PARTIES))}
