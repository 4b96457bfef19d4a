"""Possible faults in the rule, and in the search, which does not ask the rule about every record: the meaning of each,
and the text that plants it.
"""

from mydata_ledger.anchors.store.facts import delegations, facts, search
from mydata_ledger.api import acting
from mydata_ledger.ledger import access, decide, delegation, equivalence
from mydata_ledger.ledger.kernel.consents import draft as drafting
from mydata_ledger.ledger.kernel.people import link_content, requests
from mydata_ledger.ledger.kernel.records import large_records
from tests.ledger.figure_faults import FIGURE_FAULTS

FAULTS = [
    ("an erased record is still given", "decide", "record is None or record.erased", "record is None"),
    ("a question about another category is answered", "decide", "record.issue.category != request.category", "False"),
    ("being the person permits every purpose", "decide", "return own and request.purpose == SELF_VIEW", "return own"),
    (
        "the purpose of self view permits anybody",
        "decide",
        "return own and request.purpose == SELF_VIEW",
        "return request.purpose == SELF_VIEW",
    ),
    ("a block is overlooked", "decide", "if facts.blocked:", "if False:"),
    (
        "a blocked answer has no findings",
        "decide",
        "Decision(False, Reason.BLOCKED, findings=findings)",
        "Decision(False, Reason.BLOCKED)",
    ),
    (
        "a permit outranks a forbid",
        "decide",
        "    if forbids:\n        return Decision(False",
        "    if forbids and not permits:\n        return Decision(False",
    ),
    ("a forbid comes after the emergency", "decide", "    if forbids:\n", "    if forbids and not emergency:\n"),
    ("an outdated notice stops emergency access", "decide", "    if emergency:\n", "    if emergency and not stale:\n"),
    (
        "an outdated notice is not the reported reason",
        "decide",
        "    if stale:\n",
        "    if stale and len(verdicts) > 1:\n",
    ),
    (
        "emergency access is reported as consented",
        "decide",
        "Decision(True, Reason.BROKE_GLASS",
        "Decision(True, Reason.CONSENTED",
    ),
    (
        "a purpose below emergency treatment gives no emergency access",
        "decide",
        "EMERGENCY in request.purposes",
        "EMERGENCY == request.purpose",
    ),
    ("every purpose gives emergency access", "decide", "EMERGENCY in request.purposes", "True"),
    (
        "the accreditation of somebody else gives emergency access",
        "decide",
        "and facts.requester.account == request.requester",
        "",
    ),
    (
        "every accredited party gets emergency access, not only responders",
        "decide",
        "and facts.requester.plays(RESPONDER, at_time)",
        "",
    ),
    (
        "an incident of another responder or person gives emergency access",
        "decide",
        "and facts.incident.covers(request.requester, facts.record.issue.data_subject, at_time)",
        "",
    ),
    ("somebody else's consent counts", "decide", "state.consent.data_subject != record.issue.data_subject", "False"),
    ("a consent to everyone is ignored", "decide", "state.consent.grantee == ANYONE or ", ""),
    ("a consent to another counts", "decide", "or state.consent.grantee in names", "or True"),
    ("a superseded version counts", "decide", "if state.revoked or state.superseded:", "if state.revoked:"),
    ("a withdrawn consent counts", "decide", "if state.revoked or state.superseded:", "if state.superseded:"),
    (
        "a withdrawal is reported as a newer version",
        "decide",
        "Finding.REVOKED if state.revoked else Finding.SUPERSEDED",
        "Finding.SUPERSEDED if state.superseded else Finding.REVOKED",
    ),
    (
        "a scope that does not match is reported as one that is not satisfied",
        "decide",
        "Finding.NO_SATISFIED_POLICY if covering else Finding.NO_MATCHING_POLICY",
        "Finding.NO_SATISFIED_POLICY",
    ),
    (
        "the period of the data is ignored",
        "decide",
        "if g.reaches(record.issue.data_from, record.issue.data_until)]",
        "]",
    ),
    ("the window of a grant is ignored", "decide", "if grant.open_at(at_time)]", "]"),
    (
        "a window that has not begun is reported as one that ended",
        "decide",
        "Finding.NOT_YET if early else Finding.EXPIRED",
        "Finding.EXPIRED",
    ),
    (
        "a window that ended is reported as one that has not begun",
        "decide",
        "any(at_time < grant.not_before",
        "any(at_time <= grant.expires",
    ),
    (
        "forbids are not considered first",
        "decide",
        "if grant.effect is Effect.FORBID]:",
        "if grant.effect is Effect.PERMIT and grant.conditions]:",
    ),
    ("one met condition is enough", "decide", "all(_meets(", "any(_meets("),
    ("a consent to everyone permits", "decide", "if not met or state.consent.grantee == ANYONE:", "if not met:"),
    ("a consent permits before it is on chain", "decide", "if not state.anchored:", "if False:"),
    (
        "a consent under a replaced notice permits",
        "decide",
        "Finding.NEEDS_RECONSENT if state.notice_outdated else Finding.PERMITS",
        "Finding.PERMITS",
    ),
    (
        "grants whose conditions do not hold are named as deciding",
        "decide",
        "else Finding.PERMITS, met",
        "else Finding.PERMITS, current",
    ),
    (
        "forbids that are not open are named as deciding",
        "decide",
        "return state, Finding.FORBIDS, forbids",
        "return state, Finding.FORBIDS, reaching",
    ),
    (
        "no grant is named as deciding",
        "decide",
        "if finding is wanted for index, _ in grants)",
        "if False for index, _ in grants)",
    ),
    (
        "a yes has no obligations",
        "decide",
        "Decision(True, Reason.CONSENTED, permits, _obligations(verdicts), findings)",
        "Decision(True, Reason.CONSENTED, permits, findings=findings)",
    ),
    ("obligations of one permit only", "decide", "in permits if grant.cond", "in permits[:1] if grant.cond"),
    (
        "conditions that are no obligations are reported as obligations",
        "terms",
        "if term and term.name in OBLIGATIONS]",
        "if term]",
    ),
    (
        "what each condition `only` shows is an obligation of its own",
        "terms",
        'return each | {f"only:{SEPARATOR.join(shown)}"}',
        'return each | {f"only:{one}" for one in shown}',
    ),
    (
        "of several members that a grant shows one is shown",
        "terms",
        "SEPARATOR.join(shown)",
        "SEPARATOR.join(shown[:1])",
    ),
    (
        "members that alone are shown are no obligation beside another one",
        "terms",
        "return each | {f",
        "return each or {f",
    ),
    (
        "that members alone are shown is no obligation",
        "terms",
        "    return each | {f",
        "    return each if shown else {f",
    ),
    (
        "a condition that nobody knows is met",
        "decide",
        "    if term is None:\n        return False",
        "    if term is None:\n        return True",
    ),
    (
        "whoever holds a record, the holders that a grant names are overlooked",
        "decide",
        "is_named(terms, FROM, holder) and ",
        "",
    ),
    (
        "the holder that a grant names is the requester",
        "decide",
        "is_named(terms, FROM, holder)",
        "is_named(terms, FROM, request.requester)",
    ),
    (
        "a grant about an account permits records",
        "decide",
        ' and is_named(terms, ASSET, planned.asset if planned else "")',
        "",
    ),
    (
        "a grant about an account permits the collection of any",
        "decide",
        'is_named(terms, ASSET, planned.asset if planned else "")',
        '(planned or is_named(terms, ASSET, ""))',
    ),
    (
        "of several holders or accounts all would have to be meant",
        "terms",
        "return not named or value in named",
        "return not named or [value] == named",
    ),
    (
        "a grant that names a holder or an account permits nothing",
        "terms",
        "return not named or value in named",
        "return not named",
    ),
    (
        "an address of a holder in lower case is another one",
        "terms",
        "return cls(name, address) if address else None",
        "return cls(name, value) if address else None",
    ),
    ("once means once for all records", "decide", "state.uses_of_record == 0", "state.uses == 0"),
    ("once means twice", "decide", "state.uses_of_record == 0", "state.uses_of_record <= 1"),
    ("one use too many", "decide", "state.uses < term.number", "state.uses <= term.number"),
    (
        "the number of uses counts each record by itself",
        "decide",
        "state.uses < term.number",
        "state.uses_of_record < term.number",
    ),
    (
        "`every-days` permits at any time",
        "decide",
        "at_time - state.last_use >= term.number * DAY",
        "True",
    ),
    (
        "with `every-days` a record that was never used is refused",
        "decide",
        "state.last_use is None or",
        "state.last_use is not None and",
    ),
    ("`every-days` permits once", "decide", "or at_time - state.last_use >= term.number * DAY", ""),
    (
        "with `every-days` a used record is permitted a second early",
        "decide",
        "at_time - state.last_use >= term.number * DAY",
        "at_time - state.last_use >= term.number * DAY - 1",
    ),
    (
        "with `every-days` a used record is permitted a second late",
        "decide",
        "state.last_use >= term",
        "state.last_use > term",
    ),
    ("`every-days` counts hours", "decide", "term.number * DAY", "term.number * 3_600"),
    ("`every-days` means every day", "decide", "term.number * DAY", "DAY"),
    (
        "a use in the future counts as one long ago",
        "decide",
        "at_time - state.last_use >= term.number * DAY",
        "abs(at_time - state.last_use) >= term.number * DAY or at_time < state.last_use",
    ),
    (
        "the number of uses decides `every-days`",
        "decide",
        "state.last_use is None or at_time - state.last_use >= term.number * DAY",
        "state.uses_of_record == 0",
    ),
    ("a permission for figures permits records", "decide", 'return request.action == "compute"', "return True"),
    (
        "an emergency purpose alone gives emergency access",
        "decide",
        "            return is_emergency(request, facts, at_time)\n        case",
        "            return EMERGENCY in request.purposes\n        case",
    ),
    (
        "a consent for emergencies permits only what an emergency reaches by itself",
        "decide",
        "            return is_emergency(request, facts, at_time)\n        case",
        "            return breaks_glass(request, facts, at_time)\n        case",
    ),
    (
        "an emergency reaches every category",
        "decide",
        "is_emergency(request, facts, at_time) and scope.reaches(",
        "is_emergency(request, facts, at_time) or scope.reaches(",
    ),
    (
        "an incident reaches what only its extension may reach",
        "decide",
        "facts.incident is not None and facts.incident.extended",
        "facts.incident is not None",
    ),
    (
        "an extension reaches no more than its incident",
        "decide",
        "facts.incident is not None and facts.incident.extended",
        "False",
    ),
    (
        "the narrower scope holds a second late",
        "emergency",
        "at_time < self.since or",
        "at_time <= self.since or",
    ),
    ("earlier answers fall under the narrower scope", "emergency", "at_time < self.since or ", ""),
    (
        "an emergency reaches a record of a category above its scope",
        "emergency",
        "category_covers(above, category)",
        "category_covers(category, above)",
    ),
    (
        "an emergency reaches no category below its scope",
        "emergency",
        "category_covers(above, category)",
        "above == category",
    ),
    (
        "under an extension the urgent categories are out of reach",
        "emergency",
        "self.urgent + self.further if extended",
        "self.further if extended",
    ),
    (
        "the extension of another responder or person counts",
        "emergency",
        "(self.responder, self.data_subject) == (requester, data_subject)\n            and bool(self.reason",
        "bool(self.reason",
    ),
    ("an extension needs no reason", "emergency", "and bool(self.reason.strip())", ""),
    (
        "an extension is open for more than a day",
        "emergency",
        "at_time < self.until <= self.not_before + EXTENSION_SECONDS",
        "at_time < self.until",
    ),
    (
        "an extension ends a second late",
        "emergency",
        "at_time < self.until <=",
        "at_time <= self.until <=",
    ),
    (
        "an extension holds though its incident was not open when it was signed",
        "emergency",
        "return was_open and self.extension.covers",
        "return self.extension.covers",
    ),
    (
        "an extension holds only while its incident is open",
        "emergency",
        "self.incident.covers(requester, data_subject, self.extension.not_before)",
        "self.incident.covers(requester, data_subject, at_time)",
    ),
    (
        "an extension is open before it begins",
        "emergency",
        "and self.not_before <= at_time < self.until",
        "and at_time < self.until",
    ),
    ("retained a second too long", "decide", "return at_time < term.number", "return at_time <= term.number"),
    (
        "a window opens a second late",
        "consent",
        "self.not_before <= at_time < self.expires",
        "self.not_before < at_time < self.expires",
    ),
    (
        "a window closes a second late",
        "consent",
        "self.not_before <= at_time < self.expires",
        "self.not_before <= at_time <= self.expires",
    ),
    (
        "`health.la` covers `health.lab`",
        "consent",
        'requested.startswith(granted + ".")',
        "requested.startswith(granted)",
    ),
    (
        "a category covers what lies above it",
        "consent",
        'requested.startswith(granted + ".")',
        'granted.startswith(requested + ".")',
    ),
    ("a category covers itself only", "consent", 'or requested.startswith(granted + ".")', ""),
    (
        "a narrow forbid does not reach a record of the wider category",
        "consent",
        " or (self.effect is Effect.FORBID and _may_be_in_scope(*scope))",
        "",
    ),
    (
        "a narrow permit reaches a record of the wider category",
        "consent",
        "(self.effect is Effect.FORBID and _may_be_in_scope(*scope))",
        "_may_be_in_scope(*scope)",
    ),
    ("data of before 1970 has a known time", "consent", "data_until <= 1:", "not data_until:"),
    ("a purpose covers itself only", "consent", '{"*", *purposes}', '{"*", purposes[0]}'),
    ("a grant of every purpose covers none", "consent", '{"*", *purposes}', "{*purposes}"),
    ("the action is ignored", "consent", "and action in self.actions", ""),
    ("named records are all records", "consent", "and (not self.records or record_id in self.records)", ""),
    ("data of an unknown time satisfies a permit", "consent", "return self.effect is Effect.FORBID\n", "return True\n"),
    ("data of an unknown time is not forbidden", "consent", "return self.effect is Effect.FORBID\n", "return False\n"),
    ("a forbid reaches data from its end on", "consent", "data_from < end and", "data_from <= end and"),
    (
        "a forbid reaches data up to its start",
        "consent",
        "(data_until or NEVER) > self.data_from",
        "(data_until or NEVER) >= self.data_from",
    ),
    (
        "a permit reaches data beyond its end",
        "consent",
        "self.data_from <= data_from and (data_until or NEVER) <= end",
        "self.data_from <= data_from",
    ),
    (
        "a permit reaches data before its start",
        "consent",
        "self.data_from <= data_from and (data_until or NEVER) <= end",
        "(data_until or NEVER) <= end",
    ),
]

