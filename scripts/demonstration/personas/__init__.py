"""Personas of the demonstration: participants that a visitor of the portal can be, with throw-away keys."""

from mydata_ledger.scripts.demonstration.personas.making import make_personas, may_have_personas

__all__ = ["make_personas", "may_have_personas"]
