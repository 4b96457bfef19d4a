"""Everyone is notified of what concerns them, once, on every channel they chose; a failed delivery is given up
visibly.
"""

from base64 import b64decode
from dataclasses import replace

import pytest

from mydata_ledger.ledger.access import Reason
from mydata_ledger.ledger.errors import InvalidStatement, NotEntitled, NotFound, SourceUnavailable, TooManyRequests
from mydata_ledger.ledger.kernel import DelegateAppointment, GrantRequest, RequestTerms
from mydata_ledger.ledger.kernel.log_consumer import REMIND_BEFORE
from mydata_ledger.ledger.kernel.people.deliveries import LEASE
from mydata_ledger.ledger.kernel.people.inbox import DEAD, DELIVERED, PENDING
from mydata_ledger.ledger.kernel.tries import INTERRUPTED, RETRY_DELAYS
from mydata_ledger.ledger.message import Event, of_person
from testing.ledger_fixture import LAB, NOTICE, NOW, LedgerFixture, wallet

BEN = wallet(80)


class Post:
    """A notifier that records what it sent, and fails as often as configured."""

    def __init__(self, fails=0, error=SourceUnavailable):
        self.sent, self.fails, self.error = [], fails, error

    def send(self, delivery, subscription):
        if self.fails:
            self.fails -= 1
            raise self.error("not now")
        self.sent.append((delivery, subscription.address))


@pytest.fixture
def world():
    return LedgerFixture()


def messages_of(world, who):
    recipient = who.address if who in world.parties.values() else of_person(who.signer)
    """In the order of the events' names: within one second messages have no order."""
    return sorted(
        ((m.event, m.detail) for m in world.kernel.people.inbox.read(recipient)),
        key=lambda one: list(Event).index(one[0]),
    )


def events(world, who):
    return [event for event, _ in messages_of(world, who)]


def subscribed(world, channel="webhook", *wanted):
    return world.kernel.people.subscriptions.add(
        of_person(world.ann.signer), channel, "https://example.org/h", frozenset(wanted)
    )


def consents(world):
    logged = world.consents(world.trial, LAB)
    world.anchor()
    return logged


def test_both_sides_are_notified_of_a_consent_and_of_its_end(world):
    logged = consents(world)
    world.withdraws(world.trial)
    assert world.kernel.log_consumer.consume() == 2
    assert messages_of(world, world.ann) == [
        (Event.GRANTED, {"grantee": "The trial"}),
        (Event.WITHDRAWN, {"grantee": "The trial"}),
    ]
    assert messages_of(world, world.trial) == [(Event.GRANTED, {}), (Event.WITHDRAWN, {})]
    subjects = {m.subject for m in world.kernel.people.inbox.read(world.trial.address)}
    assert subjects == {"0x" + logged.signed.entry.entry.hex()}


def test_a_person_is_notified_of_every_use_and_not_of_refusals_or_their_own(world):
    record = world.issued(LAB)
    world.permits(world.trial, record)
    consents(world)
    world.permits(world.trial, record)
    world.seed_of(record)
    world.kernel.decisions.search.find(world.trial.address, LAB, "hl7:CLINTRCH", "view")
    world.kernel.log_consumer.consume()
    uses = [detail for event, detail in messages_of(world, world.ann) if event is Event.USED]
    assert uses == [{"by": "The trial", "category": LAB, "for": "hl7:CLINTRCH"}]


def test_the_person_and_their_delegates_are_notified_of_emergency_access(world):
    naming = DelegateAppointment(world.ann.signer, world.ann.signer, BEN.signer, "Ben", "carer", (LAB,), 0, NOW + 99)
    draft = world.kernel.consents.delegations.draft(naming)
    world.kernel.consents.delegations.accept(draft.statement, world.sign(world.ann, draft.statement))
    world.anchor()
    world.declares(world.responder)
    world.kernel.log_consumer.consume()
    assert events(world, world.ann) == [Event.BROKE_GLASS, Event.NAMED]
    assert events(world, BEN) == [Event.BROKE_GLASS, Event.NAMED]


def reads_in_emergency(world, entry, record):
    decision, _ = world.kernel.decisions.evaluation.ask(
        world.asks(world.responder, record, purpose="hl7:BTG", incident=entry)
    )
    assert decision.reason is Reason.BROKE_GLASS


