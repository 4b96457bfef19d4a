"""FHIR Consents that were once read wrongly, one for each kind of fault; docs/faults-at-the-edges.md lists them."""

import pytest

from mydata_ledger.formats.fhir.kinds import CATEGORIES, category_of
from mydata_ledger.formats.fhir.periods import period_of
from mydata_ledger.ledger.consent import Effect
from mydata_ledger.ledger.errors import InvalidStatement, MalformedInput
from mydata_ledger.services.health.formats.consents import ImportingPerson, codes
from mydata_ledger.services.health.formats.consents.codes import HANDS_OVER
from tests.services.consent_reference import ABOVE
from tests.services.test_fhir_consents import (
    HOSPITAL,
    TRIAL,
    WORDS,
    actor,
    answer,
    imported,
    kind,
    permits,
    purpose,
    r4,
    r5,
    read,
)

FAMILY_HISTORY = category_of({"resourceType": "FamilyMemberHistory"})
CONDITION = category_of({"resourceType": "Condition"})
ACCESS = {"action": [{"coding": [{"system": codes.CONSENT_ACTION, "code": "access"}]}]}


def permit(**bounds):
    return {"type": "permit", "actor": [actor("f001")], "purpose": purpose("TREAT")} | bounds


def grants_of(found):
    return [grant for grants in found.grants.values() for grant in grants]


def allows(found, category, **more):
    return permits(found.grants, category, "hl7:TREAT", who=HOSPITAL, **more)


@pytest.mark.parametrize(
    ("listed", "beside"),
    [
        ("Condition", "FamilyMemberHistory"),
        ("MedicationRequest", "MedicationStatement"),
        ("Specimen", "DiagnosticReport"),
        ("AllergyIntolerance", "AdverseEvent"),
        ("Flag", "Condition"),
        ("Basic", "Binary"),
    ],
)
def test_a_permit_for_one_resource_type_reaches_no_other_of_its_kind(listed, beside):
    found = imported(r4(permit(**{"class": kind(listed)})))
    own, other = (category_of({"resourceType": one}) for one in (listed, beside))
    assert found.losses == ()
    assert allows(found, own)
    assert not allows(found, other)
    assert not allows(found, own.rpartition(".")[0]), "an older record may be of any type"


def test_all_types_of_a_category_become_the_category_and_reach_older_records():
    found = imported(r4(permit(**{"class": kind("AdverseEvent", "AllergyIntolerance")})))
    assert grants_of(found)[0].categories == ("health.allergy",)
    assert allows(found, "health.allergy")


def test_an_exception_about_another_type_forbids_nothing_of_the_permitted_type():
    rule = permit(**{"class": kind("Condition"), "provision": [{"type": "deny", "class": kind("FamilyMemberHistory")}]})
    found = imported(r4(rule))
    assert [grant.effect for grant in grants_of(found)] == [Effect.PERMIT]
    assert allows(found, CONDITION)
    assert "bounded to nothing" in [loss.what for loss in found.losses]


def test_a_consent_without_a_class_is_about_health_data_only():
    found = imported(r4(permit()))
    assert grants_of(found)[0].categories == ("health",)
    assert allows(found, CONDITION)
    assert not allows(found, "finance.account")
    assert not {"publish", "link", "contact"} & set(grants_of(found)[0].actions), "FHIR has no such actions"


@pytest.mark.parametrize("code", ["adr", "treatment", "somebody-elses"])
def test_a_scope_other_than_the_use_of_data_permits_nothing_and_says_so(code):
    scope = {"coding": [{"system": codes.CONSENT_SCOPE, "code": code}]}
    found = imported(r4(permit(), scope=scope))
    assert (found.grants, [loss.path for loss in found.losses]) == ({}, ["Consent.scope"])
    assert imported(r4(permit(), scope={"text": "for my heart"})).grants == {}


