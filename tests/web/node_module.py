"""Modules of the pages in Node, which reads one call a line and answers each with the value as JSON."""

import json
import os
import subprocess
from contextlib import contextmanager

from mydata_ledger.scripts.npm import node
from tests.web.modules import bundled

LOOP = r"""
globalThis.document ??= { documentElement: {} };
%s
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const [name, ...values] = JSON.parse(line);
  console.log(JSON.stringify(globalThis.exports[name](...values) ?? null));
});
"""


@contextmanager
def exports_of(name, folder, zone="UTC"):
    """A function that calls an export of a module below `web` by name; its clock is in a time zone."""
    script = folder / "module.cjs"
    script.write_text(LOOP.replace("%s", bundled(name, folder)))
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "encoding": "utf-8"}
    with subprocess.Popen([node(), str(script)], env=dict(os.environ) | {"TZ": zone}, **pipes) as process:

        def call(export, *values):
            process.stdin.write(json.dumps([export, *values]) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield call
        process.stdin.close()
