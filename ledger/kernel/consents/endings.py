"""end_with: what rests on a consent ends with it, and whoever ends one is told what that was."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from mydata_ledger.ledger.access import ConsentState
from mydata_ledger.ledger.consent import NEVER, Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation, DelegationState, renewals_of, still_covers
from mydata_ledger.ledger.kernel.work_items import DERIVED
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.receipt import CONSENTS, AccessReceipt, LoggedStatement, Statement
from mydata_ledger.ledger.status import Status
from mydata_ledger.ledger.work_item import WorkItem

LIVE, OVER = "live", "over"
SCOPE, CAUSE, RENEWED, ENDED = "categories", "cause", "renewed:", "ended:"
"""Members of a work item: the categories of what a thing holds, and why it is over (by the entry of the statement)."""
WRAPPED_KEY, SIGNED, SESSION = "wrapped_key", "consent", "session"
HALF = 16
AT_ONCE = 500


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

    def rests_on(
        self,
        entries: Iterable[bytes],
        kind: str,
        reference: str,
        holder: str = "",
        categories: Collection[str] = (),
    ) -> None:
        """Note that a thing (a link, an export) is held by what these consents or delegations permit: it ends with the
        first of them. Noted again, nothing changes. A renewal of a delegation that covers `categories` (empty: all that
        the delegation covers) carries the thing on.
        """
        since = self._world.clock.now()
        for entry in entries:
            statement = self._statement(entry)
            person = statement.data_subject if isinstance(statement, Consent | Delegation) else b""
            body = {"kind": kind, "reference": reference, "holder": holder, "since": since, SCOPE: list(categories)}
            self._world.work_items.file(WorkItem(DERIVED, _name(entry, kind, reference), person, "", LIVE, 0, body))

    def still_stands(self, entries: Iterable[bytes], kind: str, reference: str) -> bool:
        """Whether a thing may still be used: all that it rests on is in force, and nothing ended it."""
        items = ((entry, self._world.work_items.item(DERIVED, _name(entry, kind, reference))) for entry in entries)
        return all(item is not None and item.state == LIVE and self._carries(entry, item) for entry, item in items)

    def finish(self, entries: Iterable[bytes], kind: str, reference: str) -> None:
        """A thing is over by itself: no withdrawal names it any more."""
        for entry in entries:
            self._world.work_items.discard(DERIVED, _name(entry, kind, reference))

    def ended_by(self, logged: LoggedStatement) -> list[EndedItem]:
        """End everything that rested on what a statement ended or replaced, and name it; the same again each time."""
        said = logged.signed.statement
        if isinstance(said, Consent):
            return self._end_derived(said.previous) if any(said.previous) else []
        if isinstance(said, Delegation):
            return self._end_uncovered(logged, said)
        if not isinstance(said, Revocation):
            return []
        target = self._statement(said.consent)
        if isinstance(target, Delegation):
            return self._end_office(said.consent, target, logged.accepted_at)
        return [*self._end_derived(said.consent), *self._keys_out(said.data_subject, said.consent)]

    def ended_on_chain(self, entry: bytes) -> list[EndedItem]:
        """End everything that rested on a consent or delegation whose end is known from the chain alone."""
        said = self._statement(entry)
        if isinstance(said, Delegation):
            return self._end_office(entry, said, self._world.clock.now())
        return self._end_derived(entry)

    def _end_uncovered(self, logged: LoggedStatement, renewal: Delegation) -> list[EndedItem]:
        """What was made under the delegations that this one renews, and is beyond it, ends; the rest goes on."""
        entry, at_time = logged.signed.entry.entry, logged.accepted_at

        def is_beyond(item: WorkItem, office: Delegation) -> bool:
            return not renewal.carries(item.body.get(SCOPE) or office.categories, at_time)

        renewed = renewals_of(entry, self._world.index.delegations_of(renewal.data_subject))[:-1]
        return [
            self._end_item(item, RENEWED + entry.hex())
            for state in renewed
            for item in self._derived(state.entry)
            if is_beyond(item, state.delegation) and item.body.get(CAUSE) in {None, RENEWED + entry.hex()}
        ]

    def _end_office(self, entry: bytes, office: Delegation, ended_at: int) -> list[EndedItem]:
        """What a delegate signed, made and opened ends with the delegation, and everything that rested on it or on
        those that it renewed.
        """
        states = self._world.index.delegations_of(office.data_subject)
        run = renewals_of(entry, states)
        signed = [one for state in self._signed_under(run, states) for one in self._end_consent(state)]
        made = [one for state in run for one in self._end_derived(state.entry, ENDED + entry.hex())]
        return [*signed, *made, *self._end_sessions(office.delegate, ended_at)]

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

    def _signed_under(self, run: Sequence[DelegationState], states: Sequence[DelegationState]) -> list[ConsentState]:
        """The consents that stood by one of these delegations until its end, and that nothing else ended."""
        if not run:
            return []
        delegate, first, last = run[-1].delegation.delegate, run[0].position, run[-1].position
        after = [s.position for s in states if s.delegation.delegate == delegate and s.position > last]
        return [
            state
            for state in self._world.index.consents_of(run[-1].delegation.data_subject)
            if state.consent.signer == delegate
            and first < state.position < min(after, default=NEVER)
            and state.revoked
            and not state.superseded
            and not self._ended_by_itself(state)
        ]

    def _ended_by_itself(self, state: ConsentState) -> bool:
        """Whether a statement or the chain withdrew the consent, whatever became of the delegation."""
        newest = self._world.index.newest(state.consent.data_subject, state.consent.grantee)
        said = newest.signed.statement if newest else None
        if isinstance(said, Revocation) and said.consent == state.entry:
            return True
        return bool(self._world.past.revealed_at([state.entry], self._world.clock.now()))

    def _end_derived(self, entry: bytes, cause: str = "") -> list[EndedItem]:
        """Name and end what rests on an entry, without what ended for another cause before."""
        return [self._end_item(item, cause) for item in self._derived(entry) if item.body.get(CAUSE, cause) == cause]

    def _end_item(self, item: WorkItem, cause: str) -> EndedItem:
        body = item.body
        if item.state == LIVE:
            self._world.work_items.file(replace(item, state=OVER, body={**body, CAUSE: cause}))
        return EndedItem(body["kind"], body["reference"], body["holder"], body["since"])

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
        after = -1
        while page := self._world.index.receipts_of(data_subject, after, AT_ONCE):
            yield from _answers(page)
            after = page[-1].position

    def _carries(self, entry: bytes, item: WorkItem) -> bool:
        """Whether a consent is in force, or a delegation and its renewals still cover the thing."""
        now, said = self._world.clock.now(), self._statement(entry)
        if isinstance(said, Delegation):
            offices = self._world.index.delegations_of(said.data_subject)
            return still_covers(entry, item.body.get(SCOPE, ()), offices, now)
        state = self._world.index.consent(entry)
        return state is not None and state.status(now) is Status.ACTIVE

    def _statement(self, entry: bytes) -> Statement | None:
        logged = self._world.log.find(CONSENTS, entry)
        return logged.signed.statement if logged else None


def _answers(page: Sequence[LoggedStatement]) -> Iterator[AccessReceipt]:
    for logged in page:
        said = logged.signed.statement
        if isinstance(said, AccessReceipt):
            yield said


def _name(entry: bytes, kind: str, reference: str) -> bytes:
    """32 bytes that begin with the consent's, so that all that rests on it lie together."""
    return entry[:HALF] + sha256(f"{kind}\n{reference}".encode()).digest()[:HALF]
