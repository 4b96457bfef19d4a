"""An offer is unseen by its asker, until a consent answers it: by list, count, order, id, limit, error, message and
number of steps.
"""

import re
from dataclasses import replace

import pytest

from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.consent_request import Wish, Wishes, WishKind
from mydata_ledger.ledger.kernel.work_items import INVITATION, MESSAGE, OFFER, PAGE, WISH_TOPIC, WISHES
from testing.ledger_fixture import LAB, NOTICE, NOW, wallet
from tests.api.api_client import ApiClient

PEOPLE = [wallet(1), *(wallet(number) for number in range(110, 114))]
LOCK = {"lock": "0x" + "11" * 32}


class CountedCalls:
    """A port that counts how often each of its methods is called."""

    def __init__(self, port):
        self.port, self.calls = port, {}

    def __getattr__(self, name):
        def call(*arguments, **more):
            self.calls[name] = self.calls.get(name, 0) + 1
            return getattr(self.port, name)(*arguments, **more)

        return call


def sends(client):
    while client.fixture.kernel.people.distribution.distribute():
        pass


def wishes_for(client, person, *topics):
    form = {"wishes": [{"kind": "tell", "topics": list(topics)}]}
    assert client.http.put("/me/wishes", json=form, headers=client.as_(person)).status_code == 200


def terms(category=LAB, **more):
    grant = {"categories": [category], "purposes": ["hl7:CLINTRCH"], "actions": ["view"], "expires": NOW + 9_000}
    return {"grants": [grant], "notice_hash": "0x" + NOTICE.digest.hex(), "reference": "KCT1"} | more


def offers(client, **more):
    return client.http.post("/offers", json=terms(topics=["HIV"]) | more, headers=client.as_(client.fixture.trial))


def get(client, path, who, **params):
    return client.http.get(path, params=params, headers=client.as_(who)).json()


def transcript(wishing):
    """Everything the asker can see around an offer, without random ids; `wishing` is how many people it reaches."""
    client = ApiClient()
    trial = client.fixture.trial
    for person in PEOPLE[:wishing]:
        wishes_for(client, person, "hiv")
    ask = {"data_subject": "0x" + client.fixture.ann.signer.hex()}
    first = client.http.post("/requests", json=terms("health.vitals") | ask, headers=client.as_(trial))
    seen = [offers(client), offers(client)]
    sends(client)
    client.fixture.kernel.log_consumer.consume()
    reached = len(client.fixture.store.work_items.items(INVITATION))
    assert reached == wishing
    if wishing:
        (mine,) = (r for r in get(client, "/me/requests", client.fixture.ann) if r["by_offer"])
        client.http.post(f"/me/requests/{mine['request_id']}/refusal", headers=client.as_(client.fixture.ann))
        for path in ("/requests/{}", "/requests/{}/withdrawal"):
            method = client.http.post if path.endswith("withdrawal") else client.http.get
            assert method(path.format(mine["request_id"]), headers=client.as_(trial)).status_code == 404
    for number in range(3):
        seen.append(client.http.post("/requests", json=terms(wait=60 + number) | ask, headers=client.as_(trial)))
        seen.append(
            client.http.post(
                "/requests",
                json=terms("health.medication", wait=60 + number) | ask,
                headers=client.as_(trial),
            )
        )
    seen += [client.http.get(path, headers=client.as_(trial)) for path in ("/requests", "/me/inbox", "/me/deliveries")]
    after = {"after": first.json()["request_id"], "limit": 2}
    seen.append(client.http.get("/requests", params=after, headers=client.as_(trial)))
    ids = re.compile(r'"request_id":"0x[0-9a-f]+"')
    return [(answer.status_code, ids.sub("", answer.text)) for answer in (first, *seen)]


def test_an_offer_is_unseen_whether_it_reaches_nobody_one_or_k_minus_one():
    nobody = transcript(0)
    assert nobody[1:3] == [(202, '{"status":"announced"}')] * 2
    assert transcript(1) == nobody
    assert transcript(4) == nobody


def test_announcing_takes_the_same_steps_however_many_wished_for_it():
    counts = []
    for wishing in (0, 1, 5):
        client = ApiClient()
        for person in PEOPLE[:wishing]:
            wishes_for(client, person, "hiv")
        counted = CountedCalls(client.fixture.world.work_items)
        headers = client.as_(client.fixture.trial)
        original = client.fixture.world.work_items
        object.__setattr__(client.fixture.world, "work_items", counted)
        assert client.http.post("/offers", json=terms(topics=["hiv"]), headers=headers).status_code == 202
        object.__setattr__(client.fixture.world, "work_items", original)
        counts.append(counted.calls)
    assert counts[0]
    assert counts == [counts[0]] * 3


@pytest.fixture
def reached():
    client = ApiClient()
    wishes_for(client, client.fixture.ann, "HIV")
    offers(client)
    sends(client)
    (request,) = get(client, "/me/requests", client.fixture.ann)
    return client, request


