"""The Sessions port over a database: spent sign-in challenges and sessions, by digests of their secrets."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.database import Database
from mydata_ledger.anchors.store.db.prepared import ListQuery, Upsert, chunks
from mydata_ledger.anchors.store.schema import CHALLENGES, SESSIONS

LIVE_SESSIONS = ListQuery(
    select(SESSIONS.c.token, SESSIONS.c.signer).where(SESSIONS.c.expires > bindparam("at")), token=SESSIONS.c.token
)
OPEN_SESSION = Upsert(SESSIONS, lambda new: {"signer": new.signer, "expires": new.expires})


class SessionStore:
    """Stores sessions and spent challenges; expired ones are deleted at each sign-in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def spend(self, nonce: str, expires: int, at_time: int) -> bool:
        """Spend a nonce. False if it is spent already. Also deletes expired challenges and sessions."""
        row = {"nonce": sha256(nonce.encode()).digest(), "expires": expires}

        def work(connection: Connection) -> bool:
            connection.execute(CHALLENGES.delete().where(CHALLENGES.c.expires <= at_time))
            connection.execute(SESSIONS.delete().where(SESSIONS.c.expires <= at_time))
            spent = connection.execute(CHALLENGES.select().where(CHALLENGES.c.nonce == row["nonce"])).first()
            if spent is None:
                connection.execute(CHALLENGES.insert().values(row))
            return spent is None

        return self._database.write_uncounted(work)

    def open(self, token_digest: bytes, signer: bytes, expires: int) -> None:
        """Start a session."""
        row = {"token": token_digest, "signer": signer, "expires": expires}
        self._database.write_uncounted(lambda connection: OPEN_SESSION.run(connection, [row]))

    def signer_of(self, token_digest: bytes, at_time: int) -> bytes | None:
        """The signer of a live session; None if there is none."""
        return self.signers_of([token_digest], at_time).get(token_digest)

    def signers_of(self, token_digests: Collection[bytes], at_time: int) -> dict[bytes, bytes]:
        """The signer of each of these sessions that is live, by token digest."""
        with self._database.autocommit() as driver:
            rows = (
                row
                for chunk in chunks(token_digests)
                for row in LIVE_SESSIONS.all(driver, {"at": at_time}, token=chunk)
            )
            return {bytes(row.token): bytes(row.signer) for row in rows}

    def close(self, token_digest: bytes) -> None:
        """End a session."""
        session = SESSIONS.delete().where(SESSIONS.c.token == token_digest)
        self._database.write_uncounted(lambda connection: connection.execute(session))

    def close_all(self, signer: bytes, at_time: int, until: int) -> list[int]:
        """End every session of a signer that expires at `until` or before.

        Returns the expiry times (UTC seconds) of those that were live.
        """
        theirs = (SESSIONS.c.signer == signer, SESSIONS.c.expires <= until)

        def work(connection: Connection) -> list[int]:
            live = select(SESSIONS.c.expires).where(*theirs, SESSIONS.c.expires > at_time).order_by(SESSIONS.c.expires)
            ends = [int(row.expires) for row in connection.execute(live)]
            connection.execute(SESSIONS.delete().where(*theirs))
            return ends

        return self._database.write_uncounted(work)
