"""Steps of the demonstration."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from mydata_ledger.api.slices import StepContext

SNOMED, PURPOSE, SMALLEST = "http://snomed.info/sct", "hl7:CLINTRCH", 5


def counts(context: StepContext) -> None:
    """A hospital counts people with a condition who let it compute on their profiles, and learns nobody's name."""
    context.title("Trials · A count of people by a condition")
    hospital = context.clients["hospital-1"]
    grant = {"categories": ["health"], "purposes": [PURPOSE], "actions": ["compute"]}
    accepted = [patient.agrees(hospital.wallet.address, grant) for patient in context.patients]
    hospital.wait_anchored("consents", max(one["position"] for one in accepted))
    code, expected = _most_common(context)
    answer = hospital.call("POST", "/trials/counts", json={"purpose": PURPOSE, "system": SNOMED, "code": code})
    wanted = expected if expected >= SMALLEST else None
    context.show("count", f"{answer['people']} people have {SNOMED} {code}", answer["people"] == wanted)
    rare = hospital.call("POST", "/trials/counts", json={"purpose": PURPOSE, "system": SNOMED, "code": "195967001"})
    context.show("too few", "a number below five looks like none", rare["people"] is None)


def _most_common(context: StepContext) -> tuple[str, int]:
    """The condition that most patients have by the input, and how many have it."""
    found = Counter(code for patient in context.patients for code in set(_conditions(patient)))
    return found.most_common(1)[0] if found else ("44054006", 0)


def _conditions(patient: Any) -> Iterator[str]:
    for _, resource in patient.records:
        if resource.kind == "Condition":
            entry = json.loads(resource.text)
            condition = entry.get("resource", entry)
            status = {one.get("code") for one in condition.get("clinicalStatus", {}).get("coding", [])}
            if status <= {"active", "recurrence", "relapse"} and "abatementDateTime" not in condition:
                yield from (one["code"] for one in condition["code"]["coding"] if one.get("system") == SNOMED)
