"""The next versions of consents: an import adds to what is in force, and shows what it changes before it signs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from mydata_ledger.client import Client, RequestRefused
from mydata_ledger.ledger.consent import Consent, Grant
from mydata_ledger.ledger.errors import LedgerError
from mydata_ledger.ledger.scope import covers_all, joined
from mydata_ledger.ledger.status import Status
from mydata_ledger.ledger.typed_data import parse
from mydata_ledger.ledger.vocabulary import Vocabulary
from mydata_ledger.ledger.wording import Words
from mydata_ledger.scripts.cli.common import console

ENDED = {Status.REVOKED, Status.SUPERSEDED}
NOTHING_NEW = "nothing new: the consent in force already has these grants"
CHANGED = "the consent in force changed meanwhile; import again"
STAYS = "stays from the version in force, although the files do not say it (--replace drops permits)"


@dataclass(frozen=True, slots=True)
class VersionOutcome:
    """What became of the next version to one grantee: its status, the changes against the version in force, and what
    stays of that version although the import does not have it.
    """

    status: str
    changes: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    refused: bool = False


@dataclass(frozen=True, slots=True)
class NextVersions:
    """Drafts the next version to each grantee; with `sign`, also signs and submits it.

    Attributes:
        client: A signed-in client of the person.
        now: UTC seconds; grants in force that ended before are not taken over.
        vocabulary: The words of the grants.
        language: Language of the notice, and of what is shown.
        sign: Whether to sign the drafts.
        replacing: Whether permits in force are dropped; refusals stay in any case.
        quiet: Whether nothing is printed before signing.
    """

    client: Client
    now: int
    vocabulary: Vocabulary
    language: str
    sign: bool = False
    replacing: bool = False
    quiet: bool = False

    def write(self, grants: Mapping[str, Sequence[Grant]]) -> dict[str, VersionOutcome]:
        """Draft, and sign if asked, one version for each grantee."""
        in_force = self._in_force()
        return {
            grantee: self._version(grantee, in_force.get(grantee.lower(), ()), added)
            for grantee, added in grants.items()
        }

    def _in_force(self) -> dict[str, tuple[Grant, ...]]:
        """The grants of the newest version to each grantee, unless that was withdrawn."""
        consents = self.client.call("GET", "/consents")
        newest = {c["grantee"].lower(): c for c in sorted(consents, key=lambda c: c["position"])}
        standing = {grantee: c for grantee, c in newest.items() if c["status"] not in ENDED}
        return {grantee: tuple(parse(Grant, grant) for grant in c["grants"]) for grantee, c in standing.items()}

    def _version(self, grantee: str, in_force: Sequence[Grant], added: Sequence[Grant]) -> VersionOutcome:
        stays = joined(in_force, (), self.now, replacing=self.replacing)
        grants = joined(stays, [grant for grant in added if not self._is_covered(grant, stays)], self.now)
        kept = self._sentences([grant for grant in stays if not self._is_covered(grant, added)], grantee)
        if set(grants) == set(in_force):
            return VersionOutcome(NOTHING_NEW, kept=kept)
        try:
            return self._draft(grantee, grants, in_force, kept)
        except (LedgerError, RequestRefused) as error:
            return VersionOutcome(f"refused: {error}", refused=True)

    def _is_covered(self, grant: Grant, others: Sequence[Grant]) -> bool:
        """Whether one of the others has the same effect and conditions, and covers the grant."""
        same = [o for o in others if o.effect is grant.effect and set(o.conditions) == set(grant.conditions)]
        return covers_all(same, [grant], self.vocabulary)

    def _sentences(self, grants: Sequence[Grant], grantee: str) -> tuple[str, ...]:
        return tuple(Words(self.vocabulary, self.language).sentence(grant, grantee) for grant in grants)

    def _draft(
        self, grantee: str, grants: Sequence[Grant], in_force: Sequence[Grant], kept: tuple[str, ...]
    ) -> VersionOutcome:
        drafted = self.client.draft(grantee, [form_of(grant) for grant in grants], self.language)
        if set(self._in_force().get(grantee.lower(), ())) != set(in_force):
            return VersionOutcome(f"refused: {CHANGED}", refused=True)
        changes = tuple(drafted["changes"])
        if not self.sign:
            return VersionOutcome("drafted; sign it with --sign", changes, kept)
        if not self.quiet:
            self._show(grantee, changes, kept)
        accepted = self.client.call("POST", "/consents", json=self.client.sign(drafted["typed_data"], Consent))
        return VersionOutcome(f"signed, entry {accepted['entry']}", changes, kept)

    @staticmethod
    def _show(grantee: str, changes: tuple[str, ...], kept: tuple[str, ...]) -> None:
        for title, lines in ((f"{grantee}, against the version in force:", changes), (f"{grantee}, {STAYS}:", kept)):
            if lines:
                console.print(title, *lines, sep="\n  ", markup=False)


def by_grantee(results: Iterable[Mapping[str, Any]]) -> dict[str, list[Grant]]:
    """The grants of several imports, joined for each grantee."""
    grants: dict[str, list[Grant]] = {}
    for result in results:
        for grantee, messages in result["grants"].items():
            grants.setdefault(grantee, []).extend(parse(Grant, message) for message in messages)
    return grants


def form_of(grant: Grant) -> dict[str, Any]:
    """The grant as the API takes it."""
    raw = asdict(grant) | {"effect": str(grant.effect), "records": ["0x" + r.hex() for r in grant.records]}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in raw.items()}
