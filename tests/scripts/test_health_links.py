"""`mydata receive` against servers of other issuers: every file, ended links, redirects, and answers that are none."""

import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as some
from typer.testing import CliRunner

from mydata_ledger.ledger.envelope.jose import base64url, jwe, open_jwe
from mydata_ledger.ledger.errors import IntegrityFailure, InvalidStatement, LedgerError, MalformedInput
from mydata_ledger.scripts.cli import app
from mydata_ledger.scripts.reach import Reach
from mydata_ledger.services.health.formats.shlink import read_shlink

KEY = bytes(range(32))
BUNDLE, CARD = b'{"resourceType":"Bundle","type":"document"}', b'{"verifiableCredential":["x"]}'
SEALED = jwe(BUNDLE, KEY, "application/fhir+json")


class Server(ThreadingHTTPServer):
    """Answers each path with what `answers` has: status, headers and body; remembers the requests."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.requests = {}, []
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def manifest(self, *files, **members):
        self.answers["/m"] = (200, {}, json.dumps({"files": list(files)} | members).encode())


class Handler(BaseHTTPRequestHandler):
    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.requests.append((self.command, self.path, body))
        status, headers, content = self.server.answers.get(urlsplit(self.path).path, (404, {}, b""))
        self.send_response(status)
        for name, value in {"content-length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = answer  # noqa: N815 - the names that http.server looks for

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with Server() as made:
        yield made
        made.shutdown()


def link(url, **members):
    text = json.dumps({"url": url, "key": base64url(KEY)} | members)
    return "shlink:/" + base64url(text.encode())


def raw_link(text):
    return "shlink:/" + base64url(text.encode())


def receive(text, *options):
    """Exit code and output of the command; of an error, its sentence."""
    done = CliRunner().invoke(app, ["receive", text, "--as", "Dr. Lee", *options])
    return done.exit_code, done.output or str(done.exception)


def test_every_file_of_a_manifest_is_received(server, tmp_path):
    server.answers["/f"] = (200, {}, SEALED.encode())
    card = {"contentType": "application/smart-health-card", "embedded": jwe(CARD, KEY, "application/smart-health-card")}
    server.manifest(card, {"contentType": "application/fhir+json", "location": server.url + "/f"})
    out = tmp_path / "got.json"
    code, output = receive(link(server.url + "/m"), "--out", str(out), "--json")
    assert code == 0
    files = json.loads(output)["files"]
    assert [one["content_type"] for one in files] == ["application/smart-health-card", "application/fhir+json"]
    assert [Path(one["file"]).read_bytes() for one in files] == [CARD, BUNDLE]
    assert [one["file"] for one in files] == [str(out), str(tmp_path / "got-2.json")]
    code, output = receive(link(server.url + "/m"))
    assert (code, CARD.decode() in output, BUNDLE.decode() in output) == (0, True, True)


def test_a_file_that_fails_is_named_and_the_others_are_received(server, tmp_path):
    other = jwe(CARD, bytes(32), "x")
    server.manifest(
        {"embedded": other}, {"location": server.url + "/gone"}, {"location": "file:///etc/passwd"}, None, {},
        {"embedded": SEALED},
    )  # fmt: skip
    code, output = receive(link(server.url + "/m"), "--out", str(tmp_path / "x"), "--json")
    assert code == 1
    reasons = [one["reason"] for one in json.loads(output)["files"]]
    for reason, says in zip(
        reasons, ["does not open", "has ended", "without a host", "neither", "neither", ""], strict=True
    ):
        assert says in reason
        assert bool(says) == bool(reason)
    assert (tmp_path / "x-6").read_bytes() == BUNDLE


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ('"exp":1e999', "not a SMART Health Link"),
        ('"exp":-1e999', "not a SMART Health Link"),
        ('"exp":NaN', "not a SMART Health Link"),
        ('"exp":Infinity', "not a SMART Health Link"),
        ('"exp":"soon"', "`exp` is a number of seconds"),
        ('"exp":null', "`exp` is a number of seconds"),
        ('"exp":true', "`exp` is a number of seconds"),
        ('"exp":1600000000', "the link ended at 2020-09-13 12:26 UTC"),
        ('"exp":1600000000.9', "the link ended at 2020-09-13 12:26 UTC"),
        ('"exp":0', "the link ended at 1970-01-01"),
        ('"exp":-5', "the link ended at 1970-01-01"),
        ('"flag":"PL"', "give it with --passcode"),
        ('"v":2', "another kind or version"),
    ],
)
def test_a_link_that_cannot_be_used_is_a_sentence_and_nobody_is_asked(server, members, says):
    text = raw_link(f'{{"url":"{server.url}/m","key":"{base64url(KEY)}",{members}}}')
    code, output = receive(text)
    assert code == 1
    assert says in output
    assert server.requests == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "shlink:/",
        "shlink:/e30",
        "shlink:/!!",
        raw_link("[]"),
        raw_link('{"url":1,"key":"x"}'),
        raw_link("[" * 2_000),
    ],
)
def test_what_is_no_link_is_a_sentence(text):
    with pytest.raises(MalformedInput, match="SMART Health Link"):
        read_shlink(text)


@given(
    some.dictionaries(
        some.sampled_from(["url", "key", "exp", "flag", "label", "v"]),
        some.none() | some.floats() | some.integers() | some.text(),
    )
)
def test_any_payload_is_read_or_refused(members):
    try:
        payload = read_shlink(raw_link(json.dumps(members | {"key": base64url(KEY)})))
    except LedgerError:
        return
    assert payload.expires >= 0
    assert ("exp" in members) == bool(payload.expires)


def test_a_link_with_milliseconds_or_behind_a_viewer_is_opened(server):
    server.manifest({"embedded": SEALED})
    assert receive(link(server.url + "/m", exp=4_000_000_000_000))[0] == 0
    assert receive("https://viewer.example/#" + link(server.url + "/m"))[0] == 0


def test_a_direct_file_is_asked_for_with_the_name(server):
    server.answers["/d"] = (200, {}, SEALED.encode())
    assert receive(link(server.url + "/d?token=1", flag="U"))[0] == 0
    (method, path, _) = server.requests[0]
    assert (method, parse_qs(urlsplit(path).query)) == ("GET", {"token": ["1"], "recipient": ["Dr. Lee"]})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_file_is_fetched_from_where_its_address_leads(server, status):
    server.answers |= {"/go": (status, {"location": "/f"}, b""), "/f": (200, {}, SEALED.encode())}
    server.manifest({"location": server.url + "/go"})
    code, output = receive(link(server.url + "/m"))
    assert (code, BUNDLE.decode() in output) == (0, True)


@pytest.mark.parametrize(("status", "follows"), [(301, False), (302, False), (303, False), (307, True), (308, True)])
def test_a_passcode_is_sent_on_only_within_its_server_and_as_it_was(server, status, follows):
    server.manifest({"embedded": SEALED})
    server.answers["/go"] = (status, {"location": "/m"}, b"")
    code, output = receive(link(server.url + "/go", flag="P"), "--passcode", "4711")
    assert code == (0 if follows else 1)
    assert [path for _, path, _ in server.requests] == (["/go", "/m"] if follows else ["/go"])
    assert follows or "ask for a new link" in output
    with Server() as other:
        other.manifest({"embedded": SEALED})
        server.answers["/go"] = (status, {"location": other.url + "/m"}, b"")
        assert receive(link(server.url + "/go", flag="P"), "--passcode", "4711")[0] == 1
        assert other.requests == []
        other.shutdown()


def test_redirects_without_end_are_a_sentence(server):
    server.answers["/go"] = (302, {"location": "/go"}, b"")
    server.manifest({"location": server.url + "/go"})
    code, output = receive(link(server.url + "/m"))
    assert (code, "redirects more than 5 times" in output) == (1, True)
    assert len(server.requests) == 7


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((200, {}, b"<html>"), "no manifest"),
        ((200, {}, b"[" * 5_000), "no manifest"),
        ((200, {}, b"[]"), "names no file"),
        ((200, {}, b'{"files":[]}'), "names no file"),
        ((200, {}, b'{"files":{}}'), "names no file"),
        ((200, {}, json.dumps({"files": [{}] * 101}).encode()), "more than 100 files"),
        ((200, {}, b'{"status":"no-longer-valid"}'), "no longer valid"),
        ((401, {}, b'{"remainingAttempts":3}'), "3 tries remain"),
        ((401, {}, b"[]"), "answers 401"),
        ((404, {}, b""), "has ended"),
        ((500, {}, b"oops"), "answers 500"),
        ((302, {"location": "http://["}, b""), "no URL"),
        ((302, {"location": "http://127.0.0.1:x/"}, b""), "is the link complete"),
    ],
    ids=range(13),
)
def test_an_answer_that_is_no_manifest_is_a_sentence(server, answer, says):
    server.answers["/m"] = answer
    code, output = receive(link(server.url + "/m"))
    assert code == 1
    assert says in output


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://8.8.8.8/m", True),
        ("http://8.8.8.8/m", False),
        ("https://127.0.0.1/m", False),
        ("https://10.0.0.7/m", False),
        ("https://169.254.169.254/latest", False),
        ("https://[::1]/m", False),
        ("https://[::ffff:10.0.0.1]/m", False),
        ("https://ann:pw@8.8.8.8/m", False),
        ("file:///etc/passwd", False),
        ("ftp://8.8.8.8/x", False),
        ("https://", False),
        ("https://8.8.8.8:x/", False),
    ],
)
def test_a_public_server_leads_only_to_public_https(url, allowed):
    public = Reach.of("https://8.8.8.8/m")
    if allowed:
        public.check(url)
    else:
        with pytest.raises((InvalidStatement, MalformedInput)):
            public.check(url)


def test_a_link_in_a_private_network_may_lead_on_there():
    inside = Reach.of("http://10.0.0.7/m")
    inside.check("http://127.0.0.1/x")
    inside.check("https://8.8.8.8/x")
    with pytest.raises(InvalidStatement, match="not https"):
        inside.check("http://8.8.8.8/x")
    with pytest.raises(InvalidStatement, match="not https"):
        Reach.of("http://8.8.8.8/m")


def test_a_large_deflated_file_is_opened():
    content = os.urandom(400_000).hex().encode()
    assert open_jwe(jwe(content, KEY, "application/fhir+json"), KEY)[0] == content


@given(some.text(alphabet="abcAB.-_=eyJ0", max_size=80) | some.text(max_size=30))
def test_any_text_opens_or_is_refused(text):
    with pytest.raises(IntegrityFailure):
        open_jwe(text, KEY)
