"""Group statistics: no single person's row, no group below k, and the same figures in any order."""

import json
from collections import Counter
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.ledger.kernel import OpenedRecord
from mydata_ledger.services.marketing.logic import figures, segments

YEAR = 2026


def identity(person, sex="female", born=1980, least=1):
    document = {"resourceType": "Patient", "gender": sex, "birthDate": f"{born}-05-05"}
    return OpenedRecord(bytes([person]) * 20, json.dumps(document).encode(), least, "health.identity")


def bill(person, amount, currency="USD", least=1):
    document = f'{{"resourceType":"Claim","total":{{"value":{amount},"currency":"{currency}"}}}}'
    return OpenedRecord(bytes([person]) * 20, document.encode(), least, "health.claim")


def test_means_are_exact_decimals():
    people = [identity(n) for n in range(5)]
    bills = [bill(n, amount) for n, amount in enumerate(["0.10", "0.20", "0.30", "1e2", "0.05"])] + [bill(0, "0.35")]
    (group,) = segments([*people, *bills], 5, YEAR)
    assert (group.name, group.people, group.mean, group.currency) == ("female 40-59", 5, Decimal("20.20"), "USD")


def test_four_people_look_like_none():
    assert segments([identity(n) for n in range(4)], 5, YEAR) == []


def test_a_group_of_five_with_four_bills_has_no_mean():
    (group,) = segments([*(identity(n) for n in range(5)), *(bill(n, "1") for n in range(4))], 5, YEAR)
    assert (group.people, group.mean) == (5, None)


def test_one_consent_s_larger_bound_holds_for_its_whole_group():
    people = [identity(n) for n in range(6)]
    assert segments([*people[:5], identity(5, least=7)], 5, YEAR) == []
    assert len(segments(people, 5, YEAR)) == 1


def test_two_identity_records_of_one_person_count_once():
    assert segments([identity(n % 4) for n in range(20)], 5, YEAR) == []


def test_what_cannot_be_read_as_an_amount_is_left_out():
    odd = [
        OpenedRecord(bytes([1]) * 20, text, 1, "health.claim")
        for text in (b'{"resourceType":"Claim"}', b'{"total":{"value":"x"}}')
    ]
    assert segments([*(identity(n) for n in range(5)), *odd], 5, YEAR)[0].mean is None


people = some.lists(
    some.builds(
        identity,
        some.integers(0, 60),
        some.sampled_from(["male", "female", "other", "?!"]),
        some.integers(1900, 2026),
        some.integers(1, 12),
    ),
    max_size=80,
)


@given(people, some.integers(5, 9))
def test_no_group_is_smaller_than_its_bounds_and_order_is_nothing(found, least):
    groups = segments(found, least, YEAR)
    assert all(group.people >= least for group in groups)
    assert sum(group.people for group in groups) <= len({one.data_subject for one in found})
    assert len(Counter(group.name for group in groups)) == len(groups)


def test_a_bill_more_is_another_mean_of_the_same_people():
    everyone = [identity(n) for n in range(5)]
    bills = [bill(n, "1.50") for n in range(5)]
    (before,), (after,) = (segments([*everyone, *more], 5, YEAR) for more in (bills, [*bills, bill(2, "99")]))
    assert figures(before)[0] == figures(after)[0]
    (one, other) = (figures(group)[1].parts for group in (before, after))
    assert [person for person in one if one[person] != other[person]] == [bytes([2]) * 20]
