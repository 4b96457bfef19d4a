"""Same content, known again: by the person and by its own holder, on every store, and by nobody else."""

import hashlib
import hmac
import json
import secrets
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mydata_ledger.formats.canonical_forms import CANONICAL_FORMS
from mydata_ledger.ledger.content_digest import ContentKeys
from mydata_ledger.ledger.errors import InvalidStatement
from mydata_ledger.ledger.kernel import Upload
from mydata_ledger.ledger.kernel.records.equal_content import DRAFT_SECONDS
from mydata_ledger.ledger.record import Erasure
from testing.ledger_fixture import LAB, VITALS, LedgerFixture, wallet
from testing.stores import open_store

KEY, OLDER = b"\x4b" * 32, b"\x4f" * 32
INVOICE = b"<?xml version='1.0'?><Invoice><ID>7</ID></Invoice>"
BASIC = b'{"resourceType":"Basic","id":"%s","a":1}'
OTHER = wallet(70)


class TwoHospitals(LedgerFixture):
    """A ledger with a second hospital and a fixed digest key."""

    def __init__(self, store=None):
        super().__init__(store=store)
        self.clinic = self.insurer
        self.directory = [
            replace(p, roles=frozenset({"holder"})) if p.account == self.clinic.address else p for p in self.directory
        ]
        self.store.directory.set_parties(self.directory)
        self.rebuild(content_keys=ContentKeys((KEY,)), canonical_forms=CANONICAL_FORMS)

    def submits(self, holder, *texts, person=None, media_type="", **more):
        """Draft what is new; returns the drafts as issues, and the duplicates."""
        person = person or self.ann
        media_type = media_type or ("application/json" if texts[0].startswith(b"{") else "application/xml")
        uploads = [Upload(person.signer, more.pop("category", LAB), media_type, each, **more) for each in texts]
        drafted = self.kernel.records.issues.draft_new(holder.address, uploads)
        return [draft.statement for draft in drafted.drafts], drafted.duplicates

    def signs(self, holder, issues):
        self.kernel.records.issues.accept([(issue, self.sign(holder, issue)) for issue in issues])
        return [issue.record_id for issue in issues]

    def issues(self, holder, *texts, **more):
        return self.signs(holder, self.submits(holder, *texts, **more)[0])

    def erases(self, record, who=None):
        signer = who or self.ann
        (draft,) = self.kernel.records.erasures.draft(signer.signer, [record])
        assert isinstance(draft.statement, Erasure)
        self.kernel.records.erasures.accept([(draft.statement, self.sign(signer, draft.statement))])

    def same(self, person=None):
        found = self.kernel.records.equal_content.same((person or self.ann).signer)
        return {one: {other.issue.record_id for other in others} for one, others in found.items()}


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def world(request, tmp_path):
    if request.param == "memory":
        yield TwoHospitals()
        return
    sqlite = f"sqlite:///{tmp_path / 'ledger.db'}"
    store = open_store(sqlite if request.param == "sqlite" else request.getfixturevalue("server_database"))
    yield TwoHospitals(store)
    store.dispose()


def definition(content, media_type, person, key=KEY):
    """The digest, from ADR 63 alone."""
    kind = media_type.split(";")[0].strip().lower()
    if kind == "application/fhir+json":
        value = json.loads(content)
        for name in ("id", "subject", "patient", "beneficiary"):
            value.pop(name, None)
        meta = {k: v for k, v in value.pop("meta", {}).items() if k not in ("versionId", "lastUpdated", "source")}
        value |= {"meta": meta} if meta else {}
        if value.get("text", {}).get("status") == "generated":
            del value["text"]
        form = b"fhir\n" + json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    elif kind == "application/json" or kind.endswith("+json"):
        value = json.loads(content)
        form = b"json\n" + json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    else:
        form = b"bytes\n" + content
    return hmac.new(key, person + hashlib.sha256(form).digest(), hashlib.sha256).digest()


