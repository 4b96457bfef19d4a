"""request_consent · refuse · withdraw_request · wish · announce: a person is asked, and nobody is worn down by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from mydata_ledger.ledger.access import ConsentState
from mydata_ledger.ledger.consent import Effect, Grant
from mydata_ledger.ledger.consent_request import DAY, ConsentRequest, RequestState, answer, shortened
from mydata_ledger.ledger.errors import InvalidStatement, NotEntitled, NotFound, StaleConsent
from mydata_ledger.ledger.kernel.consents.draft import Drafts, GrantRequest
from mydata_ledger.ledger.kernel.draft import Draft
from mydata_ledger.ledger.kernel.people.ask_limits import AskLimits
from mydata_ledger.ledger.kernel.people.inbox import Inbox
from mydata_ledger.ledger.kernel.people.request_items import read_request, request_item
from mydata_ledger.ledger.kernel.people.wishes import StandingWishes
from mydata_ledger.ledger.kernel.work_items import PAGE, QUESTION, REQUEST, every
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.message import Event, Message, of_person
from mydata_ledger.ledger.receipt import CONSENTS
from mydata_ledger.ledger.work_item import new_id

LONGEST_WAIT = 90 * DAY
_May = Callable[[ConsentRequest], bool]


@dataclass(frozen=True, slots=True)
class RequestTerms:
    """What a party wants to ask: permits to be signed, the notice they would carry, what the person gets, what it is
    for (a study, claim or campaign), and for how many seconds an answer is awaited.
    """

    grants: tuple[Grant, ...]
    notice_hash: bytes
    benefit: str = ""
    reference: str = ""
    wait: int = 14 * DAY


class Requests:
    """A request asks for a signature and gives nothing; only the signed consent that follows it does."""

    def __init__(self, world: World, drafts: Drafts, wishes: StandingWishes, limits: AskLimits, inbox: Inbox) -> None:
        self._world, self._drafts, self._wishes, self._limits, self._inbox = world, drafts, wishes, limits, inbox

    def ask(self, requester: str, data_subject: bytes, asking: RequestTerms) -> ConsentRequest:
        """Ask a person. Whether the person exists, blocks the asker or wishes never to be asked, the answer looks the
        same; the same question while it is open is the same request.

        Raises NotEntitled, NotFound for the notice, InvalidStatement, UnknownTerm, TooManyRequests.
        """
        self.check(requester, asking)
        now = self._world.clock.now()
        mine = [self.resolved(r, now) for r in self.of(data_subject, requester)]
        for known in mine:
            if known.as_asker_sees(now).state is RequestState.REQUESTED and known.grants == asking.grants:
                return known.as_asker_sees(now)
        self._limits.check_limits(mine, now)
        request = self.made(requester, data_subject, asking, new_id(now), now)
        if self._limits.is_unwanted(request, mine, now):
            request = replace(request, state=RequestState.REFUSED, answered_at=now, silent=True)
        self._world.work_items.file(request_item(request))
        self.notify_of(request)
        return request.as_asker_sees(now)

    def of(self, data_subject: bytes, requester: str, kind: str = REQUEST) -> Iterator[ConsentRequest]:
        """Every request of one asker to one person, as kept, oldest first."""
        return map(read_request, every(self._world.work_items, kind, person=data_subject, party=requester))

    def refuse(self, data_subject: bytes, request_id: bytes) -> ConsentRequest:
        """The person's no, recorded. Raises NotFound unless it was asked of them, StaleConsent once it is over."""
        return self._end(request_id, RequestState.REFUSED, lambda r: r.data_subject == data_subject)

    def withdraw(self, requester: str, request_id: bytes) -> ConsentRequest:
        """The asker takes the request back. Raises NotFound unless it is theirs, StaleConsent once it is over."""
        self._end(request_id, RequestState.WITHDRAWN, lambda r: r.requester == requester)
        return self.get(requester, request_id)

    def get(self, requester: str, request_id: bytes) -> ConsentRequest:
        """One request as its asker may see it. Raises NotFound."""
        found = self._found(request_id, (REQUEST,))
        if found is None or found[0].requester != requester:
            raise NotFound
        return found[0].as_asker_sees(self._world.clock.now())

    def by(self, requester: str, after: bytes = b"", limit: int = PAGE) -> list[ConsentRequest]:
        """A party's requests as it may see them, oldest first."""
        now = self._world.clock.now()
        papers = self._world.work_items.items(REQUEST, party=requester, after=after, limit=limit)
        return [self.resolved(read_request(paper), now).as_asker_sees(now) for paper in papers]

    def to(self, data_subject: bytes, after: bytes = b"", limit: int = PAGE) -> list[ConsentRequest]:
        """Everything that was asked of a person, what a standing wish refused included, oldest first."""
        now = self._world.clock.now()
        kinds = (REQUEST, QUESTION)
        papers = [
            p for k in kinds for p in self._world.work_items.items(k, person=data_subject, after=after, limit=limit)
        ]
        found = sorted(papers, key=lambda paper: paper.id)[:limit]
        return [self.resolved(read_request(paper), now) for paper in found]

    def draft_answer(self, data_subject: bytes, request_id: bytes, lock: bytes, language: str = "") -> Draft:
        """The consent that would grant a request, beside what the person already says to the asker; narrower terms
        are drafted as any consent. Lasts no longer than the person, or the role's default, allows.

        Raises NotFound, StaleConsent once the request is over.
        """
        request, _ = self._open(request_id, lambda r: r.data_subject == data_subject)
        party, now = self._world.directory.party(request.requester), self._world.clock.now()
        roles = party.roles if party else frozenset()
        asked = shortened(request.grants, roles, self._wishes.of(data_subject), now)
        standing = [s for s in self._said_to(data_subject, request.requester) if s.stands]
        said = [g for state in standing for g in state.consent.grants if g.expires > now and g not in asked]
        notice = self._in_language(request.notice_hash, language)
        return self._drafts.consent(GrantRequest(data_subject, request.requester, (*said, *asked), notice, lock))

    def check(self, requester: str, asking: RequestTerms) -> None:
        """Raise NotEntitled, NotFound for the notice, InvalidStatement or UnknownTerm for what may not be asked."""
        now = self._world.clock.now()
        party = self._world.directory.party(requester)
        if party is None or not party.accredited(now):
            raise NotEntitled("only an accredited party may ask for consent")
        notice = self._world.directory.notice(asking.notice_hash)
        if notice is None or notice.outdated:
            raise NotFound
        if not asking.grants or not 0 < asking.wait <= LONGEST_WAIT:
            raise InvalidStatement(f"a request asks for at least one grant and waits 1 to {LONGEST_WAIT} seconds")
        for grant in asking.grants:
            self._world.vocabulary.check_grant(grant)
            if grant.effect is Effect.FORBID or not now < grant.expires > grant.not_before:
                raise InvalidStatement("a request asks for permits whose windows are still to come or open")

    def notify_of(self, request: ConsentRequest) -> None:
        """Tell the person that they are asked; a request that was refused for them stays unsaid."""
        if request.state is RequestState.REQUESTED:
            party = self._world.directory.party(request.requester)
            detail = {"by": party.name if party else request.requester, "reference": request.reference}
            whom, subject = of_person(request.data_subject), "0x" + request.request_id.hex()
            self._inbox.notify(Message(whom, Event.ASKED, subject, request.asked_at, detail))

    def made(self, requester: str, person: bytes, asking: RequestTerms, request_id: bytes, now: int) -> ConsentRequest:
        """The request as it begins, at `now` (UTC seconds)."""
        said = (asking.grants, asking.notice_hash, asking.benefit, asking.reference)
        size = self._world.log.head(CONSENTS).size
        return ConsentRequest(request_id, requester, person, *said, now, now + asking.wait, size)

    def _end(self, request_id: bytes, state: RequestState, may: _May) -> ConsentRequest:
        request, version = self._open(request_id, may)
        ended = replace(request, state=state, answered_at=self._world.clock.now())
        if self._world.work_items.file(request_item(ended, version)) is None:
            raise StaleConsent("the request was answered just now; read it again")
        return ended

    def _open(self, request_id: bytes, may: _May) -> tuple[ConsentRequest, int]:
        found = self._found(request_id)
        if found is None or not may(found[0]):
            raise NotFound
        if found[0].status_at(self._world.clock.now()).state is not RequestState.REQUESTED:
            raise StaleConsent("the request is over; see its state")
        return found

    def _found(
        self, request_id: bytes, kinds: Iterable[str] = (REQUEST, QUESTION)
    ) -> tuple[ConsentRequest, int] | None:
        for kind in kinds:
            if paper := self._world.work_items.item(kind, request_id):
                return self.resolved(read_request(paper), self._world.clock.now()), paper.version
        return None

    def resolved(self, request: ConsentRequest, now: int) -> ConsentRequest:
        """The request with what a signed consent answered it; the consent itself is the answer, so none gets lost."""
        if request.state is not RequestState.REQUESTED:
            return request
        for state in self._said_to(request.data_subject, request.requester):
            said = state.consent
            if state.position >= request.asked_after and said.signed_at < request.answer_by:
                outcome = answer(request.grants, said.grants, self._world.vocabulary)
                if outcome is not RequestState.REFUSED:
                    return replace(request, state=outcome, answered_at=said.signed_at, consent=state.entry)
        return request.status_at(now)

    def _said_to(self, data_subject: bytes, requester: str) -> list[ConsentState]:
        return [s for s in self._world.index.consents_of(data_subject) if s.consent.grantee == requester]

    def _in_language(self, notice_hash: bytes, language: str) -> bytes:
        """The same version of the notice in the person's language, where it is published."""
        notice = self._world.directory.notice(notice_hash)
        if notice is None or not language:
            return notice_hash
        same = [n for n in self._world.directory.notices() if (n.name, n.version) == (notice.name, notice.version)]
        return next((n.digest for n in same if n.language == language), notice_hash)
