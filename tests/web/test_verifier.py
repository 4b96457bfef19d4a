"""The verifier page, from disk in real Chromium against a real chain, has the results of the command line."""

import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from mydata_ledger.ledger.consent import NEVER
from mydata_ledger.ledger.self_declared import record_id_of
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.scripts.verify import RegistryReader, load_all, verify_all
from mydata_ledger.scripts.verify.page import SOURCES, build
from mydata_ledger.scripts.verify.words import sentence, words
from testing import proofs
from testing.devnet import live_chain
from testing.proofs import GATEWAY, HOLDER, PERSON, STRANGER, paths, put, value_at
from tests.contracts.test_passkeys import assertion, coordinates
from tests.scripts.test_verify import GARBAGE, ec, own, yes_to
from tests.web.axe import faults, needs_axe
from tests.web.browser import chromium, require_chromium

require_chromium()
ROOT = Path(__file__).parents[2]
CARDS = """[...document.querySelectorAll("article.card")].map((card) => [
  card.querySelector("small").textContent, card.dataset.result, card.dataset.standing,
  [...card.querySelectorAll("ol.checks > li")].map((li) =>
    [li.value, li.dataset.code, li.querySelector(".text").lastChild.textContent]),
])"""
CHANGED = ["consent", "record with content", "disclosure", "erasure certificate", "access receipt"]
CHANGED += ["consent of a delegate", "consent on paper", "refusal"]
DONE = "!document.getElementById('found').hidden && !document.getElementById('found').hasAttribute('aria-busy')"


@pytest.fixture(scope="module")
def chain():
    with live_chain() as running:
        yield running


@pytest.fixture(scope="module")
def scribe(chain):
    return proofs.ProofBuilder(chain)


@pytest.fixture(scope="module")
def documents(scribe):
    return proofs.every_kind(scribe)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "verify.html"
    path.write_bytes(build().html)
    return path


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with chromium(tmp_path_factory.mktemp("profile")) as tab:
        yield tab


@pytest.fixture
def tab(browser, page):
    browser.read_page(1200)
    browser.requests.clear()
    browser.open(page.as_uri())
    browser.run("document.querySelector('[data-language=en]').click()")
    yield browser
    assert browser.problems == []


def shown(tab, rpc, *files):
    """Cards by file name: (result, standing, checks)."""
    tab.run("document.getElementById('found').hidden = true")
    tab.type("#rpc", rpc)
    tab.choose("#files", *files)
    tab.until(DONE)
    return {name: (result, standing, checks) for name, result, standing, checks in tab.run(CARDS)}


def statement(path, rpc):
    """The command line's result for that file, in the same form."""
    found = {}
    for number, verdict in enumerate(verify_all(load_all(path), RegistryReader(rpc))):
        name = f"{path.name}:{number + 1}" if number else path.name
        steps = [[step.number, step.code, reported(step)] for step in verdict.steps]
        found[name] = (verdict.result.value, verdict.standing or verdict.result.value, steps)
    return found


def reported(step):
    kinds = {kind: text["en"] for kind, text in words()["kinds"].items()}
    values = step.values | ({"kind": kinds[step.values["kind"]]} if "kind" in step.values else {})
    return sentence(step.code, values)


def without_detail(found):
    """The result without the parser's own message on a file that is not a document."""
    keep = {"malformed", "signature_broken"}
    return {
        name: (result, standing, [[number, code, "" if code in keep else text] for number, code, text in steps])
        for name, (result, standing, steps) in found.items()
    }


def lines(path, many):
    path.write_text("\n".join(map(json.dumps, many)), encoding="utf-8")
    return path


def agree(tab, rpc, path):
    ours, theirs = shown(tab, rpc, path), statement(path, rpc)
    assert len(theirs) <= 100
    assert without_detail(ours) == without_detail(theirs)
    return [result for result, _, _ in theirs.values()]


