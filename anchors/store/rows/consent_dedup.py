"""Consents in two parts: what many people say alike, kept once, and what is each one's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from sqlalchemy import bindparam, func, select
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.db.prepared import BulkChange, Driver, PreparedQuery
from mydata_ledger.anchors.store.rows.codec import ZERO, decode, encode, key, more_of, put_bytes, put_number, raw
from mydata_ledger.anchors.store.schema import COMMON
from mydata_ledger.ledger.consent import NEVER, Consent, Grant
from mydata_ledger.ledger.equivalence import terms

CONSENT = 0
"""The kind number of Consent."""
ADD = BulkChange(COMMON.insert())
SAME = PreparedQuery(select(COMMON.c.id, COMMON.c.body).where(COMMON.c.key == bindparam("key")))
LAST = PreparedQuery(select(func.max(COMMON.c.id).label("id")))


def numbers(connection: Connection, bodies: Iterable[bytes]) -> dict[bytes, int]:
    """The numbers of what is said in common; what nobody said before gets the next ones."""
    driver = Driver.of(connection)
    wanted = list(dict.fromkeys(bodies))
    known = {body: number for body in wanted if (number := _number(driver, body)) is not None}
    fresh = [body for body in wanted if body not in known]
    if fresh:
        last = LAST.all(driver, {})[0].id or 0
        given = {body: last + n for n, body in enumerate(fresh, start=1)}
        ADD.run(connection, [{"id": number, "key": key(body), "body": body} for body, number in given.items()])
        known |= given
    return known


def _number(driver: Driver, body: bytes) -> int | None:
    return next((row.id for row in SAME.all(driver, {"key": key(body)}) if row.body == body), None)


def split(consent: Consent) -> tuple[bytes, bytes]:
    """What others may say alike, and what is this person's own."""
    named = consent.grantee, consent.grantee_name
    said, when = _apart(*named, consent.grants, consent.notice_hash, consent.notice_language)
    own = bytearray()
    put_number(own, len(when))
    own += when
    put_bytes(own, consent.data_subject)
    put_bytes(own, b"" if consent.signer == consent.data_subject else consent.signer)
    put_number(own, consent.version)
    put_bytes(own, consent.previous)
    put_number(own, consent.signed_at)
    put_bytes(own, consent.lock)
    return said, bytes(own)


@lru_cache(maxsize=1_024)
def _said(grantee: str, name: str, scopes: tuple[Grant, ...], notice: bytes, language: str) -> bytes:
    return encode(Consent(b"", b"", grantee, name, 0, ZERO, scopes, notice, language, 0, ZERO))


@lru_cache(maxsize=1_024)
def _apart(grantee: str, name: str, grants: tuple[Grant, ...], notice: bytes, language: str) -> tuple[bytes, bytes]:
    """The terms of such a consent, and what its grants say beside them."""
    said = Consent(b"", b"", grantee, name, 0, ZERO, grants, notice, language, 0, ZERO)
    return _said(*terms(said)), _when(grants)


def _when(grants: tuple[Grant, ...]) -> bytes:
    """Of each grant its window, its data period and its records; an end that never comes takes one byte."""
    out = bytearray()
    for grant in grants:
        for number in (grant.not_before, _ends(grant), grant.data_from, grant.data_until, len(grant.records)):
            put_number(out, number)
        for record in grant.records:
            put_bytes(out, record)
    return bytes(out)


def _ends(grant: Grant) -> int:
    return 0 if grant.expires == NEVER else grant.expires + 1


def whole(said: bytes, own: bytes) -> Consent:
    """The consent that `split` took apart."""
    size, at = _number_at(own, 0)
    end = at + size
    about, grants = _template(said), _grants(said, own[at:end])
    data_subject, at = raw(own, end)
    signer, at = raw(own, at)
    version, at = _number_at(own, at)
    previous, at = raw(own, at)
    signed_at, at = _number_at(own, at)
    lock, _ = raw(own, at)
    named = about.grantee, about.grantee_name, version, previous, grants, about.notice_hash, about.notice_language
    return Consent(data_subject, signer or data_subject, *named, signed_at, lock)


def pair_and_lock(said: bytes, own: bytes) -> tuple[bytes, str, bytes]:
    """Data subject, grantee and lock of the consent that `split` took apart, without the rest."""
    size, at = _number_at(own, 0)
    data_subject, at = raw(own, at + size)
    _signer, at = raw(own, at)
    _version, at = _number_at(own, at)
    _previous, at = raw(own, at)
    _signed_at, at = _number_at(own, at)
    return data_subject, _template(said).grantee, raw(own, at)[0]


@lru_cache(maxsize=1_024)
def _template(said: bytes) -> Consent:
    consent = decode(CONSENT, said)
    if not isinstance(consent, Consent):
        raise TypeError("what is said in common is said in consents")
    return consent


@lru_cache(maxsize=1_024)
def _grants(said: bytes, when: bytes) -> tuple[Grant, ...]:
    grants, at = [], 0
    for scope in _template(said).grants:
        times = []
        for _ in range(5):
            number, at = _number_at(when, at)
            times.append(number)
        records = []
        for _ in range(times[4]):
            record, at = raw(when, at)
            records.append(record)
        begins, ends, data_from, data_until, _ = times
        window = replace(scope, not_before=begins, expires=ends - 1 if ends else NEVER)
        grants.append(replace(window, data_from=data_from, data_until=data_until, records=tuple(records)))
    return tuple(grants)


def _number_at(body: bytes, at: int) -> tuple[int, int]:
    number, at = body[at], at + 1
    return more_of(body, at, number) if number > 0x7F else (number, at)
