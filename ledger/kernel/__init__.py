"""The kernel: consents, decisions, records and people as components over one `World` of ports."""

from __future__ import annotations

from dataclasses import dataclass

from mydata_ledger.ledger.kernel.background import Background
from mydata_ledger.ledger.kernel.background.questions import BackgroundQuestion
from mydata_ledger.ledger.kernel.consents import Consents
from mydata_ledger.ledger.kernel.consents.accept import AcceptedConsent, SubmittedConsent
from mydata_ledger.ledger.kernel.consents.delegate import DelegateAppointment
from mydata_ledger.ledger.kernel.consents.draft import GrantRequest
from mydata_ledger.ledger.kernel.consents.endings import EndedItem
from mydata_ledger.ledger.kernel.consents.paper_consent import WitnessedPaper
from mydata_ledger.ledger.kernel.consents.what_if import AnswerChange
from mydata_ledger.ledger.kernel.decisions import Decisions
from mydata_ledger.ledger.kernel.decisions.compute import OpenedRecord
from mydata_ledger.ledger.kernel.decisions.evaluate import (
    RecordDecision,
    Respond,
    answered,
    answered_about,
    check_permitted,
    decided,
)
from mydata_ledger.ledger.kernel.decisions.figures import Figure
from mydata_ledger.ledger.kernel.decisions.history import PastDecision, PointInTime
from mydata_ledger.ledger.kernel.decisions.record_questions import allowed
from mydata_ledger.ledger.kernel.decisions.release import RELEASING, Release, RequestedKey, check_hands_out
from mydata_ledger.ledger.kernel.decisions.search import RecordPage
from mydata_ledger.ledger.kernel.decisions.search_answers import page_answers, person_answers
from mydata_ledger.ledger.kernel.decisions.verify import RecordStatus
from mydata_ledger.ledger.kernel.derived import Derived
from mydata_ledger.ledger.kernel.derived.questions import OpenedDerived, OwnDerived
from mydata_ledger.ledger.kernel.derived.reading import OpenedSource
from mydata_ledger.ledger.kernel.draft import Draft
from mydata_ledger.ledger.kernel.jobs import JobFailure, JobLease, Jobs, JobState, ScheduledJob
from mydata_ledger.ledger.kernel.live import ChangedList, ChangeWatch, ListChange, LiveUpdates, account_of
from mydata_ledger.ledger.kernel.log_consumer import LogConsumer
from mydata_ledger.ledger.kernel.log_positions import LogReaders
from mydata_ledger.ledger.kernel.people import People
from mydata_ledger.ledger.kernel.people.asked_transfers import AskedTransfer
from mydata_ledger.ledger.kernel.people.copies import ReaderCopies
from mydata_ledger.ledger.kernel.people.deliveries import Delivery, Notifier
from mydata_ledger.ledger.kernel.people.link_content import OwnRecord
from mydata_ledger.ledger.kernel.people.links import Link
from mydata_ledger.ledger.kernel.people.requests import RequestTerms
from mydata_ledger.ledger.kernel.people.retention import Deadline
from mydata_ledger.ledger.kernel.people.reviews import Review
from mydata_ledger.ledger.kernel.people.shared_links import LinkTerms, NewLink
from mydata_ledger.ledger.kernel.queries import Queries
from mydata_ledger.ledger.kernel.records import Records
from mydata_ledger.ledger.kernel.records.issue import DraftedRecords, Upload
from mydata_ledger.ledger.kernel.records.prove import Proof
from mydata_ledger.ledger.kernel.signing import Signers
from mydata_ledger.ledger.kernel.statement_signing import StatementSigning
from mydata_ledger.ledger.kernel.world import Bounds, World, ports_of

__all__ = [
    "RELEASING",
    "AcceptedConsent",
    "AnswerChange",
    "AskedTransfer",
    "BackgroundQuestion",
    "Bounds",
    "ChangeWatch",
    "ChangedList",
    "Deadline",
    "DelegateAppointment",
    "Delivery",
    "Draft",
    "DraftedRecords",
    "EndedItem",
    "Figure",
    "GrantRequest",
    "JobFailure",
    "JobLease",
    "JobState",
    "Jobs",
    "Kernel",
    "LargeRecords",
    "Link",
    "LinkTerms",
    "ListChange",
    "NewLink",
    "Notifier",
    "OpenedDerived",
    "OpenedRecord",
    "OpenedSource",
    "OwnDerived",
    "OwnRecord",
    "PastDecision",
    "PointInTime",
    "Proof",
    "ReaderCopies",
    "RecordDecision",
    "RecordPage",
    "RecordStatus",
    "Release",
    "RequestTerms",
    "RequestedKey",
    "Respond",
    "Review",
    "ScheduledJob",
    "Signers",
    "SubmittedConsent",
    "Upload",
    "WitnessedPaper",
    "World",
    "account_of",
    "allowed",
    "answered",
    "answered_about",
    "check_hands_out",
    "check_permitted",
    "decided",
    "page_answers",
    "person_answers",
    "ports_of",
]


@dataclass(frozen=True, slots=True, repr=False)
class Kernel:
    """All operations of the API and the services. Each component is given the world and the few components that it
    calls; no component inherits from another.
    """

    statements: StatementSigning
    consents: Consents
    decisions: Decisions
    derived: Derived
    people: People
    records: Records
    queries: Queries
    background: Background
    log_consumer: LogConsumer
    log_readers: LogReaders
    jobs: Jobs
    live: LiveUpdates

    @classmethod
    def of(cls, world: World) -> Kernel:
        """The kernel over one world."""
        statements = StatementSigning(world)
        consents = Consents.of(world, statements)
        decisions = Decisions.of(world, statements, consents)
        derived = Derived.of(world, decisions)
        people = People.of(world, statements, consents, decisions)
        return cls(
            statements=statements,
            consents=consents,
            decisions=decisions,
            derived=derived,
            people=people,
            records=Records.of(world, statements, people, derived, consents.acting),
            queries=Queries(world),
            background=Background.of(world),
            log_consumer=LogConsumer(world, consents.endings, people),
            log_readers=LogReaders(world),
            jobs=Jobs(world),
            live=LiveUpdates(world, decisions.releases),
        )
