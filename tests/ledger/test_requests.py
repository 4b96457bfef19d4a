"""Requests for consent: every way in which a request may end, who sees what, and the limits on requests."""

import random
from dataclasses import replace

import pytest

from mydata_ledger.ledger.access import ConsentState
from mydata_ledger.ledger.consent import ACTIONS, NEVER, Consent, Effect, Grant
from mydata_ledger.ledger.consent_request import DAY, Origin, RequestState, Wish, Wishes, WishKind, answer
from mydata_ledger.ledger.decide import decide
from mydata_ledger.ledger.errors import (
    InvalidStatement,
    NotEntitled,
    NotFound,
    StaleConsent,
    TooManyRequests,
    UnknownTerm,
)
from mydata_ledger.ledger.kernel import GrantRequest, RequestTerms
from mydata_ledger.ledger.kernel.people.announcements import ANNOUNCED_PER_DAY
from mydata_ledger.ledger.kernel.people.ask_limits import ASKED_PER_PERSON, OPEN_PER_PERSON, QUIET
from mydata_ledger.ledger.notice import LAYER
from mydata_ledger.ledger.party import checksum
from testing.ledger_fixture import LAB, NOTICE, NOW, VITALS, VOCABULARY, LedgerFixture, wallet
from tests.ledger import questions

EVE = wallet(77)


@pytest.fixture
def world():
    return LedgerFixture()


def permit(category=LAB, purpose="hl7:CLINTRCH", actions=("view",), expires=NOW + 90 * DAY, **more):
    return Grant(Effect.PERMIT, (category,), (purpose,), actions, 0, expires, **more)


def at_time(world, moment):
    world.clock.passes(moment - world.clock.now())


def asks_for(world, *grants, who=None, person=None, **more):
    asking = RequestTerms(grants or (permit(),), NOTICE.digest, "a yearly check-up", "KCT0001", **more)
    asker = who or world.trial
    return world.kernel.people.requests.ask(asker.address, person or world.ann.signer, asking)


def offers(world, terms, topics, who=None):
    """Announce, send, and return how many more requests Ann has."""
    before = len(states(world))
    world.kernel.people.announcements.offer((who or world.trial).address, terms, topics)
    while world.kernel.people.distribution.distribute():
        pass
    return len(states(world)) - before


def states(world):
    return [r.state for r in world.kernel.people.requests.to(world.ann.signer)]


def signs(world, draft):
    logged = world.kernel.consents.acceptance.accept(draft.statement, world.sign(world.ann, draft.statement))
    world.anchor()
    return logged


def test_a_request_is_shown_to_the_person_and_gives_nothing(world):
    record = world.issued(LAB)
    request = asks_for(world)
    assert request.state is RequestState.REQUESTED
    assert world.kernel.people.requests.to(world.ann.signer) == [request]
    assert world.kernel.people.requests.by(world.trial.address) == [request]
    world.anchor()
    assert not world.permits(world.trial, record)


def test_signing_what_was_asked_grants_it(world):
    record, request = world.issued(LAB), asks_for(world)
    draft = world.kernel.people.requests.draft_answer(world.ann.signer, request.request_id, bytes(32))
    logged = signs(world, draft)
    (now,) = world.kernel.people.requests.by(world.trial.address)
    assert (now.state, now.consent, now.answered_at) == (RequestState.GRANTED, logged.signed.entry.entry, NOW)
    assert world.permits(world.trial, record)


def test_signing_less_grants_it_narrower(world):
    asks_for(world, permit(), permit(VITALS))
    world.says(world.trial.address, [permit(VITALS)])
    assert states(world) == [RequestState.GRANTED_NARROWER]


def test_signing_something_else_answers_nothing(world):
    asks_for(world)
    world.says(world.trial.address, [permit(VITALS, "hl7:HMARKT")])
    assert states(world) == [RequestState.REQUESTED]