def test_every_kind_is_valid_check_by_check(tab, chain, documents, tmp_path):
    assert agree(tab, chain.url, lines(tmp_path / "all.jsonl", documents.values())) == ["valid"] * 14
    assert "14 checked: 14 valid" in tab.run("document.getElementById('summary').textContent")


def test_large_numbers_are_text_and_in_older_documents_numbers(tab, chain, documents, tmp_path):
    end, version = ("message", "grants", 0, "expires"), ("message", "version")
    spelt = [put(documents["consent"], end, one) for one in (NEVER, str(NEVER - 1), "0" + str(NEVER), float(NEVER))]
    found = agree(tab, chain.url, lines(tmp_path / "large.jsonl", [*spelt, put(documents["consent"], version, "1")]))
    assert found == ["valid", "invalid", "invalid", "invalid", "invalid"]


def test_content_that_is_kept_apart_is_unknown_to_both(tab, chain, documents, tmp_path):
    apart = documents["record"] | {"content": {"json": False, "seed": "0x" + "11" * 32}}
    others = [put(apart, ("content", *step), value) for step, value in ((("json",), True), (("base64",), None))]
    found = agree(tab, chain.url, lines(tmp_path / "apart.jsonl", [apart, *others]))
    assert found == ["unknown", "invalid", "invalid"]


def test_it_calls_nothing_but_the_address_given(tab, chain, page, documents, tmp_path):
    shown(tab, chain.url, lines(tmp_path / "all.jsonl", documents.values()))
    requested = {url.rstrip("/") for url in tab.requests}
    assert requested == {page.as_uri(), chain.url}


@pytest.mark.parametrize("kind", CHANGED)
def test_whatever_is_changed_the_page_and_the_command_line_say_the_same(tab, chain, documents, tmp_path, kind):
    document, changed = documents[kind], []
    for path in paths(document):
        value = value_at(document, path)
        other = changes(value)
        changed += [put(document, path, one) for one in other]
    assert len(changed) > 60
    for start in range(0, len(changed), 90):
        results = agree(tab, chain.url, lines(tmp_path / "changed.jsonl", changed[start : start + 90]))
        allowed = int(kind == "disclosure")
        assert results.count("valid") <= allowed


def changes(value):
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, str(value)]
    if isinstance(value, str) and value:
        middle = len(value) // 2
        return [
            value[:middle] + chr(ord(value[middle]) ^ 1) + value[middle + 1 :],
            value[:-1] + chr(ord(value[-1]) ^ 32),
        ]
    return [None, ["x"]]


def test_what_ended_on_chain_is_named(tab, chain, scribe, tmp_path):
    consent, kept, old = (
        scribe.log(scribe.consent(), PERSON),
        scribe.log(scribe.issue(), HOLDER),
        scribe.log(scribe.issue(), HOLDER),
    )
    rests = scribe.receipt(consents=(consent.signed.entry.entry,))
    read, forged = scribe.log(rests, GATEWAY), scribe.log(rests, STRANGER)
    late = scribe.log(scribe.receipt(consents=(consent.signed.entry.entry,), decided_at=scribe.now + 10**6), GATEWAY)
    over = scribe.log(scribe.consent(grants=()), PERSON)
    nameless = scribe.log(scribe.consent(signer=STRANGER.signer), STRANGER)
    scribe.anchor()
    waiting = scribe.log(scribe.receipt(), GATEWAY)
    chain.send(chain.contract("consents").functions.revoke(*scribe.opening(consent)))
    scribe.withdraw(kept)
    scribe.withdraw(old, b"\1" * 32)
    every = [scribe.document(one) for one in (consent, kept, old, read, forged, late, over, nameless, waiting)]
    path = lines(tmp_path / "ended.jsonl", every)
    agree(tab, chain.url, path)
    standings = {standing for _, standing, _ in shown(tab, chain.url, path).values()}
    assert standings == {"revoked", "permitted_then", "withdrawn", "superseded", "invalid", "expired", "unknown"}


