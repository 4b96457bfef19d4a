"""The session in a cookie: for our own pages only, unreadable for scripts, and never where gateways ask."""

import pytest

from mydata_ledger.api.auth import BEARER_ONLY
from testing.ledger_fixture import wallet
from tests.api.api_client import ApiClient

ANN = wallet(1)
OURS = {"origin": "http://testserver", "sec-fetch-site": "same-origin"}


def entered(client, signer=ANN):
    challenge = client.http.post("/session/challenges", json={"address": signer.address}).json()
    form = {"message": challenge["message"], "signature": "0x" + signer.sign_text(challenge["message"]).hex()}
    return client.http.post("/sessions", json=form | {"cookie": True})


@pytest.fixture
def client():
    return ApiClient()


@pytest.fixture
def secure():
    """A site that is reached over HTTPS."""
    made = ApiClient(uri="https://testserver")
    made.http.base_url = "https://testserver"
    return made


def test_the_token_is_in_the_cookie_alone(secure):
    answer = entered(secure)
    assert (answer.status_code, answer.json()["token"]) == (201, "")
    name, *attributes = (part.strip() for part in answer.headers["set-cookie"].split(";"))
    assert name.startswith("__Host-mydata-session=")
    assert {each.lower() for each in attributes} == {"httponly", "secure", "samesite=strict", "path=/", "max-age=28800"}
    assert "mydata-session=" in entered(ApiClient()).headers["set-cookie"].split(";")[0]


def test_a_page_that_is_loaded_again_learns_who_is_signed_in(client):
    entered(client)
    answer = client.http.get("/sessions/present", headers={"sec-fetch-site": "same-origin"})
    assert (answer.status_code, answer.json()) == (200, {"address": ANN.address, "names_reader_key": False})
    assert client.http.get("/consents", headers=OURS).status_code == 200
    assert client.http.delete("/sessions", headers=OURS).status_code == 204
    assert client.http.get("/sessions/present", headers=OURS).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://testserver:81"},
        {"origin": "https://testserver"},
        {"origin": "http://testserver", "sec-fetch-site": "cross-site"},
        {"origin": "http://testserver", "sec-fetch-site": "same-site"},
        {"origin": "http://evil.example", "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_cookie_counts_from_our_own_pages_only(client, headers):
    entered(client)
    for method, path in (("GET", "/consents"), ("DELETE", "/sessions"), ("PUT", "/me/wishes")):
        answer = client.http.request(method, path, headers=headers, json={} if method == "PUT" else None)
        assert (answer.status_code, answer.json()["error"]) == (401, "session_required"), (method, path)
    assert client.http.get("/sessions/present", headers=OURS).status_code == 200, "and nothing was ended"


def test_gateways_and_the_bearer_s_routes_take_no_cookie(client):
    record = client.issued()
    entered(client)
    form = {"subject": {"type": "party", "id": ANN.address}, "action": {"name": "view"}}
    form |= {"resource": {"type": "record", "id": record}, "context": {"purpose": "mydata:SELF_VIEW"}}
    for path in ("evaluation", "evaluations", "search/resource", "search/action"):
        assert client.http.post(f"{BEARER_ONLY}{path}", json=form, headers=OURS).status_code == 401, path
    own = {"category": "health.lab", "purpose": "mydata:SELF_VIEW", "reader_key": "0x02" + "09" * 32}
    opened = client.http.post(f"/access/records/{record}", json=own, headers=OURS)
    assert opened.status_code == 200, "a page asks FastAPI, not the fast path"


def test_a_header_goes_before_the_cookie(client):
    entered(client)
    other = client.as_(wallet(2))
    assert client.http.get("/sessions/present", headers=OURS | other).json()["address"] == wallet(2).address
    wrong = OURS | {"authorization": "Bearer nothing"}
    assert client.http.get("/sessions/present", headers=wrong).status_code == 401


@pytest.mark.parametrize(
    "cookie", ["", "mydata-session", "mydata-session=", "mydata-session=%00", "=;=", "a=" + "b" * 9_000]
)
def test_a_damaged_cookie_is_no_session(client, cookie):
    answer = client.http.get("/sessions/present", headers=OURS | {"cookie": cookie})
    assert (answer.status_code, answer.json()["error"]) == (401, "session_required")
