"""A search over a crowd in a database decides once for all that are alike: each record must get its own answer."""

import random
from dataclasses import replace

import pytest

from mydata_ledger.anchors.store import Store
from mydata_ledger.anchors.store.facts import sifting
from mydata_ledger.ledger.access import EVERYTHING
from mydata_ledger.ledger.consent import Consent, Effect
from mydata_ledger.ledger.receipt import CONSENTS, LOGS
from tests.anchors.sayings import NOW, READ, TRIAL, consent, delegation, erasure, issue, name, revocation
from tests.ledger.test_questions import BLOCK, anchor, loop, pages, world_over

PEOPLE, RECORDS = [bytes([n]) * 20 for n in range(1, 31)], 45
CATEGORIES = ["health.lab", "health.lab", "health.vitals", "money"]
WINDOWS = [(0, NOW), (0, NOW + 1), (NOW, NOW + 9), (NOW + 1, NOW + 9)]
FORBID = replace(READ, effect=Effect.FORBID, categories=("health.lab",))
TO_ANYONE = [(FORBID,), *[(replace(BLOCK, not_before=opens, expires=closes),) for opens, closes in WINDOWS]]
SAID = [
    *[(READ,)] * 20,
    *TO_ANYONE,
    *[(replace(READ, not_before=opens, expires=closes),) for opens, closes in WINDOWS],
    *[
        (replace(READ, conditions=(condition,)),)
        for condition in ("once", "max-uses:1", "every-days:1", f"retain-until:{NOW}")
    ],
    (READ, FORBID),
    (replace(READ, categories=("money",)),),
    (replace(READ, records=tuple(map(name, range(0, RECORDS, 2)))),),
    (replace(READ, data_from=NOW),),
]
WHOM = [TRIAL, TRIAL, TRIAL, "role:trial", "*", "*"]
AT_ONCE = [(1, 1), (1, 3), (4, 16), (sifting.FEWEST, sifting.MOST)]
"""Candidates looked at in one query: the fewest after the first, and the most."""


def crowd(store, seed):
    """A store in which many say the same, some in two ways to one reader, and the newest things are not anchored."""
    chance = random.Random(seed)
    numbered = [issue(n, chance.choice(PEOPLE), chance.choice(CATEGORIES)) for n in range(RECORDS)]
    store.log.append(numbered, NOW)
    whom = WHOM[: chance.choice([3, 4, 6])]
    for person in chance.choices(PEOPLE, k=3 * len(PEOPLE)):
        speak(store, chance, person, chance.choice(whom))
    store.log.append([erasure(chance.randrange(RECORDS)) for _ in range(3)], NOW)
    for log in LOGS:
        anchor(store, log, seed % 3 * 20 if log == CONSENTS else 0)
    store.anchoring.touch(NOW)
    return [record for person in PEOPLE for record in store.index.records_of(person)]


def speak(store, chance, person, whom):
    newest, signer = store.index.newest(person, whom), person
    if newest and isinstance(newest.signed.statement, Consent) and chance.random() < 0.3:
        store.log.append([revocation(newest)], NOW)
        return
    if chance.random() < 0.1:
        signer = chance.choice(PEOPLE)
        store.log.append([delegation(person, signer)], NOW)
    grants = chance.choice(TO_ANYONE if whom == "*" else SAID)
    store.log.append([consent(person, whom, newest, grants, signer)], NOW)


def check_crowd(url, seed, monkeypatch):
    store, (fewest, most) = Store(url), AT_ONCE[seed % len(AT_ONCE)]
    monkeypatch.setattr(sifting, "FEWEST", fewest)
    monkeypatch.setattr(sifting, "MOST", most)
    kernel, records, sizes = world_over(store), crowd(store, seed), []
    for record in records[::5]:
        kernel.decisions.evaluation.ask(asked(kernel, record_id=record.issue.record_id, category=record.issue.category))
    for question in (asked(kernel), asked(kernel, category=EVERYTHING)):
        wanted = [r for r in records if question.category in {EVERYTHING, r.issue.category}]
        expected = loop(kernel, question, wanted)
        for limit in (1, 4, 1_000):
            assert pages(kernel, question, limit) == expected
        sizes.append(len(expected))
    store.dispose()
    return sizes


def asked(kernel, **more):
    return replace(kernel.decisions.evaluation.request(TRIAL, bytes(32), "health.lab", "hl7:CLINTRCH", "view"), **more)


@pytest.mark.parametrize("part", range(3))
def test_i6_in_a_crowd_every_record_gets_its_own_answer(tmp_path, monkeypatch, part):
    sizes = [
        check_crowd(f"sqlite:///{tmp_path / str(seed)}.db", seed, monkeypatch) for seed in range(4 * part, 4 * part + 4)
    ]
    assert sum(lab > 0 for lab, _ in sizes) > 1, "there is something to find"
    assert all(lab <= every < RECORDS for lab, every in sizes), "and something hidden"


def test_i6_in_a_crowd_on_a_database_server_too(cluster, monkeypatch):
    for seed in range(1, 4):
        with cluster.database() as url:
            check_crowd(url, seed, monkeypatch)
