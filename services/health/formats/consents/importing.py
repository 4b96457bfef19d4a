"""FHIR Consent R4 and R5 to grants: never a permit wider than the resource, and everything left out is reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from mydata_ledger.ledger.canonical import read
from mydata_ledger.ledger.consent import Grant
from mydata_ledger.ledger.errors import MalformedInput, TooLarge
from mydata_ledger.ledger.vocabulary import Vocabulary as Words
from mydata_ledger.services.health.formats.consents import codes, persons, roots
from mydata_ledger.services.health.formats.consents.bounds import BoundReader
from mydata_ledger.services.health.formats.consents.compiling import Compiler
from mydata_ledger.services.health.formats.consents.elements import codings_in, members
from mydata_ledger.services.health.formats.consents.losses import Loss
from mydata_ledger.services.health.formats.consents.reading import ConsentReader
from mydata_ledger.services.health.formats.consents.resolving import Resolve, Resolver, contained_names
from mydata_ledger.services.health.formats.consents.rules import Rule, Scope
from mydata_ledger.services.health.formats.consents.terms import TermSets

MAX_BYTES = 4 * 1024 * 1024
MAX_GRANTS = 64
KEPT_ONLY = "nothing of it is imported"


class ImportOutcome(StrEnum):
    """The outcome of an import."""

    IMPORTED = "imported"
    IMPORTED_IN_PART = "imported_in_part"
    NOTHING_TO_IMPORT = "nothing_to_import"


@dataclass(frozen=True, slots=True)
class ConsentImport:
    """Grants by grantee, ready to be drafted for the person to sign; `losses` is everything that was not imported.

    `patient` is the FHIR reference of the person, `patient_names` all names of that person, `release` is R4 or R5.
    """

    outcome: ImportOutcome
    release: str
    patient: str
    grants: Mapping[str, tuple[Grant, ...]]
    losses: tuple[Loss, ...]
    patient_names: frozenset[str] = frozenset()


def read_consent(
    raw: bytes,
    words: Words,
    *,
    grantee: Resolve,
    record: Resolve = lambda _: None,
    now: int = 0,
    everyone: str = "",
    spares_emergencies: bool = False,
) -> ConsentImport:
    """Convert a FHIR Consent to grants.

    Args:
        raw: The resource as JSON.
        words: The vocabulary of the grants.
        grantee: Gives the party or role of a FHIR reference or identifier; our own identifiers need it not.
        record: Gives the 0x-hex record id likewise.
        now: UTC seconds; what ended before is left out.
        everyone: The party or role that a permit for whoever asks is given to; without one it is left out.
        spares_emergencies: Whether denies are made not to forbid emergency treatment.

    Raises:
        MalformedInput: The resource is not a FHIR Consent, or mixes releases.
        InvalidStatement: It is not active, not of a patient, or a period ends before it starts.
        TooLarge: It has more than 4 MiB, or more than 64 grants to one grantee.
    """
    resource = _resource(raw)
    terms, patient_names = TermSets(words), persons.patient_names(resource)
    names = contained_names(resource)
    resolvers = (Resolver(codes.GRANTEE, names, grantee), Resolver(codes.RECORD, names, record))
    reader = ConsentReader(BoundReader(*resolvers, words), terms)
    release = roots.release_of(resource)
    rule = _r5(resource, reader) if release == "R5" else _r4(resource, reader)
    counts = [check(resource, reader.losses) for check in (roots.means_what_is_read, roots.is_about_data)]
    compiler = Compiler(terms, reader.losses, now, everyone, spares_emergencies)
    if all(counts):
        compiler.compile(rule)
    grants = {name: tuple(dict.fromkeys(of_grantee)) for name, of_grantee in compiler.grants.items()}
    if any(len(of_grantee) > MAX_GRANTS for of_grantee in grants.values()):
        raise TooLarge(f"the consent needs more than {MAX_GRANTS} grants to one grantee; split it")
    losses = tuple(dict.fromkeys(reader.losses.found))
    patient = persons.patient_of(resource)
    return ConsentImport(_outcome(grants, losses), release, patient, grants, losses, patient_names)


def _resource(raw: bytes) -> dict[str, Any]:
    if len(raw) > MAX_BYTES:
        raise TooLarge(f"a consent has at most {MAX_BYTES} bytes")
    resource = read(raw)
    if not isinstance(resource, dict) or resource.get("resourceType") != "Consent":
        raise MalformedInput("not a FHIR Consent: a JSON object whose `resourceType` is `Consent`")
    roots.check_status(resource)
    return resource


def _outcome(grants: Mapping[str, object], losses: tuple[Loss, ...]) -> ImportOutcome:
    if not grants:
        return ImportOutcome.NOTHING_TO_IMPORT
    return ImportOutcome.IMPORTED_IN_PART if losses else ImportOutcome.IMPORTED


def _base_r4(resource: Mapping[str, Any], reader: ConsentReader) -> tuple[str, bool]:
    """The decision of `policyRule`, empty if it leaves it open, and whether it spares emergencies."""
    codings = list(codings_in(resource.get("policyRule")))
    if (codes.POLICY, codes.ONLY_PROVISIONS) in codings:
        return "", False
    stated = {code for system, code in codings if system in {codes.ACT_CODE, ""} and code in codes.BASES}
    bases = {codes.BASES[code] for code in stated}
    if len(bases) != 1:
        what = "both opt-in and opt-out" if bases else "neither opt-in nor opt-out"
        reader.losses.lost("Consent.policyRule", what, "read as opt-out: what is not permitted is not")
        return "", False
    return bases.pop(), stated == {codes.SPARES_EMERGENCIES}


def _r4(resource: Mapping[str, Any], reader: ConsentReader) -> Rule:
    """R4: `policyRule` is the base; the root provision restricts it, or is an exception to it if its type differs."""
    base, spares = _base_r4(resource, reader)
    for name in ("policy", "verification"):
        if resource.get(name):
            reader.losses.lost(f"Consent.{name}", f"`{name}` is kept with the resource only", KEPT_ONLY)
    return _with_restrictions(resource, _tree_r4(resource, reader, base, spares), reader)


def _with_restrictions(resource: Mapping[str, Any], rule: Rule, reader: ConsentReader) -> Rule:
    """The rule; an opt-in with restrictions that states none permits nothing, since they stand elsewhere."""
    stated = {code for _, code in codings_in(resource.get("policyRule"))}
    is_whole = rule.decision == "permit" and rule.scope == Scope() and not rule.exceptions
    if codes.WITH_RESTRICTIONS not in stated or not is_whole:
        return rule
    reader.losses.lost("Consent.policyRule", "an opt-in with restrictions, which are not stated here")
    return rule.inexpressible()


def _tree_r4(resource: Mapping[str, Any], reader: ConsentReader, base: str, spares: bool) -> Rule:
    provision = resource.get("provision")
    if provision is None:
        return _base("Consent", base, (), spares)
    typed = isinstance(provision, Mapping) and "type" in provision
    if typed and provision["type"] != base:
        return _base("Consent", base, (reader.rule(provision, "Consent.provision", base),), spares)
    if typed or base:
        root = reader.rule(provision, "Consent.provision", base)
        root = replace(root, spares_emergencies=spares)
        return root if typed else _with_silence(root)
    return replace(reader.rule(provision, "Consent.provision", "deny", inner=""), silent=True)


def _base(path: str, base: str, exceptions: tuple[Rule, ...], spares: bool) -> Rule:
    rule = Rule(path, base or "deny", Scope(), Scope(), exceptions, silent=not base, spares_emergencies=spares)
    return _with_silence(rule)


def _with_silence(rule: Rule) -> Rule:
    """The base rule; a deny with permits inside denies only what these leave open."""
    return replace(rule, silent=rule.silent or (rule.decision == "deny" and rule.permits_inside))


def _r5(resource: Mapping[str, Any], reader: ConsentReader) -> Rule:
    """R5: `decision` is the base for `grantee` in `period`; every provision is an exception to the one around it."""
    base = resource.get("decision", "deny")
    if base not in ("permit", "deny"):
        raise MalformedInput("`Consent.decision` is permit or deny")
    if "decision" not in resource:
        what = "neither permit nor deny, so no provision says which it is an exception to"
        reader.losses.lost("Consent.decision", what)
    reader.needs_type = False
    for name in ("policyBasis", "policyText", "regulatoryBasis", "verification"):
        if resource.get(name) and not _is_own_policy(resource[name]):
            reader.losses.lost(f"Consent.{name}", f"`{name}` is kept with the resource only", KEPT_ONLY)
    provisions = resource.get("provision", [])
    if not isinstance(provisions, list):
        raise MalformedInput("`Consent.provision` is a list in R5")
    expected = "deny" if base == "permit" else "permit"
    nested = tuple(reader.rule(one, f"Consent.provision[{n}]", expected) for n, one in enumerate(provisions))
    bounds: dict[str, Any] = {"period": resource["period"]} if "period" in resource else {}
    grantees = members(resource, "grantee", "Consent")
    if grantees and (base == "permit" or not nested):
        bounds["actor"] = [{"reference": one} for one in grantees]
    rule = reader.scoped(bounds, "Consent", base, nested)
    rule = _with_silence(replace(rule, silent=_is_own_policy(resource.get("policyBasis"))))
    return rule if "decision" in resource else rule.inexpressible()


def _is_own_policy(policy: Any) -> bool:
    return isinstance(policy, Mapping) and policy.get("url") == f"{codes.POLICY}:{codes.ONLY_PROVISIONS}"