@pytest.mark.parametrize("code", ["acd", "dnr", "64293-4", "42348-3"])
@pytest.mark.parametrize("make", [r4, r5])
def test_a_category_of_advance_directives_or_treatment_permits_nothing(code, make):
    found = make({**permit()}, category=[{"coding": [{"code": code}]}])
    assert imported(found).grants == {}


@pytest.mark.parametrize("code", ["patient-privacy", "research"])
def test_scopes_about_data_are_read(code):
    assert imported(
        r4(permit(), scope={"coding": [{"code": code}]}, category=[{"coding": [{"code": "59284-0"}]}])
    ).grants


@pytest.mark.parametrize(
    "wrong",
    [
        r4(permit(), period={"start": "2020-01-01", "end": "2021-01-01"}),
        {"resourceType": "Consent", "status": "active", "policyRule": "http://hl7.org/fhir/ConsentPolicy/opt-in"},
        {"resourceType": "Consent", "status": "active", "except": [{"type": "deny"}], "patient": {}},
        r4(permit(), dataPeriod={"end": "2020"}),
        r5(permit(), actor=[actor()]),
    ],
)
def test_elements_of_another_release_or_place_are_refused(wrong):
    with pytest.raises(MalformedInput, match=r"STU3|R4|bounds a provision"):
        imported(wrong)


def test_an_unknown_element_at_the_root_is_reported_and_nothing_is_imported():
    found = imported(r4(permit(), perod={"end": "2020"}))
    assert (found.grants, [loss.path for loss in found.losses]) == ({}, ["Consent.perod"])
    assert imported(r4(permit(), _status={"id": "x"}, modifierExtension=[])).grants


DATED = {"1950-05-05": False, "1968-05-05": False, "1980-01-01": True, "2001-01-01": True}


@pytest.mark.parametrize(
    ("bound", "reached"),
    [
        ({"start": "1965-01-01"}, {"1980-01-01", "2001-01-01"}),
        ({"end": "1965-12-31"}, set()),
        ({"start": "1950", "end": "1960"}, set()),
        ({"start": "1965", "end": "1990"}, {"1980-01-01"}),
        ({"end": "1990"}, {"1980-01-01"}),
    ],
)
def test_periods_before_1970_are_never_wider_in_a_permit(bound, reached):
    found = imported(r4(permit(dataPeriod=bound)))
    for day in DATED:
        period = period_of({"effectiveDateTime": day})
        assert allows(found, CONDITION, period=period) == (day in reached)
        assert not allows(found, CONDITION, period=(0, 1)), "as records of before 1970 were issued"
    assert bool(found.losses) == ("start" in bound or not reached)


@pytest.mark.parametrize("bound", [{"end": "1965-12-31"}, {"start": "1950", "end": "1960"}, {"start": "1965-01-01"}])
def test_a_deny_of_data_before_1970_reaches_records_whose_time_is_unknown(bound):
    found = imported(r4(permit(provision=[{"type": "deny", "dataPeriod": bound}])))
    for period in ((0, 0), (0, 1), period_of({"effectiveDateTime": "1955-05-05"})):
        assert answer(found.grants, CONDITION, "hl7:TREAT", who=HOSPITAL, period=period).reason == "refused"
    assert allows(found, CONDITION, period=period_of({"date": "2001"})) == ("end" in bound)


def test_records_of_before_1970_have_no_known_period():
    assert period_of({"effectiveDateTime": "1969-12-31"}) == (0, 0)
    assert period_of({"period": {"start": "1965", "end": "1980"}}) == (0, 0)
    assert period_of({"period": {"end": "1980"}})[0] == 0
    assert period_of({"effectiveDateTime": "1970-01-01"}) == (0, 86_400)


