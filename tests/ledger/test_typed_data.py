"""EIP-712 compared with eth-account over random statements of every kind, and the input that the parser refuses."""

import pytest
from eth_account.messages import _hash_eip191_message, encode_typed_data
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.ledger.access import Acknowledgement, Incident
from mydata_ledger.ledger.consent import Consent, Effect, Grant, Revocation
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.ledger.party import checksum
from mydata_ledger.ledger.receipt import AccessReceipt
from mydata_ledger.ledger.record import Erasure, Issue
from mydata_ledger.ledger.typed_data import Domain, digest, message, parse, typed_data
from mydata_ledger.ledger.typed_data.types import MEMBERS

KINDS = {
    kind.__name__: kind for kind in (Consent, Revocation, Issue, Erasure, AccessReceipt, Incident, Acknowledgement)
}
texts = some.text(
    some.characters(categories=["L", "N", "P", "Zs"], exclude_characters="\xa0\u3000"), max_size=20
).filter(str.isprintable)
words = {
    "string": texts,
    "bytes": some.binary(max_size=85),
    "bytes32": some.binary(min_size=32, max_size=32),
    "address": some.binary(min_size=20, max_size=20).map(checksum),
    "uint64": some.integers(0, 2**64 - 1),
    "bool": some.booleans(),
}


def values(type_):
    if type_ == "Grant[]":
        return some.lists(statements("Grant"), max_size=3).map(tuple)
    if type_.endswith("[]"):
        return some.lists(words[type_[:-2]], max_size=3).map(tuple)
    return words[type_]


def statements(kind):
    fields = {field: values(type_) for type_, _, field in MEMBERS[kind]}
    if kind == "Grant":
        fields["effect"] = some.sampled_from(Effect)
    return some.builds(KINDS.get(kind, Grant), **fields)


every = some.sampled_from(sorted(KINDS)).flatmap(statements)
domains = some.builds(Domain, some.integers(1, 2**53), words["address"])


@given(every, domains)
def test_digests_are_those_of_eth_account(statement, domain):
    assert digest(statement, domain) == _hash_eip191_message(
        encode_typed_data(full_message=typed_data(statement, domain))
    )


@given(every)
def test_a_message_reads_back_as_the_statement(statement):
    assert parse(type(statement), message(statement)) == statement


@given(every, domains, domains)
def test_another_domain_gives_another_digest(statement, local, there):
    assert (digest(statement, local) == digest(statement, there)) is (local == there)


GRANT = Grant(Effect.PERMIT, ("health.lab",), ("hl7:HRESCH",), ("view",), 1, 2)
REVOCATION = Revocation(b"\1" * 20, b"\1" * 20, "*", "anyone", 2, bytes(32), bytes(32), 5)


@pytest.mark.parametrize(
    ("member", "value", "says"),
    [
        ("version", -1, "whole number"),
        ("version", 2**64, "whole number"),
        ("version", True, "whole number"),
        ("version", 1.0, "whole number"),
        ("version", "\uff11", "whole number"),
        ("consent", "0x00", "exactly 32 bytes"),
        ("consent", "00" * 32, "0x-hex"),
        ("dataSubject", "0x" + "00" * 5_000, "at most"),
        ("grantee", 7, "printable text"),
        ("grantee", "a\u202eb", "printable text"),
        ("grantee", "a" * 3_000, "at most"),
        ("granteeName", None, "printable text"),
    ],
)
def test_a_misshapen_member_is_named_and_not_echoed(member, value, says):
    with pytest.raises(MalformedInput, match=says) as refusal:
        parse(Revocation, message(REVOCATION) | {member: value})
    assert f"`{member}`" in str(refusal.value)
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize("change", [{"extra": 1}, {"version": ...}])
def test_missing_and_extra_members_are_refused(change):
    data = {k: v for k, v in (message(REVOCATION) | change).items() if v is not ...}
    with pytest.raises(MalformedInput, match="exactly these members"):
        parse(Revocation, data)


@pytest.mark.parametrize("data", [None, [], "x", 3])
def test_what_is_no_object_is_refused(data):
    with pytest.raises(MalformedInput):
        parse(Revocation, data)


@pytest.mark.parametrize("effect", ["PERMIT", "allow", "", 1])
def test_an_effect_is_permit_or_forbid(effect):
    with pytest.raises(MalformedInput):
        parse(Grant, message(GRANT) | {"effect": effect})


def test_too_many_items_are_refused():
    with pytest.raises(MalformedInput, match="at most 256"):
        parse(Grant, message(GRANT) | {"categories": ["a"] * 257})


def test_decimal_text_is_a_number_as_wallets_write_it():
    assert parse(Revocation, message(REVOCATION) | {"version": "2"}) == REVOCATION
