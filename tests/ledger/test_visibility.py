"""Withheld parts of a record are not released: they are omitted, masked, or without any sign of the data subject."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mydata_ledger.ledger import canonical, envelope
from mydata_ledger.ledger.commitment import disclosure, fields
from mydata_ledger.ledger.commitment.content import record_commitment
from mydata_ledger.ledger.errors import InvalidStatement
from mydata_ledger.ledger.kernel import Upload
from mydata_ledger.ledger.visibility import MemberVisibility
from mydata_ledger.ledger.vocabulary import NAMES_PEOPLE
from testing.ledger_fixture import LAB, LedgerFixture

SEED = b"\x07" * 32
PERSON = (
    b'{"resourceType":"Observation","id":"p1","name":[{"family":"Kim","given":["Min","Su"]},{"text":"Kim M."}],'
    b'"birthDate":"1970-01-02","_birthDate":{"x":1},"telecom":[{"value":"010-1234-5678"}],"gender":"female",'
    b'"valueQuantity":{"value":1.10,"unit":"mg/dL"},"link":[{"name":"Eve"},{"kind":"sister"}]}'
)
names = some.sampled_from(["name", "value", "valueQuantity", "unit", "note", "note_by", "_note", "Notes", "a", "이름"])
leaves = some.one_of(some.none(), some.booleans(), some.integers(0, 99), some.text(max_size=5))
documents = some.dictionaries(
    names, some.recursive(leaves, lambda of: some.lists(of, max_size=3) | some.dictionaries(names, of, max_size=3))
)


def cut(*obligations):
    return MemberVisibility.of(obligations, NAMES_PEOPLE)


def shown(document, *obligations):
    return canonical.read(cut(*obligations).redact(document), exact=True)


def test_a_member_is_left_out_wherever_it_stands_and_arrays_keep_their_places():
    left = shown(PERSON, "redact:name")
    assert "name" not in left
    assert left["link"] == [{}, {"kind": "sister"}]
    assert left["valueQuantity"] == {"value": "1.10", "unit": "mg/dL"}


@pytest.mark.parametrize(
    ("named", "gone"),
    [
        ("birthDate", {"birthDate", "_birthDate"}),
        ("birth", {"birthDate", "_birthDate"}),
        ("value", {"valueQuantity"}),
        ("VALUE", {"valueQuantity"}),
        ("valueQuant", set()),
        ("telecoms", set()),
        ("gen", set()),
    ],
)
def test_a_name_means_its_forms_and_no_other_member(named, gone):
    assert set(canonical.read(PERSON)) - set(shown(PERSON, f"redact:{named}")) == gone


def test_a_masked_value_shows_its_first_character_and_its_shape():
    left = shown(PERSON, "mask:telecom", "mask:name", "mask:valueQuantity")
    assert left["telecom"] == [{"value": "0**-****-****"}]
    assert left["name"] == [{"family": "K**", "given": ["M**", "S*"]}, {"text": "K** *."}]
    assert left["valueQuantity"] == {"value": "1.**", "unit": "m*/**"}


def test_what_is_not_withheld_is_proved_and_what_is_masked_is_stated():
    made = cut("mask:telecom", "redact:birthDate").disclose(PERSON, SEED, lambda _: [""])
    again = disclosure.from_json(disclosure.to_json(made))
    assert again == made
    values = disclosure.verify(again, record_commitment(PERSON, "application/json", SEED))
    assert values["/valueQuantity/value"] == "1.10"
    assert made.masked == {"/telecom/0/value": '"0**-****-****"'}
    assert not [pointer for pointer in values if "irthDate" in pointer or "telecom" in pointer]


def test_the_one_who_chooses_sees_nothing_withheld():
    seen = []
    cut("redact:name", "mask:telecom").disclose(PERSON, SEED, lambda document: seen.append(document) or ["/gender"])
    assert not [word for word in (b"Kim", b"Eve", b"5678") if word in seen[0]]


@pytest.mark.parametrize("chosen", ["/name", "/name/0/family", "/link/0"])
def test_a_field_that_is_withheld_cannot_be_chosen(chosen):
    with pytest.raises(InvalidStatement):
        cut("redact:name").disclose(PERSON, SEED, lambda _: [chosen])


def test_pseudonymised_nothing_names_the_person():
    made = cut("pseudonymise").disclose(PERSON, SEED, lambda _: [""])
    assert sorted({field.pointer.split("/")[1] for field in made.fields}) == [
        "gender",
        "link",
        "resourceType",
        "telecom",
        "valueQuantity",
    ]


@pytest.mark.parametrize("document", [b'"Kim Min-su"', b'["Kim"]', b"5"])
def test_what_has_no_members_cannot_be_pseudonymised(document):
    with pytest.raises(InvalidStatement, match="no JSON object"):
        cut("pseudonymise").redact(document)


@settings(deadline=None)
@given(documents, names, names)
def test_no_withheld_value_is_in_what_is_shown(document, redacted, masked):
    raw = canonical.canonical(document)
    the_cut = cut(f"redact:{redacted}", f"mask:{masked}")
    try:
        made = the_cut.disclose(raw, SEED, lambda _: [""])
    except InvalidStatement:
        return
    whole = fields.fields_below(raw, [""])
    for field in made.fields:
        steps = [step.lstrip("_").casefold() for step in field.pointer.split("/")[1:]]
        assert not {redacted.lstrip("_").casefold(), masked.lstrip("_").casefold()} & set(steps)
        assert whole[field.pointer] == field.value
    assert disclosure.verify(made, record_commitment(raw, "application/json", SEED))


@settings(deadline=None)
@given(documents)
def test_with_nothing_withheld_a_document_is_shown_as_it_is(document):
    raw = canonical.canonical(document)
    assert canonical.canonical(canonical.read(cut("redact:nobody").redact(raw))) == raw


@pytest.fixture
def world():
    return LedgerFixture()


def opened(world, release, party):
    record = release.record.issue.record_id
    key = envelope.unwrap(release.wrapped_key, world.reader_keys[party.address], record)
    return disclosure.from_json(envelope.open_sealed(release.sealed, key, record).content)


@pytest.mark.parametrize("by_fields", [False, True])
def test_what_the_consent_withholds_is_not_released(world, by_fields):
    record = world.issued(LAB, content=PERSON)
    world.consents(world.trial, LAB, conditions=("redact:birthDate", "mask:telecom"))
    world.anchor()
    requested = world.asks(world.trial, record)
    release = (
        world.kernel.decisions.releases.disclose(requested, lambda _: [""])
        if by_fields
        else world.kernel.decisions.releases.access(requested)
    )
    values = disclosure.verify(opened(world, release, world.trial), release.record.issue.commitment)
    assert "/gender" in values
    assert "/birthDate" not in values
    assert "/telecom/0/value" not in values
    assert release.pseudonym == b""


def test_pseudonyms_are_the_same_for_one_reader_and_differ_between_two(world):
    one, two = world.issued(LAB, content=PERSON), world.issued(LAB, content=PERSON)
    for party in (world.trial, world.insurer):
        world.consents(party, LAB, conditions=("pseudonymise",))
    world.anchor()
    first, again = (world.reads(world.trial, record).pseudonym for record in (one, two))
    assert first == again != world.reads(world.insurer, one).pseudonym
    assert world.ann.signer not in first


def test_a_search_by_person_does_not_reveal_which_records_are_pseudonymous(world):
    world.issued(LAB, content=PERSON)
    world.consents(world.trial, LAB, conditions=("pseudonymise",))
    world.anchor()
    assert len(world.kernel.decisions.search.find(world.trial.address, LAB, "hl7:CLINTRCH", "view")) == 1
    assert world.kernel.decisions.search.evaluate(world.trial.address, world.ann.signer, "hl7:CLINTRCH", "view") == []


@pytest.mark.parametrize("condition", ["redact:name", "mask:name", "pseudonymise"])
def test_a_record_whose_parts_cannot_be_distinguished_is_not_released(world, condition):
    (draft,) = world.kernel.records.issues.draft(
        world.hospital.address, [Upload(world.ann.signer, LAB, "text/plain", b"Kim, 1970")]
    )
    world.kernel.records.issues.accept([(draft.statement, world.sign(world.hospital, draft.statement))])
    world.consents(world.trial, LAB, conditions=(condition,))
    world.anchor()
    with pytest.raises(InvalidStatement, match="the consent withholds"):
        world.reads(world.trial, draft.statement.record_id)


def test_a_computation_sees_what_is_left(world):
    world.issued(LAB, content=PERSON)
    world.consents(
        world.merchant, LAB, purposes=("hl7:HMARKT",), actions=("compute",), conditions=("redact:name", "pseudonymise")
    )
    world.anchor()
    (found,) = world.kernel.decisions.computation.records(world.merchant.address, [LAB], "hl7:HMARKT")
    assert b"Kim" not in found.content
    assert b'"birthDate":"1970-01-02"' in found.content


def test_a_computation_omits_a_record_whose_parts_cannot_be_distinguished(world):
    (draft,) = world.kernel.records.issues.draft(
        world.hospital.address, [Upload(world.ann.signer, LAB, "text/plain", b"Kim")]
    )
    world.kernel.records.issues.accept([(draft.statement, world.sign(world.hospital, draft.statement))])
    for condition, seen in (("mask:name", 0), ("redact:name", 0), ("pseudonymise", 1)):
        terms = {"purposes": ("hl7:HMARKT",), "actions": ("compute",), "conditions": (condition,)}
        world.consents(world.merchant, LAB, **terms)
        world.anchor()
        assert (
            len(list(world.kernel.decisions.computation.records(world.merchant.address, [LAB], "hl7:HMARKT"))) == seen
        )
