"""The files of the pages, through the app that serves them."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from mydata_ledger.scripts.pages import PORTAL_POLICY, pages


@pytest.fixture(scope="module")
def client():
    app = FastAPI()
    pages(app, "http://localhost:8700")
    return TestClient(app, base_url="http://localhost:8700", follow_redirects=False)


@pytest.mark.parametrize("path", ["/portal", "/web/portal/index.html", "/web/index.html", "/web/portal/main.js"])
def test_a_page_loads_only_from_its_own_origin_by_whatever_name_it_is_opened(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == PORTAL_POLICY


def test_what_is_no_file_is_not_found_and_nothing_above_the_folder_is(client):
    assert client.get("/web/none.html").status_code == 404
    assert client.get("/web/%2e%2e/pyproject.toml").status_code == 404
