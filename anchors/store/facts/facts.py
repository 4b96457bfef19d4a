"""What is known about a question, and the states of consents, read over one connection."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import replace
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import bindparam, select

from mydata_ledger.anchors.store.db.prepared import Driver, ListQuery, PreparedQuery, ReadConnection, chunks
from mydata_ledger.anchors.store.rows import statements
from mydata_ledger.anchors.store.rows.codec import KINDS, key
from mydata_ledger.anchors.store.rows.statements import logged_of
from mydata_ledger.anchors.store.rows.use_counts import ALL_RECORDS, Uses
from mydata_ledger.anchors.store.schema import CHAIN, CONSENTS, HEADS, NOTICES, PARTIES, STATEMENTS, USES
from mydata_ledger.ledger.access import AccessRequest, ConsentState, Facts, Incident
from mydata_ledger.ledger.commitment.entry import Entry
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.delegation import Delegation, DelegationState, stands_by
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.party import ANYONE, Party
from mydata_ledger.ledger.receipt import ACCESS, RECORDS
from mydata_ledger.ledger.receipt import CONSENTS as CONSENTS_LOG
from mydata_ledger.ledger.record import Record

LOG = STATEMENTS[CONSENTS_LOG]
INDEXED_STATEMENTS = (
    statements.select_statements(CONSENTS_LOG)
    .add_columns(CONSENTS.c.superseded, CONSENTS.c.revoked)
    .join(CONSENTS, CONSENTS.c.position == LOG.c.position)
    .order_by(CONSENTS.c.position)
)
"""Statements as the index of consents knows them."""
INDEXED_CONSENTS = INDEXED_STATEMENTS.where(CONSENTS.c.is_consent)
CONSENTS_OF_PERSON = PreparedQuery(INDEXED_CONSENTS.where(CONSENTS.c.person == bindparam("person")))
CONSENT_AT_POSITION = PreparedQuery(
    INDEXED_CONSENTS.where(CONSENTS.c.person == bindparam("person"), CONSENTS.c.position == bindparam("position"))
)
CONSENTS_TO_GRANTEES = ListQuery(INDEXED_CONSENTS, person=CONSENTS.c.person, grantee=CONSENTS.c.grantee)
DELEGATION_KIND = KINDS.index(Delegation)
DELEGATIONS_OF_PERSON = PreparedQuery(
    INDEXED_STATEMENTS.where(CONSENTS.c.person == bindparam("person"), LOG.c.kind == DELEGATION_KIND)
)
USES_OF_CONSENTS = ListQuery(select(USES), consent=USES.c.consent, record=USES.c.record)
ALL_HEADS = PreparedQuery(
    select(HEADS, CHAIN.c.followed_at, CHAIN.c.distrust).select_from(HEADS.join(CHAIN, CHAIN.c.id == 1))
)
OUTDATED_NOTICES = PreparedQuery(select(NOTICES.c.digest).where(NOTICES.c.outdated))
PARTY_BY_ACCOUNT = PreparedQuery(select(PARTIES.c.body).where(PARTIES.c.account == bindparam("account")))
CountUses = Callable[[Sequence[ConsentState], Sequence[int]], Uses]
"""How often consents were used, in all and for each of the records of these keys. Raises UsesCount."""
NO_USES = Uses()
SharedFacts = tuple[Facts, frozenset[str]]
"""What is known whatever the record, and the names a consent may mean the requester by."""


class UsesMatter(Exception):
    """An answer depends on how often a consent was used, and so on every answer before it."""


def anchored_heads(connection: ReadConnection) -> dict[str, Any]:
    """What the chain holds of each log. Raises SourceUnavailable while it contradicts this database."""
    rows = heads(connection)
    if reason := rows[CONSENTS_LOG].distrust:
        raise SourceUnavailable(reason)
    return rows


def heads(connection: ReadConnection) -> dict[str, Any]:
    """Size, peaks and what is anchored of each log, whether or not the chain contradicts it."""
    return {row.log: row for row in ALL_HEADS.all(Driver.of(connection), {})}


def shared(reading: ReadConnection, request: AccessRequest, at_time: int) -> SharedFacts:
    """What questions of this requester have in common. Raises SourceUnavailable."""
    rows = anchored_heads(reading)
    consents, records = rows[CONSENTS_LOG], rows[RECORDS]
    requester = party(Driver.of(reading), request.requester)
    shared_facts = Facts(
        record=None,
        requester=requester,
        incident=incident(reading, request.incident) if request.incident != bytes(32) else None,
        consents_size=consents.anchored_size,
        records_size=records.anchored_size,
        block=max(consents.anchored_block, records.anchored_block),
        followed_at=consents.followed_at,
    )
    return shared_facts, frozenset({ANYONE}) | (requester.grantee_names(at_time) if requester else frozenset())


def build(shared_facts: Facts, record: Record, states: Sequence[ConsentState], uses: Uses, at_time: int) -> Facts:
    """The facts about one record, from what is known whatever the record and what its person said to the requester."""
    if uses:
        record_keys = [key(record.issue.record_id)]
        states = [with_uses(state, uses, record_keys) if state.consent.counts_uses else state for state in states]
    return shared_facts.about(record, states, at_time)


def consents_to(
    reading: ReadConnection, persons: Set[bytes], names: Set[str], anchored: int
) -> dict[bytes, list[ConsentState]]:
    """What each of these persons said to any of these names, oldest first, without the uses."""
    driver, grantee_keys = Driver.of(reading), list(map(key, names))
    person_keys = chunks(map(key, persons))
    rows = [
        row for some in person_keys for row in CONSENTS_TO_GRANTEES.all(driver, {}, person=some, grantee=grantee_keys)
    ]
    consents = defaultdict[bytes, list[ConsentState]](list)
    for state in states(driver, rows, anchored):
        if state.consent.data_subject in persons and state.consent.grantee in names:
            consents[state.consent.data_subject].append(state)
    return consents


def states(reading: ReadConnection, rows: Sequence[Any], anchored: int) -> list[ConsentState]:
    """Rows of consents as the index knows them, without their uses."""
    outdated_hashes = outdated_notices(reading) if rows else set()
    return [with_delegation_checked(reading, _state(row, anchored, outdated_hashes)) for row in rows]


def outdated_notices(connection: ReadConnection) -> set[bytes]:
    """Hashes of the notices that no longer stand."""
    return {row.digest for row in OUTDATED_NOTICES.all(Driver.of(connection), {})}


def with_delegation_checked(connection: ReadConnection, state: ConsentState) -> ConsentState:
    """The state, revoked where a delegate signed whose delegation was ended."""
    consent = state.consent
    if consent.signer == consent.data_subject:
        return state
    is_in_office = stands_by(consent.signer, consent.signed_at, delegations_of(connection, consent.data_subject))
    return state if is_in_office else replace(state, revoked=True)


def _state(row: Any, anchored: int, outdated: set[bytes]) -> ConsentState:
    consent = statements.statement_of(row)
    if not isinstance(consent, Consent):
        raise TypeError("only consents have a state")
    lock = consent.lock if row.lock is None else row.lock
    return ConsentState(
        entry=Entry(row.digest, row.signature, row.salt, lock).entry,
        position=row.position,
        consent=consent,
        anchored=row.position < anchored,
        revoked=bool(row.revoked),
        superseded=bool(row.superseded),
        notice_outdated=consent.notice_hash in outdated,
    )


def refuse_to_count(_: Sequence[ConsentState], __: Sequence[int]) -> Uses:
    """For a reader that cannot tell: not every receipt is in its place. Raises UsesCount."""
    raise UsesMatter


def relevant_uses(states: Iterable[ConsentState], records: Iterable[Record], count_uses: CountUses) -> Uses:
    """How often those consents were used of which a grant counts it. Raises UsesCount as `used_of` does."""
    counting_states = [state for state in states if state.consent.counts_uses]
    return (
        count_uses(counting_states, [key(record.issue.record_id) for record in records]) if counting_states else NO_USES
    )


def count_uses(reading: ReadConnection, states: Iterable[ConsentState], record_keys: Iterable[int]) -> Uses:
    """How often these consents were used, in all and for each of the records of these keys."""
    driver, key_lists = Driver.of(reading), list(chunks([ALL_RECORDS, *record_keys]))
    pairs = ((some, these) for some in chunks(key(state.entry) for state in states) for these in key_lists)
    return Uses(row for some, these in pairs for row in USES_OF_CONSENTS.all(driver, {}, consent=some, record=these))


def with_uses(state: ConsentState, uses: Uses, record_keys: list[int]) -> ConsentState:
    """The state with its uses, and those of `this` record (no key or one)."""
    consent_key = key(state.entry)
    if not (in_all := uses.of(consent_key, ALL_RECORDS)):
        return state
    times_for_record, latest = next((use for record in record_keys if (use := uses.of(consent_key, record))), (0, None))
    return replace(state, uses=in_all.times, uses_of_record=times_for_record, last_use=latest)


def consents_of(reading: ReadConnection, data_subject: bytes) -> list[ConsentState]:
    """All versions to all grantees, oldest first."""
    anchored = heads(reading)[CONSENTS_LOG].anchored_size
    consents = states(reading, CONSENTS_OF_PERSON.all(Driver.of(reading), {"person": key(data_subject)}), anchored)
    uses = count_uses(reading, consents, [])
    return [with_uses(state, uses, []) for state in consents if state.consent.data_subject == data_subject]


def delegations_of(connection: ReadConnection, data_subject: bytes) -> list[DelegationState]:
    """Everyone who was ever named to sign for a person, oldest first."""
    anchored = heads(connection)[CONSENTS_LOG].anchored_size
    delegations = [
        DelegationState(
            signed.entry.entry,
            row.position,
            delegation,
            row.position < anchored,
            bool(row.revoked),
            bool(row.superseded),
        )
        for row in DELEGATIONS_OF_PERSON.all(Driver.of(connection), {"person": key(data_subject)})
        if (signed := logged_of(row).signed) and isinstance(delegation := signed.statement, Delegation)
    ]
    return [state for state in delegations if state.delegation.data_subject == data_subject]


def consent(reading: ReadConnection, entry: bytes) -> ConsentState | None:
    """One consent by its entry, without its uses."""
    logged = statements.by_entry(reading, CONSENTS_LOG, entry)
    if logged is None or not isinstance(logged.signed.statement, Consent):
        return None
    index_key = {"person": key(logged.signed.statement.data_subject), "position": logged.position}
    (state,) = states(
        reading, CONSENT_AT_POSITION.all(Driver.of(reading), index_key), heads(reading)[CONSENTS_LOG].anchored_size
    )
    return state


def incident(connection: ReadConnection, entry: bytes) -> Incident | None:
    """A declared incident by its entry."""
    logged = statements.by_entry(connection, ACCESS, entry)
    return logged.signed.statement if logged and isinstance(logged.signed.statement, Incident) else None


def party(driver: Driver, account: str) -> Party | None:
    """One party by its EIP-55 address."""
    found = PARTY_BY_ACCOUNT.all(driver, {"account": account})
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
