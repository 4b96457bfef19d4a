"""Acknowledgements: a reader signs that they opened what a receipt released; the statement is logged in the log of the
gateway's receipts.
"""

from __future__ import annotations

from mydata_ledger.ledger.access import Acknowledgement
from mydata_ledger.ledger.conditions import CLOCK_SKEW, SIGNED_WITHIN
from mydata_ledger.ledger.errors import InvalidStatement, NotFound
from mydata_ledger.ledger.kernel.draft import Draft
from mydata_ledger.ledger.kernel.statement_signing import StatementSigning
from mydata_ledger.ledger.kernel.work_items import ACKNOWLEDGED
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.receipt import ACCESS, AccessReceipt, LoggedStatement
from mydata_ledger.ledger.typed_data import Domain
from mydata_ledger.ledger.wording import ENGLISH
from mydata_ledger.ledger.work_item import WorkItem


class Acknowledgements:
    """Only the requester of a release can acknowledge it; the data subject sees the acknowledgement beside the
    receipt.
    """

    def __init__(self, world: World, statements: StatementSigning) -> None:
        self._world, self._statements = world, statements

    def draft(self, reader: str, position: int, language: str = ENGLISH) -> Draft:
        """The acknowledgement as of now, for the reader to sign. Raises NotFound unless the receipt at the position
        released to them.
        """
        logged = self._world.log.statement_at(ACCESS, position)
        receipt = self._released(logged, reader)
        if logged is None or receipt is None:
            raise NotFound
        entry, now = logged.signed.entry.entry, self._world.clock.now()
        acknowledgement = Acknowledgement(reader, receipt.record_id, entry, now)
        return self._statements.draft(acknowledgement, (self._statements.words(language).acknowledgement(position),))

    def accept(
        self, acknowledgement: Acknowledgement, signature: bytes, claimed: Domain | None = None
    ) -> LoggedStatement:
        """Log the reader's signed acknowledgement. Submitting it again changes nothing.

        Raises WrongChain, SignatureInvalid, NotFound for a receipt that released nothing to that reader,
        InvalidStatement if it was signed too long ago, in the future, or before the receipt.
        """
        self._statements.check_domain(Acknowledgement, claimed)
        signed = self._statements.seal(acknowledgement, bytes.fromhex(acknowledgement.reader[2:]), signature)
        receipt = self._released(self._world.log.find(ACCESS, acknowledgement.receipt), acknowledgement.reader)
        if receipt is None or receipt.record_id != acknowledgement.record_id:
            raise NotFound
        now = self._world.clock.now()
        earliest = max(receipt.decided_at - CLOCK_SKEW, now - SIGNED_WITHIN)
        if not earliest <= acknowledgement.opened_at <= now + CLOCK_SKEW:
            raise InvalidStatement("it was signed too long ago, in the future or too early; ask for a new draft")
        logged = self._world.log.append([signed], now)[0]
        self._note(acknowledgement.receipt, logged.position)
        return logged

    def position_of(self, receipt: bytes) -> int | None:
        """The log position of the first acknowledgement of a receipt, given the receipt's entry; None if there
        is none.
        """
        item = self._world.work_items.item(ACKNOWLEDGED, receipt)
        return item.body["position"] if item else None

    def _note(self, receipt: bytes, position: int) -> None:
        """Store the position beside the log: a reader may not know the data subject of the receipt, and the log is
        indexed by person.
        """
        if self.position_of(receipt) is None:
            self._world.work_items.file(WorkItem(ACKNOWLEDGED, receipt, body={"position": position}))

    @staticmethod
    def _released(logged: LoggedStatement | None, reader: str) -> AccessReceipt | None:
        """The receipt, if it released a key to that reader."""
        receipt = logged.signed.statement if logged else None
        if isinstance(receipt, AccessReceipt) and receipt.requester == reader and receipt.releases(receipt.record_id):
            return receipt
        return None
