"""The one door: `may(category, purpose)` turns a request into a release, or into a receipt and a refusal."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request

from api.auth import SignedIn, Verbs
from ledger.kernel import Release
from ledger.typed_data import read_hex

RecordId = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$", description="record id, 32 bytes in 0x-hex")]
IncidentEntry = Annotated[str | None, Query(pattern="^0x[0-9a-fA-F]{64}$", description="entry of a declared incident")]
ReaderKey = Annotated[
    str | None, Query(max_length=2_500, description="HPKE public key for those without an accredited one: tag and key")
]


async def raw_body(request: Request) -> bytes:
    """The body's exact bytes, where a record must be kept as it was received."""
    return await request.body()


RawBody = Annotated[bytes, Depends(raw_body)]


def may(category: str, purpose: str, action: str = "view") -> Any:
    """The dependency that releases `record_id` to the caller for this purpose, or raises AccessDenied."""

    def open_door(
        record_id: RecordId,
        caller: SignedIn,
        kernel: Verbs,
        incident: IncidentEntry = None,
        reader_key: ReaderKey = None,
    ) -> Release:
        request = kernel.request(caller.name, read_hex(record_id, "record_id", 32), category, purpose, action)
        request = replace(request, incident=read_hex(incident, "incident", 32) if incident else bytes(32))
        return kernel.access(request, read_hex(reader_key, "reader_key") if reader_key else b"")

    return Depends(open_door)
