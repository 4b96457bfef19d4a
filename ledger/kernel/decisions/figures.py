"""Statistical disclosure control: a figure about a group is withheld if its difference to an earlier figure would be
about too few people.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import Any

from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.kernel.decisions.earlier_figures import EarlierFigures
from mydata_ledger.ledger.kernel.decisions.figure_sets import TEXT, FigureSet, is_far
from mydata_ledger.ledger.kernel.work_items import FIGURE, FIGURE_SET
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.terms import DAY
from mydata_ledger.ledger.work_item import WorkItem, new_id

MOST_TABLES = 366
"""How often one requester may get a table with a group that is new; after that, only the same groups again."""
PREFIX, NUMBER = 16, 16


@dataclass(frozen=True, slots=True)
class Figure:
    """A number under a name: for each person (signer bytes) the part of their data that it includes, and the smallest
    group that it may be about.
    """

    name: str
    parts: Mapping[bytes, bytes]
    least: int


class Comparison(Enum):
    """Whether a figure passes: its group was released before, is new and far from all others, or is too close."""

    SAME = "same"
    NEW = "new"
    CLOSE = "close"


@dataclass(frozen=True, slots=True, eq=False)
class _Cell:
    """One figure of a table as it is compared: its keyed name, its set, and whether it is compared with all earlier
    figures of the table or only with those of its name.
    """

    id: str
    figure: Figure
    group: FigureSet
    across: bool

    @property
    def least(self) -> int:
        """The smallest group that it may be about."""
        return self.figure.least

    @property
    def rival(self) -> str:
        """Equal for figures of one table of which only the first may pass."""
        return "" if self.across else self.id

    def compared_in(self, table: WorkItem) -> list[Mapping[str, Any]]:
        """The figures of an earlier table that this one is compared with, as they are stored."""
        stored = table.body["cells"]
        return list(stored.values()) if self.across else [stored[self.id]] if self.id in stored else []


class DisclosureControl:
    """Two figures that differ by one person reveal that person's data; so do two figures about equal groups in which
    one person's data changed. Released figures are stored, by requester, as keyed digests that name nobody.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def passes_disclosure_control(
        self, requester: str, table: str, figures: Sequence[Figure], *, across: bool = False
    ) -> list[bool]:
        """For each figure of a table, whether this requester may receive it; those that pass are stored as released,
        together, in one set with 8 bytes for each person and figure.

        A figure passes if its group has at least `least` people, and the group is either equal to that of an earlier
        figure of its name in the table, or differs from each of those by at least `least` people (the larger of the two
        bounds) and none of those was released on the same day (UTC). Two groups differ by the larger of two numbers:
        how many people are, with this part of their data, in the one only, and in the other only. Of several
        figures of one name the first counts, and the others are withheld.

        With `across`, names are questions that the requester is free to choose, such as the criteria of a count: then a
        new figure is compared with those of all names in the table, and is withheld on a day on which any was released.
        An equal group under another name is too close: that the same people meet both would tell something of each of
        them. Raises SourceUnavailable.
        """
        key = self._world.gateway.derive("figures told")
        prefix = hmac.digest(key, f"table\n{requester}\n{table}".encode(), sha256)[:PREFIX]
        cells = _cells(key, prefix, figures, across=across)
        for _ in range(MOST_TABLES):
            tables = self._released(prefix, requester)
            verdicts = self._verdicts(cells, tables, EarlierFigures(self._world, key, requester))
            new = [cell for cell, verdict in zip(cells, verdicts, strict=True) if verdict is Comparison.NEW]
            if not new or self._record(prefix + len(tables).to_bytes(NUMBER, "big"), requester, new):
                return [verdict is not Comparison.CLOSE for verdict in verdicts]
        return [False] * len(figures)

    def _verdicts(
        self, cells: Sequence[_Cell], tables: Sequence[WorkItem], earlier: EarlierFigures
    ) -> list[Comparison]:
        verdicts = {}
        for cell in cells:
            verdicts[cell] = Comparison.CLOSE
            if len(cell.figure.parts) >= cell.least:
                own = (table.body["cells"].get(cell.id, {}) for table in tables)
                same = any(one.get("whole") == cell.group.whole for one in own)
                verdicts[cell] = Comparison.SAME if same else self._compared(cell, earlier, len(tables))
        for table in reversed(tables):
            undecided = [cell for cell in cells if verdicts[cell] is Comparison.NEW]
            for cell in self._close(table, undecided):
                verdicts[cell] = Comparison.CLOSE
        first = {cell.rival: cell for cell in reversed(cells)}
        return [verdicts[cell] if first[cell.rival] is cell else Comparison.CLOSE for cell in cells]

    def _compared(self, cell: _Cell, earlier: EarlierFigures, tables: int) -> Comparison:
        """The verdict by the figures that were stored in the earlier form."""
        distances = list(earlier.distances(cell.figure.name, cell.figure.parts))
        if any(distance == 0 for distance, _ in distances):
            return Comparison.SAME
        too_close = any(distance < max(cell.least, least) for distance, least in distances)
        return Comparison.CLOSE if too_close or tables + len(distances) >= MOST_TABLES else Comparison.NEW

    def _close(self, table: WorkItem, cells: Sequence[_Cell]) -> Iterator[_Cell]:
        """The cells that are too close to those of an earlier table, whose set is read only if sizes do not tell."""
        is_of_today = table.body["day"] == self._world.clock.now() // DAY
        text = None
        for cell in cells:
            near = [one for one in cell.compared_in(table) if _is_near(cell, one)]
            if is_of_today and (cell.across or cell.id in table.body["cells"]):
                yield cell
            elif near:
                text = self._set(table) if text is None else text
                if any(_is_close(cell, one, text) for one in near):
                    yield cell

    def _released(self, prefix: bytes, requester: str) -> list[WorkItem]:
        """The tables that were released, oldest first, without their sets."""
        before = (int.from_bytes(prefix, "big") << 8 * NUMBER) - 1
        after = before.to_bytes(PREFIX + NUMBER, "big") if before >= 0 else b""
        items = self._world.work_items.items(FIGURE, party=requester, after=after, limit=MOST_TABLES)
        return [item for item in items if item.id.startswith(prefix)]

    def _set(self, table: WorkItem) -> str:
        item = self._world.work_items.item(FIGURE_SET, bytes.fromhex(table.body["set"]))
        if item is None:
            raise SourceUnavailable("the set of a released figure is missing; recover the database")
        return str(item.body["tokens"])

    def _record(self, name: bytes, requester: str, cells: Sequence[_Cell]) -> bool:
        """Store a table under its number, so that two processes cannot store one each at once: False if the number is
        taken.
        """
        body, texts, start = {}, [], 0
        for cell in cells:
            size = len(cell.group.tokens)
            body[cell.id] = {"start": start, "size": size, "least": cell.least, "whole": cell.group.whole}
            texts.append(cell.group.text)
            start += size
        now, items = self._world.clock.now(), self._world.work_items
        stored = WorkItem(FIGURE_SET, new_id(now), party=requester, body={"tokens": "".join(texts)})
        items.file(stored)
        table = {"day": now // DAY, "set": stored.id.hex(), "cells": body}
        if items.file(WorkItem(FIGURE, name, party=requester, body=table)):
            return True
        items.discard(FIGURE_SET, stored.id)
        return False


def _cells(key: bytes, prefix: bytes, figures: Sequence[Figure], *, across: bool) -> list[_Cell]:
    names = [hmac.digest(key, prefix + figure.name.encode(), sha256)[:PREFIX] for figure in figures]
    return [
        _Cell(name.hex(), figure, FigureSet.of(key, prefix if across else name, figure.parts), across)
        for name, figure in zip(names, figures, strict=True)
    ]


def _is_near(cell: _Cell, one: Mapping[str, Any]) -> bool:
    """Whether the sizes alone do not tell that the two groups are far apart."""
    distance, bound = abs(one["size"] - len(cell.group.tokens)), max(cell.least, one["least"])
    return bool(distance < bound)


def _is_close(cell: _Cell, one: Mapping[str, Any], text: str) -> bool:
    start, end = TEXT * one["start"], TEXT * (one["start"] + one["size"])
    bound: int = max(cell.least, one["least"])
    return not is_far(text[start:end], cell.group, bound)
