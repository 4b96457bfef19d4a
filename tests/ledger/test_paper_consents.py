"""Consent of a person without a device: what they signed on paper stands when two accredited witnesses confirm it."""

from dataclasses import replace

import pytest

from mydata_ledger.ledger import typed_data
from mydata_ledger.ledger.delegation import WITNESS
from mydata_ledger.ledger.errors import InvalidStatement, NotEntitled, NotFound, SignatureInvalid, StaleConsent
from mydata_ledger.ledger.kernel import DelegateAppointment, GrantRequest, WitnessedPaper
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.receipt import CONSENTS
from testing.ledger_fixture import LAB, NOTICE, NOW, VITALS, LedgerFixture, wallet
from testing.stores import open_store

NURSE, CLERK, EVE = wallet(80), wallet(81), wallet(82)


@pytest.fixture(params=["memory", "database"])
def world(request, tmp_path):
    world = LedgerFixture(store=open_store(f"sqlite:///{tmp_path}/ledger.db") if request.param == "database" else None)
    staff = [Party(w.address, n, frozenset({WITNESS}), b"", 0, 0) for w, n in ((NURSE, "The nurse"), (CLERK, "Clerk"))]
    world.store.directory.set_parties([*world.directory, *staff])
    return world


def scanned(world):
    record = world.issued(LAB, b'{"resourceType":"DocumentReference"}')
    world.anchor()
    return record


def drafted(world, *grants, signer=CLERK, grantee=None):
    whom = (grantee or world.trial).address
    wish = GrantRequest(world.ann.signer, whom, grants or (world.grant(LAB),), NOTICE.digest, bytes(32), signer.signer)
    return world.kernel.consents.drafts.consent(wish).statement


def witnessed(world, statement, scan, first=NURSE, second=CLERK, **wrong):
    word = replace(
        world.kernel.consents.paper.draft_witness_statement(statement, first.signer, scan).statement, **wrong
    )
    return WitnessedPaper(statement, world.sign(second, statement), word, world.sign(first, word))


def hands_in(world, statement, scan, **more):
    logged = world.kernel.consents.paper.accept(witnessed(world, statement, scan, **more), scan)
    world.anchor()
    return logged


def test_a_consent_on_paper_permits_and_is_marked_wherever_it_counts(world):
    record, scan = world.issued(LAB), scanned(world)
    entry = hands_in(world, drafted(world), scan).signed.entry.entry
    release = world.reads(world.trial, record)
    assert release.on_paper == (entry,)
    word = world.kernel.consents.paper_marks.witnessed_by(entry)
    assert (word.delegator, word.delegate) == (NURSE.signer, CLERK.signer)
    assert word.proof == world.store.index.record(scan).issue.commitment
    key = world.consents(world.insurer, LAB).signed.entry.entry
    assert world.kernel.consents.paper_marks.for_consents([entry, key]) == (entry,)


def test_both_signatures_are_logged_or_neither(world):
    scan, size = scanned(world), world.store.log.head(CONSENTS).size
    statement = drafted(world)
    forged = replace(witnessed(world, statement, scan), witness_signature=world.sign(EVE, statement))
    with pytest.raises(SignatureInvalid):
        world.kernel.consents.paper.accept(forged, scan)
    assert world.store.log.head(CONSENTS).size == size
    hands_in(world, statement, scan)
    kinds = [type(world.store.log.statement_at(CONSENTS, size + n).signed.statement).__name__ for n in range(2)]
    assert kinds == ["Delegation", "Consent"]


def test_i10_the_same_consent_on_paper_submitted_again_keeps_its_position(world):
    scan, statement = scanned(world), drafted(world)
    first = hands_in(world, statement, scan)
    assert hands_in(world, statement, scan) == first


