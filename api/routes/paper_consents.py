"""Consents and withdrawals that a person without a device signed on paper before two witnesses."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from mydata_ledger.api.auth import KernelDep, SignedIn, person_of
from mydata_ledger.api.ended_items import ReplacedView, replaced
from mydata_ledger.api.numbers import Message
from mydata_ledger.api.routes.consents import ConsentDraftForm, RevocationDraftForm, grant_request, parse_grantee
from mydata_ledger.api.schemas import (
    DraftView,
    Form,
    Hex,
    Hex32,
    Language,
    SignedForm,
    draft_view,
)
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.kernel import WitnessedPaper
from mydata_ledger.ledger.typed_data import parse, read_hex
from mydata_ledger.ledger.wording import ENGLISH

router = APIRouter(tags=["on paper"])
KINDS: dict[str, type[Consent | Revocation]] = {"Consent": Consent, "Revocation": Revocation}
StatementKind = Annotated[str, Field(pattern="^(Consent|Revocation)$", examples=["Consent"])]


class PaperConsentForm(ConsentDraftForm):
    """The consent as written on the paper; the caller is the second witness, who will sign it for the person."""

    data_subject: Hex


class PaperRevocationForm(RevocationDraftForm):
    """The withdrawal as written on the paper; the caller is the second witness, who will sign it for the person."""

    data_subject: Hex


class WitnessStatementForm(Form):
    """The statement that the second witness will sign (the message of its typed data), and the record with the scan of
    the paper. The caller is the first witness.
    """

    kind: StatementKind
    message: Message
    scan: Hex32
    language: Language = ENGLISH


class PaperForm(Form):
    """The statement signed by the second witness, the first witness's signed statement (`word`), and the record with
    the scan.
    """

    kind: StatementKind
    statement: SignedForm
    word: SignedForm
    scan: Hex32


@router.post("/papers/consents/drafts")
def draft_paper_consent(form: PaperConsentForm, caller: SignedIn, kernel: KernelDep) -> DraftView:
    """Draft the consent that is on the paper, for the second witness to sign."""
    kernel.consents.acting.check_witness(caller.signer)
    person = person_of(form.data_subject, caller)
    return draft_view(kernel.consents.drafts.consent(grant_request(form, kernel, caller.signer, person)))


@router.post("/papers/revocations/drafts")
def draft_paper_revocation(form: PaperRevocationForm, caller: SignedIn, kernel: KernelDep) -> DraftView:
    """Draft the withdrawal that is on the paper, for the second witness to sign."""
    kernel.consents.acting.check_witness(caller.signer)
    data_subject, secret = read_hex(form.data_subject, "data_subject"), read_hex(form.secret, "secret", 32)
    draft = kernel.consents.drafts.revocation(
        data_subject, parse_grantee(form.grantee), secret, caller.signer, form.language
    )
    return draft_view(draft)


@router.post("/papers/words/drafts")
def draft_witness_statement(form: WitnessStatementForm, caller: SignedIn, kernel: KernelDep) -> DraftView:
    """Draft the first witness's statement that the person signed exactly this on the scanned paper."""
    statement = parse(KINDS[form.kind], form.message)
    scan = read_hex(form.scan, "scan", 32)
    return draft_view(kernel.consents.paper.draft_witness_statement(statement, caller.signer, scan, form.language))


@router.post("/papers", status_code=202)
def submit_paper_statement(form: PaperForm, kernel: KernelDep, caller: SignedIn) -> ReplacedView:
    """Submit both signed statements.

    A consent permits access once it is on chain, and is marked as a consent on paper wherever it is shown; a withdrawal
    denies access at once.
    """
    logged = kernel.consents.paper.accept(_witnessed(form), read_hex(form.scan, "scan", 32))
    status = "denies now" if form.kind == "Revocation" else "pending"
    return replaced(logged, status, kernel.consents.endings.ended_by(logged), kernel, caller.signer)


def _witnessed(form: PaperForm) -> WitnessedPaper:
    signature, witness_statement = (
        read_hex(form.statement.signature, "signature"),
        read_hex(form.word.signature, "signature"),
    )
    statement = parse(KINDS[form.kind], form.statement.message)
    return WitnessedPaper(statement, signature, parse(Delegation, form.word.message), witness_statement)
