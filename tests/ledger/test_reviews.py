"""Break-glass is reviewed afterwards: by another party, by a deadline, and the number of overdue reviews is public."""

import pytest

from mydata_ledger.ledger.errors import InvalidStatement, NotEntitled, NotFound, StaleConsent
from mydata_ledger.ledger.kernel.people.reviews import BREAK_GLASS, COMPLAINT, DATA_USE
from mydata_ledger.ledger.kernel.work_items import INCIDENT_NOTICE
from mydata_ledger.ledger.party import Party
from testing.ledger_fixture import NOW, LedgerFixture, wallet

REVIEWER = wallet(85)
LIMIT = 72 * 3_600


@pytest.fixture
def world():
    world = LedgerFixture()
    board = Party(REVIEWER.address, "Review board", frozenset({"reviewer"}), b"", 0, 0)
    both = Party(world.responder.address, "Crew 119", frozenset({"responder", "reviewer"}), b"", 0, 0)
    others = [p for p in world.directory if p.account != both.account]
    world.store.directory.set_parties([*others, board, both])
    return world


def verdict(
    world, entry, verdict_code="justified", *, who=REVIEWER, queue=BREAK_GLASS, reason="checked the call record"
):
    return world.kernel.people.reviews.give_verdict(who.address, queue, entry, verdict_code, reason)


def test_every_incident_comes_before_a_reviewer_and_the_person_sees_it(world):
    entry = world.declares(world.responder)
    (item,) = world.kernel.people.reviews.queue(REVIEWER.address, BREAK_GLASS)
    assert (item.review_id, item.party, item.person, item.state) == (
        entry, world.responder.address, world.ann.signer, "waiting",
    )  # fmt: skip
    assert (item.due, item.details["reason"]) == (NOW + LIMIT, "found unconscious")
    assert world.kernel.people.reviews.about(world.ann.signer) == [item]
    assert world.kernel.people.reviews.about(wallet(9).signer) == []


def test_an_incident_is_filed_once_however_often_it_is_processed(world):
    entry = world.declares(world.responder)
    logged = world.store.log.find("access", entry)
    world.kernel.people.reviews.file_incident(logged)
    world.kernel.people.reviews.file_incident(logged)
    assert len(world.kernel.people.reviews.queue(REVIEWER.address, BREAK_GLASS)) == 1


def test_a_verdict_closes_it_once_with_reviewer_and_reason(world):
    entry = world.declares(world.responder)
    item = verdict(world, entry, "unjustified")
    assert item.state == "unjustified"
    assert item.verdict == {
        "reviewer": REVIEWER.address,
        "verdict": "unjustified",
        "reason": "checked the call record",
        "decided_at": NOW,
    }
    with pytest.raises(StaleConsent):
        verdict(world, entry)
    assert world.kernel.people.reviews.about(world.ann.signer) == [item]


def test_an_extension_is_reviewed_by_itself_once(world):
    incident = world.declares(world.responder)
    world.clock.passes(60)
    entry = world.extends(world.responder, incident)
    for _ in range(2):
        world.kernel.log_consumer.consume()
        world.kernel.people.reviews.file_extension(world.store.log.find("access", entry), "119-2026-7")
    first, second = sorted(world.kernel.people.reviews.about(world.ann.signer), key=lambda review: review.due)
    assert (first.review_id, second.review_id, second.due) == (incident, entry, NOW + 60 + LIMIT)
    assert second.details == {
        "incident_number": "119-2026-7",
        "reason": "still unconscious",
        "until": NOW + 60 + 3_600,
        "extends": "0x" + incident.hex(),
    }
    assert verdict(world, entry, "unjustified").state == "unjustified"
    assert verdict(world, incident).state == "justified"


def test_only_what_it_is_for_is_filed_as_an_extension(world):
    logged = world.store.log.find("access", world.declares(world.responder))
    with pytest.raises(InvalidStatement):
        world.kernel.people.reviews.file_extension(logged, "119-2026-7")


