"""The EIP-712 digests of Solidity and of Python are equal, for random statements of every kind."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from mydata_ledger.ledger.typed_data import Domain, digest
from mydata_ledger.ledger.typed_data.types import MEMBERS
from testing.devnet import arguments_of
from testing.sizes import sized
from tests.contracts.statements import class_of, statements

REGISTRY = {
    "Consent": "consents",
    "Revocation": "consents",
    "Delegation": "consents",
    "Issue": "records",
    "Erasure": "records",
    "AccessReceipt": "access",
    "Incident": "access",
    "Acknowledgement": "access",
    "IncidentExtension": "access",
}


def test_every_kind_is_compared():
    assert set(REGISTRY) == set(MEMBERS) - {"Grant"}


@pytest.mark.parametrize("kind", REGISTRY)
@settings(max_examples=sized(40), deadline=None, suppress_health_check=list(HealthCheck))
@given(data=some.data())
def test_the_digests_agree(chain, kind, data):
    statement = data.draw(statements(class_of(kind)))
    registry = chain.contract(REGISTRY[kind])
    domain = Domain(chain.deployment.chain_id, registry.address)
    on_chain = registry.functions[f"digestOf{kind}"](arguments_of(statement)).call()
    assert on_chain == digest(statement, domain)


def test_another_registry_is_another_domain(chain):
    addresses = [chain.contract(role).address for role in ("consents", "records", "access")]
    assert len({Domain(chain.deployment.chain_id, address).separator for address in addresses}) == 3
    for role in ("consents", "records", "access"):
        _, name, version, chain_id, contract, _, _ = chain.contract(role).functions.eip712Domain().call()
        assert (name, version, chain_id) == ("MyData Ledger", "1", chain.deployment.chain_id)
        assert contract == chain.contract(role).address
