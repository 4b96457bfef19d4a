"""The root of a FHIR Consent: its release, and whether it is a consent to the use of data at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mydata_ledger.ledger.errors import InvalidStatement, MalformedInput
from mydata_ledger.services.health.formats.consents import codes
from mydata_ledger.services.health.formats.consents.elements import codings_in
from mydata_ledger.services.health.formats.consents.losses import Losses

ONLY_R4 = {"patient", "scope", "policyRule", "policy", "performer", "organization", "dateTime"}
ONLY_R5 = {
    *("subject", "decision", "grantor", "grantee", "controller", "manager", "policyBasis", "policyText"),
    *("regulatoryBasis", "date", "period"),
}
IN_BOTH = {
    *("resourceType", "id", "meta", "implicitRules", "language", "text", "contained", "extension"),
    *("modifierExtension", "identifier", "status", "category", "sourceAttachment", "sourceReference"),
    *("verification", "provision"),
}
ONLY_STU3 = {"except", "consentingParty", "sourceIdentifier"}
OF_PROVISIONS = {
    *("type", "actor", "action", "securityLabel", "purpose", "class", "code", "data", "dataPeriod"),
    *("documentType", "resourceType", "expression"),
} - IN_BOTH
ACTIVE = "active"


def release_of(resource: Mapping[str, Any]) -> str:
    """`R4` or `R5`, by the elements that only one release has.

    Raises MalformedInput for a resource with elements of two releases, or with bounds outside a provision, since its
    tree could be read in two ways.
    """
    stu3 = sorted(ONLY_STU3 & resource.keys())
    if stu3 or isinstance(resource.get("policyRule"), str):
        raise MalformedInput(f"`{(stu3 or ['policyRule'])[0]}` is of FHIR STU3; give a Consent of R4 or R5")
    r4, r5 = sorted(ONLY_R4 & resource.keys()), sorted(ONLY_R5 & resource.keys())
    listed = isinstance(resource.get("provision"), list)
    if r4 and (r5 or listed):
        other = r5[0] if r5 else "a list of provisions"
        raise MalformedInput(f"`{r4[0]}` is of FHIR R4, `{other}` of R5: say in one release what is meant")
    if misplaced := sorted(OF_PROVISIONS & resource.keys()):
        raise MalformedInput(f"`{misplaced[0]}` bounds a provision; put it into one")
    return "R5" if r5 or listed else "R4"


def check_status(resource: Mapping[str, Any]) -> None:
    """Raise InvalidStatement unless the consent is active."""
    status = resource.get("status")
    if status != ACTIVE:
        raise InvalidStatement(f"the consent is `{str(status)[:20]}`, not `{ACTIVE}`: nothing of it is in force")


def means_what_is_read(resource: Mapping[str, Any], losses: Losses) -> bool:
    """Whether the root has nothing that may change what the provisions mean: implicit rules, modifier extensions and
    unknown elements. FHIR forbids to process a resource with such ones.
    """
    unknown = [name for name in ("implicitRules", "modifierExtension") if resource.get(name)]
    readable = ONLY_R4 | ONLY_R5 | IN_BOTH
    unknown += [name for name in resource if name not in readable and not name.startswith("_") and resource[name]]
    for name in unknown:
        losses.lost(
            f"Consent.{name[:80]}", f"`{name[:80]}` may change what all of it means", "nothing of it is imported"
        )
    return not unknown


def is_about_data(resource: Mapping[str, Any], losses: Losses) -> bool:
    """Whether `scope` and `category` say that the consent is about the use of data: advance directives and consents to
    be treated are not.
    """
    scopes = [code for _, code in _codes(resource, "scope")]
    categories = [(system, code) for system, code in _codes(resource, "category")]
    other = [code for code in scopes if code not in codes.ABOUT_DATA]
    other += [code for _, code in categories if code in codes.NOT_ABOUT_DATA]
    if not other and not (resource.get("scope") and not scopes):
        return True
    name = f"`{other[0][:80]}`" if other else "said without a code"
    element = "scope" if not other or other[0] in scopes else "category"
    losses.lost(f"Consent.{element}", f"{name}: no consent to the use of data", "nothing of it is imported")
    return False


def _codes(resource: Mapping[str, Any], name: str) -> Iterator[tuple[str, str]]:
    return codings_in(resource.get(name))
