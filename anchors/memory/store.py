"""Directory, notices and sessions, and the side of the log that notary and follower write."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import fields
from hashlib import sha256

from mydata_ledger.anchors.memory.index import MemoryIndex
from mydata_ledger.anchors.memory.papers import MemoryPapers
from mydata_ledger.anchors.memory.past import MemoryPast, utc_now
from mydata_ledger.ledger import merkle
from mydata_ledger.ledger.access import AccessRequest, Facts
from mydata_ledger.ledger.commitment.entry import NO_LOCK, lock_of
from mydata_ledger.ledger.consent import Revocation
from mydata_ledger.ledger.errors import InvalidStatement, LedgerError
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.notice import Notice
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.ports import Anchored, Check, Sign, Sizes
from mydata_ledger.ledger.ports.soon import now
from mydata_ledger.ledger.receipt import CONSENTS, LOGS, Logged, Signed
from mydata_ledger.ledger.search import AboutPerson, Behind, Sifted, Surveyed


class MemoryStore(MemoryPapers, MemoryPast, MemoryIndex):
    """Log, Index, Directory, Notices, Papers and Sessions in one, for tests: nothing outlives the process."""

    def __init__(self, now: Callable[[], int] = utc_now) -> None:
        self._now = now
        super().__init__()
        self._challenges: dict[bytes, int] = {}
        self._sessions: dict[bytes, tuple[bytes, int]] = {}
        self._followed_at = 0
        self._blocks: dict[int, bytes] = {}

    def party(self, account: str) -> Party | None:
        """One party by its EIP-55 address."""
        return self._parties.get(account)

    def parties(self) -> list[Party]:
        """All of them, by name."""
        return sorted(self._parties.values(), key=lambda party: (party.name, party.account))

    def set_parties(self, parties: Iterable[Party]) -> None:
        """Replace the whole directory."""
        self._parties = {party.account: party for party in parties}
        self._remember_that("parties", "", self._parties)

    def publish(self, notice: Notice) -> None:
        """Keep a notice; published again it can only change whether it is outdated."""
        self._notices[notice.digest] = notice
        self._remember_that("notice", notice.digest, notice.outdated)

    def notice(self, digest: bytes) -> Notice | None:
        """One notice by the hash that is signed."""
        return self._notices.get(digest)

    def notices(self) -> list[Notice]:
        """All versions in all languages."""
        return sorted(self._notices.values(), key=lambda n: (n.name, n.version, n.language))

    def accept_soon(
        self, statements: Sequence[Signed], check: Check, accepted_at: int
    ) -> Future[list[Logged | LedgerError]]:
        """Accept each consent by itself, at once."""
        with self._lock:
            return now([self._accept_or_refuse(signed, check, accepted_at, self) for signed in statements])

    def answer(self, request: AccessRequest, respond: Callable[[Facts], Signed], at: int) -> Logged:
        """Gather the facts, have them answered, log the receipt, under one lock."""
        return self.answer_soon([request], lambda _, facts: respond(facts), at).result()[0]

    def answer_soon(
        self,
        requests: Sequence[AccessRequest],
        respond: Callable[[AccessRequest, Facts], Signed],
        at: int,
        sign: Sign = list,
    ) -> Future[list[Logged]]:
        """The same, one after another, all or none, and at once; each counts for the next before all are signed."""
        with self._lock:
            if len(requests) == 1:
                return now(self.append(sign([respond(requests[0], self._told(requests[0], at))]), at))
            before, said = self._sizes(), []
            try:
                for request in requests:
                    said += [logged.signed for logged in self.append([respond(request, self._told(request, at))], at)]
            finally:
                self._forget(before)
            return now(self.append(sign(said), at))

    def _told(self, request: AccessRequest, at: int) -> Facts:
        """The facts, and to a question about many records what is known about each."""
        known = self.facts(request, at)
        shared = {field.name: getattr(known, field.name) for field in fields(Facts)}
        if isinstance(request, AboutPerson):
            each = tuple(self.survey_person(request, request.data_subject, at))
            return Surveyed(**shared, each=each if len(each) <= request.most else None)
        if isinstance(request, Behind):
            found = self.sift(request, at, request.after, request.limit, lambda one: request.permits(request, one, at))
            return Sifted(**shared, found=tuple(found) if request.most else None)
        return known

    def spend(self, nonce: str, expires: int, at: int) -> bool:
        """Whether the nonce is unspent; afterwards it is spent."""
        digest = sha256(nonce.encode()).digest()
        with self._lock:
            self._challenges = {known: end for known, end in self._challenges.items() if end > at}
            fresh = digest not in self._challenges
            self._challenges[digest] = expires
        return fresh

    def open(self, token_digest: bytes, signer: bytes, expires: int) -> None:
        """Start a session."""
        self._sessions[token_digest] = (signer, expires)

    def who(self, token_digest: bytes, at: int) -> bytes | None:
        """The signer bytes behind a live session."""
        signer, expires = self._sessions.get(token_digest, (b"", at))
        return signer if at < expires else None

    def who_of(self, token_digests: Collection[bytes], at: int) -> dict[bytes, bytes]:
        """The signer bytes behind each of those sessions that is live."""
        return {token: signer for token in token_digests if (signer := self.who(token, at))}

    def close(self, token_digest: bytes) -> None:
        """End a session."""
        self._sessions.pop(token_digest, None)

    def close_all(self, signer: bytes, at: int, until: int) -> list[int]:
        """End every session of a signer that would end at `until` or before; when each that was live would have."""
        sessions = self._sessions.items()
        theirs = {token: expires for token, (who, expires) in sessions if who == signer and expires <= until}
        self._sessions = {token: kept for token, kept in self._sessions.items() if token not in theirs}
        return sorted(expires for expires in theirs.values() if expires > at)

    def entries(self, log: str, start: int, limit: int) -> list[bytes]:
        """Entries (32 bytes) from position `start`."""
        return [logged.signed.entry.entry for logged in self._trees[log].statements[start : start + limit]]

    def subtrees(self, log: str, level: int, start: int, limit: int) -> list[bytes]:
        """Hashes of complete subtrees of 2**level leaves, from the one of index `start`; at level 0 the leaves."""
        tree = self._trees[log]
        end = min(start + limit, len(tree.statements) >> level)
        return [tree.node(level, index) for index in range(start, end)]

    def leaves(self, log: str, start: int, limit: int) -> list[bytes]:
        """Leaf hashes from position `start`."""
        return [logged.signed.entry.leaf for logged in self._trees[log].statements[start : start + limit]]

    def peaks(self, log: str, size: int) -> list[bytes]:
        """Peaks of the tree at `size`, largest first."""
        return merkle.peaks(size, self._trees[log].node)

    def head_at(self, log: str, size: int) -> Head | None:
        """The head the log had at `size`; None when it never was so large."""
        tree = self._trees[log]
        return tree.head(size) if 0 <= size <= len(tree.statements) else None

    def mark_anchored(self, log: str, head: Head, block: int) -> None:
        """The chain holds this head. Raises InvalidStatement unless it is a head of this log, not behind the last."""
        if self.head_at(log, head.size) != head or head.size < self._anchored[log].head.size:
            raise InvalidStatement(f"the {log} log never had that head of size {head.size}")
        self._anchored[log] = Anchored(head, block, self._followed_at)
        self._remember_that("head", log, Sizes(head.size, block))

    def roll_back(self, log: str, head: Head, block: int) -> None:
        """The chain went back to this head: grants above it deny again, revocations keep denying."""
        if self.head_at(log, head.size) != head:
            raise InvalidStatement(f"the {log} log never had that head of size {head.size}")
        self._anchored[log] = Anchored(head, block, self._followed_at)
        self._remember_that("head", log, Sizes(head.size, block))

    def touch(self, at: int) -> None:
        """The chain answered at `at`, and agrees with this log."""
        self._followed_at, self._distrust = at, ""
        for log in LOGS:
            self._anchored[log] = Anchored(self._anchored[log].head, self._anchored[log].block, at)

    def distrust(self, reason: str) -> None:
        """The chain contradicts this log: every answer is unknown until it no longer does."""
        self._distrust = reason

    def note_block(self, number: int, block_hash: bytes) -> None:
        """Remember that the chain had this block."""
        self._blocks[number] = block_hash

    def noted_blocks(self) -> list[tuple[int, bytes]]:
        """Remembered blocks, newest first."""
        return sorted(self._blocks.items(), reverse=True)

    def pending_secrets(self, limit: int) -> list[tuple[bytes, bytes, bytes]]:
        """(entry, core, secret) of revoked consents whose lock is not yet opened on chain, oldest first."""
        found = []
        for logged in self._trees[CONSENTS].statements:
            said = logged.signed.statement
            if not isinstance(said, Revocation) or said.secret == NO_LOCK:
                continue
            ended = self._by_entry[CONSENTS, said.consent].signed.entry
            if ended.lock == lock_of(said.secret) and self._reveals.get(ended.entry) is None:
                found.append((ended.entry, ended.core, said.secret))
        return found[:limit]

    def revealed(self, reveals: Mapping[bytes, int]) -> None:
        """The chain says, each at its block, that these consents are revoked: from now on they are."""
        self._reveals.update(reveals)
        for entry in reveals:
            self._remember_that("reveal", entry, True)

    def conceal(self, above: int) -> None:
        """Blocks above are gone: secrets revealed there wait to be revealed again; the revocations stay."""
        self._reveals = {
            e: None if block is not None and block > above else block for e, block in self._reveals.items()
        }
        self._blocks = {number: found for number, found in self._blocks.items() if number <= above}
