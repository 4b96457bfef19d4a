"""Contacts: each person is decided at the second of sending and reached once, and the sender learns nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.ledger.collection import CONTACT, contact_id, is_contact
from mydata_ledger.ledger.commitment.entry import NO_LOCK, RevocationMark
from mydata_ledger.ledger.consent import ACTIONS, Effect
from mydata_ledger.ledger.errors import ChainBehind, InvalidStatement, NotEntitled, TooManyRequests, UnknownTerm
from mydata_ledger.ledger.kernel import Kernel
from mydata_ledger.ledger.kernel.consents.draft import GrantRequest
from mydata_ledger.ledger.kernel.people import contact_sending
from mydata_ledger.ledger.kernel.people.announcements import ANNOUNCED_PER_DAY, SENT, WAITING
from mydata_ledger.ledger.kernel.people.contact_sending import FRESH, LEASE
from mydata_ledger.ledger.kernel.people.contacts import SHOWN_AFTER, ContactTerms
from mydata_ledger.ledger.kernel.people.inbox import Inbox
from mydata_ledger.ledger.kernel.people.quiet_hours import next_daytime
from mydata_ledger.ledger.message import Event, MessageTemplate, of_person
from mydata_ledger.ledger.receipt import ACCESS
from mydata_ledger.ledger.replay import Replay
from mydata_ledger.ledger.replay_evidence import Outcome
from mydata_ledger.ledger.terms import DAY
from mydata_ledger.ledger.vocabulary import Vocabulary
from testing.ledger_fixture import CATALOG, LAB, NOTICE, NOW, VITALS, LedgerFixture, wallet
from testing.stores import open_store
from tests.ledger.test_replay import evidence

NEWS, OFFER = ("news", 1), ("offer", 1)
TEXTS = {
    NEWS: MessageTemplate("hl7:HRESCH", "A trial may suit you.", "임상시험을 안내합니다."),
    OFFER: MessageTemplate("hl7:HMARKT", "(Advertisement) A benefit.", "(광고) 혜택."),
}
WORDS = Vocabulary([replace(CATALOG, templates=TEXTS, advertising=frozenset({"hl7:HMARKT"}))])
TERMS = ContactTerms(*NEWS, "hl7:CLINTRCH", LAB)
ADVERT = ContactTerms(*OFFER, "hl7:HMARKT", LAB)


class Crashed(Exception):
    pass


@pytest.fixture(params=["memory", "database"])
def world(request, tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/ledger.db") if request.param == "database" else None
    return LedgerFixture(WORDS, store)


def permit(world, *conditions, purpose="hl7:CLINTRCH", category=LAB, **changes):
    return replace(world.grant(category, (purpose,), (CONTACT,), conditions=conditions), **changes)


def signs(world, *grants, person=None, to=None):
    """A consent of a person, on chain; of Ann unless another one is given."""
    who, grantee = person or world.ann, to or world.trial.address
    request = GrantRequest(who.signer, grantee, grants, NOTICE.digest, NO_LOCK)
    draft = world.kernel.consents.drafts.consent(request)
    world.kernel.consents.acceptance.accept(draft.statement, world.sign(who, draft.statement))
    world.anchor()


def withdraws(world, to=None):
    draft = world.kernel.consents.drafts.revocation(world.ann.signer, to or world.trial.address)
    world.kernel.consents.revocations.accept(draft.statement, world.sign(world.ann, draft.statement))


def asks(world, terms=TERMS, sender=None):
    world.kernel.people.contacts.ask((sender or world.trial).address, terms)


def sends(world):
    world.store.anchoring.touch(world.clock.now())
    while world.kernel.people.distribution.distribute():
        pass
    world.kernel.log_consumer.consume()


def messages(world, person=None):
    world.kernel.log_consumer.consume()
    found = world.kernel.people.inbox.read(of_person((person or world.ann).signer))
    return [message for message in found if message.event in {Event.CONTACTED, Event.USED}]


def receipts(world):
    log = world.store.log
    every = [log.statement_at(ACCESS, position).signed.statement for position in range(log.head(ACCESS).size)]
    return [receipt for receipt in every if receipt.action == CONTACT]


def replayed(world, **more):
    replay, log = Replay(evidence(world, **more)), world.store.log
    every = [log.statement_at(ACCESS, position) for position in range(log.head(ACCESS).size)]
    return {replay.check(each, each.signed.statement) for each in every}


def test_a_person_whose_consent_permits_contact_gets_one_message_with_its_grounds(world):
    signs(world, permit(world))
    asks(world)
    assert messages(world) == [], "it is sent later"
    sends(world)
    (message,) = messages(world)
    entry = "0x" + world.newest(world.trial).signed.entry.entry.hex()
    assert dict(message.detail) == {
        "by": "The trial",
        "template": "news",
        "version": "1",
        "category": LAB,
        "for": "hl7:CLINTRCH",
        "consents": entry,
        "receipt": "access/0",
    }
    texts = [world.kernel.people.inbox.text_of(message, language) for language in ("en", "ko", "ko-KR", "xx", "")]
    assert texts == [TEXTS[NEWS].text, TEXTS[NEWS].text_ko, TEXTS[NEWS].text_ko, TEXTS[NEWS].text, TEXTS[NEWS].text]
    (receipt,) = receipts(world)
    assert (receipt.permitted, receipt.requester, receipt.data_subject) == (
        True,
        world.trial.address,
        world.ann.signer,
    )
    assert replayed(world) == {Outcome.SAME}
    assert replayed(world, complete=False) == {Outcome.SAME}, "an auditor tells it from a question about a record"


def test_without_consent_to_contact_nobody_is_reached_and_the_no_has_its_receipt(world):
    signs(world, replace(permit(world), actions=("view",)))
    asks(world)
    sends(world)
    assert messages(world) == []
    assert [receipt.reason for receipt in receipts(world)] == ["no_consent"]
    assert replayed(world) == {Outcome.SAME}


@pytest.mark.parametrize(
    ("terms", "reaches"),
    [
        (TERMS, True),
        (replace(TERMS, category=VITALS), False),
        (replace(TERMS, purpose="hl7:HRESCH"), False),
        (ADVERT, False),
    ],
)
def test_purpose_and_category_are_those_of_the_consent(world, terms, reaches):
    signs(world, permit(world))
    asks(world, terms)
    sends(world)
    assert bool(messages(world)) is reaches


def test_a_consent_to_a_role_is_to_each_who_plays_it(world):
    signs(world, permit(world), to="role:trial")
    asks(world)
    asks(world, sender=world.insurer)
    sends(world)
    assert [message.detail["by"] for message in messages(world)] == ["The trial"]


def test_i3_a_withdrawal_between_asking_and_sending_counts(world):
    signs(world, permit(world))
    asks(world)
    withdraws(world)
    sends(world)
    assert messages(world) == []


def test_a_window_that_closed_in_between_counts(world):
    signs(world, permit(world, expires=NOW + 60))
    asks(world)
    world.clock.passes(60)
    sends(world)
    assert messages(world) == []


def test_a_consent_that_came_in_between_counts_too(world):
    asks(world)
    signs(world, permit(world))
    sends(world)
    assert len(messages(world)) == 1


def test_a_party_that_was_suspended_in_between_reaches_nobody_and_sees_the_usual_state(world):
    signs(world, permit(world))
    asks(world)
    world.expire(world.trial)
    sends(world)
    assert (messages(world), receipts(world)) == ([], [])
    world.clock.passes(SHOWN_AFTER)
    assert [one.state for one in world.kernel.people.contacts.of(world.trial.address)] == [SENT]


@pytest.mark.parametrize("to", ["*", "role:trial"])
def test_a_prohibition_and_a_block_keep_messages_away(world, to):
    signs(world, permit(world))
    signs(world, replace(permit(world), effect=Effect.FORBID), to=to)
    asks(world)
    sends(world)
    assert messages(world) == []
    everything = {"categories": ("*",), "purposes": ("*",), "actions": tuple(sorted(ACTIONS))}
    signs(world, replace(permit(world), effect=Effect.FORBID, **everything), to=to)
    asks(world)
    sends(world)
    assert [receipt.reason for receipt in receipts(world)] == ["refused", "blocked"]
    assert messages(world) == []


@pytest.mark.parametrize(
    ("conditions", "reached"),
    [(("once",), [1, 1, 1]), (("max-uses:2",), [1, 2, 2]), (("every-days:30",), [1, 1, 1]), ((), [1, 2, 3])],
)
def test_uses_are_counted_for_the_sender_whatever_the_category(world, conditions, reached):
    signs(world, permit(world, *conditions, category="health"))
    counts = []
    for terms in (TERMS, replace(TERMS, category=VITALS), TERMS):
        asks(world, terms)
        sends(world)
        counts.append(len(messages(world)))
    assert counts == reached
    assert Outcome.OTHER not in replayed(world)
    world.clock.passes(30 * DAY)
    world.anchor()
    asks(world)
    sends(world)
    assert len(messages(world)) - counts[-1] == (conditions in {(), ("every-days:30",)})


@pytest.mark.parametrize(
    ("condition", "reaches"),
    [
        ("emergency-only", False),
        ("asset:meter-a", False),
        ("aggregate-only:5", False),
        ("from:{hospital}", False),
        ("from:{trial}", True),
        ("pseudonymise", True),
        (f"retain-until:{NOW}", False),
    ],
)
def test_other_conditions_are_those_of_the_rule(world, condition, reaches):
    named = condition.format(hospital=world.hospital.address, trial=world.trial.address)
    signs(world, permit(world, named))
    asks(world)
    sends(world)
    assert bool(messages(world)) is reaches
    assert Outcome.OTHER not in replayed(world)


def test_many_people_are_reached_page_by_page_once_each(world, monkeypatch):
    monkeypatch.setattr(contact_sending, "PAGE", 2)
    people = [wallet(number) for number in range(60, 65)]
    for person in people:
        signs(world, permit(world), person=person)
    signs(world, permit(world), person=people[0], to="role:trial")
    asks(world)
    sends(world)
    assert [len(messages(world, person)) for person in people] == [1] * 5
    assert len(receipts(world)) == 5
    (message,) = messages(world, people[0])
    assert len(message.detail["consents"].split()) == 2, "both consents permitted it"


def test_ten_a_day_as_other_announcements(world):
    for _ in range(ANNOUNCED_PER_DAY):
        asks(world)
    with pytest.raises(TooManyRequests):
        asks(world)
    asks(world, sender=world.insurer)
    world.clock.passes(DAY + 1)
    asks(world)


@pytest.mark.parametrize(
    ("terms", "error"),
    [
        (replace(TERMS, template="10% off"), UnknownTerm),
        (replace(TERMS, version=2), UnknownTerm),
        (replace(TERMS, purpose="hl7:NONSENSE"), UnknownTerm),
        (replace(TERMS, category="health"), UnknownTerm),
        (replace(TERMS, purpose="hl7:HMARKT"), InvalidStatement),
        (replace(ADVERT, purpose="hl7:CLINTRCH"), InvalidStatement),
    ],
)
def test_what_is_not_declared_or_is_for_another_purpose_is_refused(world, terms, error):
    with pytest.raises(error):
        asks(world, terms)
    assert world.kernel.people.contacts.of(world.trial.address) == []


def test_only_an_accredited_party_sends(world):
    with pytest.raises(NotEntitled):
        asks(world, sender=world.ann)


def test_a_template_that_is_gone_at_sending_ends_the_contact(world):
    signs(world, permit(world))
    asks(world)
    world.rebuild(vocabulary=Vocabulary([CATALOG]))
    sends(world)
    assert (messages(world), receipts(world)) == ([], [])


def crashes(world, monkeypatch, *, after=False):
    """Send, and crash at the first message: `after` it is stored, or before."""
    sound = Inbox.notify

    def crash(self, message):
        if after or message.event is not Event.CONTACTED:
            sound(self, message)
        if message.event is Event.CONTACTED:
            raise Crashed

    with monkeypatch.context() as patched:
        patched.setattr(Inbox, "notify", crash)
        with pytest.raises(Crashed):
            sends(world)


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_around_the_message_reaches_each_person_once_with_one_receipt(world, monkeypatch, after):
    people = [world.ann, wallet(61), wallet(62)]
    for person in people:
        signs(world, permit(world, "once"), person=person)
    asks(world)
    crashes(world, monkeypatch, after=after)
    assert len(receipts(world)) == 3
    sends(world)
    assert sum(len(messages(world, person)) for person in people) == after, "another process keeps the page"
    world.clock.passes(LEASE)
    sends(world)
    assert [len(messages(world, person)) for person in people] == [1, 1, 1]
    assert len(receipts(world)) == 3, "nobody was asked about again, so `once` was used once"


@pytest.mark.parametrize(
    ("then", "answers"),
    [
        (withdraws, [True]),
        (lambda world: signs(world, permit(world, purpose="hl7:HMARKT")), [True, False]),
        (lambda world: signs(world, replace(permit(world), effect=Effect.FORBID), to="*"), [True, False]),
    ],
)
def test_i3_what_a_person_signs_after_a_crash_between_receipt_and_message_counts(world, monkeypatch, then, answers):
    signs(world, permit(world))
    asks(world)
    crashes(world, monkeypatch)
    then(world)
    world.clock.passes(LEASE)
    sends(world)
    assert messages(world) == []
    assert [receipt.permitted for receipt in receipts(world)] == answers


def test_i3_a_consent_that_ended_on_chain_after_such_a_crash_counts(world, monkeypatch):
    signs(world, permit(world))
    asks(world)
    crashes(world, monkeypatch)
    entry = world.newest(world.trial).signed.entry.entry
    world.store.anchoring.revealed([RevocationMark(entry, NO_LOCK, 9)])
    world.clock.passes(LEASE)
    sends(world)
    assert messages(world) == []


def test_an_answer_that_is_too_old_after_a_crash_is_asked_for_again(world, monkeypatch):
    signs(world, permit(world, expires=NOW + FRESH))
    asks(world)
    crashes(world, monkeypatch)
    world.clock.passes(FRESH + 1)
    sends(world)
    assert messages(world) == []


def test_two_workers_reach_nobody_twice(world, monkeypatch):
    """The second one runs while the first one is between its receipts and its messages."""
    signs(world, permit(world))
    asks(world)
    other, found = Kernel.of(world.world), []
    sound = Inbox.notify

    def notify(self, message):
        monkeypatch.setattr(Inbox, "notify", sound)
        found.append(other.people.distribution.distribute())
        sound(self, message)

    monkeypatch.setattr(Inbox, "notify", notify)
    sends(world)
    assert found == [0], "the page is kept for the first worker"
    assert (len(messages(world)), len(receipts(world))) == (1, 1)


def test_a_worker_that_was_overtaken_changes_nothing(world, monkeypatch):
    """It stood still for longer than its lease; the other one did the page meanwhile."""
    signs(world, permit(world))
    asks(world)
    other, sound = Kernel.of(world.world), Inbox.notify

    def notify(self, message):
        monkeypatch.setattr(Inbox, "notify", sound)
        world.clock.passes(LEASE)
        world.store.anchoring.touch(world.clock.now())
        other.people.distribution.distribute()
        sound(self, message)

    monkeypatch.setattr(Inbox, "notify", notify)
    sends(world)
    assert (len(messages(world)), len(receipts(world))) == (1, 1)


def test_while_the_chain_is_silent_nothing_is_sent_and_then_it_is(world):
    signs(world, permit(world))
    asks(world)
    world.clock.passes(world.world.bounds.chain_silence + 1)
    with pytest.raises(ChainBehind):
        world.kernel.people.distribution.distribute()
    assert messages(world) == []
    world.clock.passes(LEASE)
    sends(world)
    assert len(messages(world)) == 1


def states(world):
    return [one.state for one in world.kernel.people.contacts.of(world.trial.address)]


@pytest.mark.parametrize("count", [0, 1, 5])
def test_the_states_are_the_same_with_nobody_one_and_many_reached(world, monkeypatch, count):
    monkeypatch.setattr(contact_sending, "PAGE", 2)
    for number in range(count):
        signs(world, permit(world), person=wallet(60 + number))
    asks(world)
    seen = [states(world)]
    for _ in range(6):
        world.kernel.people.distribution.distribute()
        seen.append(states(world))
    world.clock.passes(SHOWN_AFTER - 1)
    seen.append(states(world))
    world.clock.passes(1)
    seen.append(states(world))
    assert seen == [[WAITING]] * 8 + [[SENT]]
    assert world.kernel.people.contacts.of(world.insurer.address) == []


def at_korean(hour, minute=0, second=0):
    """A UTC second of the day of NOW at this time in Korea, which is nine hours ahead."""
    midnight = datetime.fromtimestamp(NOW, UTC).replace(hour=0, minute=0, second=0) - timedelta(hours=9)
    return int((midnight + timedelta(hours=hour, minutes=minute, seconds=second)).timestamp())


@pytest.mark.parametrize(("hour", "waits"), [(20, False), (21, True), (23, True), (24, True), (31, True), (32, False)])
def test_advertising_waits_for_the_morning_in_korea(world, hour, waits):
    world.clock.passes(at_korean(hour) - NOW)
    world.anchor()
    signs(world, permit(world, purpose="hl7:HMARKT"), permit(world))
    asks(world, ADVERT)
    asks(world)
    sends(world)
    purposes = {message.detail["for"] for message in messages(world)}
    assert purposes == ({"hl7:CLINTRCH"} if waits else {"hl7:CLINTRCH", "hl7:HMARKT"})
    world.clock.passes(at_korean(32) - world.clock.now() - 1)
    sends(world)
    assert len(messages(world)) == (1 if waits else 2)
    world.clock.passes(1)
    sends(world)
    assert len(messages(world)) == 2


@given(some.integers(0, 2**33))
def test_the_next_daytime_is_now_or_the_next_eight_in_the_morning(at_time):
    korea = at_time + 9 * 3_600
    hour, morning = korea % DAY // 3_600, korea - korea % DAY + 8 * 3_600
    expected = at_time if 8 <= hour < 21 else (morning if hour < 8 else morning + DAY) - 9 * 3_600
    assert next_daytime(at_time) == expected


def test_a_receipt_that_says_yes_where_the_consent_says_no_is_found(world):
    signs(world, permit(world, "from:" + world.hospital.address))
    asks(world)
    sends(world)
    log = world.store.log
    logged = log.statement_at(ACCESS, log.head(ACCESS).size - 1)
    entry = world.newest(world.trial).signed.entry.entry
    lie = replace(logged.signed.statement, permitted=True, reason="consented", consents=(entry,))
    assert Replay(evidence(world)).check(logged, lie) is Outcome.OTHER


@pytest.mark.parametrize("action", [CONTACT, "transfer"])
def test_a_question_about_no_record_under_the_id_of_a_planned_one_is_no_fault_of_the_ledger(world, action):
    """A party may name any record id; it must not be able to make an audit report a fault."""
    world.kernel.decisions.evaluation.ask(
        replace(world.asks(world.trial, contact_id(world.trial.address)), action=action)
    )
    assert replayed(world) == {Outcome.SAME}
    assert replayed(world, complete=False) == {Outcome.NOT_HELD}


def test_leave_to_contact_releases_nothing_and_lists_no_key(world):
    signs(world, permit(world))
    asks(world)
    sends(world)
    (receipt,) = receipts(world)
    assert is_contact(receipt.requester, receipt.record_id, receipt.action)
    assert not receipt.releases(receipt.record_id)
    log = world.store.log
    assert not world.kernel.decisions.releases.names_asker(log.statement_at(ACCESS, log.head(ACCESS).size - 1))
    assert world.kernel.consents.endings.released_keys(world.ann.signer, receipt.consents[0]) == []
