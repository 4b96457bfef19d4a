"""end_with: what rests on a consent ends with it, and whoever ends one is told what that was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from mydata_ledger.ledger.access import ConsentState
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.kernel.verb import Verb
from mydata_ledger.ledger.paper import Paper
from mydata_ledger.ledger.receipt import CONSENTS, AccessReceipt, Logged

DERIVED, LIVE, OVER = "derived", "live", "over"
WRAPPED_KEY, SIGNED = "wrapped_key", "consent"
HALF = 16
AT_ONCE = 500
MOST_RECEIPTS = 10_000
"""Receipts looked at for the keys that were handed out under a consent."""


@dataclass(frozen=True, slots=True)
class Ended:
    """One thing that rested on a consent: `kind` such as `link`, `export`, `session`, `consent` or `wrapped_key`, its
    `reference` among its kind, who held it, and since when (UTC seconds).

    A wrapped key that was handed out cannot be taken back: it is listed so that the person knows who has one, nobody is
    given it again, and its holder is told of the withdrawal.
    """

    kind: str
    reference: str
    holder: str
    since: int


class Ending(Verb):
    """Things say themselves what they rest on; the question whether they still may is answered from the consents, so
    that none outlives one that the chain ended without us.
    """

    def rests_on(self, consents: Iterable[bytes], kind: str, reference: str, holder: str = "") -> None:
        """Note that a thing (a share link, an export, a session) carries what these consents permit: it ends with the
        first of them. The same again changes nothing.
        """
        since = self.world.clock.now()
        for entry in consents:
            state = self.world.store.consent(entry)
            person = state.consent.data_subject if state else b""
            body = {"kind": kind, "reference": reference, "holder": holder, "since": since}
            self.world.store.file(Paper(DERIVED, _name(entry, kind, reference), person, "", LIVE, 0, body))

    def still_rests(self, consents: Iterable[bytes], kind: str, reference: str) -> bool:
        """Whether a thing may still be used: every consent it rests on stands, and none ended it."""
        papers = ((entry, self.world.store.paper(DERIVED, _name(entry, kind, reference))) for entry in consents)
        return all(paper is not None and paper.state == LIVE and self._stands(entry) for entry, paper in papers)

    def ended_by(self, logged: Logged) -> list[Ended]:
        """End everything that rested on what a statement ended or replaced, and name it; the same again each time."""
        said = logged.signed.statement
        if isinstance(said, Consent):
            return self._end_derived(said.previous) if any(said.previous) else []
        if not isinstance(said, Revocation):
            return []
        ended = self.world.store.find(CONSENTS, said.consent)
        target = ended.signed.statement if ended else None
        if isinstance(target, Delegation):
            return [one for state in self._signed_under(target) for one in self._end_consent(state)]
        return [*self._end_derived(said.consent), *self._keys_out(said.data_subject, said.consent)]

    def _end_consent(self, state: ConsentState) -> list[Ended]:
        """What a delegate signed ends with the office, and everything that rested on it."""
        said = state.consent
        itself = Ended(SIGNED, "0x" + state.entry.hex(), said.grantee, said.signed_at)
        return [itself, *self._end_derived(state.entry), *self._keys_out(said.data_subject, state.entry)]

    def _signed_under(self, office: Delegation) -> list[ConsentState]:
        states = self.world.store.consents_of(office.data_subject)
        return [s for s in states if s.consent.signer == office.delegate and s.revoked and not s.superseded]

    def _end_derived(self, entry: bytes) -> list[Ended]:
        ended = []
        for paper in self._derived(entry):
            if paper.state == LIVE:
                self.world.store.file(replace(paper, state=OVER))
            ended.append(Ended(**paper.body))
        return ended

    def _derived(self, entry: bytes) -> Iterator[Paper]:
        """Everything that ever rested on a consent: the papers whose name begins with its entry's first half."""
        after = entry[:HALF]
        while page := self.world.store.papers(DERIVED, after=after, limit=AT_ONCE):
            for paper in page:
                if paper.id[:HALF] != entry[:HALF]:
                    return
                yield paper
            after = page[-1].id

    def _keys_out(self, data_subject: bytes, entry: bytes) -> list[Ended]:
        """The keys that readers were handed under a consent, each reader's first of each record."""
        found: dict[tuple[str, bytes], Ended] = {}
        for said in self._receipts(data_subject):
            if entry in said.consents and said.releases(said.record_id):
                one = Ended(WRAPPED_KEY, "0x" + said.record_id.hex(), said.requester, said.decided_at)
                found.setdefault((said.requester, said.record_id), one)
        return list(found.values())

    def _receipts(self, data_subject: bytes) -> Iterator[AccessReceipt]:
        after, seen = -1, 0
        while seen < MOST_RECEIPTS and (page := self.world.store.receipts_of(data_subject, after, AT_ONCE)):
            yield from _answers(page)
            after, seen = page[-1].position, seen + len(page)

    def _stands(self, entry: bytes) -> bool:
        state = self.world.store.consent(entry)
        return state is not None and not (state.revoked or state.superseded)


def _answers(page: Sequence[Logged]) -> Iterator[AccessReceipt]:
    for logged in page:
        said = logged.signed.statement
        if isinstance(said, AccessReceipt):
            yield said


def _name(entry: bytes, kind: str, reference: str) -> bytes:
    """32 bytes that begin with the consent's, so that all that rests on it lie together."""
    return entry[:HALF] + sha256(f"{kind}\n{reference}".encode()).digest()[:HALF]
