"""Records as bytes: commit, seal and store against the floor; disclosure; keys; the embedded store against Kubo."""

from bench.records.measure import measure

__all__ = ["measure"]
