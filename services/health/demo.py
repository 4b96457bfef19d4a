"""Steps of the demonstration."""

from __future__ import annotations

import time
from typing import Any

from mydata_ledger.api.slices import StepContext
from mydata_ledger.ledger.envelope import generate_reader_key

PATIENCE = 180
"""Seconds until every profile is built: a consent must be on chain, and the job runs every ten seconds."""


def profiles(context: StepContext) -> None:
    """Every patient has a clinical profile built, and sees it with the record that each fact comes from."""
    context.title("Health · Clinical profiles, built by consent")
    first = _profile(context.patients[0])
    had = "has one from an earlier run" if first["state"] == "current" else "has none before consenting to it"
    context.show("profile before", f"patient 1 {had}", first["state"] in {"none", "current"})
    for patient in context.patients:
        terms = {name: first["turn_on"][name] for name in ("categories", "purposes", "actions")}
        patient.agrees(first["turn_on"]["grantee"], terms)
    deadline = time.monotonic() + PATIENCE
    views = [_profile(patient) for patient in context.patients]
    while any(view["state"] != "current" for view in views) and time.monotonic() < deadline:
        time.sleep(1)
        views = [_profile(patient) for patient in context.patients]
    built = [view for view in views if view["state"] == "current"]
    records = sum(len(view["sources"]) for view in built)
    text = f"{len(built)} profiles, made of {records} records that their owners see by name"
    context.show("profiles", text, len(built) == len(views) and records > 0)


def _profile(patient: Any) -> dict[str, Any]:
    query = {"reader_key": "0x" + generate_reader_key().public.hex()}
    view: dict[str, Any] = patient.client.call("GET", "/health/profile", params=query)
    return view