def test_an_offer_that_a_consent_answers_is_shown_to_its_asker_as_answered(reached):
    client, request = reached
    ann, trial = client.fixture.ann, client.fixture.trial
    assert (request["by_offer"], request["state"]) == (True, "requested")
    stranger = {"data_subject": "0x" + wallet(78).signer.hex()}
    last = client.http.post("/requests", json=terms() | stranger, headers=client.as_(trial)).json()["request_id"]
    client.fixture.clock.passes(60)
    draft = client.http.post(f"/me/requests/{request['request_id']}/drafts", json=LOCK, headers=client.as_(ann)).json()
    signed = client.signed(ann, Consent, draft["typed_data"])
    assert client.http.post("/consents", json=signed, headers=client.as_(ann)).status_code == 202
    assert get(client, "/requests", trial, after=last) == []
    for _ in range(2):
        client.fixture.kernel.log_consumer.consume()
    (shown,) = get(client, "/requests", trial, after=last)
    assert (shown["state"], shown["by_offer"], shown["answered_at"]) == ("granted", True, NOW + 60)
    assert shown["data_subject"] == "0x" + ann.signer.hex()
    assert get(client, f"/requests/{shown['request_id']}", trial) == shown
    (mine,) = get(client, "/me/requests", ann)
    assert (mine["request_id"], mine["state"]) == (request["request_id"], "granted")


def test_what_a_person_refused_as_an_offer_is_not_asked_of_them_directly(reached):
    client, request = reached
    ann = client.fixture.ann
    client.http.post(f"/me/requests/{request['request_id']}/refusal", headers=client.as_(ann))
    form = terms() | {"data_subject": "0x" + ann.signer.hex()}
    answer = client.http.post("/requests", json=form, headers=client.as_(client.fixture.trial)).json()
    assert (answer["state"], answer["by_standing_wish"]) == ("requested", False)
    states = [(one["state"], one["by_standing_wish"]) for one in get(client, "/me/requests", ann)]
    assert sorted(states) == [("refused", False), ("refused", True)]


def test_a_question_that_became_a_request_cannot_be_found_by_its_asker(reached):
    client, _ = reached
    ann, trial = client.fixture.ann, client.fixture.trial
    record = client.issued()
    client.fixture.anchor()
    form = {"wishes": [{"kind": "ask"}]}
    client.http.put("/me/wishes", json=form, headers=client.as_(ann))
    question = {"category": LAB, "purpose": "hl7:CLINTRCH"}
    client.http.post(f"/access/records/{record}", json=question, headers=client.as_(trial))
    client.fixture.kernel.log_consumer.consume()
    (request,) = (one for one in get(client, "/me/requests", ann) if one["by_question"])
    for _ in range(2):
        path = f"/requests/{request['request_id']}/withdrawal"
        assert client.http.post(path, headers=client.as_(trial)).status_code == 404
    assert request in get(client, "/me/requests", ann), "the id follows from the receipt, which the asker has"


def test_topics_match_in_any_case_and_any_unicode_form():
    client = ApiClient()
    decomposed = "\u1103\u1161\u11bc\u1102\u116d"  # 당뇨 as some keyboards send it
    wishes_for(client, client.fixture.ann, decomposed, "Seoul")
    offers(client, topics=["당뇨", "SEOUL", "extra"])
    sends(client)
    assert len(get(client, "/me/requests", client.fixture.ann)) == 1


def test_wishes_without_an_index_get_one_and_replaced_topics_leave_it():
    client = ApiClient()
    items = client.fixture.store.work_items
    wishes_for(client, client.fixture.ann, "hiv")
    for entry in items.items(WISH_TOPIC):
        items.discard(WISH_TOPIC, entry.id)
    client.fixture.kernel.people.wishes.index_all()
    offers(client)
    sends(client)
    assert len(get(client, "/me/requests", client.fixture.ann)) == 1
    wishes_for(client, client.fixture.ann, "asthma")
    assert [entry.party for entry in items.items(WISH_TOPIC)] == ["asthma"]
    assert len(items.items(WISHES)) == 1


def test_an_offer_whose_party_lost_its_accreditation_is_not_sent(reached):
    client, _ = reached
    offers(client, reference="KCT2")
    client.fixture.expire(client.fixture.trial)
    sends(client)
    assert len(get(client, "/me/requests", client.fixture.ann)) == 1


def test_an_offer_to_more_people_than_a_page_reaches_each_once_also_after_a_crash():
    client, count = ApiClient(), PAGE + 30
    kernel, items = client.fixture.kernel, client.fixture.store.work_items
    for number in range(count):
        kernel.people.wishes.replace(Wishes(number.to_bytes(20, "big"), (Wish(WishKind.TELL, topics=("hiv",)),)))
    offers(client)
    (under_way,) = items.due(OFFER, "waiting", NOW)
    sends(client)
    assert len(items.items(INVITATION, limit=2 * count)) == count
    messages = len(items.items(MESSAGE, limit=2 * count))
    items.file(replace(under_way, version=items.item(OFFER, under_way.id).version))
    sends(client)
    assert len(items.items(INVITATION, limit=2 * count)) == count
    assert len(items.items(MESSAGE, limit=2 * count)) == messages