def test_a_consent_from_before_the_request_is_no_answer(world):
    world.says(world.trial.address, [permit(actions=("view", "copy"))])
    world.clock.passes(5)
    asks_for(world)
    assert states(world) == [RequestState.REQUESTED]


def test_a_refusal_is_recorded_and_seen_by_the_asker(world):
    request = asks_for(world)
    refused = world.kernel.people.requests.refuse(world.ann.signer, request.request_id)
    assert (refused.state, refused.answered_at) == (RequestState.REFUSED, NOW)
    assert world.kernel.people.requests.get(world.trial.address, request.request_id) == refused


def test_the_asker_may_take_it_back(world):
    request = asks_for(world)
    assert (
        world.kernel.people.requests.withdraw(world.trial.address, request.request_id).state is RequestState.WITHDRAWN
    )
    assert states(world) == [RequestState.WITHDRAWN]
    for too_late in (
        lambda: world.kernel.people.requests.refuse(world.ann.signer, request.request_id),
        lambda: world.kernel.people.requests.withdraw(world.trial.address, request.request_id),
        lambda: world.kernel.people.requests.draft_answer(world.ann.signer, request.request_id, bytes(32)),
    ):
        with pytest.raises(StaleConsent, match="over"):
            too_late()


def test_an_unanswered_request_expires(world):
    request = asks_for(world, wait=60)
    at_time(world, NOW + 59)
    assert states(world) == [RequestState.REQUESTED]
    at_time(world, NOW + 60)
    assert states(world) == [RequestState.EXPIRED]
    with pytest.raises(StaleConsent):
        world.kernel.people.requests.refuse(world.ann.signer, request.request_id)
    world.says(world.trial.address, [permit()])
    assert states(world) == [RequestState.EXPIRED], "a consent after the end is no answer to it"


def test_i7_a_request_of_others_is_not_there(world):
    request = asks_for(world)
    for hidden in (
        lambda: world.kernel.people.requests.refuse(EVE.signer, request.request_id),
        lambda: world.kernel.people.requests.withdraw(world.insurer.address, request.request_id),
        lambda: world.kernel.people.requests.get(world.insurer.address, request.request_id),
        lambda: world.kernel.people.requests.draft_answer(EVE.signer, request.request_id, bytes(32)),
        lambda: world.kernel.people.requests.refuse(world.ann.signer, bytes(32)),
    ):
        with pytest.raises(NotFound):
            hidden()
    assert world.kernel.people.requests.to(EVE.signer) == []
    assert world.kernel.people.requests.by(world.insurer.address) == []


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"grants": ()}, InvalidStatement),
        ({"grants": (replace(permit(), effect=Effect.FORBID),)}, InvalidStatement),
        ({"grants": (permit(expires=NOW),)}, InvalidStatement),
        ({"grants": (permit("health.lba"),)}, UnknownTerm),
        ({"notice_hash": bytes(32)}, NotFound),
        ({"wait": 0}, InvalidStatement),
        ({"wait": 91 * DAY}, InvalidStatement),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_with_the_reason(world, wrong, refusal):
    asking = replace(RequestTerms((permit(),), NOTICE.digest), **wrong)
    with pytest.raises(refusal):
        world.kernel.people.requests.ask(world.trial.address, world.ann.signer, asking)
    assert states(world) == []


def test_only_accredited_parties_ask(world):
    with pytest.raises(NotEntitled):
        asks_for(world, who=EVE)
    world.expire(world.trial)
    with pytest.raises(NotEntitled):
        asks_for(world)


def test_the_same_question_while_it_is_open_is_the_same_request(world):
    assert asks_for(world) == asks_for(world)
    assert len(states(world)) == 1


def test_an_asker_may_not_pile_requests_up_before_a_person(world):
    for number in range(OPEN_PER_PERSON):
        asks_for(world, permit(expires=NOW + 1 + number))
    with pytest.raises(TooManyRequests, match="unanswered"):
        asks_for(world, permit(expires=NOW + 99))
    assert asks_for(world, who=world.insurer).state is RequestState.REQUESTED
    assert asks_for(world, permit(expires=NOW + 99), person=EVE.signer).state is RequestState.REQUESTED


