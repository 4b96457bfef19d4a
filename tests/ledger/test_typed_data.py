"""EIP-712 compared with eth-account over random statements of every kind, and the input that the parser refuses."""

import json
from decimal import Decimal

import pytest
from eth_account.messages import _hash_eip191_message, encode_typed_data
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.ledger.access import Acknowledgement
from mydata_ledger.ledger.consent import Consent, Effect, Grant, Revocation
from mydata_ledger.ledger.emergency import Incident, IncidentExtension
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.ledger.party import checksum
from mydata_ledger.ledger.receipt import AccessReceipt
from mydata_ledger.ledger.record import Erasure, Issue
from mydata_ledger.ledger.typed_data import Domain, digest, message, numbers, parse, typed_data
from mydata_ledger.ledger.typed_data.types import MEMBERS

KINDS = {
    kind.__name__: kind
    for kind in (Consent, Revocation, Issue, Erasure, AccessReceipt, Incident, Acknowledgement, IncidentExtension)
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


@given(every, domains)
def test_a_plain_json_reader_loses_no_digit(statement, domain):
    typed = json.loads(json.dumps(typed_data(statement, domain)), parse_int=lambda digits: int(float(digits)))
    assert digest(parse(type(statement), typed["message"]), domain) == digest(statement, domain)


@given(some.integers(0, 2**64 - 1))
def test_a_number_has_one_text_and_reads_back_from_both(number):
    value = numbers.shown(number)
    assert value == (number if number < 2**53 else str(number))
    for written in (value, number, str(number)):
        assert parse(Revocation, message(REVOCATION) | {"version": written}).version == number


@given(some.integers(2**53, 2**64 - 1))
def test_a_rounded_number_is_noticed_and_an_exact_one_is_taken(number):
    rounded = int(Decimal(repr(float(number))))  # what JSON.stringify writes, ECMA-262 Number::toString
    assert numbers.may_be_rounded({"grants": [{"expires": rounded}]})
    assert numbers.may_be_rounded(number) is (number == rounded)
    assert not numbers.may_be_rounded([str(rounded), 0, True, 1.5, None])


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
        ("version", "05", "whole number"),
        ("version", "+5", "whole number"),
        ("version", "5e3", "whole number"),
        ("version", " 5", "whole number"),
        ("version", "", "whole number"),
        ("version", str(2**64), "decimal string"),
        ("version", "1" * 5_000, "decimal string"),
        ("version", 9.223372036854776e18, "decimal string"),
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
