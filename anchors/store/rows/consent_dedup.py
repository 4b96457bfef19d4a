"""Consent deduplication: terms shared by many consents are stored once in COMMON, personal fields in each row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from sqlalchemy import bindparam, func, select
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.db.prepared import BulkChange, Driver, PreparedQuery
from mydata_ledger.anchors.store.rows.codec import (
    ZERO,
    decode,
    encode,
    key,
    more_of,
    read_bytes,
    write_bytes,
    write_number,
)
from mydata_ledger.anchors.store.schema import COMMON
from mydata_ledger.ledger.consent import NEVER, Consent, Grant
from mydata_ledger.ledger.equivalence import terms

CONSENT = 0
"""The kind number of Consent."""
ADD = BulkChange(COMMON.insert())
TERMS_BY_KEY = PreparedQuery(select(COMMON.c.id, COMMON.c.body).where(COMMON.c.key == bindparam("key")))
LAST_ID = PreparedQuery(select(func.max(COMMON.c.id).label("id")))


def ids_of_terms(connection: Connection, bodies: Iterable[bytes]) -> dict[bytes, int]:
    """The ids of encoded terms in COMMON; new terms are stored under the next ids."""
    driver = Driver.of(connection)
    unique = list(dict.fromkeys(bodies))
    ids = {body: number for body in unique if (number := _id_of(driver, body)) is not None}
    new_bodies = [body for body in unique if body not in ids]
    if new_bodies:
        last = LAST_ID.all(driver, {})[0].id or 0
        new_ids = {body: last + n for n, body in enumerate(new_bodies, start=1)}
        ADD.run(connection, [{"id": number, "key": key(body), "body": body} for body, number in new_ids.items()])
        ids |= new_ids
    return ids


def _id_of(driver: Driver, body: bytes) -> int | None:
    return next((row.id for row in TERMS_BY_KEY.all(driver, {"key": key(body)}) if row.body == body), None)


def split(consent: Consent) -> tuple[bytes, bytes]:
    """Split a consent into encoded terms, which others may share, and encoded personal fields."""
    named = consent.grantee, consent.grantee_name
    shared, windows = _split_grants(*named, consent.grants, consent.notice_hash, consent.notice_language)
    own = bytearray()
    write_number(own, len(windows))
    own += windows
    write_bytes(own, consent.data_subject)
    write_bytes(own, b"" if consent.signer == consent.data_subject else consent.signer)
    write_number(own, consent.version)
    write_bytes(own, consent.previous)
    write_number(own, consent.signed_at)
    write_bytes(own, consent.lock)
    return shared, bytes(own)


@lru_cache(maxsize=1_024)
def _encoded_terms(grantee: str, name: str, scopes: tuple[Grant, ...], notice: bytes, language: str) -> bytes:
    return encode(Consent(b"", b"", grantee, name, 0, ZERO, scopes, notice, language, 0, ZERO))


@lru_cache(maxsize=1_024)
def _split_grants(
    grantee: str, name: str, grants: tuple[Grant, ...], notice: bytes, language: str
) -> tuple[bytes, bytes]:
    """The encoded terms of a consent, and the windows and records of its grants."""
    template = Consent(b"", b"", grantee, name, 0, ZERO, grants, notice, language, 0, ZERO)
    return _encoded_terms(*terms(template)), _encoded_windows(grants)


def _encoded_windows(grants: tuple[Grant, ...]) -> bytes:
    """Encode for each grant its window, data period and records; the end NEVER takes one byte."""
    out = bytearray()
    for grant in grants:
        for number in (grant.not_before, _stored_end(grant), grant.data_from, grant.data_until, len(grant.records)):
            write_number(out, number)
        for record in grant.records:
            write_bytes(out, record)
    return bytes(out)


def _stored_end(grant: Grant) -> int:
    return 0 if grant.expires == NEVER else grant.expires + 1


def join(shared: bytes, own: bytes) -> Consent:
    """Join the two parts that `split` returned."""
    size, offset = _read_number(own, 0)
    end = offset + size
    template, grants = _template(shared), _grants(shared, own[offset:end])
    data_subject, offset = read_bytes(own, end)
    signer, offset = read_bytes(own, offset)
    version, offset = _read_number(own, offset)
    previous, offset = read_bytes(own, offset)
    signed_at, offset = _read_number(own, offset)
    lock, _ = read_bytes(own, offset)
    named = (
        template.grantee,
        template.grantee_name,
        version,
        previous,
        grants,
        template.notice_hash,
        template.notice_language,
    )
    return Consent(data_subject, signer or data_subject, *named, signed_at, lock)


def pair_and_lock(shared: bytes, own: bytes) -> tuple[bytes, str, bytes]:
    """Data subject, grantee and lock of a consent from the parts that `split` returned, without decoding the rest."""
    size, offset = _read_number(own, 0)
    data_subject, offset = read_bytes(own, offset + size)
    _signer, offset = read_bytes(own, offset)
    _version, offset = _read_number(own, offset)
    _previous, offset = read_bytes(own, offset)
    _signed_at, offset = _read_number(own, offset)
    return data_subject, _template(shared).grantee, read_bytes(own, offset)[0]


@lru_cache(maxsize=1_024)
def _template(shared: bytes) -> Consent:
    consent = decode(CONSENT, shared)
    if not isinstance(consent, Consent):
        raise TypeError("shared terms must be those of a consent")
    return consent


@lru_cache(maxsize=1_024)
def _grants(shared: bytes, windows: bytes) -> tuple[Grant, ...]:
    grants, offset = [], 0
    for scope in _template(shared).grants:
        numbers = []
        for _ in range(5):
            number, offset = _read_number(windows, offset)
            numbers.append(number)
        records = []
        for _ in range(numbers[4]):
            record, offset = read_bytes(windows, offset)
            records.append(record)
        begins, ends, data_from, data_until, _ = numbers
        window = replace(scope, not_before=begins, expires=ends - 1 if ends else NEVER)
        grants.append(replace(window, data_from=data_from, data_until=data_until, records=tuple(records)))
    return tuple(grants)


def _read_number(body: bytes, offset: int) -> tuple[int, int]:
    number, offset = body[offset], offset + 1
    return more_of(body, offset, number) if number > 0x7F else (number, offset)
