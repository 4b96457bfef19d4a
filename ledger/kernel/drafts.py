"""draft: everything a wallet needs to sign, so that no page or client composes a statement itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mydata_ledger.ledger.access import Incident
from mydata_ledger.ledger.commitment.entry import NO_LOCK
from mydata_ledger.ledger.consent import Consent, Grant, Revocation
from mydata_ledger.ledger.errors import InvalidStatement, NotFound
from mydata_ledger.ledger.kernel.verb import Verb
from mydata_ledger.ledger.notice import Notice
from mydata_ledger.ledger.party import ANYONE, ROLE_PREFIX
from mydata_ledger.ledger.ports import Published
from mydata_ledger.ledger.receipt import Logged, Statement
from mydata_ledger.ledger.typed_data import typed_data
from mydata_ledger.ledger.wording import ENGLISH


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement to be signed, its EIP-712 typed data, and the notice the person is to be shown.

    `summary` says it in words, in the language that was asked for; of a consent in its notice's, and so does `changes`:
    what it says otherwise than the version it replaces.
    """

    statement: Statement
    typed: dict[str, Any]
    notice: Notice | None = None
    summary: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GrantRequest:
    """What a person wants to say to one grantee; `lock` is SHA-256 of a secret that only the person holds."""

    data_subject: bytes
    grantee: str
    grants: tuple[Grant, ...]
    notice_hash: bytes
    lock: bytes
    signer: bytes = b""


class Drafts(Verb):
    """The first verb."""

    def draft_consent(self, wish: GrantRequest) -> Draft:
        """The next version of the consent. Raises NotFound for an unknown notice, InvalidStatement for such a party,
        UnknownTerm: nobody should sign what would be refused.
        """
        for grant in wish.grants:
            self.world.vocabulary.check_grant(grant)
        notice = self.world.store.notice(wish.notice_hash)
        if notice is None:
            raise NotFound
        newest = self.world.store.newest(wish.data_subject, wish.grantee)
        consent = Consent(
            data_subject=wish.data_subject,
            signer=wish.signer or wish.data_subject,
            grantee=wish.grantee,
            grantee_name=self.name_of(wish.grantee),
            version=_next_version(newest),
            previous=newest.signed.entry.entry if newest else bytes(32),
            grants=wish.grants,
            notice_hash=notice.digest,
            notice_language=notice.language,
            signed_at=self.world.clock.now(),
            lock=wish.lock,
        )
        words, before = self.words(notice.language), _grants_of(newest)
        name = words.named(consent.grantee, consent.grantee_name)
        summary = tuple(words.sentence(grant, name) for grant in wish.grants)
        summary += words.behalf(consent.signer, consent.data_subject)
        changes = tuple(words.told(one) for one in words.differences(before, wish.grants, name))
        typed = typed_data(consent, self.domain(consent))
        return Draft(consent, typed, notice, summary, changes if newest else ())

    def draft_revocation(
        self,
        data_subject: bytes,
        grantee: str,
        secret: bytes = NO_LOCK,
        signer: bytes = b"",
        language: str = ENGLISH,
    ) -> Draft:
        """The statement that ends the newest consent to a grantee. Raises NotFound when there is none to end."""
        newest = self.world.store.newest(data_subject, grantee)
        ended = newest.signed.statement if newest else None
        if newest is None or not isinstance(ended, Consent):
            raise NotFound
        revocation = Revocation(
            data_subject=data_subject,
            signer=signer or data_subject,
            grantee=grantee,
            grantee_name=self.name_of(grantee),
            version=_next_version(newest),
            consent=newest.signed.entry.entry,
            secret=secret,
            signed_at=self.world.clock.now(),
        )
        summary = self.words(language).withdrawal(revocation, ended)
        return Draft(revocation, typed_data(revocation, self.domain(revocation)), summary=summary)

    def draft_incident(
        self, responder: str, data_subject: bytes, number: str, reason: str, seconds: int, *, language: str = ENGLISH
    ) -> Draft:
        """The declaration of an emergency, open from now. Raises InvalidStatement beyond the longest time box."""
        if not 0 < seconds <= self.world.bounds.incident_seconds:
            raise InvalidStatement(f"an incident stays open for 1 to {self.world.bounds.incident_seconds} seconds")
        now = self.world.clock.now()
        incident = Incident(responder, data_subject, number, reason, now, now + seconds)
        summary = (self.words(language).incident(incident),)
        return Draft(incident, typed_data(incident, self.domain(incident)), summary=summary)

    def name_of(self, grantee: str) -> str:
        """The name a person reads in the wallet. Raises InvalidStatement for an address nobody is accredited under."""
        return grantee_name(grantee, self.world.store)


def grantee_name(grantee: str, published: Published) -> str:
    """The same, as it is published."""
    if grantee == ANYONE:
        return "anyone"
    if grantee.startswith(ROLE_PREFIX):
        return f"any accredited {grantee.removeprefix(ROLE_PREFIX)}"
    party = published.party(grantee)
    if party is None:
        raise InvalidStatement("the grantee is not an accredited party; see the list of parties")
    return party.name


def _grants_of(newest: Logged | None) -> tuple[Grant, ...]:
    statement = newest.signed.statement if newest else None
    return statement.grants if isinstance(statement, Consent) else ()


def _next_version(newest: Logged | None) -> int:
    statement = newest.signed.statement if newest else None
    return statement.version + 1 if isinstance(statement, Consent | Revocation) else 1