def test_a_witness_statement_is_valid_for_one_statement_only(world):
    scan, statement = scanned(world), drafted(world)
    wider = replace(statement, grants=(world.grant("health"),))
    word = world.kernel.consents.paper.draft_witness_statement(statement, NURSE.signer, scan).statement
    swapped = WitnessedPaper(wider, world.sign(CLERK, wider), word, world.sign(NURSE, word))
    with pytest.raises(InvalidStatement, match="another statement"):
        world.kernel.consents.paper.accept(swapped, scan)
    hands_in(world, statement, scan)
    later = drafted(world, world.grant(VITALS))
    with pytest.raises(NotEntitled):
        world.kernel.consents.acceptance.accept(later, world.sign(CLERK, later))


@pytest.mark.parametrize("wrong", [{"expires": NOW + 99}, {"categories": ("health",)}, {"proof": bytes(32)},
                                   {"delegate_name": "Dr. X"}, {"lock": b"\1" * 32}])  # fmt: skip
def test_a_witness_statement_that_differs_from_its_draft_is_refused(world, wrong):
    scan, statement = scanned(world), drafted(world)
    with pytest.raises(InvalidStatement):
        hands_in(world, statement, scan, **wrong)


def test_witnesses_are_two_accredited_and_no_side_of_it(world):
    scan = scanned(world)
    for first, second in ((EVE, CLERK), (NURSE, EVE), (CLERK, CLERK)):
        statement = drafted(world, signer=second)
        with pytest.raises(NotEntitled):
            hands_in(world, statement, scan, first=first, second=second)
    trial = replace(world.directory[1], roles=frozenset({"trial", WITNESS}))
    staff = [p for p in world.store.directory.parties() if p.account != trial.account]
    world.store.directory.set_parties([*staff, trial])
    with pytest.raises(NotEntitled, match="the one it is given to"):
        hands_in(world, drafted(world), scan, first=world.trial)


def test_a_delegate_does_not_witness_for_the_person(world):
    scan = scanned(world)
    naming = DelegateAppointment(
        world.ann.signer, world.ann.signer, CLERK.signer, "Clerk", "carer", (LAB,), 0, NOW + 99
    )
    draft = world.kernel.consents.delegations.draft(naming)
    world.kernel.consents.delegations.accept(draft.statement, world.sign(world.ann, draft.statement))
    world.anchor()
    with pytest.raises(NotEntitled, match="witness"):
        hands_in(world, drafted(world), scan)


def test_the_scan_is_a_record_of_this_person(world):
    statement = drafted(world)
    with pytest.raises(NotFound):
        hands_in(world, statement, bytes(32))


def test_a_consent_on_paper_is_the_persons_own_and_a_revocation_on_paper_ends_it(world):
    record, scan = world.issued(LAB), scanned(world)
    entry = hands_in(world, drafted(world), scan).signed.entry.entry
    ben = wallet(83)
    naming = DelegateAppointment(
        world.ann.signer, world.ann.signer, ben.signer, "Ben", "carer", ("health",), 0, NOW + 99
    )
    office = world.kernel.consents.delegations.draft(naming)
    world.kernel.consents.delegations.accept(office.statement, world.sign(world.ann, office.statement))
    world.anchor()
    wider = drafted(world, world.grant("health"), signer=ben)
    with pytest.raises(NotEntitled, match="only narrow"):
        world.kernel.consents.acceptance.accept(wider, world.sign(ben, wider))
    world.clock.passes(1)
    end = world.kernel.consents.drafts.revocation(world.ann.signer, world.trial.address, signer=CLERK.signer).statement
    assert hands_in(world, end, scanned(world)).signed.statement.consent == entry
    assert not world.permits(world.trial, record)
    with pytest.raises(StaleConsent):
        hands_in(world, replace(end, version=9), scan)


def test_a_consent_on_paper_stands_as_long_as_its_witness_statement(world):
    """The window of the witness statement is the second of the signature: nothing that the clerk signs later rests on
    it.
    """
    scan, statement = scanned(world), drafted(world)
    hands_in(world, statement, scan)
    (state,) = world.store.index.delegations_of(world.ann.signer)
    assert (state.delegation.not_before, state.delegation.expires) == (statement.signed_at, statement.signed_at + 1)
    assert state.delegation.relation.endswith(
        typed_data.digest(statement, world.kernel.statements.domain(statement)).hex()
    )
    assert not state.entitles(CLERK.signer, NOW)
