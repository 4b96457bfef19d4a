"""One class for each port of `ledger.ports`, over a `Database`."""
