"""Damaged FHIR files: each is refused with a sentence, or gives what a whole one gives; nothing ends in an error."""

import json
import random
from pathlib import Path

import pytest

from mydata_ledger.formats.fhir import split
from mydata_ledger.formats.ips import LIMIT, summary
from mydata_ledger.ledger.conditions import grants_are_whole, in_vocabulary
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.errors import LedgerError
from mydata_ledger.ledger.kernel import OwnRecord
from mydata_ledger.services.health.formats.consents import consents_in, read_consent
from testing.sizes import sampled, sized
from tests.services import consent_reference, ips
from tests.services.damage import damaged, places
from tests.services.test_consent_reference import (
    ACCOUNTS,
    BOUNDS,
    FINER,
    RECORDS,
    ROLE,
    imported,
    ledger_decision,
    some_question,
    some_resource,
)
from tests.services.test_fhir_consents import ANN, NOW, WORDS
from tests.services.test_summary import PATIENT, SUBJECT, allergy, condition, observation, order, people, procedure

HL7 = Path(__file__).parents[3] / "shared/data/health/hl7_r4_examples"
FOREIGN = {"another", "q"}


def of_each_type(raw, most=3):
    """A patient's Bundle with a few resources of each type."""
    bundle, kept = json.loads(raw), {}
    for entry in bundle["entry"]:
        kept.setdefault(entry["resource"]["resourceType"], []).append(entry)
    return bundle | {"entry": [entry for entries in kept.values() for entry in entries[:most]]}


def small():
    """A Bundle with a resource for each section."""
    use = {"resourceType": "DeviceUseStatement", "id": "u", "status": "active", "subject": SUBJECT}
    device = {"resourceType": "Device", "id": "v", "status": "active", "patient": SUBJECT}
    resources = [PATIENT, condition("a"), allergy("b"), order("c"), observation("d"), procedure("e"), device]
    resources.append(use | {"device": {"reference": "Device/v"}})
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}


def wholes():
    files = sorted(HL7.glob("*.json")) if HL7.is_dir() else []
    examples = [json.loads(file.read_bytes()) for file in files if file.stat().st_size < 30_000]
    patients = [of_each_type(one.values[0]) for one in people()]
    return [*patients, *examples, *[small()] * (1 + len(examples) // 3)]


WHOLES = wholes()


def check_record(upload):
    assert 0 <= upload.data_from < 2**63
    assert upload.data_until == 0 or upload.data_from < upload.data_until < 2**63
    WORDS.check_declared(upload.category)


@pytest.mark.parametrize("seed", sampled(range(5)))
def test_a_damaged_file_is_refused_with_a_sentence_or_gives_records_and_a_sound_summary(seed):
    pick, whole = random.Random(seed).choice, 0
    for _ in range(sized(2_000)):
        raw = damaged(pick, pick(WHOLES))
        try:
            parts = split(raw, ANN)
        except LedgerError as refusal:
            assert 0 < len(str(refusal)) < 400  # noqa: PT017 - one of two fair outcomes
            continue
        for upload in parts.uploads:
            check_record(upload)
        assert all(one.reason for one in parts.skipped)
        made = ips.Document(summary([OwnRecord("0xA", one.content) for one in parts.uploads], ANN, NOW))
        made.check_references()
        made.check_standings()
        assert len(made.raw) <= LIMIT or "longer than 32 KiB" in made.composition["text"]["div"]
        whole += 1
    assert whole > sized(800)


def files_of_consents(pick):
    """A Consent, or a file of several."""
    one, other = (some_resource(pick, finer=True, unknown=True) for _ in range(2))
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one}, {"resource": other}]}
    return pick([one, one, bundle, {"resourceType": "Parameters", "parameter": [{"name": "x", "resource": one}]}])


@pytest.mark.parametrize("seed", sampled(range(5)))
def test_a_damaged_consent_is_refused_with_a_sentence_or_gives_grants_that_can_be_signed(seed):
    pick, drafted = random.Random(seed).choice, 0
    for _ in range(sized(3_000)):
        try:
            parts = consents_in(damaged(pick, files_of_consents(pick)))
            options = {"grantee": ACCOUNTS.get, "record": RECORDS.get, "everyone": ROLE, "now": NOW}
            found = [read_consent(part.raw, WORDS, **options) for part in parts]
        except LedgerError as refusal:
            assert 0 < len(str(refusal)) < 400  # noqa: PT017 - one of two fair outcomes
            continue
        for grantee, grants in (pair for one in found for pair in one.grants.items()):
            consent = Consent(ANN, ANN, grantee, "", 1, bytes(32), grants, bytes(32), "en", NOW, bytes(32))
            grants_are_whole(NOW)(consent)
            in_vocabulary(WORDS)(consent)
            drafted += 1
    assert drafted > sized(500)


JUNK = [
    *(7, True, "x", [7], ["x"], [None], [[]], [{}], {"x": 1}, {"coding": 7}, {"coding": [7]}, [{"reference": 7}]),
    *([{"reference": {"reference": 7}}], {"start": 7}, {"start": "soon"}, {"end": []}, [{"code": 7}], [{"code": "?"}]),
]
BOUND_NAMES = BOUNDS.keys() | FINER.keys() | {"resourceType", "grantee"}


@pytest.mark.parametrize("seed", sampled(range(5)))
def test_a_bound_that_is_damaged_never_permits_more(seed):
    pick, tried, still = random.Random(seed).choice, 0, 0
    for _ in range(500):
        whole = some_resource(pick, finer=True)
        broken = json.loads(json.dumps(whole))
        bounds = [(parent, key) for parent, key in places(broken) if key in BOUND_NAMES and parent[key] != "Consent"]
        bounds = [(parent, key) for parent, key in bounds if not isinstance(parent[key], str)]
        if not bounds:
            continue
        parent, key = pick(bounds)
        parent[key] = pick(JUNK)
        try:
            found = imported(broken)
        except LedgerError:
            continue
        tried += 1
        for question, category in (some_question(pick) for _ in range(40)):
            ours = ledger_decision(found.grants, question, category) == "permit"
            assert consent_reference.permitted(whole, question) or not ours, (broken, key, question)
            still += ours
    assert tried > 100
    assert still > 20