def test_one_incident_is_one_notice_with_the_crews_name_that_counts_its_reads(world):
    records = [world.issued(LAB) for _ in range(3)]
    world.anchor()
    entry, other = world.declares(world.responder), world.declares(world.responder, "119-2026-8")
    for record in records:
        reads_in_emergency(world, entry, record)
    world.clock.passes(9)
    subscribed(world)
    world.kernel.log_consumer.consume()
    reads_in_emergency(world, entry, records[0])
    mark = world.store.work_items.item("read-to", b"access")
    for _ in range(3):
        world.kernel.log_consumer.consume()
        mark = world.store.work_items.item("read-to", b"access")
        world.store.work_items.file(replace(mark, body={"next": 0}))
    notices = {m.subject: m.detail for m in world.kernel.people.inbox.read(of_person(world.ann.signer))}
    assert notices == {
        "0x" + entry.hex(): {
            "by": "The responder",
            "incident_number": "119-2026-7",
            "reads": "4",
            "last_read": str(NOW + 9),
        },
        "0x" + other.hex(): {"by": "The responder", "incident_number": "119-2026-8"},
    }
    assert world.kernel.people.reviews.overdue()["break-glass-notice"] == 0
    deliveries = world.kernel.people.deliveries.of(of_person(world.ann.signer))
    assert [d.body["event"] for d in deliveries] == [Event.BROKE_GLASS] * 2


def test_the_person_is_notified_of_a_request_unless_a_wish_answered(world):
    asking = RequestTerms((world.grant(LAB),), NOTICE.digest, reference="KCT1")
    world.kernel.people.requests.ask(world.trial.address, world.ann.signer, asking)
    assert messages_of(world, world.ann) == [(Event.ASKED, {"by": "The trial", "reference": "KCT1"})]


def test_reading_again_notifies_nobody_twice(world):
    consents(world)
    world.kernel.log_consumer.consume()
    assert world.kernel.log_consumer.consume() == 0
    mark = world.store.work_items.item("read-to", b"consents")
    world.store.work_items.file(replace(mark, body={"next": 0}))
    assert world.kernel.log_consumer.consume() == 1, "as after a crash between telling and remembering"
    assert events(world, world.ann) == [Event.GRANTED]


def test_there_is_one_reminder_before_a_standing_consent_ends(world):
    grant = replace(world.grant(LAB), expires=NOW + 5 * REMIND_BEFORE)
    world.says(world.trial.address, [grant])
    world.says(world.insurer.address, [grant])
    world.kernel.log_consumer.consume()
    draft = world.kernel.consents.drafts.revocation(world.ann.signer, world.insurer.address)
    world.kernel.consents.revocations.accept(draft.statement, world.sign(world.ann, draft.statement))
    world.clock.passes(4 * REMIND_BEFORE - 1)
    world.kernel.log_consumer.consume()
    assert Event.EXPIRING not in events(world, world.ann)
    world.clock.passes(1)
    world.kernel.log_consumer.consume()
    world.kernel.log_consumer.consume()
    ending = [detail for event, detail in messages_of(world, world.ann) if event is Event.EXPIRING]
    assert ending == [{"grantee": "The trial", "ends": str(NOW + 5 * REMIND_BEFORE)}]


def announces(world, reference):
    world.kernel.people.announcements.results(world.trial.address, reference)
    while world.kernel.people.distribution.distribute():
        pass


def test_results_reach_whose_consent_stands(world):
    consents(world)
    world.kernel.log_consumer.consume()
    announces(world, "KCT1")
    assert Event.RESULTS in events(world, world.ann)
    world.withdraws(world.trial)
    announces(world, "KCT2")
    assert events(world, world.ann).count(Event.RESULTS) == 1
    with pytest.raises(NotEntitled):
        world.kernel.people.announcements.results(BEN.address, "KCT1")


def test_a_subscription_gets_its_events_without_their_content(world):
    subscribed(world, "webhook", "consent.granted")
    consents(world)
    world.withdraws(world.trial)
    world.kernel.log_consumer.consume()
    post = Post()
    assert world.kernel.people.deliveries.deliver({"webhook": post}) == 1
    assert world.kernel.people.deliveries.deliver({"webhook": post}) == 0
    ((delivery, address),) = post.sent
    assert (delivery.event, address) == ("consent.granted", "https://example.org/h")
    assert "trial" not in repr(delivery).lower()
    assert [p.state for p in world.kernel.people.deliveries.of(of_person(world.ann.signer))] == [DELIVERED]


def test_a_delivery_is_retried_with_growing_delays_and_then_given_up(world):
    subscribed(world)
    consents(world)
    world.kernel.log_consumer.consume()
    post = Post(fails=99)
    for wait in RETRY_DELAYS:
        assert world.kernel.people.deliveries.deliver({"webhook": post}) == 0
        world.clock.passes(wait - 1)
        before = post.fails
        world.kernel.people.deliveries.deliver({"webhook": post})
        assert post.fails == before, "not before its time"
        world.clock.passes(1)
    world.kernel.people.deliveries.deliver({"webhook": post})
    (delivery,) = world.kernel.people.deliveries.of(of_person(world.ann.signer))
    assert (delivery.state, delivery.body["why"]) == (DEAD, "not now")
    assert 99 - post.fails == len(RETRY_DELAYS) + 1


