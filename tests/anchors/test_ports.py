"""The contract of the store ports, for the store in memory and the databases."""

import threading
from dataclasses import replace

import pytest

from mydata_ledger.ledger.access import search_position
from mydata_ledger.ledger.commitment.entry import NO_LOCK, RevocationMark
from mydata_ledger.ledger.consent import ACTIONS, NEVER, Effect, Grant, Revocation
from mydata_ledger.ledger.decide import decide
from mydata_ledger.ledger.errors import InvalidStatement, ProofInvalid, SourceUnavailable, StaleConsent
from mydata_ledger.ledger.merkle import EMPTY_ROOT, Head, verify_consistency, verify_inclusion
from mydata_ledger.ledger.notice import Notice
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, LOGS, RECORDS
from tests.anchors.sample_statements import (
    ANN,
    COUNTED,
    CREW,
    EVE,
    HOSPITAL,
    NOTICE_HASH,
    NOW,
    OTHER,
    PARTIES,
    READ,
    TRIAL,
    consent,
    delegation,
    erasure,
    extension,
    incident,
    issue,
    name,
    receipt,
    request,
    revocation,
    seal,
)

FORBID = Grant(Effect.FORBID, ("*",), ("*",), tuple(sorted(ACTIONS)), 0, NEVER)


def append(store, *signed):
    return store.log.append(signed, NOW)


def ask(store, number=1, requester=TRIAL, requested=0, permitted=True, **more):
    question = request(number, requester, requested, **more)
    return store.log.answer(question, lambda facts: receipt(question, facts, permitted), NOW)


def page_of(store, requester, limit, after=(-1, -1), permits=lambda facts: True):
    return store.index.page_facts(request(0, requester), NOW, after, limit, permits)


def anchor(store, *logs):
    for log in logs or LOGS:
        store.anchoring.mark_anchored(log, store.log.head(log), block=7)


def test_an_empty_log_has_the_empty_root(store):
    assert {log: store.log.head(log) for log in LOGS} == dict.fromkeys(LOGS, Head(0, EMPTY_ROOT))
    assert store.log.anchored(ACCESS).head == Head(0, EMPTY_ROOT)
    assert store.log.anchored(ACCESS).followed_at == 0


def test_what_is_appended_is_stored_at_the_returned_position(store):
    logged = append(store, issue(1), consent(ANN, TRIAL), issue(2))
    assert [(each.signed.log, each.position) for each in logged] == [(RECORDS, 0), (CONSENTS, 0), (RECORDS, 1)]
    assert [store.log.statement_at(each.signed.log, each.position) for each in logged] == logged
    assert [store.log.find(each.signed.log, each.signed.entry.entry) for each in logged] == logged


def test_there_is_nothing_beyond_the_end(store):
    append(store, issue(1))
    assert [store.log.statement_at(RECORDS, position) for position in (-1, 1, 2**63, 2**70)] == [None] * 4
    assert store.log.find(RECORDS, name("nothing")) is None
    assert store.log.find(CONSENTS, store.log.statement_at(RECORDS, 0).signed.entry.entry) is None


def test_appending_nothing_changes_nothing(store):
    assert store.log.append([], NOW) == []


def test_i10_a_statement_appended_again_keeps_its_position(store):
    first = append(store, consent(ANN, TRIAL))[0]
    assert append(store, consent(ANN, TRIAL)) == [first]
    again = replace(consent(ANN, TRIAL), entry=replace(first.signed.entry, salt=name("another salt")))
    assert append(store, again) == [first]
    assert store.log.head(CONSENTS).size == 1


def test_i10_the_same_statement_twice_in_one_batch_is_one(store):
    one, other = append(store, issue(1), issue(1))
    assert one == other
    assert store.log.head(RECORDS).size == 1


def test_a_refused_statement_refuses_its_whole_batch(store):
    append(store, consent(ANN, TRIAL))
    before = {log: store.log.head(log) for log in LOGS}
    with pytest.raises(StaleConsent):
        append(store, issue(1), consent(EVE, TRIAL), seal(replace(consent(ANN, TRIAL).statement, signed_at=1)))
    assert {log: store.log.head(log) for log in LOGS} == before
    assert store.index.record(name(1)) is None
    assert store.index.consents_of(EVE) == []
    assert append(store, issue(1))[0].position == 0


def test_versions_follow_one_another(store):
    first = append(store, consent(ANN, TRIAL))[0]
    second = append(store, consent(ANN, TRIAL, first))[0]
    third = append(store, revocation(second))[0]
    fourth = append(store, consent(ANN, TRIAL, third))[0]
    assert store.index.newest(ANN, TRIAL) == fourth
    assert fourth.signed.statement.version == 4


