"""What a service gives the app, the server, the command line and the demonstration. All of it lies in its folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from mydata_ledger.ledger.vocabulary import Catalog

if TYPE_CHECKING:  # the command line reads names of services, and must not load a framework for that
    from fastapi import APIRouter

    from mydata_ledger.ledger.kernel import Kernel
    from mydata_ledger.ledger.receipt import LoggedStatement

    OnStatement = Callable[[Kernel, LoggedStatement], None]
    Work = Callable[[Kernel, int], int]

SHORTEST_PERIOD = 10
"""Seconds. A due time that was used is not used again after the clock went back, so there must be others."""


@dataclass(frozen=True, slots=True)
class Job:
    """Periodic work of a service.

    `every` is the period in seconds, at least SHORTEST_PERIOD. `work` is given the kernel and the due time (UTC
    seconds), and returns how many items it worked. If it raises, it is called again for the same due time.
    """

    every: int
    work: Work


class StepContext(Protocol):
    """What a step of the demonstration is given: the participants by role, and the output."""

    @property
    def clients(self) -> Mapping[str, Any]:
        """A signed-in `client.Client` for each organisation of the demonstration."""
        ...

    @property
    def patients(self) -> Sequence[Any]:
        """The people, each with a wallet, a client and records."""
        ...

    def title(self, text: str) -> None:
        """Print the heading of the next part."""
        ...

    def show(self, step: str, detail: str, held: bool) -> None:
        """Show one result; `held` is true if its checks passed."""
        ...


@dataclass(frozen=True, slots=True)
class Slice:
    """One service. `scripts.slices` makes it from the files of the service's folder, by their names.

    Attributes:
        catalog: `CATALOG` of `catalog.py`.
        router: `router` of `routes`.
        on_statement: `on_statement` of `statements.py`: called for each statement of the three logs, in order of each
            log, at least once. If it raises, the statement is tried again, and later ones wait.
        jobs: `JOBS` of `jobs.py`, by name.
        page: The folder `page` with an `index.html`.
        page_roles: The file `page/roles.json`: the roles that the page is for, as in the register, or `person`. Pages
            of these roles link it by the text `title` of its messages.
        messages: The files `messages/en.json` and `messages/ko.json`, by language.
        commands: Dotted names (`module:function`) of the public functions of `commands.py`, by command.
        demo_steps: Dotted names of the public functions of `demo.py`, in their order; each is given a `StepContext`.
        mappings: The files `mappings/*.json`.
        dictionary: The file `dictionary.json`.
        readers: Dotted names of the public functions of `readers.py`, by reader.
    """

    catalog: Catalog
    router: APIRouter | None = None
    on_statement: OnStatement | None = None
    jobs: Mapping[str, Job] = field(default_factory=dict)
    page: Path | None = None
    page_roles: tuple[str, ...] = ()
    messages: Mapping[str, Path] = field(default_factory=dict)
    commands: Mapping[str, str] = field(default_factory=dict)
    demo_steps: tuple[str, ...] = ()
    mappings: tuple[Path, ...] = ()
    dictionary: Path | None = None
    readers: Mapping[str, str] = field(default_factory=dict)