def test_twins_and_receipts_with_and_without_locks(tab, chain, scribe, tmp_path):
    consent, issue = scribe.consent(), scribe.issue()
    first, twin = scribe.log(consent, PERSON), scribe.log(consent, PERSON)
    record, again = scribe.log(issue, HOLDER), scribe.log(issue, HOLDER)
    entry = first.signed.entry.entry
    ended = scribe.log(scribe.revocation(entry, scribe.opening(first)[1]), PERSON)
    unsaid = scribe.log(scribe.revocation(entry), PERSON)
    read = scribe.log(scribe.receipt(consents=(entry,)), GATEWAY)
    scribe.anchor()
    every = [scribe.document(one) for one in (first, twin, record, again, ended, unsaid, read)]
    receipt = every[-1]
    every += [{name: value for name, value in receipt.items() if name != "consents"}]
    every += [receipt | {"consents": bad} for bad in ([], {}, receipt["consents"] * 2, [{"core": "0x", "lock": "0x"}])]
    path = lines(tmp_path / "twins.jsonl", every)
    assert agree(tab, chain.url, path) == ["valid"] * 8 + ["invalid"] * 4
    scribe.revoke_by_signature(first)
    scribe.withdraw(record)
    assert agree(tab, chain.url, path)[:4] == ["revoked"] * 4
    chain.send(chain.contract("consents").functions.revoke(bytes(32), scribe.opening(first)[1]))
    agree(tab, chain.url, path)


def test_a_receipt_is_judged_by_the_first_end_of_its_consents(tab, chain, scribe, tmp_path):
    later, first = scribe.log(scribe.consent(), PERSON), scribe.log(scribe.consent(), PERSON)
    entries = tuple(one.signed.entry.entry for one in (later, first))
    between = chain.web3.eth.get_block("latest")["timestamp"] + 500
    times = (between, between - 600, between + 600)
    receipts = [scribe.log(scribe.receipt(consents=entries, decided_at=one), GATEWAY) for one in times]
    scribe.anchor()
    chain.send(chain.contract("consents").functions.revoke(*scribe.opening(first)))
    chain.web3.provider.make_request("evm_increaseTime", [1_000])
    chain.send(chain.contract("consents").functions.revoke(*scribe.opening(later)))
    path = lines(tmp_path / "receipts.jsonl", map(scribe.document, receipts))
    assert agree(tab, chain.url, path) == ["revoked"] * 3
    by_file = {name: standing for name, (_, standing, _) in shown(tab, chain.url, path).items()}
    assert by_file == {
        "receipts.jsonl": "revoked",
        "receipts.jsonl:2": "permitted_then",
        "receipts.jsonl:3": "revoked",
    }


def test_contract_wallets_and_passkeys(tab, chain, scribe, tmp_path):
    wallet, key = "0x" + "67" * 20, ec.generate_private_key(ec.SECP256R1())
    by_wallet = own(scribe, bytes.fromhex(wallet[2:]))
    by_key = own(scribe, bytes.fromhex(chain.deployment.passkeys[2:]) + coordinates(key))
    chain.web3.provider.make_request("anvil_setCode", [wallet, yes_to(scribe.digest(by_wallet))])
    retired = Wallet(b"\7" * 32)
    logged = [
        scribe.log(by_wallet, None, b"\1" * 200),
        scribe.log(by_key, None, assertion(key, scribe.digest(by_key))),
        scribe.log(by_key, None, assertion(key, bytes(32))),
        scribe.log(own(scribe, bytes.fromhex("68" * 20)), None, bytes.fromhex("6492" * 16)),
        scribe.log(own(scribe, b"\1"), None, b""),
        scribe.log(own(scribe, b""), None, b""),
        scribe.log(scribe.receipt(), None, b"\1" * 64),
        scribe.log(scribe.receipt(), retired),
    ]
    scribe.anchor()
    results = agree(tab, chain.url, lines(tmp_path / "wallets.jsonl", map(scribe.document, logged)))
    assert results == ["valid", "valid", "invalid", "unknown", "invalid", "invalid", "invalid", "invalid"]


