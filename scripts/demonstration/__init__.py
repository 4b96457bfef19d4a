"""The whole story on real input, through the HTTP API only, with a check behind every sentence."""

from __future__ import annotations

from pathlib import Path

from mydata_ledger.scripts.demonstration.context import DemoContext
from mydata_ledger.scripts.demonstration.output import DemoOutput
from mydata_ledger.scripts.demonstration.steps import IN_ORDER
from mydata_ledger.scripts.population import GeneratedPerson, from_folder, generated
from mydata_ledger.scripts.stack import Stack


def run_demo(stack: Stack, data: Path | None) -> bool:
    """Tell it on a running stack; True when every step held. Raises MalformedInput for a folder without bundles."""
    stage = DemoOutput()
    stage.title("Reading the people of the story")
    people: list[GeneratedPerson] = list(from_folder(data, stage.note) if data else generated())
    scene = DemoContext(stack, stage, people)
    for act in IN_ORDER:
        act(scene)
    return stage.summary()
