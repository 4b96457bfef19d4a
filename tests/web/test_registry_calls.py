"""The calldata that the operator's page builds is that of web3, and what it lets nobody send."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from web3 import Web3

from mydata_ledger.anchors.artifacts import artifact
from mydata_ledger.scripts.npm import ToolMissing, node
from testing.sizes import sized
from tests.web.node_module import exports_of

try:
    node()
except ToolMissing as missing:
    pytest.skip(str(missing), allow_module_level=True)
ABI = Web3().eth.contract(abi=artifact("PartyRegistry").abi)
ROLES = ("holder", "hospital", "trial", "enforcement-point", "a" * 32)
ACCOUNTS = st.binary(min_size=20, max_size=20).map(lambda raw: Web3.to_checksum_address("0x" + raw.hex()))
TIMES = st.integers(0, 2**63 - 1).map(str)
ENTRIES = st.fixed_dictionaries(
    {
        "account": ACCOUNTS,
        "name": st.text(st.characters(exclude_categories=["Cs"]), max_size=80),
        "roles": st.lists(st.sampled_from(ROLES), unique=True),
        "key": st.binary(max_size=100).map(lambda raw: "0x" + raw.hex()),
        "from": TIMES,
        "until": TIMES,
    }
)
DRAFT = {"account": "0x" + "11" * 20, "en": "Clinic", "ko": "의원", "roles": ["trial"], "key": "", "until": ""}


@pytest.fixture(scope="module")
def call(tmp_path_factory):
    with exports_of("workspace/operating/registry_calls.js", tmp_path_factory.mktemp("calls")) as exported:
        yield exported


@pytest.fixture(scope="module")
def draft(tmp_path_factory):
    with exports_of("workspace/operating/entry_draft.js", tmp_path_factory.mktemp("draft")) as exported:
        yield exported


@settings(max_examples=sized(100), deadline=None)
@given(kind=st.sampled_from(["register", "update"]), entry=ENTRIES)
def test_an_entry_is_encoded_as_web3_encodes_it(call, kind, entry):
    words = [role.encode().ljust(32, b"\0") for role in sorted(entry["roles"])]
    times, key = [int(entry["from"]), int(entry["until"])], bytes.fromhex(entry["key"][2:])
    written = ABI.encode_abi(kind, args=[entry["account"], entry["name"], words, key, *times])
    assert call("writeCall", kind, entry) == written


@settings(max_examples=sized(20), deadline=None)
@given(account=ACCOUNTS)
def test_a_removal_is_encoded_as_web3_encodes_it(call, account):
    assert call("removeCall", account) == ABI.encode_abi("remove", args=[account])


def test_a_draft_with_nothing_missing_becomes_an_entry(draft):
    assert draft("missingIn", DRAFT) == ""
    entry = draft("entryFrom", DRAFT)
    assert (entry["name"], entry["key"], entry["until"]) == ("Clinic | 의원", "0x", str(2**63 - 1))
    party = {"account": "0xAb", "valid_from": 7}
    assert draft("entryFrom", DRAFT | {"ko": "", "until": "2030-01-01"}, party) | {"roles": 0, "key": 0} == {
        "account": "0xAb",
        "name": "Clinic",
        "roles": 0,
        "key": 0,
        "from": 7,
        "until": 1_893_542_400,
    }


@pytest.mark.parametrize(
    "change",
    [
        {"account": "0x11"},
        {"account": ""},
        {"en": "", "ko": " "},
        {"en": "Clinic\u202eX"},
        {"en": "Clinic\u200b"},
        {"en": "A | B"},
        {"ko": "의" * 65},
        {"roles": []},
        {"key": "0x1"},
        {"key": "0x" + "11" * 2049},
        {"until": "2020-01-01"},
    ],
    ids=str,
)
def test_a_draft_that_the_register_would_refuse_is_not_sent(draft, change):
    assert draft("missingIn", DRAFT | change) != ""
