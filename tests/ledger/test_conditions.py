"""The conditions under which a statement is accepted."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.ledger.conditions import (
    all_of,
    grants_are_whole,
    has_grants,
    in_vocabulary,
    names_a_grantee,
    signed_lately,
)
from mydata_ledger.ledger.consent import Consent, Effect, Grant
from mydata_ledger.ledger.errors import InvalidStatement, UnknownTerm
from mydata_ledger.ledger.terms import Condition, as_wide, both
from mydata_ledger.ledger.vocabulary import Catalog, Term, Vocabulary

NOW = 1_800_000_000
ANN = b"\xaa" * 20
GRANT = Grant(Effect.PERMIT, ("health.lab",), ("hl7:CLINTRCH",), ("view",), NOW, NOW + 9)
CONSENT = Consent(ANN, ANN, "0x" + "bb" * 20, "Bob", 1, bytes(32), (GRANT,), bytes(32), "en", NOW, bytes(32))
WORDS = Vocabulary(
    [
        Catalog("health", {"health.lab": Term("Laboratory results", "검사 결과")}, {}),
        Catalog(
            "research",
            {},
            {"hl7:HRESCH": Term("Research", "연구"), "hl7:CLINTRCH": Term("Clinical trial", "임상시험", "hl7:HRESCH")},
        ),
    ]
)


def saying(**changes):
    return replace(CONSENT, grants=(replace(GRANT, **changes),))


def test_no_conditions_at_all_is_an_error():
    with pytest.raises(ValueError, match="at least one"):
        all_of([])


def test_a_whole_consent_passes_everything():
    all_of([signed_lately(NOW), names_a_grantee, has_grants, grants_are_whole(NOW), in_vocabulary(WORDS)])(CONSENT)


@pytest.mark.parametrize("moment", [NOW + 3_601, NOW - 301])
def test_a_statement_from_long_ago_or_from_the_future_is_refused(moment):
    with pytest.raises(InvalidStatement, match="new draft"):
        signed_lately(moment)(CONSENT)


@pytest.mark.parametrize("grantee", ["", "role:", "bob", "0x12", "0x" + "zz" * 20, "ROLE:x"])
def test_a_grantee_is_an_address_or_a_role(grantee):
    with pytest.raises(InvalidStatement, match="grantee"):
        names_a_grantee(replace(CONSENT, grantee=grantee))


def test_anyone_may_be_forbidden_but_never_permitted():
    names_a_grantee(replace(saying(effect=Effect.FORBID), grantee="*"))
    with pytest.raises(InvalidStatement, match="only forbid"):
        names_a_grantee(replace(CONSENT, grantee="*"))


@pytest.mark.parametrize("count", [0, 65])
def test_a_consent_has_one_to_sixty_four_grants(count):
    with pytest.raises(InvalidStatement, match="1 to 64"):
        has_grants(replace(CONSENT, grants=(GRANT,) * count))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"expires": NOW}, "over already"),
        ({"not_before": NOW + 9}, "before it starts"),
        ({"data_from": 5, "data_until": 5}, "data period"),
        ({"expires": 2**63}, "a time beyond 2"),
        ({"expires": 2**64 - 1, "not_before": 2**64 - 2}, "a time beyond 2"),
        ({"data_from": 2**63}, "a time beyond 2"),
        ({"data_until": 2**64 - 1}, "a time beyond 2"),
        ({"categories": ()}, "at least one"),
        ({"purposes": ()}, "at least one"),
        ({"actions": ()}, "at least one"),
        ({"effect": Effect.FORBID, "conditions": ("once",)}, "cannot carry"),
    ],
)
def test_an_empty_grant_is_refused(changes, says):
    with pytest.raises(InvalidStatement, match=says):
        grants_are_whole(NOW)(saying(**changes))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"categories": ("health.lib",)}, "unknown category `health.lib`; the nearest declared is `health.lab`"),
        ({"purposes": ("hl7:CLINTRSH",)}, "nearest declared is `hl7:CLINTRCH`"),
        ({"actions": ("peek",)}, "compute, contact, copy"),
        ({"conditions": ("twice",)}, "unknown condition"),
        ({"conditions": ("max-uses",)}, "unknown condition"),
        ({"conditions": ("once:1",)}, "unknown condition"),
        ({"conditions": ("max-uses:0",)}, "positive whole number"),
        ({"conditions": ("max-uses:²",)}, "positive whole number"),
        ({"conditions": ("max-uses:" + "9" * 5_000,)}, "below 2^63"),
        ({"conditions": (f"retain-until:{2**63}",)}, "below 2^63"),
        ({"conditions": ("redact",)}, "unknown condition"),
        ({"conditions": ("mask:",)}, "names a member"),
        ({"conditions": ("redact:/name/0",)}, "names a member"),
        ({"conditions": ("only",)}, "unknown condition"),
        ({"conditions": ("only:",)}, "names a member"),
        ({"conditions": ("only:name.given[0]",)}, "names a member"),
        ({"conditions": ("only:birthDate,gender",)}, "names a member"),
        ({"conditions": ("only:" + "a" * 65,)}, "names a member"),
    ],
)
def test_an_unknown_term_names_what_is_known(changes, says):
    with pytest.raises(InvalidStatement) as refusal:
        in_vocabulary(WORDS)(saying(**changes))
    assert says in str(refusal.value)


def test_a_category_above_declared_ones_and_the_star_are_known():
    in_vocabulary(WORDS)(saying(categories=("health", "*"), purposes=("*",)))


def test_a_question_needs_exactly_a_declared_category():
    WORDS.check_declared("health.lab")
    with pytest.raises(UnknownTerm):
        WORDS.check_declared("health")


def test_a_purpose_comes_with_all_above_it():
    assert WORDS.path("hl7:CLINTRCH") == ("hl7:CLINTRCH", "hl7:HRESCH")
    with pytest.raises(UnknownTerm):
        WORDS.path("hl7:NOPE")


@pytest.mark.parametrize(
    "text", ["once", "max-uses:3", "aggregate-only:5", "retain-until:1800000000", "redact:birthDate", "only:name"]
)
def test_a_condition_reads_and_writes_the_same(text):
    assert str(Condition.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "twice", "once:1", "max-uses", "max-uses:-1", "every-days", "every-days:0", "redact:", "for-friends"]
)
def test_a_condition_that_this_version_does_not_know_is_never_met(text):
    assert Condition.read(text) is None


def test_a_grant_has_64_conditions_at_most_and_may_repeat_one():
    grants_are_whole(NOW)(saying(conditions=tuple(f"only:m{n}" for n in range(64))))
    grants_are_whole(NOW)(saying(conditions=("once", "once")))
    with pytest.raises(InvalidStatement, match="more than 64 conditions"):
        grants_are_whole(NOW)(saying(conditions=("once",) * 65))


MEMBERS = some.frozensets(some.sampled_from(["only:a", "only:b", "only:c", "redact:a", "once"]))


def sees(conditions):
    """What a grant under these conditions shows of a record with the members a, b, c, on first and on later uses."""
    shown = {text[-1] for text in conditions if text.startswith("only:")} or {"a", "b", "c"}
    members = shown - {text[-1] for text in conditions if text.startswith("redact:")}
    return {(member, use) for member in members for use in range(1 if "once" in conditions else 2)}


@given(MEMBERS, MEMBERS)
def test_conditions_are_compared_and_joined_by_what_they_permit(first, second):
    """`as_wide` never says yes where `second` shows more; `both` shows exactly what each of two shows."""
    if as_wide(first, second):
        assert sees(second) <= sees(first)
    joined = both(first, second)
    assert (set() if joined is None else sees(joined)) == sees(first) & sees(second)


def test_a_delegate_who_narrows_cannot_show_more_members():
    assert as_wide(["only:a", "only:b"], ["only:a"])
    assert not as_wide(["only:a"], ["only:a", "only:b"])
    assert not as_wide(["only:a"], [])
    assert as_wide([], ["only:a"])


@pytest.mark.parametrize("grantee", ["role:trial", "0x" + "Bb" * 20])
def test_a_party_or_a_role_may_be_permitted(grantee):
    names_a_grantee(replace(CONSENT, grantee=grantee))
