"""Batched decisions: requests of the same moment are one transaction, and no request suffers from
another one's error.
"""

import asyncio
from dataclasses import replace

import pytest

from mydata_ledger.api.fastpath.decisions import DecisionBatcher
from mydata_ledger.ledger.errors import ChainBehind
from mydata_ledger.ledger.kernel import allowed, decided
from tests.api.api_client import ApiClient


@pytest.fixture
def client():
    made = ApiClient()
    made.record = made.issued()
    return made


def _question(client, **more):
    trial = client.fixture.trial
    requested = client.fixture.kernel.decisions.search.question(trial.address, "hl7:CLINTRCH", "view")
    return replace(requested, record_id=bytes.fromhex(client.record[2:]), **more)


def _as_batch(client, *requested):
    async def run():
        batcher = DecisionBatcher(client.app.state.context)
        return await asyncio.gather(*(batcher.answer(*one) for one in requested), return_exceptions=True)

    return asyncio.run(run())


def test_who_demands_more_than_is_known_fails_alone(client):
    greedy = _question(client, at_least=10**6)
    answers = _as_batch(client, (_question(client), decided), (greedy, decided), (_question(client), allowed))
    assert isinstance(answers[1], ChainBehind)
    (decision, first), (actions, second) = answers[0], answers[2]
    assert not decision.permitted
    assert actions == []
    assert (first.position, second.position) == (0, 1)


def test_i1_each_question_of_a_group_has_its_own_receipt_in_its_own_place(client):
    requested = [_question(client) for _ in range(40)]
    answers = _as_batch(client, *((one, decided) for one in requested))
    message = [logged.signed.statement.request_id for _, logged in answers]
    assert message == [one.request_id for one in requested]
    assert [logged.position for _, logged in answers] == list(range(40))


def _sizes(client, monkeypatch, turns):
    """The sizes of the batches for callers that arrive in those turns of the event loop."""
    kernel, sizes = client.fixture.kernel, []
    answer_soon = kernel.decisions.evaluation.answer_soon
    monkeypatch.setattr(
        kernel.decisions.evaluation,
        "answer_soon",
        lambda requested: sizes.append(len(requested)) or answer_soon(requested),
    )

    async def run():
        batcher = DecisionBatcher(client.app.state.context)

        async def come(turn):
            for _ in range(turn):
                await asyncio.sleep(0)
            return await batcher.answer(_question(client), decided)

        return await asyncio.gather(*map(come, turns))

    answers = asyncio.run(run())
    assert sorted(logged.position for _, logged in answers) == list(range(len(turns)))
    return sizes


def test_a_group_waits_as_long_as_every_turn_of_the_loop_brings_somebody(client, monkeypatch):
    assert _sizes(client, monkeypatch, [0, 1, 2, 3, 4, 5]) == [6]


def test_a_group_does_not_wait_for_who_comes_later(client, monkeypatch):
    assert _sizes(client, monkeypatch, [0, 0, 30]) == [2, 1]


def test_a_group_that_is_full_does_not_wait_for_more(client, monkeypatch):
    monkeypatch.setattr("mydata_ledger.api.fastpath.batching.MAX_BATCH", 4)
    assert _sizes(client, monkeypatch, [0, 0, 0, 1, 1, 2, 2, 3]) == [4, 4]
