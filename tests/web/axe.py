"""axe-core, the accessibility engine, run in real Chromium: violations by rule."""

import json
from pathlib import Path

import pytest

ENGINE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
FINDS = """Promise.all(document.getAnimations().map((one) => one.finished))
  .then(() => axe.run(document, {resultTypes: ["violations"]})).then((found) => JSON.stringify(
  Object.fromEntries(found.violations.map(({id, nodes}) => [id, nodes.map(({target, html}) => `${target}: ${html}`)]))
))"""
needs_axe = pytest.mark.skipif(not ENGINE.exists(), reason="axe-core is not installed; npm ci brings it")


def faults(tab):
    """Every rule of WCAG A and AA and of good practice that the page violates, with its elements.

    Colours are judged once their transitions are over.
    """
    if not tab.run("!!window.axe"):
        tab.run(ENGINE.read_text(encoding="utf-8") + ";0")
    return json.loads(tab.run(FINDS))
