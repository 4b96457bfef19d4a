"""Demonstration on real input: it uses the HTTP API only, and a check backs each line it prints."""

from __future__ import annotations

from pathlib import Path

from mydata_ledger.scripts.demonstration.context import DemoContext
from mydata_ledger.scripts.demonstration.output import DemoOutput
from mydata_ledger.scripts.demonstration.personas import make_personas, may_have_personas
from mydata_ledger.scripts.demonstration.steps import all_steps
from mydata_ledger.scripts.population import GeneratedPerson, from_folder, generated
from mydata_ledger.scripts.stack import Stack


def run_demo(stack: Stack, data: Path | None, *, personas: bool = False) -> bool:
    """Run the demonstration on a running stack.

    Args:
        stack: The running devnet and API.
        data: A folder of FHIR R4 bundles, or None for the generated population.
        personas: End with participants that a visitor of the portal can be; never together with `data`.

    Returns:
        True if every step held.

    Raises:
        MalformedInput: The folder has no bundle, or keys of the state folder were given away as personas.
    """
    gives_keys = may_have_personas(stack.state, own_data=data is not None) and personas
    output = DemoOutput()
    output.title("Reading the population")
    people: list[GeneratedPerson] = list(from_folder(data, output.note) if data else generated())
    context = DemoContext(stack, output, people)
    for step in all_steps():
        step(context)
    if gives_keys:
        make_personas(context)
    return output.summary()
