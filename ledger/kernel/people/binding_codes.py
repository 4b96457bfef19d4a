"""One-time proofs that somebody at a holder's counter is the signer: a short code that they read out, or a nonce of the
holder that they sign.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import replace
from hashlib import sha256

from mydata_ledger.ledger.conditions import CLOCK_SKEW
from mydata_ledger.ledger.errors import InvalidStatement, SignatureInvalid, TooManyRequests
from mydata_ledger.ledger.kernel.work_items import BINDING_CODE, BINDING_TRIES, every
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.signers import personal_digest
from mydata_ledger.ledger.work_item import WorkItem

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter looks like a digit."""
MISREAD = str.maketrans("OIL", "011", "- ")
LENGTH, SECONDS = 8, 600
"""Characters of a code (40 bits), and how long a code or nonce is valid."""
WRONG_CODES, WINDOW = 10, 3_600
"""How many wrong codes one holder may give within how many seconds."""
LIVE, USED = "live", "used"
NONCE_SIZE, TIME_SIZE, MAC_SIZE = 16, 8, 16
UNKNOWN = "the code is wrong, too old, used, or for another holder; let the person make a new one"
CHANGES = 20
"""How often a count is read again because somebody else changed it."""


class BindingCodes:
    """A person has at most one code. It is for one holder, and only its keyed digest is stored."""

    def __init__(self, world: World) -> None:
        self._world = world

    def make(self, person: bytes, holder: str) -> tuple[str, int]:
        """A new code for that holder, which replaces the person's earlier one, and when it ends (UTC seconds)."""
        for earlier in list(every(self._world.work_items, BINDING_CODE, person=person)):
            self._world.work_items.discard(BINDING_CODE, earlier.id)
        code, now = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH)), self._world.clock.now()
        ends = now + SECONDS
        item = WorkItem(BINDING_CODE, self._id(holder, code), person, holder, LIVE, ends, {"made_at": now})
        self._world.work_items.file(item)
        return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}", ends

    def find(self, holder: str, code: str, number_id: bytes) -> WorkItem:
        """The code that a person made for this holder and that is unused, or was used for this patient number.

        Raises InvalidStatement with one sentence for everything that is wrong, TooManyRequests after ten wrong codes
        within an hour.
        """
        self._count(holder, 1)
        item = self._world.work_items.item(BINDING_CODE, self._id(holder, code))
        now = self._world.clock.now()
        if item is not None and now >= item.due:
            self._world.work_items.discard(BINDING_CODE, item.id)  # also if the clock goes back
            item = None
        is_early = item is not None and now < item.body["made_at"] - CLOCK_SKEW
        if item is None or is_early or item.body.get("number", number_id.hex()) != number_id.hex():
            raise InvalidStatement(UNKNOWN)
        self._count(holder, -1)
        return item

    def use(self, item: WorkItem, number_id: bytes) -> None:
        """Spend a code on a patient number. Raises InvalidStatement if it was spent on another one meanwhile."""
        if item.state == USED:
            return
        spent = replace(item, state=USED, body={**item.body, "number": number_id.hex()})
        if self._world.work_items.file(spent) is None:
            raise InvalidStatement(UNKNOWN)

    def fulfil(self, item: WorkItem, binding_id: bytes) -> None:
        """Note which binding a spent code made: presented again, it stands for that one and makes no other."""
        if (spent := self._world.work_items.item(BINDING_CODE, item.id)) and "binding" not in spent.body:
            self._world.work_items.file(replace(spent, body={**spent.body, "binding": binding_id.hex()}))

    def forget(self) -> int:
        """Delete codes that have ended; returns how many."""
        now, items = self._world.clock.now(), self._world.work_items
        old = [*items.due(BINDING_CODE, LIVE, now), *items.due(BINDING_CODE, USED, now)]
        for item in old:
            items.discard(BINDING_CODE, item.id)
        return len(old)

    def nonce(self, holder: str) -> tuple[str, int]:
        """A nonce of the holder, and when it ends. Nothing is stored until it is used."""
        ends = self._world.clock.now() + SECONDS
        body = ends.to_bytes(TIME_SIZE, "big") + secrets.token_bytes(NONCE_SIZE)
        return (body + self._mac(holder, body)).hex(), ends

    @staticmethod
    def text(name: str, holder: str, nonce: str) -> str:
        """What a person signs by EIP-191, or a passkey over its digest."""
        return f"I am a patient of {name} ({holder}). It may bind its patient number to my account.\n\nNonce: {nonce}"

    def check_signed(self, name: str, holder: str, nonce: str, signer: bytes, signature: bytes) -> None:
        """Raise SignatureInvalid unless the nonce is the holder's, valid now, and signed by the signer."""
        digest = personal_digest(self.text(name, holder, nonce))
        now = self._world.clock.now()
        if not now < self._ends(holder, nonce) <= now + SECONDS + CLOCK_SKEW:
            raise SignatureInvalid("the nonce is not yours or too old; show a new one")
        self._world.signers.verify(signer, digest, signature)

    def spend(self, holder: str, nonce: str) -> None:
        """Spend a nonce. Raises SignatureInvalid if it was used."""
        if not self._world.sessions.spend(nonce, self._ends(holder, nonce), self._world.clock.now()):
            raise SignatureInvalid("the nonce was used; show a new one")

    def _id(self, holder: str, code: str) -> bytes:
        plain = code.upper().translate(MISREAD)
        return hmac.digest(self._world.gateway.derive("binding codes"), f"{holder}\n{plain}".encode(), sha256)

    def _mac(self, holder: str, body: bytes) -> bytes:
        key = self._world.gateway.derive("binding nonces")
        return hmac.digest(key, holder.encode() + b"\n" + body, sha256)[:MAC_SIZE]

    def _ends(self, holder: str, nonce: str) -> int:
        """When a nonce of the holder ends; 0 for any other text."""
        try:
            raw = bytes.fromhex(nonce)
        except ValueError:
            return 0
        body, mac = raw[:-MAC_SIZE], raw[-MAC_SIZE:]
        is_ours = len(body) == TIME_SIZE + NONCE_SIZE and hmac.compare_digest(mac, self._mac(holder, body))
        return int.from_bytes(body[:TIME_SIZE], "big") if is_ours else 0

    def _count(self, holder: str, more: int) -> None:
        """Count a try before the code is looked up, so that tries at once are bounded too; a right one is taken back.
        A clock that goes back opens no new window.
        """
        items, now, name = self._world.work_items, self._world.clock.now(), sha256(holder.encode()).digest()
        for _ in range(CHANGES):
            item = items.item(BINDING_TRIES, name) or WorkItem(BINDING_TRIES, name, party=holder)
            since, wrong = item.body.get("since", now), item.body.get("wrong", 0)
            if now >= since + WINDOW:
                since, wrong = now, 0
            if more > 0 and wrong >= WRONG_CODES:
                raise TooManyRequests(f"{WRONG_CODES} codes were wrong within an hour; wait, or let the person sign")
            if items.file(replace(item, body={"since": since, "wrong": max(0, wrong + more)})):
                return
        raise TooManyRequests("too many codes at the same time; try again")
