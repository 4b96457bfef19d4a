"""Everything about one person as one download (GDPR article 20, Korean PIPA article 35-2): statements as proof
documents, which `mydata verify` checks offline, and what lies beside the logs. Written page by page while it is sent.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from secrets import token_hex
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import orjson
from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from mydata_ledger.api.auth import AppContext, AppContextDep, SignedIn, subject_bytes
from mydata_ledger.api.routes.links import LinkView
from mydata_ledger.api.schemas import Form, Hex, NoticeView, certificate_document, proof_document, shown
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import DelegationState, office_of
from mydata_ledger.ledger.errors import NotEntitled, NotFound
from mydata_ledger.ledger.kernel import Kernel, Proof
from mydata_ledger.ledger.kernel.consents.acting import DelegateActions
from mydata_ledger.ledger.kernel.work_items import DELIVERY, MESSAGE, REQUEST, WISHES
from mydata_ledger.ledger.message import of_person
from mydata_ledger.ledger.receipt import CONSENTS, LOGS
from mydata_ledger.ledger.work_item import WorkItem

router = APIRouter(tags=["timeline"])
PAGE, PIECE = 200, 1 << 16
EXPORT = "export"
ATTACHMENT = {"Content-Disposition": 'attachment; filename="mydata-export.zip"'}
ZIPPED: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}
}
ABOUT = """Everything MyData Ledger holds about one person, and what proves it.

proofs/      one proof document a line: consents (with withdrawals and delegations), records, erasures, access (every
             question, also the refused). Check them with: mydata verify proofs/consents.ndjson --rpc URL
records/     the records' contents with their proofs, where `mydata export` opened them for you
notices      the texts that were signed             messages, deliveries   what you were told, and where
requests     what was asked of you                  wishes                 what you wish to be asked
links        what you share by link

