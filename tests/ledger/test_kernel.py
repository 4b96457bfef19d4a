"""The operations of the kernel over in-memory ports, for a person, a holder and a requester."""

from dataclasses import replace

import pytest

from mydata_ledger.ledger import envelope, typed_data
from mydata_ledger.ledger.access import Finding, Reason
from mydata_ledger.ledger.commitment.entry import lock_of
from mydata_ledger.ledger.consent import ACTIONS, NEVER, Consent, Effect, Grant
from mydata_ledger.ledger.errors import (
    AccessDenied,
    ChainBehind,
    InvalidStatement,
    NotEntitled,
    NotFound,
    SignatureInvalid,
    StaleConsent,
    WrongChain,
)
from mydata_ledger.ledger.kernel import GrantRequest
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, verify_logged
from mydata_ledger.ledger.typed_data import Domain
from testing.ledger_fixture import LAB, VITALS, LedgerFixture, wallet


@pytest.fixture
def world():
    return LedgerFixture()


def test_i1_a_refused_question_leaves_its_receipt_before_the_refusal(world):
    record = world.issued(LAB)
    with pytest.raises(AccessDenied) as refusal:
        world.reads(world.trial, record)
    receipt = world.store.log.statement_at(ACCESS, refusal.value.position).signed.statement
    assert (receipt.permitted, receipt.reason) == (False, "no_consent")
    assert receipt.data_subject == world.ann.signer


def test_a_consented_record_opens_for_the_one_it_was_released_to(world):
    record = world.issued(LAB, content=b'{"resourceType":"Observation","valueQuantity":{"value":1.10}}')
    world.consents(world.trial, "health.lab")
    world.anchor()
    release = world.reads(world.trial, record)
    key = envelope.unwrap(release.wrapped_key, world.reader_keys[world.trial.address], record)
    opened = envelope.open_sealed(release.sealed, key, record)
    assert opened.content == b'{"resourceType":"Observation","valueQuantity":{"value":1.10}}'
    assert release.receipt.signed.statement.consents == (world.newest(world.trial).signed.entry.entry,)


def test_a_grant_permits_only_once_it_is_on_chain(world):
    record = world.issued(LAB)
    world.consents(world.trial, "health.lab")
    with pytest.raises(AccessDenied):
        world.reads(world.trial, record)
    world.anchor()
    world.reads(world.trial, record)


def test_i3_a_withdrawal_denies_before_any_block(world):
    record = world.issued(LAB)
    world.consents(world.trial, "health.lab")
    world.anchor()
    world.reads(world.trial, record)
    world.withdraws(world.trial)
    with pytest.raises(AccessDenied):
        world.reads(world.trial, record)


def test_narrowing_takes_effect_at_once(world):
    lab, vitals = world.issued(LAB), world.issued(VITALS)
    world.consents(world.trial, "health")
    world.anchor()
    world.reads(world.trial, vitals, VITALS)
    world.consents(world.trial, "health.lab")
    with pytest.raises(AccessDenied):
        world.reads(world.trial, vitals, VITALS)
    world.anchor()
    world.reads(world.trial, lab)
    with pytest.raises(AccessDenied):
        world.reads(world.trial, vitals, VITALS)


def test_i10_a_consent_submitted_again_is_the_same_entry(world):
    draft, signature = world.signed_consent(world.trial, "health.lab")
    first = world.kernel.consents.acceptance.accept(draft.statement, signature)
    assert world.kernel.consents.acceptance.accept(draft.statement, signature) == first
    assert world.store.log.head(CONSENTS).size == 1


def test_an_old_version_cannot_be_replayed(world):
    draft, signature = world.signed_consent(world.trial, "health")
    world.kernel.consents.acceptance.accept(draft.statement, signature)
    world.consents(world.trial, "health.lab")
    with pytest.raises(StaleConsent):
        world.kernel.consents.acceptance.accept(draft.statement, signature)


def test_a_withdrawn_consent_cannot_be_replayed_but_a_new_one_can_follow(world):
    draft, signature = world.signed_consent(world.trial, "health")
    world.kernel.consents.acceptance.accept(draft.statement, signature)
    world.withdraws(world.trial)
    with pytest.raises(StaleConsent):
        world.kernel.consents.acceptance.accept(draft.statement, signature)
    assert world.consents(world.trial, "health").signed.statement.version == 3


def test_consents_to_different_grantees_land_in_either_order(world):
    one, two = world.signed_consent(world.trial, "health"), world.signed_consent(world.insurer, "health.lab")
    world.kernel.consents.acceptance.accept(two[0].statement, two[1])
    world.kernel.consents.acceptance.accept(one[0].statement, one[1])