def test_garbage_is_invalid_and_breaks_nothing(tab, chain, tmp_path):
    files = []
    for number, raw in enumerate(GARBAGE):
        files.append(tmp_path / f"garbage-{number}")
        files[-1].write_bytes(raw)
    ours = shown(tab, chain.url, *files)
    theirs = {name: one for path in files for name, one in statement(path, chain.url).items()}
    assert without_detail(ours) == without_detail(theirs)
    assert {result for result, _, _ in ours.values()} == {"invalid"}


def test_a_silent_node_is_unknown_and_the_page_says_what_to_do(tab, documents, tmp_path):
    path = lines(tmp_path / "all.jsonl", documents.values())
    assert set(agree(tab, "http://127.0.0.1:9", path)) == {"unknown"}
    problem = tab.run("document.getElementById('rpc-problem').textContent")
    assert "CORS" in problem
    tab.run("document.querySelector('[data-language=ko]').click()")
    assert "응답하지" in tab.run("document.getElementById('rpc-problem').textContent")


def test_without_an_address_it_asks_for_one_and_asks_nobody(tab, documents, tmp_path):
    tab.type("#rpc", "ftp://x")
    tab.choose("#files", lines(tmp_path / "one.json", [documents["consent"]]))
    tab.until("document.getElementById('rpc-problem').textContent")
    assert tab.run("document.activeElement.id") == "rpc"
    assert tab.run("document.getElementById('found').hidden")
    assert [url for url in tab.requests if url.startswith(("http", "ftp"))] == []


def test_it_speaks_korean_all_through(tab, chain, documents, tmp_path):
    shown(tab, chain.url, lines(tmp_path / "one.json", [documents["access receipt"]]))
    tab.run("document.querySelector('[data-language=ko]').click()")
    text = tab.run("document.body.innerText")
    assert tab.run("document.documentElement.lang") == "ko"
    assert "열람 확인서" in text
    assert "유효 — 진짜이고" in text
    plain = re.sub(r"0x[0-9a-f]+|MyData Ledger|JSON-RPC|http\S+|SHA-256|RPC|English", "", text)
    assert "holds" not in plain
    assert "Checks" not in plain


def test_the_keyboard_alone_does(tab, chain, documents, tmp_path):
    shown(tab, chain.url, lines(tmp_path / "one.json", [documents["consent"]]))
    tab.run("document.getElementById('rpc').focus()")
    order = []
    for _ in range(3):
        tab.press("Tab", 9)
        order.append(tab.run("document.activeElement.id || document.activeElement.tagName"))
    assert order == ["files", "again", "SUMMARY"]
    tab.run("document.getElementById('rpc').focus()")
    tab.type("#rpc", "http://127.0.0.1:9")
    tab.press("Enter", 13)
    tab.until("!!document.querySelector('article.unknown')")


