"""The summaries of statements other than consents: their effect, for whom, and in the reader's language."""

from dataclasses import replace

import pytest

from mydata_ledger.ledger.consent import Effect
from mydata_ledger.ledger.delegation import OWN_DEVICE, RELATIONS, WITNESS
from mydata_ledger.ledger.kernel import DelegateAppointment, GrantRequest
from mydata_ledger.ledger.korean import with_particle
from mydata_ledger.ledger.labels import ROLES_KO
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.summaries import RELATIONS as EXPECTED
from testing.ledger_fixture import LAB, NOTICE, NOW, ROLES, LedgerFixture, wallet

BEN, COURT, NURSE, CLERK = (wallet(number) for number in range(80, 84))
AGAIN = "what another consent permits is permitted again."
AGAIN_KO = "다른 동의가 허용하는 것은 다시 허용됩니다."
BOTH = pytest.mark.parametrize("korean", [False, True], ids=["en", "ko"])


@pytest.fixture
def world():
    world = LedgerFixture()
    staff = [Party(w.address, n, frozenset({WITNESS}), b"", 0, 0) for w, n in ((NURSE, "Nurse"), (CLERK, "Clerk"))]
    world.store.directory.set_parties([*world.directory, *staff])
    return world


def language(korean):
    return "ko" if korean else "en"


def ann(world):
    return "0x" + world.ann.signer.hex()


def withdrawal(world, grantee, korean, signer=None):
    signer = signer.signer if signer else b""
    draft = world.kernel.consents.drafts.revocation(world.ann.signer, grantee, signer=signer, language=language(korean))
    return list(draft.summary)


def summary_for(world, grantee, *effects):
    world.says(grantee, [replace(world.grant(LAB, actions=(action,)), effect=effect) for action, effect in effects])


PERMIT, FORBID = ("view", Effect.PERMIT), ("copy", Effect.FORBID)


@pytest.mark.parametrize(
    ("grantee", "english", "korean"),
    [
        ("role:responder", "any accredited responder", "인증된 모든 응급 구조대"),
        ("role:brand-new", "any accredited brand-new", "인증된 모든 brand-new"),
        ("*", "anyone", "모든 사람"),
        ("The trial", "The trial", "The trial"),
    ],
)
def test_a_withdrawal_names_the_grantee_in_the_language_and_what_ends(world, grantee, english, korean):
    to = world.trial.address if grantee == "The trial" else grantee
    summary_for(world, to, FORBID)
    assert withdrawal(world, to, False) == [f"Lifts what you forbade {english}, from now on: {AGAIN}"]
    assert withdrawal(world, to, True) == [f"{korean}에 대한 금지를 지금부터 해제합니다. {AGAIN_KO}"]
    if grantee == "*":
        return
    summary_for(world, to, PERMIT)
    assert withdrawal(world, to, False) == [f"Withdraws your consent to {english}, from now on."]
    assert withdrawal(world, to, True) == [f"{korean}에 대한 동의를 지금부터 철회합니다."]
    summary_for(world, to, PERMIT, FORBID)
    assert [len(withdrawal(world, to, one)) for one in (False, True)] == [2, 2]


def test_only_the_summary_is_translated(world):
    draft = world.draft("role:responder", [world.grant(LAB)])
    assert draft.statement.grantee_name == "any accredited responder"
    notice = replace(NOTICE, language="ko", text="알림")
    world.store.directory.publish(notice)
    wish = GrantRequest(world.ann.signer, "role:responder", (world.grant(LAB),), notice.digest, bytes(32))
    draft = world.kernel.consents.drafts.consent(wish)
    assert draft.statement.grantee_name == "any accredited responder"
    assert draft.summary[0].startswith("인증된 모든 응급 구조대: ")
    world.kernel.consents.acceptance.accept(draft.statement, world.sign(world.ann, draft.statement))
    ends = world.kernel.consents.drafts.revocation(world.ann.signer, "role:responder", language="ko").statement
    assert ends.grantee_name == "any accredited responder"


def test_a_language_that_is_not_spoken_reads_english(world):
    summary_for(world, world.trial.address, PERMIT)
    for tag in ("tlh", "", "zz-Zzzz-ZZ", "korean"):
        draft = world.kernel.consents.drafts.revocation(world.ann.signer, world.trial.address, language=tag)
        assert draft.summary == ("Withdraws your consent to The trial, from now on.",)
    draft = world.kernel.consents.drafts.revocation(world.ann.signer, world.trial.address, language="ko-KR")
    assert draft.summary == ("The trial에 대한 동의를 지금부터 철회합니다.",)