@pytest.mark.parametrize("mapped", ["Organization/f001", "http://reg|77"])
def test_an_actor_is_known_by_its_reference_or_its_identifier(mapped):
    reference = {"reference": "Organization/f001", "identifier": {"system": "http://reg", "value": "77"}}
    rule = permit(actor=[{"reference": reference}])
    assert read(r4(rule), grantee={mapped: HOSPITAL}.get).losses == ()
    contradicting = read(r4(rule), grantee={"Organization/f001": HOSPITAL, "http://reg|77": TRIAL}.get)
    assert contradicting.grants == {}
    assert "its reference and its identifier name two parties" in [loss.what for loss in contradicting.losses]
    denied = read(r4(rule | {"type": "deny"}), grantee={"Organization/f001": HOSPITAL, "http://reg|77": TRIAL}.get)
    assert set(denied.grants) == {HOSPITAL, TRIAL}


@pytest.mark.parametrize("code", ["access", "correct"])
@pytest.mark.parametrize(
    "make",
    [
        lambda rule: r4({"type": "permit", "provision": [rule | {"type": "deny"}]}, "OPTIN"),
        lambda rule: r5(rule, decision="permit"),
    ],
)
def test_a_deny_of_access_forbids_every_action_that_hands_the_record_out(code, make):
    rule = {"actor": [actor()], "action": [{"coding": [{"system": codes.CONSENT_ACTION, "code": code}]}]}
    found = imported(make(rule))
    assert all(answer(found.grants, CONDITION, "hl7:TREAT", action).reason == "refused" for action in HANDS_OVER)


def test_access_in_a_permit_is_view_alone():
    assert grants_of(imported(r4(permit(**ACCESS))))[0].actions == ("view",)


@pytest.mark.parametrize(
    ("resource", "grantees"),
    [
        (r5(decision="deny"), {"*"}),
        (r5(decision="deny", grantee=[{"reference": "Organization/trial"}]), {TRIAL}),
        (r4({}, "OPTOUT"), {"*"}),
        ({name: value for name, value in r4({}, "OPTOUT").items() if name != "provision"}, {"*"}),
        ({name: value for name, value in r4({"type": "deny"}).items() if name != "policyRule"}, {"*"}),
    ],
)
def test_a_dissent_forbids_health_data_in_both_releases(resource, grantees):
    found = imported(resource)
    assert set(found.grants) == grantees
    assert [(g.effect, g.categories, g.purposes, set(g.actions)) for g in grants_of(found)] == [
        (Effect.FORBID, ("health",), ("*",), set(HANDS_OVER))
    ]


def test_an_opt_out_with_permits_inside_denies_only_by_default():
    found = imported(r4({"provision": [permit()]}, "OPTOUT"))
    assert [grant.effect for grant in grants_of(found)] == [Effect.PERMIT]


def test_an_opt_out_with_exceptions_spares_emergencies_and_says_what_cannot_be_forbidden_then():
    found = imported(r4({}, "OPTOUTE"))
    for requested in ("hl7:ETREAT", "hl7:BTG", "hl7:ERTREAT"):
        assert answer(found.grants, CONDITION, requested).reason == "no_consent"
    for requested in ("hl7:HRESCH", "hl7:COC", "hl7:CAREMGT", "hl7:HMARKT", "mydata:CREDIT_CHECK"):
        assert answer(found.grants, CONDITION, requested).reason == "refused"
    assert "cannot be forbidden without it" in found.losses[0].what
    spared = read(r4({}, "OPTOUT"), spares_emergencies=True)
    assert spared.grants == found.grants


def test_an_opt_in_and_an_opt_out_at_once_permit_nothing():
    policy = {"coding": [{"system": codes.ACT_CODE, "code": code} for code in ("OPTIN", "OPTOUT")]}
    found = imported(r4({"actor": [actor()]}) | {"policyRule": policy})
    assert (found.grants, found.losses[0].what) == ({}, "both opt-in and opt-out")


