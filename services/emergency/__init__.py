"""Emergencies: what a crew must know at once, with the person told of it."""
