"""Makes a `Slice` of each service's folder, and refuses a folder that lacks a file or has a bad one."""

from __future__ import annotations

import importlib
import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mydata_ledger.api.slices import SHORTEST_PERIOD, Job, Slice
from mydata_ledger.scripts.failure import Failure
from mydata_ledger.scripts.paths import SERVICES
from mydata_ledger.scripts.slices.folders import dotted_names, names
from mydata_ledger.scripts.slices.jobs import STATEMENTS

LANGUAGES = ("en", "ko")
NEEDED_BY_PAGE = ("page/index.html", *(f"messages/{language}.json" for language in LANGUAGES))


def slices() -> list[Slice]:
    """All services, by name. Raises Failure, which names folder and file."""
    return [_slice(name, SERVICES / name) for name in names()]


def _slice(name: str, folder: Path) -> Slice:
    catalog = _attribute(name, "catalog", "CATALOG")
    if catalog.name != name:
        raise Failure(f"services/{name}/catalog.py has the name of another service: {catalog.name}")
    return Slice(
        catalog=catalog,
        router=_attribute(name, "routes", "router"),
        on_statement=_attribute(name, "statements", "on_statement"),
        jobs=_jobs(name),
        page=_page(folder),
        page_roles=_page_roles(folder),
        messages=_messages(folder),
        commands=dotted_names(name, "commands"),
        demo_steps=tuple(dotted_names(name, "demo").values()),
        mappings=tuple(sorted(folder.glob("mappings/*.json"))),
        dictionary=next(folder.glob("dictionary.json"), None),
        readers=dotted_names(name, "readers"),
    )


def _attribute(name: str, module: str, attribute: str) -> Any:
    """An attribute of a module of a service; None if there is no such module. Raises Failure if it lacks the name."""
    full = f"mydata_ledger.services.{name}.{module}"
    if importlib.util.find_spec(full) is None:
        return None
    found = getattr(importlib.import_module(full), attribute, None)
    if found is None:
        raise Failure(f"services/{name}/{module}.py has no `{attribute}`")
    return found


def _jobs(name: str) -> Mapping[str, Job]:
    jobs: Mapping[str, Job] = _attribute(name, "jobs", "JOBS") or {}
    for job, described in jobs.items():
        if job == STATEMENTS:
            raise Failure(f"services/{name}/jobs.py: `{job}` is the name of the job that reads the logs")
        if described.every < SHORTEST_PERIOD:
            raise Failure(f"services/{name}/jobs.py: the period of `{job}` is below {SHORTEST_PERIOD} seconds")
    return jobs


def _page(folder: Path) -> Path | None:
    """The folder of the page. Raises Failure if a page lacks its first file, or its messages in a language."""
    page = folder / "page"
    if not page.is_dir():
        return None
    for needed in NEEDED_BY_PAGE:
        if not (folder / needed).is_file():
            raise Failure(f"services/{folder.name} has a page but lacks {needed}")
    return page


def _page_roles(folder: Path) -> tuple[str, ...]:
    """The roles that the page is for, by its `roles.json`; none without that file. Raises Failure if it is no list of
    names.
    """
    file = folder / "page" / "roles.json"
    if not file.is_file():
        return ()
    try:
        roles = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        roles = None
    if not isinstance(roles, list) or not all(isinstance(role, str) and role for role in roles):
        raise Failure(f'services/{folder.name}/page/roles.json must be a list of roles, such as ["trial", "person"]')
    return tuple(roles)


def _messages(folder: Path) -> Mapping[str, Path]:
    """The files of messages by language. Raises Failure unless there are both, with texts under the same keys."""
    files = {path.stem: path for path in sorted(folder.glob("messages/*.json"))}
    keys = [set(_texts(folder, path)) for path in files.values()]
    if files and (files.keys() != set(LANGUAGES) or keys[0] != keys[1]):
        raise Failure(f"services/{folder.name}/messages must have en.json and ko.json, with the same keys")
    return files


def _texts(folder: Path, path: Path) -> dict[str, str]:
    where = f"services/{folder.name}/messages/{path.name}"
    try:
        texts = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Failure(f"{where} is not JSON") from error
    if not isinstance(texts, dict) or not all(isinstance(text, str) and text for text in texts.values()):
        raise Failure(f"{where} must be an object of texts that are not empty")
    return texts
