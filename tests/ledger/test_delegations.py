"""Who may sign for whom, for how long, and whose statement outranks whose; on both stores."""

from dataclasses import replace

import pytest

from mydata_ledger.ledger.commitment import disclosure
from mydata_ledger.ledger.commitment.entry import NO_LOCK, RevocationMark
from mydata_ledger.ledger.consent import Consent, Effect, Grant
from mydata_ledger.ledger.delegation import (
    Delegation,
    DelegationState,
    delegate_name,
    majority,
    paper_relation,
    still_covers,
    with_ends,
)
from mydata_ledger.ledger.errors import (
    InvalidStatement,
    NotEntitled,
    NotFound,
    ProofInvalid,
    SignatureInvalid,
    UnknownTerm,
)
from mydata_ledger.ledger.kernel import DelegateAppointment, GrantRequest
from mydata_ledger.ledger.kernel.consents.delegation_checks import LONGEST
from mydata_ledger.ledger.kernel.people.shared_links import YEAR as LINK_YEAR
from mydata_ledger.ledger.kernel.people.shared_links import LinkTerms
from mydata_ledger.ledger.party import Party
from testing.ledger_fixture import LAB, NOTICE, NOW, VITALS, LedgerFixture, wallet
from testing.stores import open_store

BEN, COURT, CHILD = wallet(80), wallet(81), wallet(82)
YEAR = 365 * 86_400
BIRTH = b'{"resourceType":"Patient","birthDate":"2012-02-29","name":"x"}'


@pytest.fixture(params=["memory", "database"])
def world(request, tmp_path):
    world = LedgerFixture(store=open_store(f"sqlite:///{tmp_path}/ledger.db") if request.param == "database" else None)
    court = Party(COURT.address, "Family court", frozenset({"authority"}), b"", 0, 0)
    world.store.directory.set_parties([*world.directory, court])
    return world


def names(world, delegate=BEN, who=None, anchor=True, **more):
    signer = who or world.ann
    delegation = {"relation": "representative", "categories": (LAB,), "not_before": 0, "expires": NOW + YEAR} | more
    naming = DelegateAppointment(world.ann.signer, signer.signer, delegate.signer, "Ben", **delegation)
    draft = world.kernel.consents.delegations.draft(naming)
    logged = world.kernel.consents.delegations.accept(draft.statement, world.sign(signer, draft.statement))
    if anchor:
        world.anchor()
    return logged


def consents_as(world, signer, *grants, grantee=None):
    wish = GrantRequest(
        world.ann.signer, (grantee or world.trial).address, grants, NOTICE.digest, bytes(32), signer.signer
    )
    draft = world.kernel.consents.drafts.consent(wish)
    logged = world.kernel.consents.acceptance.accept(draft.statement, world.sign(signer, draft.statement))
    world.anchor()
    return logged


def withdraws_as(world, signer):
    draft = world.kernel.consents.drafts.revocation(world.ann.signer, world.trial.address, signer=signer.signer)
    return world.kernel.consents.revocations.accept(draft.statement, world.sign(signer, draft.statement))


def ends(world, signer=None):
    draft = world.kernel.consents.delegations.draft_end(world.ann.signer, BEN.signer)
    statement = replace(draft.statement, signer=(signer or world.ann).signer)
    return world.kernel.consents.revocations.accept(statement, world.sign(signer or world.ann, statement))


def test_a_delegate_signs_and_both_names_stay_in_the_record(world):
    record = world.issued(LAB)
    names(world)
    logged = consents_as(world, BEN, world.grant(LAB))
    statement = logged.signed.statement
    assert (statement.data_subject, statement.signer) == (world.ann.signer, BEN.signer)
    assert world.permits(world.trial, record)


def test_a_stranger_signs_nothing(world):
    names(world)
    with pytest.raises(NotEntitled, match="delegate"):
        consents_as(world, wallet(90), world.grant(LAB))


def test_a_delegation_counts_once_it_is_anchored(world):
    names(world, anchor=False)
    with pytest.raises(NotEntitled):
        consents_as(world, BEN, world.grant(LAB))


