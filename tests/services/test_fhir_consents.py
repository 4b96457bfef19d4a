"""FHIR Consent in and out: never wider than the resource, each loss reported, and the same decisions both ways."""

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from fhir.resources import consent as r5_models
from fhir.resources.R4B import consent as r4_models

from mydata_ledger.ledger.access import AccessRequest, ConsentState, Facts
from mydata_ledger.ledger.consent import ACTIONS, NEVER, Consent, Effect, Grant
from mydata_ledger.ledger.decide import decide
from mydata_ledger.ledger.errors import InvalidStatement, LedgerError, MalformedInput
from mydata_ledger.ledger.party import Party, checksum
from mydata_ledger.ledger.record import Issue, Record
from mydata_ledger.ledger.vocabulary import Vocabulary
from mydata_ledger.scripts.serve import slices
from mydata_ledger.services.health.formats.consents import ImportOutcome, codes, read_consent, write_r4, write_r5

EXAMPLES = Path(__file__).parents[3] / "shared/data/health/hl7_r4_examples"
WORDS = Vocabulary(one.catalog for one in slices())
ANN, TRIAL, HOSPITAL = b"\xaa" * 20, checksum(b"\xb1" * 20), checksum(b"\xb2" * 20)
NOW = 1_800_000_000
ACTORS = {"Organization/trial": TRIAL, "Organization/hospital": HOSPITAL, "Organization/f001": HOSPITAL}
RECORDS = [bytes([n]) * 32 for n in (1, 2)]
SPECIMEN, DOCUMENT = "health.lab.specimen", "health.report.composition"
RECIPIENT = {"coding": [{"system": codes.PARTICIPATION, "code": "IRCP"}]}


def read(resource, grantee=ACTORS.get, **more):
    return read_consent(json.dumps(resource).encode(), WORDS, grantee=grantee, **more)


def imported(resource, now=0):
    return read(resource, now=now)


def actor(name="trial", **role):
    return {"role": role or RECIPIENT, "reference": {"reference": f"Organization/{name}"}}


def kind(*types):
    return [{"system": codes.RESOURCE_TYPES, "code": one} for one in types]


def purpose(*wanted):
    return [{"system": codes.ACT_REASON, "code": code} for code in wanted]


def r4(provision, policy="OPTOUT", **more):
    rule = {"coding": [{"system": codes.ACT_CODE, "code": policy}]}
    head = {"resourceType": "Consent", "status": "active", "patient": {"reference": "Patient/1"}}
    return head | {"policyRule": rule, "provision": provision} | more


def r5(*provisions, decision="deny", **more):
    head = {"resourceType": "Consent", "status": "active", "subject": {"reference": "Patient/1"}}
    return head | {"decision": decision, "provision": list(provisions)} | more


def answer(grants, category=SPECIMEN, requested="hl7:CLINTRCH", action="view", **more):
    """The rule's decision when exactly these grants are active."""
    at_time, period, record, who = (
        more.get(n, d) for n, d in (("at", NOW), ("period", (0, 0)), ("record", RECORDS[0]), ("who", TRIAL))
    )
    issue = Issue(record, ANN, HOSPITAL, category, *period, bytes(32), "cid", bytes(32), 0, bytes(32))
    states = [
        ConsentState(
            bytes([n]) * 32, n,
            Consent(ANN, ANN, grantee, "", 1, bytes(32), statement, bytes(32), "en", 0, bytes(32)),
            anchored=True,
        )
        for n, (grantee, statement) in enumerate(grants.items()) if grantee in {who, "*"}
    ]  # fmt: skip
    facts = Facts(Record(issue, 0, bytes(32), anchored=True), tuple(states), Party(who, "x", frozenset(), b"", 0, 0))
    return decide(AccessRequest(bytes(32), who, record, category, WORDS.path(requested), action), facts, at_time)


def permits(grants, *question, **more):
    return answer(grants, *question, **more).permitted