@pytest.mark.parametrize(
    "change",
    [{"version": 2}, {"grantee_name": "Somebody"}, {"notice_language": "ko"}, {"signed_at": 1}, {"lock": bytes(32)}],
)
def test_changing_any_field_after_signing_is_refused(world, change):
    draft, signature = world.signed_consent(world.trial, "health.lab")
    with pytest.raises(SignatureInvalid):
        world.kernel.consents.acceptance.accept(replace(draft.statement, **change), signature)
    assert world.store.log.head(CONSENTS).size == 0


def test_a_consent_for_another_chain_is_refused_by_name(world):
    draft, _ = world.signed_consent(world.trial, "health.lab")
    there = Domain(1, world.kernel.statements.domain(draft.statement).contract)
    signature = world.ann.sign(typed_data.digest(draft.statement, there))
    with pytest.raises(WrongChain, match=r"chain 1 .*new draft"):
        world.kernel.consents.acceptance.accept(draft.statement, signature, there)
    with pytest.raises(SignatureInvalid):
        world.kernel.consents.acceptance.accept(draft.statement, signature)


def test_nobody_signs_for_somebody_else(world):
    draft, _ = world.signed_consent(world.trial, "health.lab")
    eve = wallet(66)
    forged = replace(draft.statement, signer=eve.signer)
    with pytest.raises(NotEntitled):
        world.kernel.consents.acceptance.accept(forged, world.sign(eve, forged))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"notice_hash": b"\1" * 32}, "not a published one"),
        ({"notice_language": "ko"}, "not a published one"),
        ({"grantee_name": "Good Friends"}, "not the accredited one"),
        ({"signed_at": 5}, "too long ago"),
        ({"grants": ()}, "1 to 64"),
    ],
)
def test_a_statement_that_shows_what_is_not_is_refused(world, change, says):
    draft, _ = world.signed_consent(world.trial, "health.lab")
    wrong = replace(draft.statement, **change)
    with pytest.raises(InvalidStatement, match=says):
        world.kernel.consents.acceptance.accept(wrong, world.sign(world.ann, wrong))


def test_a_notice_that_was_replaced_needs_reconsent(world):
    record = world.issued(LAB)
    world.consents(world.trial, "health.lab")
    world.anchor()
    world.outdate_notice()
    request = world.kernel.decisions.evaluation.request(world.trial.address, record, LAB, "hl7:CLINTRCH", "view")
    assert world.kernel.decisions.evaluation.ask(request)[0].reason is Reason.NEEDS_RECONSENT


def test_a_withdrawal_opens_the_lock_or_states_that_the_secret_is_lost(world):
    world.consents(world.trial, "health.lab")
    draft = world.kernel.consents.drafts.revocation(world.ann.signer, world.trial.address, b"\1" * 32)
    with pytest.raises(InvalidStatement, match="does not open"):
        world.kernel.consents.revocations.accept(draft.statement, world.sign(world.ann, draft.statement))
    lost = world.kernel.consents.drafts.revocation(world.ann.signer, world.trial.address)
    world.kernel.consents.revocations.accept(lost.statement, world.sign(world.ann, lost.statement))


def test_i10_a_consent_in_another_form_of_its_signature_is_the_same_entry(world):
    draft, signature = world.signed_consent(world.trial, LAB)
    other_form = signature[:64] + bytes([signature[64] % 27])
    acceptance = world.kernel.consents.acceptance
    assert other_form != signature
    first = acceptance.accept(draft.statement, signature)
    assert acceptance.accept(draft.statement, other_form) == first
    assert world.store.log.head(CONSENTS).size == 1


def test_there_is_nothing_to_withdraw_twice(world):
    world.consents(world.trial, "health.lab")
    world.withdraws(world.trial)
    with pytest.raises(NotFound):
        world.kernel.consents.drafts.revocation(world.ann.signer, world.trial.address)


def test_a_withdrawal_submitted_again_is_the_same_entry(world):
    world.consents(world.trial, "health.lab")
    draft = world.kernel.consents.drafts.revocation(world.ann.signer, world.trial.address, world.secret(world.trial))
    signature = world.sign(world.ann, draft.statement)
    assert world.kernel.consents.revocations.accept(
        draft.statement, signature
    ) == world.kernel.consents.revocations.accept(draft.statement, signature)


def test_i8_a_silent_chain_is_unknown_and_neither_yes_nor_no(world):
    record = world.issued(LAB)
    world.consents(world.trial, "health.lab")
    world.anchor()
    world.clock.passes(world.world.bounds.chain_silence + 1)
    with pytest.raises(ChainBehind, match="unknown"):
        world.reads(world.trial, record)
    world.withdraws(world.trial)