@pytest.mark.parametrize("error", [UnicodeEncodeError, KeyError, ZeroDivisionError, TypeError])
def test_nothing_that_a_notifier_raises_leaves_a_delivery_pending_for_ever(world, error):
    class Faulty:
        tries = 0

        def send(self, delivery, subscription):
            self.tries += 1
            raise error("ascii", "한", 0, 1, "out of range") if error is UnicodeEncodeError else error("personal data")

    subscribed(world), subscribed(world, "email")
    consents(world)
    world.kernel.log_consumer.consume()
    faulty, post = Faulty(), Post()
    for wait in (*RETRY_DELAYS, 0):
        world.kernel.people.deliveries.deliver({"webhook": faulty, "email": post})
        world.clock.passes(wait)
    deliveries = world.kernel.people.deliveries.of(of_person(world.ann.signer))
    assert sorted(d.state for d in deliveries) == [DEAD, DELIVERED], "and the other one was not held up"
    (dead,) = (d for d in deliveries if d.state == DEAD)
    assert dead.body["why"] == f"the notifier failed ({error.__name__})"
    assert (faulty.tries, dead.body["attempts"]) == (len(RETRY_DELAYS) + 1,) * 2


def test_a_try_that_ends_the_process_counts_too(world):
    class Killed:
        def send(self, delivery, subscription):
            raise KeyboardInterrupt

    subscribed(world)
    consents(world)
    world.kernel.log_consumer.consume()
    for _ in range(len(RETRY_DELAYS) + 1):
        with pytest.raises(KeyboardInterrupt):
            world.kernel.people.deliveries.deliver({"webhook": Killed()})
        world.clock.passes(LEASE)
    assert world.kernel.people.deliveries.deliver({"webhook": Post()}) == 0
    (delivery,) = world.kernel.people.deliveries.of(of_person(world.ann.signer))
    assert (delivery.state, delivery.body["why"]) == (DEAD, INTERRUPTED)


def test_a_receiver_that_comes_back_gets_it(world):
    subscribed(world)
    consents(world)
    world.kernel.log_consumer.consume()
    post = Post(fails=1)
    world.kernel.people.deliveries.deliver({"webhook": post})
    world.clock.passes(RETRY_DELAYS[0])
    assert world.kernel.people.deliveries.deliver({"webhook": post}) == 1


@pytest.mark.parametrize("how", ["never", "ended", "no notifier"])
def test_an_undeliverable_message_has_its_reason(world, how):
    subscription = subscribed(world)
    consents(world)
    world.kernel.log_consumer.consume()
    if how == "ended":
        world.kernel.people.subscriptions.end(of_person(world.ann.signer), subscription.subscription_id)
    notifiers = {} if how == "no notifier" else {"webhook": Post(1, InvalidStatement)}
    world.kernel.people.deliveries.deliver(notifiers)
    (delivery,) = world.kernel.people.deliveries.of(of_person(world.ann.signer))
    assert delivery.state == (PENDING if how == "no notifier" else DEAD)
    assert delivery.body["why"]


@pytest.mark.parametrize(
    ("channel", "address", "wanted"),
    [
        ("pigeon", "x", ()),
        ("webhook", "", ()),
        ("webhook", "x" * 501, ()),
        ("email", "a\nb", ()),
        ("email", "a", ("x",)),
    ],
)
def test_a_subscription_that_makes_no_sense_is_refused(world, channel, address, wanted):
    with pytest.raises(InvalidStatement):
        world.kernel.people.subscriptions.add("x", channel, address, frozenset(wanted))


def test_subscriptions_are_ones_own_and_at_most_ten(world):
    first = subscribed(world)
    assert len(b64decode(first.secret.removeprefix("whsec_"))) == 32
    for _ in range(9):
        subscribed(world, "email")
    with pytest.raises(TooManyRequests):
        subscribed(world)
    with pytest.raises(NotFound):
        world.kernel.people.subscriptions.end(of_person(BEN.signer), first.subscription_id)
    world.kernel.people.subscriptions.end(of_person(world.ann.signer), first.subscription_id)
    assert len(world.kernel.people.subscriptions.of(of_person(world.ann.signer))) == 9


def test_a_drafted_consent_notifies_nobody(world):
    world.kernel.consents.drafts.consent(
        GrantRequest(world.ann.signer, world.trial.address, (world.grant(LAB),), NOTICE.digest, bytes(32))
    )
    world.kernel.log_consumer.consume()
    assert events(world, world.ann) == []
