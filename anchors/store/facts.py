"""What is known about a question, and the states of consents, read over one connection."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Row, bindparam, select
from sqlalchemy.engine import Connection

from anchors.store import records, rows
from anchors.store.codec import KINDS, key
from anchors.store.indexing import ALL_RECORDS, Uses
from anchors.store.prepared import Driver, Prepared, Reading
from anchors.store.rows import logged_of
from anchors.store.schema import CHAIN, CONSENTS, HEADS, NOTICES, PARTIES, STATEMENTS, USES
from ledger.access import AccessRequest, ConsentState, Facts, Incident
from ledger.consent import Consent
from ledger.delegation import Delegation, DelegationState, stands_by
from ledger.errors import SourceUnavailable
from ledger.party import ANYONE, Party
from ledger.receipt import ACCESS, RECORDS
from ledger.receipt import CONSENTS as CONSENTS_LOG

LOG = STATEMENTS[CONSENTS_LOG]
INDEXED = (
    rows.whole(CONSENTS_LOG)
    .add_columns(CONSENTS.c.superseded, CONSENTS.c.revoked)
    .join(CONSENTS, CONSENTS.c.position == LOG.c.position)
    .order_by(CONSENTS.c.position)
)
"""Statements as the index of consents knows them."""
SAID = INDEXED.where(CONSENTS.c.person == bindparam("person"), CONSENTS.c.is_consent)
DELEGATION = KINDS.index(Delegation)
DELEGATED = Prepared(INDEXED.where(CONSENTS.c.person == bindparam("person"), LOG.c.kind == DELEGATION))
SAID_TO = SAID.where(CONSENTS.c.grantee.in_(bindparam("grantees", expanding=True)))
USED = select(USES).where(
    USES.c.consent.in_(bindparam("consents", expanding=True)), USES.c.record.in_(bindparam("records", expanding=True))
)
ALL_HEADS = Prepared(
    select(HEADS, CHAIN.c.followed_at, CHAIN.c.distrust).select_from(HEADS.join(CHAIN, CHAIN.c.id == 1))
)
OUTDATED = Prepared(select(NOTICES.c.digest).where(NOTICES.c.outdated))
PARTY = Prepared(select(PARTIES.c.body).where(PARTIES.c.account == bindparam("account")))


def anchored_heads(connection: Reading) -> dict[str, Any]:
    """What the chain holds of each log. Raises SourceUnavailable while it contradicts this database."""
    found = heads(connection)
    if reason := found[CONSENTS_LOG].distrust:
        raise SourceUnavailable(reason)
    return found


def heads(connection: Reading) -> dict[str, Any]:
    """Size, peaks and what is anchored of each log, whether or not the chain contradicts it."""
    return {row.log: row for row in ALL_HEADS.all(Driver.of(connection), {})}


def gather(connection: Connection, request: AccessRequest, at: int) -> Facts:
    """Everything the rule may consider, with the uses of every consent. Raises SourceUnavailable."""
    anchored = anchored_heads(connection)
    consents, issued = anchored[CONSENTS_LOG], anchored[RECORDS]
    record = records.record(connection, request.record_id, issued.anchored_size)
    requester = party(Driver.of(connection), request.requester)
    names = {ANYONE} | (requester.grantee_names(at) if requester else frozenset())
    said = _said_to(connection, record.issue.data_subject, names, consents.anchored_size) if record else []
    return Facts(
        record=record,
        consents=tuple(with_uses(connection, said, request.record_id)),
        requester=requester,
        blocked=any(state.blocks(at) for state in said),
        incident=incident(connection, request.incident) if request.incident != bytes(32) else None,
        consents_size=consents.anchored_size,
        records_size=issued.anchored_size,
        block=max(consents.anchored_block, issued.anchored_block),
        followed_at=consents.followed_at,
    )


def _said_to(connection: Connection, person: bytes, names: Iterable[str], anchored: int) -> list[ConsentState]:
    where = {"person": key(person), "grantees": [key(name) for name in names]}
    found = states(connection, connection.execute(SAID_TO, where).all(), anchored)
    return [state for state in found if state.consent.data_subject == person and state.consent.grantee in names]


def states(connection: Connection, found: Iterable[Row[Any]], anchored: int) -> list[ConsentState]:
    """Rows of consents as the index knows them, without their uses."""
    found = list(found)
    outdated_ones = outdated(connection) if found else set()
    return [with_a_say(connection, _state(row, anchored, outdated_ones)) for row in found]


def outdated(connection: Reading) -> set[bytes]:
    """Hashes of the notices that no longer stand."""
    return {row.digest for row in OUTDATED.all(Driver.of(connection), {})}


def with_a_say(connection: Reading, state: ConsentState) -> ConsentState:
    """The state, revoked where a delegate signed whose delegation was ended."""
    said = state.consent
    if said.signer == said.data_subject:
        return state
    stands = stands_by(said.signer, said.signed_at, delegations_of(connection, said.data_subject))
    return state if stands else replace(state, revoked=True)


def _state(row: Row[Any], anchored: int, outdated: set[bytes]) -> ConsentState:
    signed = logged_of(row).signed
    consent = signed.statement
    if not isinstance(consent, Consent):
        raise TypeError("only consents have a state")
    return ConsentState(
        entry=signed.entry.entry,
        position=row.position,
        consent=consent,
        anchored=row.position < anchored,
        revoked=row.revoked,
        superseded=row.superseded,
        notice_outdated=consent.notice_hash in outdated,
    )


def with_uses(
    connection: Connection, states: list[ConsentState], record_id: bytes | None, more: Uses | None = None
) -> list[ConsentState]:
    """The states with their uses, those of one record included if it is given; `more` are not written yet."""
    if not states:
        return states
    this = [key(record_id)] if record_id else []
    where = {"consents": [key(state.entry) for state in states], "records": [ALL_RECORDS, *this]}
    used: Uses = Counter({(row.consent, row.record): row.times for row in connection.execute(USED, where)})
    return [counted(state, used + (more or Counter()), this) for state in states]


def counted(state: ConsentState, used: Uses, this: list[int]) -> ConsentState:
    """The state with its uses, and those of `this` record (no key or one)."""
    mine = key(state.entry)
    uses = used.get((mine, ALL_RECORDS), 0)
    return (
        replace(state, uses=uses, uses_of_record=sum(used.get((mine, record), 0) for record in this)) if uses else state
    )


def consents_of(connection: Connection, data_subject: bytes) -> list[ConsentState]:
    """All versions to all grantees, oldest first."""
    anchored = heads(connection)[CONSENTS_LOG].anchored_size
    found = states(connection, connection.execute(SAID, {"person": key(data_subject)}).all(), anchored)
    return with_uses(connection, [s for s in found if s.consent.data_subject == data_subject], None)


def delegations_of(connection: Reading, data_subject: bytes) -> list[DelegationState]:
    """Everyone who was ever named to sign for a person, oldest first."""
    anchored = heads(connection)[CONSENTS_LOG].anchored_size
    found = [
        DelegationState(
            signed.entry.entry, row.position, said, row.position < anchored, bool(row.revoked), bool(row.superseded)
        )
        for row in DELEGATED.all(Driver.of(connection), {"person": key(data_subject)})
        if (signed := logged_of(row).signed) and isinstance(said := signed.statement, Delegation)
    ]
    return [state for state in found if state.delegation.data_subject == data_subject]


def consent(connection: Connection, entry: bytes) -> ConsentState | None:
    """One consent by its entry."""
    logged = rows.by_entry(connection, CONSENTS_LOG, entry)
    if logged is None or not isinstance(logged.signed.statement, Consent):
        return None
    states = consents_of(connection, logged.signed.statement.data_subject)
    return next(state for state in states if state.entry == entry)


def incident(connection: Reading, entry: bytes) -> Incident | None:
    """A declared incident by its entry."""
    logged = rows.by_entry(connection, ACCESS, entry)
    return logged.signed.statement if logged and isinstance(logged.signed.statement, Incident) else None


def party(driver: Driver, account: str) -> Party | None:
    """One party by its EIP-55 address."""
    found = PARTY.all(driver, {"account": account})
    return read_party(found[0].body) if found else None


@lru_cache(maxsize=1_024)
def read_party(body: bytes) -> Party:
    """A party as it is stored."""
    raw = orjson.loads(body)
    return Party(**raw | {"roles": frozenset(raw["roles"]), "encryption_key": bytes.fromhex(raw["encryption_key"])})


def write_party(party: Party) -> bytes:
    """A party as it is stored."""
    raw = {name: getattr(party, name) for name in ("account", "name", "valid_from", "valid_until")}
    return orjson.dumps(raw | {"roles": sorted(party.roles), "encryption_key": party.encryption_key.hex()})