def test_a_permit_to_a_named_recipient_is_imported_whole():
    period = {"start": "2026", "end": "2030-06"}
    rule = {"type": "permit", "actor": [actor()], "purpose": purpose("HRESCH"), "class": kind("Observation")}
    found = imported(r4({"provision": [rule | {"period": period}]}))
    assert (found.outcome, found.release, found.patient, found.losses) == (
        ImportOutcome.IMPORTED,
        "R4",
        "Patient/1",
        (),
    )
    (grant,) = found.grants[TRIAL]
    assert grant.categories == ("health.lab.observation", "health.observation", "health.vitals")
    assert (grant.purposes, grant.actions) == (("hl7:HRESCH",), ("compute", "copy", "transfer", "view"))
    assert permits(found.grants, "health.lab.observation")
    assert not permits(found.grants, SPECIMEN)
    assert permits(found.grants, "health.vitals", at=1_909_094_399)
    assert not permits(found.grants, "health.vitals", at=1_909_094_400), "June 2030 is over"


def test_an_exception_inside_a_permit_is_a_forbid():
    rule = {"type": "permit", "actor": [actor()], "provision": [{"type": "deny", "class": kind("Specimen")}]}
    same = {"actor": [actor()], "provision": [{"resourceType": kind("Specimen")}]}
    for resource in (r4({"provision": [rule]}), r5(same)):
        found = imported(resource)
        assert permits(found.grants, DOCUMENT)
        assert answer(found.grants).reason == "refused"
        assert answer(found.grants, "health.lab").reason == "refused", "an older record may be a specimen"


def test_a_permit_inside_a_deny_inside_a_permit_is_cut_out_of_the_forbid():
    tree = {
        "type": "permit", "actor": [actor()],
        "provision": [{
            "type": "deny", "purpose": purpose("HRESCH", "HMARKT"),
            "provision": [{"type": "permit", "class": kind("Specimen"), "purpose": purpose("CLINTRCH"),
                           "period": {"start": "2026-01-01", "end": "2029-12-31"}}],
        }],
    }  # fmt: skip
    found = imported(r4({"provision": [tree]}))
    assert permits(found.grants, SPECIMEN, "hl7:CLINTRCH")
    assert answer(found.grants, DOCUMENT, "hl7:CLINTRCH").reason == "refused"
    assert answer(found.grants, SPECIMEN, "hl7:HMARKT").reason == "refused"
    assert answer(found.grants, SPECIMEN, "hl7:CLINTRCH", at=1_900_000_000).reason == "refused"
    assert permits(found.grants, SPECIMEN, "hl7:TREAT")


def test_an_opt_in_permits_what_its_root_names_and_an_opt_out_forbids_it():
    root = {"actor": [actor()], "purpose": purpose("CLINTRCH")}
    assert permits(imported(r4(root, "OPTIN")).grants)
    (refusal,) = imported(r4(root, "OPTOUT")).grants[TRIAL]
    assert (refusal.effect, refusal.categories, refusal.purposes) == (Effect.FORBID, ("health",), ("hl7:CLINTRCH",))
    assert imported(r4(root | {"type": "deny"}, "OPTIN")).grants[TRIAL][0].effect is Effect.FORBID
    assert imported(r4({"type": "deny", "purpose": purpose("HMARKT")}, "OPTIN")).grants["*"][0].purposes == (
        "hl7:HMARKT",
    )


def test_what_permits_whoever_asks_is_not_imported_but_reported():
    found = imported(r4({}, "OPTIN"))
    assert (found.outcome, found.grants) == (ImportOutcome.NOTHING_TO_IMPORT, {})
    assert [loss.what for loss in found.losses] == ["permits whoever asks; a permit here names a party or a role"]


