"""The International Patient Summary of real and of hostile resources is a valid document."""

import json
import random
from pathlib import Path

import pytest
from fhir.resources.R4B.bundle import Bundle

from mydata_ledger.services.health.formats.summary import SECTIONS, summary
from testing.ledger_fixture import NOW

SYNTHEA = Path(__file__).parents[3] / "shared/data/health/synthea_r4"
ANN = b"\xaa" * 20
NAMES = ["id", "code", "coding", "text", "display", "reference", "status", "category", "subject", "effectiveDateTime"]
WORDS = ["", "é\ud800", "urn:uuid:1", "Patient/1", "<b>", None, 1.50, 10**30, True]


def anything(pick, depth=0):
    kind = pick(range(4)) if depth < 4 else 0
    if kind == 1:
        return [anything(pick, depth + 1) for _ in range(pick(range(4)))]
    if kind > 1:
        return {pick(NAMES): anything(pick, depth + 1) for _ in range(pick(range(5)))}
    return pick(WORDS)


def test_whatever_holders_issued_the_rest_is_a_document():
    pick = random.Random(3).choice
    for _ in range(400):
        parts = [{pick(NAMES): anything(pick) for _ in range(4)} for _ in range(3)]
        odd = [part | {"resourceType": pick(["Patient", "Observation", "Condition", 7])} for part in parts]
        found = json.loads(summary([*(json.dumps(one).encode() for one in odd), b"\xff{", b"[" * 9_000], ANN, NOW))
        assert found["entry"][0]["resource"]["resourceType"] == "Composition"
        urls = [entry["fullUrl"] for entry in found["entry"]]
        assert len(urls) == len(set(urls))


def test_of_nothing_it_says_that_nothing_is_shared():
    raw = summary([], ANN, NOW)
    Bundle.model_validate_json(raw)
    sections = json.loads(raw)["entry"][0]["resource"]["section"]
    assert len(sections) == 3
    assert all(section["emptyReason"] for section in sections)


@pytest.mark.skipif(not SYNTHEA.is_dir(), reason="../shared/data is absent")
def test_of_synthetic_patients_it_is_valid_and_leads_nowhere_outside():
    for file in sorted(SYNTHEA.glob("*.json"))[:4]:
        entries = json.loads(file.read_bytes())["entry"]
        raw = summary([json.dumps(one["resource"]).encode() for one in entries], ANN, NOW)
        Bundle.model_validate_json(raw)
        assert "not part of this summary" in raw.decode()
        assert len(json.loads(raw)["entry"][0]["resource"]["section"]) <= len(SECTIONS)