SCALARS = st.one_of(st.booleans(), st.integers(-99, 99), st.sampled_from(["", "a", "ä", "가"]), st.none())
NAMES = st.sampled_from("abc")
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner))
RESOURCES = st.fixed_dictionaries(
    {"resourceType": st.sampled_from(["Observation", "Condition"])},
    optional={
        "id": st.sampled_from(["1", "2"]),
        "meta": st.fixed_dictionaries(
            {}, optional={"versionId": st.just("3"), "lastUpdated": st.sampled_from("xy"), "profile": st.just(["p"])}
        ),
        "text": st.fixed_dictionaries({"status": st.sampled_from(["generated", "additional"])}),
        "subject": st.sampled_from([{"reference": "Patient/1"}, {"reference": "urn:uuid:7"}]),
        "valueInteger": st.integers(0, 2),
    },
)
CONTENTS = st.one_of(
    st.tuples(VALUES, st.just("application/json")),
    st.tuples(RESOURCES, st.sampled_from(["application/fhir+json", "application/FHIR+json; fhirVersion=4.0"])),
    st.tuples(st.sampled_from(["<a/>", "<a />", "x"]), st.sampled_from(["application/xml", "text/plain"])),
)
STEPS = st.lists(
    st.tuples(CONTENTS, st.sampled_from(["hospital", "clinic"]), st.booleans(), st.sampled_from(["ann", "other"])),
    min_size=1,
    max_size=8,
)


def written(value, media_type, *, spaced):
    if "json" not in media_type.lower():
        return value.encode()
    return json.dumps(value, indent=2 if spaced else None, ensure_ascii=spaced).encode()


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_what_is_equal_is_what_the_definition_calls_equal(steps):
    world = TwoHospitals()
    people = {"ann": world.ann, "other": OTHER}
    expected, standing = {}, Counter()
    for (value, media_type), name, spaced, whose in steps:
        holder, person = getattr(world, name), people[whose]
        content = written(value, media_type, spaced=spaced)
        digest = definition(content, media_type, person.signer)
        issues, duplicates = world.submits(holder, content, person=person, media_type=media_type)
        assert bool(duplicates) == bool(standing[digest, name])
        if duplicates:
            assert expected[duplicates[0]] == (digest, name)
        for record in world.signs(holder, issues) if issues else ():
            expected[record] = digest, name
            standing[digest, name] += 1
    for person in people.values():
        own = {record: digest for record, (digest, _) in expected.items() if owner(world, record) == person.signer}
        groups = {one: {other for other in own if other != one and own[other] == own[one]} for one in own}
        assert world.same(person) == {one: others for one, others in groups.items() if others}


def owner(world, record):
    return world.store.index.record(record).issue.data_subject


def test_the_stored_digest_is_that_of_the_definition(world):
    (record,) = world.issues(world.hospital, b'{"b": 1, "a": "\\u00e4"}')
    (kept,) = world.store.content_digests.of_records([record])
    assert kept.digests == (definition(b'{"a":"\xc3\xa4","b":1}', "application/json", world.ann.signer),)


def test_the_same_invoice_comes_once_from_one_holder_and_is_known_of_two(world):
    (mine,) = world.issues(world.hospital, INVOICE, media_type="application/xml")
    assert world.submits(world.hospital, INVOICE, media_type="application/xml") == ([], {0: mine})
    (theirs,) = world.issues(world.clinic, INVOICE, media_type="text/xml")
    assert world.same() == {mine: {theirs}, theirs: {mine}}
    assert world.same(OTHER) == {}


def test_a_person_is_part_of_the_digest(world):
    world.issues(world.hospital, INVOICE, media_type="application/xml")
    (other,) = world.issues(world.hospital, INVOICE, media_type="application/xml", person=OTHER)
    assert world.same() == world.same(OTHER) == {}
    assert owner(world, other) == OTHER.signer


def test_a_delegate_learns_of_the_categories_that_the_delegation_covers(world):
    (lab,) = world.issues(world.hospital, INVOICE, media_type="application/xml")
    (vitals,) = world.issues(world.clinic, INVOICE, media_type="application/xml", category=VITALS)
    same = world.kernel.records.equal_content.same
    assert set(same(world.ann.signer)) == {lab, vitals}
    assert same(world.ann.signer, lambda categories: set(categories) <= {LAB}) == {}