@pytest.mark.parametrize(
    ("bound", "reported"),
    [
        ({"securityLabel": [{"code": "PSY"}]}, "securityLabel"),
        ({"code": [{"coding": [{"system": codes.LOINC, "code": "2339-0"}]}]}, "code"),
        ({"data": [{"meaning": "related", "reference": {"reference": "Task/3"}}]}, "data[0]"),
        ({"data": [{"meaning": "instance", "reference": {"reference": "Task/3"}}]}, "data[0]"),
        ({"data": [{"reference": {"identifier": {"system": codes.RECORD, "value": "0xno"}}}]}, "data[0]"),
        ({"purpose": purpose("NEVERHEARD")}, "purpose"),
        ({"class": kind("Spaceship")}, "class"),
        ({"actor": [actor("nobody")]}, "actor[0]"),
        ({"actor": [actor(coding=[{"code": "CST"}])]}, "actor[0].role"),
        ({"expression": {"language": "text/fhirpath"}}, "expression"),
        ({"modifierExtension": [{"url": "urn:other", "valueBoolean": True}]}, "modifierExtension"),
        ({"action": [{"text": "read only"}]}, "action"),
        ({"action": [{"coding": [{"system": codes.ACTIONS, "code": "fly"}]}]}, "action"),
        ({"action": [{"coding": [{"system": "urn:other", "code": "use"}]}]}, "action"),
        ({"class": [{"display": "Letters"}]}, "class"),
        ({"class": [{"system": codes.CATEGORIES, "code": "zzz"}]}, "class"),
        ({"purpose": [{"display": "whatever"}]}, "purpose"),
        ({"actor": [{"reference": {"identifier": {"system": codes.GRANTEE, "value": "*"}}}]}, "actor[0]"),
        (
            {"data": [{"meaning": "instance", "reference": {"identifier": {"system": codes.RECORD, "value": "0xzz"}}}]},
            "data[0]",
        ),
        ({"extension": [{"url": codes.CONDITION, "valueString": "sometimes"}]}, "extension"),
    ],
)
def test_a_permit_with_an_unknown_bound_is_left_out_and_a_deny_is_cut_out_of_the_permit_around_it(bound, reported):
    found = imported(r4({"provision": [{"type": "permit", "actor": [actor()]} | bound]}))
    assert (found.grants, found.outcome) == ({}, ImportOutcome.NOTHING_TO_IMPORT)
    assert f"Consent.provision.provision[0].{reported}" in [loss.path for loss in found.losses]
    everyone = {"actor": [actor(), actor("hospital")]}
    denied = imported(r4(everyone | {"provision": [{"type": "deny", "actor": [actor()]} | bound]}, "OPTIN"))
    assert reported in NOTHING_OF_IT_EXISTS or not permits(denied.grants)
    assert f"Consent.provision.provision[0].{reported}" in [loss.path for loss in denied.losses]


NOTHING_OF_IT_EXISTS = {"purpose", "class"}
"""Codes that HL7 does not have: no record and no question has them."""


@pytest.mark.parametrize("bound", [{"securityLabel": [{"code": "PSY"}]}, {"code": [{"coding": [{"code": "2339-0"}]}]}])
def test_a_deny_with_a_bound_finer_than_our_words_is_widened_and_says_so(bound):
    found = imported(
        r4({"actor": [actor()], "provision": [{"type": "deny"} | bound | {"class": kind("Specimen")}]}, "OPTIN")
    )
    assert answer(found.grants).reason == "refused"
    assert permits(found.grants, DOCUMENT)
    assert "the deny is widened: it forbids this whatever the bound says" in [loss.consequence for loss in found.losses]


@pytest.mark.parametrize(
    "unclear",
    [
        {"class": [{"display": "Letters"}]},
        {"purpose": [{"display": "whatever"}]},
        {"action": [{"text": "look"}]},
        {"action": [{"coding": [{"system": "urn:other", "code": "peek"}]}]},
    ],
)
def test_a_deny_nobody_can_tell_the_bounds_of_is_cut_out_to_its_widest_reading(unclear):
    tree = {"type": "permit", "actor": [actor()], "provision": [{"type": "deny"} | unclear]}
    assert not permits(imported(r4(tree, "OPTIN")).grants)


@pytest.mark.parametrize("strange", [{"implicitRules": "urn:x"}, {"modifierExtension": [{"url": "urn:x"}]}])
@pytest.mark.parametrize("make", [r4, lambda tree, **more: r5(tree, decision="permit", grantee=tree["actor"], **more)])
def test_what_may_mean_something_else_is_not_imported(strange, make):
    found = imported(make({"type": "permit", "actor": [actor()]}, **strange))
    assert found.grants == {}
    assert f"Consent.{next(iter(strange))}" in [loss.path for loss in found.losses]


def test_a_contained_actor_is_known_by_its_identifier():
    inside = {"resourceType": "Organization", "id": "o", "identifier": [{"system": codes.GRANTEE, "value": TRIAL}]}
    tree = {"type": "permit", "actor": [{"role": RECIPIENT, "reference": {"reference": "#o"}}]}
    assert permits(imported(r4(tree, contained=[inside])).grants)
    assert imported(r4(tree, contained=[inside | {"id": "p"}, 7])).grants == {}


@pytest.mark.parametrize(
    "both", [r4({}) | {"decision": "permit"}, r4({}) | {"provision": [{}]}, r5() | {"policyRule": {}}, r5(patient={})]
)
def test_what_is_of_both_releases_is_refused(both):
    with pytest.raises(MalformedInput, match="R4"):
        imported(both)


