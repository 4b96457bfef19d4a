"""on_paper: a consent that stands on paper is marked as such wherever an answer rests on it."""

from __future__ import annotations

from collections.abc import Iterable

from mydata_ledger.ledger.delegation import Delegation, office_of
from mydata_ledger.ledger.kernel.world import World


class PaperMarks:
    """A reader who relies on a consent learns whether a key signed it, or two witnesses vouch for a paper."""

    def __init__(self, world: World) -> None:
        self._world = world

    def witnessed_by(self, entry: bytes) -> Delegation | None:
        """The first witness's word on a consent that stands on paper; None for one that was signed with a key."""
        state = self._world.index.consent(entry)
        if state is None or state.consent.signer == state.consent.data_subject:
            return None
        said = state.consent
        office = office_of(
            said.signer, said.signed_at, state.position, self._world.index.delegations_of(said.data_subject)
        )
        return office.delegation if office and office.delegation.on_paper else None

    def for_consents(self, entries: Iterable[bytes]) -> tuple[bytes, ...]:
        """Those of the consents that stand on paper: who rests on them is told so."""
        return tuple(entry for entry in entries if self.witnessed_by(entry))
