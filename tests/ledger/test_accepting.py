"""Consents handed in together: each verified, judged and accepted as if it had been handed in alone."""

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


def drafted(house, person, grantee=None, signer=None, category=LAB):
    whom = (grantee or house.trial).address
    wish = GrantRequest(
        person.signer, whom, (house.grant(category),), NOTICE.digest, bytes(32), (signer or person).signer
    )
    return house.kernel.consents.drafts.consent(wish).statement


def handed(house, said, signer, claimed=None):
    return SubmittedConsent(said, house.sign(signer, said), claimed)


def good(house, person):
    return handed(house, drafted(house, person), person)


def forged(house, person):
    return handed(house, drafted(house, person), house.insurer)


def elsewhere(house, person):
    return handed(house, drafted(house, person), person, Domain(1, wallet(98).address))


def unknown_notice(house, person):
    return handed(house, replace(drafted(house, person), notice_hash=b"\1" * 32), person)


def unknown_word(house, person):
    (grant,) = drafted(house, person).grants
    return handed(house, replace(drafted(house, person), grants=(replace(grant, categories=("wealth",)),)), person)


def misnamed(house, person):
    return handed(house, replace(drafted(house, person), grantee_name="Somebody else"), person)


def old(house, person):
    return handed(house, replace(drafted(house, person), signed_at=NOW - 9_000), person)


def skipped(house, person):
    said = drafted(house, person)
    return handed(house, replace(said, version=said.version + 1), person)


def by_a_stranger(house, person):
    return handed(house, drafted(house, person, signer=house.insurer), house.insurer)


def to_the_insurer(house, person):
    return handed(house, drafted(house, person, house.insurer), person)


def narrower(house, person):
    return handed(house, replace(drafted(house, person), signed_at=NOW - 1), person)


KINDS = [good, forged, elsewhere, unknown_notice, unknown_word, misnamed, old, skipped, by_a_stranger]
KINDS += [to_the_insurer, narrower]


def together(house, group):
    return house.kernel.consents.acceptance.submit_soon(group).result()


def one_by_one(house, group):
    outcomes = []
    for one in group:
        try:
            outcomes.append(house.kernel.consents.acceptance.submit(one))
        except LedgerError as error:
            outcomes.append(error)
    return outcomes


def told(outcomes):
    return [
        (type(one), str(one)) if isinstance(one, LedgerError) else (one.logged.position, one.is_new) for one in outcomes
    ]


def test_bad_ones_among_good_fail_alone_each_for_its_own_reason():
    house = LedgerFixture()
    group = [kind(house, person) for kind in (good, forged, unknown_word) for person in PEOPLE[:1]]
    group += [elsewhere(house, PEOPLE[1]), good(house, PEOPLE[1]), by_a_stranger(house, PEOPLE[2])]
    outcomes = together(house, group)
    kinds = [type(one) if isinstance(one, LedgerError) else one.logged.position for one in outcomes]
    assert kinds == [0, SignatureInvalid, StaleConsent, WrongChain, 1, NotEntitled]
    assert house.store.log.head(CONSENTS).size == 2


def test_why_one_is_refused_is_what_it_is_told():
    house = LedgerFixture()
    expected = {
        unknown_notice: InvalidStatement,
        unknown_word: UnknownTerm,
        misnamed: InvalidStatement,
        old: InvalidStatement,
        skipped: StaleConsent,
    }
    outcomes = together(house, [kind(house, person) for kind in expected for person in PEOPLE[:1]])
    assert [type(one) for one in outcomes] == list(expected.values())


def test_i10_handed_in_again_it_lies_where_it_was_even_when_it_would_be_too_old_now():
    house = LedgerFixture()
    one = good(house, PEOPLE[0])
    first, again = together(house, [one, one])
    house.clock.passes(9_000)
    (later,) = together(house, [one])
    assert [taken.is_new for taken in (first, again, later)] == [True, False, False]
    assert first.logged == again.logged == later.logged


def test_a_delegate_among_others_stays_within_what_they_may():
    house, ann = LedgerFixture(), PEOPLE[0]
    naming = DelegateAppointment(
        ann.signer, ann.signer, house.insurer.signer, "Helper", "representative", (LAB,), 0, NOW + 90
    )
    said = house.kernel.consents.delegations.draft(naming).statement
    house.kernel.consents.delegations.accept(said, house.sign(ann, said))
    house.anchor()
    other = drafted(house, ann, house.merchant, house.insurer, "health.vitals")
    group = [by_a_stranger(house, ann), handed(house, other, house.insurer), by_a_stranger(house, PEOPLE[1])]
    outcomes = together(house, group)
    assert outcomes[0].is_new
    assert [type(one) for one in outcomes[1:]] == [NotEntitled, NotEntitled]


def test_a_passkey_among_wallets():
    house, key = LedgerFixture(), Passkey()
    wish = GrantRequest(key.signer, house.trial.address, (house.grant(LAB),), NOTICE.digest, bytes(32))
    said = house.kernel.consents.drafts.consent(wish).statement
    signature = key.sign(typed_data.digest(said, house.kernel.statements.domain(said)))
    outcomes = together(
        house,
        [good(house, PEOPLE[0]), SubmittedConsent(said, signature), SubmittedConsent(said, signature[:-1] + b"x")],
    )
    assert [one.is_new for one in outcomes[:2]] == [True, True]
    assert isinstance(outcomes[2], SignatureInvalid)


def test_nobody_in_a_group_is_told_of_the_notice_that_was_replaced_meanwhile():
    house = LedgerFixture()
    group = [good(house, person) for person in PEOPLE]
    house.outdate_notice()
    assert {str(one) for one in together(house, group)} == {str(one_by_one(house, group)[0])}
    assert house.store.log.head(CONSENTS).size == 0


@settings(max_examples=sized(60), deadline=None)
@given(some.lists(some.lists(some.tuples(some.sampled_from(KINDS), some.integers(0, 2)), max_size=7), max_size=3))
def test_a_group_is_what_the_same_are_one_by_one(groups):
    here, there = LedgerFixture(), LedgerFixture()
    for steps in groups:
        made = [[kind(house, PEOPLE[who]) for kind, who in steps] for house in (here, there)]
        assert told(together(here, made[0])) == told(one_by_one(there, made[1]))
        assert here.store.log.head(CONSENTS).size == there.store.log.head(CONSENTS).size


def test_i5_no_two_of_a_group_share_a_salt():
    house = LedgerFixture()
    taken = together(house, [good(house, person) for person in PEOPLE])
    salts = {one.logged.signed.entry.salt for one in taken}
    assert len(salts) == len(PEOPLE)
    assert {len(salt) for salt in salts} == {32}
