"""Blinded commitments: of a signed statement (`entry`), of a record's fields (`fields`), of exact bytes (`content`)."""