def test_i6_a_search_finds_exactly_what_single_questions_permit(world):
    records = {world.issued(category): category for category in (LAB, LAB, VITALS)}
    world.consents(world.trial, "health.lab", records=(next(iter(records)),))
    world.anchor()
    for category in (LAB, VITALS):
        found = world.kernel.decisions.search.find(world.trial.address, category, "hl7:CLINTRCH", "view")
        single = [r for r, c in records.items() if c == category and world.permits(world.trial, r, category)]
        assert [r.issue.record_id for r in found] == single


def test_a_search_leaves_a_receipt(world):
    before = world.store.log.head(ACCESS).size
    world.kernel.decisions.search.find(world.trial.address, LAB, "hl7:CLINTRCH", "view")
    assert world.store.log.head(ACCESS).size == before + 1


def test_once_means_each_record_once(world):
    one, two = world.issued(LAB), world.issued(LAB)
    world.consents(world.trial, "health.lab", conditions=("once",))
    world.anchor()
    world.reads(world.trial, one)
    world.reads(world.trial, two)
    with pytest.raises(AccessDenied):
        world.reads(world.trial, one)


def test_i2_break_glass_needs_an_open_incident_of_an_accredited_responder(world):
    record = world.issued(LAB)
    with pytest.raises(AccessDenied):
        world.reads(world.responder, record, purpose="hl7:BTG")
    incident = world.declares(world.responder)
    release = world.reads(world.responder, record, purpose="hl7:BTG", incident=incident)
    assert release.receipt.signed.statement.reason == "broke_glass"
    with pytest.raises(AccessDenied):
        world.reads(world.trial, record, purpose="hl7:BTG", incident=incident)
    world.clock.passes(3_601)
    world.anchor()
    with pytest.raises(AccessDenied):
        world.reads(world.responder, record, purpose="hl7:BTG", incident=incident)


def test_a_declared_incident_asks_to_be_anchored_at_once(world):
    before = world.hurried
    world.declares(world.responder)
    assert world.hurried == before + 1


def test_a_person_may_forbid_even_the_emergency(world):
    record = world.issued(LAB)
    world.says("*", [Grant(Effect.FORBID, ("health",), ("hl7:ETREAT",), ("view",), 0, NEVER)])
    incident = world.declares(world.responder)
    with pytest.raises(AccessDenied):
        world.reads(world.responder, record, purpose="hl7:BTG", incident=incident)


def test_only_a_responder_declares_an_incident(world):
    with pytest.raises(NotEntitled):
        world.declares(world.trial)
    with pytest.raises(InvalidStatement, match="number"):
        world.declares(world.responder, number=" ")


def test_a_person_reads_their_own_records(world):
    record = world.issued(LAB)
    key = envelope.generate_reader_key()
    request = world.kernel.decisions.evaluation.request(world.ann.address, record, LAB, "mydata:SELF_VIEW", "view")
    release = world.kernel.decisions.releases.access(request, key.public)
    assert envelope.unwrap(release.wrapped_key, key, record)
    with pytest.raises(InvalidStatement, match="reader_key"):
        world.kernel.decisions.releases.access(
            world.kernel.decisions.evaluation.request(world.ann.address, record, LAB, "mydata:SELF_VIEW", "view")
        )


