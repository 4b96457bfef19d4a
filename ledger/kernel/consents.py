"""consent · revoke: what the person says, accepted once it is theirs, whole, and next."""

from __future__ import annotations

from ledger.commitment.entry import NO_LOCK, lock_of
from ledger.conditions import all_of, grants_are_whole, has_grants, in_vocabulary, names_a_grantee, signed_lately
from ledger.consent import Consent, Revocation
from ledger.delegation import Delegation
from ledger.errors import InvalidStatement, NotFound, StaleConsent
from ledger.kernel.delegations import Delegations
from ledger.receipt import CONSENTS, Logged
from ledger.typed_data import Domain


class Consents(Delegations):
    """Grants act when anchored, withdrawals at once."""

    def consent(self, consent: Consent, signature: bytes, claimed: Domain | None = None) -> Logged:
        """Accept a signed consent; it permits from the moment its leaf is on chain.

        Raises WrongChain, SignatureInvalid, NotEntitled, InvalidStatement, UnknownTerm, StaleConsent. Handing in the
        same statement again returns where it already lies.
        """
        self.check_domain(Consent, claimed)
        signed = self.seal(consent, consent.signer, signature)
        if known := self.already(signed.entry.digest, consent):
            return known
        self.check_signer(consent)
        self.check_said(consent)
        return self.world.store.append([signed], self.world.clock.now())[0]

    def revoke(self, revocation: Revocation, signature: bytes, claimed: Domain | None = None) -> Logged:
        """Accept a signed withdrawal; it denies before this returns.

        Raises WrongChain, SignatureInvalid, NotEntitled, NotFound, InvalidStatement, StaleConsent.
        """
        self.check_domain(Revocation, claimed)
        signed = self.seal(revocation, revocation.signer, signature)
        if known := self.already(signed.entry.digest, revocation):
            return known
        self.check_signer(revocation)
        self.check_said(revocation)
        return self.world.store.append([signed], self.world.clock.now())[0]

    def check_said(self, statement: Consent | Revocation) -> None:
        """Whoever signed it: it is whole, in known words, true to the directory and lately said.

        Raises InvalidStatement, UnknownTerm, NotFound.
        """
        now = self.world.clock.now()
        if isinstance(statement, Revocation):
            all_of([signed_lately(now), self._opens_its_lock])(statement)
            return
        all_of(
            [
                signed_lately(now),
                names_a_grantee,
                has_grants,
                grants_are_whole(now),
                in_vocabulary(self.world.vocabulary),
                self._shows_a_known_notice,
                self._names_the_grantee_truly,
            ]
        )(statement)

    def already(self, digest: bytes, statement: Consent | Revocation) -> Logged | None:
        """Where the newest statement lies if this is it. Raises StaleConsent for an older one said again."""
        newest = self.world.store.newest(statement.data_subject, statement.grantee)
        if newest is None or newest.signed.entry.digest == digest:
            return newest
        said = newest.signed.statement
        if isinstance(said, Consent | Revocation) and statement.version <= said.version:
            raise StaleConsent(f"version {said.version} was accepted already; ask for a new draft")
        return None

    def _shows_a_known_notice(self, consent: Consent) -> None:
        notice = self.world.store.notice(consent.notice_hash)
        if notice is None or notice.language != consent.notice_language:
            raise InvalidStatement("the notice is not a published one in that language; ask for a new draft")
        if notice.outdated:
            raise InvalidStatement("the notice was replaced; ask for a new draft with the present one")

    def _names_the_grantee_truly(self, consent: Consent) -> None:
        if consent.grantee_name != self.name_of(consent.grantee):
            raise InvalidStatement("the grantee's name is not the accredited one; ask for a new draft")

    def _opens_its_lock(self, revocation: Revocation) -> None:
        ended = self.world.store.find(CONSENTS, revocation.consent)
        if ended is None or not isinstance(ended.signed.statement, Consent | Delegation):
            raise NotFound
        if revocation.secret not in {NO_LOCK} and lock_of(revocation.secret) != ended.signed.entry.lock:
            raise InvalidStatement("the secret does not open the consent's lock; sign without it if it is lost")
