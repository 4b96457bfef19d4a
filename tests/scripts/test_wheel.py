"""The wheel in new environments outside the checkout: its content, and its commands."""

import json
import re
import signal
import threading
import zipfile
from contextlib import contextmanager

import httpx
import pytest

from mydata_ledger.scripts.verify.page import build
from testing import proofs
from testing.devnet import live_chain
from tests.scripts.environments import ROOT, build_wheel, new_environment

FOLDERS = ("anchors", "api", "client", "formats", "ledger", "scripts", "services", "web")
PAGES = {
    "/": "MyData Ledger",
    "/portal": "/web/built/portal.js",
    "/workspace": "/web/built/workspace.js",
    "/portal/statements.js": "noble-hashes",
    "/web/portal/session.js": "import",
    "/status": "MyData Ledger",
    "/web/style.css": "{",
    "/verify": "noble-hashes",
    "/privacy": "Cookies",
    "/manifest.webmanifest": "standalone",
    "/web/built/demo_wallet.js": "noble-curves",
    "/openapi.json": "trials",
}
SERVES = re.compile(r"The ledger serves at (http://localhost:\d+).*chain: (http://[\w.:]+)\)")
PATIENCE = 180
"""Seconds that starting a ledger may take before a test gives up."""
MISSING = {
    "devnet": ({}, "a devnet", "name a chain with --rpc URL"),
    "postgres": ({"MYDATA_DATABASE": "postgresql://x/y"}, "a PostgreSQL database", "leave MYDATA_DATABASE unset"),
    "ipfs": ({"MYDATA_PAYLOADS": "http://[::1]:5001"}, "an IPFS node for payloads", "leave MYDATA_PAYLOADS unset"),
    "pkcs11": ({"MYDATA_PKCS11_MODULE": "/x.so"}, "a PKCS#11 token for keys", "leave MYDATA_PKCS11_MODULE unset"),
}
"""By extra: the variable that needs it, and the begin and end of the sentence that names it."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def plain(wheel, tmp_path_factory):
    """The wheel without extras."""
    return new_environment(tmp_path_factory.mktemp("plain"), wheel)


@pytest.fixture(scope="module")
def with_devnet(wheel, tmp_path_factory):
    return new_environment(tmp_path_factory.mktemp("devnet"), wheel, "devnet")


@pytest.fixture(scope="module")
def chain():
    with live_chain() as running:
        yield running


@contextmanager
def serving(environment, *options):
    """The process of `mydata up`, its output until it serves, its URL and the URL of its chain."""
    process = environment.start("up", "--port", "0", *options)
    patience = threading.Timer(PATIENCE, process.kill)
    patience.start()
    try:
        output = ""
        while not (match := SERVES.search(output)):
            line = process.stdout.readline()
            assert line, (output, process.stderr.read())
            output += line
        yield process, output, *match.groups()
    finally:
        patience.cancel()
        process.kill()
        process.communicate()


def see_every_page(url):
    assert httpx.get(f"{url}/health").status_code == 200
    for path, text in PAGES.items():
        answer = httpx.get(url + path)
        assert (answer.status_code, text in answer.text) == (200, True), path


def stop(environment, process, how):
    process.send_signal(how)
    _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")
    assert environment.left_running() == []


def test_every_file_is_in_one_package(wheel):
    with zipfile.ZipFile(wheel) as opened:
        names = {name for name in opened.namelist() if ".dist-info/" not in name}
    kinds = (".py", ".js", ".html", ".css", ".svg", ".png", ".json", ".webmanifest", "licences.txt", "py.typed")
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.name.endswith(kinds)]
    expected = {f"mydata_ledger/{path.relative_to(ROOT)}" for path in files}
    assert len(expected) > 400
    own = {f"mydata_ledger/{name}" for name in ("__init__.py", "py.typed", "package.json", "package-lock.json")}
    assert names == expected | own


def test_it_is_the_wheel_that_runs(plain):
    script = (
        "import mydata_ledger.ledger as ledger, mydata_ledger.scripts.cli as cli; print(ledger.__file__, cli.__file__)"
    )
    files = plain.python("-c", script).stdout.split()
    assert len(files) == 2
    assert all(file.startswith(f"{plain.site}/mydata_ledger/") for file in files)
    assert not plain.folder.is_relative_to(ROOT)


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_it_shows_its_version(plain, option):
    assert re.fullmatch(r"mydata-ledger \d+\.\d+\.\d+\n", plain.run(option).stdout)


def test_it_makes_a_key_that_only_its_owner_reads(plain):
    assert plain.run("keys", "new", "keys/me.json").returncode == 0
    assert (plain.work / "keys/me.json").stat().st_mode & 0o777 == 0o600


def test_it_verifies_documents(plain, chain):
    scribe = proofs.ProofBuilder(chain)
    logged = scribe.log(scribe.consent(), proofs.PERSON)
    scribe.anchor()
    document = scribe.document(logged)
    altered = proofs.put(document, ("message", "granteeName"), "Somebody else")
    for name, value in (("good.json", document), ("altered.json", altered)):
        (plain.work / name).write_text(json.dumps(value))
    good, bad = (plain.run("verify", name, "--rpc", chain.url) for name in ("good.json", "altered.json"))
    silent = plain.run("verify", "good.json", "--rpc", "http://127.0.0.1:9")
    assert (good.returncode, bad.returncode, silent.returncode) == (0, 1, 5)
    assert "result: valid" in good.stdout
    assert "result: invalid" in bad.stdout


def test_it_hands_out_the_verifier_without_node(plain):
    written = json.loads(plain.run("verifier", "--out", "verify.html", "--json").stdout)
    assert (written["sha256"], (plain.work / "verify.html").read_bytes()) == (build().digest, build().html)


def test_without_extras_it_serves_on_the_chain_of_another(plain, chain):
    with serving(plain, "--state", "other", "--rpc", chain.url) as (process, output, url, rpc):
        assert "devnet" not in output
        assert rpc == chain.url
        see_every_page(url)
        assert "/openapi.json" in httpx.get(f"{url}/docs").text
        assert httpx.get(f"{url}/swagger/swagger-ui.css").status_code == 404
        stop(plain, process, signal.SIGINT)


def requirement_of(extra):
    """The variables that need an extra, and the sentence if it is missing."""
    variables, what, otherwise = MISSING[extra]
    sentence = f"error: {what} needs the extra \"{extra}\": pip install 'mydata-ledger[{extra}]', or {otherwise}\n"
    return variables, sentence


@pytest.mark.parametrize("extra", MISSING)
def test_what_an_extra_installs_is_asked_for_in_one_sentence(plain, extra):
    variables, sentence = requirement_of(extra)
    chosen = ["--rpc", "http://127.0.0.1:9"] if variables else []
    done = plain.run("up", "--state", "none", *chosen, **variables)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)
    assert not (plain.work / "none").exists()


def test_the_server_alone_ends_with_the_sentence_too(plain):
    variables, sentence = requirement_of("postgres")
    done = plain.python("-m", "mydata_ledger.scripts.serve", "--rpc", "http://127.0.0.1:9", **variables)
    assert (done.returncode, done.stderr) == (1, sentence)


@pytest.mark.slow
def test_with_the_extra_it_brings_its_own_devnet_and_stops_whole(with_devnet):
    with serving(with_devnet) as (process, output, url, rpc):
        assert "fetching the devnet" in output
        see_every_page(url)
        assert "swagger-ui-bundle.js" in httpx.get(f"{url}/docs").text
        assert httpx.get(f"{url}/swagger/swagger-ui-bundle.js").status_code == 200
        assert len(with_devnet.left_running()) >= 3, "the command, its chain and its API run now"
        stop(with_devnet, process, signal.SIGTERM)
        for address in (url, rpc):
            with pytest.raises(httpx.ConnectError):
                httpx.get(address)
    again = with_devnet.python("-c", "from mydata_ledger.scripts.npm import install; install(print)")
    assert (again.returncode, again.stdout) == (0, ""), "the devnet was fetched twice"


@pytest.mark.slow
def test_a_devnet_that_cannot_be_fetched_is_one_sentence_and_leaves_nothing(with_devnet):
    nowhere = {"npm_config_registry": "http://127.0.0.1:9", "npm_config_fetch_retries": "0"}
    cache = {"XDG_CACHE_HOME": str(with_devnet.work / "empty"), "npm_config_cache": str(with_devnet.work / "npm")}
    done = with_devnet.run("up", "--state", "none", **nowhere, **cache)
    assert done.returncode == 1
    assert re.fullmatch(r"error: npm could not fetch the devnet, check the network and .*\n", done.stderr)
    assert list((with_devnet.work / "empty/mydata-ledger").iterdir()) == []
