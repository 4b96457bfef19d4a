"""Whole stories on a real devnet, with real processes."""
