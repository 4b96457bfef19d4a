"""The Consents of LEAP-CDS and of IHE PCF, case by case: the import never permits more than HL7's rules say.

Neither is in this repository. CONSENT_ORACLES names a folder with checkouts of github.com/sdhealthconnect/leap-cds (as
`leap-cds`) and github.com/IHE/ITI.PCF (as `ITI.PCF`); without it these tests are skipped.
"""

import json
import os
import re
from collections import Counter
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest

from mydata_ledger.ledger.errors import LedgerError
from tests.services import consent_reference
from tests.services.consent_reference import ConsentQuestion
from tests.services.test_consent_reference import CATEGORIES, RECORDS, ROLE, ledger_decision
from tests.services.test_fhir_consents import TRIAL, read

FOLDER = Path(os.environ.get("CONSENT_ORACLES") or "nowhere")
LEAP, PCF = FOLDER / "leap-cds/test/fixtures/consents", FOLDER / "ITI.PCF/input/fsh/consent.fsh"
WHY = "CONSENT_ORACLES names no folder with {}; see the docstring of this file"
ACTORS = {f"{kind}/{name}": TRIAL for kind, name in [("Organization", "54"), ("Practitioner", "001")]}
ACTORS |= {
    "Practitioner/ex-practitioner": TRIAL,
    "Organization/ex-org-researcher": TRIAL,
    "Group/ex-privilegedUsers": TRIAL,
}
OBSERVED = {"Observation/ex-alcoholUse": RECORDS["Observation/1"], "Observation/ex-weight": RECORDS["Observation/2"]}
TODAY, TWICE = "2026-06-01", ("2022-06-01", "2024-06-01")
LABELS = [frozenset(), frozenset({"N"}), frozenset({"R"}), frozenset({"N", "PSY"})]
MEDICINE = "health.medication.statement"
FINER = {"securityLabel", "code"}
RELATIONS = {"authoredby", "related"}
"""Bounds that no grant has: labels and codes of data; who wrote them and what they belong to."""


def questions(actor_names):
    """A grid of questions: the parties that the consent names and another, kinds of data, purposes, actions, labels."""
    about = {MEDICINE: "MedicationStatement", **{c: t for c, t in CATEGORIES.items() if c != "health.other.basic"}}
    for who, (category, kind), purpose, action, day, labels, record in product(
        [frozenset(actor_names), frozenset({"Organization/another"})],
        about.items(),
        ["TREAT", "BTG", "HRESCH", "HMARKT", "HPAYMT"],
        ["view", "copy", "transfer"],
        TWICE,
        LABELS,
        ["Observation/ex-alcoholUse", "Observation/ex-weight"],
    ):
        yield ConsentQuestion(who, kind, purpose, action, TODAY, day, record, labels), category


def leap():
    return {
        f"{file.parent.name}/{file.stem}": json.loads(file.read_text(encoding="utf-8"))
        for file in sorted(LEAP.glob("r[45]/*.json"))
    }


def pcf():
    """The Consent instances of a FHIR Shorthand file."""
    text, found = PCF.read_text(encoding="utf-8"), {}
    for part in re.split(r"(?m)^Instance:\s*", text)[1:]:
        name, parent = part.split(None, 1)[0], re.search(r"InstanceOf:\s*(\S+)", part)
        if parent and parent[1].endswith("Consent"):
            lines = re.findall(r"(?m)^\* (\S+) = (.+)$", part)
            found[name] = instance(lines)
    return found


LISTS = {
    "category",
    "policy",
    "purpose",
    "actor",
    "securityLabel",
    "data",
    "performer",
    "organization",
    "coding",
    "security",
}
CONCEPTS = {"scope", "category", "role"}


def instance(lines):
    """A resource from FHIR Shorthand rules of the forms that PCF uses."""
    resource = {"resourceType": "Consent"}
    for path, text in lines:
        target, steps = resource, path.split(".")
        for number, step in enumerate(steps):
            name, is_last = re.sub(r"\[.*", "", step), number == len(steps) - 1
            nested = name == "provision" and number > 0
            if is_last:
                put(target, name, value(name, text.strip()), step)
            elif nested or name in LISTS:
                listed = target.setdefault(name, [])
                if not listed or (step.endswith("[+]") and not nested):
                    listed.append({})
                target = listed[-1]
            else:
                target = target.setdefault(name, {})
    return resource


def put(target, name, made, step):
    if name in LISTS and name != "coding":
        listed = target.setdefault(name, [])
        listed.append(made)
    else:
        target[name] = made


def value(name, text):
    if reference := re.match(r"Reference\(([^)]+)\)", text):
        return {"reference": reference[1]}
    if coded := re.match(r"(\S*)#(\S+)", text):
        coding = {"code": coded[2]} | ({"system": coded[1]} if coded[1] else {})
        if not coded[1]:
            return coded[2]
        return {"coding": [coding]} if name in CONCEPTS else coding
    return text.strip('"')


def compare(resource):
    """How many answers agree, of how many; the import is never wider."""
    named = {one["reference"]["reference"] for one in actors_in(resource)} | {"Organization/any"}
    grants, agree = grants_of(resource), Counter()
    for question, category in questions(named):
        ours = answer_of(grants, question, category)
        right = active(resource) and consent_reference.permitted(normal(resource), question)
        assert right or not ours, (question, category)
        agree[right == ours] += 1
    return agree[True], agree.total()


