"""A reader countersigns the receipt of what they opened: only they, only what was released, and it tells on nobody."""

from dataclasses import replace

import pytest

from mydata_ledger.ledger.errors import AccessDenied, InvalidStatement, NotFound, SignatureInvalid, WrongChain
from mydata_ledger.ledger.receipt import ACCESS
from mydata_ledger.ledger.typed_data import Domain
from testing.ledger_fixture import LAB, LedgerFixture, wallet


@pytest.fixture
def house():
    made = LedgerFixture()
    made.consents(made.trial, LAB)
    made.record = made.issued(LAB)
    made.anchor()
    return made


@pytest.fixture
def receipt(house):
    """The receipt of a release to the trial."""
    return house.reads(house.trial, house.record).receipt


def signed(house, made, by=None):
    return house.sign(by or house.trial, made)


def test_the_reader_s_word_lies_beside_the_gateway_s(house, receipt):
    draft = house.kernel.records.acknowledgements.draft(house.trial.address, receipt.position)
    logged = house.kernel.records.acknowledgements.accept(draft.statement, signed(house, draft.statement))
    assert (logged.signed.log, logged.position) == (ACCESS, receipt.position + 1)
    assert logged.signed.statement.receipt == receipt.signed.entry.entry
    assert house.kernel.records.acknowledgements.position_of(receipt.signed.entry.entry) == logged.position


def test_i10_the_same_word_again_changes_nothing(house, receipt):
    made = house.kernel.records.acknowledgements.draft(house.trial.address, receipt.position).statement
    first = house.kernel.records.acknowledgements.accept(made, signed(house, made))
    assert house.kernel.records.acknowledgements.accept(made, signed(house, made)) == first
    house.clock.passes(60)
    later = house.kernel.records.acknowledgements.draft(house.trial.address, receipt.position).statement
    house.kernel.records.acknowledgements.accept(later, signed(house, later))
    assert house.kernel.records.acknowledgements.position_of(receipt.signed.entry.entry) == first.position


def test_it_says_nothing_of_whom_it_is_about(house, receipt):
    made = house.kernel.records.acknowledgements.draft(house.trial.address, receipt.position)
    assert house.ann.signer.hex() not in str(made.typed).lower()


def test_nobody_else_draws_one_up(house, receipt):
    for other in (house.insurer.address, house.ann.address):
        with pytest.raises(NotFound):
            house.kernel.records.acknowledgements.draft(other, receipt.position)
    with pytest.raises(NotFound):
        house.kernel.records.acknowledgements.draft(house.trial.address, receipt.position + 9)


def test_a_refusal_released_nothing_to_acknowledge(house, receipt):
    with pytest.raises(AccessDenied) as refused:
        house.reads(house.insurer, house.record)
    with pytest.raises(NotFound):
        house.kernel.records.acknowledgements.draft(house.insurer.address, refused.value.position)


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
def test_what_is_not_so_is_not_logged(house, receipt, change, error):
    made = replace(
        house.kernel.records.acknowledgements.draft(house.trial.address, receipt.position).statement, **change
    )
    before = house.store.log.head(ACCESS)
    with pytest.raises(error):
        house.kernel.records.acknowledgements.accept(made, signed(house, made))
    assert house.store.log.head(ACCESS) == before


def test_another_s_signature_or_chain_is_refused(house, receipt):
    made = house.kernel.records.acknowledgements.draft(house.trial.address, receipt.position).statement
    with pytest.raises(SignatureInvalid):
        house.kernel.records.acknowledgements.accept(made, signed(house, made, by=house.insurer))
    with pytest.raises(WrongChain):
        house.kernel.records.acknowledgements.accept(made, signed(house, made), Domain(1, wallet(9).address))
