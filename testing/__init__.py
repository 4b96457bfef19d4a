"""Helpers of tests and benches: a devnet, a PostgreSQL server, a Kubo node, keys, and a ledger in memory."""
