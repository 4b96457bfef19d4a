"""What a person without a device signed on paper: drafted for two witnesses, handed in by both together."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.routes.consents import ConsentDraftForm, RevocationDraftForm, grantee_of, wish_of
from mydata_ledger.api.schemas import (
    DraftView,
    Form,
    Hex,
    Hex32,
    Language,
    ReplacedView,
    SignedForm,
    draft_view,
    replaced,
)
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.kernel import WitnessedPaper
from mydata_ledger.ledger.typed_data import parse, read_hex
from mydata_ledger.ledger.wording import ENGLISH

router = APIRouter(tags=["on paper"])
KINDS: dict[str, type[Consent | Revocation]] = {"Consent": Consent, "Revocation": Revocation}
Kind = Annotated[str, Field(pattern="^(Consent|Revocation)$", examples=["Consent"])]


class PaperConsentForm(ConsentDraftForm):
    """What stands on the paper; the caller is the second witness, who will sign it for the person."""

    data_subject: Hex


class PaperRevocationForm(RevocationDraftForm):
    """Whose consent a paper ends; the caller is the second witness, who will sign it for the person."""

    data_subject: Hex


class WitnessStatementForm(Form):
    """The statement the second witness will sign (its typed data's message), and the record of the paper's scan; the
    caller is the first witness.
    """

    kind: Kind
    message: dict[str, Any]
    scan: Hex32
    language: Language = ENGLISH


class PaperForm(Form):
    """The statement as the second witness signed it, the first one's signed word, and the record of the scan."""

    kind: Kind
    statement: SignedForm
    word: SignedForm
    scan: Hex32


@router.post("/papers/consents/drafts")
def draft_consent(form: PaperConsentForm, caller: SignedIn, kernel: KernelDep) -> DraftView:
    """The consent as it stands on the paper, for the second witness's wallet."""
    return draft_view(kernel.consents.drafts.consent(wish_of(form, caller, kernel)))


@router.post("/papers/revocations/drafts")
def draft_revocation(form: PaperRevocationForm, caller: SignedIn, kernel: KernelDep) -> DraftView:
    """The withdrawal as it stands on the paper, for the second witness's wallet."""
    whose, secret = read_hex(form.data_subject, "data_subject"), read_hex(form.secret, "secret", 32)
    draft = kernel.consents.drafts.revocation(whose, grantee_of(form.grantee), secret, caller.signer, form.language)
    return draft_view(draft)


@router.post("/papers/words/drafts")
def draft_word(form: WitnessStatementForm, caller: SignedIn, kernel: KernelDep) -> DraftView:
    """The first witness's word: that the person signed exactly this on the paper that was scanned."""
    statement = parse(KINDS[form.kind], form.message)
    scan = read_hex(form.scan, "scan", 32)
    return draft_view(kernel.consents.paper.draft_witness_statement(statement, caller.signer, scan, form.language))


@router.post("/papers", status_code=202)
def hand_in(form: PaperForm, kernel: KernelDep, _: SignedIn) -> ReplacedView:
    """Hand in both. A consent permits once it is on chain, marked as standing on paper wherever it counts; a withdrawal
    denies now.
    """
    logged = kernel.consents.paper.accept(_witnessed(form), read_hex(form.scan, "scan", 32))
    status = "denies now" if form.kind == "Revocation" else "pending"
    return replaced(logged, status, kernel.consents.endings.ended_by(logged))


def _witnessed(form: PaperForm) -> WitnessedPaper:
    signature, word = read_hex(form.statement.signature, "signature"), read_hex(form.word.signature, "signature")
    said = parse(KINDS[form.kind], form.statement.message)
    return WitnessedPaper(said, signature, parse(Delegation, form.word.message), word)