@pytest.mark.parametrize(("window", "counts"), [((NOW, NOW + 1), True), ((NOW + 1, NOW + 9), False)])
def test_a_delegation_has_a_window(world, window, counts):
    names(world, not_before=window[0], expires=window[1])
    if counts:
        consents_as(world, BEN, world.grant(LAB))
        world.clock.passes(1)
        world.store.anchoring.touch(world.clock.now())
    with pytest.raises(NotEntitled):
        consents_as(world, BEN, world.grant(LAB, actions=("copy",)))


def test_a_delegate_stays_within_the_categories(world):
    names(world)
    for beyond in (VITALS, "health", "*"):
        with pytest.raises(NotEntitled, match="categor"):
            consents_as(world, BEN, world.grant(LAB), world.grant(beyond))
    names(world, categories=("*",))
    consents_as(world, BEN, world.grant(VITALS))


def test_a_delegate_narrows_what_the_person_signed_and_never_widens_it(world):
    names(world, categories=("health",))
    world.says(world.trial.address, [world.grant(LAB, actions=("view", "copy"))])
    world.anchor()
    for wider in (
        world.grant(VITALS),
        world.grant("health"),
        world.grant(LAB, actions=("view", "link")),
        world.grant(LAB, purposes=("hl7:HRESCH",)),
    ):
        with pytest.raises(NotEntitled, match="narrow"):
            consents_as(world, BEN, wider)
    consents_as(world, BEN, world.grant(LAB))
    with_more = world.grant(LAB, actions=("view", "copy"))
    consents_as(world, BEN, with_more)


def test_a_delegate_keeps_the_forbids_of_the_person(world):
    names(world, categories=("health",))
    never = Grant(Effect.FORBID, (LAB,), ("*",), ("view",), 0, NOW + YEAR)
    world.says(world.trial.address, [never, world.grant(VITALS)])
    with pytest.raises(NotEntitled):
        consents_as(world, BEN, world.grant(VITALS))
    consents_as(world, BEN, world.grant(VITALS), never)


CAROL = wallet(83)
BEYOND = "does not cover every category of the consent"


def test_a_delegate_withdraws_only_within_their_categories(world):
    names(world, categories=(VITALS,))
    names(world, CAROL, categories=("health",))
    consents_as(world, world.ann, world.grant(LAB), world.grant(VITALS))
    with pytest.raises(NotEntitled, match=BEYOND):
        withdraws_as(world, BEN)
    with pytest.raises(NotEntitled, match=BEYOND):
        consents_as(world, BEN, world.grant(VITALS))
    consents_as(world, BEN, world.grant(LAB), world.grant(VITALS, actions=("view",)))
    withdraws_as(world, CAROL)


def test_a_delegate_does_not_replace_what_another_delegate_signed_beyond_their_categories(world):
    names(world, categories=(VITALS,))
    names(world, CAROL, categories=(LAB,))
    consents_as(world, CAROL, world.grant(LAB))
    with pytest.raises(NotEntitled, match=BEYOND):
        consents_as(world, BEN, world.grant(VITALS))
    with pytest.raises(NotEntitled, match="name fewer"):
        consents_as(world, BEN, world.grant(LAB, actions=("view", "copy")), world.grant(VITALS))
    consents_as(world, BEN, world.grant(LAB), world.grant(VITALS))
    withdraws_as(world, world.ann)
    with pytest.raises(NotEntitled):
        consents_as(world, BEN, world.grant(LAB), world.grant(VITALS))


def test_a_delegate_ends_no_delegation_but_their_own(world):
    names(world, categories=("*",))
    names(world, CAROL, categories=(LAB,))
    consents_as(world, CAROL, world.grant(LAB))

    def end(signer, delegate):
        draft = world.kernel.consents.delegations.draft_end(world.ann.signer, delegate.signer)
        statement = replace(draft.statement, signer=signer.signer)
        return world.kernel.consents.revocations.accept(statement, world.sign(signer, statement))

    with pytest.raises(NotEntitled, match="lays it down"):
        end(BEN, CAROL)
    assert [s.status(NOW) for s in world.store.index.delegations_of(world.ann.signer)] == ["active"] * 2
    end(CAROL, CAROL)
    assert [s.status(NOW) for s in world.store.index.delegations_of(world.ann.signer)] == ["active", "revoked"]


