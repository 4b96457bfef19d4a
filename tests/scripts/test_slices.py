"""Folders of services that are bad: each ends with a sentence that names folder and file."""

import json

import pytest

from mydata_ledger.api.slices import Job
from mydata_ledger.scripts.failure import Failure
from mydata_ledger.scripts.slices import finding, folders
from mydata_ledger.services.energy import catalog

FUNCTIONS = '''"""Commands."""

LIMIT = 3


def first():
    """Say one."""


def _hidden():
    """Nothing."""


class Second:
    """No command."""


def third():
    pass
'''


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "energy"
    for part in ("page", "messages"):
        (made / part).mkdir(parents=True)
    (made / "page/index.html").write_text("<!doctype html>")
    for language in ("en", "ko"):
        (made / f"messages/{language}.json").write_text(json.dumps({"title": "x", "help": "y"}))
    return made


def test_a_page_with_messages_in_both_languages_is_found(folder):
    assert finding._page(folder) == folder / "page"
    assert finding._messages(folder) == {name: folder / f"messages/{name}.json" for name in ("en", "ko")}


@pytest.mark.parametrize(
    ("file", "text", "sentence"),
    [
        ("en.json", "{", "services/energy/messages/en.json is not JSON"),
        ("en.json", b"\xff", "services/energy/messages/en.json is not JSON"),
        ("ko.json", "[]", "services/energy/messages/ko.json must be an object of texts"),
        ("ko.json", '{"title": "", "help": "y"}', "services/energy/messages/ko.json must be an object of texts"),
        ("ko.json", '{"title": 1, "help": "y"}', "services/energy/messages/ko.json must be an object of texts"),
        ("ko.json", '{"title": "x"}', "services/energy/messages must have en.json and ko.json, with the same keys"),
        ("fr.json", "{}", "services/energy/messages must have en.json and ko.json, with the same keys"),
    ],
)
def test_bad_messages_are_named(folder, file, text, sentence):
    (folder / "messages" / file).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(Failure, match=sentence):
        finding._messages(folder)


@pytest.mark.parametrize("text", ["{", '"trial"', '["trial", 1]', '[""]'])
def test_bad_roles_of_a_page_are_named(folder, text):
    assert finding._page_roles(folder) == ()
    (folder / "page/roles.json").write_text(text)
    with pytest.raises(Failure, match=r"services/energy/page/roles\.json must be a list of roles"):
        finding._page_roles(folder)


@pytest.mark.parametrize("lost", ["messages/en.json", "messages/ko.json", "page/index.html"])
def test_what_a_page_lacks_is_named(folder, lost):
    (folder / lost).unlink()
    with pytest.raises(Failure, match=f"services/energy has a page but lacks {lost}"):
        finding._page(folder)


@pytest.mark.parametrize(
    ("jobs", "sentence"),
    [
        ({"count": Job(9, lambda _, __: 0)}, "the period of `count` is below 10 seconds"),
        ({"statements": Job(60, lambda _, __: 0)}, "is the name of the job that reads the logs"),
    ],
)
def test_a_bad_job_is_named(monkeypatch, jobs, sentence):
    monkeypatch.setattr(finding, "_attribute", lambda *_: jobs)
    with pytest.raises(Failure, match=f"services/energy/jobs.py.*{sentence}"):
        finding._jobs("energy")


def test_a_module_without_its_name_is_named(monkeypatch):
    monkeypatch.delattr(catalog, "CATALOG")
    with pytest.raises(Failure, match=r"services/energy/catalog\.py has no `CATALOG`"):
        finding.slices()


def test_a_catalog_of_another_name_is_named(monkeypatch):
    monkeypatch.setattr(catalog, "CATALOG", finding._attribute("finance", "catalog", "CATALOG"))
    with pytest.raises(Failure, match=r"services/energy/catalog\.py has the name of another service: finance"):
        finding.slices()


def test_public_functions_are_found_in_order_without_loading(tmp_path, monkeypatch):
    (tmp_path / "energy").mkdir()
    (tmp_path / "energy/commands.py").write_text(FUNCTIONS)
    monkeypatch.setattr(folders, "SERVICES", tmp_path)
    found = folders.dotted_names("energy", "commands")
    module = "mydata_ledger.services.energy.commands"
    assert list(found.items()) == [("first", f"{module}:first"), ("third", f"{module}:third")]
    assert folders.about_function(found["first"]) == "Say one."
    assert folders.about_function(found["third"]) == ""
    assert folders.dotted_names("energy", "demo") == {}


def test_a_dotted_name_is_loaded():
    assert folders.load("mydata_ledger.scripts.slices.folders:names") is folders.names
