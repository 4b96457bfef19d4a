"""Records: issued by their holders, erased, proved, and acknowledged by their readers."""

from __future__ import annotations

from dataclasses import dataclass

from mydata_ledger.ledger.kernel.consents.acting import DelegateActions
from mydata_ledger.ledger.kernel.derived import Derived
from mydata_ledger.ledger.kernel.people import People
from mydata_ledger.ledger.kernel.records.acknowledge import Acknowledgements
from mydata_ledger.ledger.kernel.records.equal_content import EqualContent
from mydata_ledger.ledger.kernel.records.erase import Erasures
from mydata_ledger.ledger.kernel.records.issue import Issues
from mydata_ledger.ledger.kernel.records.issued import IssueHistory
from mydata_ledger.ledger.kernel.records.large_records import LargeRecords
from mydata_ledger.ledger.kernel.records.prove import Proofs
from mydata_ledger.ledger.kernel.records.reissue import Reissues
from mydata_ledger.ledger.kernel.records.self_declare import SelfDeclarations
from mydata_ledger.ledger.kernel.statement_signing import StatementSigning
from mydata_ledger.ledger.kernel.world import World


@dataclass(frozen=True, slots=True, repr=False)
class Records:
    """Operations on sealed records and their proofs."""

    equal_content: EqualContent
    issues: Issues
    issued: IssueHistory
    large_records: LargeRecords
    erasures: Erasures
    reissues: Reissues
    self_declarations: SelfDeclarations
    proofs: Proofs
    acknowledgements: Acknowledgements

    @classmethod
    def of(
        cls, world: World, statements: StatementSigning, people: People, derived: Derived, acting: DelegateActions
    ) -> Records:
        """The component over one world."""
        proofs, equal_content = Proofs(world), EqualContent(world)
        issues = Issues(world, statements, equal_content)
        erasures = Erasures(world, statements, proofs, people.links, derived.records)
        return cls(
            equal_content=equal_content,
            issues=issues,
            issued=IssueHistory(world),
            large_records=LargeRecords(world, statements, issues, equal_content),
            erasures=erasures,
            reissues=Reissues(world, issues, erasures, people.inbox),
            self_declarations=SelfDeclarations(world, statements, issues, equal_content, acting),
            proofs=proofs,
            acknowledgements=Acknowledgements(world, statements),
        )
