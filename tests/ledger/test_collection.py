"""Collecting: `from:` and `asset:` decide whether a collector may fetch data now, and from whom a record may come."""

from dataclasses import replace

import pytest

from mydata_ledger.ledger.collection import PlannedRecord
from mydata_ledger.ledger.consent import Effect
from mydata_ledger.ledger.errors import InvalidStatement, NotEntitled, UnknownTerm
from mydata_ledger.ledger.message import Event
from mydata_ledger.ledger.receipt import ACCESS
from mydata_ledger.ledger.replay import Replay
from mydata_ledger.ledger.replay_evidence import Outcome
from mydata_ledger.ledger.terms import DAY
from testing.ledger_fixture import LAB, NOW, LedgerFixture
from testing.stores import open_store
from tests.ledger.test_replay import evidence

PURPOSE = "hl7:CLINTRCH"


@pytest.fixture(params=["memory", "database"])
def world(request, tmp_path):
    """The trial is a collector too."""
    world = LedgerFixture(store=open_store(f"sqlite:///{tmp_path}/ledger.db") if request.param == "database" else None)
    as_collector(world, {"trial", "collector"})
    return world


def as_collector(world, roles):
    parties = [replace(p, roles=frozenset(roles)) if p.account == world.trial.address else p for p in world.directory]
    world.directory = parties
    world.store.directory.set_parties(parties)


def permit(world, *conditions, **changes):
    return replace(world.grant(LAB, actions=("transfer", "view")), conditions=conditions, **changes)


def says(world, *grants, to=None):
    world.says(to or world.trial.address, grants)
    world.anchor()


def may(world, holder=None, asset="", purpose=PURPOSE, **more):
    planned = PlannedRecord(world.ann.signer, (holder or world.hospital).address, LAB, asset, **more)
    decision, logged = world.kernel.decisions.collection.collectable(world.trial.address, planned, purpose)
    receipt = logged.signed.statement
    assert (receipt.permitted, receipt.reason, receipt.action) == (decision.permitted, decision.reason, "transfer")
    assert receipt.data_subject == world.ann.signer
    return decision.permitted


def replayed(world):
    replay, log = Replay(evidence(world)), world.store.log
    every = [log.statement_at(ACCESS, position) for position in range(log.head(ACCESS).size)]
    return {replay.check(each, each.signed.statement) for each in every} - {Outcome.SEARCH}


def test_without_a_grant_nothing_may_be_collected_and_with_one_it_may(world):
    assert not may(world)
    says(world, permit(world))
    assert may(world)
    assert may(world, asset="meter-a"), "a grant that names no asset is about all"
    assert not may(world, purpose="hl7:HMARKT")
    assert replayed(world) == {Outcome.SAME}


@pytest.mark.parametrize("in_lower_case", [False, True])
def test_a_grant_that_names_holders_is_about_their_data(world, in_lower_case):
    hospital = world.hospital.address.lower() if in_lower_case else world.hospital.address
    record = world.issued(LAB)
    says(world, permit(world, f"from:{hospital}", f"from:{world.insurer.address}"))
    assert world.newest(world.trial).signed.statement.grants[0].conditions[0] == f"from:{world.hospital.address}"
    assert (may(world), may(world, world.insurer), may(world, world.merchant)) == (True, True, False)
    assert world.permits(world.trial, record)
    says(world, permit(world, f"from:{world.insurer.address}"))
    assert not may(world)
    assert not world.permits(world.trial, record)
    assert world.kernel.decisions.search.find(world.trial.address, LAB, PURPOSE, "view") == []
    assert replayed(world) <= {Outcome.SAME, Outcome.OPEN}


def test_a_grant_about_assets_permits_collecting_those_and_no_record(world):
    record = world.issued(LAB)
    says(world, permit(world, "asset:meter-a", "asset:meter-b", f"from:{world.hospital.address}"))
    assert [may(world, asset=asset) for asset in ("meter-a", "meter-b", "meter-c", "")] == [True, True, False, False]
    assert not may(world, world.insurer, asset="meter-a")
    assert not world.permits(world.trial, record)
    assert world.kernel.decisions.search.find(world.trial.address, LAB, PURPOSE, "view") == []
    assert replayed(world) <= {Outcome.SAME, Outcome.OPEN}


def test_uses_are_counted_for_each_holder_and_asset(world):
    says(world, permit(world, "every-days:30"))
    assert [may(world), may(world), may(world, asset="meter-a"), may(world, world.insurer)] == [True, False, True, True]
    world.clock.passes(30 * DAY)
    world.anchor()
    assert [may(world), may(world)] == [True, False]
    says(world, permit(world, "max-uses:2"))
    assert [may(world), may(world, asset="b"), may(world, asset="c")] == [True, True, False]
    assert replayed(world) <= {Outcome.SAME, Outcome.OPEN}


def test_a_clock_that_goes_back_permits_no_second_collection(world):
    says(world, permit(world, "every-days:30"))
    assert may(world)
    world.clock.passes(-10 * DAY)
    world.anchor()
    assert not may(world)


def test_a_period_of_data_must_be_given_and_lie_inside(world):
    says(world, permit(world, data_from=100, data_until=200))
    assert not may(world)
    assert may(world, data_from=100, data_until=150)
    assert not may(world, data_from=100, data_until=250)
    assert Outcome.OTHER not in replayed(world)


def test_a_refusal_and_a_withdrawal_end_it(world):
    says(world, permit(world))
    says(world, replace(permit(world), effect=Effect.FORBID), to="role:collector")
    assert not may(world)
    withdraws(world)
    assert not may(world)