def test_equal_receipts_of_one_file_stay_as_many_as_they_are(world):
    three = world.issues(world.hospital, *[b'{"receipt":1}'] * 3)
    assert len(set(three)) == 3
    assert world.submits(world.hospital, *[b'{"receipt":1}'] * 3) == ([], dict(enumerate(three)))
    issues, duplicates = world.submits(world.hospital, *[b'{"receipt":1}'] * 4)
    assert (len(issues), sorted(duplicates)) == (1, [0, 1, 2])
    world.erases(three[1])
    issues, duplicates = world.submits(world.hospital, *[b'{"receipt":1}'] * 3)
    assert (len(issues), set(duplicates.values())) == (1, {three[0], three[2]})
    assert len(world.signs(world.hospital, issues)) == 1


def test_a_further_receipt_is_issued_if_the_holder_wants_it(world):
    (first,) = world.issues(world.hospital, b'{"receipt":1}')
    both = [world.submits(world.hospital, b'{"receipt":1}', again=True)[0][0] for _ in range(2)]
    second, third = world.signs(world.hospital, both)
    assert world.same() == {first: {second, third}, second: {first, third}, third: {first, second}}
    assert set(world.submits(world.hospital, *[b'{"receipt":1}'] * 3)[1].values()) == {first, second, third}


def test_another_holder_is_answered_as_if_there_were_nothing(world):
    alone, _ = world.submits(world.clinic, b'{"nobody has":1}')
    world.issues(world.hospital, b'{"has":1}')
    read = []
    of_holder = world.store.content_digests.of_holder
    world.store.content_digests.of_holder = lambda digests, holder: read.append(holder) or of_holder(digests, holder)
    issues, duplicates = world.submits(world.clinic, b'{"has":1}')
    assert (len(issues), duplicates) == (len(alone), {})
    assert read == [world.clinic.address], "nothing of the other holder is read"
    assert of_holder([definition(b'{"has":1}', "application/json", world.ann.signer)], world.clinic.address) == []
    world.signs(world.clinic, issues)


def test_two_equal_drafts_that_are_both_signed_make_one_record(world):
    (one,), (two,) = world.submits(world.hospital, INVOICE)[0], world.submits(world.hospital, INVOICE)[0]
    (kept,) = world.signs(world.hospital, [one])
    with pytest.raises(InvalidStatement, match=f"your record 0x{kept.hex()} stands with this content already"):
        world.signs(world.hospital, [two])
    assert world.signs(world.hospital, [one]) == [kept], "what was accepted stays accepted"
    assert len(world.store.index.records_of(world.ann.signer)) == 1


def test_two_equal_drafts_signed_together_are_refused_together(world):
    drafts = [world.submits(world.hospital, INVOICE)[0][0] for _ in range(2)]
    with pytest.raises(InvalidStatement, match="draft again what is left"):
        world.signs(world.hospital, drafts)
    assert world.store.index.records_of(world.ann.signer) == []
    assert world.store.content_digests.of_records([draft.record_id for draft in drafts]) == []


def test_many_who_sign_equal_drafts_at_once_make_one_record(world):
    drafts = [world.submits(world.hospital, INVOICE)[0][0] for _ in range(6)]

    def sign(draft):
        try:
            return world.signs(world.hospital, [draft])
        except InvalidStatement:
            return []

    with ThreadPoolExecutor(6) as pool:
        kept = [record for records in pool.map(sign, drafts) for record in records]
    assert len(kept) == len(world.store.index.records_of(world.ann.signer)) == 1


def test_superseded_content_may_come_again_and_a_correction_may_repeat_what_it_corrects(world):
    (first,) = world.issues(world.hospital, b'{"a":1}')
    (second,) = world.issues(world.hospital, b'{"a":2}', supersedes=first)
    assert world.submits(world.hospital, b'{"a":2}', supersedes=first) == ([], {0: second}), "the same correction"
    (third,) = world.issues(world.hospital, b'{"a":1}', supersedes=second)
    assert world.same() == {first: {third}, third: {first}}
    (fourth,) = world.issues(world.hospital, b'{"a":1}', supersedes=third, category=VITALS)
    assert world.store.index.record(third).superseded_by == fourth
    assert world.submits(world.hospital, b'{"a":1}') == ([], {0: fourth})


