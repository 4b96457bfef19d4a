"""A question that no consent answers becomes a request, if the person wishes to be asked each time."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from mydata_ledger.ledger.access import Reason
from mydata_ledger.ledger.consent import Effect, Grant
from mydata_ledger.ledger.consent_request import DAY, ConsentRequest, Origin, RequestState, WishKind, shortened
from mydata_ledger.ledger.kernel.people.ask_limits import OPEN_PER_PERSON, AskLimits
from mydata_ledger.ledger.kernel.people.request_items import request_item
from mydata_ledger.ledger.kernel.people.requests import Requests
from mydata_ledger.ledger.kernel.people.wishes import StandingWishes
from mydata_ledger.ledger.kernel.work_items import QUESTION
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.receipt import AccessReceipt, LoggedStatement

OUTSIDE = frozenset({Reason.NO_CONSENT, Reason.NEEDS_RECONSENT})
WAIT, LASTS = 14 * DAY, 90 * DAY
"""Seconds that such a request waits for an answer, and the longest duration of the permit that it asks for."""


class RequestOnDenial:
    """The request is created when the receipt of the refusal is read, long after the requester got the answer: neither
    its content nor its time reveals whether there was anything to request.
    """

    def __init__(self, world: World, requests: Requests, wishes: StandingWishes, limits: AskLimits) -> None:
        self._world, self._requests, self._wishes, self._limits = world, requests, wishes, limits

    def consider(self, logged: LoggedStatement) -> None:
        """File a request for a refusal that rests on no consent, if the person wishes it; any other statement changes
        nothing.
        """
        receipt = logged.signed.statement
        if (
            isinstance(receipt, AccessReceipt)
            and not receipt.permitted
            and receipt.data_subject
            and receipt.reason in OUTSIDE
        ):
            party = self._world.directory.party(receipt.requester)
            if party is not None and party.accredited(logged.accepted_at):
                self._file_request(receipt, party, logged)

    def _file_request(self, receipt: AccessReceipt, party: Party, logged: LoggedStatement) -> None:
        request = self._request_for(receipt, party, logged)
        wishes, now = self._wishes.of(request.data_subject), self._world.clock.now()
        if not wishes.of(WishKind.ASK, request.grants, self._world.vocabulary) or now >= request.answer_by:
            return
        earlier = [
            self._requests.resolved(r, now)
            for r in self._requests.of(request.data_subject, request.requester, QUESTION)
        ]
        waiting = [r for r in earlier if r.state is RequestState.REQUESTED]
        if (
            len(waiting) >= OPEN_PER_PERSON
            or any(_same_grants(r, request) for r in waiting)
            or self._limits.is_exhausted(earlier, now)
        ):
            return
        if self._limits.is_unwanted(request, earlier, now):
            return
        if self._world.work_items.file(request_item(request, now)):
            self._requests.notify_of(request)

    def _request_for(self, receipt: AccessReceipt, party: Party, logged: LoggedStatement) -> ConsentRequest:
        """The request for exactly what was asked: this record, purpose and action."""
        accepted_at, entry = logged.accepted_at, logged.signed.entry.entry
        scope = ((receipt.category,), (receipt.purpose,), (receipt.action,))
        grants = (Grant(Effect.PERMIT, *scope, 0, accepted_at + LASTS, records=(receipt.record_id,)),)
        return ConsentRequest(
            request_id=accepted_at.to_bytes(8, "big") + sha256(entry).digest()[:24],
            requester=receipt.requester,
            data_subject=receipt.data_subject,
            grants=shortened(grants, party.roles, self._wishes.of(receipt.data_subject), accepted_at),
            notice_hash=self._notice_of(party.account),
            benefit="",
            reference=f"access/{logged.position}",
            asked_at=accepted_at,
            answer_by=accepted_at + WAIT,
            asked_after=receipt.consents_size,
            origin=Origin.QUESTION,
        )

    def _notice_of(self, account: str) -> bytes:
        """The newest notice that the party published, otherwise the operator's own; zero if there is none."""
        standing = [notice for notice in self._world.directory.notices() if not notice.outdated]
        party_notices = [notice for notice in standing if notice.name.startswith(account + "/")]
        operator_notices = [notice for notice in standing if "/" not in notice.name]
        newest = max(
            party_notices or operator_notices,
            key=lambda notice: (notice.version, notice.language == "en"),
            default=None,
        )
        return newest.digest if newest else bytes(32)


def _same_grants(first: ConsentRequest, second: ConsentRequest) -> bool:
    """Whether both requests have equal grants, apart from their ends."""
    return [replace(g, expires=0) for g in first.grants] == [replace(g, expires=0) for g in second.grants]
