"""Steps of the demonstration."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from mydata_ledger.api.slices import StepContext

PURPOSE, SMALLEST = "hl7:CLINTRCH", 5
PATIENCE = 120
"""Seconds until a count in the background is there; its job runs every ten seconds."""
Code = tuple[str, str]
"""Code system and code of a condition."""


def counts(context: StepContext) -> None:
    """A hospital counts people with a condition who let it compute on their profiles, and learns nobody's name. One
    number about a new group is given a day, so the second question is one about too few people. The first question is
    asked once more, in the background.
    """
    context.title("Trials · A count of people by a condition")
    hospital = context.clients["hospital-1"]
    grant = {"categories": ["health"], "purposes": [PURPOSE], "actions": ["compute"]}
    accepted = [patient.agrees(hospital.wallet.address, grant) for patient in context.patients]
    hospital.wait_anchored("consents", max(one["position"] for one in accepted))
    found = Counter(code for patient in context.patients for code in set(_conditions(patient))).most_common()
    too_few = [one for one in found if one[1] < SMALLEST][-1:]
    for (system, code), expected in found[:1] + too_few:
        form = {"purpose": PURPOSE, "system": system, "code": code}
        people = hospital.call("POST", "/trials/counts", json=form)["people"]
        text = f"{people} people have {code}" if people else f"how many have {code} is not given: fewer than {SMALLEST}"
        context.show("count", text, people == (expected if expected >= SMALLEST else None))
    (system, code), expected = found[0]
    answer = _counted_by_the_job(hospital, {"purpose": PURPOSE, "system": system, "code": code})
    text = f"a job counted {answer['people']} people with {code}, by the same rules; the hospital fetched the number"
    context.show("count in the background", text, answer["people"] == expected)


def _counted_by_the_job(hospital: Any, form: dict[str, str]) -> dict[str, Any]:
    """Ask for a count without waiting, and fetch it once the job has counted."""
    found = hospital.call("POST", "/trials/counts", json=form | {"wait": False})
    deadline = time.monotonic() + PATIENCE
    while found["state"] in {"waiting", "running"} and time.monotonic() < deadline:
        time.sleep(1)
        found = hospital.call("GET", f"/trials/counts/{found['count_id']}")
    return found["answer"] or {"people": None}


def _conditions(patient: Any) -> Iterator[Code]:
    """The codes of a patient's active conditions, by the input."""
    for _, resource in patient.records:
        if resource.kind == "Condition":
            entry = json.loads(resource.text)
            condition = entry.get("resource", entry)
            status = {one.get("code") for one in condition.get("clinicalStatus", {}).get("coding", [])}
            if status <= {"active", "recurrence", "relapse"} and "abatementDateTime" not in condition:
                yield from ((one["system"], one["code"]) for one in condition["code"]["coding"])
