"""A second definition of what a FHIR Consent decides, after HL7's text; it shares no code with the import.

A provision applies where all its bounds do. The innermost provision that applies decides; at one level a deny wins. A
base that denies while something inside it permits says nothing by itself: what nothing permits is not permitted.
"""

from dataclasses import dataclass
from datetime import date

OPPOSITE = {"permit": "deny", "deny": "permit"}
BASES = {"OPTIN": "permit", "OPTINR": "permit", "OPTOUT": "deny", "OPTOUTE": "deny"}
BELOW = """
CLINTRCH CLINTRCHNPC CLINTRCHPC PRECLINTRCH
COVERAGE ELIGDTRM ELIGVER ENROLLM MILDCRG
ETREAT BTG ERTREAT
HOPERAT CAREMGT DONAT FRAUD GOV HACCRED HCOMPL HDECD HDIRECT HDM HLEGAL HOUTCOMS HPRGRP HQUALIMP HSYSADMIN MEMADMIN
HOPERAT MILCDM MLTRAINING PATADMIN PATSFTY PERFMSR RECORDMGT SYSDEV TRAIN
HPAYMT CLMATTCH COVAUTH COVERAGE PMTDS REMITADV
HRESCH BIORCH CLINTRCH DSRCH POARCH TRANSRCH
HSYSADMIN LABELING METAMGT
PATRQT FAMRQT PWATRNY SUPNWK
PUBHLTH DISASTER THREAT
PurposeOfUse HMARKT HOPERAT HPAYMT HRESCH PATRQT PUBHLTH TREAT
SYSDEV HTEST
TREAT CLINTRL COC ETREAT POPHLTH TREATDS
"""
"""The purposes of use of v3-ActReason 4.0.0: each line names a purpose and those directly below it."""
ABOVE = {code: line.split()[0] for line in BELOW.strip().splitlines() for code in line.split()[1:]}
EVERY_TYPE = {"Resource", "DomainResource"}
DOES = {
    "permit": {"access": "view", "collect": "copy", "use": "view compute", "disclose": "transfer", "correct": ""},
    "deny": {
        "access": "view copy transfer publish link compute",
        "collect": "copy transfer",
        "use": "view compute link",
        "disclose": "transfer publish",
        "correct": "view copy transfer publish link compute",
    },
}
WITHOUT_ACTION = {"permit": "view copy transfer compute", "deny": "view copy transfer publish link compute"}


@dataclass(frozen=True)
class ConsentQuestion:
    """Who asks for what; `days` are ISO dates of now and of the data. `who` are all names of the one who asks."""

    who: frozenset
    resource_type: str
    purpose: str
    action: str
    today: str
    data_day: str
    record: str
    labels: frozenset = frozenset()
    codes: frozenset = frozenset()


def permitted(resource, question):
    """Whether the consent permits it."""
    return decision(resource, question) == "permit"


def decision(resource, question):
    """`permit`, `deny`, or empty where the consent says nothing: about other than health data, for instance."""
    if not question.resource_type or not is_about_data(resource):
        return ""
    decided = (_r4 if "patient" in resource or "policyRule" in resource else _r5)(resource, question)
    return decided if question.action in WITHOUT_ACTION.get(decided, "").split() else ""


def is_about_data(resource):
    """Whether the scope, if it is given, is privacy or research."""
    scopes = {coding["code"] for coding in resource.get("scope", {}).get("coding", [])}
    return scopes <= {"patient-privacy", "research"}


def _r4(resource, question):
    stated = {coding["code"] for coding in resource.get("policyRule", {}).get("coding", [])} & BASES.keys()
    bases = {BASES[code] for code in stated}
    base = bases.pop() if len(bases) == 1 else ""
    root = resource.get("provision", {})
    if "OPTINR" in stated and base == "permit" and root.get("type", base) == base and not root.keys() - {"type"}:
        return ""
    if root.get("type", base) != base:
        decided = _verdict(root, question, root["type"])
        return (base if base == "permit" else "") if decided is None else decided
    is_spared = stated == {"OPTOUTE"} and "ETREAT" in _with_above(question.purpose)
    is_silent = is_spared or not base or (base == "deny" and "type" not in root and _permits_inside(root))
    return _verdict(root, question, base or "deny", by_itself="" if is_silent else None) or ""


def _r5(resource, question):
    base, inner = resource.get("decision", ""), resource.get("provision", [])
    if not base:
        return ""
    tree = {"type": base, "provision": inner, "period": resource.get("period")}
    if resource.get("grantee") and (base == "permit" or not inner):
        tree["actor"] = [{"reference": one} for one in resource["grantee"]]
    return _verdict(tree, question, base, by_itself="" if base == "deny" and inner else None) or ""


def _permits_inside(provision):
    return any(one.get("type", "permit") == "permit" or _permits_inside(one) for one in provision.get("provision", []))


def _verdict(provision, question, untyped, by_itself=None):
    """What a provision with its exceptions decides; None if it does not apply."""
    decision_ = provision.get("type", untyped)
    if not _applies(provision, question, decision_):
        return None
    inner = [_verdict(one, question, OPPOSITE[decision_]) for one in provision.get("provision", [])]
    own = decision_ if by_itself is None else by_itself
    return "deny" if "deny" in inner else "permit" if "permit" in inner else own


def _applies(provision, question, decision_):
    actors = provision.get("actor", [])
    types = {one["code"] for name in ("class", "resourceType") for one in provision.get(name, [])}
    purposes = {one["code"] for one in provision.get("purpose", [])}
    records = {one["reference"]["reference"] for one in provision.get("data", [])}
    labels = {one["code"] for one in provision.get("securityLabel", [])}
    coded = {coding["code"] for one in as_list(provision.get("code", [])) for coding in one["coding"]}
    return (
        (not actors or any(_names_of(one["reference"]) & question.who for one in actors))
        and (not types or question.resource_type in types or bool(types & EVERY_TYPE))
        and (not purposes or bool(purposes & _with_above(question.purpose)))
        and (not provision.get("action") or question.action in _actions(provision["action"], decision_))
        and (not records or question.record in records)
        and (not labels or bool(labels & question.labels))
        and (not coded or bool(coded & question.codes))
        and _is_in(question.today, provision.get("period"))
        and _is_in(question.data_day, provision.get("dataPeriod"))
    )


def _names_of(reference):
    """The names that a reference gives: literally, by the id of a contained resource, or by an identifier."""
    identifier = reference.get("identifier", {})
    return {reference.get("reference"), f"{identifier.get('system')}|{identifier.get('value')}"}


def as_list(value):
    return value if isinstance(value, list) else [value]


def _with_above(purpose):
    return {purpose} | (_with_above(ABOVE[purpose]) if purpose in ABOVE else set())


def _actions(concepts, decision_):
    named = [coding["code"] for one in concepts for coding in one["coding"]]
    return {action for code in named for action in DOES[decision_][code].split()}


def _is_in(day, period):
    if not period:
        return True
    start, end = period.get("start", "0001-01-01"), period.get("end", "9999-12-31")
    return date.fromisoformat(start[:10]) <= date.fromisoformat(day) <= date.fromisoformat(end[:10])
