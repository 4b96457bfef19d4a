"""Consents that are handed in at the same moment are accepted together, each by itself."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from mydata_ledger.api.groups import Asked, Outcomes, Together
from mydata_ledger.ledger.errors import LedgerError, SignatureInvalid
from mydata_ledger.ledger.kernel import Handed, Taken
from mydata_ledger.ledger.ports.soon import then


class Intake(Together):
    """A delegate's consent, for which more is looked up, and one that only the chain can judge wait in a thread of
    their own, so that nobody else waits for them.
    """

    async def take(self, handed: Handed) -> Taken:
        """Accept a signed consent. Raises whatever `Kernel.consent` raises."""
        said = handed.consent
        if said.signer != said.data_subject:
            return await run_in_threadpool(self.kernel.consents.intake.take, handed)
        (outcome,) = await self._enqueue([handed])
        if isinstance(outcome, SignatureInvalid) and self.kernel.queries.asks_contract_wallets:
            return await run_in_threadpool(self.kernel.consents.intake.take, handed)
        if isinstance(outcome, LedgerError):
            raise outcome
        taken: Taken = outcome
        return taken

    def _together(self, group: Sequence[Asked]) -> Future[Outcomes]:
        handed = [one for asked in group for one in asked.questions]
        return then(self.kernel.consents.intake.take_soon(handed), lambda outcomes: [[outcome] for outcome in outcomes])


async def _intake(request: Request) -> Intake:
    found: Intake = request.app.state.intake
    return found


Intakes = Annotated[Intake, Depends(_intake)]
