"""Pseudonyms: one for each person, requester and study, and no two of different ones are equal."""

import hmac
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.ledger.kernel.decisions.pseudonyms import Pseudonyms
from testing.ledger_fixture import LedgerFixture

WORLD = LedgerFixture().world
NAMES = some.text(some.sampled_from("ab/ é"), max_size=4)
PEOPLE = some.binary(min_size=1, max_size=3)


@given(some.tuples(NAMES, PEOPLE, NAMES), some.tuples(NAMES, PEOPLE, NAMES))
def test_pseudonyms_are_equal_for_equal_names_only(one, other):
    pseudonyms = Pseudonyms(WORLD)
    assert (pseudonyms.of(*one) == pseudonyms.of(*other)) == (one == other)
    assert len(pseudonyms.of(*one)) == 32


def test_a_pseudonym_without_a_study_is_what_it_was_before_there_were_studies():
    merchant, ann = "0x" + "5a" * 20, b"\1" * 20
    key = WORLD.gateway.derive("pseudonyms")
    assert Pseudonyms(WORLD).of(merchant, ann) == hmac.digest(key, b"\0\x2a" + merchant.encode() + ann, sha256)


def test_another_gateway_has_other_pseudonyms_and_the_same_one_the_same():
    ours, again = Pseudonyms(WORLD), Pseudonyms(LedgerFixture().world)
    assert ours.of("0x1", b"ann", "KCT0008791") == again.of("0x1", b"ann", "KCT0008791")
    other = LedgerFixture()
    other.rebuild(gateway=other.trial)
    assert Pseudonyms(other.world).of("0x1", b"ann", "KCT0008791") != ours.of("0x1", b"ann", "KCT0008791")