SEARCH = [
    (
        "forget delegates",
        equivalence,
        " if consent.signer == consent.data_subject else None",
        "",
        ("law", "search"),
    ),
    (
        "forget delegates whose office ended",
        facts,
        "return state if is_in_office else replace",
        "return state or replace",
        ("search",),
    ),
    ("forget blocks", access, "any(state.blocks(at_time) for state in consents)", "False", ("facts",)),
    ("forget blocks of everyone", search, 'if not self._snapshot.is_named(values["anyone"])', "if True", ("search",)),
    ("forget incidents", equivalence, " or incident is not None", "", ("law", "search")),
    ("forget incidents in facts", access, ", blocked, self.incident", ", blocked, None", ("facts",)),
    (
        "forget data periods",
        equivalence,
        "grant.records or grant.data_from or grant.data_until",
        "grant.records",
        ("law", "search"),
    ),
    (
        "forget chosen records",
        equivalence,
        "grant.records or grant.data_from or grant.data_until",
        "grant.data_from or grant.data_until",
        ("law", "search"),
    ),
    ("forget uses", equivalence, " or grant.counts_uses", "", ("law", "search")),
    (
        "forget uses in facts",
        facts,
        "with_uses(state, uses, record_keys) if state.consent.counts_uses else state",
        "state",
        ("search",),
    ),
    ("forget notice state", equivalence, "grants, consent.notice_hash", "grants, bytes(32)", ("law", "search")),
    (
        "forget notice state in facts",
        facts,
        "notice_outdated=consent.notice_hash in outdated",
        "notice_outdated=False",
        ("search",),
    ),
    ("forget that grants have windows of their own", equivalence, "len(windows) != 1 or ", "", ("law",)),
    ("forget whether a window has begun", equivalence, "2 * begun", "2", ("law",)),
    ("forget whether a window has ended", equivalence, " + unended", "", ("law",)),
    ("forget what is on chain", equivalence, "4 * anchored", "4", ("law",)),
    ("forget who asks about themselves", equivalence, "question.purpose == SELF_VIEW or ", "", ("law",)),
]


