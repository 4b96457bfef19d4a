"""Endings: everything that rests on a consent ends with it, and the statement that ends a consent gives the list."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from mydata_ledger.ledger.access import ConsentState
from mydata_ledger.ledger.consent import NEVER, Consent, Revocation, retains
from mydata_ledger.ledger.delegation import Delegation, DelegationState, renewals_of, still_covers
from mydata_ledger.ledger.kernel.work_items import DERIVED
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.receipt import CONSENTS, AccessReceipt, LoggedStatement, Statement
from mydata_ledger.ledger.status import Status
from mydata_ledger.ledger.work_item import WorkItem

LIVE, OVER = "live", "over"
SCOPE, CAUSE, RENEWED, ENDED, RETAINED = "categories", "cause", "renewed:", "ended:", "retained:"
"""Members of a work item, `SCOPE` for the categories of its data and `CAUSE` for what ended it: one of the prefixes
and the entry of the delegation, or the deadline of retention.
"""
WRAPPED_KEY, SIGNED, SESSION = "wrapped_key", "consent", "session"
HALF = 16
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class EndedItem:
    """One item that rested on a consent: `kind` such as `link`, `export`, `session`, `consent` or `wrapped_key`, its
    `reference` within its kind, its holder, and its start (UTC seconds).

    A released wrapped key cannot be taken back. It is listed so that the person knows who has one; it is not released
    again, and its holder is notified of the withdrawal.
    """

    kind: str
    reference: str
    holder: str
    since: int


class Endings:
    """Each item states what it rests on (consents, or its maker's delegation). Whether it may still be used is decided
    from the states of these, so that no item outlasts a consent that ended on chain without us.
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
        """Note that an item (a link, an export) rests on these consents or delegations: it ends with the first of them.
        Noting it again changes nothing. The item goes on under a renewal of a delegation that covers `categories`
        (empty: all that the delegation covers).
        """
        since = self._world.clock.now()
        for entry in entries:
            statement = self._statement(entry)
            person = statement.data_subject if isinstance(statement, Consent | Delegation) else b""
            body = {"kind": kind, "reference": reference, "holder": holder, "since": since, SCOPE: list(categories)}
            self._world.work_items.file(WorkItem(DERIVED, _name(entry, kind, reference), person, "", LIVE, 0, body))

    def still_stands(self, entries: Iterable[bytes], kind: str, reference: str) -> bool:
        """Whether an item may still be used: all that it rests on is active, and nothing ended it."""
        items = ((entry, self._world.work_items.item(DERIVED, _name(entry, kind, reference))) for entry in entries)
        return all(item is not None and item.state == LIVE and self._carries(entry, item) for entry, item in items)

    def finish(self, entries: Iterable[bytes], kind: str, reference: str) -> None:
        """Note that an item is over: no withdrawal lists it any more."""
        for entry in entries:
            self._world.work_items.discard(DERIVED, _name(entry, kind, reference))

    def ended_by(self, logged: LoggedStatement) -> list[EndedItem]:
        """End everything that rested on what a statement ended or replaced, and return it; repeating the call returns
        the equal list.
        """
        statement = logged.signed.statement
        if isinstance(statement, Consent):
            return self._end_derived(statement.previous) if any(statement.previous) else []
        if isinstance(statement, Delegation):
            return self._end_uncovered(logged, statement)
        if not isinstance(statement, Revocation):
            return []
        target = self._statement(statement.consent)
        if isinstance(target, Delegation):
            return self._end_office(statement.consent, target, logged.accepted_at)
        return [*self._end_derived(statement.consent), *self.released_keys(statement.data_subject, statement.consent)]

    def ended_on_chain(self, entry: bytes) -> list[EndedItem]:
        """End everything that rested on a consent or delegation whose end is known only from the chain."""
        statement = self._statement(entry)
        if isinstance(statement, Delegation):
            return self._end_office(entry, statement, self._world.clock.now())
        return self._end_derived(entry)

    def end_retained(self, entry: bytes, until: int) -> list[EndedItem]:
        """End what rests on a consent at a deadline of `retain-until`, and return it; repeating the call returns the
        equal list. What is about categories that its other permits cover, which have not ended then, stays.
        """
        consent, cause = self._statement(entry), f"{RETAINED}{until}"
        state = self._world.index.consent(entry)
        grants = consent.grants if isinstance(consent, Consent) and state and state.stands else ()
        return [
            self._end_item(item, cause)
            for item in self._derived(entry)
            if item.body.get(CAUSE, cause) == cause and not retains(grants, item.body.get(SCOPE, ()), until)
        ]

    def _end_uncovered(self, logged: LoggedStatement, renewal: Delegation) -> list[EndedItem]:
        """End what was made under the delegations that this one renews and is not covered by it; the rest goes on."""
        entry, at_time = logged.signed.entry.entry, logged.accepted_at

        def is_uncovered(item: WorkItem, office: Delegation) -> bool:
            return not renewal.carries(item.body.get(SCOPE) or office.categories, at_time)

        renewed = renewals_of(entry, self._world.index.delegations_of(renewal.data_subject))[:-1]
        return [
            self._end_item(item, RENEWED + entry.hex())
            for state in renewed
            for item in self._derived(state.entry)
            if is_uncovered(item, state.delegation) and item.body.get(CAUSE) in {None, RENEWED + entry.hex()}
        ]

    def _end_office(self, entry: bytes, office: Delegation, ended_at: int) -> list[EndedItem]:
        """Everything that a delegate signed, made and opened ends with the delegation, and everything that rested on it
        or on those that it renewed.
        """
        states = self._world.index.delegations_of(office.data_subject)
        renewals = renewals_of(entry, states)
        signed = [item for state in self._signed_under(renewals, states) for item in self._end_consent(state)]
        made = [item for state in renewals for item in self._end_derived(state.entry, ENDED + entry.hex())]
        return [*signed, *made, *self._end_sessions(office, ended_at)]

    def _end_sessions(self, office: Delegation, ended_at: int) -> list[EndedItem]:
        """End the sessions that were opened by then; a sign-in after that time is independent of the delegation. The
        sessions of an accredited party serve others too and stay (ADR 31). No time of a sign-in is given.
        """
        name = requester_name(office.delegate)
        party = self._world.directory.party(name)
        if party and party.accredited(ended_at):
            return []
        length = self._world.bounds.session_seconds
        closed = self._world.sessions.close_all(office.delegate, self._world.clock.now(), ended_at + length)
        return [EndedItem(SESSION, "", name, office.signed_at) for _ in closed]

    def _end_consent(self, state: ConsentState) -> list[EndedItem]:
        """A consent that a delegate signed, and everything that rested on it."""
        statement = state.consent
        itself = EndedItem(SIGNED, "0x" + state.entry.hex(), statement.grantee, statement.signed_at)
        return [itself, *self._end_derived(state.entry), *self.released_keys(statement.data_subject, state.entry)]

    def _signed_under(
        self, renewals: Sequence[DelegationState], states: Sequence[DelegationState]
    ) -> list[ConsentState]:
        """The consents that stood by one of these delegations until its end, and that nothing else ended."""
        if not renewals:
            return []
        delegate, first, last = renewals[-1].delegation.delegate, renewals[0].position, renewals[-1].position
        later = [s.position for s in states if s.delegation.delegate == delegate and s.position > last]
        return [
            state
            for state in self._world.index.consents_of(renewals[-1].delegation.data_subject)
            if state.consent.signer == delegate
            and first < state.position < min(later, default=NEVER)
            and state.revoked
            and not state.superseded
            and not self._ended_by_itself(state)
        ]

    def _ended_by_itself(self, state: ConsentState) -> bool:
        """Whether a statement or the chain withdrew the consent, independently of the delegation."""
        newest = self._world.index.newest(state.consent.data_subject, state.consent.grantee)
        statement = newest.signed.statement if newest else None
        if isinstance(statement, Revocation) and statement.consent == state.entry:
            return True
        return bool(self._world.past.revealed_at([state.entry], self._world.clock.now()))

    def _end_derived(self, entry: bytes, cause: str = "") -> list[EndedItem]:
        """End and return what rests on an entry, except what ended earlier for another cause."""
        return [self._end_item(item, cause) for item in self._derived(entry) if item.body.get(CAUSE, cause) == cause]

    def _end_item(self, item: WorkItem, cause: str) -> EndedItem:
        body = item.body
        if item.state == LIVE:
            self._world.work_items.file(replace(item, state=OVER, body={**body, CAUSE: cause}))
        return EndedItem(body["kind"], body["reference"], body["holder"], body["since"])

    def _derived(self, entry: bytes) -> Iterator[WorkItem]:
        """Everything that ever rested on a consent: the work items whose id begins with the first half of its entry."""
        after = entry[:HALF]
        while page := self._world.work_items.items(DERIVED, after=after, limit=AT_ONCE):
            for item in page:
                if item.id[:HALF] != entry[:HALF]:
                    return
                yield item
            after = page[-1].id

    def released_keys(self, data_subject: bytes, entry: bytes) -> list[EndedItem]:
        """The keys that were released under a consent, for each reader the first of each record."""
        first_releases: dict[tuple[str, bytes], EndedItem] = {}
        for statement in self._receipts(data_subject):
            if entry in statement.consents and self._gave_a_key(statement):
                released_key = EndedItem(
                    WRAPPED_KEY, "0x" + statement.record_id.hex(), statement.requester, statement.decided_at
                )
                first_releases.setdefault((statement.requester, statement.record_id), released_key)
        return list(first_releases.values())

    def _gave_a_key(self, receipt: AccessReceipt) -> bool:
        """Whether it released a record's key: a receipt of a collection names a record that there is not."""
        return receipt.releases(receipt.record_id) and self._world.index.record(receipt.record_id) is not None

    def _receipts(self, data_subject: bytes) -> Iterator[AccessReceipt]:
        after = -1
        while page := self._world.index.receipts_of(data_subject, after, AT_ONCE):
            yield from _receipts_among(page)
            after = page[-1].position

    def _carries(self, entry: bytes, item: WorkItem) -> bool:
        """Whether a consent is active, or a delegation and its renewals still cover the item."""
        now, statement = self._world.clock.now(), self._statement(entry)
        if isinstance(statement, Delegation):
            delegations = self._world.index.delegations_of(statement.data_subject)
            return still_covers(entry, item.body.get(SCOPE, ()), delegations, now)
        state = self._world.index.consent(entry)
        return state is not None and state.status(now) is Status.ACTIVE

    def _statement(self, entry: bytes) -> Statement | None:
        logged = self._world.log.find(CONSENTS, entry)
        return logged.signed.statement if logged else None


def _receipts_among(page: Sequence[LoggedStatement]) -> Iterator[AccessReceipt]:
    for logged in page:
        statement = logged.signed.statement
        if isinstance(statement, AccessReceipt):
            yield statement


def _name(entry: bytes, kind: str, reference: str) -> bytes:
    """32 bytes that begin with half of the consent's entry, so that all items of a consent are adjacent."""
    return entry[:HALF] + sha256(f"{kind}\n{reference}".encode()).digest()[:HALF]
