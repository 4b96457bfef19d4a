"""At `retain-until` what rests on the grant is deleted, with a receipt, and readers are reminded of their copies."""

from dataclasses import replace

import pytest

from mydata_ledger.ledger import signers
from mydata_ledger.ledger.errors import NotFound, SourceUnavailable
from mydata_ledger.ledger.message import Event
from mydata_ledger.ledger.terms import DAY
from testing.ledger_fixture import LAB, NOW, VITALS, LedgerFixture
from testing.stores import open_store

UNTIL = NOW + 40 * DAY
RETAIN = f"retain-until:{UNTIL}"


@pytest.fixture(params=["memory", "database"])
def world(request, tmp_path):
    world = LedgerFixture(store=open_store(f"sqlite:///{tmp_path}/ledger.db") if request.param == "database" else None)
    world.gone = []
    world.kernel.people.retention.deletes("extract", world.gone.append)
    return world


def consented(world, *grants, to=None):
    logged = world.says(to or world.trial.address, grants or [world.grant(LAB, conditions=(RETAIN,))])
    world.anchor()
    world.kernel.log_consumer.consume()
    return logged.signed.entry.entry


def kept(world, entry, reference="a", categories=(LAB,)):
    world.kernel.consents.endings.rests_on([entry], "extract", reference, world.trial.address, categories)


def stands(world, entry, reference="a"):
    return world.kernel.consents.endings.still_stands([entry], "extract", reference)


def set_clock(world, moment):
    """Set the clock, and run one round of the worker."""
    world.clock.passes(moment - world.clock.now())
    world.anchor()
    world.kernel.log_consumer.consume()


def events(world, wallet):
    recipient = wallet.address if wallet is not world.ann else "0x" + world.ann.signer.hex()
    names = [m.event for m in world.kernel.people.inbox.read(recipient)]
    return sorted(name for name in names if name.startswith(("copies.", "retention.")))


def deadlines(world):
    return world.kernel.people.retention.of(person=world.ann.signer)


def test_at_the_deadline_what_rests_on_the_grant_is_deleted_and_both_see_the_receipt(world):
    entry = consented(world)
    kept(world, entry)
    set_clock(world, UNTIL - 1)
    assert (stands(world, entry), world.gone) == (True, [])
    set_clock(world, UNTIL)
    assert not stands(world, entry)
    assert [(one.kind, one.reference) for one in world.gone] == [("extract", "a")]
    (mine,), (theirs,) = deadlines(world), world.kernel.people.retention.of(party=world.trial.address)
    assert mine == theirs
    assert (mine.state, mine.consent, mine.until) == ("deleted", entry, UNTIL)
    assert mine.statement.splitlines()[1:] == [
        f"deleted at {UNTIL}: 1 items that rested on it", f"extract a of {NOW}"]  # fmt: skip
    digest = signers.personal_digest(mine.statement)
    assert signers.recover(digest, bytes.fromhex(mine.signature)) == world.world.gateway.signer
    assert events(world, world.ann) == events(world, world.trial) == [Event.RETENTION_ENDED]
    assert world.kernel.people.retention.of(party=world.insurer.address) == []


def test_it_is_done_once_whatever_the_clock_does(world):
    entry = consented(world)
    kept(world, entry)
    set_clock(world, UNTIL)
    (before,) = deadlines(world)
    for moment in (NOW, UNTIL - 5, UNTIL + DAY, NOW - 99 * DAY, UNTIL + 999 * DAY):
        set_clock(world, moment)
    assert deadlines(world) == [before]
    assert len(world.gone) == len(events(world, world.ann)) == 1
    assert not stands(world, entry)


def test_readers_are_reminded_before_and_at_the_deadline_and_state_that_they_deleted(world):
    record, other = world.issued(LAB), world.issued(LAB)
    consented(world)
    world.reads(world.trial, record)
    set_clock(world, UNTIL - 7 * DAY - 1)
    assert events(world, world.trial) == []
    set_clock(world, UNTIL - 7 * DAY)
    assert events(world, world.trial) == [Event.COPIES_EXPIRING]
    world.reads(world.trial, other)
    set_clock(world, UNTIL)
    assert events(world, world.trial) == [Event.COPIES_EXPIRING, Event.COPIES_TO_DELETE]
    copies = world.kernel.people.copies
    (mine,) = copies.of_reader(world.trial.address)
    assert (set(mine.records), mine.until, mine.stated_at) == ({record, other}, UNTIL, 0)
    with pytest.raises(NotFound):
        copies.state_deleted(world.insurer.address, mine.item_id)
    with pytest.raises(NotFound):
        copies.state_deleted(world.trial.address, bytes(32))
    stated = copies.state_deleted(world.trial.address, mine.item_id)
    world.clock.passes(60)
    assert copies.state_deleted(world.trial.address, mine.item_id) == stated == replace(mine, stated_at=UNTIL)
    assert copies.of_person(world.ann.signer) == [stated]