DELEGATES = [
    (
        "a delegation that ended by time shows",
        delegation,
        "and delegation.not_before <= at_time < delegation.expires\n\n    def shows",
        "and delegation.not_before <= at_time\n\n    def shows",
        ("rule", "age"),
    ),
    (
        "a delegation that has not begun shows",
        delegation,
        "and delegation.not_before <= at_time < delegation.expires\n\n    def shows",
        "and at_time < delegation.expires\n\n    def shows",
        ("rule", "api"),
    ),
    (
        "a delegation of another person shows",
        delegation,
        "delegation.data_subject == data_subject and delegation",
        "delegation",
        ("rule",),
    ),
    (
        "the categories of a delegation are ignored by the rule",
        delegation,
        " and delegation.covers((category,))",
        "",
        ("rule", "api"),
    ),
    (
        "the delegation of another delegate shows",
        delegation,
        "counts and delegation.delegate == signer and",
        "counts and",
        ("rule", "api"),
    ),
    (
        "a delegation shows before it is on chain",
        delegation,
        "self.anchored and stands(self) and not",
        "stands(self) and not",
        ("rule", "api"),
    ),
    (
        "a revoked or replaced delegation shows",
        delegation,
        "self.anchored and stands(self) and not",
        "self.anchored and not",
        ("rule", "api"),
    ),
    (
        "a witness statement on paper shows",
        delegation,
        "stands(self) and not delegation.on_paper",
        "stands(self)",
        ("rule",),
    ),
    (
        "a delegate may do with a record whatever the person may",
        decide,
        " or request.action not in DELEGATE_ACTIONS",
        "",
        ("rule", "api"),
    ),
    (
        "a further key of the person is held back by a block",
        decide,
        "if _is_own_device(",
        "if False and (",
        ("rule", "own"),
    ),
    (
        "every delegate reads as a further key of the person",
        decide,
        "in facts.delegations if state.delegation.is_own_device)",
        "in facts.delegations)",
        ("rule", "own"),
    ),
    (
        "somebody else names a further key of the person",
        delegation,
        " and self.delegator == self.data_subject",
        "",
        ("rule",),
    ),
    (
        "a further key reads for any purpose",
        decide,
        "if not facts.delegations or request.purpose != SELF_VIEW:",
        "if not facts.delegations:",
        ("rule",),
    ),
    ("a delegate reads for any purpose", decide, " or request.purpose != SELF_VIEW or", " or", ("rule",)),
    (
        "a delegation outranks a forbid",
        decide,
        "    if forbids:\n        return Decision(False",
        "    if forbids and not delegated:\n        return Decision(False",
        ("rule",),
    ),
    (
        "a view is reported as consented",
        decide,
        "Decision(True, Reason.DELEGATED, findings",
        "Decision(True, Reason.CONSENTED, findings",
        ("rule",),
    ),
    (
        "the database forgets delegations",
        delegations,
        "== data_subject:\n        return ()",
        "!= b'':\n        return ()",
        ("search",),
    ),
    (
        "the categories of a delegation are ignored in lists",
        acting,
        "return self.office is None or self.office.covers(categories or ANY)",
        "return True",
        ("api",),
    ),
    (
        "a list is filtered for the person too late, so that a page tells what is left out",
        acting,
        "while len(found) < limit and (page := read(after, limit)):",
        "for page in [read(after, limit)]:",
        ("pages",),
    ),
    (
        "signer and person are swapped in the receipt of a view",
        acting,
        "log_view(requester_name(signer), person,",
        "log_view(requester_name(person), signer,",
        ("receipts",),
    ),
    (
        "a view leaves no receipt",
        acting,
        "    ledger.decisions.search.log_view(requester_name(signer), person, office.categories)\n",
        "",
        ("receipts",),
    ),
    (
        "signer and person are swapped in a draft",
        drafting,
        "signer=wish.signer or wish.data_subject,",
        "signer=wish.data_subject,",
        ("api",),
    ),
    (
        "a draft shows grants that the delegation does not cover",
        requests,
        "if present and not covers({category for grant in present for category in grant.categories}):",
        "if False:",
        ("api",),
    ),
    (
        "a request about any category is refused for the person",
        requests,
        "request.data_subject == data_subject and covers(request.categories)",
        "request.data_subject == data_subject",
        ("api",),
    ),
    (
        "a link is read in the name of the person",
        link_content,
        "self._opened(scope.maker, records)",
        "self._opened(scope.person, records)",
        ("receipts",),
    ),
    (
        "a download goes on when the delegation has ended",
        large_records,
        "if receipt.reason == Reason.DELEGATED:",
        "if False:",
        ("stream",),
    ),
]
"""Each with the checks of `test_delegate_faults` that catch it."""


