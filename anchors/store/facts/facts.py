"""What is known about a question, and the states of consents, read over one connection."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import replace
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import bindparam, select

from mydata_ledger.anchors.store.db.prepared import Driver, ListQuery, PreparedQuery, Reading, chunks
from mydata_ledger.anchors.store.rows import statements
from mydata_ledger.anchors.store.rows.codec import KINDS, key
from mydata_ledger.anchors.store.rows.statements import logged_of
from mydata_ledger.anchors.store.rows.use_counts import ALL_RECORDS, Uses
from mydata_ledger.anchors.store.schema import CHAIN, CONSENTS, HEADS, NOTICES, PARTIES, STATEMENTS, USES
from mydata_ledger.ledger.access import AccessRequest, ConsentState, Facts, Incident
from mydata_ledger.ledger.commitment.entry import Entry
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.delegation import Delegation, DelegationState, stands_by, with_ends
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.party import ANYONE, Party
from mydata_ledger.ledger.receipt import ACCESS, RECORDS
from mydata_ledger.ledger.receipt import CONSENTS as CONSENTS_LOG
from mydata_ledger.ledger.record import Record

LOG = STATEMENTS[CONSENTS_LOG]
INDEXED = (
    statements.whole(CONSENTS_LOG)
    .add_columns(CONSENTS.c.superseded, CONSENTS.c.revoked)
    .join(CONSENTS, CONSENTS.c.position == LOG.c.position)
    .order_by(CONSENTS.c.position)
)
"""Statements as the index of consents knows them."""
CONSENTED = INDEXED.where(CONSENTS.c.is_consent)
SAID = PreparedQuery(CONSENTED.where(CONSENTS.c.person == bindparam("person")))
SAID_AT = PreparedQuery(
    CONSENTED.where(CONSENTS.c.person == bindparam("person"), CONSENTS.c.position == bindparam("position"))
)
SAID_TO = ListQuery(CONSENTED, person=CONSENTS.c.person, grantee=CONSENTS.c.grantee)
DELEGATION = KINDS.index(Delegation)
DELEGATED = PreparedQuery(INDEXED.where(CONSENTS.c.person == bindparam("person"), LOG.c.kind == DELEGATION))
USED = ListQuery(select(USES), consent=USES.c.consent, record=USES.c.record)
ALL_HEADS = PreparedQuery(
    select(HEADS, CHAIN.c.followed_at, CHAIN.c.distrust).select_from(HEADS.join(CHAIN, CHAIN.c.id == 1))
)
OUTDATED = PreparedQuery(select(NOTICES.c.digest).where(NOTICES.c.outdated))
PARTY = PreparedQuery(select(PARTIES.c.body).where(PARTIES.c.account == bindparam("account")))
UsesOf = Callable[[Sequence[ConsentState], Sequence[int]], Uses]
"""How often consents were used, in all and for each of the records of these keys. Raises UsesCount."""
NO_USES = Uses()
Shared = tuple[Facts, frozenset[str]]
"""What is known whatever the record, and the names a consent may mean the requester by."""


class UsesMatter(Exception):
    """An answer depends on how often a consent was used, and so on every answer before it."""


def anchored_heads(connection: Reading) -> dict[str, Any]:
    """What the chain holds of each log. Raises SourceUnavailable while it contradicts this database."""
    found = heads(connection)
    if reason := found[CONSENTS_LOG].distrust:
        raise SourceUnavailable(reason)
    return found


def heads(connection: Reading) -> dict[str, Any]:
    """Size, peaks and what is anchored of each log, whether or not the chain contradicts it."""
    return {row.log: row for row in ALL_HEADS.all(Driver.of(connection), {})}


def shared(reading: Reading, request: AccessRequest, at: int) -> Shared:
    """What questions of this requester have in common. Raises SourceUnavailable."""
    anchored = anchored_heads(reading)
    consents, issued = anchored[CONSENTS_LOG], anchored[RECORDS]
    requester = party(Driver.of(reading), request.requester)
    known = Facts(
        record=None,
        requester=requester,
        incident=incident(reading, request.incident) if request.incident != bytes(32) else None,
        consents_size=consents.anchored_size,
        records_size=issued.anchored_size,
        block=max(consents.anchored_block, issued.anchored_block),
        followed_at=consents.followed_at,
    )
    return known, frozenset({ANYONE}) | (requester.grantee_names(at) if requester else frozenset())


def build(known: Facts, record: Record, said: Sequence[ConsentState], used: Uses, at: int) -> Facts:
    """The facts about one record, from what is known whatever the record and what its person said to the requester."""
    if used:
        this = [key(record.issue.record_id)]
        said = [counted(state, used, this) if state.consent.counts_uses else state for state in said]
    return known.about(record, said, at)


def consents_to(
    reading: Reading, persons: Set[bytes], names: Set[str], anchored: int
) -> dict[bytes, list[ConsentState]]:
    """What each of these persons said to any of these names, oldest first, without the uses."""
    driver, whom = Driver.of(reading), list(map(key, names))
    lists = chunks(map(key, persons))
    found = [row for some in lists for row in SAID_TO.all(driver, {}, person=some, grantee=whom)]
    said = defaultdict[bytes, list[ConsentState]](list)
    for state in states(driver, found, anchored):
        if state.consent.data_subject in persons and state.consent.grantee in names:
            said[state.consent.data_subject].append(state)
    return said


def states(reading: Reading, found: Sequence[Any], anchored: int) -> list[ConsentState]:
    """Rows of consents as the index knows them, without their uses."""
    outdated_ones = outdated(reading) if found else set()
    return [with_a_say(reading, _state(row, anchored, outdated_ones)) for row in found]


def outdated(connection: Reading) -> set[bytes]:
    """Hashes of the notices that no longer stand."""
    return {row.digest for row in OUTDATED.all(Driver.of(connection), {})}


def with_a_say(connection: Reading, state: ConsentState) -> ConsentState:
    """The state, revoked where a delegate signed whose delegation was ended."""
    said = state.consent
    if said.signer == said.data_subject:
        return state
    stands = stands_by(said.signer, said.signed_at, state.position, delegations_of(connection, said.data_subject))
    return state if stands else replace(state, revoked=True)


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


def uses_unknown(_: Sequence[ConsentState], __: Sequence[int]) -> Uses:
    """For a reader that cannot tell: not every receipt is in its place. Raises UsesCount."""
    raise UsesMatter


def uses_that_count(states: Iterable[ConsentState], found: Iterable[Record], used_of: UsesOf) -> Uses:
    """How often those consents were used of which a grant counts it. Raises UsesCount as `used_of` does."""
    counting = [state for state in states if state.consent.counts_uses]
    return used_of(counting, [key(record.issue.record_id) for record in found]) if counting else NO_USES


def used_of(reading: Reading, states: Iterable[ConsentState], records_: Iterable[int]) -> Uses:
    """How often these consents were used, in all and for each of the records of these keys."""
    driver, wanted = Driver.of(reading), list(chunks([ALL_RECORDS, *records_]))
    pairs = ((some, these) for some in chunks(key(state.entry) for state in states) for these in wanted)
    return Uses(row for some, these in pairs for row in USED.all(driver, {}, consent=some, record=these))


def counted(state: ConsentState, used: Uses, this: list[int]) -> ConsentState:
    """The state with its uses, and those of `this` record (no key or one)."""
    mine = key(state.entry)
    if not (uses := used.of(mine, ALL_RECORDS)):
        return state
    times, latest = next((use for record in this if (use := used.of(mine, record))), (0, None))
    return replace(state, uses=uses.times, uses_of_record=times, last_use=latest)


def consents_of(reading: Reading, data_subject: bytes) -> list[ConsentState]:
    """All versions to all grantees, oldest first."""
    anchored = heads(reading)[CONSENTS_LOG].anchored_size
    found = states(reading, SAID.all(Driver.of(reading), {"person": key(data_subject)}), anchored)
    used = used_of(reading, found, [])
    return [counted(state, used, []) for state in found if state.consent.data_subject == data_subject]


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
    return with_ends(state for state in found if state.delegation.data_subject == data_subject)


def consent(reading: Reading, entry: bytes) -> ConsentState | None:
    """One consent by its entry, without its uses."""
    logged = statements.by_entry(reading, CONSENTS_LOG, entry)
    if logged is None or not isinstance(logged.signed.statement, Consent):
        return None
    place = {"person": key(logged.signed.statement.data_subject), "position": logged.position}
    (state,) = states(reading, SAID_AT.all(Driver.of(reading), place), heads(reading)[CONSENTS_LOG].anchored_size)
    return state


def incident(connection: Reading, entry: bytes) -> Incident | None:
    """A declared incident by its entry."""
    logged = statements.by_entry(connection, ACCESS, entry)
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
