"""Everything about one person as one download (GDPR article 20, Korean PIPA article 35-2).

Statements are proof documents, which `mydata verify` checks offline; work items beside the logs are included. The zip
is written page by page while it is sent.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from secrets import token_hex
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import orjson
from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from mydata_ledger.api.acting import AsPerson
from mydata_ledger.api.auth import AppContext, AppContextDep, SignedIn, subject_bytes
from mydata_ledger.api.proof_documents import certificate_document, proof_document
from mydata_ledger.api.routes.links import LinkView
from mydata_ledger.api.schemas import Form, Hex, NoticeView, to_hex
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import DelegationState, office_of
from mydata_ledger.ledger.errors import NotEntitled, NotFound
from mydata_ledger.ledger.kernel import Kernel, Proof
from mydata_ledger.ledger.kernel.consents.acting import DelegateActions
from mydata_ledger.ledger.kernel.people.requests import SEEN_BY_PERSON
from mydata_ledger.ledger.kernel.work_items import DELIVERY, MESSAGE, WISHES
from mydata_ledger.ledger.message import of_person
from mydata_ledger.ledger.receipt import CONSENTS, LOGS
from mydata_ledger.ledger.work_item import WorkItem

router = APIRouter(tags=["timeline"])
PAGE, PIECE_SIZE = 200, 1 << 16
EXPORT = "export"
ATTACHMENT = {"Content-Disposition": 'attachment; filename="mydata-export.zip"'}
ZIPPED: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}
}
README = """Everything MyData Ledger holds about one person, and what proves it.

proofs/      one proof document a line: consents (with withdrawals and delegations), records, erasures, access (every
             question, also the refused). Check them with: mydata verify proofs/consents.ndjson --rpc URL
records/     the records' contents with their proofs, where `mydata export` opened them for you
notices      the texts that were signed             messages, deliveries   messages to you, and their delivery
requests     requests for your consent              wishes                 your standing wishes
links        what you share by link