def test_i3_the_end_of_a_renewed_delegation_ends_what_was_signed_under_the_earlier_one(world):
    record = world.issued(LAB)
    names(world)
    consents_as(world, BEN, world.grant(LAB))
    world.clock.passes(10)
    names(world, expires=NOW + 2 * YEAR)
    assert world.permits(world.trial, record), "a renewal ends nothing"
    ends(world)
    assert not world.permits(world.trial, record)
    now, states = world.clock.now(), world.store.index.delegations_of(world.ann.signer)
    assert [state.status(now) for state in states] == ["revoked", "revoked"]
    world.clock.passes(10)
    names(world, expires=NOW + 3 * YEAR)
    assert not world.permits(world.trial, record), "a new delegation does not make the consent stand again"


def test_i3_the_chain_alone_ends_a_renewed_delegation_with_the_earlier_one(world):
    record = world.issued(LAB)
    names(world)
    consents_as(world, BEN, world.grant(LAB))
    world.clock.passes(10)
    newest = names(world).signed.entry.entry
    world.store.anchoring.revealed([RevocationMark(newest, NO_LOCK, 9)])
    assert not world.permits(world.trial, record)


def test_a_delegate_does_not_bring_back_what_the_person_withdrew(world):
    names(world)
    consents_as(world, BEN, world.grant(LAB))
    withdraws_as(world, world.ann)
    with pytest.raises(NotEntitled, match="narrow"):
        consents_as(world, BEN, world.grant(LAB))


def test_a_delegate_lifts_nothing_that_the_person_forbade(world):
    """A revocation is a version without grants: it narrows what was permitted, and widens what was forbidden."""
    names(world)
    record = world.issued(LAB)
    forbid = replace(world.grant(LAB), effect=Effect.FORBID)
    world.says(world.trial.address, [world.grant(LAB, actions=("copy",)), forbid])
    world.says("role:trial", [world.grant(LAB)])
    world.anchor()
    with pytest.raises(NotEntitled, match="only narrow"):
        withdraws_as(world, BEN)
    consents_as(world, BEN, forbid)
    with pytest.raises(NotEntitled, match="only narrow"):
        withdraws_as(world, BEN)
    assert not world.permits(world.trial, record)
    withdraws_as(world, world.ann)
    assert world.permits(world.trial, record)


def test_a_delegate_lifts_what_a_delegate_forbade(world):
    names(world)
    consents_as(world, BEN, replace(world.grant(LAB), effect=Effect.FORBID))
    withdraws_as(world, BEN)
    assert world.newest(world.trial).signed.statement.signer == BEN.signer


def test_both_may_withdraw_and_the_person_ends_the_delegation(world):
    record = world.issued(LAB)
    names(world)
    consents_as(world, BEN, world.grant(LAB))
    withdraws_as(world, BEN)
    assert not world.permits(world.trial, record)
    consents_as(world, BEN, world.grant(LAB))
    assert world.permits(world.trial, record)
    ends(world)
    assert not world.permits(world.trial, record), "what the delegate signed ends with the delegation, on sight"
    with pytest.raises(NotEntitled):
        consents_as(world, BEN, world.grant(LAB))
    with pytest.raises(NotFound):
        ends(world)


def test_a_delegate_who_narrowed_cannot_widen_beyond_what_the_person_signed(world):
    """The person's own statement remains the limit, also when the newest statement is the delegate's."""
    names(world, categories=("health",))
    world.consents(world.trial, LAB)
    consents_as(world, BEN, replace(world.grant(LAB), expires=NOW + 99))
    for wider in (world.grant("health"), world.grant(VITALS)):
        with pytest.raises(NotEntitled, match="only narrow"):
            consents_as(world, BEN, wider)
    consents_as(world, BEN, world.grant(LAB))
    draft = world.kernel.consents.drafts.revocation(world.ann.signer, world.trial.address)
    world.kernel.consents.revocations.accept(draft.statement, world.sign(world.ann, draft.statement))
    consents_as(world, BEN, replace(world.grant(LAB), effect=Effect.FORBID))
    with pytest.raises(NotEntitled, match="only narrow"):
        consents_as(world, BEN, world.grant(LAB))