def test_only_an_accredited_holder_issues(world):
    with pytest.raises(NotEntitled):
        world.drafts(world.trial, LAB)
    world.clock.passes(NEVER // 2**40)
    world.expire(world.hospital)
    with pytest.raises(NotEntitled):
        world.drafts(world.hospital, LAB)


def test_an_issue_that_was_not_drafted_is_refused(world):
    (draft,) = world.drafts(world.hospital, LAB)
    other = replace(draft.statement, commitment=b"\1" * 32)
    with pytest.raises(InvalidStatement, match="not the draft"):
        world.kernel.records.issues.accept([(other, world.sign(world.hospital, other))])


def test_an_issue_signed_by_somebody_else_is_refused_whole(world):
    (mine,), (forged,) = world.drafts(world.hospital, LAB), world.drafts(world.hospital, LAB)
    good = (mine.statement, world.sign(world.hospital, mine.statement))
    with pytest.raises(SignatureInvalid):
        world.kernel.records.issues.accept([good, (forged.statement, world.sign(world.trial, forged.statement))])
    assert world.store.index.records_of(world.ann.signer) == []


def test_a_computation_opens_only_what_may_be_computed(world):
    world.issued(LAB, content=b"5")
    world.consents(
        world.merchant, "health.lab", purposes=("hl7:HMARKT",), actions=("compute",), conditions=("aggregate-only:5",)
    )
    assert list(world.kernel.decisions.computation.records(world.merchant.address, [LAB], "hl7:HMARKT")) == []
    world.anchor()
    (found,) = world.kernel.decisions.computation.records(world.merchant.address, [LAB], "hl7:HMARKT")
    assert (found.content, found.least, found.data_subject) == (b"5", 5, world.ann.signer)
    assert list(world.kernel.decisions.computation.records(world.trial.address, [LAB], "hl7:HMARKT")) == []


@pytest.mark.parametrize("action", ["compute", "contact", "publish", "link"])
def test_who_may_compute_gets_no_row(world, action):
    record = world.issued(LAB)
    world.consents(world.merchant, "health.lab", purposes=("hl7:HMARKT",), actions=(action,))
    world.anchor()
    request = world.kernel.decisions.evaluation.request(world.merchant.address, record, LAB, "hl7:HMARKT", action)
    with pytest.raises(InvalidStatement, match="releases no record"):
        world.kernel.decisions.releases.access(request)


def test_a_proof_leads_from_the_statement_to_the_anchored_head(world):
    logged = world.consents(world.trial, "health.lab")
    assert world.kernel.records.proofs.prove(CONSENTS, logged.position).head is None
    world.anchor()
    proof = world.kernel.records.proofs.prove(CONSENTS, logged.position)
    typed_data.digest(proof.logged.signed.statement, proof.domain)
    verify_logged(proof.logged.signed.entry, proof.logged.position, proof.path, proof.head)
    with pytest.raises(NotFound):
        world.kernel.records.proofs.prove(CONSENTS, 99)


def test_the_lock_in_the_log_is_the_one_that_was_signed(world):
    logged = world.consents(world.trial, "health.lab")
    assert isinstance(logged.signed.statement, Consent)
    assert logged.signed.entry.lock == lock_of(world.secret(world.trial))


def test_findings_give_the_reason_why_each_consent_did_not_count(world):
    record = world.issued(LAB)
    world.consents(world.trial, "health.vitals")
    world.anchor()
    decision, _ = world.kernel.decisions.evaluation.ask(
        world.kernel.decisions.evaluation.request(world.trial.address, record, LAB, "hl7:CLINTRCH", "view")
    )
    assert [finding for _, finding in decision.findings] == [Finding.NO_MATCHING_POLICY]


def test_a_block_beats_everything_break_glass_included_and_ends_when_replaced(world):
    record = world.issued(LAB)
    world.consents(world.responder, LAB, purposes=("hl7:ETREAT",))
    world.anchor()
    incident = world.declares(world.responder)
    assert world.reads(world.responder, record, purpose="hl7:ETREAT", incident=incident)
    forbid = Grant(Effect.FORBID, ("*",), ("*",), tuple(sorted(ACTIONS)), 0, NEVER)
    world.says(world.responder.address, [forbid])
    requested = world.asks(world.responder, record, purpose="hl7:ETREAT", incident=incident)
    decision, _ = world.kernel.decisions.evaluation.ask(requested)
    assert (decision.permitted, decision.reason) == (False, Reason.BLOCKED)
    assert all(finding is Finding.BLOCKED for _, finding in decision.findings)
    draft = world.kernel.consents.drafts.revocation(world.ann.signer, world.responder.address)
    world.kernel.consents.revocations.accept(draft.statement, world.sign(world.ann, draft.statement))
    assert world.kernel.decisions.evaluation.ask(requested)[0].reason is Reason.BROKE_GLASS


def test_a_forbid_of_less_than_everything_is_no_block(world):
    forbid = Grant(Effect.FORBID, ("*",), ("*",), tuple(sorted(ACTIONS)), 0, NEVER)
    assert forbid.forbids_all(5)
    for less in (
        {"categories": ("health",)},
        {"purposes": ("hl7:HMARKT",)},
        {"actions": ("view",)},
        {"records": (bytes(32),)},
        {"data_from": 1},
        {"expires": 5},
        {"not_before": 6},
        {"effect": Effect.PERMIT},
    ):
        assert not replace(forbid, **less).forbids_all(5)


def test_a_withdrawal_of_what_was_never_signed_is_of_nothing(world):
    world.consents(world.trial, "health.lab")
    draft = world.kernel.consents.drafts.revocation(world.ann.signer, world.trial.address)
    for entry in (bytes(32), b"\x09" * 32):
        message = replace(draft.statement, consent=entry)
        with pytest.raises((NotFound, StaleConsent)):
            world.kernel.consents.revocations.accept(message, world.sign(world.ann, message))
    assert not world.store.index.consents_of(world.ann.signer)[0].revoked


def test_a_draft_under_an_unknown_notice_is_of_nothing(world):
    wish = GrantRequest(world.ann.signer, world.trial.address, (world.grant(LAB),), b"\x09" * 32, bytes(32))
    with pytest.raises(NotFound):
        world.kernel.consents.drafts.consent(wish)
