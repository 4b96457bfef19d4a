"""A second definition of what a FHIR Consent permits, after HL7's text; it shares no code with the import.

A provision applies where all its bounds do. The innermost provision that applies decides; at one level a deny wins.
"""

from dataclasses import dataclass
from datetime import date

OPPOSITE = {"permit": "deny", "deny": "permit"}
BASES = {"OPTIN": "permit", "OPTINR": "permit", "OPTOUT": "deny", "OPTOUTE": "deny"}
ABOVE = {
    "ETREAT": "TREAT",
    "BTG": "ETREAT",
    "COC": "TREAT",
    "CLINTRCH": "HRESCH",
    "DSRCH": "HRESCH",
    "CLMATTCH": "HPAYMT",
}
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
    """Who asks for what; `days` are ISO dates of now and of the data."""

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
    """Whether the consent permits it: no data but health data, no action that FHIR does not have."""
    if not question.resource_type or question.action not in WITHOUT_ACTION["permit"].split():
        return False
    return (_r5 if "decision" in resource else _r4)(resource, question) == "permit"


def _r4(resource, question):
    stated = [coding["code"] for coding in resource.get("policyRule", {}).get("coding", [])]
    base = next((BASES[code] for code in stated if code in BASES), "deny")
    root = resource.get("provision")
    if root is None:
        return base
    decided = _verdict(root, question, base)
    if decided:
        return decided
    return base if root.get("type", base) != base else "deny"


def _r5(resource, question):
    base = resource["decision"]
    bounds = {"period": resource.get("period")}
    if base == "permit" and resource.get("grantee"):
        bounds["actor"] = [{"reference": one} for one in resource["grantee"]]
    tree = {**bounds, "type": base, "provision": resource.get("provision", [])}
    return _verdict(tree, question, base) or "deny"


def _verdict(provision, question, untyped):
    decision = provision.get("type", untyped)
    if not _applies(provision, question, decision):
        return ""
    inner = [_verdict(one, question, OPPOSITE[decision]) for one in provision.get("provision", [])]
    return "deny" if "deny" in inner else "permit" if "permit" in inner else decision


def _applies(provision, question, decision):
    actors = {one["reference"]["reference"] for one in provision.get("actor", [])}
    types = {one["code"] for name in ("class", "resourceType") for one in provision.get(name, [])}
    purposes = {one["code"] for one in provision.get("purpose", [])}
    records = {one["reference"]["reference"] for one in provision.get("data", [])}
    labels = {one["code"] for one in provision.get("securityLabel", [])}
    coded = {coding["code"] for one in as_list(provision.get("code", [])) for coding in one["coding"]}
    return (
        (not actors or bool(actors & question.who))
        and (not types or question.resource_type in types)
        and (not purposes or bool(purposes & _with_above(question.purpose)))
        and question.action in _actions(provision, decision)
        and (not records or question.record in records)
        and (not labels or bool(labels & question.labels))
        and (not coded or bool(coded & question.codes))
        and _is_in(question.today, provision.get("period"))
        and _is_in(question.data_day, provision.get("dataPeriod"))
    )


def as_list(value):
    return value if isinstance(value, list) else [value]


def _with_above(purpose):
    return {purpose} | (_with_above(ABOVE[purpose]) if purpose in ABOVE else set())


def _actions(provision, decision):
    named = [coding["code"] for one in provision.get("action", []) for coding in one["coding"]]
    texts = [DOES[decision][code] for code in named] or [WITHOUT_ACTION[decision]]
    return {action for text in texts for action in text.split()}


def _is_in(day, period):
    if not period:
        return True
    start, end = period.get("start", "0001-01-01"), period.get("end", "9999-12-31")
    return date.fromisoformat(start[:10]) <= date.fromisoformat(day) <= date.fromisoformat(end[:10])
