"""Batched acceptance of consents: those submitted at the same moment are accepted in one
transaction, each by itself.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from mydata_ledger.api.fastpath.batching import Batcher
from mydata_ledger.ledger.errors import SignatureInvalid
from mydata_ledger.ledger.kernel import AcceptedConsent, Kernel, SubmittedConsent


class ConsentBatcher:
    """Accepts signed consents. A delegate's consent, which needs more lookups, and one that only the chain can verify
    (a contract wallet) run in a thread, so that they do not delay others.
    """

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self._batcher: Batcher[SubmittedConsent] = Batcher(kernel.consents.acceptance.submit_soon)

    async def submit(self, submitted: SubmittedConsent) -> AcceptedConsent:
        """Accept a signed consent. Raises the errors of `AcceptConsents.submit`."""
        kernel, consent = self.kernel, submitted.consent
        if consent.signer == consent.data_subject:
            try:
                accepted: AcceptedConsent = await self._batcher.put(submitted)
            except SignatureInvalid:
                if not kernel.queries.asks_contract_wallets:
                    raise
            else:
                return accepted
        return await run_in_threadpool(kernel.consents.acceptance.submit, submitted)


async def _consent_batcher(request: Request) -> ConsentBatcher:
    batcher: ConsentBatcher = request.app.state.consents
    return batcher


ConsentBatcherDep = Annotated[ConsentBatcher, Depends(_consent_batcher)]
