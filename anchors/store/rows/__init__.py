"""Conversion between rows and the ledger's objects: statements, consents, records, use counts, work items."""
