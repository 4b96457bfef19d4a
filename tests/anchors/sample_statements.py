"""Sample statements with entries, as the kernel gives them to a store; the signatures are not valid."""

from dataclasses import replace
from hashlib import sha256

from mydata_ledger.ledger import typed_data
from mydata_ledger.ledger.access import AccessRequest
from mydata_ledger.ledger.commitment.entry import NO_LOCK, Entry, lock_of
from mydata_ledger.ledger.consent import NEVER, Consent, Effect, Grant, Revocation
from mydata_ledger.ledger.delegation import Delegation, delegate_name
from mydata_ledger.ledger.emergency import Incident, IncidentExtension
from mydata_ledger.ledger.notice import Notice
from mydata_ledger.ledger.party import Party, checksum
from mydata_ledger.ledger.receipt import AccessReceipt, SignedStatement
from mydata_ledger.ledger.record import Erasure, Issue
from mydata_ledger.ledger.typed_data import Domain

NOW = 1_800_000_000
DOMAIN = Domain(31337, checksum(b"\xcc" * 20))
ANN, EVE = b"\xaa" * 20, b"\xee" * 20
TRIAL, CREW, HOSPITAL, OTHER = (checksum(bytes([n]) * 20) for n in (0xB1, 0xB2, 0xB3, 0xB4))
PARTIES = [
    Party(TRIAL, "Trial of Busan", frozenset({"trial"}), b"\x01key", 0, 0),
    Party(CREW, "Ambulance 119", frozenset({"responder"}), b"", 0, 0),
    Party(HOSPITAL, "Hospital", frozenset({"holder"}), b"", NOW - 10, NOW + 10),
]
NOTICE_HASH = sha256(b"what we tell you").digest()
OUTDATED = Notice("general", 2, "en", "what we told you", outdated=True)
READ = Grant(Effect.PERMIT, ("health",), ("hl7:HRESCH",), ("view",), 0, NEVER)
COUNTED = replace(READ, conditions=("max-uses:100",))


def name(text):
    return sha256(str(text).encode()).digest()


def seal(statement, salt=b""):
    digest = typed_data.digest(statement, DOMAIN)
    lock = getattr(statement, "lock", NO_LOCK)
    return SignedStatement(statement, Entry(digest, name(digest.hex()) + b"rest", name(salt + digest), lock))


def secret(person, grantee, version):
    return name(f"{person.hex()}{grantee}{version}")


def consent(person, grantee, before=None, grants=(READ,), signer=None, *, notice=NOTICE_HASH):
    version, previous = (before.signed.statement.version, before.signed.entry.entry) if before else (0, bytes(32))
    lock = lock_of(secret(person, grantee, version + 1))
    message = Consent(person, signer or person, grantee, "Name", version + 1, previous, grants, notice, "en", NOW, lock)
    return seal(message)


def delegation(person, delegate, turn=0):
    lock = lock_of(secret(person, delegate_name(delegate), 1))
    message = (person, person, delegate, "Name", "representative", ("health",), 0, NOW + 9 + turn, bytes(32), NOW, lock)
    return seal(Delegation(*message))


def revocation(before, knows_secret=True):
    message = before.signed.statement
    opens = secret(message.data_subject, message.grantee, message.version) if knows_secret else bytes(32)
    entry = before.signed.entry.entry
    args = (message.data_subject, message.data_subject, message.grantee, "Name", message.version + 1, entry, opens, NOW)
    return seal(Revocation(*args))


def issue(number, person=ANN, category="health.lab", supersedes=bytes(32), holder=HOSPITAL):
    args = (name(number), person, holder, category, 0, 0, name("content"), "bafy", supersedes, NOW, bytes(32))
    return seal(Issue(*args))


def erasure(number, person=ANN):
    return seal(Erasure(name(number), person, "bafy", name("key"), NOW))


def incident(person=ANN, number="119-1"):
    return seal(Incident(CREW, person, number, "found unconscious", NOW, NOW + 600))


def extension(of, person=ANN, reason="still unconscious"):
    return seal(IncidentExtension(CREW, person, of.signed.entry.entry, reason, NOW, NOW + 600))


def request(number, requester=TRIAL, requested=0, incident=bytes(32)):
    record, purposes = name(number), ("hl7:CLINTRCH", "hl7:HRESCH")
    return AccessRequest(name(f"ask {requested}"), requester, record, "health.lab", purposes, "view", incident)


def receipt(requested, facts, permitted=True):
    person = facts.record.issue.data_subject if facts.record else b""
    rests_on = tuple(state.entry for state in facts.consents) if permitted else ()
    scope = (requested.category, requested.purpose, requested.action)
    sizes = (facts.consents_size, facts.records_size, facts.block)
    message = (permitted, "consented" if permitted else "no_consent", rests_on, *sizes, NOW)
    return seal(
        AccessReceipt(
            requested.request_id, requested.requester, person, requested.record_id, *scope, requested.incident, *message
        )
    )
