"""Gas of our contracts and of peer contracts from npm, on one development chain in one run."""

from bench.gas.measure import measure

__all__ = ["measure"]
