"""Decisions: evaluation over HTTP at a million consents, other routes, bulk questions, intake, follower, rebuild."""

from bench.decide.measure import measure

__all__ = ["measure"]