MyData Ledger가 한 사람에 대해 가지고 있는 모든 것과 그 증명입니다.
proofs/는 동의·기록·삭제·열람의 증명이며 `mydata verify`로 오프라인에서 확인합니다.
"""
Json = dict[str, Any]
Files = Iterator[tuple[str, Iterator[bytes]]]


@router.get("/me/export", responses=ZIPPED)
def export(caller: SignedIn, house: AppContextDep) -> StreamingResponse:
    """All about the caller as a zip: consents, records and accesses with inclusion proofs, and what lies beside the
    logs. The records' contents stay sealed: `mydata export` opens and adds them.
    """
    body = zipped(_files(caller.signer, house), house.kernel.queries.now())
    return StreamingResponse(body, media_type="application/zip", headers=ATTACHMENT)


class ExportForm(Form):
    """Whose data is downloaded by their delegate."""

    data_subject: Hex


@router.post("/exports", responses=ZIPPED)
def export_for(form: ExportForm, caller: SignedIn, house: AppContextDep) -> StreamingResponse:
    """All about a person as a zip, for a delegate whose delegation covers every category (`*`). It breaks off when the
    delegation ends, and the withdrawal that ends it names it. The person is told of it.
    """
    person, acting = subject_bytes(form.data_subject), house.kernel.consents.acting
    office, reference = acting.office(caller.signer, person, ["*"]), token_hex(16)
    body = zipped(_files(person, house), house.kernel.queries.now())
    if office:
        house.kernel.people.inbox.report_download(person, caller.signer, reference)
    pieces = _while_entitled(body, office, reference, acting)
    return StreamingResponse(pieces, media_type="application/zip", headers=ATTACHMENT)


def _while_entitled(
    pieces: Iterator[bytes], office: DelegationState | None, reference: str, acting: DelegateActions
) -> Iterator[bytes]:
    """Noted when the first piece is asked for, so that a download that never began leaves nothing behind."""
    acting.begin(office, EXPORT, reference, ["*"])
    try:
        for piece in pieces:
            if not acting.may_go_on(office.entry if office else b"", EXPORT, reference):
                raise NotEntitled("the delegation ended, and the download with it")
            yield piece
    finally:
        acting.finish(office, EXPORT, reference)


def zipped(files: Files, at: int) -> Iterator[bytes]:
    """A zip in pieces, in constant memory; `at` is the UTC second its members are dated."""
    pieces, moment = _Pieces(), time.gmtime(at)[:6]
    with ZipFile(pieces, "w") as archive:
        for name, lines in files:
            info = ZipInfo(name, moment)
            info.compress_type, info.external_attr = ZIP_DEFLATED, 0o600 << 16
            with archive.open(info, "w", force_zip64=True) as member:
                for line in lines:
                    member.write(line)
                    if len(pieces.held) > PIECE:
                        yield pieces.take()
    yield pieces.take()


class _Pieces:
    """A file that is only written to, and emptied on the way."""

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


def _files(person: bytes, house: AppContext) -> Files:
    kernel, registries = house.kernel, dict(house.settings.registries)
    ends = {log: kernel.queries.head(log).size for log in LOGS}
    heads = {log: {"size": size} for log, size in ends.items()}
    about = {"kind": "mydata-export-1", "person": shown(person), "heads": heads, "registries": registries}
    yield "README.txt", iter([ABOUT.encode()])
    yield "about.json", iter([orjson.dumps(about, option=orjson.OPT_INDENT_2)])
    for log in LOGS:
        yield f"proofs/{log}.ndjson", _lines(_documents(log, person, ends[log], house))
    yield "proofs/erasures.ndjson", _lines(_erasures(person, house))
    yield "notices.ndjson", _lines(_notices(person, kernel))
    whom = of_person(person)
    yield "messages.ndjson", _lines(map(_plain, _papers(kernel, MESSAGE, party=whom)))
    yield "deliveries.ndjson", _lines(map(_plain, _papers(kernel, DELIVERY, party=whom)))
    yield "requests.ndjson", _lines(map(_plain, _papers(kernel, REQUEST, person=person)))
    yield "wishes.ndjson", _lines(map(_plain, _papers(kernel, WISHES, person=person)))
    yield "links.ndjson", _lines(LinkView.of(link).model_dump() for link in kernel.people.links.of(person))


def _documents(log: str, person: bytes, end: int, house: AppContext) -> Iterator[Json]:
    """What the log said about the person when the download began, each with what it rests on."""
    kernel, after = house.kernel, -1
    while page := [one for one in kernel.queries.statements_about(log, person, after, PAGE) if one.position < end]:
        for proof in kernel.records.proofs.prove_all(log, page):
            yield _document(proof, person, house)
        after = page[-1].position


def _document(proof: Proof, person: bytes, house: AppContext) -> Json:
    kernel, registries, said = house.kernel, dict(house.settings.registries), proof.logged.signed.statement
    document = proof_document(proof, registries)
    if isinstance(said, Consent) and (notice := kernel.queries.notice(said.notice_hash)):
        document["notice"] = {"language": notice.language, "text": notice.text}
    if isinstance(said, Consent | Revocation) and said.signer != said.data_subject:
        offices = kernel.queries.delegations_of(person)
        if office := office_of(said.signer, said.signed_at, proof.logged.position, offices):
            document["delegation"] = proof_document(kernel.records.proofs.prove(CONSENTS, office.position), registries)
    return document


def _erasures(person: bytes, house: AppContext) -> Iterator[Json]:
    """The certificate of every erasure that is carried out; others have none yet."""
    kernel, registries = house.kernel, dict(house.settings.registries)
    for record in kernel.queries.records_of(person):
        with suppress(NotFound):
            yield certificate_document(*kernel.records.erasures.certificate(person, record.issue.record_id), registries)


def _notices(person: bytes, kernel: Kernel) -> Iterator[Json]:
    hashes = dict.fromkeys(state.consent.notice_hash for state in kernel.queries.consents_of(person))
    found = (kernel.queries.notice(one) for one in hashes)
    return (NoticeView.of(notice).model_dump() for notice in found if notice)


def _papers(kernel: Kernel, kind: str, **of: Any) -> Iterator[WorkItem]:
    after = b""
    while page := kernel.queries.work_items(kind, after=after, limit=PAGE, **of):
        yield from page
        after = page[-1].id


def _plain(paper: WorkItem) -> Json:
    return {"id": shown(paper.id), "kind": paper.kind, "state": paper.state, "party": paper.party, "body": paper.body}


def _lines(values: Iterable[Json]) -> Iterator[bytes]:
    return (orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE) for value in values)
