"""The sections of a summary: which resources belong to each, and in which order they are shortened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mydata_ledger.formats.fhir.kinds import category_of
from mydata_ledger.formats.ips.statuses import Standing, codes_of
from mydata_ledger.ledger.errors import InvalidStatement

WISH_CODES = {
    "adr",
    "acd",
    "dnr",
    "emrgonly",
    "hcd",
    "npp",
    "polst",
    "42348-3",
    "75320-2",
    "81334-5",
    "84095-9",
    "86533-7",
}
"""Consent.scope, Consent.category and LOINC codes of documents that say what a person wishes for later care."""
MEDICATION = frozenset({"MedicationStatement", "MedicationRequest", "MedicationAdministration", "MedicationDispense"})
CONDITION, ALLERGY = frozenset({"Condition"}), frozenset({"AllergyIntolerance"})
DEVICE_USE, WISH = frozenset({"DeviceUseStatement"}), frozenset({"Consent", "DocumentReference"})
BOTH = frozenset({Standing.CURRENT, Standing.APART})
NOW, APART = frozenset({Standing.CURRENT}), frozenset({Standing.APART})


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its key, its title in English and Korean, the resource types and standings in it, and its LOINC code
    and display (IPS 1.1; empty for a section that the IPS does not have).

    `shortened` is its turn when a document is too long (0: never). A `required` section is there without entries too.
    """

    key: str
    title: str
    korean: str
    kinds: frozenset[str]
    standings: frozenset[Standing] = BOTH
    code: str = ""
    display: str = ""
    shortened: int = 0
    required: bool = False

    def has(self, resource: Mapping[str, Any], standing: Standing) -> bool:
        """True if a resource belongs to this section."""
        kind = resource["resourceType"]
        if kind not in self.kinds or standing not in self.standings:
            return False
        if kind == "Observation":
            return _under(category_of(dict(resource)), OBSERVED[self.key])
        if kind in {"Consent", "DocumentReference"}:
            return is_wish(resource)
        return kind != "Device" or "patient" in resource


OBSERVED = {"results": "health.lab", "vitals": "health.vitals"}
"""Category of the Observations in a section."""
SECTIONS = (
    Section("problems", "Problems", "현재 문제", CONDITION, NOW, "11450-4", "Problem list - Reported", required=True),
    Section(
        "allergies",
        "Allergies and intolerances",
        "알레르기·과민반응",
        ALLERGY,
        NOW,
        "48765-2",
        "Allergies and adverse reactions Document",
        required=True,
    ),
    Section(
        "medicines",
        "Current medicines",
        "현재 약",
        MEDICATION,
        NOW,
        "10160-0",
        "History of Medication use Narrative",
        required=True,
    ),
    Section(
        "immunizations",
        "Immunisations",
        "예방접종",
        frozenset({"Immunization"}),
        BOTH,
        "11369-6",
        "History of Immunization Narrative",
        shortened=6,
    ),
    Section(
        "results",
        "Results",
        "검사 결과",
        frozenset({"Observation", "DiagnosticReport"}),
        BOTH,
        "30954-2",
        "Relevant diagnostic tests/laboratory data Narrative",
        shortened=2,
    ),
    Section(
        "procedures",
        "Past procedures",
        "시술·수술 이력",
        frozenset({"Procedure"}),
        BOTH,
        "47519-4",
        "History of Procedures Document",
        shortened=3,
    ),
    Section("devices", "Medical devices", "의료기기", DEVICE_USE, NOW, "46264-8", "History of medical device use"),
    Section("wishes", "Advance directives", "사전 의료 의향", WISH, NOW, "42348-3", "Advance directives"),
    Section(
        "past_problems",
        "Past illnesses",
        "과거 병력",
        CONDITION,
        APART,
        "11348-0",
        "History of Past illness Narrative",
        shortened=5,
    ),
    Section(
        "vitals", "Vital signs", "활력징후", frozenset({"Observation"}), BOTH, "8716-3", "Vital signs", shortened=1
    ),
    Section("device_records", "Devices on record", "등록된 의료기기", frozenset({"Device"}), NOW),
    Section("past_medicines", "Medicines that are not in use", "현재 쓰지 않는 약", MEDICATION, APART, shortened=4),
    Section("past_allergies", "Allergies that are inactive or resolved", "비활성·해소된 알레르기", ALLERGY, APART),
    Section("past_devices", "Devices that are not in use", "쓰지 않는 의료기기", DEVICE_USE | {"Device"}, APART),
    Section("past_wishes", "Advance directives not in force", "효력이 없는 사전 의료 의향", WISH, APART),
)
BY_TURN: Sequence[Section] = sorted((one for one in SECTIONS if one.shortened), key=lambda one: one.shortened)
"""Sections that may be shortened, in their order."""
SHOWN_CATEGORIES = frozenset(
    {
        *("health.identity", "health.condition", "health.allergy", "health.medication", "health.immunization"),
        *("health.lab", "health.report", "health.procedure", "health.device", "health.vitals", "health.other"),
    }
)
"""Categories of which a summary shows something."""


def check_shown(categories: Sequence[str]) -> None:
    """Raises InvalidStatement for a category of which a summary shows nothing, such as one that is no health data."""
    hidden = [
        one for one in categories if not (one == "health" or any(_under(one, shown) for shown in SHOWN_CATEGORIES))
    ]
    if hidden:
        shown = ", ".join(sorted(SHOWN_CATEGORIES))
        raise InvalidStatement(f"a health summary shows nothing of `{hidden[0]}`; share `health`, or of {shown}")


def _under(category: str | None, above: str) -> bool:
    return category is not None and (category == above or category.startswith(above + "."))


def is_wish(resource: Mapping[str, Any]) -> bool:
    """True if a Consent or document says what the person wishes for later care (advance directive)."""
    return bool(WISH_CODES & {code for name in ("scope", "category", "type") for code in codes_of(resource.get(name))})
