"""A part of a file that cannot be used, and why: it holds up no other part."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BadPart:
    """Where it begins in the file (a line, from 1), and why it cannot be used. The reason quotes nothing of it."""

    line: int
    reason: str
