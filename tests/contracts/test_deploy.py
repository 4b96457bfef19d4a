"""Deployment: the same roles give the same addresses, it happens once, and a failure has a clear error."""

import json

import httpx
import pytest
from eth_account import Account

from mydata_ledger.anchors.artifacts import Deployment
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.scripts.deploy import FACTORY, DeploymentFailed, address_of, creation_codes, deploy
from mydata_ledger.scripts.devnet import Devnet, free_port
from testing.devnet import live_chain
from testing.lies import Refused
from testing.lying_node import lying_node

KEY = b"\x41" * 32
ADMIN = Account.from_key(KEY).address
SEQUENCER = Account.from_key(b"\x42" * 32).address


def _recorder():
    messages = []
    return messages, messages.append


def test_the_second_time_changes_nothing(tmp_path):
    with Devnet(block_time=0) as chain:
        first_messages, first_say = _recorder()
        first = deploy(chain.url, KEY, SEQUENCER, folder=tmp_path, on_status=first_say)
        assert len(first_messages) == 6
        second_messages, second_say = _recorder()
        assert deploy(chain.url, KEY, SEQUENCER, folder=tmp_path, on_status=second_say) == first
        assert second_messages == ["everything is deployed on chain 31337"]
    assert Deployment.read(tmp_path / "31337.json") == first


def test_an_empty_restart_gives_the_same_addresses(tmp_path):
    with Devnet(block_time=0) as chain:
        first = deploy(chain.url, KEY, SEQUENCER, folder=tmp_path)
    with Devnet(block_time=0) as chain:
        assert deploy(chain.url, KEY, SEQUENCER, folder=tmp_path) == first
        other = deploy(chain.url, KEY, ADMIN)
        assert other.consents != first.consents
        assert other.parties == first.parties, "the address of PartyRegistry does not depend on the sequencer"


def test_a_lost_or_broken_file_is_made_anew(tmp_path):
    with Devnet(block_time=0) as chain:
        first = deploy(chain.url, KEY, SEQUENCER, folder=tmp_path)
        (tmp_path / "31337.json").unlink()
        assert deploy(chain.url, KEY, SEQUENCER, folder=tmp_path) == first
        (tmp_path / "31337.json").write_text("{")
        assert deploy(chain.url, KEY, SEQUENCER, folder=tmp_path) == first
        assert Deployment.read(tmp_path / "31337.json") == first


def test_the_first_block_is_that_of_the_older_of_consents_and_parties():
    with Devnet(block_time=0) as chain:
        first = deploy(chain.url, KEY, SEQUENCER)
        _rpc(chain, "anvil_mine", ["0x64"])
        other = deploy(chain.url, KEY, ADMIN)
        assert other.parties == first.parties
        assert first.block <= other.block < first.block + 0x64


def refused(_):
    raise Refused(-32005, "query returned more than 10000 results")


@pytest.mark.parametrize("change", [lambda logs: [], lambda logs: logs[-1:], lambda logs: None, refused])
def test_a_first_block_that_the_node_cannot_prove_is_block_0(change):
    with Devnet(block_time=0) as chain, lying_node(chain.url) as node:
        deploy(chain.url, KEY, SEQUENCER)
        _rpc(chain, "anvil_impersonateAccount", [ADMIN])
        role = creation_codes(ADMIN, SEQUENCER)
        registry = address_of(role["consents"])
        call = "0x" + "2f2ff15d" + "01" * 32 + ADMIN[2:].lower().rjust(64, "0")  # grantRole: a later event
        _rpc(chain, "eth_sendTransaction", [{"from": ADMIN, "to": registry, "data": call}])
        node.lie = lambda method, _, result: change(result) if method == "eth_getLogs" else result
        assert deploy(node.url, KEY, SEQUENCER).block == 0


def test_addresses_are_known_before():
    codes = creation_codes(ADMIN, SEQUENCER)
    with live_chain(key=KEY) as chain:
        assert address_of(creation_codes(ADMIN, ADMIN)["consents"]) == chain.deployment.consents
    assert len({address_of(code) for code in codes.values()}) == 6


def test_roles_are_granted_as_requested():
    with live_chain(key=KEY) as chain:
        registry = chain.contract("consents")
        role = registry.functions.SEQUENCER_ROLE().call()
        assert registry.functions.hasRole(role, ADMIN).call()
        assert not registry.functions.hasRole(role, SEQUENCER).call()
        assert registry.functions.defaultAdmin().call() == ADMIN


def test_without_the_factory_it_deploys_plainly_and_once(tmp_path):
    with Devnet(block_time=0) as chain:
        _rpc(chain, "anvil_setCode", [FACTORY, "0x"])
        first = deploy(chain.url, KEY, SEQUENCER, folder=tmp_path)
        assert deploy(chain.url, KEY, SEQUENCER, folder=tmp_path) == first
        assert first.consents != address_of(creation_codes(ADMIN, SEQUENCER)["consents"])


def test_an_unreachable_chain_is_named():
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(DeploymentFailed, match="no chain answers"):
        deploy(url, KEY, SEQUENCER)


def test_a_bad_key_or_address_is_refused():
    with Devnet(block_time=0) as chain:
        with pytest.raises(DeploymentFailed):
            deploy(chain.url, b"\x00" * 31, SEQUENCER)
        with pytest.raises(DeploymentFailed):
            deploy(chain.url, KEY, "0x1234")


def test_a_deployment_file_is_read_back_or_refused(tmp_path):
    deployment = Deployment(chain_id=5, consents="0x1", records="0x2", access="0x3", parties="0x4", block=7)
    path = deployment.write(tmp_path / "new")
    assert Deployment.read(path) == deployment
    path.write_text(json.dumps({**json.loads(path.read_text()), "later": 1}))
    assert Deployment.read(path) == deployment
    for wrong in ("", "[]", '{"chain_id": 5}', "null"):
        path.write_text(wrong)
        with pytest.raises(MalformedInput, match="not a deployment"):
            Deployment.read(path)


def _rpc(chain, method, parameters):
    httpx.post(chain.url, json={"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters})
