"""Delegation: another person may sign, until a date and for some categories; and the limits on what a delegate may
sign.
"""

from __future__ import annotations

from dataclasses import dataclass

from mydata_ledger.ledger.commitment import disclosure
from mydata_ledger.ledger.commitment.disclosure import Disclosure
from mydata_ledger.ledger.commitment.entry import NO_LOCK
from mydata_ledger.ledger.conditions import all_of, signed_lately
from mydata_ledger.ledger.consent import Consent, Grant, Revocation, category_covers
from mydata_ledger.ledger.delegation import (
    AUTHORITY,
    GUARDIAN,
    Delegation,
    DelegationState,
    delegate_name,
    majority,
    office_of,
)
from mydata_ledger.ledger.errors import InvalidStatement, NotEntitled, NotFound
from mydata_ledger.ledger.kernel.consents.delegation_checks import is_whole
from mydata_ledger.ledger.kernel.draft import Draft
from mydata_ledger.ledger.kernel.statement_signing import StatementSigning
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.receipt import CONSENTS, LoggedStatement, Statement
from mydata_ledger.ledger.scope import narrows
from mydata_ledger.ledger.typed_data import Domain
from mydata_ledger.ledger.wording import ENGLISH

BIRTH_DATE = "/birthDate"


@dataclass(frozen=True, slots=True)
class DelegateAppointment:
    """Who is to sign for whom: `relation` is one of `RELATIONS`, the window is in UTC seconds."""

    data_subject: bytes
    delegator: bytes
    delegate: bytes
    delegate_name: str
    relation: str
    categories: tuple[str, ...]
    not_before: int
    expires: int
    proof: bytes = bytes(32)
    lock: bytes = NO_LOCK


