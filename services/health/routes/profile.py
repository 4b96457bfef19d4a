"""A person's own clinical profile."""

from __future__ import annotations

import base64
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.guard import KNOWN_PARAMETERS_ONLY
from mydata_ledger.api.schemas import Hex, RecordView, to_hex
from mydata_ledger.formats.profile.kind import CLINICAL_PROFILE
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.derived import COMPUTE, DerivedRecord
from mydata_ledger.ledger.kernel import Kernel, OwnDerived
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(tags=["health service"])
OwnReaderKey = Annotated[str, Query(pattern="^0x([0-9a-fA-F]{2})+$", max_length=2_500, description="HPKE public key")]
TEXTS = {
    "none": "there is no clinical profile of you; it is built only if you sign a consent for it, which `turn_on` names",
    "building": "you consented; a profile is built once that is on chain and your records say something",
    "current": "this profile is built from your present records",
    "stale": "your records changed since this profile was built; no answer is computed from it until it is renewed",
}


class TurnOnView(BaseModel):
    """The consent by which a person has a profile built, and kept: it ends with that consent."""

    grantee: str
    grantee_name: str
    categories: list[str]
    purposes: list[str]
    actions: list[str]


class OwnProfileView(BaseModel):
    """The caller's profile. Open `wrapped_key` with the reader key for `record_id`, then `sealed` with the key inside.

    The content is JSON: `facts`, each with the places of its `sources`, which are `[record id, category, commitment]`.
    """

    state: str = Field(examples=["current"], description="none, building, current or stale")
    text: str
    turn_on: TurnOnView
    record_id: str = ""
    built_at: int = 0
    sealed: str = Field(default="", description="base64; empty without a profile")
    wrapped_key: Hex = "0x"
    receipt: int = Field(default=-1, description="position of the receipt in the access log; -1 without a profile")
    sources: list[RecordView] = Field(default=[], description="the records that the facts come from")


@router.get("/health/profile", dependencies=[KNOWN_PARAMETERS_ONLY])
def read_profile(caller: SignedIn, kernel: KernelDep, reader_key: OwnReaderKey) -> OwnProfileView:
    """The caller's own clinical profile, sealed for `reader_key`: age, sex, conditions, medicines, allergies and latest
    values, each fact with the records that it comes from.

    It is computed only by consent, and nobody else can read it. Without one the answer says how to have it built.
    """
    own = kernel.derived.questions.own(CLINICAL_PROFILE, caller.signer, read_hex(reader_key, "reader_key"))
    turn_on = _turn_on(kernel)
    if own is None:
        state = "building" if _consents(kernel, caller.signer) else "none"
        return OwnProfileView(state=state, text=TEXTS[state], turn_on=turn_on)
    state = "current" if own.fresh else "stale"
    return OwnProfileView(state=state, text=TEXTS[state], turn_on=turn_on, **_members(kernel, own))


def _members(kernel: Kernel, own: OwnDerived) -> dict[str, Any]:
    return {
        "record_id": to_hex(own.record.id),
        "built_at": own.record.built_at,
        "sealed": base64.b64encode(own.sealed).decode(),
        "wrapped_key": to_hex(own.wrapped_key),
        "receipt": own.receipt.position,
        "sources": _sources(kernel, own.record),
    }


def _sources(kernel: Kernel, record: DerivedRecord) -> list[RecordView]:
    wanted = {source.record_id for source in record.sources}
    records = kernel.queries.records_of(record.data_subject)
    return [RecordView.of(one) for one in records if one.issue.record_id in wanted]


def _turn_on(kernel: Kernel) -> TurnOnView:
    builder = kernel.derived.builder
    party = kernel.queries.party(builder)
    return TurnOnView(
        grantee=builder,
        grantee_name=party.name if party else "",
        categories=list(CLINICAL_PROFILE.reads),
        purposes=[CLINICAL_PROFILE.purpose],
        actions=[COMPUTE],
    )


def _consents(kernel: Kernel, person: bytes) -> bool:
    newest = kernel.queries.newest(person, kernel.derived.builder)
    consent = newest.signed.statement if newest else None
    return isinstance(consent, Consent) and any(CLINICAL_PROFILE.purpose in g.purposes for g in consent.grants)
