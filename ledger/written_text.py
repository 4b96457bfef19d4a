"""Text that people write as names and short statements: which characters it may have."""

from __future__ import annotations

ALLOWED_INVISIBLE = frozenset("\u200c\u200d\u00a0\u202f\u3000")
"""Characters that writing needs though Python calls them unprintable: the zero-width non-joiner and joiner (Persian,
Indic scripts, emoji), the no-break spaces (French), the ideographic space. Controls of the direction of text are not
among them: they make a text look like another one.
"""


def is_written_text(text: str) -> bool:
    """Whether every character is printable or one of ALLOWED_INVISIBLE."""
    return text.isprintable() or all(c.isprintable() or c in ALLOWED_INVISIBLE for c in text)


def is_name(text: str, longest: int) -> bool:
    """Whether the text is a name of 1 to `longest` characters, of which one can be seen."""
    visible = any(not c.isspace() and c not in ALLOWED_INVISIBLE for c in text)
    return visible and len(text) <= longest and is_written_text(text)