class Delegations:
    """A person's own statement outranks the delegate's, and both names stay in the record."""

    def __init__(self, world: World, statements: StatementSigning) -> None:
        self._world, self._statements = world, statements

    def draft(self, appointment: DelegateAppointment, language: str = ENGLISH) -> Draft:
        """The delegation, ready for the delegator's wallet. Raises UnknownTerm."""
        delegation = Delegation(
            data_subject=appointment.data_subject,
            delegator=appointment.delegator,
            delegate=appointment.delegate,
            delegate_name=appointment.delegate_name,
            relation=appointment.relation,
            categories=appointment.categories,
            not_before=appointment.not_before,
            expires=appointment.expires,
            proof=appointment.proof,
            signed_at=self._world.clock.now(),
            lock=appointment.lock,
        )
        self._check_categories(delegation)
        return self._statements.draft(delegation, (self._statements.words(language).delegation(delegation),))

    def accept(
        self,
        delegation: Delegation,
        signature: bytes,
        claimed: Domain | None = None,
        evidence: Disclosure | None = None,
    ) -> LoggedStatement:
        """Accept a signed delegation; it counts once anchored, and replaces the earlier one between the two.

        An accredited authority names a guardian, with the ward's birth date disclosed from a record of the ward whose
        commitment is `proof`, and at the latest until the ward comes of age. Raises WrongChain, SignatureInvalid,
        NotEntitled, InvalidStatement, UnknownTerm, ProofInvalid.
        """
        self._statements.check_domain(Delegation, claimed)
        signed = self._statements.seal(delegation, delegation.delegator, signature)
        now = self._world.clock.now()
        all_of([signed_lately(now), is_whole(now), self._check_categories])(delegation)
        if delegation.relation == GUARDIAN:
            self._check_guardian(delegation, evidence, now)
        elif delegation.delegator != delegation.data_subject:
            raise NotEntitled("only the data subject names a representative")
        return self._world.log.append([signed], now)[0]

    def draft_end(
        self, data_subject: bytes, delegate: bytes, secret: bytes = NO_LOCK, language: str = ENGLISH
    ) -> Draft:
        """The revocation that ends the delegate's right to sign from now on. Raises NotFound."""
        newest = self._world.index.newest(data_subject, delegate_name(delegate))
        if newest is None or not isinstance(newest.signed.statement, Delegation):
            raise NotFound
        delegation = newest.signed.statement
        revocation = Revocation(
            data_subject=data_subject,
            signer=data_subject,
            grantee=delegation.grantee,
            grantee_name=delegation.delegate_name,
            version=delegation.version + 1,
            consent=newest.signed.entry.entry,
            secret=secret,
            signed_at=self._world.clock.now(),
        )
        return self._statements.draft(revocation, (self._statements.words(language).end_of_delegation(delegation),))

    def check_signer(self, statement: Consent | Revocation) -> None:
        """Raise NotEntitled unless its signer may sign this for the data subject now.

        A delegate stays within the categories of a standing delegation, both in what they sign and in what they end or
        replace. They may only narrow what the person signed themselves: they may withdraw what it permits, but not lift
        what it forbids. A further key of the person signs consents as the person does. Of delegations each may end
        only their own.
        """
        if statement.signer == statement.data_subject:
            return
        now = self._world.clock.now()
        standing = self.entitle(statement.signer, statement.data_subject, now)
        if not standing:
            raise NotEntitled("only the data subject may sign this, or a delegate whom they named and who stands")
        before = self._world.log.find(CONSENTS, _ended_or_replaced(statement))
        target = before.signed.statement if before else None
        if isinstance(target, Delegation):
            if target.delegate != statement.signer:
                raise NotEntitled("only the data subject ends somebody's delegation, or that delegate lays it down")
        elif not any(state.delegation.is_own_device for state in standing):
            self._check_scope(statement, standing, self._grants_before(statement, target))
            self._check_rank(statement)

    def entitle(self, signer: bytes, data_subject: bytes, at_time: int) -> list[DelegationState]:
        """The delegations under which `signer` may sign for the person at `at_time` (UTC seconds)."""
        return [state for state in self._named_by(data_subject) if state.entitles(signer, at_time)]

    def _named_by(self, data_subject: bytes) -> list[DelegationState]:
        return self._world.index.delegations_of(data_subject)

    @staticmethod
    def _check_scope(
        statement: Consent | Revocation, standing: list[DelegationState], before: tuple[Grant, ...]
    ) -> None:
        """Every grant that is added or removed must be covered; one that is kept unchanged need not be."""
        after = statement.grants if isinstance(statement, Consent) else ()
        covered = [category for state in standing for category in state.delegation.categories]
        if not all(_covers(covered, grant) for grant in after if grant not in before):
            raise NotEntitled("the delegation does not cover every category of this consent; name fewer")
        if not all(_covers(covered, grant) for grant in before if grant not in after):
            raise NotEntitled("the delegation does not cover every category of the consent that this ends or replaces")

    def _grants_before(self, statement: Consent | Revocation, target: Statement | None) -> tuple[Grant, ...]:
        """The grants that a statement would end; of a consent that is replaced, those that still permit or forbid."""
        if not isinstance(target, Consent):
            return ()
        if isinstance(statement, Revocation):
            return target.grants
        state = self._world.index.consent(statement.previous)
        now = self._world.clock.now()
        return tuple(grant for grant in target.grants if state and state.stands and now < grant.expires)

    def _check_rank(self, statement: Consent | Revocation) -> None:
        own_statement = self._own_statement(statement.data_subject, statement.grantee)
        if own_statement is None:
            return
        before, after = (s.grants if isinstance(s, Consent) else () for s in (own_statement, statement))
        if not narrows(before, after, self._world.vocabulary):
            raise NotEntitled("the person said less themselves; a delegate may only narrow that")

    def _own_statement(self, data_subject: bytes, grantee: str) -> Consent | Revocation | None:
        """The last statement that the person made themselves to a grantee, before any later ones by delegates."""
        logged = self._world.index.newest(data_subject, grantee)
        while logged is not None:
            statement = logged.signed.statement
            if not isinstance(statement, Consent | Revocation):
                return None
            if self._is_own(statement, logged.position):
                return statement
            before = statement.previous if isinstance(statement, Consent) else statement.consent
            logged = self._world.log.find(CONSENTS, before)
        return None

    def _is_own(self, statement: Consent | Revocation, position: int) -> bool:
        """Whether the person made the statement themselves: by the signature of a key of theirs, or on paper before two
        witnesses.
        """
        if statement.signer == statement.data_subject:
            return True
        office = office_of(statement.signer, statement.signed_at, position, self._named_by(statement.data_subject))
        return office is not None and (office.delegation.on_paper or office.delegation.is_own_device)

    def _check_categories(self, delegation: Delegation) -> None:
        for category in delegation.categories:
            self._world.vocabulary.check_category(category)

    def _check_guardian(self, delegation: Delegation, evidence: Disclosure | None, now: int) -> None:
        party = self._world.directory.party(requester_name(delegation.delegator))
        if party is None or not party.plays(AUTHORITY, now):
            raise NotEntitled("only an accredited authority may name a guardian")
        records = self._world.index.records_of(delegation.data_subject)
        if not any(r.anchored and r.issue.commitment == delegation.proof for r in records) or evidence is None:
            raise InvalidStatement("a guardian needs the ward's birth date, disclosed from their anchored record")
        born = disclosure.verify(evidence, delegation.proof).get(BIRTH_DATE)
        if delegation.expires > _came_of_age(born, self._world.bounds.majority_years):
            raise InvalidStatement("a guardian is named until the ward comes of age; choose an earlier end")


def _ended_or_replaced(statement: Consent | Revocation) -> bytes:
    return statement.previous if isinstance(statement, Consent) else statement.consent


def _covers(covered: list[str], grant: Grant) -> bool:
    return all(any(category_covers(held, wanted) for held in covered) for wanted in grant.categories)


def _came_of_age(born: object, years: int) -> int:
    try:
        return majority(str(born), years)
    except ValueError as error:
        raise InvalidStatement("the disclosed birth date is no full date") from error
