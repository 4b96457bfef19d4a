"""Health records: what hospitals hold about a person, seen first of all by that person."""
