"""The app keeps its OpenAPI description: every input that the schema allows gets a described
answer, and never a fault.
"""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi import checks as described

from testing.sizes import sampled
from tests.api.api_client import ApiClient

KEPT = [
    checks.not_a_server_error,
    described.status_code_conformance,
    described.content_type_conformance,
    described.response_schema_conformance,
]
SESSIONS = "/sessions"
"""Signing out would end the session that the other questions are asked in."""
FEW = settings(
    max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate], database=None
)


def broken(operation, mode, headers):
    """How an operation violates its description; None if it does not."""

    @FEW
    @given(case=operation.as_strategy(generation_mode=mode))
    def answers_as_described(case):
        case.call_and_validate(headers=headers, checks=KEPT)

    try:
        answers_as_described()
    except Unsatisfiable:  # nothing can be said against this operation's form
        return None
    except (schemathesis.checks.Failure, BaseExceptionGroup) as found:
        return f"{operation.label}: {getattr(found, 'exceptions', found)}"
    return None


@pytest.mark.parametrize("mode", sampled(GenerationMode))
@pytest.mark.parametrize("role", ["ann", "hospital"])
def test_every_operation_answers_as_described(role, mode):
    client = ApiClient()
    headers = client.as_(getattr(client.fixture, role))
    schema = schemathesis.openapi.from_asgi("/openapi.json", client.app)
    operations = [one.ok() for one in schema.get_all_operations()]
    assert len(operations) > 90
    found = [broken(one, mode, headers) for one in operations if one.path != SESSIONS]
    assert not any(found), "\n".join(one for one in found if one)


def test_a_method_that_a_path_does_not_have_gets_all_that_it_has():
    client = ApiClient()
    for path, methods in client.http.get("/openapi.json").json()["paths"].items():
        refused = client.http.request("TRACE", path.replace("{", "").replace("}", ""))
        assert refused.status_code == 405, path
        assert {one.strip().lower() for one in refused.headers["allow"].split(",")} >= set(methods), path


@pytest.mark.parametrize("text", ["ð", "e30", "e30=\n", "{}", "e3 0="])
def test_content_that_is_not_base64_is_refused_by_name(text):
    client = ApiClient()
    record = {"data_subject": client.fixture.ann.address, "category": "health.lab", "media_type": "application/json"}
    form = {"records": [record | {"content_base64": text}]}
    refused = client.http.post("/records/drafts", json=form, headers=client.as_(client.fixture.hospital))
    assert (refused.status_code, refused.json()["detail"]) == (400, "`content_base64` is not base64")


def test_a_fault_of_ours_has_the_shape_that_refusals_have(monkeypatch):
    client = ApiClient()
    monkeypatch.setattr(type(client.fixture.store.directory), "parties", lambda _: 1 / 0)
    failed = client.http.get("/parties")
    assert (failed.status_code, failed.json()["error"]) == (500, "internal_error")
