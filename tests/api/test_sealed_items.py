"""Words about health are in no database file, except in statements: neither topics, texts and reasons, nor names."""

import sqlite3
from contextlib import closing

import pytest

from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.kernel.people.reviews import BREAK_GLASS, REVIEWER
from mydata_ledger.ledger.party import Party
from mydata_ledger.services.health.formats.shlink import read_shlink
from testing.ledger_fixture import LAB, NOTICE, NOW, wallet
from testing.stores import open_store
from tests.api.api_client import ApiClient

BOARD = wallet(85)
WORDS = {
    "wish topic": "hiv-positiv",
    "wish topic in Korean": "조현병환우회",
    "topic of an offer": "chlamydia-offer",
    "second topic": "lupus-second-topic",
    "benefit": "insulin-pump-benefit",
    "benefit in Korean": "항암치료비지원",
    "reference": "KCT-DEPRESSION-1",
    "benefit of an offer": "epilepsy-offer-benefit",
    "reference of an offer": "KCT-OFFER-77",
    "reference of results": "KCT-RESULTS-66",
    "incident number": "119-overdose-5",
    "incident reason": "seizure after heroin",
    "verdict": "anaphylaxis was plain",
    "reason of an extension": "overdose of fentanyl",
    "complaint": "schizophrenia-is-private",
    "label of a link": "psoriasis-dermatologist",
    "reader of a link": "Dr. Oncology Kim",
    "webhook": "https://hooks.example.org/herpes-clinic",
    "mail": "alzheimer-carer@example.org",
    "question for review": "leukaemia-review",
    "notifier's error": "hepatitis-relay-down",
    "validity role": "melanoma-role",
}
LOGGED = ("incident number", "incident reason", "reason of an extension")
"""These are in a statement too, which the access log holds in clear (docs/threat-model.md)."""


class Faulty:
    def send(self, delivery, subscription):
        raise SourceUnavailable(WORDS["notifier's error"])


class Journey:
    """Everything that files work items, over the real API and SQLite."""

    def __init__(self, folder):
        self.folder = folder
        self.client = ApiClient(store=open_store(f"sqlite:///{folder}/ledger.db"))
        self.fixture, self.http = self.client.fixture, self.client.http
        self.store, self.kernel = self.fixture.store, self.fixture.kernel
        board = Party(BOARD.address, "Review board", frozenset({REVIEWER}), b"", 0, 0)
        self.store.directory.set_parties([*self.fixture.directory, board])

    def call(self, who, method, path, status, **form):
        answer = self.http.request(method, path, json=form or None, headers=self.client.as_(who))
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def run(self):
        self.asks()
        self.consents()
        self.has_an_emergency()
        self.shares()
        for _ in range(3):
            self.kernel.log_consumer.consume()
            self.kernel.people.distribution.distribute()
            self.kernel.people.deliveries.deliver({"webhook": Faulty()})
            self.fixture.clock.passes(10)

    def terms(self, **more):
        grant = {"categories": [LAB], "purposes": ["hl7:CLINTRCH"], "actions": ["view"], "expires": NOW + 9_000}
        return {"grants": [grant], "notice_hash": "0x" + NOTICE.digest.hex()} | more

    def asks(self):
        ann, trial = self.fixture.ann, self.fixture.trial
        topics = [WORDS["wish topic"], WORDS["wish topic in Korean"]]
        wishes = [{"kind": "tell", "topics": topics}, {"kind": "tell", "topics": [WORDS["second topic"]]}]
        self.call(ann, "PUT", "/me/wishes", 200, wishes=wishes, validity={WORDS["validity role"]: 86_400})
        for channel, name in (("webhook", "webhook"), ("email", "mail")):
            self.call(ann, "POST", "/me/subscriptions", 201, channel=channel, address=WORDS[name])
        texts = {"benefit": WORDS["benefit"], "benefit_ko": WORDS["benefit in Korean"], "reference": WORDS["reference"]}
        subject = {"data_subject": "0x" + ann.signer.hex()}
        self.call(trial, "POST", "/requests", 202, **self.terms(**texts, **subject))
        texts = {"benefit": WORDS["benefit of an offer"], "reference": WORDS["reference of an offer"]}
        topics = [*topics, WORDS["topic of an offer"], WORDS["second topic"]]
        self.call(trial, "POST", "/offers", 202, **self.terms(**texts, topics=topics))

    def consents(self):
        draft = self.client.drafted(self.fixture.ann, self.fixture.trial.address)
        signed = self.client.signed(self.fixture.ann, Consent, draft)
        self.call(self.fixture.ann, "POST", "/consents", 202, **signed)
        self.fixture.anchor()
        self.call(self.fixture.trial, "POST", "/results", 202, reference=WORDS["reference of results"])

    def has_an_emergency(self):
        people, crew = self.kernel.people, self.fixture.responder
        texts = WORDS["incident number"], WORDS["incident reason"]
        draft = people.incidents.draft(crew.address, self.fixture.ann.signer, *texts, 3_600)
        entry = people.incidents.declare(draft.statement, self.fixture.sign(crew, draft.statement)).signed.entry.entry
        draft = people.incidents.draft_extension(crew.address, entry, WORDS["reason of an extension"], 3_600)
        people.incidents.extend(draft.statement, self.fixture.sign(crew, draft.statement))
        self.call(self.fixture.ann, "POST", "/me/complaints", 201, position=0, reason=WORDS["complaint"])
        verdict = {"verdict": "justified", "reason": WORDS["verdict"]}
        self.call(BOARD, "POST", f"/reviews/{BREAK_GLASS}/0x{entry.hex()}/verdict", 200, **verdict)
        people.reviews.leave("data-use", self.fixture.trial.address, {"question": WORDS["question for review"]})

    def shares(self):
        self.client.issued()
        self.fixture.anchor()
        form = {"label": WORDS["label of a link"], "expires": NOW + 9_000}
        made = self.call(self.fixture.ann, "POST", "/me/links", 201, **form)
        path = read_shlink(made["shlink"]).url.removeprefix("http://testserver")
        assert self.http.post(path, json={"recipient": WORDS["reader of a link"]}).status_code == 200

    def tables_with(self, word):
        """The tables of which a row holds the word, in any column."""
        with closing(sqlite3.connect(self.folder / "ledger.db")) as file:
            names = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {
                name
                for name in names
                for row in file.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - a name of this schema
                if any(word in (value if isinstance(value, bytes) else str(value).encode()) for value in row)
            }