def test_who_refused_is_not_asked_the_same_again_for_a_while(world):
    first = asks_for(world)
    world.kernel.people.requests.refuse(world.ann.signer, first.request_id)
    again = asks_for(world, permit(expires=NOW + 80 * DAY))
    assert again.state is RequestState.REQUESTED, "the asker sees no difference"
    assert states(world) == [RequestState.REFUSED] * 2
    assert asks_for(world, permit(VITALS)).state is RequestState.REQUESTED
    assert states(world)[-1] is RequestState.REQUESTED
    at_time(world, NOW + QUIET)
    world.store.anchoring.touch(world.clock.now())
    asks_for(world, permit(expires=NOW + 85 * DAY))
    assert states(world)[-1] is RequestState.REQUESTED


def test_taking_requests_back_or_letting_them_lapse_buys_no_further_ones(world):
    for number in range(ASKED_PER_PERSON):
        request = asks_for(world, permit(expires=NOW + 40 * DAY + number), wait=60)
        if number % 2:
            world.kernel.people.requests.withdraw(world.trial.address, request.request_id)
        world.clock.passes(60)
    with pytest.raises(TooManyRequests, match="30 days"):
        asks_for(world, permit(VITALS))
    assert asks_for(world, permit(VITALS), who=world.insurer).state is RequestState.REQUESTED
    at_time(world, NOW + QUIET)
    assert asks_for(world, permit(VITALS)).state is RequestState.REQUESTED


def test_offers_are_no_way_around_what_a_person_refused_or_was_asked_enough(world):
    wishes(world, Wish(WishKind.TELL, topics=("diabetes",)))
    world.kernel.people.requests.refuse(world.ann.signer, asks_for(world).request_id)
    offer = RequestTerms((permit(expires=NOW + 80 * DAY),), NOTICE.digest, reference="KCT2")
    assert offers(world, offer, ["diabetes"]) == 0
    for number in range(ASKED_PER_PERSON - 1):
        different = RequestTerms((permit(VITALS),), NOTICE.digest, reference=str(number))
        assert offers(world, different, ["diabetes"]) == 1
    assert offers(world, RequestTerms((permit(VITALS),), NOTICE.digest), ["diabetes"]) == 0


@pytest.mark.parametrize("kind", ["offers", "results"])
def test_a_party_announces_only_so_much_in_a_day(world, kind):
    def announce():
        if kind == "offers":
            world.kernel.people.announcements.offer(
                world.trial.address, RequestTerms((permit(),), NOTICE.digest), ["diabetes"]
            )
        else:
            world.kernel.people.announcements.results(world.trial.address, "KCT1")

    for _ in range(ANNOUNCED_PER_DAY):
        announce()
    with pytest.raises(TooManyRequests):
        announce()
    world.clock.passes(DAY + 1)
    announce()


def refused(world, category=LAB, who=None, **more):
    """A question that no consent answers, and the logs read on."""
    record = world.issued(category)
    world.anchor()
    assert not world.permits(who or world.trial, record, category)
    world.kernel.log_consumer.consume()
    return record


def test_a_question_outside_every_consent_becomes_a_request_when_the_person_allows_it(world):
    refused(world)
    assert world.kernel.people.requests.to(world.ann.signer) == []
    wishes(world, Wish(WishKind.ASK, "hl7:HRESCH"))
    record = refused(world)
    (request,) = world.kernel.people.requests.to(world.ann.signer)
    (grant,) = request.grants
    assert (request.requester, request.state, request.origin) == (
        world.trial.address,
        RequestState.REQUESTED,
        Origin.QUESTION,
    )
    assert (grant.categories, grant.purposes, grant.records) == ((LAB,), ("hl7:CLINTRCH",), (record,))
    assert [m.event for m in world.kernel.people.inbox.read("0x" + world.ann.signer.hex())] == ["consent.asked"]
    signs(world, world.kernel.people.requests.draft_answer(world.ann.signer, request.request_id, bytes(32)))
    assert states(world) == [RequestState.GRANTED]
    assert world.permits(world.trial, record)


