"""Small faults planted in the contracts, in one build, each switched on alone: whether a Solidity test notices."""

from bench.mutation.measure import measure

__all__ = ["measure"]
