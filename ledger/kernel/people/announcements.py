"""Announcements of a party to many people: offers, study results and contacts, limited in number for each day. They are
sent later, by `distribution`, so that neither the answer nor its time tells the party about the recipients.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from mydata_ledger.ledger.consent import Grant
from mydata_ledger.ledger.consent_request import DAY, normal_topic
from mydata_ledger.ledger.errors import InvalidStatement, NotEntitled, TooManyRequests
from mydata_ledger.ledger.kernel.people.requests import Requests, RequestTerms
from mydata_ledger.ledger.kernel.work_items import OFFER, RESULTS
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.typed_data import message, parse
from mydata_ledger.ledger.work_item import WorkItem, new_id

ANNOUNCED_PER_DAY = 10
"""Offers, results, and contacts, that one party may announce on one day."""
WAITING, SENT = "waiting", "sent"
REFERENCE = re.compile(r"(?=[^0-9]*[0-9])[A-Z0-9]{1,24}([-_/][A-Z0-9]{1,12}){0,3}")
"""The form of a study's reference, such as KCT0008791 or IRB-2026/17: no sentence and no URL fits it."""


class Announcements:
    """The party does not learn who was notified."""

    def __init__(self, world: World, requests: Requests) -> None:
        self._world, self._requests = world, requests

    def offer(self, requester: str, terms: RequestTerms, topics: Iterable[str]) -> None:
        """Announce an offer to everyone whose wishes ask for such offers.

        Each recipient gets a request; the requester learns of nobody until they consent. Repeating the announcement
        reaches only new recipients. Raises what `Requests.check` raises, and TooManyRequests beyond ten a day.
        """
        self._requests.check(requester, terms)
        offered = sorted({normal_topic(topic) for topic in topics})
        self.file(OFFER, requester, terms_body(terms) | {"topics": offered, "remaining": ["", *offered]})

    def results(self, party: str, reference: str) -> None:
        """Announce that results of a study are available to everyone who then has a live grant to this party, for
        research or for contact.

        Raises:
            NotEntitled: the party is not accredited.
            InvalidStatement: `reference` is no reference of a study.
            TooManyRequests: it announced ten today.
        """
        sender = self._world.directory.party(party)
        if sender is None or not sender.accredited(self._world.clock.now()):
            raise NotEntitled("only an accredited party has results to tell of")
        if not REFERENCE.fullmatch(reference):
            raise InvalidStatement(
                "name the study by its reference, such as KCT0008791 or IRB-2026/17: capital letters and digits in at "
                "most four parts joined by - _ or /"
            )
        self.file(RESULTS, party, {"reference": reference})

    def file(self, kind: str, party: str, body: Mapping[str, Any]) -> None:
        """File one announcement. Raises TooManyRequests beyond the daily limit."""
        now = self._world.clock.now()
        since = (now - DAY).to_bytes(8, "big") + bytes(24)
        today = self._world.work_items.items(kind, party=party, after=since, limit=ANNOUNCED_PER_DAY)
        if len(today) >= ANNOUNCED_PER_DAY:
            raise TooManyRequests(f"{ANNOUNCED_PER_DAY} a day are announced at most; wait until tomorrow")
        filled = {**body, "announced_at": now, "after": ""}
        self._world.work_items.file(WorkItem(kind, new_id(now), party=party, state=WAITING, due=now, body=filled))


def terms_body(terms: RequestTerms) -> dict[str, Any]:
    """The terms of an offer as JSON values."""
    return {
        "grants": [message(grant) for grant in terms.grants],
        "notice_hash": terms.notice_hash.hex(),
        "benefit": terms.benefit,
        "reference": terms.reference,
        "wait": terms.wait,
        "benefit_ko": terms.benefit_ko,
    }


def read_terms(body: Mapping[str, Any]) -> RequestTerms:
    """The terms of an offer from its work item's body."""
    grants = tuple(parse(Grant, grant) for grant in body["grants"])
    notice_hash, texts = bytes.fromhex(body["notice_hash"]), (body["benefit"], body["reference"])
    return RequestTerms(grants, notice_hash, *texts, int(body["wait"]), body["benefit_ko"])
