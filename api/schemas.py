"""Request forms and response views. Bytes are 0x-hex, times UTC seconds."""

from __future__ import annotations

import base64
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from mydata_ledger.api.numbers import Message, Seconds, Time
from mydata_ledger.ledger.conditions import MAX_CONDITIONS
from mydata_ledger.ledger.consent import NEVER, Effect, Grant
from mydata_ledger.ledger.kernel import Draft, Release
from mydata_ledger.ledger.notice import Notice
from mydata_ledger.ledger.receipt import LoggedStatement
from mydata_ledger.ledger.record import Record
from mydata_ledger.ledger.self_declared import is_self_declared
from mydata_ledger.ledger.typed_data import Domain, digest, message, numbers, read_hex

HEX32 = "^0x[0-9a-fA-F]{64}$"
Hex32 = Annotated[str, Field(pattern=HEX32, examples=["0x" + "ab" * 32])]
Hex = Annotated[str, Field(pattern="^0x([0-9a-fA-F]{2})*$", max_length=10_000)]
Term = Annotated[str, Field(min_length=1, max_length=200)]
Language = Annotated[str, Field(max_length=100, examples=["ko"])]
"""The language of a draft's summary (BCP 47); English if this ledger does not have it."""
Conditions = Annotated[
    list[Term], Field(max_length=MAX_CONDITIONS, description="of `GET /vocabulary`; all must hold", examples=[["once"]])
]
ZERO = "0x" + "00" * 32


class Order(StrEnum):
    """Which lines come first."""

    OLDEST = "oldest"
    NEWEST = "newest"


class Form(BaseModel):
    """A request form. Unknown members are refused, and each member needs its own JSON type ("5",
    5.0, true are not 5).
    """

    model_config = ConfigDict(extra="forbid", strict=True)


class GrantForm(Form):
    """One grant of a consent to be drafted."""

    effect: Annotated[Effect, Field(strict=False)] = Effect.PERMIT
    categories: Annotated[list[Term], Field(min_length=1, max_length=64, examples=[["health.lab"]])]
    purposes: Annotated[list[Term], Field(min_length=1, max_length=64, examples=[["hl7:CLINTRCH"]])]
    actions: Annotated[list[Term], Field(min_length=1, max_length=7, examples=[["view"]])]
    not_before: Seconds = 0
    expires: Seconds = NEVER
    data_from: Seconds = 0
    data_until: Seconds = 0
    records: Annotated[list[Hex32], Field(max_length=256)] = []
    conditions: Conditions = []

    def grant(self) -> Grant:
        """The kernel's grant."""
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
    """A signed statement: the typed data's message, its domain if the wallet returns it, and the signature."""

    message: Message
    signature: Hex
    domain: dict[str, Any] | None = None


class NoticeView(BaseModel):
    """A published notice; a consent carries its `hash`."""

    hash: str
    name: str
    version: int
    language: str
    text: str
    layers: list[str]
    outdated: bool

    @classmethod
    def of(cls, notice: Notice) -> NoticeView:
        """The view of a notice."""
        members = {name: getattr(notice, name) for name in ("name", "version", "language", "text", "outdated")}
        return cls(hash=to_hex(notice.digest), layers=list(notice.layers), **members)


class DraftView(BaseModel):
    """A statement to sign.

    `typed_data` is the argument of `eth_signTypedData_v4`; `digest`, its EIP-712 digest, is the WebAuthn challenge of a
    passkey. `notice` is the text to show; `summary` and `changes` are in plain words, `changes` against the version
    replaced.
    """

    typed_data: dict[str, Any]
    digest: str = Field(examples=[ZERO])
    notice: NoticeView | None = None
    summary: list[str] = []
    changes: list[str] = []


class AcceptedView(BaseModel):
    """Where an accepted statement is stored: its log and its position in it.

    `signature` is the one that its entry commits to: an account's in 65 bytes with v 27 or 28, any other as it came.
    """

    entry: Hex32
    signature: Hex
    log: str = Field(examples=["consents"])
    position: int
    status: str = Field(examples=["pending"])


class ReleaseView(BaseModel):
    """A released record. Open `wrapped_key` with your reader key, then open `sealed` with the key inside.

    Where the consent hides the data subject, `issue` carries your pseudonym for them as `dataSubject`.
    """

    record_id: Hex32
    sealed: str | None = Field(
        description="base64; null for a large record: download it from `/receipts/{position}/sealed`"
    )
    wrapped_key: Hex
    obligations: list[str]
    on_paper: list[Hex32] = Field(default=[], description="consents on paper, attested by two witnesses")
    receipt: dict[str, Any]
    issue: dict[str, Any]

    @classmethod
    def of(cls, release: Release) -> ReleaseView:
        """The view of a release."""
        statement = message(release.receipt.signed.statement)
        pseudonym = {"dataSubject": to_hex(release.pseudonym)} if release.pseudonym else {}
        return cls(
            record_id=to_hex(release.record.issue.record_id),
            sealed=None if release.sealed is None else base64.b64encode(release.sealed).decode(),
            wrapped_key=to_hex(release.wrapped_key),
            obligations=sorted(release.obligations),
            on_paper=[to_hex(entry) for entry in release.on_paper],
            receipt={
                "position": release.receipt.position,
                "request_id": statement["requestId"],
                "block": statement["block"],
            },
            issue=message(release.record.issue) | pseudonym,
        )


class RecordView(BaseModel):
    """A record in a list, without its content. `declared_by` is `self` for a document of the person's own."""

    record_id: Hex32
    category: str
    holder: str
    data_from: Time
    data_until: Time
    issued_at: int
    position: int
    status: str = Field(examples=["anchored"])
    declared_by: str = Field(default="holder", examples=["self"])

    @classmethod
    def of(cls, record: Record) -> RecordView:
        """The view of a record."""
        return cls(**record_document(record))


def record_document(record: Record) -> dict[str, Any]:
    """The members of a `RecordView`."""
    issue = record.issue
    status = "superseded" if record.superseded_by else "anchored" if record.anchored else "pending"
    identity = {"record_id": to_hex(issue.record_id), "category": issue.category, "holder": issue.holder}
    times = {name: numbers.shown(getattr(issue, name)) for name in ("data_from", "data_until", "issued_at")}
    shown = {"position": record.position, "status": "erased" if record.erased else status}
    return {**identity, **times, **shown, "declared_by": "self" if is_self_declared(issue) else "holder"}


def to_hex(raw: bytes) -> str:
    """Bytes as 0x-hex."""
    return "0x" + raw.hex()


def accepted(logged: LoggedStatement, status: str) -> AcceptedView:
    """The view of an accepted statement."""
    entry = logged.signed.entry
    named = {"entry": to_hex(entry.entry), "signature": to_hex(entry.signature)}
    return AcceptedView(**named, log=logged.signed.log, position=logged.position, status=status)


def draft_view(draft: Draft) -> DraftView:
    """The view of a draft, for a wallet or passkey."""
    notice = NoticeView.of(draft.notice) if draft.notice else None
    domain, summary, changes = draft.typed["domain"], list(draft.summary), list(draft.changes)
    typed_digest = to_hex(digest(draft.statement, Domain(domain["chainId"], domain["verifyingContract"])))
    return DraftView(typed_data=draft.typed, digest=typed_digest, notice=notice, summary=summary, changes=changes)