def test_r5_without_a_decision_says_nothing_that_could_be_an_exception():
    resource = r5({"actor": [actor()]})
    resource.pop("decision")
    found = imported(resource)
    assert (found.release, found.grants) == ("R5", {})


def test_what_is_inside_an_inexpressible_rule_is_inexpressible_too():
    inner = {"type": "permit", "class": kind("Specimen")}
    outer = {"type": "permit", "actor": [actor()], "securityLabel": [{"code": "N"}], "provision": [inner]}
    assert imported(r4({"provision": [outer]})).grants == {}


def test_a_consent_that_contradicts_itself_follows_the_deny_and_says_so():
    rules = [{"type": effect, "actor": [actor()], "class": kind("Specimen")} for effect in ("permit", "deny")]
    found = imported(r4({"provision": rules}))
    assert answer(found.grants).reason == "refused"
    assert "permits and denies the same at one level" in [loss.what for loss in found.losses]


def test_a_nested_rule_without_a_type_is_the_exception_to_what_is_around_it():
    found = imported(r4({"provision": [{"actor": [actor()]}]}, "OPTOUT"))
    assert permits(found.grants)
    assert [loss.path for loss in found.losses] == ["Consent.provision.provision[0].type"]
    assert found.outcome is ImportOutcome.IMPORTED_IN_PART


def test_a_permit_that_is_over_is_left_out():
    over = r4({"provision": [{"type": "permit", "actor": [actor()], "period": {"end": "2016-01-01"}}]})
    found = imported(over, now=NOW)
    assert (found.grants, [loss.what for loss in found.losses]) == ({}, ["its period is over"])


def test_a_consent_without_a_period_is_open_until_withdrawn():
    (grant,) = imported(r4({"provision": [{"type": "permit", "actor": [actor()]}]})).grants[TRIAL]
    assert (grant.not_before, grant.expires, grant.data_from, grant.data_until) == (0, NEVER, 0, 0)


def nest(depth):
    rule = {"type": "permit", "actor": [actor()], "purpose": purpose("CLINTRCH")}
    for level in range(depth - 1):
        rule = {"type": "deny" if level % 2 == 0 else "permit", "actor": [actor()], "provision": [rule]}
    return r4({"provision": [rule]})


def test_fifty_levels_are_read_and_a_hundred_and_one_are_refused():
    found = imported(nest(49))
    assert permits(found.grants, SPECIMEN, "hl7:CLINTRCH")
    with pytest.raises(MalformedInput, match="deep"):
        imported(nest(101))


@pytest.mark.parametrize("name", ["period", "dataPeriod"])
def test_a_period_that_ends_before_it_starts_contradicts_itself(name):
    with pytest.raises(InvalidStatement, match="ends before it starts"):
        imported(r4({"provision": [{"type": "deny", name: {"start": "2030", "end": "2020"}}]}))


@pytest.mark.parametrize("status", ["draft", "proposed", "rejected", "inactive", "entered-in-error", None, 7])
def test_only_an_active_consent_is_imported(status):
    with pytest.raises(InvalidStatement, match="not `active`"):
        imported(r4({}, status=status))


@pytest.mark.parametrize(
    "wrong",
    [
        {"resourceType": "Patient"},
        [],
        r4([]) | {"decision": "maybe"},
        r4("x"),
        r4({"provision": ["x"]}),
        r4({"provision": [{"type": "perhaps"}]}),
        r4({"period": "2020"}),
        r4({"period": {"start": "soon"}}),
        r4({"provision": 7}),
        r5(decision="maybe"),
    ],
)
def test_what_is_no_fhir_consent_is_refused_in_one_sentence(wrong):
    with pytest.raises(MalformedInput):
        imported(wrong)


def test_r5_a_permit_base_reaches_its_grantees_in_its_period():
    resource = r5(
        {"resourceType": kind("Specimen")}, decision="permit",
        grantee=[{"reference": "Organization/trial"}], period={"end": "2029"},
    )  # fmt: skip
    found = imported(resource)
    assert found.release == "R5"
    assert permits(found.grants, DOCUMENT)
    assert answer(found.grants).reason == "refused"
    assert not permits(found.grants, DOCUMENT, at=1_900_000_000)


