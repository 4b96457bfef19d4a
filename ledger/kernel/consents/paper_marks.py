"""Marks of consents on paper, shown with every answer that rests on one."""

from __future__ import annotations

from collections.abc import Iterable

from mydata_ledger.ledger.delegation import Delegation, office_of
from mydata_ledger.ledger.kernel.world import World


class PaperMarks:
    """A reader who relies on a consent can see whether a key signed it, or two witnesses confirmed a paper."""

    def __init__(self, world: World) -> None:
        self._world = world

    def witnessed_by(self, entry: bytes) -> Delegation | None:
        """The first witness's statement on a consent on paper; None for a consent that was signed with a key."""
        state = self._world.index.consent(entry)
        if state is None or state.consent.signer == state.consent.data_subject:
            return None
        consent = state.consent
        office = office_of(
            consent.signer, consent.signed_at, state.position, self._world.index.delegations_of(consent.data_subject)
        )
        return office.delegation if office and office.delegation.on_paper else None

    def for_consents(self, entries: Iterable[bytes]) -> tuple[bytes, ...]:
        """Those of the consents that are on paper, for readers who rely on them."""
        return tuple(entry for entry in entries if self.witnessed_by(entry))
