"""Every error code has a sentence in Korean and in English, shown in the language that the request prefers."""

import ast
import re
from pathlib import Path

import pytest

from mydata_ledger.api import errors as api_errors
from mydata_ledger.api.error_sentences import SENTENCES, preferred_language
from mydata_ledger.ledger import errors
from testing.ledger_fixture import wallet
from tests.api.api_client import ApiClient

ROOT = Path(__file__).parents[2]
HANGUL = re.compile("[가-힣]")


@pytest.fixture(scope="module")
def client():
    return ApiClient()


def subclasses(kind):
    return {kind, *(one for sub in kind.__subclasses__() for one in subclasses(sub))}


def codes():
    """Every code of the tree of errors, and every one that the sources of the API write."""
    found = {kind.code for kind in subclasses(errors.LedgerError)}
    found |= {api_errors.UNEXPECTED["error"], *api_errors.CODES.values(), "refused"}
    for path in (ROOT / "api").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Dict):
                pairs = zip(node.keys, node.values, strict=True)
                found |= {
                    value.value
                    for name, value in pairs
                    if isinstance(name, ast.Constant) and name.value == "error" and isinstance(value, ast.Constant)
                }
    return found


def test_every_code_has_a_sentence_in_both_languages_and_no_other_has():
    assert set(SENTENCES) == codes()
    for term in SENTENCES.values():
        assert HANGUL.search(term.label_ko)
        assert not HANGUL.search(term.label)
        assert (term.label[-1], term.label_ko[-1]) == (".", ".")
    for texts in ([term.label for term in SENTENCES.values()], [term.label_ko for term in SENTENCES.values()]):
        assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        *(("ko", "ko"), ("ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", "ko"), ("en-GB", "en"), ("en;q=0.3, ko;q=0.8", "ko")),
        *(("fr-FR, de", ""), ("", ""), ("*", ""), ("ko;q=0", ""), ("ko;q=0, en;q=0.1", "en"), ("KO-kr", "ko")),
        *(("ko;q=nonsense", ""), ("ko;q=nan", ""), (",;=,", ""), ("fr, en;q=0.5", "en"), ("x" * 9_000 + ",ko", "")),
    ],
)
def test_which_language_a_header_prefers(header, language):
    assert preferred_language(header) == language


PATHS = [
    ("GET", "/me/inbox", None, 401, "session_required"),
    ("POST", "/access/records/0x" + "11" * 32, {}, 401, "session_required"),
    ("GET", "/no-such-path", None, 404, "no_such_route"),
    ("PUT", "/parties", None, 405, "method_not_allowed"),
    ("POST", "/session/challenges", {"address": 7}, 400, "malformed_input"),
]


@pytest.mark.parametrize("case", PATHS, ids=lambda case: case[1])
def test_an_error_has_its_sentence_where_a_language_is_asked_for(client, case):
    method, path, form, status, code = case
    plain = client.http.request(method, path, json=form)
    assert (plain.status_code, plain.json()["error"]) == (status, code)
    assert "message" not in plain.json()
    for language, text in (("ko-KR", SENTENCES[code].label_ko), ("en", SENTENCES[code].label)):
        answer = client.http.request(method, path, json=form, headers={"accept-language": language})
        assert answer.status_code == status
        assert answer.json() == plain.json() | {"message": text}
        assert answer.headers["content-language"] == language[:2]
        assert "accept-language" in answer.headers["vary"].lower()
        assert int(answer.headers["content-length"]) == len(answer.content)
    other = client.http.request(method, path, json=form, headers={"accept-language": "fr"})
    assert other.json() == plain.json()


def test_i7_absent_and_forbidden_have_one_sentence(client):
    record, stranger = client.issued(), client.as_(wallet(78)) | {"accept-language": "ko"}
    form = {"category": "health.lab", "purpose": "hl7:CLINTRCH"}
    hidden = client.http.post(f"/access/records/{record}", json=form, headers=stranger)
    absent = client.http.post("/access/records/0x" + "99" * 32, json=form, headers=stranger)
    assert hidden.json().keys() == absent.json().keys() >= {"error", "message"}
    assert hidden.json()["message"] == absent.json()["message"] == SENTENCES["access_denied"].label_ko
