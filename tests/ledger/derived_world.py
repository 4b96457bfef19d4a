"""A ledger with a kind of derived record: the sum of the numbers in a person's records."""

import json
from dataclasses import replace

from mydata_ledger.ledger.consent import Consent, Effect, Grant, Revocation
from mydata_ledger.ledger.derived import DerivedKind
from mydata_ledger.ledger.errors import InvalidStatement
from mydata_ledger.ledger.kernel import GrantRequest, Upload
from mydata_ledger.ledger.receipt import LOGS
from mydata_ledger.ledger.record import Erasure, Issue
from mydata_ledger.ledger.vocabulary import Catalog, Term, Vocabulary
from testing.ledger_fixture import CATALOG, LAB, NOTICE, VITALS, LedgerFixture, drafted

BUILDING, RESEARCH = "mydata:SUM", "hl7:CLINTRCH"
SUM = DerivedKind("sum", "health.sum", (LAB, VITALS), BUILDING)
WORDS = Catalog(
    "sums",
    {"health.sum": Term("Sum", "합계"), "health.note": Term("Notes", "메모")},
    {BUILDING: Term("Sums", "합계")},
    derived=frozenset({"health.sum"}),
)
VOCABULARY = Vocabulary([CATALOG, WORDS])


def permit(*categories, purpose=RESEARCH, actions=("compute",), conditions=(), effect=Effect.PERMIT, **terms):
    grant = Grant(effect, categories or ("health",), (purpose,), actions, 0, 2**63 - 1, conditions=conditions)
    return replace(grant, **terms)


def make(opened, _):
    """The numbers of the records, by id; a record that is not a number says nothing."""
    numbers = {one.source.record_id.hex(): json.loads(one.content) for one in opened}
    if any(number == "broken" for number in numbers.values()):
        raise InvalidStatement("it cannot be read")
    used = tuple(one.source for one in opened if isinstance(numbers[one.source.record_id.hex()], int))
    return (json.dumps(numbers).encode(), used) if used else None


class DerivedWorld(LedgerFixture):
    """`rebuild_due()` does the work of the slice's statements and job."""

    def __init__(self, store=None, vocabulary=VOCABULARY, kind=SUM):
        self.read_to = dict.fromkeys(LOGS, 0)
        self.kind = kind
        super().__init__(vocabulary, store)

    @property
    def derived(self):
        return self.kernel.derived

    def turn_on(self, *grants):
        granted = grants or [permit(*self.kind.reads, purpose=self.kind.purpose)]
        logged = self.says(self.operator.address, list(granted))
        self.anchor()
        return logged

    def number(self, value, category=LAB, supersedes=bytes(32), person=None):
        subject = (person or self.ann).signer
        upload = Upload(subject, category, "application/json", json.dumps(value).encode(), supersedes=supersedes)
        (draft,) = self.kernel.records.issues.draft(self.hospital.address, [upload])
        issue = drafted(draft, Issue)
        self.kernel.records.issues.accept([(issue, self.sign(self.hospital, issue))])
        return issue.record_id

    def consent_of(self, person, grantee, *grants):
        request = GrantRequest(person.signer, grantee, grants, NOTICE.digest, bytes(32))
        draft = self.kernel.consents.drafts.consent(request)
        logged = self.kernel.consents.acceptance.accept(drafted(draft, Consent), self.sign(person, draft.statement))
        self.anchor()
        return logged

    def withdraws(self, grantee):
        draft = self.kernel.consents.drafts.revocation(self.ann.signer, grantee.address, bytes(32))
        return self.kernel.consents.revocations.accept(drafted(draft, Revocation), self.sign(self.ann, draft.statement))

    def erase(self, record_id):
        (draft,) = self.kernel.records.erasures.draft(self.ann.signer, [record_id])
        erasure = drafted(draft, Erasure)
        return self.kernel.records.erasures.accept([(erasure, self.sign(self.ann, erasure))])

    def hear(self):
        """Let the service process the statements that it has not processed."""
        for log in LOGS:
            while logged := self.store.log.statement_at(log, self.read_to[log]):
                self.derived.builds.consider(self.kind, logged)
                self.read_to[log] += 1

    def rebuild_due(self, making=make):
        self.hear()
        return self.derived.builds.work(self.kind, making, 100)

    def held(self, person=None):
        return self.derived.held.of(self.kind, [(person or self.ann).signer]).get((person or self.ann).signer)

    def ask(self, requester=None, purpose=RESEARCH, action="compute", record=None):
        """The answer about the present derived record, and the receipt."""
        record = record or self.held().record
        account = (requester or self.trial).address
        ((answer, receipt),) = self.derived.questions.ask(self.kind, [record], account, purpose, action)
        return answer, receipt

    def computed(self, requester=None, purpose=RESEARCH):
        return list(self.derived.questions.compute(self.kind, (requester or self.trial).address, purpose))