def test_i7_the_asker_never_sees_that_a_question_became_a_request(world):
    wishes(world, Wish(WishKind.ASK))
    refused(world)
    (request,) = world.kernel.people.requests.to(world.ann.signer)
    assert world.kernel.people.requests.by(world.trial.address) == []
    for hidden in (world.kernel.people.requests.get, world.kernel.people.requests.withdraw):
        with pytest.raises(NotFound):
            hidden(world.trial.address, request.request_id)
    for number in range(OPEN_PER_PERSON):
        assert asks_for(world, permit(expires=NOW + 1 + number)).state is RequestState.REQUESTED


def test_asking_again_and_again_makes_no_further_requests_and_a_refusal_lasts(world):
    wishes(world, Wish(WishKind.ASK))
    record = refused(world)
    for _ in range(3):
        assert not world.permits(world.trial, record)
    world.store.work_items.file(replace(world.store.work_items.item("read-to", b"access"), body={"next": 0}))
    world.kernel.log_consumer.consume()
    (request,) = world.kernel.people.requests.to(world.ann.signer)
    world.kernel.people.requests.refuse(world.ann.signer, request.request_id)
    assert not world.permits(world.trial, record)
    world.kernel.log_consumer.consume()
    assert states(world) == [RequestState.REFUSED]
    for _ in range(9):
        refused(world)
    assert states(world).count(RequestState.REQUESTED) == OPEN_PER_PERSON


def test_a_question_that_a_wish_or_a_consent_answers_becomes_no_request(world):
    wishes(world, Wish(WishKind.ASK), Wish(WishKind.NEVER, "hl7:HRESCH"))
    refused(world)
    wishes(world, Wish(WishKind.ASK))
    world.says(world.trial.address, [replace(permit(VITALS), effect=Effect.FORBID)])
    refused(world, VITALS)
    assert states(world) == []


def wishes(world, *message, **validity):
    world.kernel.people.wishes.replace(Wishes(world.ann.signer, message, validity))


@pytest.mark.parametrize(
    "wish",
    [
        Wish(WishKind.NEVER),
        Wish(WishKind.NEVER, "hl7:HRESCH"),
        Wish(WishKind.NEVER, "hl7:CLINTRCH", "health"),
        Wish(WishKind.NEVER, "*", LAB),
    ],
)
def test_i7_never_answers_for_the_person_and_the_requester_does_not_learn_it(world, wish):
    wishes(world, wish)
    request, elsewhere = asks_for(world, wait=60), asks_for(world, wait=60, person=EVE.signer)
    shape = (request.state, request.answered_at, request.silent)
    assert shape == (elsewhere.state, elsewhere.answered_at, elsewhere.silent)
    (expected_facts,) = world.kernel.people.requests.to(world.ann.signer)
    assert (expected_facts.state, expected_facts.silent) == (RequestState.REFUSED, True)
    at_time(world, NOW + 60)
    assert {r.state for r in world.kernel.people.requests.by(world.trial.address)} == {RequestState.EXPIRED}


@pytest.mark.parametrize("wish", [Wish(WishKind.NEVER, "hl7:HMARKT"), Wish(WishKind.NEVER, "*", "money"),
                                  Wish(WishKind.ASK), Wish(WishKind.TELL)])  # fmt: skip
def test_other_wishes_let_it_through(wish):
    world = LedgerFixture(VOCABULARY)
    if wish.category == "money":
        wish = replace(wish, category=VITALS)
    wishes(world, wish)
    asks_for(world)
    assert states(world) == [RequestState.REQUESTED]


