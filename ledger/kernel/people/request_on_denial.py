"""A question that no consent answers becomes a request, where the person wishes to be asked each time."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from mydata_ledger.ledger.access import Reason
from mydata_ledger.ledger.consent import Effect, Grant
from mydata_ledger.ledger.consent_request import DAY, ConsentRequest, RequestState, WishKind, shortened
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
"""Seconds such a request waits for an answer, and for which its permit is asked at most."""


class RequestOnDenial:
    """It is made when the refusal's receipt is read, long after the asker had the answer: neither its content nor its
    time tells them whether there was anything to ask for.
    """

    def __init__(self, world: World, requests: Requests, wishes: StandingWishes, limits: AskLimits) -> None:
        self._world, self._requests, self._wishes, self._limits = world, requests, wishes, limits

    def consider(self, logged: LoggedStatement) -> None:
        """Put a refusal outside every consent before the person who wishes that; anything else changes nothing."""
        said = logged.signed.statement
        if isinstance(said, AccessReceipt) and not said.permitted and said.data_subject and said.reason in OUTSIDE:
            party = self._world.directory.party(said.requester)
            if party is not None and party.accredited(logged.accepted_at):
                self._put_before_person(said, party, logged)

    def _put_before_person(self, said: AccessReceipt, party: Party, logged: LoggedStatement) -> None:
        request = self._question(said, party, logged)
        wishes, now = self._wishes.of(request.data_subject), self._world.clock.now()
        if not wishes.of(WishKind.ASK, request.grants, self._world.vocabulary) or now >= request.answer_by:
            return
        asked = [
            self._requests.resolved(r, now)
            for r in self._requests.of(request.data_subject, request.requester, QUESTION)
        ]
        waiting = [r for r in asked if r.state is RequestState.REQUESTED]
        if (
            len(waiting) >= OPEN_PER_PERSON
            or any(_same(r, request) for r in waiting)
            or self._limits.is_exhausted(asked, now)
        ):
            return
        if not self._limits.is_unwanted(request, asked, now) and self._world.work_items.file(request_item(request)):
            self._requests.notify_of(request)

    def _question(self, said: AccessReceipt, party: Party, logged: LoggedStatement) -> ConsentRequest:
        """The request for exactly what was asked: this record, for this purpose, to do this with."""
        at, entry = logged.accepted_at, logged.signed.entry.entry
        ways = ((said.category,), (said.purpose,), (said.action,))
        grants = (Grant(Effect.PERMIT, *ways, 0, at + LASTS, records=(said.record_id,)),)
        return ConsentRequest(
            request_id=at.to_bytes(8, "big") + sha256(entry).digest()[:24],
            requester=said.requester,
            data_subject=said.data_subject,
            grants=shortened(grants, party.roles, self._wishes.of(said.data_subject), at),
            notice_hash=self._notice_of(party.account),
            benefit="",
            reference=f"access/{logged.position}",
            asked_at=at,
            answer_by=at + WAIT,
            asked_after=said.consents_size,
            by_question=True,
        )

    def _notice_of(self, account: str) -> bytes:
        """The newest notice the asker published, or else the house's own; zero where there is none."""
        standing = [notice for notice in self._world.directory.notices() if not notice.outdated]
        theirs = [notice for notice in standing if notice.name.startswith(account + "/")]
        ours = [notice for notice in standing if "/" not in notice.name]
        newest = max(theirs or ours, key=lambda notice: (notice.version, notice.language == "en"), default=None)
        return newest.digest if newest else bytes(32)


def _same(one: ConsentRequest, other: ConsentRequest) -> bool:
    """Whether both ask for the same, whatever their ends."""
    return [replace(g, expires=0) for g in one.grants] == [replace(g, expires=0) for g in other.grants]