@needs_axe
@pytest.mark.parametrize("read_page", [("en", 1200, False), ("ko", 360, True)], ids=["day", "night"])
def test_nothing_is_wrong_with_it_for_anybody(tab, chain, documents, tmp_path, read_page):
    language, width, dark = read_page
    tab.read_page(width, dark=dark)
    tab.run(f"document.querySelector('[data-language={language}]').click()")
    found = [faults(tab)]
    for name, many in (("one", [documents["consent"]]), ("all", [*documents.values(), {}])):
        shown(tab, chain.url, lines(tmp_path / f"{name}.json", many))
        tab.run("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        found.append(faults(tab))
    tab.type("#rpc", "ftp://x")
    tab.choose("#files", lines(tmp_path / "more.json", [documents["consent"]]))
    tab.until("document.getElementById('rpc-problem').textContent")
    assert [*found, faults(tab)] == [{}, {}, {}, {}]


def test_what_a_document_says_is_never_markup(tab, chain, scribe, tmp_path):
    evil = scribe.log(scribe.consent(grantee_name='<img src=x onerror="document.title=1">'), PERSON)
    scribe.anchor()
    shown(tab, chain.url, lines(tmp_path / "evil.json", [scribe.document(evil)]))
    assert "<img src=x" in tab.run("document.querySelector('article').innerText")
    assert tab.run("document.querySelectorAll('article img').length") == 0


def test_a_self_declared_record_is_called_that_and_no_other_is(tab, chain, scribe, tmp_path):
    issue = scribe.issue()
    logged = [scribe.log(one, HOLDER) for one in (replace(issue, record_id=record_id_of(issue.commitment)), issue)]
    scribe.anchor()
    texts = []
    for number, one in enumerate(logged):
        shown(tab, chain.url, lines(tmp_path / f"{number}.json", [scribe.document(one)]))
        texts.append(tab.run("document.querySelector('article').innerText"))
    assert ["self-declared" in text for text in texts] == [True, False]
    tab.run("document.querySelector('[data-language=ko]').click()")
    assert "본인 제출" not in tab.run("document.querySelector('article').innerText")


def test_the_operator_s_deployment_file_is_compared(tab, chain, documents, tmp_path):
    one = lines(tmp_path / "one.json", [documents["consent"]])
    shown(tab, chain.url, one)
    assert "Compare these addresses" in tab.run("document.querySelector('.registries').innerText")
    right = chain.deployment.write(tmp_path)
    shown(tab, chain.url, one, right)
    assert "These are the contracts of 31337.json" in tab.run("document.querySelector('.registries').innerText")
    wrong = tmp_path / "wrong.json"
    wrong.write_text(right.read_text().replace(chain.deployment.parties, chain.deployment.access))
    shown(tab, chain.url, one, wrong)
    assert "NOT the contracts of wrong.json: parties" in tab.run("document.querySelector('.registries').innerText")


def test_many_are_folded_and_their_contracts_are_shown_once(tab, chain, documents, tmp_path):
    shown(tab, chain.url, lines(tmp_path / "all.jsonl", [*documents.values(), {}]))
    assert tab.run("document.querySelectorAll('.registries').length") == 1
    opened = tab.run(
        "[...document.querySelectorAll('article details[open]')].map((one) => one.parentNode.dataset.result)"
    )
    assert opened == ["invalid"]


@pytest.mark.parametrize("width", [360, 1200])
def test_nothing_is_wider_than_the_screen(tab, chain, documents, tmp_path, width):
    tab.read_page(width)
    shown(tab, chain.url, lines(tmp_path / "all.jsonl", documents.values()))
    tab.run("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    assert tab.run("document.documentElement.scrollWidth") <= width


def test_the_page_is_one_file_made_the_same_again():
    first, html = build(), build().html.decode()
    build.cache_clear()
    assert build() == first
    assert not re.search(r"<(?:script|link|img)[^>]+(?:src|href)=", html)
    assert "default-src 'none'" in html
    assert "{{" not in html.partition("<script>")[0]


def test_every_sentence_of_the_checks_is_in_both_languages():
    source = "\n".join(path.read_text() for path in [*(ROOT / "scripts/verify").glob("*.py"), *SOURCES.glob("*.js")])
    for code, texts in words()["said"].items():
        assert f'"{code}"' in source, "a sentence nobody says"
        fields = [sorted(re.findall(r"\{(\w+)\}", texts[language])) for language in ("en", "ko")]
        assert fields[0] == fields[1]


def test_the_command_writes_the_page(tmp_path):
    out = tmp_path / "verify.html"
    command = [
        str(ROOT / ".venv/bin/python"),
        "-c",
        "from mydata_ledger.scripts.cli import main; main()",
        "verifier",
        "--out",
        str(out),
        "--json",
    ]
    reported = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout)
    assert (reported["sha256"], out.read_bytes()) == (build().digest, build().html)