def test_a_blocked_requester_reaches_nobody_and_does_not_learn_it(world):
    world.says(world.trial.address, [Grant(Effect.FORBID, ("*",), ("*",), tuple(sorted(ACTIONS)), 0, NEVER)])
    assert asks_for(world).state is RequestState.REQUESTED
    assert states(world) == [RequestState.REFUSED]


def test_wishes_are_replaced_whole_and_speak_known_words(world):
    wishes(world, Wish(WishKind.TELL, topics=("diabetes",)), trial=7 * DAY)
    wishes(world, Wish(WishKind.NEVER, "hl7:HMARKT"))
    assert world.kernel.people.wishes.of(world.ann.signer) == Wishes(
        world.ann.signer, (Wish(WishKind.NEVER, "hl7:HMARKT"),), {}
    )
    with pytest.raises(UnknownTerm, match="nearest"):
        wishes(world, Wish(WishKind.NEVER, "hl7:HMARKET"))
    with pytest.raises(UnknownTerm):
        wishes(world, Wish(WishKind.NEVER, "*", "healthy"))


def test_an_offer_reaches_who_wished_for_it_and_nobody_else(world):
    wishes(world, Wish(WishKind.TELL, "hl7:HRESCH", topics=("diabetes", "seoul")))
    asking = RequestTerms((permit(),), NOTICE.digest, reference="KCT0002")
    world.kernel.people.wishes.replace(Wishes(EVE.signer, (Wish(WishKind.TELL, topics=("asthma",)),)))
    assert offers(world, asking, ["Diabetes", "Seoul", "adults"]) == 1
    assert offers(world, asking, ["Diabetes", "Seoul", "adults"]) == 0
    assert offers(world, asking, ["diabetes"]) == 0
    assert states(world) == [RequestState.REQUESTED]
    assert world.kernel.people.requests.to(EVE.signer) == []


def test_a_drafted_answer_keeps_present_grants_and_lasts_as_long_as_the_person_likes(world):
    kept = permit(VITALS, expires=NOW + 500 * DAY)
    world.says(world.trial.address, [kept])
    wishes(world, trial=30 * DAY)
    request = asks_for(world, permit(expires=NEVER))
    draft = world.kernel.people.requests.draft_answer(world.ann.signer, request.request_id, bytes(32))
    assert draft.statement.grants == (kept, permit(expires=NOW + 30 * DAY))
    assert draft.statement.version == 2
    assert len(draft.changes) == 1
    assert draft.changes[0].startswith("adds: The trial may view: Laboratory")


def test_an_end_shorter_than_asked_makes_it_narrower_and_the_person_chose_that(world):
    wishes(world, trial=30 * DAY)
    request = asks_for(world, permit(expires=NEVER))
    signs(world, world.kernel.people.requests.draft_answer(world.ann.signer, request.request_id, bytes(32)))
    assert states(world) == [RequestState.GRANTED_NARROWER]


def message(*grants):
    return ConsentState(
        entry=bytes([1]) * 32,
        position=0,
        consent=Consent(
            questions.ANN, questions.ANN, questions.BOB, "", 1, bytes(32), grants, bytes(32), "en", 0, bytes(32)
        ),
        anchored=True,
    )


def test_an_answer_agrees_with_the_rule():
    """Granted: whatever the asked terms would permit, the given ones do; refused: none of it."""
    pick, met = random.Random(7).choice, dict.fromkeys(RequestState, 0)
    for _ in range(20_000):
        request = replace(questions.grant(pick), effect=Effect.PERMIT)
        given = [questions.grant(pick) for _ in range(pick([1, 2]))]
        if pick([True, False]):
            given.append(replace(request, expires=request.expires + pick([0, 5]), not_before=0))
        outcome = answer([request], given, VOCABULARY)
        question, facts = questions.request(pick), questions.some_facts(pick)
        facts = replace(facts, blocked=False)
        wished = decide(question, replace(facts, consents=(message(request),), incident=None), NOW)
        really = decide(question, replace(facts, consents=(message(*given),), incident=None), NOW)
        if wished.reason == "consented":
            met[outcome] += 1
            assert outcome is not RequestState.GRANTED or really.reason == "consented"
            assert outcome is not RequestState.REFUSED or really.reason != "consented"
    assert min(met[s] for s in (RequestState.GRANTED, RequestState.GRANTED_NARROWER, RequestState.REFUSED)) > 20


