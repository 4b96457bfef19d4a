"""Views of the health service."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel


class SkippedView(BaseModel):
    """A resource that is no record, and why."""

    entry: int
    resource_type: str
    reason: str


class BundleDrafts(BaseModel):
    """One statement to sign for each record of the bundle, and the skipped resources."""

    drafts: list[dict[str, Any]]
    skipped: list[SkippedView]