MyData Ledger가 한 사람에 대해 가지고 있는 모든 것과 그 증명입니다.
proofs/는 동의·기록·삭제·열람의 증명이며 `mydata verify`로 오프라인에서 확인합니다.
"""
Json = dict[str, Any]
Files = Iterator[tuple[str, Iterator[bytes]]]


@router.get("/me/export", responses=ZIPPED)
def download_export(acting: AsPerson, context: AppContextDep) -> StreamingResponse:
    """Everything about the caller as a zip: consents, records and accesses with inclusion proofs, and the work items
    beside the logs. Contents of records stay sealed: `mydata export` opens and adds them.
    """
    return _download(acting.signer, acting.person, context)


class ExportForm(Form):
    """The person whose data a delegate downloads."""

    data_subject: Hex


@router.post("/exports", responses=ZIPPED)
def download_export_as_delegate(form: ExportForm, caller: SignedIn, context: AppContextDep) -> StreamingResponse:
    """Everything about a person as a zip, for a delegate whose delegation covers every category (`*`).

    The person is notified. The download stops when the delegation ends, and the withdrawal that ends the delegation
    lists it.
    """
    return _download(caller.signer, subject_bytes(form.data_subject), context)


def _download(signer: bytes, person: bytes, context: AppContext) -> StreamingResponse:
    acting = context.kernel.consents.acting
    delegation, reference = acting.office(signer, person, ["*"]), token_hex(16)
    body = zipped(_files(person, context), context.kernel.queries.now())
    if delegation:
        context.kernel.people.inbox.report_download(person, signer, reference)
    pieces = _while_entitled(body, delegation, reference, acting)
    return StreamingResponse(pieces, media_type="application/zip", headers=ATTACHMENT)


def _while_entitled(
    pieces: Iterator[bytes], delegation: DelegationState | None, reference: str, acting: DelegateActions
) -> Iterator[bytes]:
    """The pieces while the delegation lasts. The download is recorded at its first piece, so that one which never
    began leaves nothing behind.
    """
    acting.begin(delegation, EXPORT, reference, ["*"])
    try:
        for piece in pieces:
            if not acting.may_go_on(delegation.entry if delegation else b"", EXPORT, reference):
                raise NotEntitled("the delegation ended, and the download with it")
            yield piece
    finally:
        acting.finish(delegation, EXPORT, reference)


def zipped(files: Files, at_time: int) -> Iterator[bytes]:
    """A zip file in pieces, in constant memory; its members are dated `at_time` (UTC seconds)."""
    pieces, moment = _ZipBuffer(), time.gmtime(at_time)[:6]
    with ZipFile(pieces, "w") as archive:
        for name, lines in files:
            info = ZipInfo(name, moment)
            info.compress_type, info.external_attr = ZIP_DEFLATED, 0o600 << 16
            with archive.open(info, "w", force_zip64=True) as member:
                for line in lines:
                    member.write(line)
                    if len(pieces.held) > PIECE_SIZE:
                        yield pieces.take()
    yield pieces.take()


class _ZipBuffer:
    """A write-only file whose content is taken out while it is written."""

    def __init__(self) -> None:
        self.held = bytearray()

    def write(self, data: bytes) -> int:
        self.held += data
        return len(data)

    def flush(self) -> None:
        return

    def close(self) -> None:
        return

    def take(self) -> bytes:
        taken, self.held = bytes(self.held), bytearray()
        return taken


def _files(person: bytes, context: AppContext) -> Files:
    kernel, registries = context.kernel, dict(context.settings.registries)
    ends = {log: kernel.queries.head(log).size for log in LOGS}
    heads = {log: {"size": size} for log, size in ends.items()}
    manifest = {"kind": "mydata-export-1", "person": to_hex(person), "heads": heads, "registries": registries}
    yield "README.txt", iter([README.encode()])
    yield "about.json", iter([orjson.dumps(manifest, option=orjson.OPT_INDENT_2)])
    for log in LOGS:
        yield f"proofs/{log}.ndjson", _json_lines(_proof_documents(log, person, ends[log], context))
    yield "proofs/erasures.ndjson", _json_lines(_erasures(person, context))
    yield "notices.ndjson", _json_lines(_notices(person, kernel))
    party = of_person(person)
    yield "messages.ndjson", _json_lines(map(_work_item_document, _work_items(kernel, MESSAGE, party=party)))
    yield "deliveries.ndjson", _json_lines(map(_work_item_document, _work_items(kernel, DELIVERY, party=party)))
    requests = chain.from_iterable(_work_items(kernel, kind, person=person) for kind in SEEN_BY_PERSON)
    yield "requests.ndjson", _json_lines(map(_work_item_document, requests))
    yield "wishes.ndjson", _json_lines(map(_work_item_document, _work_items(kernel, WISHES, person=person)))
    yield "links.ndjson", _json_lines(LinkView.of(link).model_dump() for link in kernel.people.links.of(person))


def _proof_documents(log: str, person: bytes, end: int, context: AppContext) -> Iterator[Json]:
    """Proof documents of what the log had about the person when the download began."""
    kernel, after = context.kernel, -1
    while page := [
        logged for logged in kernel.queries.statements_about(log, person, after, PAGE) if logged.position < end
    ]:
        for proof in kernel.records.proofs.prove_all(log, page):
            yield _document(proof, person, context)
        after = page[-1].position


def _document(proof: Proof, person: bytes, context: AppContext) -> Json:
    kernel, registries, statement = context.kernel, dict(context.settings.registries), proof.logged.signed.statement
    document = proof_document(proof, registries)
    if isinstance(statement, Consent) and (notice := kernel.queries.notice(statement.notice_hash)):
        document["notice"] = {"language": notice.language, "text": notice.text}
    if isinstance(statement, Consent | Revocation) and statement.signer != statement.data_subject:
        delegations = kernel.queries.delegations_of(person)
        if delegation := office_of(statement.signer, statement.signed_at, proof.logged.position, delegations):
            document["delegation"] = proof_document(
                kernel.records.proofs.prove(CONSENTS, delegation.position), registries
            )
    return document


def _erasures(person: bytes, context: AppContext) -> Iterator[Json]:
    """The certificate of every erasure that was carried out; others have none yet."""
    kernel, registries = context.kernel, dict(context.settings.registries)
    for record in kernel.queries.records_of(person):
        with suppress(NotFound):
            yield certificate_document(*kernel.records.erasures.certificate(person, record.issue.record_id), registries)


def _notices(person: bytes, kernel: Kernel) -> Iterator[Json]:
    hashes = dict.fromkeys(state.consent.notice_hash for state in kernel.queries.consents_of(person))
    notices = (kernel.queries.notice(digest) for digest in hashes)
    return (NoticeView.of(notice).model_dump() for notice in notices if notice)


def _work_items(kernel: Kernel, kind: str, **filters: Any) -> Iterator[WorkItem]:
    after = b""
    while page := kernel.queries.work_items(kind, after=after, limit=PAGE, **filters):
        yield from page
        after = page[-1].id


def _work_item_document(item: WorkItem) -> Json:
    return {"id": to_hex(item.id), "kind": item.kind, "state": item.state, "party": item.party, "body": item.body}


def _json_lines(values: Iterable[Json]) -> Iterator[bytes]:
    return (orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE) for value in values)
