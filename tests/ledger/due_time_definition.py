"""What a periodic job must do under a clock that jumps, written down without the code that does it."""

from dataclasses import dataclass, field

MOST_IN_A_ROW, LONGEST_RETRY = 3, 120
"""How many tries fail one after another in these tests, and the seconds before the last retry that they need."""


@dataclass
class Watched:
    """The runs of one job. `real` is time that passed; what the clock shows may jump."""

    every: int
    ended: list = field(default_factory=list)
    real: int = 0
    last: int = 0
    jumps: int = 0

    def passed(self, seconds):
        self.real += seconds

    def jumped(self):
        self.jumps += 1
        self.last = self.real

    def tried(self):
        self.last = self.real

    def ran(self, due):
        self.ended.append(due)

    @property
    def none_twice(self):
        return len(set(self.ended)) == len(self.ended)

    @property
    def is_late(self):
        """No try since the last one, or the last jump, for longer than a period or a retry takes, and a second for
        each jump: it may lead to a due time that was used.
        """
        return self.real - self.last > max(self.every, LONGEST_RETRY) + self.jumps + 1
