"""revoke: what the person takes back, accepted once it is theirs, whole, and next."""

from __future__ import annotations

from mydata_ledger.ledger.commitment.entry import NO_LOCK, lock_of
from mydata_ledger.ledger.conditions import all_of, signed_lately
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.errors import InvalidStatement, NotFound
from mydata_ledger.ledger.kernel.intake import Intake, check_newer
from mydata_ledger.ledger.receipt import CONSENTS, Logged
from mydata_ledger.ledger.typed_data import Domain


class Consents(Intake):
    """Grants act when anchored, withdrawals at once."""

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
        else:
            self.saying(now, self.world.store)(statement)

    def already(self, digest: bytes, statement: Consent | Revocation) -> Logged | None:
        """Where the newest statement lies if this is it. Raises StaleConsent for an older one said again."""
        newest = self.world.store.newest(statement.data_subject, statement.grantee)
        if newest is None or newest.signed.entry.digest == digest:
            return newest
        check_newer(statement, newest)
        return None

    def _opens_its_lock(self, revocation: Revocation) -> None:
        ended = self.world.store.find(CONSENTS, revocation.consent)
        if ended is None or not isinstance(ended.signed.statement, Consent | Delegation):
            raise NotFound
        if revocation.secret not in {NO_LOCK} and lock_of(revocation.secret) != ended.signed.entry.lock:
            raise InvalidStatement("the secret does not open the consent's lock; sign without it if it is lost")
