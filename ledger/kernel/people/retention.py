"""Deletion at `retain-until`: what the operator keeps that rests on such a grant is deleted at the deadline, and the
readers of the data are reminded that their own copies end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from mydata_ledger.ledger.consent import Consent, Effect
from mydata_ledger.ledger.kernel.consents.endings import EndedItem, Endings
from mydata_ledger.ledger.kernel.people.copies import Copies
from mydata_ledger.ledger.kernel.people.inbox import AT_ONCE, Inbox
from mydata_ledger.ledger.kernel.people.links import Links
from mydata_ledger.ledger.kernel.tries import begin_try, next_try
from mydata_ledger.ledger.kernel.work_items import LINK, RETENTION
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.message import Event, Message, of_person
from mydata_ledger.ledger.receipt import LoggedStatement
from mydata_ledger.ledger.terms import DAY, RETAIN, values
from mydata_ledger.ledger.work_item import WorkItem

PLANNED, REMINDED, DELETED, REPLACED = "planned", "reminded", "deleted", "replaced"
REMIND_BEFORE = 7 * DAY
"""Seconds before the deadline at which readers are reminded; for a short retention, in its last quarter."""
LEASE = 60
"""Seconds for which a process that took a deadline keeps other processes from taking it."""
Delete = Callable[[EndedItem], None]


@dataclass(frozen=True, slots=True)
class Deadline:
    """One deadline of one consent, and what became of it.

    `statement` says in English what was deleted and when, and `signature` is the gateway's over it (EIP-191): the
    receipt of the deletion. Both are empty before.
    """

    item_id: bytes
    consent: bytes
    person: bytes
    grantee: str
    until: int
    state: str
    statement: str
    signature: str


class Retention:
    """A work item for each consent and deadline. Each step may be repeated, and leads to the same end."""

    def __init__(self, world: World, endings: Endings, links: Links, inbox: Inbox, copies: Copies) -> None:
        self._world, self._endings, self._inbox, self._copies = world, endings, inbox, copies
        self._delete: dict[str, Delete] = {LINK: lambda item: links.discard(bytes.fromhex(item.reference[2:]))}

    def deletes(self, kind: str, delete: Delete) -> None:
        """Say how items of a kind that rest on consents are deleted; it may be called again for one that is gone."""
        self._delete[kind] = delete

    def plan(self, logged: LoggedStatement) -> None:
        """Plan the deadlines of a consent; of any other statement nothing."""
        if isinstance(consent := logged.signed.statement, Consent):
            for until in _deadlines(consent):
                self._plan(logged, consent, until)

    def _plan(self, logged: LoggedStatement, consent: Consent, until: int) -> None:
        entry, grantee = logged.signed.entry.entry, consent.grantee
        remind_at = until - min(REMIND_BEFORE, max(0, until - logged.accepted_at) // 4)
        body = {"consent": entry.hex(), "grantee": grantee, "until": until, "attempts": 0, "why": ""}
        body |= {"remind_at": remind_at, "statement": "", "signature": ""}
        item_id, party = sha256(entry + until.to_bytes(8, "big")).digest(), grantee if grantee[:2] == "0x" else ""
        self._world.work_items.file(WorkItem(RETENTION, item_id, consent.data_subject, party, PLANNED, remind_at, body))

    def turn(self) -> int:
        """Work what is due; returns how many deadlines. One that raises is tried again later, and the next go on."""
        done, now = 0, self._world.clock.now()
        for state, step in ((PLANNED, self._remind), (REMINDED, self._finish)):
            for item in self._world.work_items.due(RETENTION, state, now, AT_ONCE):
                self._attempt(item, step)
                done += 1
        return done

    def of(self, *, person: bytes | None = None, party: str | None = None, after: bytes = b"") -> list[Deadline]:
        """The deadlines of a person, or of the consents to a party, by id above `after`."""
        items = self._world.work_items.items(RETENTION, person=person, party=party, after=after, limit=AT_ONCE)
        return [_deadline(item) for item in items]

    def _attempt(self, item: WorkItem, step: Callable[[WorkItem], WorkItem]) -> None:
        taken = begin_try(self._world.work_items, item, due=self._world.clock.now() + LEASE)
        if taken is None:
            return
        try:
            done = step(taken) if not self._is_replaced(taken) else replace(taken, state=REPLACED, due=0)
        except Exception as error:  # one deadline must not hold up the others
            later = next_try(taken, self._world.clock.now())
            attempts = taken.body["attempts"] if later else 0
            body = {**taken.body, "attempts": attempts, "why": type(error).__name__}
            self._world.work_items.file(replace(taken, due=later or self._world.clock.now() + DAY, body=body))
        else:
            self._world.work_items.file(done)

    def _is_replaced(self, item: WorkItem) -> bool:
        """Whether a later version of the consent stands, whose deadlines hold in place of this one."""
        state = self._world.index.consent(_entry(item))
        if state is None or not state.superseded:
            return False
        newest = self._world.index.newest(state.consent.data_subject, state.consent.grantee)
        return newest is not None and isinstance(newest.signed.statement, Consent)

    def _remind(self, item: WorkItem) -> WorkItem:
        if self._world.clock.now() < item.body["until"]:
            self._copies.remind(item, Event.COPIES_EXPIRING, item.body["remind_at"])
        return replace(item, state=REMINDED, due=item.body["until"], body={**item.body, "attempts": 0, "why": ""})

    def _finish(self, item: WorkItem) -> WorkItem:
        """Delete, write the receipt, and notify the person, the party and the readers."""
        entry, until = _entry(item), item.body["until"]
        ended = self._endings.end_retained(entry, until)
        for one in ended:
            if delete := self._delete.get(one.kind):
                delete(one)
        self._copies.remind(item, Event.COPIES_TO_DELETE, until)
        for recipient in filter(None, (of_person(item.person), item.party) if ended else ()):
            self._inbox.notify(Message(recipient, Event.RETENTION_ENDED, "0x" + item.id.hex(), until, {}))
        statement = _statement(item, ended, self._world.clock.now())
        receipt = {"statement": statement, "signature": self._world.gateway.sign_text(statement).hex()}
        return replace(item, state=DELETED, due=0, body={**item.body, **receipt, "why": ""})


def _deadlines(consent: Consent) -> set[int]:
    permits = [grant for grant in consent.grants if grant.effect is Effect.PERMIT]
    return {int(value) for grant in permits for value in values(grant.terms(), RETAIN)}


def _entry(item: WorkItem) -> bytes:
    return bytes.fromhex(item.body["consent"])


def _statement(item: WorkItem, ended: list[EndedItem], at_time: int) -> str:
    lines = [f"deadline 0x{item.id.hex()} of consent 0x{item.body['consent']}: {item.body['until']}"]
    lines += [f"deleted at {at_time}: {len(ended)} items that rested on it"]
    return "\n".join([*lines, *sorted(f"{one.kind} {one.reference} of {one.since}" for one in ended)])


def _deadline(item: WorkItem) -> Deadline:
    body: Any = item.body
    texts = body["statement"], body["signature"]
    return Deadline(item.id, _entry(item), item.person, body["grantee"], body["until"], item.state, *texts)
