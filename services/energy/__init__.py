"""Energy service: consumption and cost of a household, and savings of a city."""
