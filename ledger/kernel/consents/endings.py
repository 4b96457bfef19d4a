"""end_with: what rests on a consent ends with it, and whoever ends one is told what that was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from mydata_ledger.ledger.access import ConsentState
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.kernel.work_items import DERIVED
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.receipt import CONSENTS, AccessReceipt, LoggedStatement
from mydata_ledger.ledger.status import Status
from mydata_ledger.ledger.work_item import WorkItem

LIVE, OVER = "live", "over"
WRAPPED_KEY, SIGNED, SESSION = "wrapped_key", "consent", "session"
HALF = 16
AT_ONCE = 500
MOST_RECEIPTS = 10_000
"""Receipts looked at for the keys that were handed out under a consent."""


@dataclass(frozen=True, slots=True)
class EndedItem:
    """One thing that rested on a consent: `kind` such as `link`, `export`, `session`, `consent` or `wrapped_key`, its
    `reference` among its kind, who held it, and since when (UTC seconds).

    A wrapped key that was handed out cannot be taken back: it is listed so that the person knows who has one, nobody is
    given it again, and its holder is told of the withdrawal.
    """

    kind: str
    reference: str
    holder: str
    since: int


class Endings:
    """Things say themselves what they rest on (consents, or the delegation of who made them); whether they still may is
    answered from these, so that none outlives one that the chain ended without us.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def rests_on(self, entries: Iterable[bytes], kind: str, reference: str, holder: str = "") -> None:
        """Note that a thing (a link, an export) is held by what these consents or delegations permit: it ends with the
        first of them. Noted again, nothing changes.
        """
        since = self._world.clock.now()
        for entry in entries:
            logged = self._world.log.find(CONSENTS, entry)
            said = logged.signed.statement if logged else None
            person = said.data_subject if isinstance(said, Consent | Delegation) else b""
            body = {"kind": kind, "reference": reference, "holder": holder, "since": since}
            self._world.work_items.file(WorkItem(DERIVED, _name(entry, kind, reference), person, "", LIVE, 0, body))

    def still_stands(self, entries: Iterable[bytes], kind: str, reference: str) -> bool:
        """Whether a thing may still be used: all that it rests on is in force, and nothing ended it."""
        papers = ((entry, self._world.work_items.item(DERIVED, _name(entry, kind, reference))) for entry in entries)
        return all(paper is not None and paper.state == LIVE and self._in_force(entry) for entry, paper in papers)

    def finish(self, entries: Iterable[bytes], kind: str, reference: str) -> None:
        """A thing is over by itself: no withdrawal names it any more."""
        for entry in entries:
            self._world.work_items.discard(DERIVED, _name(entry, kind, reference))

    def ended_by(self, logged: LoggedStatement) -> list[EndedItem]:
        """End everything that rested on what a statement ended or replaced, and name it; the same again each time."""
        said = logged.signed.statement
        if isinstance(said, Consent):
            return self._end_derived(said.previous) if any(said.previous) else []
        if not isinstance(said, Revocation):
            return []
        ended = self._world.log.find(CONSENTS, said.consent)
        target = ended.signed.statement if ended else None
        if isinstance(target, Delegation):
            return self._end_office(said.consent, target, logged.accepted_at)
        return [*self._end_derived(said.consent), *self._keys_out(said.data_subject, said.consent)]

    def ended_on_chain(self, entry: bytes) -> list[EndedItem]:
        """End everything that rested on a consent or delegation whose end is known from the chain alone."""
        logged = self._world.log.find(CONSENTS, entry)
        said = logged.signed.statement if logged else None
        if isinstance(said, Delegation):
            return self._end_office(entry, said, self._world.clock.now())
        return self._end_derived(entry)

    def _end_office(self, entry: bytes, office: Delegation, ended_at: int) -> list[EndedItem]:
        """What a delegate signed, made and opened ends with the delegation, and everything that rested on it."""
        signed = [one for state in self._signed_under(office) for one in self._end_consent(state)]
        return [*signed, *self._end_derived(entry), *self._end_sessions(office.delegate, ended_at)]

    def _end_sessions(self, delegate: bytes, ended_at: int) -> list[EndedItem]:
        """Sessions that were opened by then: who signs on after it is somebody else."""
        length = self._world.bounds.session_seconds
        ends = self._world.sessions.close_all(delegate, self._world.clock.now(), ended_at + length)
        return [EndedItem(SESSION, "", requester_name(delegate), end - length) for end in ends]

    def _end_consent(self, state: ConsentState) -> list[EndedItem]:
        """A consent that a delegate signed, and everything that rested on it."""
        said = state.consent
        itself = EndedItem(SIGNED, "0x" + state.entry.hex(), said.grantee, said.signed_at)
        return [itself, *self._end_derived(state.entry), *self._keys_out(said.data_subject, state.entry)]

    def _signed_under(self, office: Delegation) -> list[ConsentState]:
        states = self._world.index.consents_of(office.data_subject)
        return [s for s in states if s.consent.signer == office.delegate and s.revoked and not s.superseded]

    def _end_derived(self, entry: bytes) -> list[EndedItem]:
        ended = []
        for paper in self._derived(entry):
            if paper.state == LIVE:
                self._world.work_items.file(replace(paper, state=OVER))
            ended.append(EndedItem(**paper.body))
        return ended

    def _derived(self, entry: bytes) -> Iterator[WorkItem]:
        """Everything that ever rested on a consent: the papers whose name begins with its entry's first half."""
        after = entry[:HALF]
        while page := self._world.work_items.items(DERIVED, after=after, limit=AT_ONCE):
            for paper in page:
                if paper.id[:HALF] != entry[:HALF]:
                    return
                yield paper
            after = page[-1].id

    def _keys_out(self, data_subject: bytes, entry: bytes) -> list[EndedItem]:
        """The keys that readers were handed under a consent, each reader's first of each record."""
        found: dict[tuple[str, bytes], EndedItem] = {}
        for said in self._receipts(data_subject):
            if entry in said.consents and said.releases(said.record_id):
                one = EndedItem(WRAPPED_KEY, "0x" + said.record_id.hex(), said.requester, said.decided_at)
                found.setdefault((said.requester, said.record_id), one)
        return list(found.values())

    def _receipts(self, data_subject: bytes) -> Iterator[AccessReceipt]:
        after, seen = -1, 0
        while seen < MOST_RECEIPTS and (page := self._world.index.receipts_of(data_subject, after, AT_ONCE)):
            yield from _answers(page)
            after, seen = page[-1].position, seen + len(page)

    def _in_force(self, entry: bytes) -> bool:
        now = self._world.clock.now()
        logged = self._world.log.find(CONSENTS, entry)
        said = logged.signed.statement if logged else None
        if isinstance(said, Delegation):
            states = self._world.index.delegations_of(said.data_subject)
            return any(state.entry == entry and state.status(now) is Status.ACTIVE for state in states)
        state = self._world.index.consent(entry)
        return state is not None and state.status(now) is Status.ACTIVE


def _answers(page: Sequence[LoggedStatement]) -> Iterator[AccessReceipt]:
    for logged in page:
        said = logged.signed.statement
        if isinstance(said, AccessReceipt):
            yield said


def _name(entry: bytes, kind: str, reference: str) -> bytes:
    """32 bytes that begin with the consent's, so that all that rests on it lie together."""
    return entry[:HALF] + sha256(f"{kind}\n{reference}".encode()).digest()[:HALF]
