"""Reads facts and the states of consents over one connection."""

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
from mydata_ledger.ledger.access import AccessRequest, ConsentState, Facts
from mydata_ledger.ledger.commitment.entry import Entry
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.delegation import Delegation, DelegationState, stands_by, with_ends
from mydata_ledger.ledger.emergency import Emergency
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.party import ANYONE, Party
from mydata_ledger.ledger.receipt import ACCESS, RECORDS, emergency_of
from mydata_ledger.ledger.receipt import CONSENTS as CONSENTS_LOG
from mydata_ledger.ledger.record import Record

LOG = STATEMENTS[CONSENTS_LOG]
INDEXED_STATEMENTS = (
    statements.select_statements(CONSENTS_LOG)
    .add_columns(CONSENTS.c.superseded, CONSENTS.c.revoked)
    .join(CONSENTS, CONSENTS.c.position == LOG.c.position)
    .order_by(CONSENTS.c.position)
)
"""Statements of the consents log with their state from the index."""
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
"""Counts the uses of consents, for all records and for each of the given record keys. Raises UsesMatter."""
NO_USES = Uses()
SharedFacts = tuple[Facts, frozenset[str]]
"""Facts that do not depend on the record, and the grantee names that cover the requester."""


class UsesMatter(Exception):
    """The answer depends on the use count of a consent, and so on every earlier answer."""


def anchored_heads(connection: ReadConnection) -> dict[str, Any]:
    """The anchored head of each log. Raises SourceUnavailable while the chain contradicts this database."""
    rows = heads(connection)
    if reason := rows[CONSENTS_LOG].distrust:
        raise SourceUnavailable(reason)
    return rows


def heads(connection: ReadConnection) -> dict[str, Any]:
    """Size, peaks and anchored head of each log, even while the chain contradicts this database."""
    return {row.log: row for row in ALL_HEADS.all(Driver.of(connection), {})}


def shared(reading: ReadConnection, request: AccessRequest, at_time: int) -> SharedFacts:
    """The facts that are equal for all questions of this requester. Raises SourceUnavailable."""
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
    """The facts about one record, from the shared facts and the states of the consents to the requester."""
    if uses:
        record_keys = [key(record.issue.record_id)]
        states = [with_uses(state, uses, record_keys) if state.consent.counts_uses else state for state in states]
    return shared_facts.about(record, states, at_time)


def consents_to(
    reading: ReadConnection, persons: Set[bytes], names: Set[str], anchored: int
) -> dict[bytes, list[ConsentState]]:
    """The consents of each of these persons to any of these grantee names, oldest first, without use counts."""
    driver, grantee_keys = Driver.of(reading), list(map(key, names))
    person_keys = chunks(map(key, persons))
    rows = [
        row for chunk in person_keys for row in CONSENTS_TO_GRANTEES.all(driver, {}, person=chunk, grantee=grantee_keys)
    ]
    consents = defaultdict[bytes, list[ConsentState]](list)
    for state in states(driver, rows, anchored):
        if state.consent.data_subject in persons and state.consent.grantee in names:
            consents[state.consent.data_subject].append(state)
    return consents


def states(reading: ReadConnection, rows: Sequence[Any], anchored: int) -> list[ConsentState]:
    """The states of consents from their rows, without use counts."""
    outdated_hashes = outdated_notices(reading) if rows else set()
    return [with_delegation_checked(reading, _state(row, anchored, outdated_hashes)) for row in rows]


def outdated_notices(connection: ReadConnection) -> set[bytes]:
    """Digests of the outdated notices."""
    return {row.digest for row in OUTDATED_NOTICES.all(Driver.of(connection), {})}


def with_delegation_checked(connection: ReadConnection, state: ConsentState) -> ConsentState:
    """The state; it is revoked if a delegate signed the consent and that delegation was ended."""
    consent = state.consent
    if consent.signer == consent.data_subject:
        return state
    delegations = delegations_of(connection, consent.data_subject)
    is_in_office = stands_by(consent.signer, consent.signed_at, state.position, delegations)
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
    """Stands for a count that is not possible because receipts may be pending. Raises UsesMatter."""
    raise UsesMatter


