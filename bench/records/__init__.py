"""Records: commit, seal and store against the floor; disclosures; keys; the embedded store against Kubo."""

from bench.records.measure import measure

__all__ = ["measure"]
