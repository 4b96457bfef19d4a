"""The signing of statements: the domain in which they are valid, the check of their signatures, and the gateway's own
signature.
"""

from __future__ import annotations

from collections.abc import Sequence

from mydata_ledger.ledger import typed_data
from mydata_ledger.ledger.commitment.entry import NO_LOCK, Entry, new_salt
from mydata_ledger.ledger.errors import WrongChain
from mydata_ledger.ledger.kernel.draft import Draft
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.notice import Notice
from mydata_ledger.ledger.receipt import LOG_OF, SignedStatement, Statement
from mydata_ledger.ledger.summaries import Summaries
from mydata_ledger.ledger.typed_data import Domain


class StatementSigning:
    """Checks the signatures of others and makes the gateway's, in the EIP-712 domain of each log's registry."""

    def __init__(self, world: World) -> None:
        self._world = world

    def words(self, language: str) -> Summaries:
        """The summaries in a language (BCP 47); in English if the language is not supported."""
        return Summaries(self._world.vocabulary, language, self._name_of)

    def _name_of(self, account: str) -> str:
        party = self._world.directory.party(account)
        return party.name if party else account

    def draft(
        self,
        statement: Statement,
        summary: tuple[str, ...] = (),
        notice: Notice | None = None,
        changes: tuple[str, ...] = (),
    ) -> Draft:
        """The statement with its typed data, ready for its signer's wallet."""
        typed = typed_data.typed_data(statement, self.domain(statement))
        return Draft(statement, typed, notice, summary, changes)

    def domain(self, statement: Statement) -> Domain:
        """The domain in which a statement of this kind is valid."""
        return self._world.domains[LOG_OF[type(statement)]]

    def check_domain(self, kind: type[Statement], claimed: Domain | None) -> None:
        """Raise WrongChain if the wallet claims to have signed for another chain or contract than ours."""
        expected = self._world.domains[LOG_OF[kind]]
        if claimed is not None and claimed != expected:
            raise WrongChain(
                f"signed for chain {claimed.chain_id} and contract {claimed.contract}; this ledger is on chain "
                f"{expected.chain_id}, contract {expected.contract}; ask for a new draft and sign that"
            )

    def seal(self, statement: Statement, signer: bytes, signature: bytes) -> SignedStatement:
        """The statement with its blinded entry, which holds the signature in the form of `Signers.verify`.

        Raises:
            SignatureInvalid: `signer` did not sign exactly this statement.
            SourceUnavailable: only the chain could tell, and it does not answer.
        """
        digest = typed_data.digest(statement, self.domain(statement))
        stored = self._world.signers.verify(signer, digest, signature)
        return SignedStatement(statement, Entry(digest, stored, new_salt(), getattr(statement, "lock", NO_LOCK)))

    def sign_as_gateway(self, statement: Statement) -> SignedStatement:
        """The statement signed by the operator's gateway key."""
        return self.sign_batch([self.unsigned(statement)])[0]

    def unsigned(self, statement: Statement) -> SignedStatement:
        """A statement of ours, still without the gateway's signature."""
        return SignedStatement(statement, Entry(typed_data.digest(statement, self.domain(statement)), b"", new_salt()))

    def sign_batch(self, unsigned: Sequence[SignedStatement]) -> list[SignedStatement]:
        """All of them signed with one signature of the operator's gateway key."""
        signatures = typed_data.sign_batch([statement.entry.digest for statement in unsigned], self._world.gateway.sign)
        return [
            SignedStatement(statement.statement, Entry(statement.entry.digest, signature, statement.entry.salt))
            for statement, signature in zip(unsigned, signatures, strict=True)
        ]