def test_a_party_publishes_notices_of_its_own_in_versions_and_languages(world):
    trial = world.trial.address
    first = world.kernel.consents.notices.publish(
        trial, "kct1", {"en": ("Short.", "Long."), "ko": ("짧게.", "길게.")}, compatible=True
    )
    assert [(n.name, n.version, n.language, n.layers) for n in first] == [
        (f"{trial}/kct1", 1, "en", ("Short.", "Long.")),
        (f"{trial}/kct1", 1, "ko", ("짧게.", "길게.")),
    ]
    assert (
        world.kernel.consents.notices.publish(
            trial, "kct1", {"en": ("Short.", "Long."), "ko": ("짧게.", "길게.")}, compatible=False
        )
        == first
    )
    second = world.kernel.consents.notices.publish(trial, "kct1", {"en": ("Shorter.",)}, compatible=True)
    assert (second[0].version, world.store.directory.notice(first[0].digest).outdated) == (2, False)
    world.kernel.consents.notices.publish(trial, "kct1", {"en": ("New risks.",)}, compatible=False)
    assert [n.outdated for n in world.store.directory.notices() if n.name == f"{trial}/kct1"] == [
        True,
        True,
        True,
        False,
    ]


def test_an_incompatible_notice_asks_for_a_new_signature_a_compatible_one_does_not(world):
    record = world.issued(LAB)
    trial = world.trial.address
    (notice,) = world.kernel.consents.notices.publish(
        trial, "kct1", {"en": ("We read your results.",)}, compatible=True
    )
    draft = world.kernel.consents.drafts.consent(
        GrantRequest(world.ann.signer, trial, (permit(),), notice.digest, bytes(32))
    )
    signs(world, draft)
    assert world.permits(world.trial, record)
    world.kernel.consents.notices.publish(
        trial, "kct1", {"en": ("We read your results, said better.",)}, compatible=True
    )
    assert world.permits(world.trial, record)
    world.kernel.consents.notices.publish(trial, "kct1", {"en": ("We read your genes too.",)}, compatible=False)
    assert world.kernel.decisions.evaluation.ask(world.asks(world.trial, record))[0].reason == "needs_reconsent"


@pytest.mark.parametrize(
    ("slug", "layers"),
    [("", {"en": ("x",)}), ("a/b", {"en": ("x",)}), ("가", {"en": ("x",)}), ("a" * 101, {"en": ("x",)}), ("a", {}),
     ("a", {"en": ("",)}), ("a", {"en": ("x" * 65_537,)})],
)  # fmt: skip
def test_a_notice_without_name_or_text_is_refused(world, slug, layers):
    with pytest.raises(InvalidStatement):
        world.kernel.consents.notices.publish(world.trial.address, slug, layers, compatible=True)


def test_a_text_that_was_published_is_not_published_as_something_new(world):
    world.kernel.consents.notices.publish(world.trial.address, "a", {"en": ("One.",)}, compatible=True)
    with pytest.raises(InvalidStatement, match="what is new"):
        world.kernel.consents.notices.publish(world.trial.address, "b", {"en": ("One.",)}, compatible=True)
    with pytest.raises(NotEntitled):
        world.kernel.consents.notices.publish(checksum(EVE.signer), "b", {"en": ("One.",)}, compatible=True)


def test_layers_are_part_of_what_is_hashed(world):
    (one,) = world.kernel.consents.notices.publish(
        world.trial.address, "a", {"en": ("Short.", "Long.")}, compatible=True
    )
    assert one.text == f"Short.{LAYER}Long."
