"""FHIR Consent R4 and R5 to grants: never a permit wider than the resource, and everything left out is reported."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from mydata_ledger.ledger.canonical import read
from mydata_ledger.ledger.consent import Grant
from mydata_ledger.ledger.errors import InvalidStatement, MalformedInput, TooLarge
from mydata_ledger.ledger.vocabulary import Vocabulary as Words
from mydata_ledger.services.health.formats.consents import codes
from mydata_ledger.services.health.formats.consents.compiling import Compiler
from mydata_ledger.services.health.formats.consents.contained import contained as _contained
from mydata_ledger.services.health.formats.consents.reading import ConsentReader, Loss
from mydata_ledger.services.health.formats.consents.rules import Rule, Scope

ONLY_R4 = {"patient", "scope", "policyRule", "policy", "performer", "organization", "dateTime"}
ONLY_R5 = {
    "subject",
    "decision",
    "grantor",
    "grantee",
    "controller",
    "manager",
    "policyBasis",
    "regulatoryBasis",
    "date",
}
GRANTEE, RECORD = re.compile("0x[0-9a-fA-F]{40}|role:[a-z0-9-]{1,64}"), re.compile("0x[0-9a-fA-F]{64}")
MAX_BYTES = 4 * 1024 * 1024
MAX_GRANTS = 64
Resolve = Callable[[str], str | None]
ACTIVE = "active"


class ImportOutcome(StrEnum):
    """The outcome of an import."""

    IMPORTED = "imported"
    IMPORTED_IN_PART = "imported_in_part"
    NOTHING_TO_IMPORT = "nothing_to_import"


@dataclass(frozen=True, slots=True)
class ConsentImport:
    """Grants by grantee, ready to be drafted for the person to sign; `losses` is everything that was not imported.

    `patient` is the FHIR reference or `system
    value` of the person, `release` is R4 or R5.
    """

    outcome: ImportOutcome
    release: str
    patient: str
    grants: Mapping[str, tuple[Grant, ...]]
    losses: tuple[Loss, ...]


def read_consent(
    raw: bytes, words: Words, *, grantee: Resolve, record: Resolve = lambda _: None, now: int = 0
) -> ConsentImport:
    """Convert a FHIR Consent to grants.

    `grantee` gives the party or role of a FHIR reference, `record` the 0x-hex record id; our own identifiers need
    neither. What ended before `now` is left out.

    Raises:
        MalformedInput: The resource is not a FHIR Consent.
        InvalidStatement: It is not active, or a period ends before it starts.
        TooLarge: It has more than 4 MiB, or more than 64 grants to one grantee.
    """
    if len(raw) > MAX_BYTES:
        raise TooLarge(f"a consent has at most {MAX_BYTES} bytes")
    resource = read(raw)
    if not isinstance(resource, dict) or resource.get("resourceType") != "Consent":
        raise MalformedInput("not a FHIR Consent: a JSON object whose `resourceType` is `Consent`")
    _check_status(resource)
    contained_names = _contained(resource)
    reader = ConsentReader(
        contained_names.known_to(_resolver_of_own_names(codes.GRANTEE, GRANTEE, grantee)),
        contained_names.known_to(_resolver_of_own_names(codes.RECORD, RECORD, record)),
        words,
    )
    release = _release(resource)
    base = _without_unknown_modifiers(
        _r5(resource, reader) if release == "R5" else _r4(resource, reader), resource, reader
    )
    compiler = Compiler(words, reader, now)
    compiler.plan(base, Scope())
    compiler.rule(base, Scope())
    grants = {name: tuple(dict.fromkeys(grants_of_grantee)) for name, grants_of_grantee in compiler.grants.items()}
    if any(len(grants_of_grantee) > MAX_GRANTS for grants_of_grantee in grants.values()):
        raise TooLarge(f"the consent needs more than {MAX_GRANTS} grants to one grantee; split it")
    return ConsentImport(_outcome(grants, reader.losses), release, _patient(resource), grants, tuple(reader.losses))


def _outcome(grants: Mapping[str, object], losses: list[Loss]) -> ImportOutcome:
    if not grants:
        return ImportOutcome.NOTHING_TO_IMPORT
    return ImportOutcome.IMPORTED_IN_PART if losses else ImportOutcome.IMPORTED


def _resolver_of_own_names(system: str, pattern: re.Pattern[str], others: Resolve) -> Resolve:
    """A resolver that accepts our own identifiers if they are valid, and passes all others to `others`."""

    def resolve(name: str) -> str | None:
        if not name.startswith(f"{system}|"):
            return others(name)
        own = name.removeprefix(f"{system}|")
        return own if pattern.fullmatch(own) else None

    return resolve


def _release(resource: Mapping[str, Any]) -> str:
    """The release by the elements that only one release has. Raises MalformedInput for a resource with elements of
    both, since its tree could be read in two ways.
    """
    r4, r5 = sorted(ONLY_R4 & resource.keys()), sorted(ONLY_R5 & resource.keys())
    listed = isinstance(resource.get("provision"), list)
    if r4 and (r5 or listed):
        other = r5[0] if r5 else "a list of provisions"
        raise MalformedInput(f"`{r4[0]}` is of FHIR R4, `{other}` of R5: say in one release what is meant")
    return "R5" if r5 or listed else "R4"


def _without_unknown_modifiers(base: Rule, resource: Mapping[str, Any], reader: ConsentReader) -> Rule:
    """The rule; inexpressible as a whole if the resource has implicit rules or a modifier extension, which FHIR forbids
    to process when unknown.
    """
    unknown = [name for name in ("implicitRules", "modifierExtension") if resource.get(name)]
    for name in unknown:
        reader.lost(f"Consent.{name}", f"`{name}` may change what all of it means", "nothing of it is imported")
    return _inexpressible(base) if unknown else base


def _inexpressible(rule: Rule) -> Rule:
    inner = tuple(_inexpressible(one) for one in rule.exceptions)
    return replace(rule, scope=replace(rule.scope, expressible=False), exceptions=inner)


def _check_status(resource: Mapping[str, Any]) -> None:
    status = resource.get("status")
    if status != ACTIVE:
        raise InvalidStatement(f"the consent is `{str(status)[:20]}`, not `{ACTIVE}`: nothing of it is in force")


def _patient(resource: Mapping[str, Any]) -> str:
    subject = resource.get("patient", resource.get("subject"))
    reference = subject.get("reference", "") if isinstance(subject, Mapping) else ""
    return str(reference)[:200]


def _r4(resource: Mapping[str, Any], reader: ConsentReader) -> Rule:
    """R4: `policyRule` is the base; the root provision restricts it, or is an exception to it if it has a type of its
    own.
    """
    coded = {code for _, code in _all_codes(resource.get("policyRule"))}
    base = next((codes.BASES[code] for code in sorted(coded) if code in codes.BASES), "")
    if not base:
        reader.lost("Consent.policyRule", "neither opt-in nor opt-out", "read as opt-out: what is not permitted is not")
    base = base or "deny"
    for name in ("policy", "verification"):
        if resource.get(name):
            reader.lost(f"Consent.{name}", f"`{name}` is kept with the resource only", "nothing of it is imported")
    provision = resource.get("provision")
    if provision is None:
        return Rule("Consent", base, Scope(), is_base=True)
    root = reader.rule(provision, "Consent.provision", base)
    if isinstance(provision, Mapping) and "type" in provision and root.decision != base:
        return Rule("Consent", base, Scope(), (root,), is_base=True)
    return Rule(root.path, root.decision, root.scope, root.exceptions, is_base="type" not in provision)


def _r5(resource: Mapping[str, Any], reader: ConsentReader) -> Rule:
    """R5: `decision` is the base for `grantee` in `period`; every provision is an exception to the one around it."""
    base = resource.get("decision", "deny")
    if base not in ("permit", "deny"):
        raise MalformedInput("`Consent.decision` is permit or deny")
    if "decision" not in resource:
        reader.lost("Consent.decision", "neither permit nor deny, so no provision says which it is an exception to")
    reader.needs_type = False
    for name in ("policyBasis", "policyText", "regulatoryBasis", "verification"):
        if resource.get(name):
            reader.lost(f"Consent.{name}", f"`{name}` is kept with the resource only", "nothing of it is imported")
    grantees = resource.get("grantee", [])
    bounds: dict[str, Any] = {"period": resource["period"]} if "period" in resource else {}
    if grantees and base == "permit":
        bounds["actor"] = [{"reference": one} for one in grantees if isinstance(one, Mapping)]
    provisions = resource.get("provision", [])
    if not isinstance(provisions, list):
        raise MalformedInput("`Consent.provision` is a list in R5")
    nested = [
        reader.rule(one, f"Consent.provision[{number}]", "deny" if base == "permit" else "permit")
        for number, one in enumerate(provisions)
    ]
    rule = Rule("Consent", base, reader.scope(bounds, "Consent", base), tuple(nested), is_base=True)
    return rule if "decision" in resource else _inexpressible(rule)


def _all_codes(concept: Any) -> Iterable[tuple[str, str]]:
    inner = concept.get("coding", []) if isinstance(concept, Mapping) else []
    return [(str(c.get("system", "")), str(c.get("code", ""))) for c in inner if isinstance(c, Mapping)]