def test_a_whole_version_chain_may_come_in_one_batch(store):
    first = append(store, consent(ANN, TRIAL))[0]
    second = consent(ANN, TRIAL, first)
    third = revocation(replace(first, signed=second))
    assert [each.position for each in append(store, consent(ANN, TRIAL), second, third)] == [0, 1, 2]
    assert store.index.consent(second.entry.entry).revoked


@pytest.mark.parametrize(
    "wrong",
    [
        {"version": 1},
        {"version": 3},
        {"previous": bytes(32)},
        {"previous": name("another")},
        {"version": 1, "previous": bytes(32), "signed_at": NOW + 1},
    ],
)
def test_a_consent_that_does_not_follow_is_stale(store, wrong):
    first = append(store, consent(ANN, TRIAL))[0]
    with pytest.raises(StaleConsent):
        append(store, seal(replace(consent(ANN, TRIAL, first).statement, **wrong)))
    assert store.index.newest(ANN, TRIAL) == first


@pytest.mark.parametrize("wrong", [{"version": 2}, {"previous": name("something")}])
def test_a_first_consent_has_version_one_and_follows_nothing(store, wrong):
    with pytest.raises(StaleConsent):
        append(store, seal(replace(consent(ANN, TRIAL).statement, **wrong)))


@pytest.mark.parametrize("wrong", [{"version": 1}, {"version": 3}, {"consent": name("another")}])
def test_a_revocation_must_end_the_newest_consent(store, wrong):
    first = append(store, consent(ANN, TRIAL))[0]
    with pytest.raises(StaleConsent):
        append(store, seal(replace(revocation(first).statement, **wrong)))


def test_only_a_consent_can_be_revoked(store):
    first = append(store, consent(ANN, TRIAL))[0]
    ended = append(store, revocation(first))[0]
    with pytest.raises(StaleConsent):
        append(store, seal(Revocation(ANN, ANN, TRIAL, "Name", 3, ended.signed.entry.entry, bytes(32), NOW)))
    with pytest.raises(StaleConsent):
        append(store, seal(Revocation(ANN, ANN, OTHER, "Name", 1, bytes(32), bytes(32), NOW)))


def test_a_record_id_is_issued_once(store):
    append(store, issue(1))
    with pytest.raises(InvalidStatement):
        append(store, issue(1, category="health.vitals"))
    with pytest.raises(InvalidStatement):
        append(store, issue(2), issue(2, category="health.vitals"))
    assert store.log.head(RECORDS).size == 1


def test_every_position_is_proved_under_every_later_head(store):
    append(store, *(issue(n) for n in range(13)))
    for size in range(1, 14):
        head = store.log.head_at(RECORDS, size)
        for position in range(size):
            leaf = store.log.statement_at(RECORDS, position).signed.entry.leaf
            verify_inclusion(leaf, position, head, store.log.inclusion(RECORDS, position, size))
        for smaller in range(1, size):
            proof = store.log.consistency(RECORDS, smaller, size)
            verify_consistency(store.log.head_at(RECORDS, smaller), head, proof)
    assert store.log.head(RECORDS) == store.log.head_at(RECORDS, 13)
    assert store.log.head_at(RECORDS, 14) is None


@pytest.mark.parametrize("wrong", [(0, 0), (-1, 2), (2, 2), (0, 3), (5, 9)])
def test_what_is_not_in_the_tree_has_no_proof(store, wrong):
    append(store, issue(1), issue(2))
    with pytest.raises(ProofInvalid):
        store.log.inclusion(RECORDS, *wrong)


@pytest.mark.parametrize("wrong", [(0, 1), (2, 1), (1, 3), (3, 3)])
def test_sizes_the_log_never_had_are_not_consistent(store, wrong):
    append(store, issue(1), issue(2))
    with pytest.raises(ProofInvalid):
        store.log.consistency(RECORDS, *wrong)


def test_the_notary_s_leaves_and_peaks_make_the_root(store):
    append(store, *(issue(n) for n in range(6)))
    assert store.anchoring.leaves(RECORDS, 4, 10) == [
        store.log.statement_at(RECORDS, n).signed.entry.leaf for n in (4, 5)
    ]
    assert len(store.anchoring.leaves(RECORDS, 0, 3)) == 3
    assert len(store.anchoring.peaks(RECORDS, 6)) == 2
    assert store.anchoring.peaks(RECORDS, 0) == []


def test_an_answer_sees_the_facts_and_logs_its_receipt(store):
    store.directory.set_parties(PARTIES)
    _, given = append(store, issue(1), consent(ANN, TRIAL))
    anchor(store)
    seen = []
    question = request(1)

    def respond(facts):
        seen.append(facts)
        return receipt(question, facts)

    logged = store.log.answer(question, respond, NOW)
    (facts,) = seen
    assert facts.record.issue == store.log.statement_at(RECORDS, 0).signed.statement
    assert [state.entry for state in facts.consents] == [given.signed.entry.entry]
    assert (facts.requester, facts.consents_size, facts.records_size, facts.block) == (PARTIES[0], 1, 1, 7)
    assert store.log.statement_at(ACCESS, logged.position) == logged


