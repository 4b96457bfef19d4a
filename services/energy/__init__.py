"""Energy: what a household uses, what it costs, and how a city saves."""
