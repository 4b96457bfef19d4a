"""The files of the pages, over the app that serves them."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from mydata_ledger.scripts.pages import OWN_ONLY, pages


@pytest.fixture(scope="module")
def door():
    app = FastAPI()
    pages(app, "http://localhost:8700")
    return TestClient(app, base_url="http://localhost:8700", follow_redirects=False)


@pytest.mark.parametrize("path", ["/portal", "/web/portal/index.html", "/web/index.html", "/web/portal/main.js"])
def test_a_page_loads_only_what_this_house_serves_by_whatever_name_it_is_opened(door, path):
    answer = door.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == OWN_ONLY


def test_what_is_no_file_is_not_found_and_nothing_above_the_folder_is(door):
    assert door.get("/web/none.html").status_code == 404
    assert door.get("/web/%2e%2e/pyproject.toml").status_code == 404
