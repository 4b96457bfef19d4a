"""Tests mirror the packages; journeys run on a real devnet."""