@pytest.mark.parametrize(
    ("bound", "left"),
    [
        ({"purpose": purpose("TREAT", "XYZ")}, "purpose"),
        ({"class": kind("Condition", "Spaceship")}, "class"),
        ({"actor": [actor("f001"), actor("nobody")]}, "actor"),
    ],
)
def test_one_unknown_member_of_a_list_costs_a_permit_that_member_and_a_deny_nothing(bound, left):
    permitted = imported(r4(permit(**bound)))
    assert allows(permitted, CONDITION)
    assert left in permitted.losses[0].path
    denied = imported(
        r4({"type": "permit", "provision": [{"type": "deny"} | permit(**bound) | {"type": "deny"}]}, "OPTIN")
    )
    assert answer(denied.grants, CONDITION, "hl7:TREAT", who=HOSPITAL).reason == "refused"


def test_a_party_that_may_have_a_denied_role_is_denied():
    rule = permit(
        provision=[
            {
                "type": "deny",
                "actor": [{"reference": {"identifier": {"system": codes.GRANTEE, "value": "role:hospital"}}}],
            }
        ]
    )
    found = imported(r4(rule))
    assert not allows(found, CONDITION)


@pytest.mark.parametrize("role", ["role:clinic", "role:hospital"])
def test_a_permit_to_a_party_inside_a_permit_to_a_role_is_a_loss(role):
    in_role = [{"reference": {"identifier": {"system": codes.GRANTEE, "value": role}}}]
    inner = {"type": "deny", "purpose": purpose("HMARKT"), "provision": [permit(purpose=[])]}
    found = imported(r4({"type": "permit", "actor": in_role, "provision": [inner]}, "OPTIN"))
    assert set(found.grants) == {role}
    assert "a party only while it has a role, which no grant can say" in [loss.what for loss in found.losses]
    assert "bounded to nothing" not in [loss.what for loss in found.losses]


def test_a_permit_of_treatment_reaches_care_coordination_and_no_care_management():
    found = imported(r4(permit()))
    for code, is_reached in {"COC": True, "ETREAT": True, "CAREMGT": False, "HOPERAT": False}.items():
        assert permits(found.grants, CONDITION, f"hl7:{code}", who=HOSPITAL) == is_reached


def test_a_permit_for_whoever_asks_is_given_to_the_role_that_is_named():
    everyone = {"type": "permit", "purpose": purpose("TREAT")}
    assert imported(r4(everyone)).grants == {}
    found = read(r4(everyone), everyone="role:hospital")
    assert (list(found.grants), found.losses) == (["role:hospital"], ())


@pytest.mark.parametrize("name", ["period", "dataPeriod"])
@pytest.mark.parametrize("odd", [{"begin": "2020"}, {"end": "2020", "stop": "2019"}, {"_end": {}}, {"extension": []}])
def test_a_period_with_other_members_than_start_and_end_is_no_open_one(name, odd):
    with pytest.raises(MalformedInput, match="a period with a start"):
        imported(r4(permit(**{name: odd})))
    assert imported(r4(permit(**{name: {"start": "2020", "_start": {"extension": []}}}))).grants


@pytest.mark.parametrize("grantee", [[None], ["Organization/trial"], {"reference": "Organization/nobody"}, [{}]])
def test_a_grantee_that_cannot_be_read_is_not_whoever_asks(grantee):
    found = read(r5(decision="permit", grantee=grantee), everyone="role:hospital")
    assert (found.grants, found.losses[0].path) == ({}, "Consent.actor[0]")


INSIDE = [{"resourceType": "Patient", "id": "p", "identifier": [{"system": "urn:n", "value": "7"}]}]


@pytest.mark.parametrize(
    ("patient", "names"),
    [
        ({"reference": "Patient/1"}, {"Patient/1"}),
        ({"reference": "https://h/fhir/Patient/1/_history/3"}, {"https://h/fhir/Patient/1"}),
        ({"reference": "urn:uuid:7", "identifier": {"system": "urn:n", "value": "7"}}, {"urn:uuid:7", "urn:n|7"}),
        ({"reference": "#p", "type": "Patient"}, {"urn:n|7"}),
        ({"display": "Ann"}, set()),
    ],
)
def test_a_patient_is_known_by_every_name_that_the_consent_gives(patient, names):
    assert imported(r4(permit(), patient=patient, contained=INSIDE)).patient_names == names


