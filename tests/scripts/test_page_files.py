"""The files of the pages, through the app that serves them."""

import gzip
import json
import re
from hashlib import sha256

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from mydata_ledger.ledger.labels import ROLES_KO
from mydata_ledger.scripts.pages import PORTAL_POLICY, pages
from mydata_ledger.scripts.pages.files import PageFiles
from mydata_ledger.scripts.pages.languages import FOLDER
from mydata_ledger.scripts.paths import WEB
from mydata_ledger.scripts.verify.page import build

HOST = "http://localhost:8700"
HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PAGES = ("/", "/portal", "/portal/records/0x11", "/privacy", "/verify", "/docs", "/no/such/page")
"""Addresses that a browser opens."""
HANGUL = re.compile("[가-힣]")


@pytest.fixture(scope="module")
def client():
    app = FastAPI(docs_url=None)
    pages(app, HOST)
    return TestClient(app, base_url=HOST, follow_redirects=False)


@pytest.mark.parametrize(
    "path",
    ["/portal", "/web/portal/index.html", "/web/pages/status.en.html", "/web/portal/session.js", "/", "/privacy"],
)
def test_a_page_loads_only_from_its_own_origin_by_whatever_name_it_is_opened(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == PORTAL_POLICY


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_a_policy_without_inline_scripts_and_the_headers_of_pages(client, path):
    answer = client.get(path, headers=HTML)
    rules = dict(rule.split(" ", 1) for rule in answer.headers["content-security-policy"].split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == rules["frame-ancestors"] == "'none'"
    assert re.fullmatch(r"'self'|'sha256-[A-Za-z0-9+/]{43}='", rules["script-src"])
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in answer.headers["permissions-policy"]
    assert "publickey-credentials" not in answer.headers["permissions-policy"], "passkeys are needed"


def test_the_verifier_s_policy_is_the_one_in_its_file_and_forbids_frames(client):
    answer = client.get("/verify")
    in_file = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', answer.text)[1]
    assert answer.headers["content-security-policy"] == f"{in_file}; frame-ancestors 'none'"
    assert answer.content == build().html


def test_no_other_page_has_an_inline_script_style_or_handler(client):
    for path in (one for one in PAGES if one != "/verify"):
        html = client.get(path, headers=HTML).text
        assert not re.search(r"<script(?![^>]* src=)|<style| style=| on\w+=|javascript:", html), path


def test_what_is_no_file_is_not_found_and_nothing_above_the_folder_is(client):
    assert client.get("/web/none.html").status_code == 404
    assert client.get("/web/%2e%2e/pyproject.toml").status_code == 404


def test_places_in_the_portal_are_the_portal_under_the_name_of_passkeys(client):
    index = (WEB / "portal/index.html").read_bytes()
    for path in ("/portal", "/portal/records/0x11", "/portal/requests?from=mail"):
        assert client.get(path).content == index
        for host in ("127.0.0.1:8700", "[::1]:8700"):
            sent_on = client.get(path, headers={"host": host})
            assert (sent_on.status_code, sent_on.headers["location"]) == (307, HOST + path)
    odd = client.get("/portal//evil/%2520%0b", headers={"host": "127.0.0.1:8700"})
    assert odd.headers["location"] == HOST + "/portal//evil/%2520%0b", "it is not decoded, and leads to no other host"
    broken = client.get("/portal/%0d%0aset-cookie:%20x", headers={"host": "127.0.0.1:8700"})
    assert (broken.status_code, broken.headers.get("set-cookie")) == (404, None)
    assert client.get("/portal/none.js").json() == {"error": "no_such_route"}
    assert "iife" not in client.get("/portal/statements.js").headers["content-type"]
    assert client.get("/portal/statements.js").content == (WEB / "built/statements.js").read_bytes()


def test_a_text_is_compressed_once_and_kept_as_long_as_it_is_the_same(client):
    for path in ("/", "/portal", "/verify", "/web/portal/session.js", "/web/style.css"):
        plain = client.get(path, headers={"accept-encoding": "identity"})
        zipped = client.get(path, headers={"accept-encoding": "br, gzip;q=0.5"})
        assert "content-encoding" not in plain.headers
        assert zipped.headers["content-encoding"] == "gzip"
        assert zipped.content == plain.content
        assert (
            int(zipped.headers["content-length"]) == len(gzip.compress(plain.content, 9, mtime=0)) < len(plain.content)
        )
        assert plain.headers["etag"] != zipped.headers["etag"]
        assert plain.headers["cache-control"] == "no-cache"
        assert "accept-encoding" in plain.headers["vary"]
        again = client.get(
            path, headers={"accept-encoding": "gzip", "if-none-match": f'"x", W/{zipped.headers["etag"]}'}
        )
        assert (again.status_code, again.content) == (304, b"")
        other = client.get(path, headers={"accept-encoding": "identity", "if-none-match": zipped.headers["etag"]})
        assert other.status_code == 200
    refused = client.get("/", headers={"accept-encoding": "gzip;q=0.0, identity"})
    assert "content-encoding" not in refused.headers


def test_an_answer_of_the_interface_is_never_compressed(client):
    assert "content-encoding" not in client.get("/openapi.json", headers={"accept-encoding": "gzip"}).headers
    assert "content-encoding" not in client.get("/none", headers={"accept-encoding": "gzip"}).headers


def test_only_a_name_with_the_hash_of_the_content_is_kept_for_ever(tmp_path):
    text = b"export const answer = 1;\n" * 40
    digest = sha256(text).hexdigest()
    kept = {f"main.{digest[:16]}.js": True, f"main.{digest}.js": True, f"main.{digest[:8]}.js": False}
    kept |= {
        f"main.{digest[:15]}0g.js": False,
        "main.js": False,
        "main.min.js": False,
        "main.0123456789abcdef.js": False,
    }
    for name in kept:
        (tmp_path / name).write_bytes(text)
    app = FastAPI()
    app.mount("/", PageFiles(tmp_path))
    served = TestClient(app)
    assert {name: "immutable" in served.get(f"/{name}").headers["cache-control"] for name in kept} == kept
    (tmp_path / "main.js").write_bytes(text + b"//")
    assert served.get("/main.js").content == text + b"//", "a changed file is read again"


def test_a_browser_gets_a_page_for_an_unknown_path_and_a_program_a_code(client):
    for language, words in (("en", "no such address"), ("ko", "없는 주소")):
        answer = client.get("/no/such/page", headers=HTML | {"accept-language": language})
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert answer.headers["cache-control"] == "no-store"
        assert words in answer.text
        assert {"/portal", "/verify", "/docs"} <= set(re.findall(r'href="([^"?]+)', answer.text))
    for headers in ({}, {"accept": "application/json"}, {"accept": "image/png,*/*"}):
        answer = client.get("/no/such/page", headers=headers)
        assert (answer.status_code, answer.json()) == (404, {"error": "no_such_route"})
    assert client.post("/no/such/page", headers=HTML).json() == {"error": "no_such_route"}


def test_an_address_for_programs_alone_is_a_page_for_who_opens_it(client):
    client.app.add_route("/only/post", lambda _: None, methods=["POST"])
    opened = client.get("/only/post", headers=HTML)
    assert (opened.status_code, opened.headers["content-type"]) == (405, "text/html; charset=utf-8")
    for_program = client.get("/only/post")
    assert (for_program.status_code, for_program.headers["content-type"]) == (405, "application/json")


def test_every_part_of_the_explorer_is_a_page_and_nothing_else_below_it(client):
    for part in ("", "/consents", "/records", "/access", "/parties", "/terms", "/notices", "/notices/0x" + "1" * 64):
        assert 'id="explorer"' in client.get("/explorer" + part, headers=HTML).text, part
    assert client.get("/explorer/secrets").json() == {"error": "no_such_route"}


def test_a_page_of_one_file_a_language_says_the_same_in_both(client):
    for name in ("status", "privacy", "unknown", "explorer", "start"):
        english, korean = (skeleton((FOLDER / f"{name}.{one}.html").read_text()) for one in ("en", "ko"))
        assert english == korean
        text = re.sub(r"<[^>]+>", " ", (FOLDER / f"{name}.ko.html").read_text().partition("<main>")[2])
        assert len(HANGUL.findall(text)) > 60
    for path in ("/", "/privacy"):
        for headers, query, language in (
            ({"accept-language": "ko-KR"}, "", "ko"),
            ({}, "", "en"),
            ({}, "?language=ko", "ko"),
        ):
            answer = client.get(path + query, headers=headers)
            assert f'<html lang="{language}">' in answer.text
            assert answer.headers["content-language"] == language
            assert "accept-language" in answer.headers["vary"]
    odd = client.get("/?language=../../../etc/passwd")
    assert (odd.status_code, odd.headers["content-language"]) == (200, "en")


def skeleton(html):
    """Elements, ids, classes and addresses of a page, apart from its languages."""
    tags = re.findall(r"<(\w+)([^>]*)>", html.partition("<body>")[2])
    return [
        (tag, sorted(re.findall(r'(?:id|class|href|src)="([^"]*)"', re.sub("language=..", "", rest))))
        for tag, rest in tags
    ]


def test_the_manifest_and_its_icons(client):
    names = set()
    for language in ("en", "ko"):
        answer = client.get("/manifest.webmanifest", headers={"accept-language": language})
        manifest = json.loads(answer.text)
        assert answer.headers["content-type"] == "application/manifest+json"
        assert (manifest["start_url"], manifest["display"], manifest["lang"]) == ("/portal", "standalone", language)
        names.add(manifest["name"])
        for icon in manifest["icons"]:
            got = client.get(icon["src"])
            assert (got.status_code, got.headers["content-type"]) == (200, icon["type"])
            if icon["type"] == "image/png":
                width = int.from_bytes(got.content[16:20], "big")
                assert icon["sizes"] == f"{width}x{width}"
    assert len(names) == 2
    icon = client.get("/favicon.ico")
    assert (icon.status_code, icon.headers["content-type"]) == (200, "image/svg+xml")


def test_roles_have_the_names_of_the_ledger():
    text = (FOLDER / "status_words.js").read_text(encoding="utf-8")
    assert dict(re.findall(r'"?([\w-]+)"?: "([가-힣 ]+)"', text.rpartition("roles: {")[2])) == ROLES_KO
