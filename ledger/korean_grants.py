"""What a grant permits or forbids, as a Korean sentence: a frame for each action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mydata_ledger.ledger.korean import with_particle


@dataclass(frozen=True, slots=True)
class Frame:
    """How a sentence names an action on data: the data with `particle`, `object_word`, and the verb, as it is joined to
    another one (`joined`) and as it ends the sentence (`last`).
    """

    particle: str
    object_word: str
    joined: str
    last: str

    def head(self, data: str) -> str:
        """The words before the verb."""
        return f"{with_particle(data, self.particle)} {self.object_word}".rstrip() + " "


FRAMES: Mapping[str, Frame] = {
    "view": Frame("을", "", "열람하거나 ", "열람할"),
    "copy": Frame("을", "", "복사하거나 ", "복사할"),
    "transfer": Frame("을", "", "전송받거나 ", "전송받을"),
    "publish": Frame("을", "", "공개하거나 ", "공개할"),
    "link": Frame("을", "다른 자료와", "결합하거나 ", "결합할"),
    "compute": Frame("으로", "통계를", "계산하거나 ", "계산할"),
    "contact": Frame("과", "관련하여", "연락하거나 ", "연락할"),
}
ANY_USE = Frame("을", "", "이용하거나 ", "이용할")
THESE_DATA = "이 자료"


def actions_sentence(data: str, actions: Sequence[str], *, permitted: bool) -> str:
    """The sentence for data (labels in Korean) and actions (codes of FRAMES), without a subject.

    Actions that take the data in the same way name the data once; the next one says "these data".
    """
    frames, text, before = [FRAMES[action] for action in FRAMES if action in actions] or [ANY_USE], "", ""
    for frame in frames:
        head = frame.head(THESE_DATA if before else data)
        generic = frame.head(THESE_DATA)
        text += ("" if generic == before else head) + (frame.last if frame is frames[-1] else frame.joined)
        before = generic
    return f"{text} 수 {'있' if permitted else '없'}습니다"
