"""Consent on paper: a person without a device signs on paper, and two accredited witnesses submit the statement with
its scan.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mydata_ledger.ledger import typed_data
from mydata_ledger.ledger.commitment.entry import NO_LOCK
from mydata_ledger.ledger.conditions import all_of, signed_lately
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import WITNESS, Delegation, paper_relation
from mydata_ledger.ledger.errors import InvalidStatement, NotEntitled, NotFound
from mydata_ledger.ledger.kernel.consents.checks import StatementChecks
from mydata_ledger.ledger.kernel.consents.delegate import Delegations
from mydata_ledger.ledger.kernel.draft import Draft
from mydata_ledger.ledger.kernel.statement_signing import StatementSigning
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.party import Party, requester_name
from mydata_ledger.ledger.receipt import CONSENTS, LoggedStatement, Statement
from mydata_ledger.ledger.record import Record
from mydata_ledger.ledger.wording import ENGLISH

ConsentStatement = Consent | Revocation


@dataclass(frozen=True, slots=True)
class WitnessedPaper:
    """A statement that was signed on paper: the second witness's signature over it, and the first witness's signed
    statement that the person signed exactly this on the paper whose scan is the named record.
    """

    statement: ConsentStatement
    signature: bytes
    witness_statement: Delegation
    witness_signature: bytes


class PaperConsents:
    """Two witnesses sign: the first binds the scan to the digest of the statement, the second signs the statement.

    In the log the first one's statement is a delegation of one second, valid for that statement only, so that the check
    of a delegate's signature also covers consent on paper. The statement remains the person's own.
    """

    def __init__(
        self, world: World, statements: StatementSigning, checks: StatementChecks, delegations: Delegations
    ) -> None:
        self._world, self._statements, self._checks, self._delegations = world, statements, checks, delegations

    def draft_witness_statement(
        self, statement: ConsentStatement, witness: bytes, scan: bytes, language: str = ENGLISH
    ) -> Draft:
        """The statement of the first witness about a drafted statement and the record of its scan. Raises NotFound."""
        delegation = self._witness_delegation(statement, witness, self._scan(statement, scan))
        return self._statements.draft(
            delegation, (self._statements.words(language).witness_statement(delegation, scan),)
        )

    def accept(self, paper: WitnessedPaper, scan: bytes) -> LoggedStatement:
        """Accept the statement and the witness statement, both or neither.

        Raises SignatureInvalid, NotEntitled unless the witnesses are two, accredited, and no side of the consent,
        InvalidStatement if the witness statement is about another statement or scan, and every error of the statement
        itself.
        """
        statement, witness_statement = paper.statement, paper.witness_statement
        first = self._statements.seal(witness_statement, witness_statement.delegator, paper.witness_signature)
        second = self._statements.seal(statement, statement.signer, paper.signature)
        if accepted := self._checks.accepted_before(second.entry.digest, statement):
            return accepted
        self._check_witnesses(statement, witness_statement)
        self._checks.check(statement)
        all_of([signed_lately(self._world.clock.now())])(witness_statement)
        if replace(
            self._witness_delegation(statement, witness_statement.delegator, self._scan(statement, scan)), signed_at=0
        ) != replace(witness_statement, signed_at=0):
            raise InvalidStatement("the witness's word is about another statement or scan; draft it again")
        return self._world.log.append([first, second], self._world.clock.now())[1]

    def _witness_delegation(self, statement: ConsentStatement, witness: bytes, scan: Record) -> Delegation:
        digest = typed_data.digest(statement, self._statements.domain(statement))
        return Delegation(
            data_subject=statement.data_subject,
            delegator=witness,
            delegate=statement.signer,
            delegate_name=self._witness(statement.signer).name,
            relation=paper_relation(digest),
            categories=self._categories(statement),
            not_before=statement.signed_at,
            expires=statement.signed_at + 1,
            proof=scan.issue.commitment,
            signed_at=self._world.clock.now(),
            lock=NO_LOCK,
        )

    def _categories(self, statement: ConsentStatement) -> tuple[str, ...]:
        """All categories of the statement, or of the consent that it ends."""
        subject_statement: Statement = statement
        if isinstance(statement, Revocation):
            ended_statement = self._world.log.find(CONSENTS, statement.consent)
            subject_statement = ended_statement.signed.statement if ended_statement else statement
        grants = subject_statement.grants if isinstance(subject_statement, Consent) else ()
        return tuple(sorted({category for grant in grants for category in grant.categories}))

    def _scan(self, statement: ConsentStatement, record_id: bytes) -> Record:
        record = self._world.index.record(record_id)
        if record is None or record.erased or record.issue.data_subject != statement.data_subject:
            raise NotFound
        return record

    def _check_witnesses(self, statement: ConsentStatement, witness_statement: Delegation) -> None:
        pair = {witness_statement.delegator, statement.signer}
        parties = [self._witness(signer).account for signer in sorted(pair)]
        if len(pair) != 2 or statement.data_subject in pair or statement.grantee in parties:
            raise NotEntitled("two witness a paper, and neither is the person or the one it is given to")
        if self._delegations.entitle(statement.signer, statement.data_subject, witness_statement.signed_at):
            raise NotEntitled("who may sign for the person anyway does not witness for them")

    def _witness(self, signer: bytes) -> Party:
        party = self._world.directory.party(requester_name(signer))
        if party is None or not party.plays(WITNESS, self._world.clock.now()):
            raise NotEntitled("only accredited witnesses hand in what stands on paper")
        return party
