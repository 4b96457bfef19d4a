"""Tests of the formats, on real files and generated ones."""
