"""Helpers that tests and benches share: a devnet, a PostgreSQL server, a Kubo node, keys, and a ledger in memory."""