@pytest.mark.parametrize("who", ["ann", "hospital"])
def test_the_digest_ends_with_the_record(world, who):
    (mine,) = world.issues(world.hospital, INVOICE)
    (theirs,) = world.issues(world.clinic, INVOICE)
    world.erases(mine, getattr(world, who))
    assert world.same() == {}
    assert [each.record_id for each in world.store.content_digests.of_records([mine, theirs])] == [theirs]
    assert len(world.issues(world.hospital, INVOICE)) == 1


def test_a_record_that_is_erased_while_it_is_compared_is_no_duplicate(world):
    (mine,) = world.issues(world.hospital, INVOICE)
    of_holder = world.store.content_digests.of_holder

    def read_then_erase(digests, holder):
        found = of_holder(digests, holder)
        world.store.content_digests.of_holder = of_holder
        world.erases(mine)
        return found

    world.store.content_digests.of_holder = read_then_erase
    issues, duplicates = world.submits(world.hospital, INVOICE)
    assert (len(issues), duplicates) == (1, {})


@pytest.mark.parametrize("media_type", ["application/FHIR+json", "application/fhir+json; fhirVersion=4.0"])
def test_case_and_parameters_of_a_media_type_choose_no_other_form(world, media_type):
    (record,) = world.issues(world.hospital, BASIC % b"1", media_type="application/fhir+json")
    assert world.submits(world.hospital, BASIC % b"2", media_type=media_type) == ([], {0: record})


def test_a_draft_that_is_not_signed_counts_for_nothing_and_is_forgotten(world):
    (draft,), _ = world.submits(world.hospital, INVOICE)
    assert world.submits(world.hospital, INVOICE)[1] == {}
    (kept,) = world.issues(world.hospital, b"{}")
    forget = world.kernel.records.equal_content.forget_drafts
    world.clock.passes(DRAFT_SECONDS)
    assert forget() == 0
    world.clock.passes(1)
    assert (forget(), forget()) == (2, 0)
    with pytest.raises(InvalidStatement, match="draft the record again"):
        world.signs(world.hospital, [draft])
    assert [each.record_id for each in world.store.content_digests.of_records([kept])] == [kept]


def test_under_a_new_key_what_lies_under_the_old_one_is_found(world):
    world.rebuild(content_keys=ContentKeys((OLDER,)))
    (old,) = world.issues(world.hospital, INVOICE)
    world.erases(old)
    waiting = world.submits(world.hospital, INVOICE)[0]
    (old,) = world.issues(world.hospital, INVOICE, again=True)
    world.rebuild(content_keys=ContentKeys((KEY, OLDER)))
    assert world.submits(world.hospital, INVOICE) == ([], {0: old})
    (theirs,) = world.issues(world.clinic, INVOICE)
    assert len(world.store.content_digests.of_records([theirs])[0].digests) == 2
    assert world.same() == {old: {theirs}, theirs: {old}}
    world.erases(old)
    new = world.submits(world.hospital, INVOICE)[0]
    world.signs(world.hospital, waiting)
    with pytest.raises(InvalidStatement, match="stands with this content already"):
        world.signs(world.hospital, new)


def test_json_without_a_canonical_form_is_known_by_its_bytes(world):
    (record,) = world.issues(world.hospital, b'{"n":12345678901234567890123}')
    assert world.submits(world.hospital, b'{"n":12345678901234567890123}')[1] == {0: record}
    assert world.submits(world.hospital, b'{"n": 12345678901234567890123}')[1] == {}


def test_a_large_record_is_known_again_and_then_leaves_nothing(world):
    draft = world.kernel.records.large_records.draft
    content = secrets.token_bytes(300_000)
    upload = Upload(world.ann.signer, LAB, "application/dicom", b"")
    (first,) = draft(world.hospital.address, upload, len(content), [content[:7], content[7:]]).drafts
    world.signs(world.hospital, [first.statement])
    blocks = set(world.payloads.blocks)
    again = draft(world.hospital.address, upload, len(content), [content])
    assert (again.drafts, again.duplicates) == ([], {0: first.statement.record_id})
    assert set(world.payloads.blocks) == blocks
    assert world.submits(world.hospital, content, media_type="application/dicom")[1] == {0: first.statement.record_id}
