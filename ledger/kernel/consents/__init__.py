"""Consents and the statements around them: drafts, acceptance, revocation, delegation, consent on paper."""

from __future__ import annotations

from dataclasses import dataclass

from mydata_ledger.ledger.kernel.consents.accept import AcceptConsents
from mydata_ledger.ledger.kernel.consents.acting import DelegateActions
from mydata_ledger.ledger.kernel.consents.checks import StatementChecks
from mydata_ledger.ledger.kernel.consents.delegate import Delegations
from mydata_ledger.ledger.kernel.consents.draft import Drafts
from mydata_ledger.ledger.kernel.consents.endings import Endings
from mydata_ledger.ledger.kernel.consents.notices import Notices
from mydata_ledger.ledger.kernel.consents.paper_consent import PaperConsents
from mydata_ledger.ledger.kernel.consents.paper_marks import PaperMarks
from mydata_ledger.ledger.kernel.consents.revoke import Revocations
from mydata_ledger.ledger.kernel.consents.what_if import WhatIf
from mydata_ledger.ledger.kernel.statement_signing import StatementSigning
from mydata_ledger.ledger.kernel.world import World


@dataclass(frozen=True, slots=True, repr=False)
class Consents:
    """The operations of a person, or of a delegate who may sign for them."""

    drafts: Drafts
    checks: StatementChecks
    acceptance: AcceptConsents
    revocations: Revocations
    delegations: Delegations
    paper: PaperConsents
    paper_marks: PaperMarks
    what_if: WhatIf
    endings: Endings
    acting: DelegateActions
    notices: Notices

    @classmethod
    def of(cls, world: World, statements: StatementSigning) -> Consents:
        """The component over one world."""
        drafts, checks = Drafts(world, statements), StatementChecks(world)
        delegations, endings = Delegations(world, statements), Endings(world)
        return cls(
            drafts=drafts,
            checks=checks,
            acceptance=AcceptConsents(world, statements, checks, delegations),
            revocations=Revocations(world, statements, checks, delegations),
            delegations=delegations,
            paper=PaperConsents(world, statements, checks, delegations),
            paper_marks=PaperMarks(world),
            what_if=WhatIf(world, drafts),
            endings=endings,
            acting=DelegateActions(world, delegations, endings),
            notices=Notices(world),
        )
