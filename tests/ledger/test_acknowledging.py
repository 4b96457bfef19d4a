"""A reader countersigns the receipt of what they opened: only the reader, only for a release, and without the data
subject's name.
"""

from dataclasses import replace

import pytest

from mydata_ledger.ledger.errors import AccessDenied, InvalidStatement, NotFound, SignatureInvalid, WrongChain
from mydata_ledger.ledger.receipt import ACCESS
from mydata_ledger.ledger.typed_data import Domain
from testing.ledger_fixture import LAB, LedgerFixture, wallet


@pytest.fixture
def ledger():
    ledger_state = LedgerFixture()
    ledger_state.consents(ledger_state.trial, LAB)
    ledger_state.record = ledger_state.issued(LAB)
    ledger_state.anchor()
    return ledger_state


@pytest.fixture
def receipt(ledger):
    """The receipt of a release to the trial."""
    return ledger.reads(ledger.trial, ledger.record).receipt


def signed(ledger, acknowledgement, by=None):
    return ledger.sign(by or ledger.trial, acknowledgement)


def test_the_acknowledgement_is_logged_beside_the_receipt(ledger, receipt):
    draft = ledger.kernel.records.acknowledgements.draft(ledger.trial.address, receipt.position)
    logged = ledger.kernel.records.acknowledgements.accept(draft.statement, signed(ledger, draft.statement))
    assert (logged.signed.log, logged.position) == (ACCESS, receipt.position + 1)
    assert logged.signed.statement.receipt == receipt.signed.entry.entry
    assert ledger.kernel.records.acknowledgements.position_of(receipt.signed.entry.entry) == logged.position


def test_i10_the_same_acknowledgement_again_changes_nothing(ledger, receipt):
    made = ledger.kernel.records.acknowledgements.draft(ledger.trial.address, receipt.position).statement
    first = ledger.kernel.records.acknowledgements.accept(made, signed(ledger, made))
    assert ledger.kernel.records.acknowledgements.accept(made, signed(ledger, made)) == first
    ledger.clock.passes(60)
    later = ledger.kernel.records.acknowledgements.draft(ledger.trial.address, receipt.position).statement
    ledger.kernel.records.acknowledgements.accept(later, signed(ledger, later))
    assert ledger.kernel.records.acknowledgements.position_of(receipt.signed.entry.entry) == first.position


def test_it_does_not_name_the_data_subject(ledger, receipt):
    made = ledger.kernel.records.acknowledgements.draft(ledger.trial.address, receipt.position)
    assert ledger.ann.signer.hex() not in str(made.typed).lower()


def test_nobody_else_draws_one_up(ledger, receipt):
    for other in (ledger.insurer.address, ledger.ann.address):
        with pytest.raises(NotFound):
            ledger.kernel.records.acknowledgements.draft(other, receipt.position)
    with pytest.raises(NotFound):
        ledger.kernel.records.acknowledgements.draft(ledger.trial.address, receipt.position + 9)


def test_a_refusal_released_nothing_to_acknowledge(ledger, receipt):
    with pytest.raises(AccessDenied) as refused:
        ledger.reads(ledger.insurer, ledger.record)
    with pytest.raises(NotFound):
        ledger.kernel.records.acknowledgements.draft(ledger.insurer.address, refused.value.position)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"reader": wallet(4).address}, SignatureInvalid),
        ({"record_id": b"\7" * 32}, NotFound),
        ({"receipt": b"\7" * 32}, NotFound),
        ({"opened_at": 0}, InvalidStatement),
        ({"opened_at": 2**40}, InvalidStatement),
    ],
)
def test_what_is_not_so_is_not_logged(ledger, receipt, change, error):
    made = replace(
        ledger.kernel.records.acknowledgements.draft(ledger.trial.address, receipt.position).statement, **change
    )
    before = ledger.store.log.head(ACCESS)
    with pytest.raises(error):
        ledger.kernel.records.acknowledgements.accept(made, signed(ledger, made))
    assert ledger.store.log.head(ACCESS) == before


def test_another_s_signature_or_chain_is_refused(ledger, receipt):
    made = ledger.kernel.records.acknowledgements.draft(ledger.trial.address, receipt.position).statement
    with pytest.raises(SignatureInvalid):
        ledger.kernel.records.acknowledgements.accept(made, signed(ledger, made, by=ledger.insurer))
    with pytest.raises(WrongChain):
        ledger.kernel.records.acknowledgements.accept(made, signed(ledger, made), Domain(1, wallet(9).address))