def table() -> str:
    """The faults as listed in docs/faults.md."""
    rule = [(meaning, module, good, bad) for meaning, module, good, bad in FAULTS]
    search = [(meaning, module.__name__.rpartition(".")[2], good, bad) for meaning, module, good, bad, _ in SEARCH]
    delegates = [
        (meaning, module.__name__.rpartition(".")[2], good, bad) for meaning, module, good, bad, _ in DELEGATES
    ]
    figures = [(meaning, module.__name__.rpartition(".")[2], good, bad) for meaning, module, good, bad in FIGURE_FAULTS]
    tables = [
        INTRODUCTION,
        *_rows(rule),
        OF_THE_SEARCH,
        *_rows(search),
        OF_DELEGATES,
        *_rows(delegates),
        OF_FIGURES,
        *_rows(figures),
    ]
    return "\n".join([*tables, ""])


def _rows(faults) -> list[str]:
    return [
        f"| {number} | {meaning} | `{module}.py` | {_code(good)} | {_code(bad)} |"
        for number, (meaning, module, good, bad) in enumerate(faults, start=1)
    ]


def _code(text: str) -> str:
    line = " ".join(text.split()).replace("|", "\\|")
    return f"`` {line} ``" if line else "(dropped)"


INTRODUCTION = """# Faults planted in the rule

Each row is a fault that `tests/ledger/test_decide_faults.py` plants in the text of `ledger/decide.py`,
`ledger/consent.py` or `ledger/emergency.py`. The rule with the fault is asked 30,000 questions whose times are at the
edges of windows. The answers are compared with the definition in `tests/ledger/definition.py`, which shares no code
with the rule: reason, deciding grants, obligations, and the finding about each consent. The test fails if a fault
changes no answer, if a fault no longer fits the text, or if this table is not current (`python -m tests.ledger.faults`
writes it). All are caught.

| no. | what it would mean | in | sound | planted |
|---:|---|---|---|---|"""
OF_THE_SEARCH = """
## Faults planted in the search

A search asks the rule once for all records for which its answer must be equal. Each row is a fault that
`tests/ledger/test_search_faults.py` plants in `ledger/equivalence.py`, which says which records those are, or in the
code that collects the facts. A fault is caught in one of three ways: by the law that equal keys mean equal decisions,
by a definition of the facts, or by random people and records in a database, compared with a store that shares no code
with it and decides each record by itself.

| no. | what it would mean | in | sound | planted |
|---:|---|---|---|---|"""

OF_FIGURES = """
## Faults planted in the comparison of figures

`tests/ledger/test_figures.py` plants each, and asks for random tables on random days. What is released is checked
against the earlier rule, which is written a second time in `tests/ledger/figure_faults.py`. All are caught.

| no. | what it would mean | in | sound | planted |
|---:|---|---|---|---|"""
OF_DELEGATES = """
## Faults planted in what delegates see

Each row is a fault that `tests/api/test_delegate_faults.py` plants where the rule, the database or the API decides what
a guardian or another delegate sees and does (ADR 56). It is caught by the definition of the rule, by the comparison of
every route with what the delegation covers, by the receipts that a view leaves, or by a database that is compared with
a store that shares no code with it.

| no. | what it would mean | in | sound | planted |
|---:|---|---|---|---|"""

if __name__ == "__main__":
    from pathlib import Path

    Path(__file__).parents[2].joinpath("docs/faults.md").write_text(table(), encoding="utf-8")
