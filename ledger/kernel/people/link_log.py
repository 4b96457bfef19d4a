"""The log of each use of a link and each wrong passcode: its receipt, its item on the person's timeline, and the
message.
"""

from __future__ import annotations

import secrets
from dataclasses import replace

from mydata_ledger.ledger.access import SELF_VIEW, AccessRequest, Decision, Facts, Reason
from mydata_ledger.ledger.kernel.decisions.evaluate import receipt_of
from mydata_ledger.ledger.kernel.people.inbox import Inbox
from mydata_ledger.ledger.kernel.statement_signing import StatementSigning
from mydata_ledger.ledger.kernel.work_items import LINK_USE
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.message import Event, Message, of_person
from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.receipt import SignedStatement
from mydata_ledger.ledger.work_item import WorkItem

VIEW = "view"


class LinkLog:
    """A use of a link is a question about many records, asked by the person's own link."""

    def __init__(self, world: World, statements: StatementSigning, inbox: Inbox) -> None:
        self._world, self._statements, self._inbox = world, statements, inbox

    def record_opening(self, item: WorkItem, recipient: str, *, permitted: bool) -> None:
        """Write the receipt, before anything is released; `permitted` is false for a wrong passcode.

        Raises ChainBehind, SourceUnavailable.
        """
        now, person = self._world.clock.now(), item.person
        category = item.body["categories"][0]
        path = self._world.vocabulary.path(SELF_VIEW)
        request = AccessRequest(secrets.token_bytes(32), requester_name(person), bytes(32), category, path, VIEW)
        reason = Reason.SEARCHED if permitted else Reason.NO_RECORD

        def respond(facts: Facts) -> SignedStatement:
            receipt = receipt_of(request, facts, Decision(permitted=permitted, reason=reason), now)
            return self._statements.sign_as_gateway(replace(receipt, data_subject=person if permitted else b""))

        self._world.heads(now)
        logged = self._world.log.answer(request, respond, now)
        use = {"recipient": recipient, "link": item.id.hex(), "label": item.body["label"], "opened": permitted}
        body = {**use, "position": logged.position}
        self._world.work_items.file(WorkItem(LINK_USE, request.request_id, person, body=body))
        event = Event.OPENED if permitted else Event.PASSCODE_WRONG
        detail = {"by": recipient, "link": use["label"]}
        self._inbox.notify(Message(of_person(person), event, str(logged.position), now, detail))

    def notify_link_made(self, item: WorkItem, maker: bytes) -> None:
        """Notify the person that their delegate made a link."""
        detail = {"by": requester_name(maker), "link": item.body["label"]}
        made_at = item.body["made_at"]
        self._inbox.notify(Message(of_person(item.person), Event.LINK_MADE, "0x" + item.id.hex(), made_at, detail))
