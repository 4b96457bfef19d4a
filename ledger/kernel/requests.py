"""request_consent · refuse · withdraw_request · wish · announce: a person is asked, and nobody is worn down by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from hashlib import sha256

from mydata_ledger.ledger.access import ConsentState
from mydata_ledger.ledger.asking import DAY, ConsentRequest, RequestState, Wishes, WishKind, answer, shortened
from mydata_ledger.ledger.consent import Effect, Grant
from mydata_ledger.ledger.errors import InvalidStatement, NotEntitled, NotFound, StaleConsent
from mydata_ledger.ledger.kernel.drafts import Draft, GrantRequest
from mydata_ledger.ledger.kernel.request_papers import (
    QUESTION,
    REQUEST,
    WISHES,
    read_request,
    request_paper,
    wishes_paper,
)
from mydata_ledger.ledger.kernel.restraint import PAGE, Restraint
from mydata_ledger.ledger.message import Event, Message, of_person
from mydata_ledger.ledger.paper import new_id
from mydata_ledger.ledger.receipt import CONSENTS

LONGEST_WAIT = 90 * DAY
OFFER = "offer"
_May = Callable[[ConsentRequest], bool]


@dataclass(frozen=True, slots=True)
class Asking:
    """What a party wants to ask: permits to be signed, the notice they would carry, what the person gets, what it is
    for (a study, claim or campaign), and for how many seconds an answer is awaited.
    """

    grants: tuple[Grant, ...]
    notice_hash: bytes
    benefit: str = ""
    reference: str = ""
    wait: int = 14 * DAY


class Requests(Restraint):
    """A request asks for a signature and gives nothing; only the signed consent that follows it does."""

    def request_consent(self, requester: str, data_subject: bytes, asking: Asking) -> ConsentRequest:
        """Ask a person. Whether the person exists, blocks the asker or wishes never to be asked, the answer looks the
        same; the same question while it is open is the same request.

        Raises NotEntitled, NotFound for the notice, InvalidStatement, UnknownTerm, TooManyRequests.
        """
        self._check(requester, asking)
        now = self.world.clock.now()
        mine = [self._resolved(r, now) for r in self._every(data_subject, requester)]
        for known in mine:
            if known.as_asker_sees(now).state is RequestState.REQUESTED and known.grants == asking.grants:
                return known.as_asker_sees(now)
        self._check_patience(mine, now)
        request = self._made(requester, data_subject, asking, new_id(now), now)
        if self._is_unwanted(request, mine, now):
            request = replace(request, state=RequestState.REFUSED, answered_at=now, silent=True)
        self.world.store.file(request_paper(request))
        self._tell_of(request)
        return request.as_asker_sees(now)

    def announce(self, requester: str, asking: Asking, topics: Iterable[str]) -> int:
        """Offer something to everyone who wished to be told of it: each gets a request, and the asker learns of nobody
        until they consent. The same announcement again reaches only who is new. Returns how many were asked, which
        is not for the asker. Raises TooManyRequests beyond ten a day.
        """
        self._check(requester, asking)
        now, offered = self.world.clock.now(), {topic.lower() for topic in topics}
        self._check_pace(OFFER, requester, now)
        name = sha256(repr((requester, asking.reference, asking.grants)).encode()).digest()
        told = 0
        for wishes in self._everyones_wishes():
            tell = wishes.of(WishKind.TELL, asking.grants, self.world.vocabulary)
            if not any(set(wish.topics) <= offered for wish in tell):
                continue
            request_id = sha256(name + wishes.data_subject).digest()
            request = self._made(requester, wishes.data_subject, asking, request_id, now)
            mine = list(self._every(wishes.data_subject, requester))
            if self._worn_out(mine, now) or self._is_unwanted(request, mine, now):
                continue
            if self.world.store.file(request_paper(request)):
                self._tell_of(request)
                told += 1
        return told

    def refuse(self, data_subject: bytes, request_id: bytes) -> ConsentRequest:
        """The person's no, recorded. Raises NotFound unless it was asked of them, StaleConsent once it is over."""
        return self._end(request_id, RequestState.REFUSED, lambda r: r.data_subject == data_subject)

    def withdraw_request(self, requester: str, request_id: bytes) -> ConsentRequest:
        """The asker takes the request back. Raises NotFound unless it is theirs, StaleConsent once it is over."""
        self._end(request_id, RequestState.WITHDRAWN, lambda r: r.requester == requester)
        return self.request_of(requester, request_id)

    def request_of(self, requester: str, request_id: bytes) -> ConsentRequest:
        """One request as its asker may see it. Raises NotFound."""
        found = self._found(request_id, (REQUEST,))
        if found is None or found[0].requester != requester:
            raise NotFound
        return found[0].as_asker_sees(self.world.clock.now())

    def requests_by(self, requester: str, after: bytes = b"", limit: int = PAGE) -> list[ConsentRequest]:
        """A party's requests as it may see them, oldest first."""
        now = self.world.clock.now()
        papers = self.world.store.papers(REQUEST, party=requester, after=after, limit=limit)
        return [self._resolved(read_request(paper), now).as_asker_sees(now) for paper in papers]

    def requests_to(self, data_subject: bytes, after: bytes = b"", limit: int = PAGE) -> list[ConsentRequest]:
        """Everything that was asked of a person, what a standing wish refused included, oldest first."""
        now = self.world.clock.now()
        kinds = (REQUEST, QUESTION)
        papers = [p for k in kinds for p in self.world.store.papers(k, person=data_subject, after=after, limit=limit)]
        found = sorted(papers, key=lambda paper: paper.id)[:limit]
        return [self._resolved(read_request(paper), now) for paper in found]

    def draft_answer(self, data_subject: bytes, request_id: bytes, lock: bytes, language: str = "") -> Draft:
        """The consent that would grant a request, beside what the person already says to the asker; narrower terms
        are drafted as any consent. Lasts no longer than the person, or the role's default, allows.

        Raises NotFound, StaleConsent once the request is over.
        """
        request, _ = self._open(request_id, lambda r: r.data_subject == data_subject)
        party, now = self.world.store.party(request.requester), self.world.clock.now()
        roles = party.roles if party else frozenset()
        asked = shortened(request.grants, roles, self.wishes(data_subject), now)
        standing = [s for s in self._said_to(data_subject, request.requester) if not (s.revoked or s.superseded)]
        said = [g for state in standing for g in state.consent.grants if g.expires > now and g not in asked]
        notice = self._in_language(request.notice_hash, language)
        return self.draft_consent(GrantRequest(data_subject, request.requester, (*said, *asked), notice, lock))

    def wish(self, wishes: Wishes) -> None:
        """Replace a person's standing wishes. Raises UnknownTerm, StaleConsent when two do so at once."""
        for wish in wishes.wishes:
            if wish.purpose != "*":
                self.world.vocabulary.path(wish.purpose)
            self.world.vocabulary.check_category(wish.category)
        present = self.world.store.paper(WISHES, wishes.data_subject)
        if self.world.store.file(wishes_paper(wishes, present.version if present else 0)) is None:
            raise StaleConsent("the wishes were changed elsewhere just now; read them again")

    def _check(self, requester: str, asking: Asking) -> None:
        now = self.world.clock.now()
        party = self.world.store.party(requester)
        if party is None or not party.accredited(now):
            raise NotEntitled("only an accredited party may ask for consent")
        notice = self.world.store.notice(asking.notice_hash)
        if notice is None or notice.outdated:
            raise NotFound
        if not asking.grants or not 0 < asking.wait <= LONGEST_WAIT:
            raise InvalidStatement(f"a request asks for at least one grant and waits 1 to {LONGEST_WAIT} seconds")
        for grant in asking.grants:
            self.world.vocabulary.check_grant(grant)
            if grant.effect is Effect.FORBID or not now < grant.expires > grant.not_before:
                raise InvalidStatement("a request asks for permits whose windows are still to come or open")

    def _tell_of(self, request: ConsentRequest) -> None:
        if request.state is RequestState.REQUESTED:
            party = self.world.store.party(request.requester)
            detail = {"by": party.name if party else request.requester, "reference": request.reference}
            whom, subject = of_person(request.data_subject), "0x" + request.request_id.hex()
            self.tell(Message(whom, Event.ASKED, subject, request.asked_at, detail))

    def _made(self, requester: str, person: bytes, asking: Asking, request_id: bytes, now: int) -> ConsentRequest:
        said = (asking.grants, asking.notice_hash, asking.benefit, asking.reference)
        size = self.world.store.head(CONSENTS).size
        return ConsentRequest(request_id, requester, person, *said, now, now + asking.wait, size)

    def _end(self, request_id: bytes, state: RequestState, may: _May) -> ConsentRequest:
        request, version = self._open(request_id, may)
        ended = replace(request, state=state, answered_at=self.world.clock.now())
        if self.world.store.file(request_paper(ended, version)) is None:
            raise StaleConsent("the request was answered just now; read it again")
        return ended

    def _open(self, request_id: bytes, may: _May) -> tuple[ConsentRequest, int]:
        found = self._found(request_id)
        if found is None or not may(found[0]):
            raise NotFound
        if found[0].at(self.world.clock.now()).state is not RequestState.REQUESTED:
            raise StaleConsent("the request is over; see its state")
        return found

    def _found(
        self, request_id: bytes, kinds: Iterable[str] = (REQUEST, QUESTION)
    ) -> tuple[ConsentRequest, int] | None:
        for kind in kinds:
            if paper := self.world.store.paper(kind, request_id):
                return self._resolved(read_request(paper), self.world.clock.now()), paper.version
        return None

    def _resolved(self, request: ConsentRequest, now: int) -> ConsentRequest:
        """The request with what a signed consent answered it; the consent itself is the answer, so none gets lost."""
        if request.state is not RequestState.REQUESTED:
            return request
        for state in self._said_to(request.data_subject, request.requester):
            said = state.consent
            if state.position >= request.asked_after and said.signed_at < request.answer_by:
                outcome = answer(request.grants, said.grants, self.world.vocabulary)
                if outcome is not RequestState.REFUSED:
                    return replace(request, state=outcome, answered_at=said.signed_at, consent=state.entry)
        return request.at(now)

    def _said_to(self, data_subject: bytes, requester: str) -> list[ConsentState]:
        return [s for s in self._consents_of(data_subject) if s.consent.grantee == requester]

    def _in_language(self, notice_hash: bytes, language: str) -> bytes:
        """The same version of the notice in the person's language, where it is published."""
        notice = self.world.store.notice(notice_hash)
        if notice is None or not language:
            return notice_hash
        same = [n for n in self.world.store.notices() if (n.name, n.version) == (notice.name, notice.version)]
        return next((n.digest for n in same if n.language == language), notice_hash)
