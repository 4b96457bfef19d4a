"""Bindings: which person a holder means by its own patient number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from mydata_ledger.ledger.errors import InvalidStatement, NotEntitled, NotFound, StaleConsent
from mydata_ledger.ledger.kernel.people.binding_codes import UNKNOWN, BindingCodes
from mydata_ledger.ledger.kernel.people.inbox import Inbox
from mydata_ledger.ledger.kernel.work_items import BINDING, PATIENT_NUMBER, every
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.message import Event, Message, of_person
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.work_item import WorkItem, new_id

ACTIVE, DISPUTED, ENDED = "active", "disputed", "ended"
BY_CODE, BY_SIGNATURE = "code", "signature"
CHANGED_AT = "changed_at"
"""When the person or the holder last changed the state of a binding (UTC seconds)."""
NOT_BOUND = "no person is bound to this patient number now; let the patient make a code, and bind it"
BOUND_TO_ANOTHER = "this patient number is bound to another person; end that binding before you bind it anew"


@dataclass(frozen=True, slots=True)
class PatientBinding:
    """A holder's patient number for a person, since when (UTC seconds), and by which proof. `reason` is what the person
    disputes.
    """

    binding_id: bytes
    person: bytes
    holder: str
    number: str
    state: str
    how: str
    bound_at: int
    ended_at: int
    reason: str


class Bindings:
    """The person sees, disputes and ends them; the holder sees its own, and issues by number while one is active."""

    def __init__(self, world: World, codes: BindingCodes, inbox: Inbox) -> None:
        self._world, self.codes, self._inbox = world, codes, inbox

    def holder(self, account: str) -> Party:
        """The party. Raises NotEntitled unless it is an accredited data holder."""
        party = self._world.directory.party(account)
        if party is None or not party.plays("holder", self._world.clock.now()):
            raise NotEntitled("only an accredited data holder binds its patient numbers")
        return party

    def make_code(self, person: bytes, holder: str) -> tuple[str, int]:
        """A one-time code for a holder's counter, and when it ends. Raises NotEntitled for what is no holder."""
        return self.codes.make(person, self.holder(holder).account)

    def bind(self, holder: str, number: str, code: str) -> PatientBinding:
        """Bind a patient number to the person who made the code. Calling it again gives the same binding.

        Raises NotEntitled, TooManyRequests; InvalidStatement for a wrong code, and if the number is another person's.
        """
        self.holder(holder)
        item = self.codes.find(holder, code, _number_id(holder, number))
        if "binding" in item.body:
            return self._made_by(item)
        _check_free(self._newest(holder, number), item.person)
        self.codes.use(item, _number_id(holder, number))
        made = self._bind(item.person, holder, number, BY_CODE)
        self.codes.fulfil(item, made.binding_id)
        return made

    def bind_signed(self, holder: str, number: str, nonce: str, signer: bytes, signature: bytes) -> PatientBinding:
        """Bind a patient number to the signer of the holder's nonce.

        Raises NotEntitled, SignatureInvalid; InvalidStatement if the number is another person's.
        """
        self.codes.check_signed(self.holder(holder).name, holder, nonce, signer, signature)
        _check_free(self._newest(holder, number), signer)
        self.codes.spend(holder, nonce)
        return self._bind(signer, holder, number, BY_SIGNATURE)

    def of_person(self, person: bytes) -> list[PatientBinding]:
        """All bindings of a person, oldest first."""
        return [_binding(item) for item in every(self._world.work_items, BINDING, person=person)]

    def of_holder(self, holder: str, after: bytes = b"", limit: int = 100) -> list[PatientBinding]:
        """A page of a holder's bindings, oldest first."""
        return [_binding(i) for i in self._world.work_items.items(BINDING, party=holder, after=after, limit=limit)]

    def by_number(self, holder: str, number: str) -> PatientBinding:
        """The newest binding of a holder's patient number. Raises NotFound."""
        item = self._newest(holder, number)
        if item is None:
            raise NotFound
        return _binding(item)

    def person_of(self, holder: str, number: str) -> bytes:
        """The person to issue to. Raises InvalidStatement unless a binding is active."""
        item = self._newest(holder, number)
        if item is None or item.state != ACTIVE:
            raise InvalidStatement(NOT_BOUND)
        return item.person

    def end(self, binding_id: bytes, person: bytes) -> PatientBinding:
        """The person ends a binding; ending it again changes nothing. Raises NotFound."""
        return self._end(self._own(binding_id, person), "person")

    def end_number(self, holder: str, number: str) -> PatientBinding:
        """The holder ends the binding of its number; ending it again changes nothing. Raises NotFound."""
        item = self._newest(holder, number)
        if item is None:
            raise NotFound
        return self._end(item, "holder")

    def dispute(self, binding_id: bytes, person: bytes, reason: str) -> PatientBinding:
        """The person says that the number is not theirs: nothing is issued by it, and it may be bound to another one.

        Raises NotFound, InvalidStatement for a binding that has ended.
        """
        return self._change(self._own(binding_id, person), DISPUTED, Event.BINDING_DISPUTED, reason=reason)

    def confirm(self, binding_id: bytes, person: bytes) -> PatientBinding:
        """The person takes a dispute back. Raises NotFound, InvalidStatement for a binding that has ended."""
        return self._change(self._own(binding_id, person), ACTIVE, Event.BOUND, reason="")

    def _made_by(self, code: WorkItem) -> PatientBinding:
        """The binding that a code made, unless it ended or is disputed: no code undoes what the person did since."""
        made = self._world.work_items.item(BINDING, bytes.fromhex(code.body["binding"]))
        if made is None or made.state != ACTIVE:
            raise InvalidStatement(UNKNOWN)
        return _binding(made)

    def _own(self, binding_id: bytes, person: bytes) -> WorkItem:
        item = self._world.work_items.item(BINDING, binding_id)
        if item is None or item.person != person:
            raise NotFound
        return item

    def _end(self, item: WorkItem, by: str) -> PatientBinding:
        if item.state == ENDED:
            return _binding(item)
        now = self._world.clock.now()
        return self._change(item, ENDED, Event.BINDING_ENDED, ended_at=now, ended_by=by)

    def _change(self, item: WorkItem, state: str, event: Event, **body: Any) -> PatientBinding:
        """Store the next state and notify both sides."""
        if item.state == ENDED:
            raise InvalidStatement("the binding has ended; a new one takes a new code")
        body = {**item.body, **body, CHANGED_AT: self._world.clock.now()}
        changed = self._world.work_items.file(replace(item, state=state, body=body))
        if changed is None:
            raise StaleConsent("the binding changed meanwhile; read it again")
        self._notify(changed, event)
        return _binding(changed)

    def _notify(self, item: WorkItem, event: Event) -> None:
        """Messages name the holder to the person, and nothing to the holder but the binding."""
        party, now, subject = self._world.directory.party(item.party), self._world.clock.now(), "0x" + item.id.hex()
        detail = {"by": party.name if party else item.party}
        self._inbox.notify(Message(of_person(item.person), event, subject, now, detail))
        self._inbox.notify(Message(item.party, event, subject, now, {}))

    def _bind(self, person: bytes, holder: str, number: str, how: str) -> PatientBinding:
        """Take the number by compare-and-set from the state that was read, and store the binding with it. Who takes it
        meanwhile has it.
        """
        named = self._named(holder, number)
        current = self._of_number(named)
        if current is not None and current.state == ACTIVE and current.person == person:
            return _binding(current)
        _check_free(current, person)
        if current is not None:
            self._end(current, "holder")
        body = {"number": number, "how": how, "bound_at": self._world.clock.now()}
        made = WorkItem(BINDING, new_id(self._world.clock.now()), person, holder, ACTIVE, body=body)
        self._take(replace(named, person=person, body={"binding": made.id.hex()}), made)
        self._notify(made, Event.BOUND)
        return _binding(made)

    def _take(self, named: WorkItem, made: WorkItem) -> None:
        """Store the number with its binding, in one transaction. Raises StaleConsent if the number was taken."""
        taken, _ = self._world.work_items.file_many([named, made])
        if taken is None:
            self._world.work_items.discard(made.kind, made.id)
            raise StaleConsent("the patient number was bound meanwhile; read its binding")

    def _named(self, holder: str, number: str) -> WorkItem:
        """The item that names the newest binding of a number; a new one if there is none."""
        number_id = _number_id(holder, number)
        found = self._world.work_items.item(PATIENT_NUMBER, number_id)
        return found or WorkItem(PATIENT_NUMBER, number_id, party=holder)

    def _of_number(self, named: WorkItem) -> WorkItem | None:
        if "binding" not in named.body:
            return None
        return self._world.work_items.item(BINDING, bytes.fromhex(named.body["binding"]))

    def _newest(self, holder: str, number: str) -> WorkItem | None:
        return self._of_number(self._named(holder, number))


def _check_free(current: WorkItem | None, person: bytes) -> None:
    """Raise InvalidStatement if the newest binding of a number is active and another person's."""
    if current is not None and current.state == ACTIVE and current.person != person:
        raise InvalidStatement(BOUND_TO_ANOTHER)


def is_unbound_since(world: World, issue: Issue) -> bool:
    """Whether a binding of the holder and the person, under which a record may have been drafted, ended or was disputed
    since, and none is active now.
    """
    bindings = [one for one in every(world.work_items, BINDING, person=issue.data_subject) if one.party == issue.holder]
    changed = any(one.state != ACTIVE and one.body.get(CHANGED_AT, 0) >= issue.issued_at for one in bindings)
    return changed and not any(one.state == ACTIVE for one in bindings)


def _number_id(holder: str, number: str) -> bytes:
    return sha256(f"{holder}\n{number}".encode()).digest()


def _binding(item: WorkItem) -> PatientBinding:
    body: Mapping[str, Any] = item.body
    return PatientBinding(
        binding_id=item.id,
        person=item.person,
        holder=item.party,
        number=body["number"],
        state=item.state,
        how=body["how"],
        bound_at=body["bound_at"],
        ended_at=body.get("ended_at", 0),
        reason=body.get("reason", ""),
    )
