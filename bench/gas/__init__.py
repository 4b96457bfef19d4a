"""Gas of our contracts and of the peers' own, from npm, on one development chain in one run."""

from bench.gas.measure import measure

__all__ = ["measure"]