@pytest.mark.parametrize("wrong", [{"reference": "Group/1"}, {"reference": "x/Practitioner/1"}, {"type": "Group"}])
def test_a_consent_of_a_group_or_of_no_patient_is_refused(wrong):
    with pytest.raises(InvalidStatement, match="not of a patient"):
        imported(r5(subject=wrong))


ANNS, BOBS, CARLS = ({"Patient/a", "urn:n|1"}, {"Patient/b"}, {codes.PERSON + "|0xCC"})


@pytest.mark.parametrize(
    ("account", "patients", "consents", "refused"),
    [
        ("", (), [ANNS], []),
        ("", (), [ANNS, {"urn:n|1"}, set()], []),
        ("", (), [ANNS, BOBS], [0, 1]),
        ("", (), [ANNS, CARLS], [0, 1]),
        ("", ("urn:n|1",), [ANNS, BOBS, set()], [1]),
        ("0xcc", (), [CARLS, BOBS], [1]),
        ("0xcc", (), [CARLS], []),
        ("0xdd", ("Patient/a",), [CARLS, ANNS], [0]),
        ("0xdd", (codes.PERSON + "|0xCC",), [CARLS], [0]),
    ],
)
def test_a_signer_gives_no_consent_of_another_patient(account, patients, consents, refused):
    refusals = ImportingPerson(account, frozenset(patients)).refusals(map(frozenset, consents))
    assert [number for number, refusal in enumerate(refusals) if refusal] == refused


PURPOSES_BEFORE = {
    "hl7:TREAT": {"hl7:CAREMGT", "hl7:ETREAT", "hl7:BTG", "mydata:CHECKUP_MGMT"},
    "hl7:ETREAT": {"hl7:BTG"},
    "hl7:CAREMGT": {"mydata:CHECKUP_MGMT"},
    "hl7:BTG": set(),
    "hl7:PATRQT": set(),
    "hl7:HMARKT": {"mydata:MARKETING_SEGMENT"},
    "hl7:HRESCH": {"hl7:CLINTRCH", "hl7:BIORCH", "mydata:TRIAL_MATCH", "mydata:TRIAL_CONTACT"},
    "hl7:CLINTRCH": {"mydata:TRIAL_MATCH", "mydata:TRIAL_CONTACT"},
    "hl7:BIORCH": set(),
    "hl7:HPAYMT": {"hl7:CLMATTCH", "hl7:COVERAGE"},
    "hl7:CLMATTCH": set(),
    "hl7:COVERAGE": set(),
}
"""What each purpose of HL7 covered before the others were added."""
NARROWED = {"hl7:TREAT": {"hl7:CAREMGT"}, "hl7:CAREMGT": {"mydata:CHECKUP_MGMT"}}
"""What they cover no longer, since HL7 counts care management as operations and not as treatment (ADR 57)."""
OF_OURS = {"mydata:CHECKUP_MGMT", "mydata:MARKETING_SEGMENT", "mydata:TRIAL_MATCH", "mydata:TRIAL_CONTACT"}


def test_no_stored_consent_covers_more_purposes_than_before():
    existed = PURPOSES_BEFORE.keys() | OF_OURS
    for above, before in PURPOSES_BEFORE.items():
        covered = {below for below in existed if above in WORDS.path(below)} - {above}
        assert covered == before - NARROWED.get(above, set())


def test_every_purpose_of_use_has_hl7s_parent_and_both_labels():
    of_hl7 = {code.removeprefix("hl7:"): term for code, term in WORDS.purposes.items() if code.startswith("hl7:")}
    expected = {code: "" if above == "PurposeOfUse" else f"hl7:{above}" for code, above in ABOVE.items()}
    assert {code: term.above for code, term in of_hl7.items()} == expected
    assert len(of_hl7) == 62
    assert all(term.label and term.label_ko for term in of_hl7.values())


