"""The OpenAPI description: every route has a summary, an answer and its errors."""

import pytest

from tests.api.api_client import ApiClient


@pytest.fixture(scope="module")
def described():
    return ApiClient().http.get("/openapi.json").json()


def operations(described):
    return [(path, verb, one) for path, methods in described["paths"].items() for verb, one in methods.items()]


def test_every_operation_says_what_it_does_and_how_it_refuses(described):
    found = operations(described)
    assert len(found) > 30
    for path, verb, one in found:
        assert one.get("description"), (verb, path)
        assert {"401", "404", "503"} <= set(one["responses"]), (verb, path)
        refusal = one["responses"]["404"]["content"]["application/json"]["schema"]["$ref"]
        assert refusal.endswith("/Refusal")


def test_forms_carry_examples(described):
    schemas = described["components"]["schemas"]
    assert schemas["GrantForm"]["properties"]["categories"]["examples"] == [["health.lab"]]


def test_references_lead_somewhere(described):
    def references(node):
        if isinstance(node, dict):
            yield from ([node["$ref"]] if "$ref" in node else [])
            for value in node.values():
                yield from references(value)
        elif isinstance(node, list):
            for value in node:
                yield from references(value)

    names = {name.rpartition("/")[2] for name in references(described["paths"])}
    assert names
    assert names <= set(described["components"]["schemas"])


def test_operation_ids_are_unique(described):
    names = [one["operationId"] for _, _, one in operations(described)]
    assert len(names) == len(set(names))


def test_the_session_scheme_is_declared(described):
    assert described["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
