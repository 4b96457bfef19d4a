"""Questions about a category include records of the categories below it; permits and forbids of narrow categories."""

import pytest

from mydata_ledger.ledger.access import Reason
from mydata_ledger.ledger.consent import NEVER, Effect, Grant
from mydata_ledger.ledger.vocabulary import Catalog, Term, Vocabulary
from testing.ledger_fixture import PURPOSES, LedgerFixture

LAB, SPECIMEN, VALUE = "health.lab", "health.lab.specimen", "health.lab.value"
WORDS = Vocabulary(
    [
        Catalog(
            "test",
            {name: Term(name, name) for name in (LAB, SPECIMEN, VALUE, "health.vitals")},
            {code: Term(code, code, above) for code, above in PURPOSES.items()},
        )
    ]
)


@pytest.fixture
def ledger():
    made = LedgerFixture(vocabulary=WORDS)
    made.records = {category: made.issued(category) for category in (LAB, SPECIMEN, VALUE, "health.vitals")}
    return made


def asked_about(ledger, record, category):
    """The reason of the decision, and the category that the receipt names."""
    request = ledger.asks(ledger.trial, ledger.records[record], category)
    decision, receipt = ledger.kernel.decisions.evaluation.ask(request)
    return decision.reason, receipt.signed.statement.category


def consents(ledger, *grants):
    ledger.says(ledger.trial.address, grants)
    ledger.anchor()


def forbid(category):
    return Grant(Effect.FORBID, (category,), ("*",), ("view",), 0, NEVER)


def found(ledger, category):
    records = ledger.kernel.decisions.search.find(ledger.trial.address, category, "hl7:CLINTRCH", "view")
    return {record.issue.category for record in records}


def test_a_question_about_a_category_includes_what_lies_below_it_and_the_receipt_names_the_records_own(ledger):
    consents(ledger, ledger.grant(LAB))
    for record in (LAB, SPECIMEN, VALUE):
        assert asked_about(ledger, record, LAB) == (Reason.CONSENTED, record)
    assert asked_about(ledger, LAB, SPECIMEN) == (Reason.WRONG_CATEGORY, SPECIMEN)
    assert asked_about(ledger, VALUE, SPECIMEN) == (Reason.WRONG_CATEGORY, SPECIMEN)
    assert found(ledger, LAB) == {LAB, SPECIMEN, VALUE}
    assert found(ledger, SPECIMEN) == {SPECIMEN}


def test_a_permit_of_a_narrow_category_reaches_no_record_of_the_wider_one(ledger):
    consents(ledger, ledger.grant(SPECIMEN))
    assert asked_about(ledger, SPECIMEN, LAB) == (Reason.CONSENTED, SPECIMEN)
    assert {asked_about(ledger, record, LAB)[0] for record in (LAB, VALUE)} == {Reason.NO_CONSENT}
    assert found(ledger, LAB) == {SPECIMEN}


def test_a_forbid_of_a_narrow_category_reaches_records_of_the_wider_one_but_not_those_beside_it(ledger):
    consents(ledger, ledger.grant(LAB), forbid(SPECIMEN))
    assert {asked_about(ledger, record, LAB)[0] for record in (LAB, SPECIMEN)} == {Reason.REFUSED}
    assert asked_about(ledger, VALUE, LAB) == (Reason.CONSENTED, VALUE)
    assert found(ledger, LAB) == {VALUE}
