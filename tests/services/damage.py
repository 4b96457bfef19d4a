"""Damage to FHIR files: valid JSON with parts that are missing, doubled, of a wrong type, odd, or of another person."""

import copy
import json

ODD = [
    *(None, True, 0, -1, 1.5, 10**40, "", " ", "null", "é", "\u202e", "\u0000", "\ud83d\ude00", "가나다", "x" * 5_000),
    *(
        [],
        {},
        [None],
        [[]],
        {"": None},
        [{}],
        {"coding": None},
        {"coding": [None]},
        {"reference": None},
        {"reference": 7},
    ),
]
DATES = [
    *(
        "0001",
        "0001-01-01",
        "1900",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00Z",
        "2016-02-30",
        "2020-13",
        "20200101",
    ),
    *("2020-02", "2020-01-01T10:00Z", "2020-01-01T00:00:60Z", "2020-01-01T24:00:00Z", "2020-01-01T00:00:00+14:00"),
    *(
        "9999-12-31",
        "9999-12-31T23:59:59.999999-14:00",
        "10000-01-01",
        "2020-01-01T00:00:00.123456789Z",
        "soon",
        "2020-W01",
    ),
]
STATUSES = [
    "active",
    "resolved",
    "stopped",
    "completed",
    "entered-in-error",
    "refuted",
    "Entered-in-Error",
    "",
    "inactive",
]
REFERENCES = [
    *(
        "Patient/another",
        "https://h.example/Patient/another",
        "Patient/another/_history/2",
        "urn:uuid:another",
        "#inside",
    ),
    *(
        "#",
        "Patient/",
        "Patient?identifier=x|1",
        "Group/1",
        "javascript:1",
        "Observation/nowhere",
        "",
        "//x",
        "Patient/../x",
    ),
]
NUMBERS = ["1e400", "-0", "1E-400", "123456789012345678901234567890.123", "NaN", "Infinity", "-1e999999999"]
MARK = '"number of the damage"'


def places(value, found=None):
    """Every object and array of a JSON value, with each of its keys."""
    found = [] if found is None else found
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            found.append((value, key))
            places(value[key], found)
    return found


def nested(depth, inner):
    for level in range(depth):
        inner = [inner] if level % 2 else {"extension": inner}
    return inner


def damaged(pick, whole):
    """The text of a value with one to six faults in it."""
    value = copy.deepcopy(whole)
    for _ in range(pick(range(1, 7))):
        if all_places := places(value):
            _damage(pick, *pick(all_places), value)
    text = json.dumps(value, ensure_ascii=pick([True, False]))
    return text.replace(MARK, pick(NUMBERS)).encode("utf-8", "replace")


def _damage(pick, parent, key, value):
    fault = pick(["odd", "date", "status", "reference", "number", "gone", "again", "moved", "deep", "renamed", "twin"])
    if fault == "gone":
        del parent[key]
    elif fault == "again" and isinstance(parent, list):
        parent.insert(pick(range(len(parent) + 1)), copy.deepcopy(parent[key]))
    elif fault == "moved":
        other, name = pick(places(value))
        parent[key] = copy.deepcopy(other[name])
    elif fault == "deep":
        parent[key] = nested(pick([5, 50]), parent[key])
    elif fault == "renamed" and isinstance(parent, dict):
        parent[pick(["id", "resourceType", "subject", "status", "reference", "entry", "contained", "period"])] = (
            copy.deepcopy(parent[key])
        )
    elif fault == "twin" and isinstance(parent, list):
        parent.append({"resource": {"resourceType": "Patient", "id": pick(["p", "another"])}})
    else:
        parent[key] = made(pick, fault)


def made(pick, fault):
    """A value that replaces another."""
    if fault == "number":
        return json.loads(MARK)
    if fault == "reference":
        return pick(
            [{"reference": pick(REFERENCES)}, pick(REFERENCES), {"identifier": {"value": "x"}, "type": "Patient"}]
        )
    return copy.deepcopy(pick({"date": DATES, "status": STATUSES}.get(fault, ODD)))
