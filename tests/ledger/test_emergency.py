"""Break-glass keeps to what saves a life: its scope, the extension of an incident, and what is wrong with one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.ledger.access import Reason
from mydata_ledger.ledger.emergency import EmergencyScope, IncidentExtension
from mydata_ledger.ledger.errors import InvalidStatement, NotEntitled, NotFound, SignatureInvalid, StaleConsent
from mydata_ledger.ledger.message import Event, of_person
from mydata_ledger.ledger.receipt import ACCESS
from mydata_ledger.ledger.vocabulary import Catalog, Term, Vocabulary
from mydata_ledger.scripts.serve import slices
from testing.ledger_fixture import CATALOG, LAB, VITALS, LedgerFixture, drafted
from tests.ledger.test_delegations import BEN, names
from tests.ledger.test_replay import Outcome, outcomes

DAY = 24 * 3_600
SHIPPED = Vocabulary(one.catalog for one in slices())
URGENT = {"allergy", "condition", "medication", "device", "procedure"}


@pytest.fixture
def ledger():
    return LedgerFixture()


def reason(ledger, record, category, incident):
    request = ledger.asks(ledger.responder, record, category, "hl7:BTG", incident)
    return ledger.kernel.decisions.evaluation.ask(request)[0].reason


def issued(ledger, category):
    """A record that has been on chain for a while, so that replay knows its state for certain."""
    record = ledger.issued(category)
    ledger.clock.passes(10)
    ledger.anchor()
    return record


def extension_of(ledger, incident, seconds=3_600, responder=None):
    incidents = ledger.kernel.people.incidents
    draft = incidents.draft_extension((responder or ledger.responder).address, incident, "coma", seconds)
    return drafted(draft, IncidentExtension)


def submitted(ledger, extension, signer=None):
    signature = ledger.sign(signer or ledger.responder, extension)
    return ledger.kernel.people.incidents.extend(extension, signature).signed.entry.entry


@given(
    category=some.sampled_from(sorted({*SHIPPED.categories, *SHIPPED.areas, "*", "health.la", "healthy", "health."}))
)
def test_glass_stays_in_scope(category):
    """A second definition: the first two parts of the name decide, and nothing outside of health is ever reached."""
    parts = category.split(".")
    urgent = parts[0] == "health" and len(parts) > 1 and parts[1] in URGENT
    assert SHIPPED.emergency.reaches(category, 0, extended=False) == urgent
    assert SHIPPED.emergency.reaches(category, 0, extended=True) == (parts[0] == "health")


def test_every_step_names_declared_categories_and_a_catalog_only_its_own():
    assert set(SHIPPED.emergency.urgent) == {f"health.{kind}" for kind in URGENT}
    assert set(SHIPPED.emergency.urgent) <= set(SHIPPED.categories)
    for foreign in ("finance.account", "health", "*"):
        with pytest.raises(ValueError, match="this catalog only"):
            Catalog("energy", {"energy.usage": Term("Usage", "사용량")}, {}, emergency=EmergencyScope((foreign,)))


def test_a_record_of_a_wide_category_is_reached_only_if_that_category_is_in_scope():
    scope = EmergencyScope(("health.allergy", "health.lab.specimen"))
    categories = ["health", "health.allergy", "health.allergy.intolerance"]
    categories += ["health.lab", "health.lab.specimen", "health.lab.specimens"]
    reached = [category for category in categories if scope.reaches(category, 0, extended=False)]
    assert reached == ["health.allergy", "health.allergy.intolerance", "health.lab.specimen"]


def test_an_incident_reaches_the_first_step_and_its_extension_the_second(ledger):
    lab, vitals = issued(ledger, LAB), issued(ledger, VITALS)
    incident = ledger.declares(ledger.responder)
    assert [reason(ledger, lab, LAB, incident), reason(ledger, vitals, VITALS, incident)] == [
        Reason.BROKE_GLASS,
        Reason.NO_CONSENT,
    ]
    extension = ledger.extends(ledger.responder, incident)
    assert {reason(ledger, lab, LAB, extension), reason(ledger, vitals, VITALS, extension)} == {Reason.BROKE_GLASS}
    assert reason(ledger, vitals, VITALS, incident) == Reason.NO_CONSENT, "the receipt names what it rests on"
    assert set(outcomes(ledger, emergency=ledger.world.vocabulary.emergency)) == {Outcome.SAME}


def test_an_extension_ends_by_itself_also_after_its_incident(ledger):
    vitals = issued(ledger, VITALS)
    incident = ledger.declares(ledger.responder)
    ledger.clock.passes(3_599)
    extension = ledger.extends(ledger.responder, incident, DAY)
    answers = []
    for seconds in (0, 1, DAY - 2, 1):
        ledger.clock.passes(seconds)
        ledger.anchor()
        answers.append(reason(ledger, vitals, VITALS, extension))
    assert answers == [Reason.BROKE_GLASS] * 3 + [Reason.NO_CONSENT]
    assert set(outcomes(ledger, emergency=ledger.world.vocabulary.emergency)) == {Outcome.SAME}


def test_an_extension_is_found_with_the_records_of_the_person(ledger):
    issued(ledger, LAB), issued(ledger, VITALS)
    incident = ledger.declares(ledger.responder)
    extension = ledger.extends(ledger.responder, incident)
    search = ledger.kernel.decisions.search
    found = {
        (name, category): len(search.find(ledger.responder.address, category, "hl7:BTG", "view", incident=entry))
        for name, entry in (("incident", incident), ("extension", extension))
        for category in (LAB, VITALS)
    }
    assert found == {("incident", LAB): 1, ("incident", VITALS): 0, ("extension", LAB): 1, ("extension", VITALS): 1}


def test_an_earlier_receipt_replays_as_it_was_decided(ledger):
    vitals = issued(ledger, VITALS)
    start = ledger.clock.now()
    since = start + 10
    ledger.rebuild(vocabulary=of_earlier_release(since))
    incident = ledger.declares(ledger.responder)
    before = reason(ledger, vitals, VITALS, incident)
    ledger.rebuild(vocabulary=Vocabulary([CATALOG], since))
    ledger.clock.passes(10)
    ledger.anchor()
    assert [before, reason(ledger, vitals, VITALS, incident)] == [Reason.BROKE_GLASS, Reason.NO_CONSENT]
    scope = ledger.world.vocabulary.emergency
    assert outcomes(ledger, emergency=scope) == [Outcome.SAME, Outcome.SAME]
    assert outcomes(ledger, emergency=replace(scope, since=start)) == [Outcome.OTHER, Outcome.SAME]
    assert outcomes(ledger, emergency=replace(scope, since=since + 1)) == [Outcome.SAME, Outcome.OPEN]


def of_earlier_release(since):
    """The vocabulary under which the release before the scope answered."""
    vocabulary = Vocabulary([CATALOG], since)
    vocabulary.emergency_now = vocabulary.emergency
    return vocabulary


@pytest.mark.parametrize("ahead", [1, 30 * DAY, 2**53 - 2_000_000_000])
def test_a_clock_that_is_before_the_second_opens_nothing_more(ledger, ahead):
    """The clock was wrong at the first start and was set back, or the file with the second was changed."""
    vitals = issued(ledger, VITALS)
    ledger.rebuild(vocabulary=Vocabulary([CATALOG], ledger.clock.now() + ahead))
    incident = ledger.declares(ledger.responder)
    assert reason(ledger, vitals, VITALS, incident) == Reason.NO_CONSENT
    search = ledger.kernel.decisions.search
    assert search.find(ledger.responder.address, VITALS, "hl7:BTG", "view", incident=incident) == []
    assert search.evaluate(ledger.responder.address, ledger.ann.signer, "hl7:BTG", "view", incident=incident) == []
    assert outcomes(ledger, emergency=ledger.world.vocabulary.emergency)[0] is Outcome.OPEN


def test_an_extension_without_its_incident_opens_nothing(ledger):
    vitals = issued(ledger, VITALS)
    incident = ledger.declares(ledger.responder)
    extension = replace(extension_of(ledger, incident), incident=b"\x07" * 32)
    with pytest.raises(NotFound):
        submitted(ledger, extension)
    signed = ledger.kernel.statements.seal(extension, ledger.responder.signer, ledger.sign(ledger.responder, extension))
    entry = ledger.store.log.append([signed], ledger.clock.now())[0].signed.entry.entry
    assert reason(ledger, vitals, VITALS, entry) == Reason.NO_CONSENT, "not even if the log has it"


def test_a_crew_that_is_suspended_in_the_middle_of_an_incident(ledger):
    lab = issued(ledger, LAB)
    incident, other = ledger.declares(ledger.responder), ledger.declares(ledger.responder, "119-2")
    ready, extension = extension_of(ledger, incident), ledger.extends(ledger.responder, other)
    before = [reason(ledger, lab, LAB, entry) for entry in (incident, extension)]
    ledger.expire(ledger.responder)
    after = [reason(ledger, lab, LAB, entry) for entry in (incident, extension)]
    assert (before, after) == ([Reason.BROKE_GLASS] * 2, [Reason.NO_CONSENT] * 2)
    for refused in (lambda: extension_of(ledger, incident), lambda: submitted(ledger, ready)):
        with pytest.raises(NotEntitled, match="accredited responder"):
            refused()


def test_an_incident_is_extended_once(ledger):
    incident = ledger.declares(ledger.responder)
    extension = extension_of(ledger, incident)
    first = submitted(ledger, extension)
    assert submitted(ledger, extension) == first, "the same statement again keeps its place"
    ledger.clock.passes(60)
    with pytest.raises(StaleConsent, match="extended before; declare a new incident"):
        submitted(ledger, extension_of(ledger, incident))
    assert ledger.store.log.head(ACCESS).size == 2


def test_an_incident_that_is_over_is_not_extended(ledger):
    incident = ledger.declares(ledger.responder)
    ready = extension_of(ledger, incident, seconds=DAY)
    ledger.clock.passes(3_600)
    for refused in (lambda: extension_of(ledger, incident), lambda: submitted(ledger, ready)):
        with pytest.raises(InvalidStatement, match="not open now; declare a new one"):
            refused()


def test_another_crew_extends_nothing(ledger):
    incident = ledger.declares(ledger.responder)
    hospital = replace(ledger.party("responder", ledger.hospital), account=ledger.hospital.address)
    ledger.store.directory.set_parties([*ledger.directory[1:], hospital])
    with pytest.raises(NotEntitled, match="who declared"):
        extension_of(ledger, incident, responder=ledger.hospital)
    forged = replace(extension_of(ledger, incident), responder=ledger.hospital.address)
    with pytest.raises(NotEntitled, match="who declared"):
        submitted(ledger, forged, signer=ledger.hospital)
    with pytest.raises(SignatureInvalid):
        submitted(ledger, extension_of(ledger, incident), signer=ledger.hospital)


def test_delegates_are_notified_of_an_extension_too(ledger):
    names(ledger)
    ledger.anchor()
    ledger.extends(ledger.responder, ledger.declares(ledger.responder))
    ledger.kernel.log_consumer.consume()
    for person in (ledger.ann, BEN):
        events = [message.event for message in ledger.kernel.people.inbox.read(of_person(person.signer))]
        assert events.count(Event.EXTENDED) == events.count(Event.BROKE_GLASS) == 1


def test_an_extension_is_not_extended(ledger):
    extension = ledger.extends(ledger.responder, ledger.declares(ledger.responder))
    with pytest.raises(NotFound):
        extension_of(ledger, extension)


@pytest.mark.parametrize("seconds", [0, -1, DAY + 1])
def test_the_time_box_of_an_extension_is_a_day_at_most(ledger, seconds):
    incident = ledger.declares(ledger.responder)
    with pytest.raises(InvalidStatement, match="1 to 86400 seconds"):
        extension_of(ledger, incident, seconds=seconds)


def test_a_signed_extension_is_checked_again(ledger):
    incident = ledger.declares(ledger.responder)
    sound = extension_of(ledger, incident)
    broken = [
        replace(sound, reason=" "),
        replace(sound, until=sound.not_before),
        replace(sound, until=sound.not_before + DAY + 1),
        replace(sound, not_before=sound.not_before + 1),
        replace(sound, not_before=sound.not_before - 1),
        replace(sound, data_subject=ledger.trial.signer),
    ]
    for extension in broken:
        with pytest.raises(InvalidStatement, match="ask for a new draft"):
            submitted(ledger, extension)
    assert submitted(ledger, sound)
