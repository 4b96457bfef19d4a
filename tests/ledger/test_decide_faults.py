"""Faults planted in the rule, one at a time: the comparison with the definition must catch every one."""

import sys
import types
from pathlib import Path

import pytest

import ledger.decide  # noqa: F401 - loads the modules whose text is changed
from ledger.access import Facts
from tests.ledger.definition import should
from tests.ledger.questions import NOW, corpus

FAULTS = [
    ("decide", "record is None or record.erased", "record is None"),
    ("decide", "if record.issue.category != request.category:", "if False:"),
    ("decide", "return own and request.purpose == SELF_VIEW", "return own"),
    ("decide", "return own and request.purpose == SELF_VIEW", "return request.purpose == SELF_VIEW"),
    ("decide", "if facts.blocked:", "if False:"),
    (
        "decide",
        "    if forbids:\n        return Decision(False",
        "    if forbids and not permits:\n        return Decision(False",
    ),
    ("decide", "    if emergency:\n", "    if emergency and not stale:\n"),
    ("decide", "    if stale:\n", "    if stale and len(verdicts) > 1:\n"),
    ("decide", "EMERGENCY in request.purposes", "EMERGENCY == request.purpose"),
    ("decide", "and facts.requester.account == request.requester", ""),
    ("decide", "and facts.requester.plays(RESPONDER, at)", ""),
    ("decide", "state.consent.data_subject != record.issue.data_subject", "False"),
    ("decide", "state.consent.grantee == ANYONE or ", ""),
    ("decide", "if state.revoked or state.superseded:", "if state.revoked:"),
    ("decide", "if state.revoked or state.superseded:", "if state.superseded:"),
    ("decide", "if grant.open_at(at)]", "]"),
    ("decide", "all(_meets(", "any(_meets("),
    ("decide", "if not met or state.consent.grantee == ANYONE:", "if not met:"),
    ("decide", "if not state.anchored:", "if False:"),
    ("decide", "Finding.NEEDS_RECONSENT if state.notice_outdated else Finding.PERMITS", "Finding.PERMITS"),
    ("decide", "state.uses_of_record == 0", "state.uses == 0"),
    ("decide", "state.uses < term.value", "state.uses <= term.value"),
    ("decide", 'return request.action == "compute"', "return True"),
    ("decide", "return breaks_glass(request, facts, at)", "return EMERGENCY in request.purposes"),
    ("decide", "return at < term.value", "return at <= term.value"),
    ("consent", "self.not_before <= at < self.expires", "self.not_before < at < self.expires"),
    ("consent", "self.not_before <= at < self.expires", "self.not_before <= at <= self.expires"),
    ("consent", 'asked.startswith(granted + ".")', "asked.startswith(granted)"),
    ("consent", '{"*", *purposes}', '{"*", purposes[0]}'),
    ("consent", "and action in self.actions", ""),
    ("consent", "and (not self.records or record_id in self.records)", ""),
    ("consent", "return self.effect is Effect.FORBID\n", "return True\n"),
    ("consent", "data_from < end and", "data_from <= end and"),
    ("consent", "(data_until or NEVER) > self.data_from", "(data_until or NEVER) >= self.data_from"),
    ("consent", "self.data_from <= data_from and (data_until or NEVER) <= end", "self.data_from <= data_from"),
]
QUESTIONS = corpus(12_000, seed=7)
EXPECTED = [should(request, facts) for request, facts in QUESTIONS]


def planted(module, good, bad):
    """The rule with one fault: both files are loaded again, the changed one from its changed text."""
    loaded = {}
    for name in ("consent", "decide"):
        source = Path(sys.modules[f"ledger.{name}"].__file__).read_text(encoding="utf-8")
        if name == module:
            assert source.count(good) >= 1, f"the fault no longer fits the text: {good}"
            source = source.replace(good, bad, 1)
        if name == "decide":
            source = source.replace("from ledger.consent import", "from planted_consent import")
        loaded[name] = types.ModuleType(f"planted_{name}")
        sys.modules[f"planted_{name}"] = loaded[name]
        exec(compile(source, name, "exec"), loaded[name].__dict__)  # noqa: S102 - the fault is planted in our own text
    return loaded["consent"], loaded["decide"].decide


def answers(consent, decide):
    """Reasons over all questions, with the grants made of the planted class."""
    for request, facts in QUESTIONS:
        yield decide(request, rebuilt(facts, consent), NOW).reason.value


def rebuilt(facts, consent):
    states = [
        type(s)(**{f: getattr(s, f) for f in s.__slots__} | {"consent": reborn(s.consent, consent)})
        for s in facts.consents
    ]
    return Facts(facts.record, tuple(states), facts.requester, facts.blocked, facts.incident)


def reborn(said, consent):
    grants = tuple(
        consent.Grant(**{f: getattr(g, f) for f in g.__slots__} | {"effect": consent.Effect(g.effect.value)})
        for g in said.grants
    )
    return consent.Consent(**{f: getattr(said, f) for f in said.__slots__} | {"grants": grants})


def test_without_a_fault_nothing_differs():
    assert list(answers(*planted("none", "", ""))) == EXPECTED


@pytest.mark.parametrize(("module", "good", "bad"), FAULTS, ids=[f"{m}-{i}" for i, (m, _, _) in enumerate(FAULTS)])
def test_every_planted_fault_is_caught(module, good, bad):
    given = answers(*planted(module, good, bad))
    assert any(answer != expected for answer, expected in zip(given, EXPECTED, strict=True))