def test_a_delegate_reads_for_whom_they_sign(world):
    summary_for(world, world.trial.address, PERMIT, FORBID)
    lines = [
        f"Withdraws the consent of {ann(world)} to The trial, from now on.",
        f"Lifts what {ann(world)} forbade The trial, from now on: {AGAIN}",
    ]
    assert withdrawal(world, world.trial.address, False, BEN) == lines
    permits, forbids = withdrawal(world, world.trial.address, True, BEN)
    assert permits == f"{with_particle(ann(world), '을')} 대신하여 The trial에 대한 동의를 지금부터 철회합니다."
    assert (
        forbids == f"{with_particle(ann(world), '을')} 대신하여 The trial에 대한 금지를 지금부터 해제합니다. {AGAIN_KO}"
    )
    wish = GrantRequest(
        world.ann.signer, world.trial.address, (world.grant(LAB),), NOTICE.digest, bytes(32), BEN.signer
    )
    assert world.kernel.consents.drafts.consent(wish).summary[-1] == f"You sign this for {ann(world)}."
    assert len(world.kernel.consents.drafts.consent(replace(wish, signer=world.ann.signer)).summary) == 1


@BOTH
def test_a_further_key_of_the_person_is_named_as_that_with_what_it_may_not(world, korean):
    naming = DelegateAppointment(world.ann.signer, world.ann.signer, BEN.signer, "Ben", OWN_DEVICE, ("*",), 0, NOW + 60)
    (text,) = world.kernel.consents.delegations.draft(naming, language(korean)).summary
    assert text.startswith(
        "본인의 다른 기기(Ben)로 본인이 볼 수 있는 모든 것을 보고"
        if korean
        else "Your other device Ben sees everything"
    )
    assert (
        "대리인으로 지정하거나 기록을 삭제할 수는 없습니다" if korean else "cannot name delegates or erase records"
    ) in text
    assert "2027-01-15 08:01 UTC" in text


@BOTH
@pytest.mark.parametrize("relation", sorted(RELATIONS - {OWN_DEVICE}))
def test_a_delegation_states_for_whom_about_what_and_until_when(world, korean, relation):
    naming = DelegateAppointment(world.ann.signer, world.ann.signer, BEN.signer, "Ben", relation, (LAB,), 0, NOW + 60)
    (own,) = world.kernel.consents.delegations.draft(naming, language(korean)).summary
    ward = replace(naming, delegator=COURT.signer, not_before=NOW)
    (other,) = world.kernel.consents.delegations.draft(ward, language(korean)).summary
    if korean:
        sees = "기록, 요청, 조회 기록을 보고 링크와 내려받기로 자료를 전달할 수 있습니다"
        does = f"대신하여 동의에 서명하거나 동의를 철회하고, {sees}"
        terms = (
            f"({EXPECTED[relation].label_ko}). 데이터 항목: {world.world.vocabulary.categories[LAB].label_ko}. 기간: "
        )
        assert own == f"Ben님이 본인을 {does} {terms}2027-01-15 08:01 UTC까지."
        whom, window = with_particle(ann(world), "을"), "2027-01-15 08:00 UTC부터 2027-01-15 08:01 UTC까지."
        assert other == f"Ben님이 {whom} {does} {terms}{window}"
        return
    passes_on = "see records, requests and accesses, and pass on data by links and downloads"
    about = f"({relation}) about: {world.world.vocabulary.categories[LAB].label}, "
    assert own == f"Ben may sign and withdraw consents for you, {passes_on} {about}until 2027-01-15 08:01 UTC."
    since = "from 2027-01-15 08:00 UTC until 2027-01-15 08:01 UTC"
    assert other == f"Ben may sign and withdraw consents for {ann(world)}, {passes_on} {about}{since}."


