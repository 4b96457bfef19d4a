"""ISO/IEC TS 27560 records and receipts: complete, true to the statement, and JSON-LD without external context."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from pyld import jsonld

from mydata_ledger.ledger.access import ConsentState
from mydata_ledger.ledger.consent import ACTIONS, NEVER, Consent, Effect, Grant
from mydata_ledger.ledger.consent_copy import ConsentCopy, Operator, receipt, record
from mydata_ledger.ledger.consent_copy.dpv import CATEGORIES, PROCESSING, PURPOSES
from mydata_ledger.ledger.notice import Notice
from mydata_ledger.ledger.vocabulary import Vocabulary
from mydata_ledger.scripts.serve import slices
from testing.ledger_fixture import NOW
from testing.sizes import sized
from tests.api.api_client import ApiClient

WORDS = Vocabulary(one.catalog for one in slices())
HERE = Operator("http://testserver", "KR")
DPV, DCT = "https://w3id.org/dpv#", "http://purl.org/dc/terms/"
IN_RECORD = ["hasIdentifier", "hasDataSubject", "hasNotice", "hasProcess", "hasEntity"]
IN_PROCESS = [
    *("hasPurpose", "hasPersonalData", "hasProcessing", "hasDataController", "hasDataSource", "hasStorageCondition"),
    *("hasLocation", "hasJurisdiction", "hasRecipient", "hasLegalBasis", "hasConsentControl", "hasRight"),
    "hasConsentStatus",
]
HOLDER = "from:0x" + "ab" * 20
IN_ENTITY = ["hasIdentifier", "hasName", "hasAddress", "hasContact"]
IN_EVENT = ["isIndicatedAtTime", "isIndicatedBy", "isExercisedAt", "hasDuration", "isImplementedByEntity"]


def unfetched(url, _options=None):
    raise AssertionError(f"a context was fetched: {url}")


def expanded(document):
    (found,) = jsonld.expand(document, {"documentLoader": unfetched, "base": ""})
    return found


def has(node, names, prefix=DPV):
    assert [name for name in names if prefix + name not in node] == []


def nodes(value):
    """Every object of an expanded document."""
    if isinstance(value, list):
        for one in value:
            yield from nodes(one)
    elif isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from nodes(inner)


@pytest.fixture
def client():
    client = ApiClient()
    client.entry = consented(client)
    return client


def consented(client, **terms):
    draft = client.drafted(client.fixture.ann, client.fixture.trial.address, **terms)
    signed = client.signed(client.fixture.ann, Consent, draft)
    found = client.http.post("/consents", json=signed, headers=client.as_(client.fixture.ann)).json()["entry"]
    client.fixture.anchor()
    return found


def get_copy(client, form="record", who=None):
    return client.http.get(f"/consents/{client.entry}/{form}", headers=client.as_(who or client.fixture.ann))


def test_every_mandatory_field_of_the_record_is_there(client):
    answer = get_copy(client)
    assert answer.headers["content-type"] == "application/ld+json"
    found = expanded(answer.json())
    assert found["@type"] == [DPV + "ConsentRecord"]
    assert found[DCT + "conformsTo"] == [{"@id": "https://w3id.org/dpv/schema/dpv-27560#record"}]
    has(found, IN_RECORD)
    has(found, ["created", "creator", "language"], DCT)
    (process,) = found[DPV + "hasProcess"]
    has(process, IN_PROCESS)
    for event in process[DPV + "hasConsentStatus"]:
        has(event, IN_EVENT)
    organisations = [one for one in found[DPV + "hasEntity"] if DPV + "Recipient" in one["@type"]]
    assert len(organisations) == 2
    for one in organisations:
        has(one, IN_ENTITY)
    named = {one["@id"] for one in found[DPV + "hasEntity"]}
    controller = process[DPV + "hasDataController"][0]["@id"]
    assert controller == process[DPV + "hasRecipient"][0]["@id"]
    assert controller in named
    assert process[DPV + "hasPurpose"][0]["http://www.w3.org/2004/02/skos/core#broader"] == [
        {"@id": DPV + "ScientificResearch"}
    ]


def test_the_receipt_is_a_dated_copy_of_the_record(client):
    found, whole = get_copy(client, "receipt").json(), get_copy(client).json()
    whole.pop("@context")
    assert found["dct:hasPart"] == whole
    part = expanded(found)
    assert part["@type"] == [DPV + "ConsentReceipt"]
    has(part, ["conformsTo", "created", "hasPart"], DCT)


def test_a_withdrawal_is_an_event_of_its_own(client):
    fixture = client.fixture
    draft = fixture.kernel.consents.drafts.revocation(fixture.ann.signer, fixture.trial.address, b"\1" * 32)
    fixture.kernel.consents.revocations.accept(draft.statement, fixture.sign(fixture.ann, draft.statement))
    (process,) = get_copy(client).json()["dpv:hasProcess"]
    given, ended = process["dpv:hasConsentStatus"]
    assert (given["@type"][0], ended["@type"][0]) == ("dpv:ConsentGiven", "dpv:ConsentWithdrawn")
    assert ended["dpv:isIndicatedBy"] == f"urn:mydata:person:0x{fixture.ann.signer.hex()}"


def test_i7_a_record_is_shown_to_its_data_subject_only(client):
    for who in (client.fixture.trial, client.fixture.hospital):
        assert get_copy(client, who=who).status_code == 404
    assert client.http.get(f"/consents/{client.entry}/record").status_code == 401


TERM = some.sampled_from
GRANTS = some.builds(
    Grant,
    effect=TERM(Effect),
    categories=some.lists(TERM([*sorted(WORDS.categories), "health", "*"]), min_size=1, max_size=3, unique=True).map(
        tuple
    ),
    purposes=some.lists(TERM([*sorted(WORDS.purposes), "*"]), min_size=1, max_size=3, unique=True).map(tuple),
    actions=some.lists(TERM(sorted(ACTIONS)), min_size=1, max_size=3, unique=True).map(tuple),
    not_before=some.integers(0, NOW),
    expires=some.integers(1, NEVER),
    data_from=some.sampled_from([0, 5]),
    data_until=some.sampled_from([0, NOW]),
    records=some.sampled_from([(), (b"\1" * 32,)]),
    conditions=some.sampled_from(
        [
            (),
            ("once", f"retain-until:{NOW}"),
            ("pseudonymise",),
            ("only:name", "only:gender"),
            (HOLDER, "asset:card-7f"),
        ]
    ),
)


@settings(deadline=None, max_examples=sized(60))
@given(
    some.lists(GRANTS, min_size=1, max_size=3),
    some.sampled_from(["*", "role:responder", "0x" + "B1" * 20]),
    some.sampled_from(["en", "ko", "en-GB"]),
    some.booleans(),
)
def test_whatever_is_consented_every_term_is_an_iri_and_nothing_is_fetched(grants, grantee, language, revoked):
    ann = b"\xaa" * 20
    message = Consent(ann, ann, grantee, "", 2, b"\5" * 32, tuple(grants), b"\6" * 32, language, NOW, bytes(32))
    state = ConsentState(b"\7" * 32, 0, message, anchored=True, revoked=revoked)
    copy = ConsentCopy(state, Notice("general", 1, language, "text"), None, None)
    for form in (record, receipt):
        document = form(copy, WORDS, HERE, NOW)
        found = expanded(document)
        for node in nodes(found):
            for key in (k for k in node if not k.startswith("@")):
                assert ":" in key
            for kind in node.get("@type", []) if isinstance(node.get("@type"), list) else []:
                assert kind.startswith((DPV, "http"))
            assert ":" in node.get("@id", ":")
            assert not node.get("@id", "").startswith(("dpv:", "pd:", "loc:", "_:"))
        quads = jsonld.to_rdf(document, {"documentLoader": unfetched, "format": "application/n-quads"})
        assert quads.count("hasProcess>") == len(grants)


def test_the_holders_that_a_grant_names_are_the_source_of_the_data():
    client = ApiClient()
    hospital = client.fixture.hospital.address
    grant = client.fixture.grant("health.lab", conditions=(f"from:{hospital}", "only:code"))
    draft = client.fixture.draft(client.fixture.trial.address, [grant])
    state = ConsentState(b"\7" * 32, 0, draft.statement, anchored=True)
    document = record(ConsentCopy(state, None, None, None), WORDS, HERE, NOW)
    (process,) = document["dpv:hasProcess"]
    assert process["dpv:hasDataSource"] == [f"urn:mydata:party:{hospital}"]
    assert f"urn:mydata:party:{hospital}" in document["dpv:hasEntity"]
    assert process["mydata:condition"] == [f"from:{hospital}", "only:code"]


def test_every_action_and_mapped_term_has_a_word_in_dpv():
    assert set(PROCESSING) == ACTIONS
    assert set(PURPOSES) - {"*"} <= set(WORDS.purposes)
    assert all(
        any(expected_facts.split(".")[0] == name.split(".")[0] for expected_facts in WORDS.categories)
        for name in CATEGORIES
    )