def relevant_uses(states: Iterable[ConsentState], records: Iterable[Record], count_uses: CountUses) -> Uses:
    """The uses of those consents that have a grant with a limit of uses. Raises UsesMatter if `count_uses` does."""
    counting_states = [state for state in states if state.consent.counts_uses]
    return (
        count_uses(counting_states, [key(record.issue.record_id) for record in records]) if counting_states else NO_USES
    )


def count_uses(reading: ReadConnection, states: Iterable[ConsentState], record_keys: Iterable[int]) -> Uses:
    """The uses of these consents, for all records and for each of the given record keys."""
    driver, key_lists = Driver.of(reading), list(chunks([ALL_RECORDS, *record_keys]))
    consent_lists = list(chunks(key(state.entry) for state in states))
    pairs = ((consents, records) for consents in consent_lists for records in key_lists)
    return Uses(
        row for consents, records in pairs for row in USES_OF_CONSENTS.all(driver, {}, consent=consents, record=records)
    )


def with_uses(state: ConsentState, uses: Uses, record_keys: list[int]) -> ConsentState:
    """The state with its use counts; `record_keys` has the key of one record, or none."""
    consent_key = key(state.entry)
    if not (in_all := uses.of(consent_key, ALL_RECORDS)):
        return state
    times_for_record, latest = next((use for record in record_keys if (use := uses.of(consent_key, record))), (0, None))
    return replace(state, uses=in_all.times, uses_of_record=times_for_record, last_use=latest)


def consents_of(reading: ReadConnection, data_subject: bytes) -> list[ConsentState]:
    """All versions of a person's consents to all grantees, oldest first."""
    anchored = heads(reading)[CONSENTS_LOG].anchored_size
    consents = states(reading, CONSENTS_OF_PERSON.all(Driver.of(reading), {"person": key(data_subject)}), anchored)
    uses = count_uses(reading, consents, [])
    return [with_uses(state, uses, []) for state in consents if state.consent.data_subject == data_subject]


def delegations_of(connection: ReadConnection, data_subject: bytes) -> list[DelegationState]:
    """All delegations of a person, ended ones too, oldest first."""
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
    return with_ends(state for state in delegations if state.delegation.data_subject == data_subject)


def consent(reading: ReadConnection, entry: bytes) -> ConsentState | None:
    """One consent by its entry, without use counts."""
    logged = statements.by_entry(reading, CONSENTS_LOG, entry)
    if logged is None or not isinstance(logged.signed.statement, Consent):
        return None
    index_key = {"person": key(logged.signed.statement.data_subject), "position": logged.position}
    (state,) = states(
        reading, CONSENT_AT_POSITION.all(Driver.of(reading), index_key), heads(reading)[CONSENTS_LOG].anchored_size
    )
    return state


def incident(connection: ReadConnection, entry: bytes) -> Emergency | None:
    """A declared incident by its entry, or an extended one by the entry of its extension."""
    return emergency_of(entry, lambda each: statements.by_entry(connection, ACCESS, each))


def party(driver: Driver, account: str) -> Party | None:
    """One party by its EIP-55 address."""
    rows = PARTY_BY_ACCOUNT.all(driver, {"account": account})
    return read_party(rows[0].body) if rows else None


@lru_cache(maxsize=1_024)
def read_party(body: bytes) -> Party:
    """Decode a stored party."""
    raw = orjson.loads(body)
    return Party(**raw | {"roles": frozenset(raw["roles"]), "encryption_key": bytes.fromhex(raw["encryption_key"])})


def write_party(party: Party) -> bytes:
    """Encode a party for storage."""
    raw = {name: getattr(party, name) for name in ("account", "name", "valid_from", "valid_until")}
    return orjson.dumps(raw | {"roles": sorted(party.roles), "encryption_key": party.encryption_key.hex()})
