"""delegate: somebody else may sign, for a while and for some data; and what such a signer may and may not say."""

from __future__ import annotations

from dataclasses import dataclass

from mydata_ledger.ledger.commitment import disclosure
from mydata_ledger.ledger.commitment.disclosure import Disclosure
from mydata_ledger.ledger.commitment.entry import NO_LOCK
from mydata_ledger.ledger.conditions import Condition, all_of, signed_lately
from mydata_ledger.ledger.consent import Consent, Grant, Revocation, category_covers
from mydata_ledger.ledger.delegation import (
    AUTHORITY,
    GUARDIAN,
    RELATIONS,
    Delegation,
    DelegationState,
    delegate_name,
    majority,
    office_of,
)
from mydata_ledger.ledger.errors import InvalidStatement, NotEntitled, NotFound
from mydata_ledger.ledger.kernel.draft import Draft
from mydata_ledger.ledger.kernel.statement_signing import StatementSigning
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.receipt import CONSENTS, LoggedStatement, Statement
from mydata_ledger.ledger.scope import narrows
from mydata_ledger.ledger.typed_data import Domain
from mydata_ledger.ledger.wording import ENGLISH

BIRTH_DATE = "/birthDate"
LONGEST = 10 * 366 * 86_400
"""Seconds a representative is named for at most; a guardian until the ward comes of age."""