def test_who_stated_early_is_reminded_again_only_of_what_came_later(world):
    record = world.issued(LAB)
    consented(world)
    world.reads(world.trial, record)
    set_clock(world, UNTIL - 7 * DAY)
    copies = world.kernel.people.copies
    copies.state_deleted(world.trial.address, copies.of_reader(world.trial.address)[0].item_id)
    set_clock(world, UNTIL)
    assert events(world, world.trial) == [Event.COPIES_EXPIRING]
    assert copies.of_reader(world.trial.address)[0].stated_at == UNTIL - 7 * DAY


def test_a_grant_to_a_role_reminds_whoever_read(world):
    record = world.issued(LAB)
    consented(world, world.grant(LAB, conditions=(RETAIN,)), to="role:trial")
    world.reads(world.trial, record)
    set_clock(world, UNTIL)
    assert events(world, world.trial) == [Event.COPIES_TO_DELETE], "one reminder, if the worker comes late"
    assert events(world, world.insurer) == []


def test_another_permit_keeps_what_it_covers(world):
    later = f"retain-until:{UNTIL + DAY}"
    entry = consented(world, world.grant(LAB, conditions=(RETAIN,)), world.grant(VITALS, conditions=(later,)))
    items = {"lab": (LAB,), "vitals": (VITALS,), "both": (LAB, VITALS), "any": ()}
    for reference, categories in items.items():
        kept(world, entry, reference, categories)
    set_clock(world, UNTIL)
    assert {one.reference for one in world.gone} == {"lab", "both", "any"}
    assert stands(world, entry, "vitals")
    set_clock(world, UNTIL + DAY)
    assert {one.reference for one in world.gone} == set(items)


def test_what_a_permit_without_a_retention_covers_stays(world):
    entry = consented(world, world.grant(LAB, conditions=(RETAIN,)), world.grant("health"))
    kept(world, entry)
    set_clock(world, UNTIL)
    assert stands(world, entry)
    assert world.gone == []


def test_a_later_version_of_the_consent_sets_the_deadline_anew(world):
    first = consented(world)
    later = f"retain-until:{UNTIL + DAY}"
    second = consented(world, world.grant(LAB, conditions=(later,)))
    kept(world, second)
    set_clock(world, UNTIL)
    assert {one.consent: one.state for one in deadlines(world)} == {first: "replaced", second: "reminded"}
    assert stands(world, second)
    set_clock(world, UNTIL + DAY)
    assert {one.consent: one.state for one in deadlines(world)} == {first: "replaced", second: "deleted"}


def test_after_a_withdrawal_the_deadline_still_holds_for_copies(world):
    record = world.issued(LAB)
    consented(world)
    world.reads(world.trial, record)
    draft = world.kernel.consents.drafts.revocation(world.ann.signer, world.trial.address)
    world.kernel.consents.revocations.accept(draft.statement, world.sign(world.ann, draft.statement))
    set_clock(world, UNTIL)
    assert events(world, world.trial) == [Event.COPIES_TO_DELETE]


def test_a_deletion_that_raises_always_holds_up_no_other_and_is_tried_for_ever(world):
    broken, sound = consented(world), consented(world, to=world.insurer.address)

    def refuse(item):
        raise SourceUnavailable("the extract store does not answer")

    world.kernel.people.retention.deletes("broken", refuse)
    world.kernel.consents.endings.rests_on([broken], "broken", "x", "", (LAB,))
    kept(world, sound)
    for day in range(12):
        set_clock(world, UNTIL + day * DAY)
    states = {one.consent: one.state for one in deadlines(world)}
    assert states == {broken: "reminded", sound: "deleted"}
    assert not world.kernel.consents.endings.still_stands([broken], "broken", "x"), "it can be used no more"
    world.kernel.people.retention.deletes("broken", world.gone.append)
    set_clock(world, UNTIL + 14 * DAY)
    assert {one.state for one in deadlines(world)} == {"deleted"}
    assert [one.reference for one in world.gone] == ["a", "x"]


def test_consents_of_before_this_version_have_their_deadlines_too(world):
    """The position of this reader is its own, so it begins at the first consent."""
    world.says(world.trial.address, [world.grant(LAB, conditions=(RETAIN,))])
    world.anchor()
    assert deadlines(world) == []
    set_clock(world, UNTIL + DAY)
    assert [one.state for one in deadlines(world)] == ["deleted"]
    assert events(world, world.ann) == [], "nothing was kept, so nobody is notified"
