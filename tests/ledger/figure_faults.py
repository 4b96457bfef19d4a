"""The rule by which figures were released before their cells shared a set, written a second time, and faults in the
comparison that replaced it. Nothing that is released now would have been withheld then.
"""

import random
from collections import defaultdict

from mydata_ledger.ledger.kernel import Figure
from mydata_ledger.ledger.kernel.decisions import figure_sets, figures
from mydata_ledger.ledger.terms import DAY
from testing.ledger_fixture import LedgerFixture

PEOPLE = [bytes([n]) * 20 for n in range(16)]
FIGURE_FAULTS = [
    ("a group below the bound is released", figures, "len(cell.figure.parts) >= cell.least", "True"),
    ("sets of close sizes are not compared", figures, "return not is_far(", "return False and not is_far("),
    ("the smaller of the two bounds holds", figures, 'int = max(cell.least, one["least"])', "int = cell.least"),
    ("the last table alone counts", figures, "for table in reversed(tables):", "for table in tables[-1:]:"),
    ("figures of other names are not compared", figures, "if self.across else [stored", "if False else [stored"),
    (
        "an equal group of another question passes",
        figures,
        'cells"].get(cell.id, {})',
        'cells"].get(cell.id) or next(iter(table.body["cells"].values()))',
    ),
    ("several questions of one day pass", figures, "(cell.across or cell.id in", "(cell.id in"),
    ("several questions of one call pass", figures, 'return "" if self.across else self.id', "return self.id"),
    ("another table's place in the set is read", figures, 'TEXT * one["start"], TEXT', "0, TEXT"),
    (
        "sizes that differ by less than the bound are far",
        figure_sets,
        "abs(size - len(tokens)) >= bound",
        "size != len(tokens)",
    ),
    ("one missing person is enough", figure_sets, "if missing >= bound:", "if missing:"),
    (
        "those who came are not counted from what is shared",
        figure_sets,
        "len(tokens) - (size - missing) >= bound",
        "len(tokens) >= bound",
    ),
    ("what a person contributes is left out", figure_sets, "+ person + part, sha256", "+ person, sha256"),
    (
        "a group is the same if it has as many people",
        figure_sets,
        'sha256(b"".join(digests)).digest()',
        "sha256(bytes(len(digests))).digest()",
    ),
]
"""Each a meaning, a module, and the text that plants it."""


def would_release(history, group, least):
    """The earlier rule: a group is released if it is large enough, and equal to an earlier one or at least `least`
    people, of both sides together, away from each.
    """
    if len(group) < least:
        return False
    if any(earlier == group for earlier, _ in history):
        return True
    distances = [
        sum(earlier.get(person) != group.get(person) for person in {*earlier, *group}) >= max(least, bound)
        for earlier, bound in history
    ]
    return all(distances) and len(history) < 366


def is_released_again(history, cell):
    """Whether this group was released under this very name: an equal group of another question says something new."""
    return any(name == cell.name and earlier == cell.parts for name, earlier, _ in history)


def check_history(seed, *, across=False):
    """Ask for random tables on random days; returns how many figures were released. With `across` those of all names
    are one history.
    """
    chance, fixture = random.Random(seed), LedgerFixture()
    history, before, count = defaultdict(list), [], 0
    group = dict.fromkeys(chance.sample(PEOPLE, 10), b"")
    for _ in range(8):
        fixture.clock.passes(chance.choice([0, DAY, DAY]))
        cells = []
        for name in chance.sample("abc", chance.choice([1, 2, 3])):
            group = changed(chance, group) if chance.random() < 0.7 else dict(group)
            cells.append(Figure(name, group, chance.choice([3, 3, 4, 4, 9])))
        control = fixture.kernel.decisions.figures
        passed = control.passes_disclosure_control("0xAsker", "table", cells, across=across)
        for cell, released in zip(cells, passed, strict=True):
            if released:
                if across and not is_released_again(before, cell):
                    today = fixture.clock.now() // DAY
                    assert all(day != today and earlier != cell.parts for _, earlier, day in before)
                    before.append((cell.name, dict(cell.parts), today))
                name = "" if across else cell.name
                assert would_release(history[name], cell.parts, cell.least)
                if all(earlier != cell.parts for earlier, _ in history[name]):
                    history[name].append((dict(cell.parts), cell.least))
                count += 1
    return count


def check_histories(count):
    """Check that many histories, and that they release figures."""
    assert sum(check_history(seed) for seed in range(count)) > 2 * count
    assert sum(check_history(seed, across=True) for seed in range(count)) > count


def changed(chance, group):
    """The group after some people came, left, or contributed something else."""
    after = dict(group)
    leaving = chance.choice([0.0, 0.6])
    for person in chance.sample(PEOPLE, chance.choice([1, 2, 4, 6])):
        if person in after and chance.random() < leaving:
            del after[person]
        else:
            after[person] = bytes([chance.randrange(2)])
    return after
