"""What a FHIR Consent says that our grants do not."""

from __future__ import annotations

from dataclasses import dataclass, field

NOT_IMPORTED = "the rule is not imported"
MEMBER_LEFT_OUT = "left out; the others of the list are imported"
WIDENED = "the deny is widened: it forbids this whatever the bound says"


@dataclass(frozen=True, slots=True)
class Loss:
    """Something the resource says that our grants do not: where, what, and the consequence for the import."""

    path: str
    what: str
    consequence: str


@dataclass
class Losses:
    """The losses of one consent, in order."""

    found: list[Loss] = field(default_factory=list)

    def lost(self, path: str, what: str, consequence: str = NOT_IMPORTED) -> None:
        """Note a loss."""
        self.found.append(Loss(path, what, consequence))
