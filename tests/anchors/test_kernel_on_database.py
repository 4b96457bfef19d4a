"""The kernel over the database instead of the store in memory: equal answers, also after a restart."""

import pytest

from mydata_ledger.anchors.memory import MemoryKeys
from mydata_ledger.ledger.errors import AccessDenied, StaleConsent
from mydata_ledger.ledger.kernel import ports_of
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS
from testing.ledger_fixture import LAB, NOTICE, LedgerFixture
from testing.stores import open_store


class DatabaseLedgerFixture(LedgerFixture):
    """A ledger whose store is kept over restarts."""

    def __init__(self, database):
        super().__init__()
        self.database = database
        self.open_store()

    def open_store(self):
        self.store = open_store(self.database)
        self.store.directory.set_parties(self.directory)
        self.store.directory.publish(NOTICE)
        self.rebuild(**ports_of(self.store))
        self.anchor()

    def restart(self):
        self.store.dispose()
        self.open_store()


@pytest.fixture
def world(database):
    made = DatabaseLedgerFixture(database)
    made.rebuild(keys=MemoryKeys(made.store.log))
    yield made
    made.store.dispose()


def test_a_consent_from_draft_to_withdrawal(world):
    record = world.issued(LAB)
    with pytest.raises(AccessDenied):
        world.reads(world.trial, record)
    world.consents(world.trial, "health.lab")
    assert not world.permits(world.trial, record)
    world.anchor()
    assert world.reads(world.trial, record).receipt.position == 2
    assert not world.permits(world.insurer, record)
    world.withdraws(world.trial)
    assert not world.permits(world.trial, record)
    assert world.store.log.head(ACCESS).size == 5


def test_i9_answers_are_the_same_after_a_restart(world):
    record = world.issued(LAB)
    world.consents(world.trial, "health.lab")
    world.anchor()
    before = [world.permits(who, record) for who in (world.trial, world.insurer)]
    world.restart()
    assert [world.permits(who, record) for who in (world.trial, world.insurer)] == before == [True, False]
    world.withdraws(world.trial)
    world.restart()
    assert not world.permits(world.trial, record)


def test_terms_of_use_are_counted_over_restarts(world):
    record = world.issued(LAB)
    world.consents(world.trial, "health.lab", conditions=("max-uses:2",))
    world.anchor()
    assert world.permits(world.trial, record)
    world.restart()
    assert world.permits(world.trial, record)
    world.restart()
    assert not world.permits(world.trial, record)


def test_a_search_finds_what_single_questions_permit(world):
    mine = [world.issued(LAB) for _ in range(3)]
    world.consents(world.trial, "health.lab", records=tuple(mine[:2]))
    world.anchor()
    question = (LAB, "hl7:CLINTRCH", "view")
    found = [record.issue.record_id for record in world.kernel.decisions.search.find(world.trial.address, *question)]
    assert found == mine[:2] == [record for record in mine if world.permits(world.trial, record)]


def test_an_emergency_and_its_receipt_reach_the_person(world):
    record = world.issued(LAB)
    incident = world.declares(world.responder)
    world.reads(world.responder, record, LAB, "hl7:BTG", incident)
    kinds = [type(each.signed.statement).__name__ for each in world.store.index.receipts_of(world.ann.signer, -1, 9)]
    assert kinds == ["Incident", "AccessReceipt"]


def test_an_old_version_is_stale_here_too(world):
    draft, signature = world.signed_consent(world.trial, "health")
    world.kernel.consents.acceptance.accept(draft.statement, signature)
    world.consents(world.trial, "health.lab")
    with pytest.raises(StaleConsent):
        world.kernel.consents.acceptance.accept(draft.statement, signature)
    assert world.store.log.head(CONSENTS).size == 2
