"""Tests of the HTTP interface: the real app over the in-memory twins."""
