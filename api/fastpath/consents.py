"""Consents that are handed in at the same moment are accepted in one step, each by itself."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from mydata_ledger.api.fastpath.batching import Batcher
from mydata_ledger.ledger.errors import SignatureInvalid
from mydata_ledger.ledger.kernel import AcceptedConsent, Kernel, SubmittedConsent


class ConsentBatcher:
    """Accepts signed consents. A delegate's consent, for which more is looked up, and one that only the chain can judge
    wait in a thread of their own, so that nobody else waits for them.
    """

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self._batcher: Batcher[SubmittedConsent] = Batcher(kernel.consents.acceptance.submit_soon)

    async def submit(self, handed: SubmittedConsent) -> AcceptedConsent:
        """Accept a signed consent. Raises whatever `Kernel.consent` raises."""
        kernel, said = self.kernel, handed.consent
        if said.signer == said.data_subject:
            try:
                taken: AcceptedConsent = await self._batcher.put(handed)
            except SignatureInvalid:
                if not kernel.queries.asks_contract_wallets:
                    raise
            else:
                return taken
        return await run_in_threadpool(kernel.consents.acceptance.submit, handed)


async def _consents(request: Request) -> ConsentBatcher:
    found: ConsentBatcher = request.app.state.consents
    return found


ConsentBatcherDep = Annotated[ConsentBatcher, Depends(_consents)]
