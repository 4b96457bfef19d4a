"""Derived records: built from a person's records by their consent, sealed like records, and asked about as a whole."""

from __future__ import annotations

from dataclasses import dataclass

from mydata_ledger.ledger.kernel.decisions import Decisions
from mydata_ledger.ledger.kernel.derived.builds import DerivedBuilds
from mydata_ledger.ledger.kernel.derived.due import DueRecords
from mydata_ledger.ledger.kernel.derived.held import HeldRecords
from mydata_ledger.ledger.kernel.derived.keeping import DerivedRecords
from mydata_ledger.ledger.kernel.derived.questions import DerivedQuestions
from mydata_ledger.ledger.kernel.derived.reading import SourceReading
from mydata_ledger.ledger.kernel.world import World


@dataclass(frozen=True, slots=True, repr=False)
class Derived:
    """Operations on derived records; `builder` is the account of the operator, to which people consent for them."""

    builder: str
    held: HeldRecords
    due: DueRecords
    records: DerivedRecords
    builds: DerivedBuilds
    questions: DerivedQuestions

    @classmethod
    def of(cls, world: World, decisions: Decisions) -> Derived:
        """The component over one world."""
        held, due, opening = HeldRecords(world), DueRecords(world), decisions.opening
        records = DerivedRecords(world, held, due)
        reading = SourceReading(world, decisions.evaluation, opening)
        return cls(
            builder=world.gateway.address,
            held=held,
            due=due,
            records=records,
            builds=DerivedBuilds(world, held, due, reading, records),
            questions=DerivedQuestions(world, held, decisions.evaluation, decisions.search, opening),
        )