def test_every_type_of_records_has_a_category_of_its_own_with_labels():
    below = [category for wide in WORDS.categories for category in WORDS.below(wide)]
    assert FAMILY_HISTORY in below
    assert sorted(below) == sorted(category for own in CATEGORIES.values() for category in own)
    assert all(WORDS.categories[category].label and WORDS.categories[category].label_ko for category in below)


def test_no_two_categories_or_purposes_have_one_label():
    for terms in (WORDS.areas | WORDS.categories, WORDS.purposes):
        for language in ("label", "label_ko"):
            labels = [getattr(term, language) for term in terms.values()]
            assert len(set(labels)) == len(labels)


AUTHOR = {"text": "author of the data"}
NO_RECIPIENTS = [AUTHOR, [AUTHOR], "IRCP", {"coding": [{"system": codes.PARTICIPATION, "display": "author"}]}]
NO_RECIPIENTS += [{"coding": [{"system": system, "code": code}]} for system, code in (
    ("http://example.org/roles", "IRCP"), (codes.PARTICIPATION, "SPC"), (codes.PARTICIPATION, "DIR"),
    (codes.PARTICIPATION, "AUT"))]  # fmt: skip


@pytest.mark.parametrize("role", NO_RECIPIENTS)
@pytest.mark.parametrize("decision", ["permit", "deny"])
def test_an_actor_whose_role_is_not_known_to_receive_gets_nothing(role, decision):
    """A permit for data *of* somebody must not become a permit *to* them."""
    bound = {"type": decision, "actor": [{"role": role, "reference": {"reference": "Organization/trial"}}]}
    found = imported(r4({"provision": [bound]}, "OPTIN" if decision == "deny" else "OPTOUT"))
    assert found.grants == {}
    assert any(loss.path.endswith("actor[0].role") for loss in found.losses)


@pytest.mark.parametrize("bound", [
    {"actor": [{"reference": {"reference": "Organization/trial"}, "modifierExtension": [{"url": "urn:x:not"}]}]},
    {"data": [{"meaning": "instance", "reference": {"reference": "Observation/1"},
               "modifierExtension": [{"url": "urn:x:not"}]}]},
    {"extension": [{"url": codes.CONDITION, "valueCode": "once"}]},
    {"extension": [{"url": codes.CONDITION, "extension": [{"valueString": "once"}]}]},
])  # fmt: skip
def test_a_bound_that_is_changed_or_cannot_be_read_is_no_wider_one(bound):
    whole = {"type": "permit", "actor": [{"reference": {"reference": "Organization/trial"}}]}
    assert imported(r4({"provision": [whole]})).grants
    found = imported(r4({"provision": [whole | bound]}))
    assert found.grants == {}
    assert found.losses


@pytest.mark.parametrize("effects", [[{"valueString": "deny"}], [{}], [{"valueCode": "deny"}, {"valueCode": "permit"}]])
def test_a_forbid_whose_mark_is_damaged_is_refused_and_no_permit(effects):
    marks = [{"url": codes.EFFECT, **effect} for effect in effects]
    with pytest.raises(MalformedInput, match="permit or deny"):
        imported(r5({"modifierExtension": marks, "actor": [{"reference": {"reference": "Organization/trial"}}]}))


@pytest.mark.parametrize("provision", [None, {}, {"type": "permit"}])
def test_an_opt_in_with_restrictions_that_states_none_permits_nothing(provision):
    resource = r4(provision, "OPTINR")
    resource = {name: value for name, value in resource.items() if value is not None}
    found = read(resource, everyone="role:clinic")
    assert found.grants == {}
    assert "restrictions" in found.losses[0].what
    stated = r4({"type": "permit", "purpose": purpose("TREAT")}, "OPTINR")
    assert read(stated, everyone="role:clinic").grants, "those that are stated hold"
