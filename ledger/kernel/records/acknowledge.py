"""acknowledge: who opened what a receipt released says so, signed; their word lies in the log of the gateway's."""

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
    """Only the requester of a release can acknowledge it; the data subject sees it beside the receipt."""

    def __init__(self, world: World, statements: StatementSigning) -> None:
        self._world, self._statements = world, statements

    def draft(self, reader: str, position: int, language: str = ENGLISH) -> Draft:
        """What the reader signs, as of now. Raises NotFound unless the receipt at the position released to them."""
        logged = self._world.log.statement_at(ACCESS, position)
        said = self._released(logged, reader)
        if logged is None or said is None:
            raise NotFound
        entry, now = logged.signed.entry.entry, self._world.clock.now()
        made = Acknowledgement(reader, said.record_id, entry, now)
        return self._statements.draft(made, (self._statements.words(language).acknowledgement(position),))

    def accept(self, made: Acknowledgement, signature: bytes, claimed: Domain | None = None) -> LoggedStatement:
        """Log the reader's signed word. Handing in the same again changes nothing.

        Raises WrongChain, SignatureInvalid, NotFound for a receipt that released nothing to that reader,
        InvalidStatement when it was signed too long ago, in the future, or before the receipt.
        """
        self._statements.check_domain(Acknowledgement, claimed)
        signed = self._statements.seal(made, bytes.fromhex(made.reader[2:]), signature)
        said = self._released(self._world.log.find(ACCESS, made.receipt), made.reader)
        if said is None or said.record_id != made.record_id:
            raise NotFound
        now = self._world.clock.now()
        earliest = max(said.decided_at - CLOCK_SKEW, now - SIGNED_WITHIN)
        if not earliest <= made.opened_at <= now + CLOCK_SKEW:
            raise InvalidStatement("it was signed too long ago, in the future or too early; ask for a new draft")
        logged = self._world.log.append([signed], now)[0]
        self._note(made.receipt, logged.position)
        return logged

    def position_of(self, receipt: bytes) -> int | None:
        """Where the first acknowledgement of a receipt lies, given the receipt's entry; None while there is none."""
        paper = self._world.work_items.item(ACKNOWLEDGED, receipt)
        return paper.body["position"] if paper else None

    def _note(self, receipt: bytes, position: int) -> None:
        """Beside the log, since a reader may not know whom the receipt is about, and the log is read by person."""
        if self.position_of(receipt) is None:
            self._world.work_items.file(WorkItem(ACKNOWLEDGED, receipt, body={"position": position}))

    @staticmethod
    def _released(logged: LoggedStatement | None, reader: str) -> AccessReceipt | None:
        """The receipt, if a key left by it to that reader."""
        said = logged.signed.statement if logged else None
        if isinstance(said, AccessReceipt) and said.requester == reader and said.releases(said.record_id):
            return said
        return None
