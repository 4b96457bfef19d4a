"""Mutation tests of the contracts: all faults in one build, each switched on alone, checked by the Solidity tests."""

from bench.mutation.measure import measure

__all__ = ["measure"]
