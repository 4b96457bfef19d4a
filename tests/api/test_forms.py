"""Forms accept only their own members and JSON types: no text for a number, no misspelt member."""

from datetime import date
from types import NoneType
from typing import get_args

import pytest
from pydantic import ValidationError

from mydata_ledger.api.routes.explanations import ExplanationForm
from mydata_ledger.api.routes.questions import QueryForm, RecordSearchForm
from mydata_ledger.api.schemas import Form, GrantForm
from mydata_ledger.ledger.consent import NEVER
from mydata_ledger.services.trials.schemas import DataUseForm
from testing.ledger_fixture import NOW
from tests.api.api_client import ApiClient

DOOR = ApiClient()
LOOKS_LIKE = {
    int: ["5", "", 5.0, 5.5, True, False, 1e400, [5]],
    bool: ["true", "yes", "", 1, 0, 1.0],
    str: [5, True, 1.5, ["x"], b"x"],
}
LENIENT = {
    "Action",
    "ActionSearchForm",
    "EntityType",
    "Entity",
    "EvaluationContext",
    "EvaluationForm",
    "EvaluationsForm",
    "ManifestRequest",
    "Options",
    "PageRequest",
    "PartialForm",
    "RequestedAction",
    "RequestedRecord",
    "Requester",
    "ResourceSearchForm",
    "SubjectSearchForm",
}
"""Unknown members are ignored: AuthZEN section 5, and SMART Health Links for `ManifestRequest`."""


def kinds(of=Form):
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


BODIES = sorted((kind for kind in kinds() if not issubclass(kind, QueryForm)), key=lambda kind: kind.__name__)


def wrong(kind):
    """Every plain member of a form, with every value of another type."""
    for name, field in kind.model_fields.items():
        types = {*(get_args(field.annotation) or [field.annotation])} - {NoneType}
        for type_ in types & LOOKS_LIKE.keys():
            yield from ((name, value) for value in LOOKS_LIKE[type_])


@pytest.mark.parametrize("kind", BODIES, ids=lambda kind: kind.__name__)
def test_what_only_looks_like_a_number_a_flag_or_a_text_is_refused(kind):
    for name, value in wrong(kind):
        with pytest.raises(ValidationError) as refused:
            kind.model_validate({name: value})
        assert name in {error["loc"][0] for error in refused.value.errors()}, value


def test_there_is_something_to_get_wrong():
    assert len(BODIES) > 25
    assert sum(1 for kind in BODIES for _ in wrong(kind)) > 300


def test_a_member_that_is_not_known_is_refused_but_where_a_standard_wants_it_ignored():
    schemas = DOOR.app.openapi()["components"]["schemas"]
    taken = {kind.__name__ for kind in BODIES}
    reported = {name for name in schemas if schemas[name].get("additionalProperties") is False}
    assert taken <= reported | {kind.__name__ for kind in BODIES if kind.__subclasses__()}
    assert not LENIENT & reported
    for operations in DOOR.app.openapi()["paths"].values():
        for operation in operations.values():
            content = operation.get("requestBody", {}).get("content", {})
            named = content.get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
            assert not named or named in reported | LENIENT, named


@pytest.mark.parametrize(
    "changed",
    [
        *({"expire": NOW + 9}, {"Expires": NOW + 9}, {"expires": str(NOW + 9)}, {"not_before": 5.0}),
        *({"effect": "Permit"}, {"condition": ["once"]}, {"conditions": "once"}, {"effect": None}, {"records": {}}),
    ],
)
def test_a_draft_with_a_slip_in_it_is_no_other_draft(changed):
    grant = {"categories": ["health.lab"], "purposes": ["hl7:CLINTRCH"], "actions": ["view"], **changed}
    wish = {"grantee": DOOR.fixture.trial.address, "grants": [grant]}
    answer = DOOR.http.post("/consents/drafts", json=wish, headers=DOOR.as_(DOOR.fixture.ann))
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed_input")
    (member,) = changed
    assert member in answer.json()["detail"]


def test_valid_members_are_accepted():
    grant = {"categories": ["a"], "purposes": ["b"], "actions": ["view"], "effect": "forbid", "expires": NEVER}
    assert GrantForm.model_validate(grant).grant().effect == "forbid"
    wishes = {"wishes": [{"kind": "never", "topics": ["seoul"]}], "validity": {"trial": 60}}
    headers = DOOR.as_(DOOR.fixture.ann)
    assert DOOR.http.put("/me/wishes", json=wishes, headers=headers).status_code == 200
    assert DOOR.http.get("/me/wishes", headers=headers).json()["wishes"][0]["topics"] == ["seoul"]
    assert DOOR.http.put("/me/wishes", json={"validity": {"trial": "60"}}, headers=headers).status_code == 400


def test_behind_the_question_mark_everything_is_text():
    assert RecordSearchForm.model_validate({"category": "a", "purpose": "b", "limit": "7"}).limit == 7
    assert ExplanationForm.model_validate({"requester": "0x" + "ab" * 20, "purpose": "b", "at": "7"}).at == 7
    with pytest.raises(ValidationError):
        RecordSearchForm.model_validate({"category": "a", "purpose": "b", "limits": "7"})


@pytest.mark.parametrize(
    ("statement", "taken"), [("2027-06-01", date(2027, 6, 1)), (0, None), (True, None), ("june", None)]
)
def test_a_day_is_text(statement, taken):
    form = {"terms": {}, "aims": [], "until": statement}
    if taken:
        assert DataUseForm.model_validate(form).until == taken
    else:
        with pytest.raises(ValidationError):
            DataUseForm.model_validate(form)