def some_consent(pick):
    def some(items, least=1):
        return tuple(dict.fromkeys(pick(items) for _ in range(pick([least, least, least + 1]))))

    def grant():
        effect = pick([Effect.PERMIT] * 3 + [Effect.FORBID])
        start, end = pick([(0, NEVER), (NOW - 5, NOW), (NOW, NOW + 5), (0, NOW + 1)])
        conditions = (
            some(["once", "max-uses:2", "every-days:30", "aggregate-only:5", "only:name", "only:gender"], 0)
            if effect is Effect.PERMIT
            else ()
        )
        data = pick([(0, 0), (100, 200), (100, 0), (0, 200)])
        purposes = some(["hl7:HRESCH", "hl7:CLINTRCH", "*", "mydata:TRIAL_MATCH"])
        categories = some(["health.lab", "health", "health.vitals", "*"])
        named = pick([(), (), (RECORDS[0],)])
        return Grant(effect, categories, purposes, some(sorted(ACTIONS)), start, end, *data, named, conditions)

    grants = tuple(grant() for _ in range(pick([1, 2, 3])))
    return Consent(ANN, ANN, TRIAL, "The trial", 1, bytes(32), grants, bytes(32), "en", NOW, bytes(32))


@pytest.mark.parametrize(("write", "model"), [(write_r4, r4_models.Consent), (write_r5, r5_models.Consent)])
def test_an_exported_consent_is_valid_and_imports_to_the_same_decisions(write, model):
    pick, yes = random.Random(3).choice, 0
    for _ in range(400):
        consent = some_consent(pick)
        resource = write(consent, bytes([7]) * 32, "active")
        model.model_validate_json(json.dumps(resource))
        found = imported(resource)
        assert found.losses == () or {loss.what for loss in found.losses} == {
            "permits and denies the same at one level"
        }
        for _ in range(20):
            category, requested = (
                pick(["health.lab", "health.vitals", "health.report"]),
                pick(["hl7:CLINTRCH", "hl7:TREAT"]),
            )
            question = (category, pick([requested, "hl7:HRESCH"]), pick(["view", "compute", "copy"]))
            more = {"at": pick([NOW - 1, NOW, NOW + 1]), "period": pick([(0, 0), (120, 150), (50, 150)])}
            more["record"] = pick(RECORDS)
            before, after = (answer(g, *question, **more) for g in ({TRIAL: consent.grants}, found.grants))
            assert (before.permitted, before.reason, before.obligations) == (
                after.permitted,
                after.reason,
                after.obligations,
            )
            yes += before.permitted
    assert yes > 200


def test_a_trees_meaning_survives_compiling():
    """Random trees of permits and denies: the grants decide as the innermost rule that applies, and never wider."""
    pick, met, sure = random.Random(5).choice, {True: 0, False: 0}, 0
    for _ in range(400):
        tree = [some_rule(pick, 1) for _ in range(pick([1, 2]))]
        found = imported(r4({"provision": tree}))
        unsure = [loss for loss in found.losses if "bounded to nothing" not in loss.what]
        for category in TYPES:
            for requested in ("hl7:CLINTRCH", "hl7:HRESCH", "hl7:TREAT"):
                statement = permits(found.grants, category, requested)
                intended = all(innermost(tree, category, requested, labelled) for labelled in (True, False))
                met[statement] += 1
                assert intended or not statement, "never wider than the tree"
                assert unsure or statement == intended
        sure += not unsure
    assert sure > 100
    assert min(met.values()) > 300


def only(*members):
    return [{"url": codes.CONDITION, "valueString": f"only:{member}"} for member in members]


def test_a_rule_inside_another_shows_the_members_that_both_show():
    """Several `only:` in one grant permit more than one does, so those of nested rules must not be put together."""

    def tree(*inner):
        rule = {"type": "permit", "purpose": purpose("CLINTRCH"), "class": kind("Specimen"), "extension": only(*inner)}
        deny = {"type": "deny", "purpose": purpose("HRESCH"), "provision": [rule]}
        return {"type": "permit", "actor": [actor()], "extension": only("name", "gender"), "provision": [deny]}

    for inner, wanted in ((("gender", "birthDate"), {"only:gender"}), ((), {"only:gender,name"})):
        assert answer(imported(r4({"provision": [tree(*inner)]})).grants).obligations == wanted
    assert not permits(imported(r4({"provision": [tree("birthDate")]})).grants)


