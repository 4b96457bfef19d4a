"""Consents submitted in a batch: each is verified, checked and accepted as if it were submitted alone."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as some

from mydata_ledger.ledger import typed_data
from mydata_ledger.ledger.errors import (
    InvalidStatement,
    LedgerError,
    NotEntitled,
    SignatureInvalid,
    StaleConsent,
    UnknownTerm,
    WrongChain,
)
from mydata_ledger.ledger.kernel import DelegateAppointment, GrantRequest, SubmittedConsent
from mydata_ledger.ledger.receipt import CONSENTS
from mydata_ledger.ledger.typed_data import Domain
from testing.ledger_fixture import LAB, NOTICE, NOW, LedgerFixture, wallet
from testing.passkeys import Passkey
from testing.sizes import sized

PEOPLE = [wallet(number) for number in (20, 21, 22)]


def drafted(ledger, person, grantee=None, signer=None, category=LAB):
    account = (grantee or ledger.trial).address
    terms = GrantRequest(
        person.signer, account, (ledger.grant(category),), NOTICE.digest, bytes(32), (signer or person).signer
    )
    return ledger.kernel.consents.drafts.consent(terms).statement


def submitted(ledger, consent, signer, claimed=None):
    return SubmittedConsent(consent, ledger.sign(signer, consent), claimed)


def good(ledger, person):
    return submitted(ledger, drafted(ledger, person), person)


def forged(ledger, person):
    return submitted(ledger, drafted(ledger, person), ledger.insurer)


def elsewhere(ledger, person):
    return submitted(ledger, drafted(ledger, person), person, Domain(1, wallet(98).address))


def unknown_notice(ledger, person):
    return submitted(ledger, replace(drafted(ledger, person), notice_hash=b"\1" * 32), person)


def unknown_term(ledger, person):
    (grant,) = drafted(ledger, person).grants
    return submitted(ledger, replace(drafted(ledger, person), grants=(replace(grant, categories=("wealth",)),)), person)


def misnamed(ledger, person):
    return submitted(ledger, replace(drafted(ledger, person), grantee_name="Somebody else"), person)


def old(ledger, person):
    return submitted(ledger, replace(drafted(ledger, person), signed_at=NOW - 9_000), person)


def skipped(ledger, person):
    consent = drafted(ledger, person)
    return submitted(ledger, replace(consent, version=consent.version + 1), person)


def by_a_stranger(ledger, person):
    return submitted(ledger, drafted(ledger, person, signer=ledger.insurer), ledger.insurer)


def to_the_insurer(ledger, person):
    return submitted(ledger, drafted(ledger, person, ledger.insurer), person)


def narrower(ledger, person):
    return submitted(ledger, replace(drafted(ledger, person), signed_at=NOW - 1), person)


KINDS = [good, forged, elsewhere, unknown_notice, unknown_term, misnamed, old, skipped, by_a_stranger]
KINDS += [to_the_insurer, narrower]


def submit_batch(ledger, group):
    return ledger.kernel.consents.acceptance.submit_soon(group).result()


def submit_singly(ledger, group):
    outcomes = []
    for consent in group:
        try:
            outcomes.append(ledger.kernel.consents.acceptance.submit(consent))
        except LedgerError as error:
            outcomes.append(error)
    return outcomes


def comparable(outcomes):
    return [
        (type(outcome), str(outcome)) if isinstance(outcome, LedgerError) else (outcome.logged.position, outcome.is_new)
        for outcome in outcomes
    ]


def test_bad_ones_among_good_fail_alone_each_for_its_own_reason():
    ledger = LedgerFixture()
    group = [kind(ledger, person) for kind in (good, forged, unknown_term) for person in PEOPLE[:1]]
    group += [elsewhere(ledger, PEOPLE[1]), good(ledger, PEOPLE[1]), by_a_stranger(ledger, PEOPLE[2])]
    outcomes = submit_batch(ledger, group)
    kinds = [type(one) if isinstance(one, LedgerError) else one.logged.position for one in outcomes]
    assert kinds == [0, SignatureInvalid, StaleConsent, WrongChain, 1, NotEntitled]
    assert ledger.store.log.head(CONSENTS).size == 2


def test_each_refused_consent_gets_its_own_reason():
    ledger = LedgerFixture()
    expected = {
        unknown_notice: InvalidStatement,
        unknown_term: UnknownTerm,
        misnamed: InvalidStatement,
        old: InvalidStatement,
        skipped: StaleConsent,
    }
    outcomes = submit_batch(ledger, [kind(ledger, person) for kind in expected for person in PEOPLE[:1]])
    assert [type(one) for one in outcomes] == list(expected.values())


def test_i10_submitted_again_it_keeps_its_position_even_when_it_would_be_too_old_now():
    ledger = LedgerFixture()
    one = good(ledger, PEOPLE[0])
    first, again = submit_batch(ledger, [one, one])
    ledger.clock.passes(9_000)
    (later,) = submit_batch(ledger, [one])
    assert [taken.is_new for taken in (first, again, later)] == [True, False, False]
    assert first.logged == again.logged == later.logged


def test_a_delegate_among_others_stays_within_what_they_may():
    ledger, ann = LedgerFixture(), PEOPLE[0]
    naming = DelegateAppointment(
        ann.signer, ann.signer, ledger.insurer.signer, "Helper", "representative", (LAB,), 0, NOW + 90
    )
    consent = ledger.kernel.consents.delegations.draft(naming).statement
    ledger.kernel.consents.delegations.accept(consent, ledger.sign(ann, consent))
    ledger.anchor()
    other = drafted(ledger, ann, ledger.merchant, ledger.insurer, "health.vitals")
    group = [by_a_stranger(ledger, ann), submitted(ledger, other, ledger.insurer), by_a_stranger(ledger, PEOPLE[1])]
    outcomes = submit_batch(ledger, group)
    assert outcomes[0].is_new
    assert [type(one) for one in outcomes[1:]] == [NotEntitled, NotEntitled]


def test_a_passkey_among_wallets():
    ledger, key = LedgerFixture(), Passkey()
    wish = GrantRequest(key.signer, ledger.trial.address, (ledger.grant(LAB),), NOTICE.digest, bytes(32))
    consent = ledger.kernel.consents.drafts.consent(wish).statement
    signature = key.sign(typed_data.digest(consent, ledger.kernel.statements.domain(consent)))
    outcomes = submit_batch(
        ledger,
        [
            good(ledger, PEOPLE[0]),
            SubmittedConsent(consent, signature),
            SubmittedConsent(consent, signature[:-1] + b"x"),
        ],
    )
    assert [one.is_new for one in outcomes[:2]] == [True, True]
    assert isinstance(outcomes[2], SignatureInvalid)


def test_nobody_in_a_batch_may_use_a_notice_that_was_replaced_meanwhile():
    ledger = LedgerFixture()
    group = [good(ledger, person) for person in PEOPLE]
    ledger.outdate_notice()
    assert {str(one) for one in submit_batch(ledger, group)} == {str(submit_singly(ledger, group)[0])}
    assert ledger.store.log.head(CONSENTS).size == 0


@settings(max_examples=sized(60), deadline=None)
@given(some.lists(some.lists(some.tuples(some.sampled_from(KINDS), some.integers(0, 2)), max_size=7), max_size=3))
def test_a_batch_gives_the_outcomes_of_single_submissions(groups):
    local, there = LedgerFixture(), LedgerFixture()
    for steps in groups:
        made = [[kind(ledger, PEOPLE[who]) for kind, who in steps] for ledger in (local, there)]
        assert comparable(submit_batch(local, made[0])) == comparable(submit_singly(there, made[1]))
        assert local.store.log.head(CONSENTS).size == there.store.log.head(CONSENTS).size


def test_i5_no_two_of_a_batch_share_a_salt():
    ledger = LedgerFixture()
    taken = submit_batch(ledger, [good(ledger, person) for person in PEOPLE])
    salts = {one.logged.signed.entry.salt for one in taken}
    assert len(salts) == len(PEOPLE)
    assert {len(salt) for salt in salts} == {32}