def test_an_answer_that_fails_leaves_no_receipt(store):
    with pytest.raises(ZeroDivisionError):
        store.log.answer(request(1), lambda _: 1 // 0, NOW)
    assert store.log.head(ACCESS).size == 0
    assert ask(store).position == 0


def test_many_who_ask_at_once_each_get_their_own_answer(store):
    append(store, issue(1), consent(ANN, TRIAL))
    store.directory.set_parties(PARTIES)
    answers, failures = {}, []

    def one(number):
        question = request(1, requested=number)

        def respond(facts):
            if number % 7 == 3:
                raise InvalidStatement("this one cannot be answered")
            return receipt(question, facts)

        try:
            answers[number] = store.log.answer(question, respond, NOW)
        except InvalidStatement:
            failures.append(number)

    threads = [threading.Thread(target=one, args=[number]) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(failures) == [n for n in range(40) if n % 7 == 3]
    assert {n: a.signed.statement.request_id for n, a in answers.items()} == {n: name(f"ask {n}") for n in answers}
    assert sorted(a.position for a in answers.values()) == list(range(len(answers)))
    assert store.index.consents_of(ANN)[0].uses == len(answers)


def test_of_many_who_ask_at_once_each_sees_the_uses_of_those_before(store):
    append(store, issue(1), consent(ANN, TRIAL, grants=(COUNTED,)))
    store.directory.set_parties(PARTIES)
    seen = []

    def one(number):
        question = request(1, requested=number)

        def respond(facts):
            state = facts.consents[0]
            seen.append((state.uses, state.uses_of_record, state.last_use))
            return receipt(question, facts)

        store.log.answer(question, respond, NOW + number % 3)

    threads = [threading.Thread(target=one, args=[number]) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [(n, n, NOW if n else None) for n in range(30)]


def test_an_unknown_record_has_no_facts_but_the_sizes(store):
    append(store, consent(ANN, TRIAL))
    facts = store.index.facts(request(9), NOW)
    assert (facts.record, facts.consents, facts.requester, facts.incident) == (None, (), None, None)


def test_facts_hold_only_consents_that_name_the_requester(store):
    store.directory.set_parties(PARTIES)
    mine, role, anyone, _, _ = append(
        store,
        consent(ANN, TRIAL),
        consent(ANN, "role:trial"),
        consent(ANN, "*"),
        consent(ANN, "role:responder"),
        consent(EVE, TRIAL),
    )
    append(store, issue(1))
    found = [state.entry for state in store.index.facts(request(1), NOW).consents]
    assert found == [each.signed.entry.entry for each in (mine, role, anyone)]
    strangers = [state.entry for state in store.index.facts(request(1, OTHER), NOW).consents]
    assert strangers == [anyone.signed.entry.entry]


def test_an_accreditation_that_ended_names_nobody(store):
    store.directory.set_parties(PARTIES)
    append(store, issue(1), consent(ANN, HOSPITAL))
    assert len(store.index.facts(request(1, HOSPITAL), NOW).consents) == 1
    assert store.index.facts(request(1, HOSPITAL), NOW + 10).consents == ()


def test_a_consent_permits_by_its_anchor_and_ends_on_sight(store):
    first = append(store, consent(ANN, TRIAL))[0]
    entry = first.signed.entry.entry
    assert not store.index.consent(entry).anchored
    anchor(store)
    assert store.index.consent(entry).anchored
    second = append(store, consent(ANN, TRIAL, first))[0]
    assert store.index.consent(entry).superseded
    append(store, revocation(second))
    assert store.index.consent(second.signed.entry.entry).revoked
    assert not store.index.consent(entry).revoked
    assert [state.consent.version for state in store.index.consents_of(ANN)] == [1, 2]
    assert store.index.consent(name("unknown")) is None


def test_i3_a_roll_back_ends_the_grant_and_keeps_the_withdrawal(store):
    first = append(store, consent(ANN, TRIAL))[0]
    append(store, revocation(first), consent(EVE, TRIAL))
    anchor(store)
    store.anchoring.roll_back(CONSENTS, Head(0, EMPTY_ROOT), block=0)
    ended, fresh = store.index.consents_of(ANN)[0], store.index.consents_of(EVE)[0]
    assert (ended.anchored, ended.revoked) == (False, True)
    assert (fresh.anchored, fresh.revoked) == (False, False)
    assert store.log.anchored(CONSENTS).head.size == 0


def test_a_head_that_is_not_ours_cannot_be_anchored(store):
    append(store, issue(1), issue(2))
    for wrong in (Head(1, name("root")), Head(3, store.log.head(RECORDS).root)):
        with pytest.raises(InvalidStatement):
            store.anchoring.mark_anchored(RECORDS, wrong, 1)
        with pytest.raises(InvalidStatement):
            store.anchoring.roll_back(RECORDS, wrong, 1)
    store.anchoring.mark_anchored(RECORDS, store.log.head(RECORDS), 1)
    with pytest.raises(InvalidStatement):
        store.anchoring.mark_anchored(RECORDS, store.log.head_at(RECORDS, 1), 1)


def test_uses_are_counted_by_consent_and_by_record(store):
    store.directory.set_parties(PARTIES)
    append(store, issue(1), issue(2), consent(ANN, TRIAL, grants=(COUNTED,)), consent(ANN, "role:trial"))
    ask(store, 1, requested=1)
    ask(store, 1, requested=2)
    ask(store, 2, requested=3)
    ask(store, 2, requested=4, permitted=False)
    facts = [store.index.facts(request(number), NOW) for number in (1, 2)]
    assert facts == [store.index.person_facts(request(0), ANN, NOW)[place] for place in (0, 1)]
    counted, other = zip(*(expected_facts.consents for expected_facts in facts), strict=True)
    assert [(state.uses, state.uses_of_record) for state in counted] == [(3, 2), (3, 1)]
    assert [state.uses for state in other] == [0, 0], "no grant counts them"
    assert [state.uses for state in store.index.consents_of(ANN)] == [3, 3]


@pytest.mark.parametrize("between", [False, True], ids=["indexed together", "indexed one by one"])
def test_the_latest_use_of_a_record_is_that_of_the_latest_decision(store, between):
    """The order of the log does not matter: the clocks of several machines may differ."""
    store.directory.set_parties(PARTIES)
    append(store, issue(1), issue(2), consent(ANN, TRIAL, grants=(COUNTED,)))
    for turn, (number, at_time) in enumerate([(1, NOW + 3), (1, NOW + 9), (1, NOW + 5), (2, NOW - 5)]):
        question = request(number, requested=turn)

        def respond(facts, question=question, at_time=at_time):
            return seal(replace(receipt(question, facts).statement, decided_at=at_time))

        store.log.answer(question, respond, NOW + 20)
        if between:
            store.log.head(ACCESS)
    states = [store.index.facts(request(number), NOW).consents[0] for number in (1, 2)]
    assert [state.last_use for state in states] == [NOW + 9, NOW - 5]
    assert store.index.consents_of(ANN)[0].last_use is None, "no record was asked for"
    ask(store, 2, requested=9, permitted=False)
    assert store.index.facts(request(2), NOW).consents[0].last_use == NOW - 5


def test_a_notice_that_is_outdated_marks_its_consents(store):
    append(store, consent(ANN, TRIAL))
    notice = Notice("general", 1, "en", "what we tell you")
    assert notice.digest == NOTICE_HASH
    store.directory.publish(notice)
    store.directory.publish(notice)
    assert store.directory.notices() == [notice]
    assert not store.index.consents_of(ANN)[0].notice_outdated
    store.directory.publish(replace(notice, outdated=True))
    assert store.index.consents_of(ANN)[0].notice_outdated
    assert store.directory.notice(NOTICE_HASH).outdated
    assert store.directory.notice(name("none")) is None


def test_a_record_is_corrected_by_its_own_holder_only(store):
    append(store, issue(1), issue(2), issue(3, supersedes=name(1)))
    append(store, issue(4, supersedes=name(2), holder=OTHER), issue(5, EVE, supersedes=name(2)))
    assert store.index.record(name(1)).superseded_by == name(3)
    assert store.index.record(name(2)).superseded_by == b""
    assert [record.issue.record_id for record in store.index.records_of(ANN)] == [name(n) for n in (1, 2, 3, 4)]


def test_an_erased_record_is_marked_as_erased(store):
    append(store, issue(1), issue(2), erasure(1))
    assert [record.erased for record in store.index.records_of(ANN)] == [True, False]
    assert store.index.record(name(3)) is None


def test_what_was_never_issued_cannot_be_erased(store):
    with pytest.raises(InvalidStatement):
        append(store, erasure(1), issue(1))
    assert append(store, issue(1), erasure(1))[1].position == 1


def test_a_record_neither_corrects_itself_nor_one_that_comes_later(store):
    append(store, issue(1, supersedes=name(1)), issue(2, supersedes=name(3)), issue(3))
    assert [record.superseded_by for record in store.index.records_of(ANN)] == [b""] * 3


def test_a_search_finds_candidates_page_by_page(store):
    store.directory.set_parties(PARTIES)
    append(store, consent(ANN, "role:trial"), consent(EVE, OTHER))
    append(store, *(issue(n, ANN if n % 2 else EVE) for n in range(6)), issue(6, category="health.labs"))
    (first, _), (second, _) = page = page_of(store, TRIAL, 2)
    assert [record_id for _, record_id in page] == [name(1), name(3)]
    assert [first, second] == [search_position(store.index.record(record_id)) for _, record_id in page]
    assert [record_id for _, record_id in page_of(store, TRIAL, 2, second)] == [name(5)]
    assert page_of(store, TRIAL, 2, search_position(store.index.record(name(5)))) == []
    assert page_of(store, OTHER, 9) == []
    assert store.index.records_named([name(3), name(99), name(1)]) == [
        store.index.record(name(3)),
        store.index.record(name(1)),
    ]


def test_a_search_asks_the_rule_with_all_consents(store):
    store.directory.set_parties(PARTIES)
    grants = (replace(READ, expires=NOW), READ, replace(READ, records=(name(1),)), replace(READ, conditions=("once",)))
    append(store, *(consent(bytes([n]) * 20, TRIAL, grants=(grant,)) for n, grant in enumerate(grants)))
    append(store, *(consent(bytes([n]) * 20, "*", grants=(FORBID,)) for n in range(0, 9, 2)))
    append(store, *(consent(bytes([n]) * 20, "role:trial") for n in range(3)))
    issued = [issue(n, bytes([n]) * 20) for n in range(6)]
    append(store, *issued)
    anchor(store)
    ask(store, 3)

    def permits(facts):
        return decide(replace(request(0), record_id=facts.record.issue.record_id), facts, NOW).permitted

    expected = {name(n) for n in range(6) if permits(store.index.facts(request(n), NOW))}
    assert {record_id for _, record_id in page_of(store, TRIAL, 9, permits=permits)} == expected == {name(1)}


@pytest.mark.parametrize("by_chain", [False, True], ids=["by a statement", "by its secret on chain"])
def test_i3_i6_what_a_delegate_signed_is_not_found_once_their_office_has_ended(store, by_chain):
    """Four persons give equal consents to the trial, one through a delegate; then the delegation ends."""
    store.directory.set_parties(PARTIES)
    people, delegate = [bytes([n]) * 20 for n in range(4)], b"\xde" * 20
    given = append(store, delegation(people[2], delegate), *(issue(n, person) for n, person in enumerate(people)))[0]
    append(store, *(consent(person, TRIAL, signer=delegate if n == 2 else None) for n, person in enumerate(people)))
    anchor(store)

    def permits(facts):
        return decide(replace(request(0), record_id=facts.record.issue.record_id), facts, NOW).permitted

    def found():
        alone = {name(n) for n in range(4) if permits(store.index.facts(request(n), NOW))}
        assert {record_id for _, record_id in page_of(store, TRIAL, 9, permits=permits)} == alone
        return alone

    assert found() == {name(n) for n in range(4)}
    if by_chain:
        store.anchoring.revealed([RevocationMark(given.signed.entry.entry, NO_LOCK, 7)])
    else:
        append(store, revocation(given))
    assert found() == {name(n) for n in (0, 1, 3)}


def test_receipts_are_found_by_person_and_by_requester(store):
    append(store, issue(1), issue(2, EVE))
    emergency = append(store, incident())[0]
    first, second, third = (ask(store, n, who, requested=n) for n, who in ((1, TRIAL), (2, TRIAL), (1, CREW)))
    assert store.index.receipts_of(ANN, -1, 9) == [emergency, first, third]
    assert store.index.receipts_of(ANN, first.position, 9) == [third]
    assert store.index.receipts_of(ANN, -1, 1) == [emergency]
    assert store.index.receipts_by(TRIAL, -1, 9) == [first, second]
    assert store.index.receipts_by(CREW, -1, 9) == [third]
    assert store.index.incident(emergency.signed.entry.entry) == emergency.signed.statement
    assert store.index.incident(first.signed.entry.entry) is None


def test_new_receipts_are_found_by_whom_they_name(store):
    append(store, issue(1), issue(2, EVE))
    emergency = append(store, incident())[0]
    first, second = ask(store, 1, TRIAL, requested=1), ask(store, 2, TRIAL, requested=2)
    assert store.log.head(ACCESS).size == 3, "all are indexed"
    trial = bytes.fromhex(TRIAL[2:])
    end, of_ann = store.index.receipts_naming({ANN}, -1, 9)
    assert (end, of_ann[-1]) == (second.position, first)
    assert store.index.receipts_naming({trial}, first.position, 9) == (second.position, [second])
    assert store.index.receipts_naming({EVE, b"\7" * 20}, -1, 9) == (second.position, [second])
    assert store.index.receipts_naming({EVE}, -1, 1) == (emergency.position, [])
    assert store.index.receipts_naming({ANN}, second.position, 9) == (second.position, [])


def test_changes_of_the_directory_have_numbers(store):
    store.directory.set_parties(PARTIES)
    before, party = store.past.newest(), store.directory.party(TRIAL)
    store.directory.change_parties({TRIAL: replace(party, valid_until=NOW)})
    store.directory.change_parties({TRIAL: replace(party, valid_until=NOW)})
    store.directory.change_parties({OTHER: None, TRIAL: None})
    changed = store.past.parties_changed_since(before, 9)
    assert [account for _, account in changed] == [TRIAL, TRIAL], "what was not there did not change"
    assert store.past.parties_changed_since(changed[0][0], 1) == changed[1:]
    assert store.past.newest() == changed[-1][0]
    assert store.past.parties_changed_since(store.past.newest(), 9) == []


def test_an_incident_is_extended_once_and_found_by_either_entry(store):
    first, other = append(store, incident(), incident(number="119-2"))
    statement = extension(first)
    (extended,) = append(store, statement)
    assert append(store, statement) == [extended], "the same statement keeps its place"
    (of_other,) = append(store, extension(other))
    with pytest.raises(StaleConsent, match="extended before"):
        append(store, extension(first, reason="another one"))
    with pytest.raises(StaleConsent, match="extended before"):
        append(store, extension(of_other), extension(of_other, reason="both at once"))
    assert store.log.head(ACCESS).size == 4
    found = store.index.incident(extended.signed.entry.entry)
    assert (found.incident, found.extension) == (first.signed.statement, extended.signed.statement)
    assert store.index.incident(first.signed.entry.entry) == first.signed.statement
    assert store.index.receipts_of(ANN, first.position, 9) == [other, extended, of_other]


def test_an_extension_of_nothing_is_no_incident(store):
    receipt_of = ask(store, 1, TRIAL)
    (extended,) = append(store, extension(receipt_of))
    (of_extension,) = append(store, extension(extended))
    assert store.index.incident(extended.signed.entry.entry) is None
    assert store.index.incident(of_extension.signed.entry.entry) is None


def test_facts_name_the_incident_that_was_cited(store):
    append(store, issue(1))
    entry = append(store, incident())[0].signed.entry.entry
    assert store.index.facts(request(1, CREW, incident=entry), NOW).incident.incident_number == "119-1"
    assert store.index.facts(request(1, CREW, incident=name("none")), NOW).incident is None


def test_drafts_wait_for_their_holder(store):
    draft = issue(1).statement
    store.index.remember_drafts([draft, issue(2).statement])
    store.index.remember_drafts([])
    assert store.index.drafted(name(1)) == draft
    assert store.index.drafted(name(3)) is None


def test_the_directory_is_replaced_whole(store):
    store.directory.set_parties(PARTIES)
    assert [party.account for party in store.directory.parties()] == [CREW, HOSPITAL, TRIAL]
    store.directory.set_parties(PARTIES[:1])
    assert store.directory.parties() == PARTIES[:1]
    assert store.directory.party(CREW) is None
    store.directory.set_parties([])
    assert store.directory.parties() == []


def test_the_directory_takes_changes_and_taking_them_again_changes_nothing(store):
    trial, crew, hospital = PARTIES
    store.directory.set_parties([trial, crew])
    for _ in range(2):
        store.directory.change_parties({trial.account: replace(trial, name="Another"), hospital.account: hospital})
        store.directory.change_parties({crew.account: None, OTHER: None})
        assert [party.name for party in store.directory.parties()] == ["Another", "Hospital"]
    assert store.directory.party(CREW) is None


def test_a_challenge_is_good_once_and_not_for_ever(store):
    assert store.sessions.spend("one", NOW + 5, NOW)
    assert not store.sessions.spend("one", NOW + 5, NOW + 4)
    assert store.sessions.spend("other", NOW + 9, NOW + 5)
    assert not store.sessions.spend("other", NOW + 9, NOW + 8)


def test_a_session_ends_when_it_expires_or_is_closed(store):
    store.sessions.open(name("token"), ANN, NOW + 5)
    assert store.sessions.signer_of(name("token"), NOW + 4) == ANN
    assert store.sessions.signer_of(name("token"), NOW + 5) is None
    assert store.sessions.signer_of(name("other"), NOW) is None
    store.sessions.close(name("token"))
    assert store.sessions.signer_of(name("token"), NOW) is None


def test_all_sessions_of_one_signer_end_and_nobody_else_s(store):
    for number, (who, expires) in enumerate([(ANN, NOW + 9), (ANN, NOW + 5), (ANN, NOW), (b"\x07" * 20, NOW + 9)]):
        store.sessions.open(name(str(number)), who, expires)
    assert store.sessions.close_all(ANN, NOW, NOW + 9) == [NOW + 5, NOW + 9]
    assert [store.sessions.signer_of(name(str(number)), NOW - 1) for number in range(4)] == [
        None,
        None,
        None,
        b"\x07" * 20,
    ]
    assert store.sessions.close_all(ANN, NOW, NOW + 9) == []


def test_i8_a_chain_that_contradicts_the_log_makes_every_answer_unknown(store):
    append(store, issue(1))
    store.anchoring.distrust("the chain holds another log")
    with pytest.raises(SourceUnavailable):
        ask(store)
    with pytest.raises(SourceUnavailable):
        store.index.facts(request(1), NOW)
    with pytest.raises(SourceUnavailable):
        store.log.anchored(RECORDS)
    store.anchoring.touch(NOW)
    assert store.log.anchored(RECORDS).followed_at == NOW
    assert ask(store).position == 0


def test_secrets_wait_until_the_chain_has_them_and_again_when_it_forgets(store):
    first, other = append(store, consent(ANN, TRIAL), consent(EVE, TRIAL))
    append(store, revocation(first), revocation(other, knows_secret=False))
    entry = first.signed.entry
    ((core, opened),) = store.anchoring.pending_secrets(9)
    assert core == entry.core
    assert opened == store.index.newest(ANN, TRIAL).signed.statement.secret
    store.anchoring.revealed([RevocationMark(name("another entry, sent first by somebody else"), entry.lock, 5)])
    assert store.anchoring.pending_secrets(9) == []
    store.anchoring.conceal(above=5)
    assert store.anchoring.pending_secrets(9) == []
    store.anchoring.conceal(above=4)
    assert len(store.anchoring.pending_secrets(9)) == 1


def test_i3_a_secret_revealed_on_chain_revokes_without_a_statement(store):
    first = append(store, consent(ANN, TRIAL))[0].signed.entry.entry
    later = consent(EVE, TRIAL)
    unlocked = seal(replace(consent(EVE, OTHER).statement, lock=NO_LOCK))
    store.anchoring.revealed([RevocationMark(entry, NO_LOCK, 5) for entry in (first, unlocked.entry.entry)])
    store.anchoring.revealed([RevocationMark(name("any"), later.entry.lock, 5)])
    assert store.index.consent(first).revoked
    append(store, later, unlocked)
    assert store.index.consent(later.entry.entry).revoked
    assert store.index.consent(unlocked.entry.entry).revoked
    store.anchoring.conceal(above=0)
    assert store.index.consent(first).revoked
    assert store.anchoring.pending_secrets(9) == []


def put_in_twice(store):
    """A consent to one grantee, and a statement of that lock by somebody else to another: twins of the lock."""
    first = consent(ANN, TRIAL)
    copy = consent(EVE, OTHER)
    twin = seal(replace(copy.statement, lock=first.entry.lock))
    return append(store, first, twin, consent(EVE, TRIAL))


def revoked_entries(store):
    states = [state for person in (ANN, EVE) for state in store.index.consents_of(person)]
    return {state.entry for state in states if state.revoked}


def entries_of(*logged):
    return {each.signed.entry.entry for each in logged}


def test_i3_a_marked_lock_ends_every_statement_of_it_whatever_entry_the_event_names(store):
    first, twin, _ = put_in_twice(store)
    store.anchoring.revealed([RevocationMark(name("any"), first.signed.entry.lock, 5)])
    assert revoked_entries(store) == entries_of(first, twin)
    assert store.past.revealed_at([*entries_of(first, twin)], NOW) == entries_of(first, twin)


def test_i3_a_secret_in_a_revocation_ends_every_statement_of_its_lock_at_once(store):
    first, twin, _ = put_in_twice(store)
    append(store, revocation(first))
    assert revoked_entries(store) == entries_of(first, twin)
    assert store.past.revealed_at([*entries_of(first, twin)], NOW) == entries_of(twin)
    assert [entry for _, entry in store.past.revealed_since(0, 9)] == [*entries_of(twin)]


def test_a_revocation_without_the_secret_ends_one_statement(store):
    first, _, _ = put_in_twice(store)
    append(store, revocation(first, knows_secret=False))
    assert revoked_entries(store) == entries_of(first)


@pytest.mark.parametrize("by_chain", [True, False])
def test_i3_a_statement_with_an_open_lock_is_revoked_when_it_comes_in(store, by_chain):
    first = append(store, consent(ANN, TRIAL))[0]
    if by_chain:
        store.anchoring.revealed([RevocationMark(name("any"), first.signed.entry.lock, 5)])
    else:
        append(store, revocation(first))
    late, other = (consent(EVE, TRIAL), consent(EVE, OTHER))
    late = seal(replace(late.statement, lock=first.signed.entry.lock))
    append(store, late, other)
    assert revoked_entries(store) == {first.signed.entry.entry, late.entry.entry}
    assert store.past.revealed_at([late.entry.entry], NOW) == {late.entry.entry}
    assert store.past.revealed_at([late.entry.entry], NOW - 1) == frozenset()


def test_a_lock_copied_from_another_does_not_end_it_by_the_mark_of_an_entry(store):
    first = append(store, consent(ANN, TRIAL))[0]
    entry, lock = first.signed.entry.entry, first.signed.entry.lock
    copies = [seal(replace(consent(EVE, to).statement, lock=copied)) for to, copied in ((TRIAL, lock), (OTHER, entry))]
    copied = append(store, *copies)
    store.anchoring.revealed([RevocationMark(copied[0].signed.entry.entry, NO_LOCK, 5)])
    assert revoked_entries(store) == entries_of(copied[0])
    store.anchoring.revealed([RevocationMark(entry, NO_LOCK, 5)])
    assert revoked_entries(store) == entries_of(first, *copied), "who writes an entry as a lock ends with it"


@pytest.mark.parametrize("has_lock", [True, False])
def test_i3_a_signature_on_chain_ends_its_consent_whatever_salt_it_names_and_no_other_of_its_lock(store, has_lock):
    message, other = consent(ANN, TRIAL), consent(EVE, OTHER)
    message = message if has_lock else seal(replace(message.statement, lock=NO_LOCK))
    digest, lock = message.entry.digest, message.entry.lock
    others = [seal(replace(other.statement, lock=lock)), seal(replace(consent(EVE, TRIAL).statement, lock=digest))]
    first, _, copied = append(store, message, *others)
    store.anchoring.revealed([RevocationMark(name("of another salt"), lock, 5, digest)])
    assert revoked_entries(store) == entries_of(first, copied), "who writes a digest as a lock ends with it"


@pytest.mark.parametrize("has_lock", [True, False])
def test_i3_a_consent_that_a_signature_ended_before_it_came_in_is_revoked_at_once(store, has_lock):
    message = consent(ANN, TRIAL)
    message = message if has_lock else seal(replace(message.statement, lock=NO_LOCK))
    store.anchoring.revealed([RevocationMark(name("of another salt"), message.entry.lock, 5, message.entry.digest)])
    late, _ = append(store, message, consent(EVE, TRIAL))
    assert revoked_entries(store) == entries_of(late)


def test_a_lock_that_two_revocations_open_is_sent_once(store):
    first, twin, _ = put_in_twice(store)
    opened = lock_secret(first)
    append(store, revocation(first))
    append(store, seal(replace(revocation(twin).statement, secret=opened)))
    assert store.anchoring.pending_secrets(9) == [(first.signed.entry.core, opened)]


def lock_secret(logged):
    return revocation(logged).statement.secret


def test_i10_no_statement_is_logged_twice_under_another_salt_or_signature(store):
    """The digest decides: what changes salt or signature has the place that the statement has already."""
    given, office = append(store, consent(ANN, TRIAL), delegation(ANN, EVE))
    amended = append(store, consent(ANN, TRIAL, given))[0]
    ended = append(store, revocation(amended))[0]
    renewed = append(store, delegation(ANN, EVE, 1))[0]
    record, gone = append(store, issue(1))[0], append(store, erasure(1))[0]
    sizes = {log: store.log.head(log).size for log in LOGS}
    for logged in (given, office, amended, ended, renewed, record, gone):
        statement, entry = logged.signed.statement, logged.signed.entry
        for form in ({"salt": name("other")}, {"signature": entry.signature[:-1] + b"\1"}):
            again = replace(logged.signed, entry=replace(entry, **form))
            assert outcome_of(store, again) in (logged, StaleConsent), type(statement)
            both = (again, replace(again, entry=replace(again.entry, salt=name("third"))))
            assert outcome_of(store, *both) in (logged, StaleConsent), type(statement)
    assert {log: store.log.head(log).size for log in LOGS} == sizes


def test_i10_twins_in_one_batch_are_logged_once(store):
    statement = consent(ANN, TRIAL)
    twin = seal(statement.statement, salt=b"other")
    assert twin.entry.entry != statement.entry.entry
    assert append(store, statement, twin)[1] == store.log.statement_at(CONSENTS, 0)
    assert store.log.head(CONSENTS).size == 1


def outcome_of(store, *signed):
    try:
        return append(store, *signed)[0]
    except StaleConsent:
        return StaleConsent


def test_blocks_are_remembered_until_they_are_gone(store):
    store.anchoring.note_blocks(-1, {0: name(0), 3: name(3), 4: name(4), 5: name(5)})
    store.anchoring.note_blocks(4, {5: name("five again")})
    assert store.anchoring.noted_blocks() == [(5, name("five again")), (4, name(4)), (3, name(3)), (0, name(0))]
    store.anchoring.note_blocks(3, {})
    assert store.anchoring.noted_blocks() == [(3, name(3)), (0, name(0))]


def test_only_the_newest_blocks_and_the_first_are_remembered(store):
    store.anchoring.note_blocks(-1, {number: name(number) for number in range(3)})
    store.anchoring.note_blocks(2, {257: name(257)})
    assert store.anchoring.noted_blocks() == [(257, name(257)), (2, name(2)), (0, name(0))]