def test_nobody_gives_a_verdict_on_a_complaint_about_themselves(world):
    world.declares(world.responder)
    review = world.kernel.people.complaints.complain(world.ann.signer, 0, "no")
    with pytest.raises(NotFound):
        verdict(world, review.review_id, "dismissed", who=world.responder, queue=COMPLAINT)
    assert verdict(world, review.review_id, "upheld", queue=COMPLAINT).state == "upheld"
    with pytest.raises(InvalidStatement, match="upheld, dismissed"):
        verdict(world, review.review_id, "justified", queue=COMPLAINT)


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_a_reviewer_learns_nothing_of_what_is_about_themselves(world, limit):
    reviews, both = world.kernel.people.reviews, world.responder
    for who in (both, REVIEWER):
        crew = Party(who.address, "Crew and reviewer", frozenset({"reviewer", "responder"}), b"", 0, 0)
        world.store.directory.change_parties({who.address: crew})
    entries = {who.address: {world.declares(who, str(n)) for n in range(3)} for who in (both, REVIEWER)}
    for position in range(6):
        world.kernel.people.complaints.complain(world.ann.signer, position, "no")
    for queue in (BREAK_GLASS, COMPLAINT):
        for reviewer, other in ((both, REVIEWER), (REVIEWER, both)):
            seen, after = [], b""
            while page := reviews.queue(reviewer.address, queue, after, limit):
                seen, after = [*seen, *page], page[-1].review_id
                assert len(page) == limit or len(seen) == 3, "a short page is the last one"
            assert {one.review_id for one in seen} == entries[other.address]
    for entry in entries[both.address]:
        with pytest.raises(NotFound):
            reviews.reads(both.address, entry)


def test_overdue_items_are_counted_for_everyone(world):
    first, second = world.declares(world.responder, "1"), world.declares(world.responder, "2")
    world.clock.passes(LIMIT - 1)
    assert (world.kernel.people.reviews.overdue()[BREAK_GLASS], world.kernel.people.reviews.overdue()[DATA_USE]) == (
        0,
        0,
    )
    world.clock.passes(1)
    assert world.kernel.people.reviews.overdue()[BREAK_GLASS] == 2
    verdict(world, first)
    assert world.kernel.people.reviews.overdue()[BREAK_GLASS] == 1
    verdict(world, second)
    assert world.kernel.people.reviews.overdue()[BREAK_GLASS] == 0


def test_a_notice_that_was_not_given_in_time_is_counted_for_everyone_until_it_is(world):
    world.declares(world.responder, "1")
    limit = world.world.bounds.notice_seconds
    world.clock.passes(limit - 1)
    assert world.kernel.people.reviews.overdue()[INCIDENT_NOTICE] == 0
    world.clock.passes(1)
    assert world.kernel.people.reviews.overdue()[INCIDENT_NOTICE] == 1
    world.kernel.log_consumer.consume()
    assert world.kernel.people.reviews.overdue()[INCIDENT_NOTICE] == 0
    world.declares(world.responder, "2")
    world.kernel.log_consumer.consume()
    world.clock.passes(limit)
    assert world.kernel.people.reviews.overdue()[INCIDENT_NOTICE] == 0, "told in time"


def test_nobody_reviews_themselves_and_only_reviewers_review(world):
    entry = world.declares(world.responder)
    for who, error in ((world.responder, NotFound), (world.trial, NotEntitled), (wallet(99), NotEntitled)):
        with pytest.raises(error):
            verdict(world, entry, who=who)
    with pytest.raises(NotEntitled):
        world.kernel.people.reviews.queue(world.trial.address, BREAK_GLASS)


@pytest.mark.parametrize(("statement", "reason"), [("approved", "x"), ("justified", " "), ("", "x")])
def test_a_verdict_is_one_of_the_queues_and_has_a_reason(world, statement, reason):
    entry = world.declares(world.responder)
    with pytest.raises(InvalidStatement):
        verdict(world, entry, statement, reason=reason)


def test_what_is_not_there_is_not_found(world):
    with pytest.raises(NotFound):
        verdict(world, bytes(32))
    with pytest.raises(NotFound):
        world.kernel.people.reviews.queue(REVIEWER.address, "gossip")


def test_research_that_no_rule_decides_waits_in_a_queue_of_its_own(world):
    review = world.kernel.people.reviews.leave(DATA_USE, world.trial.address, {"terms": {"DUO:0000021": []}})
    (item,) = world.kernel.people.reviews.queue(REVIEWER.address, DATA_USE)
    assert (item.review_id, item.party, item.details) == (review, world.trial.address, {"terms": {"DUO:0000021": []}})
    assert verdict(world, review, "approved", queue=DATA_USE).state == "approved"
