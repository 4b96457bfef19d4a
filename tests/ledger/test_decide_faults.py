"""Faults planted in the rule, one at a time: the comparison with the definition must detect each."""

import sys
import types
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

import mydata_ledger.ledger.decide  # noqa: F401 - loads the modules whose text is changed
from mydata_ledger.ledger.emergency import ExtendedIncident
from tests.ledger.definition import about_own_category, should
from tests.ledger.faults import FAULTS, table
from tests.ledger.questions import NOW, corpus


@cache
def questions():
    return [(about_own_category(r, f.record) if f.record else r, f) for r, f in corpus(45_000, seed=7)]


def wanted(request, facts):
    answer = should(request, facts)
    return answer.reason, answer.permitted, answer.grants, answer.obligations, answer.findings


@cache
def expected():
    return [wanted(request, facts) for request, facts in questions()]


def planted(module, good, bad):
    """The rule with one fault: its modules are loaded again, the changed one from its changed text."""
    loaded = {}
    for name in ("terms", "consent", "emergency", "decide"):
        source = Path(sys.modules[f"mydata_ledger.ledger.{name}"].__file__).read_text(encoding="utf-8")
        if name == module:
            assert source.count(good) >= 1, f"the fault no longer fits the text: {good}"
            source = source.replace(good, bad, 1)
        source = source.replace("from mydata_ledger.ledger.consent import", "from planted_consent import")
        source = source.replace("from mydata_ledger.ledger.terms import", "from planted_terms import")
        loaded[name] = types.ModuleType(f"planted_{name}")
        sys.modules[f"planted_{name}"] = loaded[name]
        exec(compile(source, name, "exec"), loaded[name].__dict__)  # noqa: S102 - the fault is planted in our own text
    return loaded["consent"], loaded["emergency"], loaded["decide"].decide


def answers(consent, emergency, decide):
    """The answers to all questions, with grants, scopes and extensions of the classes of the planted modules."""
    for request, facts in questions():
        scope = copied(request.emergency, emergency.EmergencyScope)
        decision = decide(replace(request, emergency=scope), rebuilt(facts, consent, emergency), NOW)
        findings = [(entry, finding.value) for entry, finding in decision.findings]
        yield decision.reason.value, decision.permitted, decision.grants, decision.obligations, findings


def copied(value, kind):
    return kind(**{name: getattr(value, name) for name in value.__slots__})


def rebuilt(facts, consent, emergency):
    incident = facts.incident
    if isinstance(incident, ExtendedIncident):
        extension = copied(incident.extension, emergency.IncidentExtension)
        incident = emergency.ExtendedIncident(incident.incident, extension)
    states = [
        type(s)(**{f: getattr(s, f) for f in s.__slots__} | {"consent": rebuilt_consent(s.consent, consent)})
        for s in facts.consents
    ]
    return replace(facts, consents=tuple(states), incident=incident)


def rebuilt_consent(consent_before, consent):
    grants = tuple(
        consent.Grant(**{f: getattr(g, f) for f in g.__slots__} | {"effect": consent.Effect(g.effect.value)})
        for g in consent_before.grants
    )
    return consent.Consent(**{f: getattr(consent_before, f) for f in consent_before.__slots__} | {"grants": grants})


def test_without_a_fault_nothing_differs():
    assert list(answers(*planted("none", "", ""))) == expected()


@pytest.mark.parametrize(("meaning", "module", "good", "bad"), FAULTS, ids=range(1, len(FAULTS) + 1))
def test_every_planted_fault_is_caught(meaning, module, good, bad):
    given = answers(*planted(module, good, bad))
    assert any(answer != right for answer, right in zip(given, expected(), strict=True)), meaning


def test_the_published_table_is_current():
    assert (Path(__file__).parents[2] / "docs" / "faults.md").read_text(encoding="utf-8") == table()
