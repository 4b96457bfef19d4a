"""What parties state about themselves: set by the party alone, and shown as not checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from hashlib import sha256

from mydata_ledger.ledger.errors import NotEntitled, StaleConsent
from mydata_ledger.ledger.kernel.work_items import PARTY_CARD
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.party_card import PartyCard, missing_names
from mydata_ledger.ledger.work_item import WorkItem


class PartyCards:
    """One work item for each party. The registry on chain alone says who is accredited, and as what."""

    def __init__(self, world: World) -> None:
        self._world = world

    def of(self, account: str) -> PartyCard | None:
        """What the party of an account states; None if it states nothing."""
        return self.of_many([account]).get(account)

    def of_many(self, accounts: Iterable[str]) -> dict[str, PartyCard]:
        """What the parties of these accounts state, by account."""
        ids = [_item_id(account) for account in accounts]
        items = self._world.work_items.items_named(PARTY_CARD, ids) if ids else []
        return {item.party: PartyCard(**item.body) for item in items}

    def state(self, account: str, card: PartyCard) -> PartyCard:
        """Replace what the party states; an empty card takes it back. Raises NotEntitled for a caller who is no
        accredited party, InvalidStatement, StaleConsent for a concurrent change.
        """
        party, now = self._world.directory.party(account), self._world.clock.now()
        if party is None or not party.accredited(now):
            raise NotEntitled("only an accredited party states something about itself")
        card.check(party.name)
        stated = replace(card, stated_at=now)
        present = self._world.work_items.item(PARTY_CARD, _item_id(account))
        version = present.version if present else 0
        item = WorkItem(PARTY_CARD, _item_id(account), party=account, body=asdict(stated), version=version)
        if self._world.work_items.file(item) is None:
            raise StaleConsent("the statement was changed elsewhere just now; read it again")
        return stated

    def missing_names(self, party: Party) -> list[str]:
        """Of `name_en` and `name_ko` those that neither the registry has nor the party states."""
        card = self.of(party.account) or PartyCard()
        return sorted(name for name in missing_names(party.name) if not getattr(card, name))


def _item_id(account: str) -> bytes:
    return sha256(b"party card of " + account.encode()).digest()
