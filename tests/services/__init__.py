"""Tests of the services, with real formats."""