def test_a_grant_to_the_role_of_collectors_is_to_each_of_them(world):
    says(world, permit(world, f"from:{world.hospital.address}"), to="role:collector")
    assert may(world)
    as_collector(world, {"trial"})
    with pytest.raises(NotEntitled):
        may(world)


def test_only_an_accredited_collector_may_ask(world):
    says(world, permit(world))
    world.expire(world.trial)
    with pytest.raises(NotEntitled):
        may(world)
    with pytest.raises(UnknownTerm):
        world.kernel.decisions.evaluation.request(world.trial.address, bytes(32), LAB, "nonsense", "transfer")


def test_a_receipt_of_a_collection_that_says_yes_without_a_consent_is_found(world):
    """The id names the holder, so an auditor decides it again."""
    says(world, permit(world, f"from:{world.insurer.address}"))
    assert not may(world)
    log = world.store.log
    logged = log.statement_at(ACCESS, log.head(ACCESS).size - 1)
    entry = world.newest(world.trial).signed.entry.entry
    lie = replace(logged.signed.statement, permitted=True, reason="consented", consents=(entry,))
    assert Replay(evidence(world)).check(logged, lie) is Outcome.OTHER


def test_a_withdrawal_lists_no_key_for_a_collection(world):
    says(world, permit(world))
    assert may(world)
    assert world.kernel.consents.endings.ended_by(withdraws(world)) == []


@pytest.mark.parametrize(
    ("condition", "says_why"),
    [
        ("from:role:hospital", "one data holder"),
        ("from:", "one data holder"),
        ("from:*", "one data holder"),
        ("from:0x" + "ab" * 19, "one data holder"),
        ("from:0xAb" + "ab" * 19, "true checksum"),
        ("from", "unknown condition"),
        ("asset:4111-1111-1111-1111", "with a letter"),
        ("asset:a b", "with a letter"),
        ("asset:" + "a" * 65, "with a letter"),
        ("asset:", "with a letter"),
        ("asset:계좌", "with a letter"),
    ],
)
def test_what_names_no_holder_or_asset_is_refused(world, condition, says_why):
    with pytest.raises(InvalidStatement, match=says_why):
        world.draft(world.trial.address, [permit(world, condition)])


def withdraws(world):
    draft = world.kernel.consents.drafts.revocation(world.ann.signer, world.trial.address)
    return world.kernel.consents.revocations.accept(draft.statement, world.sign(world.ann, draft.statement))


def messages_to(world, wallet):
    world.kernel.log_consumer.consume()
    found = {(m.event, m.subject) for m in world.kernel.people.inbox.read(wallet.address) if "transfer" in m.event}
    return sorted(found)


def listed(world, wallet):
    return [one.state.entry for one in world.kernel.people.asked_transfers.of(wallet.address)]


def entry_of(world):
    return world.newest(world.trial).signed.entry.entry


def test_a_holder_is_notified_when_a_person_asks_it_and_when_that_ends(world):
    made, ended = Event.TRANSFER_ASKED, Event.TRANSFER_ENDED
    says(world, permit(world, f"from:{world.hospital.address}"))
    first = entry_of(world)
    assert messages_to(world, world.hospital) == messages_to(world, world.hospital) == [(made, "0x" + first.hex())]
    assert (messages_to(world, world.insurer), listed(world, world.insurer)) == ([], [])
    assert listed(world, world.hospital) == [first]
    says(world, permit(world, f"from:{world.insurer.address}"))
    second = entry_of(world)
    assert messages_to(world, world.hospital) == [(made, "0x" + first.hex()), (ended, "0x" + first.hex())]
    assert messages_to(world, world.insurer) == [(made, "0x" + second.hex())]
    assert (listed(world, world.hospital), listed(world, world.insurer)) == ([], [second])
    withdraws(world)
    assert listed(world, world.insurer) == [], "at once, before the log is read"
    assert messages_to(world, world.insurer) == [(made, "0x" + second.hex()), (ended, "0x" + second.hex())]
    messages = world.kernel.people.inbox.read(world.insurer.address)
    assert all(not message.detail for message in messages), "no message names what is asked for"


def test_a_holder_is_notified_once_at_the_end_by_date_whatever_the_clock_does(world):
    says(world, permit(world, f"from:{world.hospital.address}", expires=NOW + DAY))
    assert len(messages_to(world, world.hospital)) == 1
    world.clock.passes(DAY)
    world.anchor()
    assert messages_to(world, world.hospital)[-1][0] is Event.TRANSFER_ENDED
    world.clock.passes(-DAY)
    world.anchor()
    assert len(messages_to(world, world.hospital)) == 2
    assert listed(world, world.hospital) == [entry_of(world)], "the list follows the consent, not the message"
    world.clock.passes(DAY)
    assert len(messages_to(world, world.hospital)) == 2
    assert listed(world, world.hospital) == []


def test_a_grant_that_transfers_nothing_or_forbids_tells_nobody(world):
    view = replace(world.grant(LAB), conditions=(f"from:{world.hospital.address}",))
    says(world, view)
    assert messages_to(world, world.hospital) == []


def test_the_list_of_a_holder_is_paged(world):
    says(world, permit(world, f"from:{world.hospital.address}"))
    world.says(world.insurer.address, [permit(world, f"from:{world.hospital.address}")] * 2)
    world.anchor()
    world.kernel.log_consumer.consume()
    transfers, hospital = world.kernel.people.asked_transfers, world.hospital.address
    first = transfers.of(hospital, limit=1)
    rest = transfers.of(hospital, first[-1].item_id)
    assert sorted([len(first), len(rest)]) == [1, 2]
    assert {one.state.consent.grantee for one in [*first, *rest]} == {world.trial.address, world.insurer.address}