def test_what_the_person_signed_outlives_the_delegation(world):
    record = world.issued(LAB)
    names(world)
    world.consents(world.trial, LAB)
    world.anchor()
    ends(world)
    assert world.permits(world.trial, record)


def test_a_delegate_may_end_their_own_delegation_but_name_nobody_else(world):
    names(world)
    naming = DelegateAppointment(
        world.ann.signer, BEN.signer, wallet(90).signer, "Eve", "representative", (LAB,), 0, NOW + 9
    )
    draft = world.kernel.consents.delegations.draft(naming)
    with pytest.raises(NotEntitled, match="names a representative"):
        world.kernel.consents.delegations.accept(draft.statement, world.sign(BEN, draft.statement))
    ends(world, BEN)
    with pytest.raises(NotEntitled):
        consents_as(world, BEN, world.grant(LAB))


def test_a_later_delegation_replaces_the_earlier_one(world):
    first = names(world, categories=(LAB, VITALS))
    second = names(world)
    states = world.store.index.delegations_of(world.ann.signer)
    assert [(s.entry, s.superseded, s.revoked) for s in states] == [
        (first.signed.entry.entry, True, False),
        (second.signed.entry.entry, False, False),
    ]
    with pytest.raises(NotEntitled):
        consents_as(world, BEN, world.grant(VITALS))


def test_a_revealed_secret_ends_a_delegation_on_sight(world):
    record = world.issued(LAB)
    logged = names(world)
    consents_as(world, BEN, world.grant(LAB))
    world.store.anchoring.revealed([RevocationMark(logged.signed.entry.entry, NO_LOCK, 9)])
    assert world.store.index.delegations_of(world.ann.signer)[0].revoked
    assert not world.permits(world.trial, record)


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"relation": "friend"}, InvalidStatement),
        ({"expires": NOW}, InvalidStatement),
        ({"not_before": NOW + 9, "expires": NOW + 9}, InvalidStatement),
        ({"expires": NOW + LONGEST + 1}, InvalidStatement),
        ({"categories": ()}, InvalidStatement),
        ({"categories": ("health.lba",)}, UnknownTerm),
    ],
)
def test_a_delegation_that_makes_no_sense_is_refused(world, wrong, refusal):
    with pytest.raises(refusal):
        names(world, **wrong)


def test_nobody_names_themselves_or_for_others(world):
    with pytest.raises(InvalidStatement):
        names(world, delegate=world.ann)
    with pytest.raises(NotEntitled):
        names(world, who=wallet(90))
    draft = world.kernel.consents.delegations.draft(
        DelegateAppointment(world.ann.signer, world.ann.signer, BEN.signer, "Ben", "representative", (LAB,), 0, NOW + 9)
    )
    with pytest.raises(SignatureInvalid):
        world.kernel.consents.delegations.accept(draft.statement, world.sign(BEN, draft.statement))


def guardian(world, *, signer=COURT, pointers=("/birthDate",), content=BIRTH, expires=None, evidence=True):
    record_id = world.issued(LAB, content)
    world.anchor()
    seed = world.seed_of(record_id)
    shown = disclosure.disclose(content, seed, list(pointers)) if evidence else None
    commitment = world.store.index.record(record_id).issue.commitment
    until = majority("2012-02-29", 19) if expires is None else expires
    naming = DelegateAppointment(
        world.ann.signer, signer.signer, BEN.signer, "Ben", "guardian", ("health",), 0, until, commitment
    )
    draft = world.kernel.consents.delegations.draft(naming)
    logged = world.kernel.consents.delegations.accept(
        draft.statement, world.sign(signer, draft.statement), evidence=shown
    )
    world.anchor()
    return logged


