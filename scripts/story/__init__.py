"""The whole story on real input, through the HTTP API only, with a check behind every sentence."""

from __future__ import annotations

from pathlib import Path

from mydata_ledger.scripts.population import Person, from_folder, generated
from mydata_ledger.scripts.stack import Stack
from mydata_ledger.scripts.story.acts import IN_ORDER
from mydata_ledger.scripts.story.scene import Scene
from mydata_ledger.scripts.story.stage import Stage


def run_story(stack: Stack, data: Path | None) -> bool:
    """Tell it on a running stack; True when every step held. Raises MalformedInput for a folder without bundles."""
    stage = Stage()
    stage.title("Reading the people of the story")
    people: list[Person] = list(from_folder(data, stage.note) if data else generated())
    scene = Scene(stack, stage, people)
    for act in IN_ORDER:
        act(scene)
    return stage.curtain()
