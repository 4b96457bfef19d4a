"""A record issued to the wrong person: withdrawn from them and issued to the right one."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.routes.records import SignedIssue, UploadForm
from mydata_ledger.api.schemas import Form, Hex32, SignedForm, to_hex
from mydata_ledger.ledger.record import Erasure, Issue
from mydata_ledger.ledger.typed_data import parse, read_domain, read_hex

router = APIRouter(tags=["records"])


class ReissueForm(Form):
    """The record that the wrong person has, and the record of the right one with its content."""

    record_id: Hex32
    record: UploadForm


class ReissueDrafts(BaseModel):
    """Two statements for the holder to sign: the erasure of the wrong record, and the issue of the right one."""

    erasure: dict[str, Any]
    issue: dict[str, Any]


class SignedReissue(Form):
    """Both signed statements."""

    erasure: SignedForm
    issue: SignedIssue


class ReissueResult(BaseModel):
    """The positions of erasure and issue in the log, and the new record."""

    erasure: int
    issue: int
    record_id: Hex32


@router.post("/records/reissues/drafts", status_code=201)
def draft_reissue(form: ReissueForm, caller: SignedIn, kernel: KernelDep) -> ReissueDrafts:
    """Draft the withdrawal of a record that the caller issued to the wrong person, and its issue to the right one."""
    upload = form.record.upload(kernel, caller.name)
    erasure, issue = kernel.records.reissues.draft(caller.name, read_hex(form.record_id, "record_id", 32), upload)
    return ReissueDrafts(erasure=erasure.typed, issue=issue.typed)


@router.post("/records/reissues", status_code=202)
def submit_reissue(form: SignedReissue, kernel: KernelDep, _: SignedIn) -> ReissueResult:
    """Submit both statements; they are accepted together or not at all, and submitting them again changes nothing.

    Both persons are notified, without a content and without the other person. What rested on the wrong record ends.
    """
    erasure = parse(Erasure, form.erasure.message), read_hex(form.erasure.signature, "signature")
    issue = parse(Issue, form.issue.message), read_hex(form.issue.signature, "signature")
    erased, issued = kernel.records.reissues.accept(erasure, issue, read_domain(form.erasure.domain))
    return ReissueResult(erasure=erased.position, issue=issued.position, record_id=to_hex(issue[0].record_id))
