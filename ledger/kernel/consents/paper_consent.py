"""on_paper: what a person without a device signed on paper, handed in by two accredited witnesses beside its scan."""

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

Said = Consent | Revocation


@dataclass(frozen=True, slots=True)
class WitnessedPaper:
    """A statement that stands on paper: the second witness's signature over it, and the first one's word, signed, that
    the person signed exactly this on the paper whose scan is the record named.
    """

    statement: Said
    signature: bytes
    witness_statement: Delegation
    witness_signature: bytes


class PaperConsents:
    """Two sign, neither alone: the first binds the scan to the digest of the statement, the second signs the statement.
    In the log the word is a delegation of one second, good for that statement and no other, so that whoever checks a
    delegate's signature checks these; the person stays the one who said it.
    """

    def __init__(
        self, world: World, statements: StatementSigning, checks: StatementChecks, delegations: Delegations
    ) -> None:
        self._world, self._statements, self._checks, self._delegations = world, statements, checks, delegations

    def draft_witness_statement(self, statement: Said, witness: bytes, scan: bytes, language: str = ENGLISH) -> Draft:
        """What the first witness signs about a drafted statement and the record of its scan. Raises NotFound."""
        word = self._word(statement, witness, self._scan(statement, scan))
        return self._statements.draft(word, (self._statements.words(language).witness_statement(word, scan),))

    def accept(self, said: WitnessedPaper, scan: bytes) -> LoggedStatement:
        """Accept the statement and the word on it, both or neither.

        Raises SignatureInvalid, NotEntitled unless both witnesses are accredited, two, and no side of the consent,
        InvalidStatement when the word is about another statement or scan, and whatever the statement itself may.
        """
        statement, word = said.statement, said.witness_statement
        first = self._statements.seal(word, word.delegator, said.witness_signature)
        second = self._statements.seal(statement, statement.signer, said.signature)
        if known := self._checks.accepted_before(second.entry.digest, statement):
            return known
        self._check_witnesses(statement, word)
        self._checks.check(statement)
        all_of([signed_lately(self._world.clock.now())])(word)
        if replace(self._word(statement, word.delegator, self._scan(statement, scan)), signed_at=0) != replace(
            word, signed_at=0
        ):
            raise InvalidStatement("the witness's word is about another statement or scan; draft it again")
        return self._world.log.append([first, second], self._world.clock.now())[1]

    def _word(self, statement: Said, witness: bytes, scan: Record) -> Delegation:
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

    def _categories(self, statement: Said) -> tuple[str, ...]:
        """All that the statement, or the consent it ends, is about."""
        said: Statement = statement
        if isinstance(statement, Revocation):
            ended = self._world.log.find(CONSENTS, statement.consent)
            said = ended.signed.statement if ended else statement
        grants = said.grants if isinstance(said, Consent) else ()
        return tuple(sorted({category for grant in grants for category in grant.categories}))

    def _scan(self, statement: Said, record_id: bytes) -> Record:
        record = self._world.index.record(record_id)
        if record is None or record.erased or record.issue.data_subject != statement.data_subject:
            raise NotFound
        return record

    def _check_witnesses(self, statement: Said, word: Delegation) -> None:
        pair = {word.delegator, statement.signer}
        parties = [self._witness(signer).account for signer in sorted(pair)]
        if len(pair) != 2 or statement.data_subject in pair or statement.grantee in parties:
            raise NotEntitled("two witness a paper, and neither is the person or the one it is given to")
        if self._delegations.entitle(statement.signer, statement.data_subject, word.signed_at):
            raise NotEntitled("who may sign for the person anyway does not witness for them")

    def _witness(self, signer: bytes) -> Party:
        party = self._world.directory.party(requester_name(signer))
        if party is None or not party.plays(WITNESS, self._world.clock.now()):
            raise NotEntitled("only accredited witnesses hand in what stands on paper")
        return party