def test_an_authority_names_a_guardian_until_the_child_comes_of_age(world):
    record = world.issued(VITALS)
    guardian(world)
    consents_as(world, BEN, world.grant(VITALS))
    assert world.permits(world.trial, record, VITALS)
    world.clock.passes(majority("2012-02-29", 19) - NOW)
    world.store.anchoring.touch(world.clock.now())
    with pytest.raises(NotEntitled):
        consents_as(world, BEN, world.grant(VITALS, actions=("copy",)))
    assert world.permits(world.trial, record, VITALS), "what was signed in time stands until the grown child ends it"


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"expires": majority("2012-02-29", 19) + 1}, InvalidStatement),
        ({"evidence": False}, InvalidStatement),
        ({"pointers": ("/name",)}, InvalidStatement),
        ({"content": b'{"birthDate":"2012"}'}, InvalidStatement),
        ({"signer": BEN}, NotEntitled),
    ],
)
def test_a_guardian_without_authority_or_proof_is_refused(world, wrong, refusal):
    with pytest.raises(refusal):
        guardian(world, **wrong)


def test_a_birth_date_of_another_record_proves_nothing(world):
    record_id, other = world.issued(LAB, BIRTH), world.issued(LAB, BIRTH.replace(b"2012", b"2022"))
    world.anchor()
    shown = disclosure.disclose(BIRTH.replace(b"2012", b"2022"), world.seed_of(other), ["/birthDate"])
    proof = world.store.index.record(record_id).issue.commitment
    naming = DelegateAppointment(
        world.ann.signer, COURT.signer, BEN.signer, "Ben", "guardian", ("health",), 0, NOW + YEAR, proof
    )
    draft = world.kernel.consents.delegations.draft(naming)
    with pytest.raises(ProofInvalid):
        world.kernel.consents.delegations.accept(draft.statement, world.sign(COURT, draft.statement), evidence=shown)


@pytest.mark.parametrize(
    ("born", "of_age"), [("2007-11-23", "2026-11-23"), ("2008-02-29", "2027-03-01"), ("2000-01-01", "2019-01-01")]
)
def test_coming_of_age(born, of_age):
    assert majority(born, 19) == majority(of_age, 0)


def test_i10_a_delegation_submitted_again_keeps_its_position(world):
    first = names(world)
    statement = first.signed.statement
    assert world.kernel.consents.delegations.accept(statement, world.sign(world.ann, statement)) == first


def test_a_delegation_reads_back_from_the_log_as_it_was_signed(world):
    logged = names(world)
    found = world.store.log.find("consents", logged.signed.entry.entry)
    assert found == logged
    assert isinstance(world.store.index.delegations_of(world.ann.signer)[0], DelegationState)
    assert world.store.index.newest(world.ann.signer, delegate_name(BEN.signer)) == logged
    assert not isinstance(logged.signed.statement, Consent)


def test_the_end_of_a_statement_on_paper_ends_no_delegation():
    delegation = Delegation(b"a" * 20, b"a" * 20, b"b" * 20, "Ben", "carer", ("*",), 0, NOW, bytes(32), 0, bytes(32))
    paper = replace(delegation, relation=paper_relation(bytes(32)))
    states = [
        DelegationState(name, position, statement, anchored=True, revoked=statement is paper)
        for position, (name, statement) in enumerate([(b"1", delegation), (b"2", paper)])
    ]
    assert [state.revoked for state in with_ends(states)] == [False, True]
    assert still_covers(b"1", ("health",), states, NOW - 1)
    assert not still_covers(b"2", ("health",), states, NOW - 1)


def test_a_guardian_of_a_young_child_makes_a_link_of_ten_years(world):
    guardian(world, content=BIRTH.replace(b"2012-02-29", b"2022-02-28"), expires=majority("2022-02-28", 19))
    terms = LinkTerms(("health",), "For school", long_term=True)
    made = world.kernel.people.sharing.make(world.ann.signer, terms, lambda _: b"{}", "application/json", BEN.signer)
    assert made.link.expires == NOW + 10 * LINK_YEAR