@dataclass(frozen=True, slots=True)
class DelegateAppointment:
    """Who is to sign for whom: `relation` is one of the known ones, the window in UTC seconds."""

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
    """The person's own word outranks the delegate's, and both names stay in the record."""

    def __init__(self, world: World, statements: StatementSigning) -> None:
        self._world, self._statements = world, statements

    def draft(self, naming: DelegateAppointment, language: str = ENGLISH) -> Draft:
        """The delegation, ready for the delegator's wallet. Raises UnknownTerm."""
        said = Delegation(
            data_subject=naming.data_subject,
            delegator=naming.delegator,
            delegate=naming.delegate,
            delegate_name=naming.delegate_name,
            relation=naming.relation,
            categories=naming.categories,
            not_before=naming.not_before,
            expires=naming.expires,
            proof=naming.proof,
            signed_at=self._world.clock.now(),
            lock=naming.lock,
        )
        self._speaks_known_words(said)
        return self._statements.draft(said, (self._statements.words(language).delegation(said),))

    def accept(
        self,
        delegation: Delegation,
        signature: bytes,
        claimed: Domain | None = None,
        evidence: Disclosure | None = None,
    ) -> LoggedStatement:
        """Accept a signed delegation; it counts once anchored, and replaces the one between the two before it.

        A guardian is named by an accredited authority, with the ward's birth date disclosed from a record of the ward
        whose commitment is `proof`, and until the ward comes of age at the latest. Raises WrongChain, SignatureInvalid,
        NotEntitled, InvalidStatement, UnknownTerm, ProofInvalid.
        """
        self._statements.check_domain(Delegation, claimed)
        signed = self._statements.seal(delegation, delegation.delegator, signature)
        now = self._world.clock.now()
        all_of([signed_lately(now), _is_whole(now), self._speaks_known_words])(delegation)
        if delegation.relation == GUARDIAN:
            self._check_guardian(delegation, evidence, now)
        elif delegation.delegator != delegation.data_subject:
            raise NotEntitled("only the data subject names a representative")
        return self._world.log.append([signed], now)[0]

    def draft_end(
        self, data_subject: bytes, delegate: bytes, secret: bytes = NO_LOCK, language: str = ENGLISH
    ) -> Draft:
        """The revocation that ends what the delegate may sign from now on. Raises NotFound."""
        newest = self._world.index.newest(data_subject, delegate_name(delegate))
        if newest is None or not isinstance(newest.signed.statement, Delegation):
            raise NotFound
        ended = newest.signed.statement
        said = Revocation(
            data_subject=data_subject,
            signer=data_subject,
            grantee=ended.grantee,
            grantee_name=ended.delegate_name,
            version=ended.version + 1,
            consent=newest.signed.entry.entry,
            secret=secret,
            signed_at=self._world.clock.now(),
        )
        return self._statements.draft(said, (self._statements.words(language).end_of_delegation(ended),))

    def check_signer(self, statement: Consent | Revocation) -> None:
        """Raise NotEntitled unless its signer may say this for the data subject now.

        A delegate stays within the categories of a standing delegation, in what they say and in what they end or
        replace. They narrow what the person signed themselves: they withdraw what it permits, and lift nothing that it
        forbids. Of delegations they end only their own.
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
        else:
            self._check_scope(statement, standing, self._grants_before(statement, target))
        self._check_rank(statement)

    def entitle(self, signer: bytes, data_subject: bytes, at: int) -> list[DelegationState]:
        """The delegations under which `signer` may sign for the person at `at` (UTC seconds)."""
        return [state for state in self._named_by(data_subject) if state.entitles(signer, at)]

    def _named_by(self, data_subject: bytes) -> list[DelegationState]:
        return self._world.index.delegations_of(data_subject)

    @staticmethod
    def _check_scope(
        statement: Consent | Revocation, standing: list[DelegationState], before: tuple[Grant, ...]
    ) -> None:
        """What is added and what is dropped is covered; a grant taken over as it was is neither."""
        after = statement.grants if isinstance(statement, Consent) else ()
        held = [category for state in standing for category in state.delegation.categories]
        if not all(_covers(held, grant) for grant in after if grant not in before):
            raise NotEntitled("the delegation does not cover every category of this consent; name fewer")
        if not all(_covers(held, grant) for grant in before if grant not in after):
            raise NotEntitled("the delegation does not cover every category of the consent that this ends or replaces")

    def _grants_before(self, statement: Consent | Revocation, target: Statement | None) -> tuple[Grant, ...]:
        """What a statement would end: of a consent that is replaced, what still permits or forbids."""
        if not isinstance(target, Consent):
            return ()
        if isinstance(statement, Revocation):
            return target.grants
        state = self._world.index.consent(statement.previous)
        now = self._world.clock.now()
        return tuple(grant for grant in target.grants if state and state.stands and now < grant.expires)

    def _check_rank(self, statement: Consent | Revocation) -> None:
        said = self._own_word(statement.data_subject, statement.grantee)
        if said is None:
            return
        before, after = (one.grants if isinstance(one, Consent) else () for one in (said, statement))
        if not narrows(before, after, self._world.vocabulary):
            raise NotEntitled("the person said less themselves; a delegate may only narrow that")

    def _own_word(self, data_subject: bytes, grantee: str) -> Consent | Revocation | None:
        """The last that the person said themselves to a grantee, beneath whatever delegates made of it since."""
        logged = self._world.index.newest(data_subject, grantee)
        while logged is not None:
            said = logged.signed.statement
            if not isinstance(said, Consent | Revocation):
                return None
            if self._is_own(said, logged.position):
                return said
            before = said.previous if isinstance(said, Consent) else said.consent
            logged = self._world.log.find(CONSENTS, before)
        return None

    def _is_own(self, said: Consent | Revocation, position: int) -> bool:
        """Whether the person said it themselves: by their own signature, or on paper before two witnesses."""
        if said.signer == said.data_subject:
            return True
        office = office_of(said.signer, said.signed_at, position, self._named_by(said.data_subject))
        return office is not None and office.delegation.on_paper

    def _speaks_known_words(self, delegation: Delegation) -> None:
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


def _covers(held: list[str], grant: Grant) -> bool:
    return all(any(category_covers(mine, wanted) for mine in held) for wanted in grant.categories)


def _came_of_age(born: object, years: int) -> int:
    try:
        return majority(str(born), years)
    except ValueError as error:
        raise InvalidStatement("the disclosed birth date is no full date") from error


def _is_whole(now: int) -> Condition[Delegation]:
    def check(said: Delegation) -> None:
        if said.relation not in RELATIONS:
            raise InvalidStatement(f"unknown relation; use one of {', '.join(sorted(RELATIONS))}")
        if not now < said.expires > said.not_before:
            raise InvalidStatement("the delegation is over already, or before it starts; choose an end in the future")
        if said.relation != GUARDIAN and said.expires > now + LONGEST:
            raise InvalidStatement("nobody is named for more than ten years; choose an earlier end")
        if not said.categories or said.delegate in {said.data_subject, b""} or not said.delegate_name.strip():
            raise InvalidStatement("a delegation needs a delegate other than the person, their name, and a category")

    return check