@pytest.fixture
def journey(tmp_path):
    made = Journey(tmp_path)
    made.run()
    yield made
    made.store.dispose()


def files_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name.startswith("ledger.db")}


def test_no_planted_word_is_in_a_database_file_outside_statements(journey, tmp_path):
    assert len(WORDS) == 22
    kinds = {row[0] for row in sqlite3.connect(tmp_path / "ledger.db").execute("SELECT DISTINCT kind FROM papers")}
    assert kinds >= {
        *("wishes", "wish-topic", "request", "invitation", "offer", "results", "subscription", "message", "delivery"),
        *(
            "review:break-glass",
            "review:data-use",
            "review:complaint",
            "link",
            "link_use",
            "reminder",
            "break-glass-notice",
            "read-to",
        ),
    }
    assert "ledger.db-wal" in files_of(tmp_path)
    for name, word in WORDS.items():
        raw = word.encode()
        assert journey.tables_with(raw) == ({"access_log"} if name in LOGGED else set()), name
        if name not in LOGGED:
            assert [file for file, content in files_of(tmp_path).items() if raw in content] == [], name


def test_the_words_are_all_there_for_those_they_concern(journey):
    paths = ("wishes", "requests", "inbox", "subscriptions", "deliveries", "links", "incidents", "complaints")
    as_ann = journey.client.as_(journey.fixture.ann)
    seen = [journey.http.get(f"/me/{path}", headers=as_ann).text for path in paths]
    seen.append(journey.http.get("/reviews/data-use", headers=journey.client.as_(BOARD)).text)
    missing = {name for name, word in WORDS.items() if word not in "\n".join(seen)}
    assert missing == {"topic of an offer"}


def test_rows_of_work_items_name_nobody(journey, tmp_path):
    names = [person.signer for person in (journey.fixture.ann, journey.fixture.trial, journey.fixture.responder)]
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as file:
        for row in file.execute("SELECT * FROM papers"):
            text = b"|".join(value if isinstance(value, bytes) else str(value).encode() for value in row).lower()
            for signer in names:
                assert signer not in text
                assert signer.hex().encode() not in text
