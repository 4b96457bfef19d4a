"""The forms that come in and go out. Bytes are 0x-hex, times UTC seconds."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from mydata_ledger.ledger.consent import NEVER, Effect, Grant
from mydata_ledger.ledger.kernel import Draft, EndedItem, Proof, Release
from mydata_ledger.ledger.notice import Notice
from mydata_ledger.ledger.receipt import LoggedStatement
from mydata_ledger.ledger.record import Record
from mydata_ledger.ledger.typed_data import Domain, digest, message, read_hex

HEX32 = "^0x[0-9a-fA-F]{64}$"
Hex32 = Annotated[str, Field(pattern=HEX32, examples=["0x" + "ab" * 32])]
Hex = Annotated[str, Field(pattern="^0x([0-9a-fA-F]{2})*$", max_length=10_000)]
Seconds = Annotated[int, Field(ge=0, le=NEVER, examples=[1_800_000_000])]
Term = Annotated[str, Field(min_length=1, max_length=200)]
Language = Annotated[str, Field(max_length=100, examples=["ko"])]
"""In which the summary of a draft is wanted (BCP 47); English where it is not spoken here."""
ZERO = "0x" + "00" * 32


class Form(BaseModel):
    """What comes in has the named members and no others, each of its own JSON type: "5", 5.0 and true are no 5."""

    model_config = ConfigDict(extra="forbid", strict=True)


class GrantForm(Form):
    """One line of a consent to be drafted."""

    effect: Annotated[Effect, Field(strict=False)] = Effect.PERMIT
    categories: Annotated[list[Term], Field(min_length=1, max_length=64, examples=[["health.lab"]])]
    purposes: Annotated[list[Term], Field(min_length=1, max_length=64, examples=[["hl7:CLINTRCH"]])]
    actions: Annotated[list[Term], Field(min_length=1, max_length=7, examples=[["view"]])]
    not_before: Seconds = 0
    expires: Seconds = NEVER
    data_from: Seconds = 0
    data_until: Seconds = 0
    records: Annotated[list[Hex32], Field(max_length=256)] = []
    conditions: Annotated[list[Term], Field(max_length=16, examples=[["once"]])] = []

    def grant(self) -> Grant:
        """The kernel's word for it."""
        return Grant(
            effect=self.effect,
            categories=tuple(self.categories),
            purposes=tuple(self.purposes),
            actions=tuple(self.actions),
            not_before=self.not_before,
            expires=self.expires,
            data_from=self.data_from,
            data_until=self.data_until,
            records=tuple(read_hex(record, "records", 32) for record in self.records),
            conditions=tuple(self.conditions),
        )


class SignedForm(Form):
    """A statement as a wallet returns it: the typed data's message, its domain if the wallet tells, the signature."""

    message: dict[str, Any]
    signature: Hex
    domain: dict[str, Any] | None = None


class NoticeView(BaseModel):
    """A published notice; `hash` is what a consent carries."""

    hash: str
    name: str
    version: int
    language: str
    text: str
    layers: list[str]
    outdated: bool

    @classmethod
    def of(cls, notice: Notice) -> NoticeView:
        """The notice with the hash that is signed."""
        return cls(
            hash=shown(notice.digest),
            name=notice.name,
            version=notice.version,
            language=notice.language,
            text=notice.text,
            layers=list(notice.layers),
            outdated=notice.outdated,
        )


class DraftView(BaseModel):
    """What to sign: the argument of `eth_signTypedData_v4`, its EIP-712 digest, which a passkey takes as WebAuthn
    challenge, the notice to show, what it says in plain words, and what it changes in the version it replaces.
    """

    typed_data: dict[str, Any]
    digest: str = Field(examples=[ZERO])
    notice: NoticeView | None = None
    summary: list[str] = []
    changes: list[str] = []


class AcceptedView(BaseModel):
    """Where a statement lies."""

    entry: Hex32
    log: str = Field(examples=["consents"])
    position: int
    status: str = Field(examples=["pending"])


class EndedView(BaseModel):
    """One thing that rested on a consent and ended with it. A `wrapped_key` was handed out before: its holder is told
    to delete it, and no other is given.
    """

    kind: str = Field(examples=["link"])
    reference: str
    holder: str
    since: int


class ReplacedView(AcceptedView):
    """Where a statement lies, and what ended with the one it replaces."""

    ended: list[EndedView]


