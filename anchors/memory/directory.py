"""The Directory port in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mydata_ledger.anchors.memory.state import State
from mydata_ledger.ledger.notice import Notice
from mydata_ledger.ledger.party import Party


class MemoryDirectory:
    """Parties and published notices in dictionaries."""

    def __init__(self, state: State) -> None:
        self._state = state

    def party(self, account: str) -> Party | None:
        """One party by its EIP-55 address."""
        return self._state.parties.get(account)

    def parties(self) -> list[Party]:
        """All of them, by name."""
        return sorted(self._state.parties.values(), key=lambda party: (party.name, party.account))

    def set_parties(self, parties: Iterable[Party]) -> None:
        """Replace the whole directory."""
        self._replace({party.account: party for party in parties})

    def change_parties(self, changes: Mapping[str, Party | None]) -> None:
        """Replace the parties of these accounts; None removes one. Without a difference nothing is written."""
        after = {**self._state.parties, **changes}
        self._replace({account: party for account, party in after.items() if party})

    def _replace(self, parties: dict[str, Party]) -> None:
        if parties != self._state.parties:
            before, self._state.parties = self._state.parties, parties
            self._state.record_change("parties", "", parties)
            accounts = sorted(before.keys() | parties.keys())
            self._state.changed += [("party", a) for a in accounts if before.get(a) != parties.get(a)]

    def publish(self, notice: Notice) -> None:
        """Store a notice. Publishing it again can only change whether it is outdated."""
        self._state.notices[notice.digest] = notice
        self._state.record_change("notice", notice.digest, notice.outdated)

    def notice(self, digest: bytes) -> Notice | None:
        """One notice by its digest, which consents sign."""
        return self._state.notices.get(digest)

    def notices(self) -> list[Notice]:
        """All versions of all notices in all languages."""
        return sorted(self._state.notices.values(), key=lambda n: (n.name, n.version, n.language))
