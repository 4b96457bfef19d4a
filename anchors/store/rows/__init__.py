"""Statements, consents, records and use counts between their rows and the ledger's objects."""
