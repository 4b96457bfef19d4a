"""Health service: the records that hospitals hold about a person, first of all for that person."""
