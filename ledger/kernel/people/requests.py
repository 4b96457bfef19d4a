"""Requests for consent: to ask, refuse, withdraw and answer, with limits on how often a person is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import chain
from typing import Any

from mydata_ledger.ledger.access import ConsentState
from mydata_ledger.ledger.consent import Consent, Effect, Grant
from mydata_ledger.ledger.consent_request import DAY, ConsentRequest, RequestState, answer, shortened
from mydata_ledger.ledger.errors import InvalidStatement, NotEntitled, NotFound, StaleConsent
from mydata_ledger.ledger.kernel.consents.acting import Covers, is_all_covered
from mydata_ledger.ledger.kernel.consents.draft import Drafts, GrantRequest
from mydata_ledger.ledger.kernel.draft import Draft
from mydata_ledger.ledger.kernel.people.ask_limits import AskLimits
from mydata_ledger.ledger.kernel.people.inbox import Inbox
from mydata_ledger.ledger.kernel.people.request_items import read_request, request_item
from mydata_ledger.ledger.kernel.people.wishes import StandingWishes
from mydata_ledger.ledger.kernel.work_items import (
    ANSWERED_INVITATION,
    INVITATION,
    PAGE,
    QUESTION,
    REQUEST,
    every,
)
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.message import Event, Message, of_person
from mydata_ledger.ledger.receipt import CONSENTS
from mydata_ledger.ledger.work_item import TIME, WorkItem, new_id

LONGEST_WAIT = 90 * DAY
SEEN_BY_REQUESTER, SEEN_BY_PERSON = (REQUEST, ANSWERED_INVITATION), (REQUEST, QUESTION, INVITATION)
_May = Callable[[ConsentRequest], bool]


@dataclass(frozen=True, slots=True)
class RequestTerms:
    """The terms of a request: the permits to be signed, the notice that they would carry, the benefit for the person
    (also in Korean), the reference (a study, claim or campaign), and for how many seconds an answer is awaited.
    """

    grants: tuple[Grant, ...]
    notice_hash: bytes
    benefit: str = ""
    reference: str = ""
    wait: int = 14 * DAY
    benefit_ko: str = ""


class Requests:
    """A request asks for a signature and grants nothing; only the signed consent that follows grants."""

    def __init__(self, world: World, drafts: Drafts, wishes: StandingWishes, limits: AskLimits, inbox: Inbox) -> None:
        self._world, self._drafts, self._wishes, self._limits, self._inbox = world, drafts, wishes, limits, inbox

    def ask(self, requester: str, data_subject: bytes, terms: RequestTerms) -> ConsentRequest:
        """Ask a person.

        The answer looks the same whether the person exists, blocks the requester or wishes never to be asked. Asking
        the same while a request is open returns that request.

        Raises NotEntitled, NotFound for the notice, InvalidStatement, UnknownTerm, TooManyRequests.
        """
        self.check(requester, terms)
        now = self._world.clock.now()
        earlier_requests = [self.resolved(r, now) for r in self.of(data_subject, requester)]
        for earlier in earlier_requests:
            if earlier.as_asker_sees(now).state is RequestState.REQUESTED and earlier.grants == terms.grants:
                return earlier.as_asker_sees(now)
        self._limits.check_limits(earlier_requests, now)
        request = self.new_request(requester, data_subject, terms, new_id(now), now)
        refusable = [*earlier_requests, *self.of(data_subject, requester, INVITATION)]
        if self._limits.is_unwanted(request, refusable, now):
            request = replace(request, state=RequestState.REFUSED, answered_at=now, silent=True)
        self._world.work_items.file(request_item(request, now))
        self.notify_of(request)
        return request.as_asker_sees(now)

    def of(self, data_subject: bytes, requester: str, kind: str = REQUEST) -> Iterator[ConsentRequest]:
        """Every request of one requester to one person, as stored, oldest first."""
        return map(read_request, every(self._world.work_items, kind, person=data_subject, party=requester))

    def refuse(self, data_subject: bytes, request_id: bytes, covers: Covers = is_all_covered) -> ConsentRequest:
        """Record the refusal by the person, or by a delegate who covers its categories. Raises NotFound unless it was
        asked of the person, StaleConsent once it is over.
        """
        return self._end(request_id, RequestState.REFUSED, _is_seen(data_subject, covers), SEEN_BY_PERSON)

    def withdraw(self, requester: str, request_id: bytes) -> ConsentRequest:
        """Withdraw a request. Raises NotFound unless it is the requester's own, StaleConsent once it is over."""
        self._end(request_id, RequestState.WITHDRAWN, lambda r: r.requester == requester, SEEN_BY_REQUESTER)
        return self.get(requester, request_id)

    def get(self, requester: str, request_id: bytes) -> ConsentRequest:
        """One request as its requester may see it. Raises NotFound."""
        entry = self._find(request_id, SEEN_BY_REQUESTER)
        if entry is None or entry[0].requester != requester:
            raise NotFound
        return entry[0].as_asker_sees(self._world.clock.now())

    def by(self, requester: str, after: bytes = b"", limit: int = PAGE) -> list[ConsentRequest]:
        """A party's requests as it may see them, oldest first."""
        now = self._world.clock.now()
        items = self._oldest(SEEN_BY_REQUESTER, after, limit, party=requester)
        return [self.resolved(read_request(item), now).as_asker_sees(now) for item in items]

    def to(self, data_subject: bytes, after: bytes = b"", limit: int = PAGE) -> list[ConsentRequest]:
        """Every request to a person, including those that a standing wish refused, oldest first."""
        now = self._world.clock.now()
        items = self._oldest(SEEN_BY_PERSON, after, limit, person=data_subject)
        return [self.resolved(read_request(item), now) for item in items]

    def show_answered(self, consent: Consent) -> None:
        """Show the requester those invitations of the person that a consent to it has answered. Doing it again has no
        further effect. Each has an id of its own, by the time of the answer, so that the requester's next page has it.
        """
        now = self._world.clock.now()
        for invitation in self.of(consent.data_subject, consent.grantee, INVITATION):
            answered = self.resolved(invitation, now)
            if answered.consent:
                name = sha256(invitation.request_id + answered.consent).digest()[TIME:]
                shown = replace(answered, request_id=answered.answered_at.to_bytes(TIME, "big") + name)
                self._world.work_items.file(replace(request_item(shown, now), kind=ANSWERED_INVITATION))

    def draft_answer(
        self,
        data_subject: bytes,
        request_id: bytes,
        lock: bytes,
        language: str = "",
        *,
        signer: bytes = b"",
        covers: Covers = is_all_covered,
    ) -> Draft:
        """The consent that would grant a request, together with the person's present grants to the requester. Narrower
        terms are drafted like any consent. It lasts no longer than the person, or the default of the role, allows. A
        `signer` other than the person is a delegate, who `covers` some categories.

        Raises NotFound, StaleConsent once the request is over, NotEntitled for a delegate whose draft would show grants
        that they do not cover.
        """
        request, _ = self._open(request_id, _is_seen(data_subject, covers), SEEN_BY_PERSON)
        party, now = self._world.directory.party(request.requester), self._world.clock.now()
        roles = party.roles if party else frozenset()
        requested = shortened(request.grants, roles, self._wishes.of(data_subject), now)
        standing = [s for s in self._consents_to(data_subject, request.requester) if s.stands]
        present = [g for state in standing for g in state.consent.grants if g.expires > now and g not in requested]
        notice, grants = self._in_language(request.notice_hash, language), (*present, *requested)
        if present and not covers({category for grant in present for category in grant.categories}):
            raise NotEntitled("the delegation does not cover all that the person permits to this party")
        return self._drafts.consent(GrantRequest(data_subject, request.requester, grants, notice, lock, signer))

    def check(self, requester: str, terms: RequestTerms) -> None:
        """Raise NotEntitled, NotFound for the notice, InvalidStatement or UnknownTerm for terms that may not be
        requested.
        """
        now = self._world.clock.now()
        party = self._world.directory.party(requester)
        if party is None or not party.accredited(now):
            raise NotEntitled("only an accredited party may ask for consent")
        notice = self._world.directory.notice(terms.notice_hash)
        if notice is None or notice.outdated:
            raise NotFound
        if not terms.grants or not 0 < terms.wait <= LONGEST_WAIT:
            raise InvalidStatement(f"a request asks for at least one grant and waits 1 to {LONGEST_WAIT} seconds")
        for grant in terms.grants:
            self._world.vocabulary.check_grant(grant)
            if grant.effect is Effect.FORBID or not now < grant.expires > grant.not_before:
                raise InvalidStatement("a request asks for permits whose windows are still to come or open")

    def notify_of(self, request: ConsentRequest) -> None:
        """Notify the person of a request; of a request that was refused on their behalf they are not notified."""
        if request.state is RequestState.REQUESTED:
            party = self._world.directory.party(request.requester)
            detail = {"by": party.name if party else request.requester, "reference": request.reference}
            recipient, subject = of_person(request.data_subject), "0x" + request.request_id.hex()
            self._inbox.notify(Message(recipient, Event.ASKED, subject, request.asked_at, detail))

    def new_request(
        self, requester: str, person: bytes, terms: RequestTerms, request_id: bytes, now: int
    ) -> ConsentRequest:
        """The request in its initial state at `now` (UTC seconds)."""
        terms_text = (terms.grants, terms.notice_hash, terms.benefit, terms.reference)
        size = self._world.log.head(CONSENTS).size
        made = ConsentRequest(request_id, requester, person, *terms_text, now, now + terms.wait, size)
        return replace(made, benefit_ko=terms.benefit_ko)

    def _oldest(self, kinds: Iterable[str], after: bytes, limit: int, **side: Any) -> list[WorkItem]:
        """The first `limit` items above `after` of these kinds together, by id."""
        pages = (self._world.work_items.items(kind, after=after, limit=limit, **side) for kind in kinds)
        return sorted(chain.from_iterable(pages), key=lambda item: item.id)[:limit]

    def _end(self, request_id: bytes, state: RequestState, may: _May, kinds: Iterable[str]) -> ConsentRequest:
        request, version = self._open(request_id, may, kinds)
        now = self._world.clock.now()
        closed = replace(request, state=state, answered_at=now)
        if self._world.work_items.file(request_item(closed, now, version)) is None:
            raise StaleConsent("the request was answered just now; read it again")
        return closed

    def _open(self, request_id: bytes, may: _May, kinds: Iterable[str]) -> tuple[ConsentRequest, int]:
        entry = self._find(request_id, kinds)
        if entry is None or not may(entry[0]):
            raise NotFound
        if entry[0].status_at(self._world.clock.now()).state is not RequestState.REQUESTED:
            raise StaleConsent("the request is over; see its state")
        return entry

    def _find(self, request_id: bytes, kinds: Iterable[str]) -> tuple[ConsentRequest, int] | None:
        for kind in kinds:
            if item := self._world.work_items.item(kind, request_id):
                return self.resolved(read_request(item), self._world.clock.now()), item.version
        return None

    def resolved(self, request: ConsentRequest, now: int) -> ConsentRequest:
        """The request with the outcome of a signed consent that answered it; the consent itself is the answer, so none
        is lost.
        """
        if request.state is not RequestState.REQUESTED:
            return request
        for state in self._consents_to(request.data_subject, request.requester):
            consent = state.consent
            if state.position >= request.asked_after and consent.signed_at < request.answer_by:
                outcome = answer(request.grants, consent.grants, self._world.vocabulary)
                if outcome is not RequestState.REFUSED:
                    return replace(request, state=outcome, answered_at=consent.signed_at, consent=state.entry)
        return request.status_at(now)

    def _consents_to(self, data_subject: bytes, requester: str) -> list[ConsentState]:
        return [s for s in self._world.index.consents_of(data_subject) if s.consent.grantee == requester]

    def _in_language(self, notice_hash: bytes, language: str) -> bytes:
        """The equal version of the notice in the person's language, if it is published."""
        notice = self._world.directory.notice(notice_hash)
        if notice is None or not language:
            return notice_hash
        versions = [n for n in self._world.directory.notices() if (n.name, n.version) == (notice.name, notice.version)]
        return next((n.digest for n in versions if n.language == language), notice_hash)


def _is_seen(data_subject: bytes, covers: Covers) -> _May:
    """Whether a request was asked of this person, and is seen by whoever covers its categories."""
    return lambda request: request.data_subject == data_subject and covers(request.categories)
