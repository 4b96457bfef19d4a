"""Views of the health service."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel


class SkippedView(BaseModel):
    """A part of the file that became no record, and why.

    `entry` is its index, `place` where it stands (`entry[3]`, `line 4`; empty: the whole file). With `refused` it may
    be about the person and is not issued; without, it describes no person, or has no resource by the standard.
    """

    entry: int
    resource_type: str
    reason: str
    place: str
    refused: bool


class DuplicateResource(BaseModel):
    """A resource of the file that was not drafted: the caller's own record `record_id` stands with this content."""

    resource_type: str
    place: str
    record_id: str


class BundleDrafts(BaseModel):
    """One statement to sign for each record of the bundle, the skipped resources, and the duplicates."""

    drafts: list[dict[str, Any]]
    skipped: list[SkippedView]
    duplicates: list[DuplicateResource] = []
