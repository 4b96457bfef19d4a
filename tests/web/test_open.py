"""Opening a release in real Chromium by `web/open.js`: what Python sealed and wrapped, and what must not open."""

import functools
import http.server
import json
import os
import subprocess
import threading
from hashlib import sha256

import pytest

from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.commitment.content import record_commitment
from mydata_ledger.ledger.envelope import Content
from mydata_ledger.ledger.envelope.sealing import CHUNK
from mydata_ledger.scripts.bundle import ESBUILD, ROOT
from tests.ledger.test_open_js import KEY, NODE, RECORD, SEED
from tests.web.browser import chromium, require_chromium

require_chromium()
LATTICE = ROOT / "node_modules/@noble/post-quantum/ml-kem.js"
ENTRY = f"""
import {{ openRelease, openStream }} from "{ROOT / "web/open.js"}";
import {{ ml_kem768 }} from "{LATTICE}";
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (two) => parseInt(two, 16));
const hex = (raw) => Array.from(raw, (one) => one.toString(16).padStart(2, "0")).join("");
const read = async (given) => {{
  const named = Object.entries(given).map(([name, text]) => [name, bytes(text)]);
  return {{ ...Object.fromEntries(named), mlkem: ml_kem768 }};
}};
const got = (file) => fetch(file, {{ cache: "no-store" }});
window.opened = async (given, file) => {{
  const release = await read(given);
  const sealed = new Uint8Array(await (await got(file)).arrayBuffer());
  const {{ mediaType, seed, content }} = await openRelease({{ ...release, sealed }});
  return [mediaType, hex(seed), hex(new Uint8Array(await crypto.subtle.digest("SHA-256", content)))];
}};
window.streamed = async (given, file) => {{
  const {{ mediaType, content }} = await openStream({{ ...(await read(given)), sealed: (await got(file)).body }});
  let length = 0;
  for await (const piece of content) length += piece.length;
  return [mediaType, length];
}};
"""


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    """A tab on a local page with the module and the two functions above."""
    folder = tmp_path_factory.mktemp("open")
    (folder / "entry.js").write_text(ENTRY)
    command = [NODE, ESBUILD, folder / "entry.js", "--bundle", "--format=iife", f"--outfile={folder / 'page.js'}"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (folder / "index.html").write_text('<meta charset="utf-8"><script src="page.js"></script>')
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    handler.log_message = lambda *_: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with chromium(tmp_path_factory.mktemp("profile")) as opened:
            opened.open(f"http://127.0.0.1:{server.server_port}/index.html")
            opened.folder = folder
            yield opened
        server.shutdown()


def given(tab, content, *, post_quantum=True, media_type="application/fhir+json", damage=lambda sealed: sealed):
    """A release for a new reader; its payload is served beside the page."""
    reader = envelope.generate_reader_key(post_quantum=post_quantum)
    (tab.folder / "sealed").write_bytes(damage(envelope.seal(Content(media_type, SEED, content), KEY, RECORD)))
    found = {"wrappedKey": envelope.wrap(KEY, reader.public, RECORD), "readerKey": reader.raw, "recordId": RECORD}
    return json.dumps({name: value.hex() for name, value in found.items()})


@pytest.mark.parametrize("post_quantum", [True, False], ids=["ML-KEM-768 with X25519", "X25519"])
def test_a_release_opens_in_a_browser(tab, post_quantum):
    for content in (b"", b"short", os.urandom(2 * CHUNK + 5)):
        statement = tab.run(f"opened({given(tab, content, post_quantum=post_quantum)}, 'sealed')")
        assert statement == ["application/fhir+json", SEED.hex(), sha256(content).hexdigest()]


def test_a_stream_opens_in_a_browser_piece_by_piece(tab):
    release = given(tab, os.urandom(5 * CHUNK + 1), media_type="image/png")
    assert tab.run(f"streamed({release}, 'sealed')") == ["image/png", 5 * CHUNK + 1]


@pytest.mark.parametrize(
    "damage",
    [lambda s: s[:-1], lambda s: s[: CHUNK + 27], lambda s: s[:200] + b"x" + s[201:], lambda s: b""],
    ids=["cut", "a chunk less", "changed", "empty"],
)
def test_what_must_not_open_does_not_open_in_a_browser(tab, damage):
    release = given(tab, os.urandom(2 * CHUNK), damage=damage)
    for how in ("opened", "streamed"):
        assert "does not open" in tab.run(f"{how}({release}, 'sealed').then(() => 'opened', (e) => e.message)")


@pytest.mark.parametrize("commitment", ["the holder's", "another"])
def test_the_commitment_is_checked_in_a_browser(tab, commitment):
    content = b'{"resourceType":"Observation","valueQuantity":{"value":1.10}}'
    right = record_commitment(content, "application/fhir+json", SEED)
    release = json.loads(given(tab, content))
    release["commitment"] = (right if commitment == "the holder's" else bytes(32)).hex()
    statement = tab.run(f"opened({json.dumps(release)}, 'sealed').then((found) => found[0], (e) => e.message)")
    assert ("not the one its holder signed" in statement) == (commitment == "another")