TYPES = {SPECIMEN: "Specimen", DOCUMENT: "Composition", "health.vitals": None}


def some_rule(pick, depth):
    rule = {"type": pick(["permit", "deny"]), "actor": [actor()]}
    if pick([True, False]):
        rule["class"] = kind(*dict.fromkeys(pick(["Specimen", "Composition"]) for _ in range(2)))
    if pick([True, False]):
        rule["purpose"] = purpose(pick(["HRESCH", "CLINTRCH", "TREAT"]))
    if pick([True] + [False] * 9):
        rule["securityLabel"] = [{"code": "PSY"}]
    if depth < 4 and pick([True, False]):
        rule["provision"] = [some_rule(pick, depth + 1) for _ in range(pick([1, 2]))]
        for inner in rule["provision"]:
            inner["type"] = "deny" if rule["type"] == "permit" else "permit"
    return rule


def innermost(rules, category, requested, labelled):
    """Of the rules that apply, a deny wins over its siblings at each level, and an inner rule over the outer ones."""
    answers = [verdict(rule, category, requested, labelled) for rule in rules]
    return "deny" not in answers and "permit" in answers


def verdict(rule, category, requested, labelled):
    types = [one["code"] for one in rule.get("class", [])]
    wanted = [f"hl7:{one['code']}" for one in rule.get("purpose", [])]
    if "securityLabel" in rule and not labelled:
        return ""
    if (types and TYPES[category] not in types) or (wanted and not set(WORDS.path(requested)) & set(wanted)):
        return ""
    inner = [verdict(one, category, requested, labelled) for one in rule.get("provision", [])]
    return "deny" if "deny" in inner else "permit" if "permit" in inner else rule["type"]


EXPECTED = {
    "Consent-consent-example-basic.json": (ImportOutcome.NOTHING_TO_IMPORT, "permits whoever asks"),
    "Consent-consent-example-Emergency.json": (ImportOutcome.NOTHING_TO_IMPORT, "receives nothing"),
    "Consent-consent-example-notAuthor.json": (ImportOutcome.NOTHING_TO_IMPORT, "receives nothing"),
    "Consent-consent-example-notOrg.json": (ImportOutcome.IMPORTED_IN_PART, "permits whoever asks"),
    "Consent-consent-example-notThis.json": (ImportOutcome.NOTHING_TO_IMPORT, "names no single record"),
    "Consent-consent-example-pkb.json": (ImportOutcome.NOTHING_TO_IMPORT, "`securityLabel` bounds the rule"),
}


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="HL7's examples lie in ../shared/data, which a clone does not have")
def test_every_example_of_hl7_has_a_stated_result_and_comes_back_from_what_we_write():
    files = sorted(EXAMPLES.glob("Consent-*.json"))
    assert files
    for file in files:
        found = read_consent(file.read_bytes(), WORDS, grantee=ACTORS.get)
        outcome, reported = EXPECTED.get(file.name, (found.outcome, ""))
        assert found.outcome is outcome, file.name
        assert any(reported in loss.what for loss in found.losses), (file.name, found.losses)
        for grantee, grants in found.grants.items():
            consent = Consent(ANN, ANN, grantee, "", 1, bytes(32), grants, bytes(32), "en", NOW, bytes(32))
            for write in (write_r4, write_r5):
                assert imported(write(consent, bytes(32), "active")).grants == {grantee: grants}


def test_random_damage_to_a_consent_gives_a_result_or_one_of_our_errors():
    pick = random.Random(11).choice
    whole = json.dumps(nest(4))
    for _ in range(3_000):
        at_time = pick(range(len(whole)))
        broken = (
            whole[:at_time]
            + pick(['"', "{", "}", "[", "]", "7", "null", "", ":", ",", "가"])
            + whole[at_time + pick([0, 1, 5]) :]
        )
        try:
            read_consent(broken.encode(), WORDS, grantee=ACTORS.get)
        except LedgerError:
            continue


def test_the_own_vocabulary_survives_with_every_category_and_purpose():
    for category in sorted(WORDS.categories):
        for requested in sorted(WORDS.purposes):
            grant = Grant(Effect.PERMIT, (category,), (requested,), ("view",), 0, NEVER)
            consent = replace(some_consent(random.Random(1).choice), grants=(grant,))
            assert imported(write_r4(consent, bytes(32), "active")).grants == {TRIAL: (grant,)}
