"""Demonstration on real input: it uses the HTTP API only, and a check backs each line it prints."""

from __future__ import annotations

from pathlib import Path

from mydata_ledger.scripts.demonstration.context import DemoContext
from mydata_ledger.scripts.demonstration.output import DemoOutput
from mydata_ledger.scripts.demonstration.steps import all_steps
from mydata_ledger.scripts.population import GeneratedPerson, from_folder, generated
from mydata_ledger.scripts.stack import Stack


def run_demo(stack: Stack, data: Path | None) -> bool:
    """Run the demonstration on a running stack.

    Args:
        stack: The running devnet and API.
        data: A folder of FHIR R4 bundles, or None for the generated population.

    Returns:
        True if every step held.

    Raises:
        MalformedInput: The folder has no bundle.
    """
    output = DemoOutput()
    output.title("Reading the population")
    people: list[GeneratedPerson] = list(from_folder(data, output.note) if data else generated())
    context = DemoContext(stack, output, people)
    for step in all_steps():
        step(context)
    return output.summary()
