"""Many people of a ledger fixture: their records, and their consents to one party, with real keys and signatures."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from mydata_ledger.ledger.commitment.entry import lock_of
from mydata_ledger.ledger.consent import NEVER, Consent, Effect, Grant, Revocation
from mydata_ledger.ledger.kernel import Upload
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.signers import Wallet
from testing.ledger_fixture import NOTICE, NOW, LedgerFixture, drafted

AT_ONCE = 1_000
COMPUTE = Grant(Effect.PERMIT, ("health",), ("hl7:HMARKT",), ("compute",), 0, NEVER)


def people(count: int) -> list[Wallet]:
    """Wallets of that many people."""
    return [Wallet(sha256(b"person %d" % number).digest()) for number in range(count)]


def issue_all(fixture: LedgerFixture, uploads: Sequence[Upload]) -> list[bytes]:
    """Issue records of many people by the hospital; returns their ids."""
    ids: list[bytes] = []
    for start in range(0, len(uploads), AT_ONCE):
        drafts = fixture.kernel.records.issues.draft(fixture.hospital.address, uploads[start : start + AT_ONCE])
        issues = [drafted(draft, Issue) for draft in drafts]
        fixture.kernel.records.issues.accept([(each, fixture.sign(fixture.hospital, each)) for each in issues])
        ids += [each.record_id for each in issues]
    return ids


def consent_all(fixture: LedgerFixture, persons: Sequence[Wallet], grantee: Wallet, *grants: Grant) -> None:
    """Log a first consent of each person to the grantee."""
    name = next(party.name for party in fixture.directory if party.account == grantee.address)
    statements = fixture.kernel.statements
    signed = []
    for person in persons:
        lock = lock_of(_secret(person, grantee))
        terms = (person.signer, person.signer, grantee.address, name, 1, bytes(32), grants or (COMPUTE,))
        consent = Consent(*terms, NOTICE.digest, "en", NOW, lock)
        signed.append(statements.seal(consent, person.signer, fixture.sign(person, consent)))
    fixture.store.log.append(signed, NOW)


def withdraw(fixture: LedgerFixture, person: Wallet, grantee: Wallet) -> None:
    """Withdraw the consent of one person."""
    draft = fixture.kernel.consents.drafts.revocation(person.signer, grantee.address, _secret(person, grantee))
    revocation = drafted(draft, Revocation)
    fixture.kernel.consents.revocations.accept(revocation, fixture.sign(person, revocation))


def _secret(person: Wallet, grantee: Wallet) -> bytes:
    return sha256(b"secret of " + person.signer + grantee.signer).digest()