class ReleaseView(BaseModel):
    """A record for the one who asked: open `wrapped_key` with your reader key, then `sealed` with what was in it.

    Where the consent hides whom it is about, `issue` carries a pseudonym of yours as `dataSubject`.
    """

    record_id: Hex32
    sealed: str | None = Field(description="base64; null for a large record: fetch `/receipts/{position}/sealed`")
    wrapped_key: Hex
    obligations: list[str]
    on_paper: list[Hex32] = Field(
        default=[], description="consents it rests on that two witnesses vouch for, not a key"
    )
    receipt: dict[str, Any]
    issue: dict[str, Any]

    @classmethod
    def of(cls, release: Release) -> ReleaseView:
        """The release as it leaves the house."""
        said = message(release.receipt.signed.statement)
        pseudonym = {"dataSubject": shown(release.pseudonym)} if release.pseudonym else {}
        return cls(
            record_id=shown(release.record.issue.record_id),
            sealed=None if release.sealed is None else base64.b64encode(release.sealed).decode(),
            wrapped_key=shown(release.wrapped_key),
            obligations=sorted(release.obligations),
            on_paper=[shown(entry) for entry in release.on_paper],
            receipt={"position": release.receipt.position, "request_id": said["requestId"], "block": said["block"]},
            issue=message(release.record.issue) | pseudonym,
        )


class RecordView(BaseModel):
    """A record in a list: never its content."""

    record_id: Hex32
    category: str
    holder: str
    data_from: int
    data_until: int
    issued_at: int
    position: int
    status: str = Field(examples=["anchored"])

    @classmethod
    def of(cls, record: Record) -> RecordView:
        """The record without its content."""
        return cls(**record_document(record))


def record_document(record: Record) -> dict[str, Any]:
    """What a `RecordView` has."""
    issue = record.issue
    status = "superseded" if record.superseded_by else "anchored" if record.anchored else "pending"
    whose = {"record_id": shown(issue.record_id), "category": issue.category, "holder": issue.holder}
    when = {"data_from": issue.data_from, "data_until": issue.data_until, "issued_at": issue.issued_at}
    return {**whose, **when, "position": record.position, "status": "erased" if record.erased else status}


def shown(raw: bytes) -> str:
    """0x-hex."""
    return "0x" + raw.hex()


def accepted(logged: LoggedStatement, status: str) -> AcceptedView:
    """Where it lies now."""
    return AcceptedView(
        entry=shown(logged.signed.entry.entry), log=logged.signed.log, position=logged.position, status=status
    )


def replaced(logged: LoggedStatement, status: str, ended: Iterable[EndedItem]) -> ReplacedView:
    """Where it lies now, and what ended with what it replaces."""
    views = [EndedView(kind=one.kind, reference=one.reference, holder=one.holder, since=one.since) for one in ended]
    return ReplacedView(**accepted(logged, status).model_dump(), ended=views)


def draft_view(draft: Draft) -> DraftView:
    """A draft as a wallet or passkey needs it."""
    notice = NoticeView.of(draft.notice) if draft.notice else None
    place = draft.typed["domain"]
    signed = shown(digest(draft.statement, Domain(place["chainId"], place["verifyingContract"])))
    return DraftView(
        typed_data=draft.typed, digest=signed, notice=notice, summary=list(draft.summary), changes=list(draft.changes)
    )


def proof_document(proof: Proof, registries: dict[str, str]) -> dict[str, Any]:
    """A statement with all a stranger needs to check it; `mydata verify` reads this file."""
    signed, head = proof.logged.signed, proof.head
    checkpoint = {"size": head.size, "root": shown(head.root)} if head else None
    return {
        "kind": type(signed.statement).__name__,
        "domain": proof.domain.describe(),
        "message": message(signed.statement),
        "signature": shown(signed.entry.signature),
        "salt": shown(signed.entry.salt),
        "lock": shown(signed.entry.lock),
        "entry": shown(signed.entry.entry),
        "log": signed.log,
        "position": proof.logged.position,
        "checkpoint": checkpoint,
        "inclusion": [shown(hash_) for hash_ in proof.path],
        "registries": registries,
    }


def certificate_document(erasure: Proof, issue: Proof, registries: dict[str, str]) -> dict[str, Any]:
    """An erasure with the issue of the record it erased: both show a stranger who was entitled to it."""
    return proof_document(erasure, registries) | {"issue": proof_document(issue, registries)}