def grants_of(resource):
    try:
        return read(resource, grantee=ACTORS.get, record=OBSERVED.get, everyone=ROLE, now=second_of(TODAY)).grants
    except LedgerError:
        return {}


def second_of(day):
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())


def active(resource):
    return resource["status"] == "active"


def answer_of(grants, question, category):
    party = "Organization/trial" if "Organization/any" in question.who else "Organization/hospital"
    record = {"Observation/ex-alcoholUse": "Observation/1", "Observation/ex-weight": "Observation/2"}[question.record]
    plain = ConsentQuestion(
        frozenset({party}), question.resource_type, question.purpose, question.action, question.today,
        question.data_day, record, question.labels, question.codes,
    )  # fmt: skip
    return ledger_decision(grants, plain, category) == "permit"


def actors_in(value_):
    if isinstance(value_, dict):
        yield from value_.get("actor", [])
        for inner in value_.values():
            yield from actors_in(inner)
    elif isinstance(value_, list):
        for inner in value_:
            yield from actors_in(inner)


def normal(value_):
    """The resource without data relations that the questions of this grid cannot meet."""
    if isinstance(value_, list):
        return [normal(one) for one in value_]
    if not isinstance(value_, dict):
        return value_
    kept = {name: normal(one) for name, one in value_.items()}
    data = kept.get("data", [])
    if any(one.get("meaning") in {"related", "authoredby"} for one in data):
        kept["data"] = [{"reference": {"reference": "nothing that the grid asks about"}}]
    return kept


def finer_bounds(resource):
    """The bounds of a consent that no grant has."""
    found, waiting = set(), [resource.get("provision", [])]
    while waiting:
        for provision in consent_reference.as_list(waiting.pop()):
            found |= FINER & provision.keys()
            found |= RELATIONS & {one.get("meaning") for one in provision.get("data", [])}
            waiting.append(provision.get("provision", []))
    return found


def table(resources):
    return {name: (*compare(resource), sorted(finer_bounds(resource))) for name, resource in resources.items()}


@pytest.mark.skipif(not LEAP.is_dir(), reason=WHY.format("LEAP-CDS"))
def test_leaps_fixtures_are_exact_but_for_labels_and_codes_and_never_wider():
    answers = table(leap())
    assert len(answers) == 30
    assert {name for name, (same, total, finer) in answers.items() if same < total and not finer} == set()


@pytest.mark.skipif(not PCF.is_file(), reason=WHY.format("IHE PCF"))
def test_pcfs_examples_are_exact_but_for_finer_bounds_and_never_wider():
    answers = table(pcf())
    assert len(answers) > 20
    assert {name for name, (same, total, finer) in answers.items() if same < total and not finer} == set()


ORGANIZATION, DR_BOB, ANOTHER = "Organization/54", "Practitioner/001", "Organization/another"
DECIDED_BY_LEAP = [
    ("optin", ANOTHER, "TREAT", "permit"),
    ("optin", ORGANIZATION, "TREAT", "deny"),
    ("optin-with-scope-in-category", ANOTHER, "TREAT", "permit"),
    ("expired", ANOTHER, "TREAT", ""),
    ("inactive", ANOTHER, "TREAT", ""),
    ("research", ANOTHER, "TREAT", ""),
    ("deny-practitioner", DR_BOB, "TREAT", "deny"),
    ("deny-practitioner", ANOTHER, "TREAT", "permit"),
    ("optin-with-pou", ANOTHER, "HMARKT", ""),
    ("optin-with-pou", ANOTHER, "ETREAT", "permit"),
]
"""Fixture, who asks and for what, and what LEAP-CDS's own tests (`consent-processor-r4.test.js`, `-r5`) say of it."""


@pytest.mark.skipif(not LEAP.is_dir(), reason=WHY.format("LEAP-CDS"))
@pytest.mark.parametrize(("name", "who", "purpose", "decision"), DECIDED_BY_LEAP)
@pytest.mark.parametrize("release", ["r4", "r5"])
def test_the_second_definition_and_the_import_decide_as_leap_does(release, name, who, purpose, decision):
    files = {file.stem.removesuffix("-in-root-provision"): file for file in LEAP.glob(f"{release}/*.json")}
    resource = json.loads(files[f"consent-boris-{name}"].read_text(encoding="utf-8"))
    names = frozenset({who} if who == ANOTHER else {who, "Organization/any"})
    question = ConsentQuestion(names, "Observation", purpose, "view", TODAY, TWICE[0], "Observation/ex-weight")
    stated = consent_reference.decision(normal(resource), question) if active(resource) else ""
    assert stated == decision
    assert answer_of(grants_of(resource), question, "health.lab.observation") == (decision == "permit")


def report(source, resources):
    """The shares of exact fixtures and answers, then by kind of bound that no grant has, then case by case."""
    rows = table(resources)
    exact = sum(same == total for same, total, _ in rows.values())
    answers = [sum(row[n] for row in rows.values()) for n in (0, 1)]
    yield f"{source}: {exact} of {len(rows)} exact; {answers[0]} of {answers[1]} answers the same, none wider"
    kinds = Counter(kind for same, total, finer in rows.values() if same < total for kind in finer)
    yield "  not exact by: " + ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())
    yield from (f"  {name}: {same} of {total} {' '.join(finer)}" for name, (same, total, finer) in rows.items())


if __name__ == "__main__":
    for line in (*report("LEAP", leap()), *report("PCF", pcf())):
        print(line)