@BOTH
def test_the_end_of_a_delegation_states_what_ends_with_it(world, korean):
    naming = DelegateAppointment(world.ann.signer, world.ann.signer, BEN.signer, "Ben", "carer", (LAB,), 0, NOW + 60)
    sentence = world.kernel.consents.delegations.draft(naming).statement
    world.kernel.consents.delegations.accept(sentence, world.sign(world.ann, sentence))
    (line,) = world.kernel.consents.delegations.draft_end(
        world.ann.signer, BEN.signer, language=language(korean)
    ).summary
    assert line == (
        "Ben님은 지금부터 본인을 대신하여 서명할 수 없습니다. Ben님이 대신 서명한 동의도 함께 끝납니다."
        if korean
        else "Ben may no longer sign for you, from now on; the consents that Ben signed for you end too."
    )


def test_an_erasure_states_how_many_records_and_who_loses_access(world):
    first, second = world.issued(LAB), world.issued(LAB, b'{"b":2}')

    def summary(who, records, korean):
        drafts = world.kernel.records.erasures.draft(who.signer, records, language(korean))
        (sentence,) = {line for draft in drafts for line in draft.summary}
        return sentence

    assert summary(world.ann, [first], False) == (
        "Destroys the key of one record for good: nobody, you included, can read it again."
    )
    assert summary(world.hospital, [first, second], False) == (
        "Destroys the keys of 2 records for good: nobody, whoever it is about included, can read them again."
    )
    assert summary(world.ann, None, True) == (
        "기록 2건의 키를 영구히 파기합니다. 본인을 포함하여 누구도 다시 읽을 수 없습니다."
    )
    assert "정보주체를 포함하여" in summary(world.hospital, [first], True)


@BOTH
def test_a_witness_and_a_reader_read_theirs(world, korean):
    scan, record = world.issued(LAB, b'{"scan":1}'), world.issued(LAB)
    wish = GrantRequest(
        world.ann.signer, world.trial.address, (world.grant(LAB),), NOTICE.digest, bytes(32), CLERK.signer
    )
    sentence = world.kernel.consents.drafts.consent(wish).statement
    (word,) = world.kernel.consents.paper.draft_witness_statement(
        sentence, NURSE.signer, scan, language(korean)
    ).summary
    place, signer = "0x" + scan.hex(), with_particle(ann(world), "이")
    assert word == (
        f"{signer} 귀하와 Clerk 앞에서 종이에 이 내용대로 서명했습니다. 스캔본은 기록 {place}입니다."
        if korean
        else f"{ann(world)} signed this on paper before you and Clerk; the scan is record {place}."
    )
    world.consents(world.trial, LAB)
    world.anchor()
    position = world.reads(world.trial, record).receipt.position
    (read,) = world.kernel.records.acknowledgements.draft(world.trial.address, position, language(korean)).summary
    assert read == (
        f"열람 확인서 {position}번에 따라 받은 기록을 열었음을 확인합니다."
        if korean
        else f"Says that you opened the record that receipt {position} released to you."
    )


@BOTH
def test_a_responder_reads_what_they_declare_and_who_hears_of_it(world, korean):
    sentence = (world.responder.address, world.ann.signer, "119-7", "found unconscious", 60)
    (line,) = world.kernel.people.incidents.draft(*sentence, language=language(korean)).summary
    assert line == (
        f"{ann(world)}에 관한 응급 상황(119-7)을 2027-01-15 08:01 UTC까지 선언합니다: found unconscious. "
        "당사자에게 알려지고 심사자가 살펴봅니다."
        if korean
        else f"Declares an emergency about {ann(world)} (119-7), open until 2027-01-15 08:01 UTC: found unconscious. "
        "The person is told of it, and a reviewer looks at it."
    )


@BOTH
def test_a_responder_reads_what_they_extend_and_who_hears_of_it(world, korean):
    sentence = (world.responder.address, world.declares(world.responder), "cause unknown", 60)
    (line,) = world.kernel.people.incidents.draft_extension(*sentence, language=language(korean)).summary
    assert line == (
        f"{ann(world)}에 관한 응급 상황(119-2026-7)을 2027-01-15 08:01 UTC까지 모든 건강 기록으로 넓힙니다: "
        "cause unknown. 당사자에게 알려지고 심사자가 살펴봅니다."
        if korean
        else f"Extends the emergency about {ann(world)} (119-2026-7) to all health records until 2027-01-15 08:01 UTC: "
        "cause unknown. The person is told of it, and a reviewer looks at it."
    )


def test_every_role_and_relation_has_a_korean_name():
    assert set(EXPECTED) == RELATIONS
    assert {*ROLES.values(), WITNESS, "authority", "reviewer", "researcher"} <= set(ROLES_KO)
