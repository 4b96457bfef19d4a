"""Rules of the explorer in Node, against Python's: consistency proofs, tile paths, names that look alike."""

import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mydata_ledger.ledger import merkle
from mydata_ledger.ledger.errors import ProofInvalid
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.tiles import TilePosition
from mydata_ledger.scripts.npm import ToolMissing
from mydata_ledger.scripts.paths import WEB
from tests.web.node_module import exports_of

MODULE = """
import { isConsistent } from %s;
export * from %s;
export * from %s;
const bytes = (digits) => Uint8Array.from(digits.match(/../g) ?? [], (one) => parseInt(one, 16));
const head = ([size, root]) => ({ size: BigInt(size), root: bytes(root) });
export const consistent = (first, second, proof) => isConsistent(head(first), head(second), proof.map(bytes));
"""
SOURCES = ("verify/merkle.js", "pages/explorer/leaves.js", "kit/lookalikes.js")
LEAVES = [sha256(bytes([number])).digest() for number in range(40)]


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rules")
    module = folder / "rules.js"
    module.write_text(MODULE % tuple(json.dumps(str((WEB / name).resolve())) for name in SOURCES), encoding="utf-8")
    try:
        with exports_of(module, folder) as call:
            yield call
    except ToolMissing as missing:
        pytest.skip(str(missing))


def node(level, index):
    """The hash of a complete subtree."""
    if level == 0:
        return LEAVES[index]
    return merkle.node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))


def head(size):
    return Head(size, merkle.bag(merkle.peaks(size, node)))


def accepts(first, second, proof):
    try:
        merkle.verify_consistency(first, second, proof)
    except ProofInvalid:
        return False
    return True


@given(st.data())
def test_a_consistency_proof_holds_in_the_browser_if_it_holds_in_python(rules, data):
    second = data.draw(st.integers(1, len(LEAVES)))
    first = data.draw(st.integers(1, second))
    proof = merkle.consistency_proof(first, second, node)
    fault = data.draw(st.sampled_from(["none", "cut", "longer", "changed", "other root", "other size", "turned"]))
    old, new = head(first), head(second)
    if fault == "cut":
        proof = proof[:-1]
    elif fault == "longer":
        proof = [*proof, LEAVES[0]]
    elif fault == "changed" and proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        proof = [LEAVES[0] if number == place else one for number, one in enumerate(proof)]
    elif fault == "other root":
        old = Head(first, LEAVES[1])
    elif fault == "other size":
        old = Head(data.draw(st.integers(0, 50)), old.root)
    elif fault == "turned":
        old, new = new, old
    found = rules("consistent", *([one.size, one.root.hex()] for one in (old, new)), [one.hex() for one in proof])
    assert found == accepts(old, new, proof)
    assert found or fault != "none"


@given(st.integers(0, 2**40), st.integers(1, 2**40))
def test_an_entry_is_looked_for_in_the_bundle_that_has_it(rules, position, more):
    size = position + more
    index = position // 256
    place = TilePosition(index, min(256, size - index * 256))
    assert rules("bundlePath", "records", position, size) == f"/log/records/tile/entries/{place}"


ALIKE = (
    ("Hangang Hospital", "H\u0430ngang Hospital"),
    ("Hangang Hospital", "HANGANG  HOSPITAL"),
    ("Hangang Hospital", "Hangang\u200b Hospital"),
    ("Hangang Hospital", "Hangang Hospita1"),
    ("Modern Labs", "Modem Labs"),
    ("서울병원", "서울 병원"),
    ("Café Med", "Cafe Med"),
    ("Seoul Trial", "\uff33eoul Trial"),
)
UNLIKE = (("Hangang Hospital", "Hangang Clinic"), ("서울병원", "서울의원"), ("Trial A", "Trial B"))


def test_names_that_readers_take_for_one_another_look_alike_and_others_do_not(rules):
    assert [pair for pair in ALIKE if len({rules("looksOf", name) for name in pair}) > 1] == []
    assert [pair for pair in UNLIKE if len({rules("looksOf", name) for name in pair}) == 1] == []
    first, second = ({"account": str(number), "name": name} for number, name in enumerate(ALIKE[0]))
    second["name"] += " | 한강병원"
    assert rules("lookalikesOf", first, [first, second, {"account": "9", "name": "Other"}]) == [second]


def test_a_word_of_several_alphabets_is_marked_and_a_name_in_two_languages_is_not(rules):
    assert rules("isMixed", "H\u0430ngang Hospital")
    assert not rules("isMixed", "Hangang Hospital | 한강병원")
    assert not rules("isMixed", "\u041c\u043e\u0441\u043a\u0432\u0430 Hospital")
